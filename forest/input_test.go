package forest

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
)

func TestFitRefuses(t *testing.T) {
	two := []Column{{}, {Levels: 3}}
	x := []float64{0.1, 0, 0.2, 1, 0.3, 2}
	y := []float64{1, 2, 3}
	with := func(v []float64, i int, to float64) []float64 {
		v = slices.Clone(v)
		v[i] = to
		return v
	}
	for _, c := range []struct {
		name    string
		x, y, w []float64
		cols    []Column
		opt     Options
		want    string
		row     int // of the ValueError, -1 if there is none
		col     int
	}{
		{"no rows", nil, nil, nil, two, Options{}, "no rows", -1, 0},
		{"no columns", nil, y, nil, nil, Options{}, "no columns", -1, 0},
		{"short x", x[:5], y, nil, two, Options{}, "x has 5 entries, expected 6 (3 rows x 2 columns)", -1, 0},
		{"short weights", x, y, y[:2], two, Options{}, "2 weights, expected 3", -1, 0},
		{"short groups", x, y, nil, two, Options{Groups: []int{1}}, "1 groups, expected 3", -1, 0},
		{"NaN response", x, with(y, 1, nan), nil, two, Options{}, "y of row 1 is NaN", 1, -1},
		{"infinite response", x, with(y, 2, math.Inf(-1)), nil, two, Options{}, "y of row 2 is -Inf", 2, -1},
		{"huge response", x, with(y, 0, 1e200), nil, two, Options{}, "y of row 0 is 1e+200", 0, -1},
		{"infinite x", with(x, 2, math.Inf(1)), y, nil, two, Options{}, "x of row 1, column 0 is +Inf", 1, 0},
		{"level too large", with(x, 5, 3), y, nil, two, Options{}, "x of row 2, column 1 is 3, expected an integer level 0 to 2", 2, 1},
		{"level negative", with(x, 1, -1), y, nil, two, Options{}, "x of row 0, column 1 is -1", 0, 1},
		{"level fractional", with(x, 3, 0.5), y, nil, two, Options{}, "x of row 1, column 1 is 0.5", 1, 1},
		{"level infinite", with(x, 3, math.Inf(1)), y, nil, two, Options{}, "x of row 1, column 1 is +Inf", 1, 1},
		{"negative weight", x, y, []float64{1, -1, 1}, two, Options{}, "weights of row 1 is -1", 1, -1},
		{"NaN weight", x, y, []float64{1, 1, nan}, two, Options{}, "weights of row 2 is NaN", 2, -1},
		{"zero weights", x, y, make([]float64, 3), two, Options{}, "all 3 weights are zero", -1, 0},
		{"negative levels", x, y, nil, []Column{{}, {Levels: -1}}, Options{}, "column 1 has -1 levels", -1, 0},
		{"too many levels", x, y, nil, []Column{{}, {Levels: 1 << 17}}, Options{}, "column 1 has 131072 levels", -1, 0},
		{"bounds reversed", x, y, nil, []Column{{Lower: 1}, {Levels: 3}}, Options{}, "column 0 has bounds [1, 0]", -1, 0},
		{"bounds NaN", x, y, nil, []Column{{Upper: nan}, {Levels: 3}}, Options{}, "column 0 has bounds [0, NaN]", -1, 0},
		{"bounds infinite", x, y, nil, []Column{{Upper: math.Inf(1)}, {Levels: 3}}, Options{}, "column 0 has bounds [0, +Inf]", -1, 0},
		{"trees", x, y, nil, two, Options{Trees: -1}, "Trees is -1", -1, 0},
		{"fraction", x, y, nil, two, Options{FeatureFraction: 1.5}, "FeatureFraction is 1.5", -1, 0},
		{"fraction NaN", x, y, nil, two, Options{FeatureFraction: nan}, "FeatureFraction is NaN", -1, 0},
		{"leaf", x, y, nil, two, Options{MinLeaf: -2}, "MinLeaf is -2", -1, 0},
		{"depth", x, y, nil, two, Options{MaxDepth: -2}, "MaxDepth is -2", -1, 0},
		{"workers", x, y, nil, two, Options{Workers: -2}, "Workers is -2", -1, 0},
	} {
		f, err := Fit(context.Background(), c.x, c.y, c.w, c.cols, c.opt)
		if f != nil || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
			continue
		}
		if _, bad := c.opt.resolve(); errors.Is(err, ErrTable) != (bad == nil) {
			t.Errorf("%s: %v is ErrTable: %v", c.name, err, bad != nil)
		}
		var value *ValueError
		if errors.As(err, &value) != (c.row >= 0) {
			t.Errorf("%s: %T", c.name, err)
		} else if value != nil && (value.Row != c.row || value.Col != c.col) {
			t.Errorf("%s: row %d, column %d", c.name, value.Row, value.Col)
		}
	}
}

// single checks that all trees are single leaves of a value.
func single(t *testing.T, f *Forest, value float64) {
	t.Helper()
	for i := range f.Trees {
		if tree := &f.Trees[i]; tree.NumNodes() != 1 || tree.Value[0] != value || tree.Variance[0] != 0 {
			t.Errorf("tree %d has %d nodes, value %v, variance %v; want one leaf of %v", i, tree.NumNodes(), tree.Value[0], tree.Variance[0], value)
		}
	}
}

