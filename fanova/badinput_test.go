package fanova

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// answers are all that a decomposition of a fitted forest says.
type answers struct {
	*Decomposition
	mains, pairs []Effect
	totals       []TotalIndex
	orders       Orders
}

// ask fits a forest and asks everything; nothing of it may fail.
func ask(t *testing.T, x, y []float64, columns []forest.Column, opt forest.Options) answers {
	t.Helper()
	ctx := context.Background()
	f, err := forest.Fit(ctx, x, y, nil, columns, opt)
	if err != nil {
		t.Fatal(err)
	}
	a := answers{Decomposition: decompose(t, f, Options{})}
	a.mains, a.pairs = a.Mains(), pairs(t, a.Decomposition)
	if a.totals, err = a.Totals(ctx); err != nil {
		t.Fatal(err)
	}
	a.orders = Explained(a.mains, a.pairs)
	all := make([]int, len(columns))
	for c := range columns {
		all[c] = c
		if _, _, err := a.Marginal(c, []float64{0}); err != nil {
			t.Fatal(err)
		}
	}
	if a.Zero() == len(f.Trees) {
		return a
	}
	if e := subsetOf(t, a.Decomposition, all...); len(all) <= 4 {
		near(t, "closed effect of all columns", e.Total.Mean, 1, 1e-12)
	}
	sum := a.orders.Mains.Mean + a.orders.Pairs.Mean + a.orders.Higher.Mean
	near(t, "sum of the orders", sum, 1, 1e-12)
	return a
}

// undecided checks that nothing is told: NaN everywhere, not 0.
func (a answers) undecided(t *testing.T) {
	t.Helper()
	if a.Zero() != len(a.trees) {
		t.Errorf("%d trees of %d without variance, want all", a.Zero(), len(a.trees))
	}
	for _, e := range append(a.mains, a.pairs...) {
		if e.Individual.N != 0 || !math.IsNaN(e.Individual.Mean) || !math.IsNaN(e.Total.Mean) || !math.IsNaN(e.Individual.Std) {
			t.Errorf("effect of %v: %+v, want NaN", e.Columns, e.Individual)
		}
	}
	for _, e := range a.totals {
		if !math.IsNaN(e.Mean) {
			t.Errorf("total index of %d: %v, want NaN", e.Column, e.Mean)
		}
	}
	if !math.IsNaN(a.orders.Mains.Mean) || !math.IsNaN(a.orders.Higher.Mean) || !math.IsNaN(MeanDimension(a.totals).Mean) {
		t.Errorf("orders %+v, want NaN", a.orders)
	}
}

// none checks that columns have no effect of any kind, as a plain 0.
func (a answers) none(t *testing.T, columns ...int) {
	t.Helper()
	for _, c := range columns {
		if m := a.mains[c].Individual; m.Mean != 0 || m.N == 0 || a.totals[c].Mean != 0 {
			t.Errorf("column %d: main effect %+v, total index %v, want 0", c, m, a.totals[c].Mean)
		}
	}
}

// uniform draws n rows of d columns.
func uniform(n, d int) []float64 {
	rng := rand.New(rand.NewPCG(8, uint64(n*d)))
	x := make([]float64, n*d)
	for i := range x {
		x[i] = rng.Float64()
	}
	return x
}

func TestBadOneRow(t *testing.T) {
	ask(t, []float64{0.3, math.NaN()}, []float64{7}, make([]forest.Column, 2), forest.Options{}).undecided(t)
}

func TestBadEqualLosses(t *testing.T) {
	y := make([]float64, 50)
	for i := range y {
		y[i] = 0.1
	}
	ask(t, uniform(50, 3), y, make([]forest.Column, 3), forest.Options{Trees: 8}).undecided(t)
}

func TestBadConstantColumns(t *testing.T) {
	// Column 1 has one value of many, column 2 a single one, 3 a single level, 4 one of
	// its levels only.
	x, y := uniform(60, 5), make([]float64, 60)
	for i := range y {
		x[5*i+1], x[5*i+2], x[5*i+3], x[5*i+4] = 0.5, 2, 0, 1
		y[i] = x[5*i]
	}
	columns := []forest.Column{{}, {}, {Lower: 2, Upper: 2}, {Levels: 1}, {Levels: 3}}
	a := ask(t, x, y, columns, forest.Options{Trees: 8})
	a.none(t, 1, 2, 3, 4)
	near(t, "the only column that varies", a.mains[0].Individual.Mean, 1, 1e-12)
	// All columns constant: nothing to tell apart.
	for i := range y {
		x[5*i] = 0.25
	}
	ask(t, x, y, columns, forest.Options{Trees: 8}).undecided(t)
}

