package importance

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// grid is a full factorial table of two columns with k levels each, as many times as asked for.
func grid(k, times int) Table {
	t := Table{Columns: []forest.Column{{Levels: k}, {Levels: k}}}
	for range times {
		for a := range k {
			for b := range k {
				t.X, t.Y = append(t.X, float64(a), float64(b)), append(t.Y, 0)
			}
		}
	}
	return t
}

// TestWeightedClosedForm has one response for each column, on scales far apart: with
// weights w and 1-w the shares are w^2 and (1-w)^2 over their sum.
func TestWeightedClosedForm(t *testing.T) {
	table := grid(4, 1)
	ys := [][]float64{make([]float64, 16), make([]float64, 16)}
	for i := range 16 {
		ys[0][i], ys[1][i] = 1000*table.row(i)[0]-7, -1e-3*table.row(i)[1]
	}
	calls := 0
	got, err := Weighted(context.Background(), table, ys, WeightedOptions{
		Fit:      forest.Options{Trees: 2, NoBootstrap: true, FeatureFraction: 1},
		Progress: func(done, total int) { calls++ },
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 11 || calls != 11 {
		t.Fatalf("%d weights and %d calls, want 11", len(got), calls)
	}
	for i, g := range got {
		w := float64(i) / 10
		near(t, "weight", g.Weights[0], w, 1e-15)
		share := w * w / (w*w + (1-w)*(1-w))
		near(t, "first column", g.Mains[0].Individual.Mean, share, 1e-12)
		near(t, "second column", g.Mains[1].Individual.Mean, 1-share, 1e-12)
	}
}

func TestWeightedBadInput(t *testing.T) {
	table := grid(2, 3)
	n := len(table.Y)
	y, equal := make([]float64, n), make([]float64, n)
	for i := range y {
		y[i], equal[i] = table.row(i)[0], 5
	}
	ctx := context.Background()
	opt := WeightedOptions{Weights: [][]float64{{0, 2}, {1, 1}}, Fit: forest.Options{Trees: 3}}
	got, err := Weighted(ctx, table, [][]float64{y, equal}, opt)
	if err != nil {
		t.Fatal(err)
	}
	if !math.IsNaN(got[0].Mains[0].Individual.Mean) || got[1].Mains[0].Individual.Mean != 1 || got[1].Weights[0] != 0.5 {
		t.Errorf("an equal response: %v and %v", got[0].Mains[0].Individual, got[1].Mains[0].Individual)
	}
	short, hole := y[1:], slices.Clone(y)
	hole[2] = nan
	for _, c := range []struct {
		ys      [][]float64
		weights [][]float64
		want    string
	}{
		{[][]float64{y}, nil, "1 responses"},
		{[][]float64{y, short}, nil, "response 1"},
		{[][]float64{y, hole}, nil, "y of row 2 is NaN"},
		{[][]float64{y, y}, [][]float64{{1}}, "weights 0: 1 weights, want 2"},
		{[][]float64{y, y}, [][]float64{{1, 1}, {-1, 1}}, "weights 1: weight 0 is -1"},
		{[][]float64{y, y}, [][]float64{{0, 0}}, "all are zero"},
	} {
		if _, err := Weighted(ctx, table, c.ys, WeightedOptions{Weights: c.weights}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Weighted(done, table, [][]float64{y, y}, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestSimplexWeights(t *testing.T) {
	w := SimplexWeights(3, 4)
	if len(w) != 15 || !slices.Equal(w[0], []float64{0, 0, 1}) || !slices.Equal(w[14], []float64{1, 0, 0}) {
		t.Errorf("%d weights: %v", len(w), w)
	}
	for _, v := range w {
		near(t, "sum", v[0]+v[1]+v[2], 1, 1e-15)
	}
	if SimplexWeights(0, 3) != nil || SimplexWeights(2, 0) != nil || len(SimplexWeights(1, 3)) != 1 {
		t.Error("weights of nothing")
	}
}

// TestParetoWeights: numbers from DeepCAVE's get_weightings (commit 04df360) on the scaled
// columns, run with numpy 2.4.6 and pandas 3.1.1; its rows sorted.
func TestParetoWeights(t *testing.T) {
	a, b := []float64{0, 1, 2, 4, 3, 4}, []float64{8, 5, 2, 0, 3, 4}
	got, err := ParetoWeights([][]float64{a, b})
	if err != nil {
		t.Fatal(err)
	}
	want := [][]float64{{0, 1}, {0.25 / 0.875, 0.625 / 0.875}, {0.5 / 0.75, 0.25 / 0.75}, {1, 0}}
	if !slices.EqualFunc(got, want, slices.Equal) {
		t.Errorf("weights %v, want %v", got, want)
	}
	if _, err := ParetoWeights([][]float64{a}); err == nil {
		t.Error("no error for one response")
	}
	if _, err := ParetoWeights([][]float64{a, {nan, 1, 2, 3, 4, 5}}); err == nil {
		t.Error("no error for NaN")
	}
	if _, err := ParetoWeights([][]float64{a, b[1:]}); err == nil {
		t.Error("no error for unequal lengths")
	}
}
