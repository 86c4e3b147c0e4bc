package fanova

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze/forest"
)

func subsetOf(t testing.TB, d *Decomposition, cols ...int) Effect {
	t.Helper()
	e, err := d.Subset(context.Background(), cols...)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// TestSubsetsAddUp: the effects of all subsets are not negative and add up to 1,
// the total index of a column is the sum over the subsets with it, and the closed
// effect of a set that over its subsets.
func TestSubsetsAddUp(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "seed"), 0))
		columns := mixedColumns(rng, rapid.IntRange(1, 5).Draw(r, "columns"))
		f := &forest.Forest{Columns: columns}
		for range rapid.IntRange(1, 3).Draw(r, "trees") {
			leaves := rapid.IntRange(1, 60).Draw(r, "leaves")
			f.Trees = append(f.Trees, flatten(columns, randomTree(rng, columns, leaves)))
		}
		d, err := New(f, Options{})
		if err != nil {
			r.Fatal(err)
		}
		n := len(columns)
		effects := make([]Effect, 1<<n)
		for u := 1; u < 1<<n; u++ {
			effects[u], err = d.Subset(context.Background(), columnsOf(u)...)
			if err != nil {
				r.Fatal(err)
			}
		}
		totals, err := d.Totals(context.Background())
		if err != nil {
			r.Fatal(err)
		}
		check := func(what string, got, want float64) {
			if math.Abs(got-want) > 1e-11 {
				r.Fatalf("%s: %v, want %v", what, got, want)
			}
		}
		for k := range f.Trees {
			if d.Variances()[k] == 0 {
				continue
			}
			sum := 0.0
			for u := 1; u < 1<<n; u++ {
				v := effects[u].IndividualByTree[k]
				if v < 0 || v > 1+1e-12 {
					r.Fatalf("effect of subset %b is %v", u, v)
				}
				sum += v
				closed := 0.0
				for w := u; w > 0; w = (w - 1) & u {
					closed += effects[w].IndividualByTree[k]
				}
				check("closed effect", effects[u].TotalByTree[k], closed)
			}
			check("sum of all", sum, 1)
			for c := range n {
				with := 0.0
				for u := 1; u < 1<<n; u++ {
					if u>>c&1 != 0 {
						with += effects[u].IndividualByTree[k]
					}
				}
				check("total index", totals[c].ByTree[k], with)
			}
		}
	})
}

// gridTree is a tree that is constant on the cells of a regular grid, with k
// cells per column and the value f(cell indices) there.
func gridTree(columns, k int, f func(cell []int) float64) *node {
	lo, hi := make([]int, columns), make([]int, columns)
	for c := range hi {
		hi[c] = k
	}
	var grow func() *node
	grow = func() *node {
		widest := 0
		for c := range columns {
			if hi[c]-lo[c] > hi[widest]-lo[widest] {
				widest = c
			}
		}
		if hi[widest]-lo[widest] == 1 {
			return leaf(f(lo))
		}
		from, to := lo[widest], hi[widest]
		mid := (from + to) / 2
		n := &node{column: widest, at: float64(mid) / float64(k)}
		hi[widest] = mid
		n.left = grow()
		lo[widest], hi[widest] = mid, to
		n.right = grow()
		lo[widest] = from
		return n
	}
	return grow()
}

