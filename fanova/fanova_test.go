package fanova

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

func decompose(t testing.TB, f *forest.Forest, opt Options) *Decomposition {
	t.Helper()
	d, err := New(f, opt)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func pairs(t testing.TB, d *Decomposition) []Effect {
	t.Helper()
	p, err := d.Pairs(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// fiveNodes is a tree whose decomposition was done by hand: on [0,1]x[0,2] the
// root splits x1 at 1/2, its left child x2 at 3/2; leaves 0.1, 0.2 and 0.5.
func fiveNodes() *forest.Forest {
	columns := []forest.Column{{Lower: 0, Upper: 1}, {Lower: 0, Upper: 2}}
	root := &node{column: 0, at: 0.5, right: leaf(0.5),
		left: &node{column: 1, at: 1.5, left: leaf(0.1), right: leaf(0.2)}}
	return &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, root)}}
}

func TestFiveNodes(t *testing.T) {
	d := decompose(t, fiveNodes(), Options{})
	const eps = 1e-15
	near(t, "mean", d.Means()[0], 5.0/16, eps)
	near(t, "variance", d.Variances()[0], 231.0/6400, eps)
	m := d.Mains()
	near(t, "x1", m[0].Individual.Mean, 75.0/77, eps)
	near(t, "x2", m[1].Individual.Mean, 1.0/77, eps)
	p := pairs(t, d)
	near(t, "interaction", p[0].Individual.Mean, 1.0/77, eps)
	near(t, "closed effect of the pair", p[0].Total.Mean, 1, eps)
	mean, _, err := d.Marginal(0, []float64{0.1, 0.5, 0.9})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.125, 0.125, 0.5} {
		near(t, "marginal of x1", mean[i], want, eps)
	}
	mean, _, err = d.Marginal2(1, 0, []float64{2, 1}, []float64{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []float64{0.2, 0.5, 0.1, 0.5} {
		near(t, "marginal of (x2, x1)", mean[i], want, eps)
	}
}

// TestBruteForce compares everything with the definitions, evaluated on the
// full grid of all split intervals.
func TestBruteForce(t *testing.T) {
	trials := 300
	if testing.Short() {
		trials = 60
	}
	for trial := range trials {
		rng := rand.New(rand.NewPCG(1, uint64(trial)))
		columns := mixedColumns(rng, 1+rng.IntN(4))
		root := randomTree(rng, columns, 1+rng.IntN(25))
		f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, root)}}
		var cut *Cutoffs
		if rng.IntN(3) == 0 {
			cut = &Cutoffs{-0.5, math.Inf(1)}
		}
		d := decompose(t, f, Options{Cutoffs: cut})
		compareWithBruteForce(t, d, f, cut)
		if t.Failed() {
			t.Fatalf("trial %d, columns %+v", trial, columns)
		}
	}
}

