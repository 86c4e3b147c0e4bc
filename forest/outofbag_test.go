package forest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestOutOfBagPrediction computes the predictions again, row by row.
func TestOutOfBagPrediction(t *testing.T) {
	x, y, w, cols := mixed(150, 7)
	opt, _ := Options{Trees: 9, Seed: 3}.resolve()
	f := mustFit(t, x, y, w, cols, opt)
	tb, err := newTable(x, y, w, cols, opt)
	if err != nil {
		t.Fatal(err)
	}
	b := newBuilder(tb, opt)
	d := len(cols)
	sum, n := make([]float64, len(y)), make([]float64, len(y))
	for k := range f.Trees {
		b.bag(k)
		for i := range y {
			if slices.Contains(b.row, uint32(i)) {
				continue
			}
			row := make([]float64, d)
			for j := range row {
				row[j] = b.value(uint32(i), int32(j))
			}
			sum[i] += f.Trees[k].Value[f.Trees[k].Leaf(row)]
			n[i]++
		}
	}
	rows := 0
	for i, p := range f.OutOfBag.Prediction {
		if n[i] > 0 {
			rows++
		}
		if want := sum[i] / n[i]; p != want && !(p != p && want != want) {
			t.Errorf("row %d: %v, want %v", i, p, want)
		}
		if w[i] == 0 && n[i] != 9 {
			t.Errorf("row %d has no weight but was used for fitting", i)
		}
	}
	if f.OutOfBag.N != rows {
		t.Errorf("N is %d, want %d", f.OutOfBag.N, rows)
	}
	f = mustFit(t, x, y, w, cols, Options{Trees: 2, NoBootstrap: true})
	if o := f.OutOfBag; len(o.Prediction) != len(y) || !math.IsNaN(o.R2) || !math.IsNaN(o.Spearman) {
		t.Errorf("without bootstrap: %d predictions, R2 %v, Spearman %v", len(o.Prediction), o.R2, o.Spearman)
	}
}

// TestNoOutOfBag: the same trees, nothing said of rows that they have not seen.
func TestNoOutOfBag(t *testing.T) {
	x, y, w, cols := mixed(150, 7)
	opt := Options{Trees: 9, Seed: 3, Workers: 3}
	with := mustFit(t, x, y, w, cols, opt)
	opt.NoOutOfBag = true
	without := mustFit(t, x, y, w, cols, opt)
	if d := cmp.Diff(with.Trees, without.Trees, cmp.Comparer(sameBits)); d != "" {
		t.Errorf("trees (-with out-of-bag predictions +without):\n%s", d)
	}
	o := without.OutOfBag
	if len(o.Prediction) != len(y) || o.N != 0 || !math.IsNaN(o.R2) || !math.IsNaN(o.Spearman) {
		t.Errorf("%d predictions, N %d, R2 %v, Spearman %v", len(o.Prediction), o.N, o.R2, o.Spearman)
	}
	for i, p := range o.Prediction {
		if !math.IsNaN(p) {
			t.Fatalf("row %d is predicted: %v", i, p)
		}
	}
	opt.OutOfBag = func(int, []uint32, []float64) {}
	if _, err := Fit(t.Context(), x, y, w, cols, opt); err == nil {
		t.Error("NoOutOfBag with OutOfBag: no error")
	}
}

// TestOutOfBagByTree: the means of what trees say of rows out of their bags are the predictions.
func TestOutOfBagByTree(t *testing.T) {
	x, y, w, cols := mixed(150, 7)
	sum, n := make([]float64, len(y)), make([]float64, len(y))
	next := 0
	f := mustFit(t, x, y, w, cols, Options{Trees: 9, Seed: 3, Workers: 3, OutOfBag: func(tree int, rows []uint32, predicted []float64) {
		if tree != next {
			t.Errorf("tree %d, want %d", tree, next)
		}
		next++
		if len(rows) != len(predicted) {
			t.Errorf("tree %d: %d rows, %d predictions", tree, len(rows), len(predicted))
		}
		for k, i := range rows {
			sum[i] += predicted[k]
			n[i]++
		}
	}})
	if next != 9 {
		t.Errorf("%d trees, want 9", next)
	}
	for i, p := range f.OutOfBag.Prediction {
		if want := sum[i] / n[i]; p != want && !(p != p && want != want) {
			t.Errorf("row %d: %v, want %v", i, p, want)
		}
	}
}