func TestFitEqualResponses(t *testing.T) {
	x, y := friedman(50, 5, 1, 1)
	for i := range y {
		y[i] = 0.1 // sums of it are not exact
	}
	f := mustFit(t, x, y, nil, make([]Column, 5), Options{Trees: 10})
	single(t, f, 0.1)
	if o := f.OutOfBag; !math.IsNaN(o.R2) || !math.IsNaN(o.Spearman) || o.N < 40 {
		t.Errorf("out of bag: R2 %v, Spearman %v, N %d; want NaN, NaN and most of 50", o.R2, o.Spearman, o.N)
	}
}

func TestFitOneRow(t *testing.T) {
	f := mustFit(t, []float64{0.5, nan}, []float64{7}, nil, make([]Column, 2), Options{})
	single(t, f, 7)
	if o := f.OutOfBag; o.N != 0 || !math.IsNaN(o.Prediction[0]) || !math.IsNaN(o.R2) || !math.IsNaN(o.Spearman) {
		t.Errorf("out of bag: %+v", o)
	}
	if p := f.Predict(nil, []float64{0.1, 0.2}); p[0] != 7 {
		t.Errorf("predicted %v", p)
	}
}

func TestFitConstantColumns(t *testing.T) {
	// Nothing to split on.
	x, y := make([]float64, 3*4), []float64{1, 2, 4}
	for i := range 3 {
		x[i*4], x[i*4+1], x[i*4+2], x[i*4+3] = 0.3, 2, nan, nan
	}
	f := mustFit(t, x, y, nil, []Column{{}, {Levels: 5}, {}, {Levels: 2}}, cart)
	if n := f.Trees[0].NumNodes(); n != 1 || math.Abs(f.Trees[0].Value[0]-7.0/3) > 1e-15 {
		t.Errorf("%d nodes, value %v", n, f.Trees[0].Value[0])
	}
	// One useful column among constant ones is found however few are tried.
	for i := range 3 {
		x[i*4+2] = float64(i) / 2
	}
	f = mustFit(t, x, y, nil, []Column{{}, {Levels: 5}, {}, {Levels: 2}}, Options{Trees: 5, FeatureFraction: 0.01, NoBootstrap: true})
	if p := f.Predict(nil, x); !slices.Equal(p, y) {
		t.Errorf("predicted %v, want %v", p, y)
	}
}

func TestFitMoreColumnsThanRows(t *testing.T) {
	x, y := friedman(20, 90, 0, 1)
	f := mustFit(t, x, y, nil, make([]Column, 90), Options{Trees: 1, NoBootstrap: true})
	if p := f.Predict(nil, x); !slices.Equal(p, y) {
		t.Errorf("predicted %v, want %v", p, y)
	}
}

func TestFitEqualRows(t *testing.T) {
	// Copies of a row cannot be told apart: their leaf has their mean and variance.
	x := []float64{0.2, 0.2, 0.2, 0.8, 0.8}
	y := []float64{1, 2, 6, 10, 10}
	f := mustFit(t, x, y, nil, make([]Column, 1), cart)
	mean, variance := f.PredictVar(nil, nil, []float64{0.1, 0.9})
	if mean[0] != 3 || math.Abs(variance[0]-14.0/3) > 1e-12 || mean[1] != 10 || variance[1] != 0 {
		t.Errorf("mean %v, variance %v", mean, variance)
	}
}

func TestFitManyCategories(t *testing.T) {
	// 200 levels, of which every second is 3 worse: one split finds it.
	n := 1000
	x, y := make([]float64, n), make([]float64, n)
	for i := range y {
		x[i] = float64(i % 199) // level 199 is never seen
		y[i] = 3 * float64(i%199%2)
	}
	f := mustFit(t, x, y, nil, []Column{{Levels: 200}}, cart)
	if d := f.Trees[0].Depth(); d != 1 {
		t.Errorf("depth %d, want 1", d)
	}
	if p := f.Predict(nil, x); !slices.Equal(p, y) {
		t.Error("training rows are not reproduced")
	}
	if p := f.Predict(nil, []float64{199}); p[0] != 0 {
		t.Errorf("unseen level predicted as %v, want 0 as the larger half", p[0])
	}
}

func TestFitScales(t *testing.T) {
	// Powers of two change nothing but the scale, however far they go.
	x, y, w, cols := mixed(200, 4)
	opt := Options{Trees: 3, Seed: 1}
	a := mustFit(t, x, y, w, cols, opt)
	for _, e := range []int{-300, -60, 60, 300} {
		ys, ws := slices.Clone(y), slices.Clone(w)
		for i := range ys {
			ys[i], ws[i] = math.Ldexp(y[i], e), math.Ldexp(w[i], -e)
		}
		b := mustFit(t, x, ys, ws, cols, opt)
		for k := range a.Trees {
			p, q := &a.Trees[k], &b.Trees[k]
			if !slices.Equal(p.Feature, q.Feature) || !slices.Equal(p.Threshold, q.Threshold) || !slices.Equal(p.Bits, q.Bits) {
				t.Fatalf("2^%d: tree %d differs", e, k)
			}
			for i := range p.Value {
				if math.Ldexp(p.Value[i], e) != q.Value[i] || p.Weight[i] != q.Weight[i] || math.Ldexp(p.WeightUnit, -e) != q.WeightUnit ||
					math.Ldexp(p.Variance[i], 2*e) != q.Variance[i] {
					t.Fatalf("2^%d: tree %d, node %d: value %v, variance %v, weight %v", e, k, i, q.Value[i], q.Variance[i], q.Weight[i])
				}
			}
		}
	}
}
