package forest

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var nan = math.NaN()

// friedman is the test function of Friedman ("Multivariate adaptive regression
// splines", Annals of Statistics 19, 1991, equation 61) on the first five columns
// of a uniform table, plus noise.
func friedman(n, d int, noise float64, seed uint64) (x, y []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	x, y = make([]float64, n*d), make([]float64, n)
	for i := range n {
		r := x[i*d : (i+1)*d]
		for j := range r {
			r[j] = rng.Float64()
		}
		y[i] = 10*math.Sin(math.Pi*r[0]*r[1]) + 20*(r[2]-0.5)*(r[2]-0.5) + 10*r[3] + 5*r[4] + noise*rng.NormFloat64()
	}
	return x, y
}

// mixed is a table with all kinds of columns and missing entries: continuous,
// integer, categorical, continuous and categorical with gaps, constant, all missing.
func mixed(n int, seed uint64) (x, y, w []float64, cols []Column) {
	rng := rand.New(rand.NewPCG(seed, 2))
	cols = []Column{{}, {Lower: 0, Upper: 9}, {Levels: 70}, {Lower: -1, Upper: 1}, {Levels: 3}, {}, {}, {Levels: 4}}
	d := len(cols)
	x, y, w = make([]float64, n*d), make([]float64, n), make([]float64, n)
	for i := range n {
		r := x[i*d : (i+1)*d]
		r[0] = rng.Float64()
		r[1] = float64(rng.IntN(10))
		r[2] = float64(rng.IntN(70))
		r[3] = 2*rng.Float64() - 1
		r[4] = float64(rng.IntN(3))
		if r[0] < 0.4 {
			r[3], r[4] = nan, nan
		}
		r[5], r[6], r[7] = 0.25, nan, nan
		y[i] = 3*r[0] + 0.3*r[1] + math.Sin(r[2]) + 0.1*rng.NormFloat64()
		if r[0] >= 0.4 {
			y[i] += 2*r[3]*r[3] + r[4]
		}
		w[i] = float64(rng.IntN(4)) / 2
	}
	return x, y, w, cols
}

// tb is what helpers need of *testing.T, *testing.B and *rapid.T.
type tb interface {
	Helper()
	Fatal(args ...any)
}

