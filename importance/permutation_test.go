package importance

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// permutations calls f with all orders of 0..n-1.
func permutations(n int, f func(p []int)) {
	p := make([]int, n)
	var place func(k int, used int)
	place = func(k, used int) {
		if k == n {
			f(p)
			return
		}
		for i := range n {
			if used>>i&1 == 0 {
				p[k] = i
				place(k+1, used|1<<i)
			}
		}
	}
	place(0, 0)
}

// TestPermutationEnumerated compares the mean over many permutations with that over all of
// them, for rows with weights and a missing entry.
func TestPermutationEnumerated(t *testing.T) {
	table := Table{
		X:       []float64{0.1, 0.9, 0.3, 0.2, 0.7, nan, 0.6, 0.4, 0.8, 0.8},
		Y:       []float64{1, 3, 2, 7, 5},
		Weights: []float64{1, 2, 1, 0.5, 1},
		Columns: make([]forest.Column, 2),
	}
	ctx := context.Background()
	f, err := forest.Fit(ctx, table.X, table.Y, nil, table.Columns, forest.Options{Trees: 4, Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	got, err := Permutation(ctx, f, table, PermutationOptions{Repeats: 20000, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	squares := func(x []float64) float64 {
		sum := 0.0
		for i, p := range f.Predict(nil, x) {
			sum += table.Weights[i] * (table.Y[i] - p) * (table.Y[i] - p) / 5.5
		}
		return sum
	}
	mean, variance := (1+6+2+3.5+5)/5.5, 0.0
	for i, y := range table.Y {
		variance += table.Weights[i] * (y - mean) * (y - mean) / 5.5
	}
	for c := range 2 {
		rows := []int{0, 1, 2, 3, 4}
		if c == 1 {
			rows = []int{0, 1, 3, 4}
		}
		sum, n := 0.0, 0.0
		permutations(len(rows), func(p []int) {
			x := append([]float64(nil), table.X...)
			for i, j := range p {
				x[rows[i]*2+c] = table.X[rows[j]*2+c]
			}
			sum += (squares(x) - squares(table.X)) / variance
			n++
		})
		if s := got[c]; math.Abs(s.Mean-sum/n) > 5*s.Std/math.Sqrt(20000) || s.Std == 0 {
			t.Errorf("column %d: %v ± %v, want %v", c, s.Mean, s.Std, sum/n)
		}
	}
}

// TestPermutationOutOfBag has an exact model of independent columns, y = x0 + 2 x1 on levels: the
// score is twice the total index, 2/5 and 8/5. A column that does nothing scores 0.
func TestPermutationOutOfBag(t *testing.T) {
	rng := stream(9, 0)
	table := Table{Columns: []forest.Column{{Levels: 2}, {Levels: 2}, {}}}
	for i := range 2000 {
		a, b := float64(i%2), float64(i/2%2)
		table.X = append(table.X, a, b, 0.5)
		table.Y = append(table.Y, a+2*b)
	}
	ctx := context.Background()
	got, err := PermutationOutOfBag(ctx, table, forest.Options{Trees: 32, Seed: 1}, PermutationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for c, want := range []float64{0.4, 1.6, 0} {
		near(t, "score", got[c].Mean, want, 0.02)
		if got[c].N != 32 {
			t.Errorf("column %d: %d trees, want 32", c, got[c].N)
		}
	}
	// Noise that a tree fits does not count out of bag, but does on the training rows.
	noise := product(400, 3)
	for i := range noise.Y {
		noise.Y[i] = noise.row(i)[0] + rng.NormFloat64()
	}
	f, err := forest.Fit(ctx, noise.X, noise.Y, nil, noise.Columns, forest.Options{Trees: 32})
	if err != nil {
		t.Fatal(err)
	}
	in, err := Permutation(ctx, f, noise, PermutationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	out, err := PermutationOutOfBag(ctx, noise, forest.Options{Trees: 32}, PermutationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if !(in[1].Mean > 0.1) || !(math.Abs(out[1].Mean) < 0.06) {
		t.Errorf("a column without influence scores %v on the training rows and %v out of bag", in[1].Mean, out[1].Mean)
	}
}

func TestPermutationBadInput(t *testing.T) {
	ctx := context.Background()
	three := Table{X: []float64{0, 0, 1, 0, 1, nan}, Y: []float64{1, 2, 3}, Columns: []forest.Column{{Levels: 2}, {Lower: 0, Upper: 0}}}
	f := plant(three.Columns, &node{column: 0, levels: 1, left: leaf(1), right: leaf(2)})
	equal, one := three, Table{X: three.X[:2], Y: three.Y[:1], Columns: three.Columns}
	equal.Y = []float64{5, 5, 5}
	for _, table := range []Table{equal, one} {
		a, err := Permutation(ctx, f, table, PermutationOptions{})
		if err != nil {
			t.Fatal(err)
		}
		b, err := PermutationOutOfBag(ctx, table, forest.Options{Trees: 4}, PermutationOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if a[0].N != 0 || !math.IsNaN(a[0].Mean) || b[0].N != 0 || !math.IsNaN(b[0].Mean) {
			t.Errorf("%d rows: %+v and %+v, want NaN", len(table.Y), a, b)
		}
	}
	a, err := Permutation(ctx, f, three, PermutationOptions{})
	if err != nil || a[1].Mean != 0 || a[1].N != 5 {
		t.Errorf("a constant column: %+v, %v", a, err)
	}
	bad := three
	bad.Y = []float64{1, nan, 3}
	if _, err := PermutationOutOfBag(ctx, bad, forest.Options{}, PermutationOptions{}); err == nil || !strings.Contains(err.Error(), "y of row 1 is NaN") {
		t.Errorf("NaN: %v", err)
	}
	if _, err := PermutationOutOfBag(ctx, three, forest.Options{NoBootstrap: true}, PermutationOptions{}); err == nil {
		t.Error("no error without a bootstrap")
	}
	if _, err := PermutationOutOfBag(ctx, three, forest.Options{NoOutOfBag: true}, PermutationOptions{}); err == nil {
		t.Error("no error without predictions out of the bag")
	}
	if _, err := PermutationOutOfBag(ctx, three, forest.Options{Trees: -1}, PermutationOptions{}); err == nil {
		t.Error("no error for -1 trees")
	}
	if _, err := Permutation(ctx, f, three, PermutationOptions{Repeats: -1}); err == nil {
		t.Error("no error for -1 repeats")
	}
	other := three
	other.Columns = []forest.Column{{Levels: 3}, {}}
	if _, err := Permutation(ctx, f, other, PermutationOptions{}); err == nil || !strings.Contains(err.Error(), "2 levels in the forest, 3 in the table") {
		t.Errorf("levels: %v", err)
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Permutation(done, f, three, PermutationOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if _, err := PermutationOutOfBag(done, three, forest.Options{}, PermutationOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestWorkers: the results are the same, to the bit, for any number of workers.
func TestWorkers(t *testing.T) {
	table := product(120, 4)
	for i := range 40 {
		table.X[i*12+2] = nan
	}
	other := make([]float64, len(table.Y))
	for i := range other {
		other[i] = table.row(i)[1]
	}
	ctx := context.Background()
	all := func(workers int) []any {
		fit := forest.Options{Trees: 8, Seed: 4, Workers: workers}
		f, err := forest.Fit(ctx, table.X, table.Y, nil, table.Columns, fit)
		if err != nil {
			t.Fatal(err)
		}
		var out []any
		keep := func(v any, err error) {
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, v)
		}
		local, err := Local(ctx, f, table.row(1), LocalOptions{Workers: workers})
		keep(local, err)
		last := 0
		opt := PermutationOptions{Seed: 2, Workers: workers, Progress: func(done, total int) {
			if done != last+1 || done > total {
				t.Errorf("progress %d of %d after %d", done, total, last)
			}
			last = done % total
		}}
		given, err := Permutation(ctx, f, table, opt)
		keep(given, err)
		bag, err := PermutationOutOfBag(ctx, table, fit, opt)
		keep(bag, err)
		points, err := Growth(ctx, table, GrowthOptions{Repeats: 3, Fit: fit, Seed: 5, Workers: workers})
		keep(points, err)
		weighted, err := Weighted(ctx, table, [][]float64{table.Y, other}, WeightedOptions{Fit: fit, Weights: SimplexWeights(2, 2)})
		keep(weighted, err)
		return out
	}
	want := all(1)
	for _, w := range []int{2, 3, 16} {
		if got := all(w); !reflect.DeepEqual(formatted(got), formatted(want)) {
			t.Errorf("%d workers give another result than one", w)
		}
	}
}

// formatted writes values, so that NaN equals itself.
func formatted(v []any) []string {
	var s []string
	for _, x := range v {
		s = append(s, fmt.Sprint(x))
	}
	return s
}