// TestClosedForms decomposes a sum and a product of functions of one column.
// With means mu_j and variances s_j the sum has V_j = s_j and no interactions; the
// product has V_U = prod over U of s_j times prod over the rest of mu_j^2.
func TestClosedForms(t *testing.T) {
	const n, k = 4, 5
	g := func(c, i int) float64 { return float64(c+1) + math.Sin(float64(i*(c+2))) }
	mu, s := make([]float64, n), make([]float64, n)
	for c := range n {
		for i := range k {
			mu[c] += g(c, i) / k
		}
		for i := range k {
			s[c] += (g(c, i) - mu[c]) * (g(c, i) - mu[c]) / k
		}
	}
	sum := gridTree(n, k, func(cell []int) float64 {
		v := 0.0
		for c, i := range cell {
			v += g(c, i)
		}
		return v
	})
	product := gridTree(n, k, func(cell []int) float64 {
		v := 1.0
		for c, i := range cell {
			v *= g(c, i)
		}
		return v
	})
	columns := make([]forest.Column, n)
	d := decompose(t, &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, sum), flatten(columns, product)}}, Options{})
	for u := 1; u < 1<<n; u++ {
		e := subsetOf(t, d, columnsOf(u)...)
		additive, multiplicative := 0.0, 1.0
		for c := range n {
			if u>>c&1 != 0 {
				multiplicative *= s[c]
				if bits.OnesCount(uint(u)) == 1 {
					additive = s[c]
				}
			} else {
				multiplicative *= mu[c] * mu[c]
			}
		}
		v := d.Variances()
		near(t, fmt.Sprintf("sum, subset %b", u), e.IndividualByTree[0], additive/v[0], 1e-14)
		near(t, fmt.Sprintf("product, subset %b", u), e.IndividualByTree[1], multiplicative/v[1], 1e-14)
	}
}

// TestExplained compares with the sums over all subsets of each order.
func TestExplained(t *testing.T) {
	f := grownForest(8, make([]forest.Column, 4), 3, 40)
	f.Trees = append(f.Trees, flatten(f.Columns, leaf(1)))
	d := decompose(t, f, Options{})
	want := make([][]float64, 5)
	for i := range want {
		want[i] = make([]float64, 3)
	}
	for u := 1; u < 16; u++ {
		for k := range 3 {
			want[bits.OnesCount(uint(u))][k] += subsetOf(t, d, columnsOf(u)...).IndividualByTree[k]
		}
	}
	for k := range 3 {
		want[3][k] += want[4][k]
	}
	o := Explained(d.Mains(), pairs(t, d))
	for i, got := range []Stat{o.Mains, o.Pairs, o.Higher} {
		s := NewStat(want[i+1])
		near(t, "mean", got.Mean, s.Mean, 1e-14)
		near(t, "spread", got.Std, s.Std, 1e-14)
		if got.N != 3 {
			t.Errorf("order %d: %d trees, want 3", i+1, got.N)
		}
	}
	// One column and no pair.
	o = Explained(decompose(t, grownForest(9, make([]forest.Column, 1), 1, 5), Options{}).Mains(), nil)
	near(t, "one column", o.Mains.Mean, 1, 1e-15)
	if o.Pairs.Mean != 0 || o.Higher.Mean != 0 {
		t.Errorf("%+v", o)
	}
}

// TestManyLevels has two columns of 200 levels and a numeric one.
func TestManyLevels(t *testing.T) {
	columns := []forest.Column{{Levels: 200}, {}, {Levels: 200}}
	rng := rand.New(rand.NewPCG(3, 0))
	f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, grownTree(rng, columns, 30))}}
	g, _ := tabulate(columns, &f.Trees[0], nil)
	closed, individual := g.anova()
	d := decompose(t, f, Options{})
	v := d.Variances()[0]
	near(t, "variance", v, closed[7], 1e-9)
	totals, err := d.Totals(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for u := 1; u < 8; u++ {
		e := subsetOf(t, d, columnsOf(u)...)
		near(t, "subset", e.Individual.Mean*v, individual[u], 1e-9)
		near(t, "closed subset", e.Total.Mean*v, closed[u], 1e-9)
	}
	for c, e := range totals {
		near(t, "total index", e.Mean*v, total(individual, c), 1e-9)
	}
}

// TestRepeatedSplits: splits at a border of the box, or beyond, leave one side
// without volume, whatever is there.
func TestRepeatedSplits(t *testing.T) {
	columns := make([]forest.Column, 2)
	other := func() *node { return &node{column: 1, at: 0.5, left: leaf(100), right: leaf(-100)} }
	plain := &node{column: 0, at: 0.5, left: leaf(1), right: leaf(2)}
	root := &node{column: 0, at: 0.5,
		left:  &node{column: 0, at: 0.5, left: leaf(1), right: other()},
		right: &node{column: 0, at: 0.5, left: other(), right: &node{column: 0, at: 0.25, left: other(), right: leaf(2)}}}
	d := decompose(t, &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, plain), flatten(columns, root)}}, Options{})
	if n := len(d.trees[1].column); n != 3 {
		t.Errorf("%d nodes with volume, want 3", n)
	}
	if v := d.Variances(); v[0] != 0.25 || v[1] != 0.25 {
		t.Errorf("variances %v, want 0.25", v)
	}
	if m := d.Mains()[0].Individual; m.Mean != 1 || m.Std != 0 {
		t.Errorf("main effect %+v, want 1", m)
	}
}