func mustFit(t tb, x, y, w []float64, cols []Column, opt Options) *Forest {
	t.Helper()
	f, err := Fit(context.Background(), x, y, w, cols, opt)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// one tree on all rows with all columns.
var cart = Options{Trees: 1, NoBootstrap: true, FeatureFraction: 1}

func TestFitByHand(t *testing.T) {
	// y = 0 left of 2.5, else 10 or 14 by level: level 1 and 3 against 0.
	x := []float64{
		1, 0,
		2, 1,
		3, 0,
		4, 1,
		5, 3,
	}
	y := []float64{0, 0, 14, 10, 10}
	f := mustFit(t, x, y, nil, []Column{{Lower: 0, Upper: 9}, {Levels: 5}}, cart)
	want := Tree{
		Feature:   []int32{0, -1, 1, -1, -1},
		Threshold: []float64{2.5, 0, 0, 0, 0},
		Subset:    []int32{-1, -1, 0, -1, -1},
		Right:     []int32{2, -1, 4, -1, -1},
		Value:     []float64{6.8, 0, 34.0 / 3, 10, 14},
		Variance:  []float64{(2*6.8*6.8 + 7.2*7.2 + 2*3.2*3.2) / 5, 0, 32.0 / 9, 0, 0},
		Weight:    []float32{5, 2, 3, 2, 1}, WeightUnit: 1,
		Bits: []uint64{0b11110}, // levels 2 and 4 are not in the node: heavier side
	}
	got := f.Trees[0]
	// At 3 against 4 the numeric column is as good; which one wins was drawn.
	if got.Feature[2] == 0 {
		want.Feature[2], want.Threshold[2], want.Subset, want.Bits = 0, 3.5, nil, nil
		want.Value[3], want.Value[4] = 14, 10
		want.Weight[3], want.Weight[4] = 1, 2
	}
	close := cmp.Comparer(func(a, b float64) bool { return math.Abs(a-b) < 1e-12 })
	if d := cmp.Diff(want, got, close); d != "" {
		t.Errorf("tree (-want +got):\n%s", d)
	}
	if got.Depth() != 2 || got.NumLeaves() != 3 {
		t.Errorf("depth %d, %d leaves", got.Depth(), got.NumLeaves())
	}
}

func TestFitPairOfLevels(t *testing.T) {
	// Two rows, two levels out of 100: the lower response goes left, and with it
	// the absent levels if it is not the lighter one.
	for _, c := range []struct {
		w    []float64
		bits []uint64
	}{
		{[]float64{1, 1}, []uint64{^uint64(0), 1<<36 - 1 - 1<<6}},
		{[]float64{2, 1}, []uint64{1 << 3, 0}},
		{[]float64{1, 2}, []uint64{^uint64(0), 1<<36 - 1 - 1<<6}},
	} {
		f := mustFit(t, []float64{70, 3}, []float64{5, 4}, c.w, []Column{{Levels: 100}}, cart)
		tree := f.Trees[0]
		if d := cmp.Diff(c.bits, tree.Bits); d != "" {
			t.Errorf("weights %v, levels (-want +got):\n%s", c.w, d)
		}
		if d := cmp.Diff([]float64{5, 4}, f.Predict(nil, []float64{70, 3})); d != "" {
			t.Errorf("weights %v, predictions (-want +got):\n%s", c.w, d)
		}
	}
}

func TestFitSameForAnyWorkers(t *testing.T) {
	x, y, w, cols := mixed(400, 1)
	for _, opt := range []Options{{Trees: 13, Seed: 5}, {Trees: 5, MinLeaf: 4, MaxDepth: 6, NoBootstrap: true}} {
		opt.Workers = 1
		want := mustFit(t, x, y, w, cols, opt)
		for _, workers := range []int{2, 7} {
			opt.Workers = workers
			got := mustFit(t, x, y, w, cols, opt)
			if d := cmp.Diff(want, got, cmp.Comparer(sameBits)); d != "" {
				t.Fatalf("%d workers (-1 worker +%d workers):\n%s", workers, workers, d)
			}
		}
	}
	a := mustFit(t, x, y, w, cols, Options{Trees: 2, Seed: 1})
	b := mustFit(t, x, y, w, cols, Options{Trees: 2, Seed: 2})
	if slices.Equal(a.Trees[0].Value, b.Trees[0].Value) || slices.Equal(a.Trees[0].Value, a.Trees[1].Value) {
		t.Error("different seeds or trees give the same tree")
	}
}

func sameBits(a, b float64) bool { return math.Float64bits(a) == math.Float64bits(b) }

func TestFitLimits(t *testing.T) {
	x, y, w, cols := mixed(300, 3)
	for i := range w {
		w[i]++ // no row without weight: leaves can be counted
	}
	for _, opt := range []Options{{MinLeaf: 7}, {MaxDepth: 3}, {MinLeaf: 150}, {MinLeaf: 151}, {MaxDepth: 1}} {
		opt.Trees, opt.NoBootstrap = 4, true
		f := mustFit(t, x, y, w, cols, opt)
		for i := range f.Trees {
			tree := &f.Trees[i]
			if opt.MaxDepth > 0 && tree.Depth() > opt.MaxDepth {
				t.Errorf("%+v: depth %d", opt, tree.Depth())
			}
			if opt.MinLeaf > 150 && tree.NumNodes() != 1 {
				t.Errorf("%+v: %d nodes, expected a single leaf", opt, tree.NumNodes())
			}
			if tree.NumNodes() == 1 && opt.MinLeaf < 150 {
				t.Errorf("%+v: single leaf", opt)
			}
		}
	}
	// Counting rows in leaves needs a table without draws.
	x, y = friedman(300, 5, 1, 1)
	for _, least := range []int{1, 2, 3, 7, 60, 150} {
		tree := mustFit(t, x, y, nil, make([]Column, 5), Options{Trees: 1, NoBootstrap: true, MinLeaf: least}).Trees[0]
		rows := make(map[int]int)
		for i := range y {
			rows[tree.Leaf(x[i*5:i*5+5])]++
		}
		if len(rows) != tree.NumLeaves() {
			t.Errorf("MinLeaf %d: %d of %d leaves have rows", least, len(rows), tree.NumLeaves())
		}
		for leaf, n := range rows {
			if n < least || tree.Weight[leaf] != float32(n) {
				t.Errorf("MinLeaf %d: leaf %d has %d rows and weight %v", least, leaf, n, tree.Weight[leaf])
			}
		}
	}
}

func TestFitTriesSomeColumns(t *testing.T) {
	// With one column tried of two, the useless one is split on as well; with
	// both, never at the root.
	x, y := make([]float64, 200), make([]float64, 100)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range y {
		x[2*i], x[2*i+1] = rng.Float64(), rng.Float64()
		y[i] = math.Round(x[2*i])
	}
	root := func(fraction float64) (useless int) {
		f := mustFit(t, x, y, nil, make([]Column, 2), Options{Trees: 200, FeatureFraction: fraction})
		for _, tree := range f.Trees {
			useless += int(tree.Feature[0])
		}
		return useless
	}
	if n := root(0.5); n < 70 || n > 130 {
		t.Errorf("one column tried: %d of 200 roots split on the second, expected about 100", n)
	}
	if n := root(1); n != 0 {
		t.Errorf("both columns tried: %d of 200 roots split on the useless one", n)
	}
	for _, c := range []struct {
		fraction float64
		d, want  int
	}{{0.7, 10, 7}, {0.7, 17, 12}, {0.01, 5, 1}, {1, 9, 9}, {0.55, 20, 11}, {1.0 / 3, 9, 3}} {
		if got := (Options{FeatureFraction: c.fraction}).tried(c.d); got != c.want {
			t.Errorf("%v of %d columns: %d tried, want %d", c.fraction, c.d, got, c.want)
		}
	}
}

func TestFitEqualColumnsShareSplits(t *testing.T) {
	// Two copies of a column are equally good everywhere: neither may be favoured.
	n := 2000
	x, y := make([]float64, 2*n), make([]float64, n)
	rng := rand.New(rand.NewPCG(1, 1))
	for i := range y {
		x[2*i] = rng.Float64()
		x[2*i+1] = x[2*i]
		y[i] = x[2*i] + rng.NormFloat64()
	}
	f := mustFit(t, x, y, nil, make([]Column, 2), Options{Trees: 4, FeatureFraction: 1})
	count := [2]int{}
	for _, tree := range f.Trees {
		for _, j := range tree.Feature {
			if j >= 0 {
				count[j]++
			}
		}
	}
	if share := float64(count[0]) / float64(count[0]+count[1]); math.Abs(share-0.5) > 0.03 {
		t.Errorf("splits on two equal columns: %v", count)
	}
}

func TestFitCancelled(t *testing.T) {
	x, y := friedman(2000, 5, 1, 1)
	ctx, cancel := context.WithCancel(context.Background())
	calls := 0
	f, err := Fit(ctx, x, y, nil, make([]Column, 5), Options{Trees: 1000, Workers: 3, Progress: func(done, total int) {
		calls++
		if done != calls || total != 1000 {
			t.Errorf("call %d says %d of %d", calls, done, total)
		}
		if done == 5 {
			cancel()
		}
	}})
	if f != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("forest %v, error %v", f, err)
	}
	if calls < 5 || calls > 8 {
		t.Errorf("%d trees after a cancel at 5", calls)
	}
}

func TestFitDoesNotChangeItsInput(t *testing.T) {
	x, y, w, cols := mixed(100, 1)
	x0, y0, w0, cols0 := slices.Clone(x), slices.Clone(y), slices.Clone(w), slices.Clone(cols)
	f := mustFit(t, x, y, w, cols, Options{Trees: 2})
	if !slices.EqualFunc(x, x0, sameBits) || !slices.Equal(y, y0) || !slices.Equal(w, w0) {
		t.Error("the table was changed")
	}
	cols[0].Levels = 3
	if f.Columns[0] != cols0[0] {
		t.Error("the forest shares the caller's columns")
	}
}

// TestWithin: rounding may have left a mean outside of what it is the mean of.
func TestWithin(t *testing.T) {
	rs := []response{{y: 2}, {y: 3}, {y: 1}}
	for mean, want := range map[float64]float64{0.9: 1, 1: 1, 2.5: 2.5, 3: 3, 3.1: 3} {
		if got := within(mean, rs); got != want {
			t.Errorf("%v: %v, want %v", mean, got, want)
		}
	}
}
