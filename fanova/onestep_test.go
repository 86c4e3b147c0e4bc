package fanova

import (
	"context"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// oneStepCase is a forest fitted to a few rows of a table, the cells of the table as
// rows, and the truth and the mean of the trees there.
type oneStepCase struct {
	columns []forest.Column
	cells   []int // of each column; numeric columns are cut half way between values only
	d       *Decomposition
	x       []float64
	f, g    []float64
	trees   [][]float64 // predictions of each tree, whose mean is g
}

func newOneStepCase(t *testing.T, seed uint64) *oneStepCase {
	t.Helper()
	rng := rand.New(rand.NewPCG(seed, 0))
	c := &oneStepCase{columns: []forest.Column{{}, {Levels: 3}, {Lower: -2, Upper: 2}, {Levels: 5}}, cells: []int{4, 3, 8, 5}}
	size := 1
	for _, k := range c.cells {
		size *= k
	}
	d := len(c.cells)
	c.x, c.f = make([]float64, size*d), make([]float64, size)
	for i := range size {
		rest := i
		for j := d - 1; j >= 0; j-- {
			v := float64(rest % c.cells[j])
			rest /= c.cells[j]
			if c.columns[j].Levels == 0 {
				lower, upper := c.columns[j].Bounds()
				v = lower + (upper-lower)*(v+0.5)/float64(c.cells[j])
			}
			c.x[i*d+j] = v
		}
		x := c.x[i*d:]
		c.f[i] = math.Sin(3*x[0]) + x[1]*x[2] + 0.3*x[3]*x[3]*x[0] + rng.NormFloat64()/2
	}
	rows := rng.Perm(size)[:120]
	var x, y []float64
	for _, i := range rows {
		x = append(x, c.x[i*d:(i+1)*d]...)
		y = append(y, c.f[i])
	}
	forest, err := forest.Fit(context.Background(), x, y, nil, c.columns, forest.Options{Trees: 7, MinLeaf: 3, Seed: seed, SingleLevel: 0.5})
	if err != nil {
		t.Fatal(err)
	}
	// Thresholds half way between values that are not neighbours lie on values or between
	// them: move those on values up, so that a cell is on one side.
	for k := range forest.Trees {
		tree := &forest.Trees[k]
		for n, j := range tree.Feature {
			if j >= 0 && c.columns[j].Levels == 0 {
				lower, upper := c.columns[j].Bounds()
				width := (upper - lower) / float64(c.cells[j])
				tree.Threshold[n] = lower + width*math.Round((tree.Threshold[n]-lower)/width)
			}
		}
	}
	if c.d, err = New(forest, Options{}); err != nil {
		t.Fatal(err)
	}
	c.g = forest.Predict(nil, c.x)
	for k := range forest.Trees {
		one := *forest
		one.Trees = forest.Trees[k : k+1]
		c.trees = append(c.trees, one.Predict(nil, c.x))
	}
	return c
}

// effect is the effect of columns a and b (b < 0: of a alone) of a table, cell by cell.
func (c *oneStepCase) effect(table []float64, a, b int) []float64 {
	d := len(c.cells)
	mean := func(same func(i, k int) bool) []float64 {
		out := make([]float64, len(table))
		for i := range table {
			n := 0.0
			for k := range table {
				if same(i, k) {
					out[i] += table[k]
					n++
				}
			}
			out[i] /= n
		}
		return out
	}
	on := func(j int) func(i, k int) bool { return func(i, k int) bool { return c.x[i*d+j] == c.x[k*d+j] } }
	all := mean(func(i, k int) bool { return true })
	of := mean(on(a))
	if b < 0 {
		for i := range of {
			of[i] -= all[i]
		}
		return of
	}
	other := mean(on(b))
	both := mean(func(i, k int) bool { return on(a)(i, k) && on(b)(i, k) })
	for i := range both {
		both[i] += all[i] - of[i] - other[i]
	}
	return both
}

func product(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum / float64(len(a))
}

func (c *oneStepCase) meanVariance() float64 {
	v := 0.0
	for _, u := range c.d.Variances() {
		v += u / float64(len(c.d.Variances()))
	}
	return v
}

// each calls check with the estimates of all mains and pairs.
func (c *oneStepCase) each(s *OneStep, check func(a, b int, got float64)) {
	n := len(c.cells)
	for a := range n {
		check(a, -1, s.Mains[a])
		for b := a + 1; b < n; b++ {
			check(a, b, s.Pairs[pairIndex(a, b, n)])
		}
	}
}

// TestOneStepOfEverything: where all residuals are known, the estimate is the variance of
// the true effect less that of its error.
func TestOneStepOfEverything(t *testing.T) {
	for seed := range uint64(5) {
		c := newOneStepCase(t, seed)
		e := make([]float64, len(c.f))
		for i := range e {
			e[i] = c.f[i] - c.g[i]
		}
		s, err := c.d.OneStep(context.Background(), c.x, e, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.each(s, func(a, b int, got float64) {
			f, miss := c.effect(c.f, a, b), c.effect(e, a, b)
			near(t, "share", got, (product(f, f)-product(miss, miss))/c.meanVariance(), 1e-12)
		})
	}
}

// knownMean returns the weighted mean of the entries that are not NaN, and their weight.
func knownMean(e, w []float64) (mean, sum float64) {
	for i := range e {
		if e[i] == e[i] {
			sum += w[i]
			mean += w[i] * e[i]
		}
	}
	return mean / sum, sum
}

// TestOneStepOfRows: some rows, weights and gaps, against the sums that define it.
func TestOneStepOfRows(t *testing.T) {
	c := newOneStepCase(t, 9)
	rng := rand.New(rand.NewPCG(9, 1))
	n := len(c.cells)
	var x, e, w []float64
	var cell []int
	for range 60 {
		i := rng.IntN(len(c.f))
		row := append([]float64(nil), c.x[i*n:(i+1)*n]...)
		if rng.IntN(4) == 0 {
			row[rng.IntN(n)] = math.NaN()
		}
		residual := rng.NormFloat64() + 0.5
		if rng.IntN(8) == 0 {
			residual = math.NaN()
		}
		x, e, w, cell = append(x, row...), append(e, residual), append(w, float64(rng.IntN(4))), append(cell, i)
	}
	s, err := c.d.OneStep(context.Background(), x, e, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	mean, sum := knownMean(e, w)
	c.each(s, func(a, b int, got float64) {
		g := c.effect(c.g, a, b)
		want := product(g, g)
		for i := range e {
			missing := math.IsNaN(x[i*n+a]) || b >= 0 && math.IsNaN(x[i*n+b])
			if !missing && e[i] == e[i] {
				want += 2 * g[cell[i]] * w[i] / sum * (e[i] - mean)
			}
		}
		near(t, "share", got, want/c.meanVariance(), 1e-12)
	})
}

// TestOneStepManySplits: more split points than cells. The effects of x + y + 4xy, each by
// its closed form, up to the error of a forest on 4000 rows.
func TestOneStepManySplits(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	const n = 4000
	x, y := make([]float64, 2*n), make([]float64, n)
	f := func(a, b float64) float64 { return a + b + 4*a*b }
	for i := range y {
		x[2*i], x[2*i+1] = rng.Float64(), rng.Float64()
		y[i] = f(x[2*i], x[2*i+1])
	}
	fitted, err := forest.Fit(context.Background(), x, y, nil, make([]forest.Column, 2), forest.Options{Trees: 32})
	if err != nil {
		t.Fatal(err)
	}
	d, err := New(fitted, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i := range y {
		y[i] -= fitted.OutOfBag.Prediction[i]
	}
	s, err := d.OneStep(context.Background(), x, y, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	// Var(a + b + 4ab): mains 9/12 each, the interaction 16/144.
	variance := 0.75 + 0.75 + 1.0/9
	near(t, "main", s.Mains[0], 0.75/variance, 0.004)
	near(t, "main", s.Mains[1], 0.75/variance, 0.004)
	near(t, "pair", s.Pairs[0], 1.0/9/variance, 0.004)
}

func TestOneStepWorkers(t *testing.T) {
	c := newOneStepCase(t, 4)
	e := make([]float64, len(c.f))
	for i := range e {
		e[i] = c.f[i] - c.g[i]
	}
	var all []*OneStep
	for _, workers := range []int{1, 3} {
		c.d.opt.Workers = workers
		s, err := c.d.OneStep(context.Background(), c.x, e, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, s)
	}
	if !reflect.DeepEqual(all[0], all[1]) {
		t.Error("results depend on the number of workers")
	}
}

func TestOneStepBadInput(t *testing.T) {
	c := newOneStepCase(t, 1)
	row := []float64{0, 1, 0, 1}
	ctx := context.Background()
	for name, call := range map[string]func() (*OneStep, error){
		"x too short":       func() (*OneStep, error) { return c.d.OneStep(ctx, row[:3], []float64{1}, nil, nil) },
		"weights too short": func() (*OneStep, error) { return c.d.OneStep(ctx, row, []float64{1}, []float64{}, nil) },
		"no level":          func() (*OneStep, error) { return c.d.OneStep(ctx, []float64{0, 3, 0, 1}, []float64{1}, nil, nil) },
	} {
		if _, err := call(); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := c.d.OneStep(done, row, []float64{1}, nil, nil); err != context.Canceled {
		t.Errorf("error %v, want that of the context", err)
	}
	for name, residual := range map[string][]float64{"no residual known": {math.NaN()}, "no rows": {}} {
		s, err := c.d.OneStep(ctx, row[:4*len(residual)], residual, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.each(s, func(a, b int, got float64) {
			if got == got {
				t.Errorf("%s: share %v, want NaN", name, got)
			}
		})
	}
	flat, err := New(&forest.Forest{Columns: c.columns, Trees: []forest.Tree{flatten(c.columns, leaf(1))}}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	s, err := flat.OneStep(ctx, row, []float64{1}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	c.each(s, func(a, b int, got float64) {
		if got == got {
			t.Errorf("share %v of a forest without variance, want NaN", got)
		}
	})
}

func BenchmarkOneStep(b *testing.B) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, d = 1000, 17
	x, y := make([]float64, n*d), make([]float64, n)
	for i := range x {
		x[i] = rng.Float64()
	}
	for i := range y {
		y[i] = x[i*d]*x[i*d+1] + x[i*d+2] + rng.NormFloat64()/4
	}
	var unseen []Unseen
	f, err := forest.Fit(context.Background(), x, y, nil, make([]forest.Column, d), forest.Options{MinLeaf: 2, Subsample: 0.8,
		OutOfBag: func(_ int, rows []uint32, predicted []float64) {
			unseen = append(unseen, Unseen{slices.Clone(rows), slices.Clone(predicted)})
		}})
	if err != nil {
		b.Fatal(err)
	}
	dec, err := New(f, Options{})
	if err != nil {
		b.Fatal(err)
	}
	for name, u := range map[string][]Unseen{"all trees": nil, "unseen": unseen} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := dec.OneStep(context.Background(), x, f.OutOfBag.Prediction, nil, u); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