func compareWithBruteForce(t *testing.T, d *Decomposition, f *forest.Forest, cut *Cutoffs) {
	t.Helper()
	const eps = 1e-12 // the definitions add up to 1e5 cells
	n := len(f.Columns)
	g, centres := tabulate(f.Columns, &f.Trees[0], cut)
	if len(g.values) > 1e5 {
		return
	}
	closed, individual := g.anova()
	full := len(closed) - 1
	v := d.Variances()[0]
	if closed[full] < 1e-25 {
		near(t, "variance", v, 0, 0)
		if d.Zero() != 1 || d.Mains()[0].Individual.N != 0 || !math.IsNaN(d.Mains()[0].Individual.Mean) {
			t.Errorf("a constant tree: Zero %d, main effect %+v", d.Zero(), d.Mains()[0].Individual)
		}
		return
	}
	near(t, "variance", v, closed[full], eps)
	for _, e := range d.Mains() {
		near(t, "main", e.Individual.Mean*v, individual[1<<e.Columns[0]], eps)
	}
	for _, e := range pairs(t, d) {
		u := 1<<e.Columns[0] | 1<<e.Columns[1]
		near(t, "pair", e.Individual.Mean*v, individual[u], eps)
		near(t, "closed pair", e.Total.Mean*v, closed[u], eps)
	}
	totals, err := d.Totals(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range totals {
		near(t, "total index", e.Mean*v, total(individual, e.Column), eps)
	}
	for u := 1; u < len(closed); u++ {
		e, err := d.Subset(context.Background(), columnsOf(u)...)
		if err != nil {
			t.Fatal(err)
		}
		near(t, "subset", e.Individual.Mean*v, individual[u], eps)
		near(t, "closed subset", e.Total.Mean*v, closed[u], eps)
	}
	products := gram{ctx: context.Background(), t: d.trees[0]}
	for u := 1; u < len(closed); u++ {
		q := newCube(d.trees[0], columnsOf(u))
		near(t, "closed subset by cube", q.square(), closed[u], eps)
		q.center()
		near(t, "subset by cube", q.square(), individual[u], eps)
		got, err := products.interaction(columnsOf(u))
		if err != nil {
			t.Fatal(err)
		}
		near(t, "subset by inner products", got, individual[u], eps)
	}
	o := newOverlap(context.Background(), d.trees[0])
	for u := range closed {
		o.share(func(c int) bool { return u>>c&1 != 0 })
		near(t, "closed subset by traversal", o.explained(0), closed[u], eps)
		o.ambiguous = true // must cost time alone
		near(t, "closed subset by ambiguous traversal", o.explained(0), closed[u], eps)
		o.ambiguous = false
	}
	// Marginals at the centres: a_U is the sum over the other columns.
	weightedMean := func(fixed map[int]int) float64 {
		sum := 0.0
		var walk func(c, i int, w float64)
		walk = func(c, i int, w float64) {
			if c == n {
				sum += w * g.values[i]
				return
			}
			k := len(g.weights[c])
			if l, ok := fixed[c]; ok {
				walk(c+1, i*k+l, w)
				return
			}
			for l, wl := range g.weights[c] {
				walk(c+1, i*k+l, w*wl)
			}
		}
		walk(0, 0, 1)
		return sum
	}
	for c := range n {
		m, std, err := d.Marginal(c, centres[c])
		if err != nil {
			t.Fatal(err)
		}
		for i := range m {
			near(t, "marginal", m[i], weightedMean(map[int]int{c: i}), eps)
			near(t, "spread over one tree", std[i], 0, 0)
		}
	}
	if n < 2 {
		return
	}
	a, b := n-1, 0
	// Points backwards, to see that order does not matter.
	ga, gb := reversed(centres[a]), centres[b]
	m, _, err := d.Marginal2(a, b, ga, gb)
	if err != nil {
		t.Fatal(err)
	}
	for i := range ga {
		for j := range gb {
			want := weightedMean(map[int]int{a: len(ga) - 1 - i, b: j})
			near(t, "marginal of two", m[i*len(gb)+j], want, eps)
		}
	}
}

// columnsOf lists the bits of u.
func columnsOf(u int) []int {
	var cols []int
	for c := 0; u>>c != 0; c++ {
		if u>>c&1 != 0 {
			cols = append(cols, c)
		}
	}
	return cols
}

func reversed(x []float64) []float64 {
	y := make([]float64, len(x))
	for i, v := range x {
		y[len(x)-1-i] = v
	}
	return y
}

// TestGridAgainstSweep compares the two ways to solve pairs of numeric columns.
func TestGridAgainstSweep(t *testing.T) {
	columns := make([]forest.Column, 5)
	f := grownForest(2, columns, 3, 500)
	d := decompose(t, f, Options{})
	for k, tr := range d.trees {
		grid, sweep := pairSolver{way: byGrid}, pairSolver{way: bySweep}
		var all [][2]int
		for a := range 5 {
			for b := a + 1; b < 5; b++ {
				all = append(all, [2]int{a, b})
			}
		}
		for _, s := range []*pairSolver{&grid, &sweep} {
			s.reset(tr)
			s.collect(all)
		}
		for a := range 5 {
			for b := a + 1; b < 5; b++ {
				g, s := grid.variance(a, b), sweep.variance(a, b)
				if g == 0 {
					t.Errorf("tree %d: no interaction of %d and %d", k, a, b)
				}
				near(t, "sweep", s/tr.variance, g/tr.variance, 1e-14)
			}
		}
	}
}