func TestOutOfBagIsHonest(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	n := 400
	x, y := make([]float64, 4*n), make([]float64, n)
	for i := range x {
		x[i] = rng.Float64()
	}
	for i := range y {
		y[i] = rng.NormFloat64()
	}
	f := mustFit(t, x, y, nil, make([]Column, 4), Options{})
	if o := f.OutOfBag; o.N != n || o.R2 > 0 || math.Abs(o.Spearman) > 0.2 {
		t.Errorf("noise: R2 %v, Spearman %v, N %d", o.R2, o.Spearman, o.N)
	}

	// Four repeats of each configuration, whose responses share a random effect.
	// Drawn one by one, a row's repeats give it away.
	groups := make([]int, n)
	for i := range n {
		groups[i] = 100 - i/4
		copy(x[4*i:4*i+4], x[i/4*16:])
		y[i] = 0.1*rng.NormFloat64() + y[i/4*4]
	}
	alone := mustFit(t, x, y, nil, make([]Column, 4), Options{})
	together := mustFit(t, x, y, nil, make([]Column, 4), Options{Groups: groups})
	if alone.OutOfBag.R2 < 0.5 || together.OutOfBag.R2 > 0 {
		t.Errorf("repeats: R2 %v drawn alone, %v drawn together", alone.OutOfBag.R2, together.OutOfBag.R2)
	}

	x, y = friedman(1000, 10, 1, 1)
	if o := mustFit(t, x, y, nil, make([]Column, 10), Options{}).OutOfBag; !(o.R2 > 0.8 && o.Spearman > 0.9) {
		t.Errorf("Friedman's function: R2 %v, Spearman %v", o.R2, o.Spearman)
	}
}

func TestGroupsAreDrawnWhole(t *testing.T) {
	x, y := friedman(300, 5, 1, 1)
	groups, w := make([]int, 300), make([]float64, 300)
	for i := range groups {
		groups[i] = (i * i % 37) * 1000003
		w[i] = 1
	}
	w[0] = 0
	opt, _ := Options{Groups: groups}.resolve()
	tb, err := newTable(x, y, w, make([]Column, 5), opt)
	if err != nil {
		t.Fatal(err)
	}
	b := newBuilder(tb, opt)
	for k := range 5 {
		b.bag(k)
		weight := map[int]float64{}
		for l, r := range b.row {
			g := groups[r]
			if v, ok := weight[g]; ok && v != b.responses[l].w {
				t.Fatalf("tree %d: group %d has weights %v and %v", k, g, v, b.responses[l].w)
			}
			weight[g] = b.responses[l].w
		}
		total := 0.0
		for i, g := range groups {
			if v, ok := weight[g]; ok && i > 0 {
				total++
				if b.label[i] == outOfBag {
					t.Fatalf("tree %d: row %d of group %d (weight %v) is missing", k, i, g, v)
				}
			}
		}
		if int(total) != len(b.row) {
			t.Fatalf("tree %d has %d rows, want %v", k, len(b.row), total)
		}
	}
}

func TestDetermination(t *testing.T) {
	// scikit-learn 1.9.1: r2_score([1,2,4,8], [1.5,2,3,9]) and the same with
	// sample_weight=[1,2,3,4].
	y, p := []float64{1, 2, 4, 8}, []float64{1.5, 2, 3, 9}
	for _, c := range []struct {
		w    []float64
		want float64
	}{{[]float64{1, 1, 1, 1}, 0.9217391304347826}, {[]float64{1, 2, 3, 4}, 0.9005486968449932}} {
		if got := determination(y, p, c.w); math.Abs(got-c.want) > 1e-14 {
			t.Errorf("weights %v: %v, want %v", c.w, got, c.want)
		}
	}
}

func TestSpearman(t *testing.T) {
	// scipy 1.17.1: scipy.stats.spearmanr(a, b).statistic
	a := []float64{1, 2, 2, 3, 5, 5, 5, 0.5}
	b := []float64{3, 1, 4, 4, 9, 2, 6, 0}
	if got, want := spearman(a, b), 0.66069525864647; math.Abs(got-want) > 1e-14 {
		t.Errorf("%v, want %v", got, want)
	}
	if got := spearman(a, make([]float64, 8)); !math.IsNaN(got) {
		t.Errorf("against a constant: %v, want NaN", got)
	}
	if got := spearman([]float64{1, 2, 3}, []float64{-1, -10, -100}); got != -1 {
		t.Errorf("reversed: %v, want -1", got)
	}
}