// TestThresholdOnLevels: a categorical column may also be split by a threshold on
// its level index.
func TestThresholdOnLevels(t *testing.T) {
	columns := []forest.Column{{Levels: 4}}
	at := &node{column: 0, at: 1.5, left: leaf(1), right: leaf(2)}
	set := &node{column: 0, levels: []int{0, 1}, left: leaf(1), right: leaf(2)}
	d := decompose(t, &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, at), flatten(columns, set)}}, Options{})
	m, std, err := d.Marginal(0, []float64{0, 1, 2, 3})
	if err != nil {
		t.Fatal(err)
	}
	if want := []float64{1, 1, 2, 2}; !slices.Equal(m, want) || slices.Max(std) != 0 {
		t.Errorf("marginal %v with spread %v, want %v with 0", m, std, want)
	}
}

// TestManyColumns has more columns than bits in a mask.
func TestManyColumns(t *testing.T) {
	few := make([]forest.Column, 4)
	rng := rand.New(rand.NewPCG(4, 0))
	root := grownTree(rng, few, 60)
	small := decompose(t, &forest.Forest{Columns: few, Trees: []forest.Tree{flatten(few, root)}}, Options{})
	place := []int{3, 67, 131, 140} // the first three have the same bit
	var move func(n *node)
	move = func(n *node) {
		if n.left != nil {
			n.column = place[n.column]
			move(n.left)
			move(n.right)
		}
	}
	move(root)
	many := make([]forest.Column, 150)
	large := decompose(t, &forest.Forest{Columns: many, Trees: []forest.Tree{flatten(many, root)}}, Options{})
	a, err := small.Totals(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	b, err := large.Totals(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	p, q := pairs(t, small), pairs(t, large)
	for c := range few {
		near(t, "total index", b[place[c]].Mean, a[c].Mean, 1e-14)
		for e := c + 1; e < 4; e++ {
			near(t, "pair", q[pairIndex(place[c], place[e], 150)].Total.Mean, p[pairIndex(c, e, 4)].Total.Mean, 1e-14)
		}
	}
	if got := b[0].Mean; got != 0 {
		t.Errorf("total index of a column that is never split: %v, want 0", got)
	}
	near(t, "closed effect of three", subsetOf(t, large, 131, 3, 67).Total.Mean, subsetOf(t, small, 0, 1, 2).Total.Mean, 1e-14)
}

// TestPairBatches: terms that do not fit in memory at once are gathered in turns.
func TestPairBatches(t *testing.T) {
	f := grownForest(5, make([]forest.Column, 6), 1, 100)
	d := decompose(t, f, Options{})
	want := pairs(t, d)
	got := pairs(t, d)
	for i := range got {
		got[i].IndividualByTree[0] = math.NaN()
	}
	var count pairSolver
	count.reset(d.trees[0])
	most := int(slices.Max(count.count))
	s := pairSolver{limit: 2 * most}
	d.pairsOfTree(context.Background(), &s, 0, func(a, b int) bool { return true }, got)
	if cap(s.terms) > s.limit {
		t.Errorf("%d terms at once, want at most %d", cap(s.terms), s.limit)
	}
	for i := range got {
		if got[i].IndividualByTree[0] != want[i].IndividualByTree[0] {
			t.Errorf("pair %v: %v, want %v", want[i].Columns, got[i].IndividualByTree[0], want[i].IndividualByTree[0])
		}
	}
}

// TestWorkers: the results are the same, to the bit, for any number of workers.
func TestWorkers(t *testing.T) {
	columns := []forest.Column{{}, {Levels: 7}, {Lower: -1, Upper: 1}, {}, {}}
	f := grownForest(6, columns, 5, 80)
	all := func(workers int) string {
		last := 0
		d := decompose(t, f, Options{Workers: workers, Progress: func(done, total int) {
			if done < 1 || done > total || done != last+1 {
				t.Errorf("progress %d of %d after %d", done, total, last)
			}
			last = done % total
		}})
		totals, err := d.Totals(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(d.Mains(), pairs(t, d), totals, subsetOf(t, d, 1, 2, 3))
	}
	want := all(1)
	for _, w := range []int{2, 3, 16} {
		if all(w) != want {
			t.Errorf("%d workers give another result than one", w)
		}
	}
}

func TestZeroVariance(t *testing.T) {
	columns := make([]forest.Column, 3)
	f := &forest.Forest{Columns: columns, Trees: []forest.Tree{
		flatten(columns, leaf(7)),
		flatten(columns, &node{column: 0, at: 0.5, left: leaf(1), right: leaf(1)}),
		// Equal up to rounding.
		flatten(columns, &node{column: 0, at: 0.5, left: leaf(0.3), right: leaf(math.Nextafter(0.3, 1))}),
		// Variance outside the bounds alone.
		flatten(columns, &node{column: 0, at: 1.5, left: leaf(1), right: leaf(2)}),
		flatten(columns, &node{column: 1, at: 0.25, left: leaf(1), right: leaf(2)}),
	}}
	d := decompose(t, f, Options{})
	if d.Zero() != 4 {
		t.Errorf("%d trees without variance, want 4", d.Zero())
	}
	near(t, "variance", d.Variances()[4], 3.0/16, 1e-16)
	e := d.Mains()[1].Individual
	if e.Mean != 1 || e.Std != 0 || e.N != 1 {
		t.Errorf("main effect %+v, want 1 over one tree", e)
	}
	m, _, err := d.Marginal(1, []float64{0, 1})
	if err != nil {
		t.Fatal(err)
	}
	// The prediction averages all trees.
	near(t, "marginal", m[0], (7+1+0.3+1+1)/5, 1e-15)
	near(t, "marginal", m[1], (7+1+0.3+1+2)/5, 1e-15)

	f.Trees = f.Trees[:4]
	d = decompose(t, f, Options{})
	totals, err := d.Totals(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []Stat{d.Mains()[0].Individual, pairs(t, d)[0].Total, subsetOf(t, d, 0, 1, 2).Individual, totals[0].Stat} {
		if s.N != 0 || !math.IsNaN(s.Mean) || !math.IsNaN(s.Std) {
			t.Errorf("a forest without variance has %+v, want NaN", s)
		}
	}
}

func TestCutoffs(t *testing.T) {
	columns := make([]forest.Column, 2)
	// Column 1 matters only where the values are high.
	root := &node{column: 0, at: 0.5, left: leaf(1), right: &node{column: 1, at: 0.5, left: leaf(10), right: leaf(20)}}
	f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, root)}}
	d := decompose(t, f, Options{Cutoffs: &Cutoffs{Lower: math.Inf(-1), Upper: 5}})
	near(t, "variance", d.Variances()[0], 4, 0)
	if n := len(d.trees[0].column); n != 3 {
		t.Errorf("%d nodes, want 3: the split between equal leaves is dropped", n)
	}
	if m := d.Mains(); m[0].Individual.Mean != 1 || m[1].Individual.Mean != 0 {
		t.Errorf("main effects %v and %v, want 1 and 0", m[0].Individual.Mean, m[1].Individual.Mean)
	}
}

func TestStat(t *testing.T) {
	s := NewStat([]float64{1, math.NaN(), 4, 1, 2})
	// Population standard deviation: numpy 2.4.6, np.std([1, 4, 1, 2]).
	if s.N != 4 || s.Mean != 2 || math.Abs(s.Std-1.224744871391589) > 1e-15 {
		t.Errorf("%+v", s)
	}
}

func TestErrors(t *testing.T) {
	columns := []forest.Column{{}, {Levels: 3}}
	good := func() *forest.Forest {
		root := &node{column: 1, levels: []int{0}, left: leaf(1), right: &node{column: 0, at: 0.5, left: leaf(2), right: leaf(3)}}
		return &forest.Forest{Columns: slices.Clone(columns), Trees: []forest.Tree{flatten(columns, root)}}
	}
	for _, c := range []struct {
		want   string
		damage func(f *forest.Forest, o *Options)
	}{
		{"no trees", func(f *forest.Forest, o *Options) { f.Trees = nil }},
		{"bounds 1 and 0", func(f *forest.Forest, o *Options) { f.Columns[0] = forest.Column{Lower: 1} }},
		{"bounds NaN", func(f *forest.Forest, o *Options) { f.Columns[0].Lower = math.NaN() }},
		{"bounds 0 and +Inf", func(f *forest.Forest, o *Options) { f.Columns[0].Upper = math.Inf(1) }},
		{"-1 levels", func(f *forest.Forest, o *Options) { f.Columns[1].Levels = -1 }},
		{"cutoffs 2 and 1", func(f *forest.Forest, o *Options) { o.Cutoffs = &Cutoffs{2, 1} }},
		{"cutoffs NaN", func(f *forest.Forest, o *Options) { o.Cutoffs = &Cutoffs{math.NaN(), 1} }},
		{"tree 0: leaf 1 has value NaN", func(f *forest.Forest, o *Options) { f.Trees[0].Value[1] = math.NaN() }},
		{"node 2 splits on column 9", func(f *forest.Forest, o *Options) { f.Trees[0].Feature[2] = 9 }},
		{"node 2 has the right child 3, want one in 4..4", func(f *forest.Forest, o *Options) { f.Trees[0].Right[2] = 3 }},
		{"node 2 splits numeric column 0 by a set", func(f *forest.Forest, o *Options) { f.Trees[0].Subset[2] = 0 }},
		{"beyond the 1 words", func(f *forest.Forest, o *Options) { f.Trees[0].Subset[0] = 1 }},
		{"threshold NaN", func(f *forest.Forest, o *Options) { f.Trees[0].Threshold[2] = math.NaN() }},
		{"unequal length", func(f *forest.Forest, o *Options) { f.Trees[0].Value = nil }},
		{"no nodes", func(f *forest.Forest, o *Options) { f.Trees[0] = forest.Tree{} }},
	} {
		f, o := good(), Options{}
		c.damage(f, &o)
		if _, err := New(f, o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	d := decompose(t, good(), Options{})
	ctx := context.Background()
	for _, cols := range [][]int{{}, {2}, {-1}, {0, 0}} {
		if _, err := d.Subset(ctx, cols...); err == nil {
			t.Errorf("no error for the subset %v", cols)
		}
	}
	for _, c := range []struct {
		col  int
		grid []float64
	}{{2, nil}, {0, []float64{math.NaN()}}, {1, []float64{3}}, {1, []float64{0.5}}, {1, []float64{-1}}} {
		if _, _, err := d.Marginal(c.col, c.grid); err == nil {
			t.Errorf("no error for the marginal %v", c)
		}
		if _, _, err := d.Marginal2(c.col, 0, c.grid, []float64{0}); err == nil {
			t.Errorf("no error for the marginal of two %v", c)
		}
	}
	if _, _, err := d.Marginal2(0, 0, nil, nil); err == nil {
		t.Error("no error for the marginal of a column with itself")
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := d.Pairs(done); !errors.Is(err, context.Canceled) {
		t.Errorf("Pairs: %v", err)
	}
	if _, err := d.Totals(done); !errors.Is(err, context.Canceled) {
		t.Errorf("Totals: %v", err)
	}
	if _, err := d.Subset(done, 0, 1); !errors.Is(err, context.Canceled) {
		t.Errorf("Subset: %v", err)
	}
}

// TestOutsideBounds: values outside the bounds give the marginal of the bound.
func TestOutsideBounds(t *testing.T) {
	d := decompose(t, fiveNodes(), Options{})
	m, _, err := d.Marginal(0, []float64{-5, 0, 1, 5, math.Inf(1)})
	if err != nil {
		t.Fatal(err)
	}
	if m[0] != m[1] || m[2] != m[3] || m[3] != m[4] {
		t.Errorf("marginal %v", m)
	}
}