func TestBadNaN(t *testing.T) {
	var bad *forest.ValueError
	_, err := forest.Fit(context.Background(), uniform(3, 1), []float64{1, math.NaN(), 2}, nil, make([]forest.Column, 1), forest.Options{})
	if !errors.As(err, &bad) || bad.Row != 1 || bad.What != "y" {
		t.Errorf("a NaN loss: %v", err)
	}
}

func TestBadMoreColumnsThanRows(t *testing.T) {
	x, y := uniform(12, 40), make([]float64, 12)
	for i := range y {
		y[i] = x[40*i]
	}
	a := ask(t, x, y, make([]forest.Column, 40), forest.Options{Trees: 16})
	sum := 0.0
	for _, e := range a.totals {
		sum += e.Mean
	}
	if !(sum >= 1-1e-12) {
		t.Errorf("total indices add up to %v, want 1 or more", sum)
	}
}

func TestBadOneTree(t *testing.T) {
	x, y := uniform(80, 3), make([]float64, 80)
	for i := range y {
		y[i] = x[3*i] * x[3*i+1]
	}
	a := ask(t, x, y, make([]forest.Column, 3), forest.Options{Trees: 1})
	if s := a.mains[0].Individual; s.N != 1 || s.Std != 0 || !(s.Mean > 0) {
		t.Errorf("main effect %+v, want one tree without spread", s)
	}
}

func TestBad200Categories(t *testing.T) {
	// The loss depends on the parity of 200 levels, of which 199 occur, and on column 1.
	rng := rand.New(rand.NewPCG(8, 1))
	var x, y []float64
	for i := range 1990 {
		l, u := float64(i%199), rng.Float64()
		x = append(x, l, u)
		y = append(y, math.Mod(l, 2)+map[bool]float64{true: 1}[u > 0.5])
	}
	columns := []forest.Column{{Levels: 200}, {}}
	a := ask(t, x, y, columns, forest.Options{Trees: 8, FeatureFraction: 1})
	near(t, "levels", a.mains[0].Individual.Mean, 0.5, 0.02)
	near(t, "interaction", a.pairs[0].Individual.Mean, 0, 0.01)
	// Among the even levels that occur, the levels do nothing but where a tree's sample lacks one.
	f, err := forest.Fit(context.Background(), x, y, nil, columns, forest.Options{Trees: 8, FeatureFraction: 1})
	if err != nil {
		t.Fatal(err)
	}
	even := Region{{}, {}}
	for l := 0; l < 199; l += 2 {
		even[0].Levels = append(even[0].Levels, l)
	}
	part, err := Within(f, even)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "even levels", decompose(t, part, Options{}).Mains()[1].Individual.Mean, 1, 0.03)
}

func TestBadDuplicatedRows(t *testing.T) {
	// Every row three times, with losses that disagree: the mean of the copies counts.
	rng := rand.New(rand.NewPCG(8, 2))
	var x, y []float64
	for range 60 {
		a, b := rng.Float64(), rng.Float64()
		for _, noise := range []float64{-1, 0, 1} {
			x, y = append(x, a, b), append(y, a+noise)
		}
	}
	a := ask(t, x, y, make([]forest.Column, 2), forest.Options{Trees: 8, NoBootstrap: true, FeatureFraction: 1})
	// Pairs of rows are split by either column.
	near(t, "column 0", a.mains[0].Individual.Mean, 1, 2e-3)
	// The same row only: nothing to tell apart, though the losses differ.
	for i := range y {
		x[2*i], x[2*i+1] = 0.5, 0.5
	}
	ask(t, x, y, make([]forest.Column, 2), forest.Options{Trees: 8}).undecided(t)
}

func TestBadNeverActive(t *testing.T) {
	x, y := uniform(60, 3), make([]float64, 60)
	for i := range y {
		y[i] = x[3*i]
		x[3*i+1], x[3*i+2] = math.NaN(), math.NaN()
	}
	a := ask(t, x, y, []forest.Column{{}, {}, {Levels: 4}}, forest.Options{Trees: 8})
	a.none(t, 1, 2)
	near(t, "the active column", a.mains[0].Individual.Mean, 1, 1e-12)
}
