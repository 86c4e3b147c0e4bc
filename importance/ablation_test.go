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

// additive is a tree of binary columns that adds gains[c] where column c is 1; a
// missing column is averaged over.
func additive(gains []float64) *node {
	var grow func(c int, v float64) *node
	grow = func(c int, v float64) *node {
		if c == len(gains) {
			return leaf(v)
		}
		return &node{column: c, levels: 0b01, left: grow(c+1, v), right: grow(c+1, v-gains[c])}
	}
	return grow(0, 0)
}

func binary(n int) []forest.Column {
	c := make([]forest.Column, n)
	for i := range c {
		c[i].Levels = 2
	}
	return c
}

// TestAblateAdditive: the gains of an additive function come in descending order, those of
// equal size by column, and what does not differ makes no step.
func TestAblateAdditive(t *testing.T) {
	gains := []float64{1, 5, -2, 3, 4, 3}
	f := plant(binary(6), additive(gains), additive(gains))
	p, err := Ablate(context.Background(), f, []float64{0, 0, 0, 0, 1, 0}, []float64{1, 1, 1, 1, 1, 1}, AblationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want := []int{1, 3, 5, 0, 2}
	if len(p.Steps) != len(want) {
		t.Fatalf("%d steps, want %d", len(p.Steps), len(want))
	}
	for i, c := range want {
		if s := p.Steps[i]; !slices.Equal(s.Columns, []int{c}) || s.Gain.Mean != gains[c] || s.Gain.Std != 0 || s.Forced {
			t.Errorf("step %d: %v with gain %+v, want column %d with %v", i, s.Columns, s.Gain, c, gains[c])
		}
	}
	if p.Gain.Mean != 10 || p.Start.Mean != -4 || p.End.Mean != -14 {
		t.Errorf("from %v to %v, gain %v", p.Start.Mean, p.End.Mean, p.Gain.Mean)
	}
}

// TestAblateSpread: where the trees disagree about the level but agree about the change, the
// gain has no spread although the losses have.
func TestAblateSpread(t *testing.T) {
	high := func(d float64) *node { return &node{column: 0, levels: 0b01, left: leaf(d + 2), right: leaf(d)} }
	f := plant(binary(1), high(0), high(6))
	p, err := Ablate(context.Background(), f, []float64{0}, []float64{1}, AblationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if s := p.Steps[0]; s.Loss.Mean != 3 || s.Loss.Std != 3 || s.Gain.Mean != 2 || s.Gain.Std != 0 {
		t.Errorf("%+v", s)
	}
}

// TestAblateGreedy compares with a search over all next changes on random forests with
// interactions, and the path with its definition: every step has the smallest loss of all.
func TestAblateGreedy(t *testing.T) {
	table := product(200, 6)
	f, err := forest.Fit(context.Background(), table.X, table.Y, nil, table.Columns, forest.Options{Trees: 8, Seed: 2})
	if err != nil {
		t.Fatal(err)
	}
	from, to := table.row(3), table.row(17)
	p, err := Ablate(context.Background(), f, from, to, AblationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	at := slices.Clone(from)
	for i, s := range p.Steps {
		smallest := math.Inf(1)
		for c := range at {
			if at[c] != to[c] {
				next := slices.Clone(at)
				next[c] = to[c]
				smallest = min(smallest, f.Predict(nil, next)[0])
			}
		}
		near(t, "loss", s.Loss.Mean, smallest, 1e-14)
		for _, c := range s.Columns {
			at[c] = to[c]
		}
		if !slices.Equal(at, s.Row) {
			t.Fatalf("step %d leads to %v, want %v", i, s.Row, at)
		}
	}
	if !slices.Equal(at, to) {
		t.Errorf("the path ends at %v, want %v", at, to)
	}
}

// TestAblateConditions: column 0 switches column 1 on, which switches column 2 on; column 3 is
// active while column 0 is off. Values come and go with their conditions, in one step.
func TestAblateConditions(t *testing.T) {
	active := func(x []float64, on []bool) {
		on[0] = true
		on[1] = x[0] == 1
		on[2] = x[1] == 1
		on[3] = x[0] == 0
		on[4] = true
	}
	f := plant(binary(5), additive([]float64{-1, 4, 1, 2, 0.5}))
	from, to := []float64{0, nan, nan, 1, 0}, []float64{1, 1, 1, nan, 1}
	p, err := Ablate(context.Background(), f, from, to, AblationOptions{Active: active})
	if err != nil {
		t.Fatal(err)
	}
	// Column 0 loses 1 and column 3 half of 2, while 1 and 2 gain half of 4 and of 1: as much
	// as column 4.
	if len(p.Steps) != 2 || !slices.Equal(p.Steps[0].Columns, []int{0, 1, 2, 3}) || !slices.Equal(p.Steps[1].Columns, []int{4}) {
		t.Fatalf("%+v", p.Steps)
	}
	for _, s := range p.Steps {
		if s.Gain.Mean != 0.5 || s.Forced {
			t.Errorf("step %v: gain %v, want 0.5", s.Columns, s.Gain.Mean)
		}
	}
	// A column that its conditions keep active does not lose its value first, good as that were.
	f2 := plant(binary(5), additive([]float64{-2, 1, 1, -9, 0.5}))
	p, err = Ablate(context.Background(), f2, from, to, AblationOptions{Active: active})
	if err != nil || len(p.Steps) != 2 || !slices.Equal(p.Steps[0].Columns, []int{0, 1, 2, 3}) {
		t.Errorf("%+v, %v", p, err)
	}
	// Without the conditions each column goes its own way.
	p, err = Ablate(context.Background(), f, from, to, AblationOptions{})
	if err != nil || len(p.Steps) != 5 {
		t.Errorf("%d steps without conditions, want 5 (%v)", len(p.Steps), err)
	}
	// Groups change together, and what is not legal waits.
	p, err = Ablate(context.Background(), f, make([]float64, 5), []float64{1, 1, 1, 1, 1}, AblationOptions{
		Groups: [][]int{{2, 0}},
		Legal:  func(x []float64) bool { return x[1] == 0 || x[4] == 1 }, // 1 only after 4
	})
	if err != nil {
		t.Fatal(err)
	}
	var order [][]int
	for _, s := range p.Steps {
		order = append(order, s.Columns)
	}
	if want := [][]int{{3}, {4}, {1}, {0, 2}}; !slices.EqualFunc(order, want, slices.Equal) {
		t.Errorf("steps %v, want %v", order, want)
	}
	// Where no single change is legal, the rest changes at once.
	p, err = Ablate(context.Background(), f, make([]float64, 5), []float64{1, 1, 0, 0, 0}, AblationOptions{
		Legal: func(x []float64) bool { return x[0] == x[1] },
	})
	if err != nil || len(p.Steps) != 1 || !p.Steps[0].Forced || !slices.Equal(p.Steps[0].Columns, []int{0, 1}) {
		t.Errorf("%+v, %v", p, err)
	}
}

// TestAblateEnds: conditions that contradict the rows, or turn in a circle, still lead to the end.
func TestAblateEnds(t *testing.T) {
	f := plant(binary(3), additive([]float64{1, 2, 3}))
	calls := 0
	for _, active := range []func(x []float64, on []bool){
		func(x []float64, on []bool) {}, // nothing is ever active
		func(x []float64, on []bool) { on[0], on[1], on[2] = x[1] == 1, x[2] == 1, x[0] == 1 },
		func(x []float64, on []bool) { calls++; on[0], on[1], on[2] = calls%2 == 0, calls%3 == 0, true },
	} {
		for _, from := range [][]float64{{0, 0, 0}, {nan, nan, nan}, {0, nan, 1}} {
			to := []float64{1, 1, nan}
			p, err := Ablate(context.Background(), f, from, to, AblationOptions{Active: active})
			if err != nil {
				t.Fatal(err)
			}
			if last := p.Steps[len(p.Steps)-1].Row; len(differ(last, to)) > 0 || len(p.Steps) > 4 {
				t.Errorf("%d steps to %v", len(p.Steps), last)
			}
		}
	}
	if p, err := Ablate(context.Background(), f, []float64{1, nan, 0}, []float64{1, nan, 0}, AblationOptions{}); err != nil || len(p.Steps) != 0 || p.Gain.Mean != 0 {
		t.Errorf("a path without steps: %+v, %v", p, err)
	}
}

func TestAblateRefuses(t *testing.T) {
	f := plant(binary(2), additive([]float64{1, 2}))
	ctx := context.Background()
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Ablate(done, f, []float64{0, 0}, []float64{1, 1}, AblationOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	for _, c := range []struct {
		from, to []float64
		groups   [][]int
		want     string
	}{
		{[]float64{0}, []float64{0, 0}, nil, "start from has 1 entries"},
		{[]float64{0, 0}, []float64{0, 3}, nil, "end at, column 1 is 3"},
		{[]float64{0, 0}, []float64{0, 1}, [][]int{{2}}, "column 2 in a group"},
		{[]float64{0, 0}, []float64{0, 1}, [][]int{{1}, {1}}, "column 1 is in a group twice"},
	} {
		if _, err := Ablate(ctx, f, c.from, c.to, AblationOptions{Groups: c.groups}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}
