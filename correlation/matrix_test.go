package correlation

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// gaps makes columns with fewer values the higher they are, and ties.
func gaps(columns, items int) [][]float64 {
	cols := curves(columns, items)
	rng := rand.New(rand.NewPCG(5, 5))
	for b := range cols {
		for i := range cols[b] {
			cols[b][i] = math.Round(cols[b][i]*20) / 20
			if rng.Float64() < float64(b)/float64(columns) {
				cols[b][i] = math.NaN()
			}
		}
	}
	return cols
}

func TestWorkersHaveNoInfluence(t *testing.T) {
	cols := gaps(6, 60)
	var first string
	for _, workers := range []int{1, 2, 7} {
		calls := 0
		r, err := Matrix(context.Background(), cols, Options{Resamples: 200, Seed: 9, Workers: workers, Progress: func(done, total int) {
			calls++
			if done != calls || total != 15 {
				t.Errorf("progress %d of %d at call %d", done, total, calls)
			}
		}})
		if err != nil {
			t.Fatal(err)
		}
		if calls != 15 {
			t.Errorf("%d calls of Progress, expected 15", calls)
		}
		if got := fmt.Sprintf("%x", r.Pairs); first == "" {
			first = got
		} else if got != first {
			t.Errorf("%d workers change the result", workers)
		}
	}
	other, err := Matrix(context.Background(), cols, Options{Resamples: 200, Seed: 10})
	if err != nil {
		t.Fatal(err)
	}
	if fmt.Sprintf("%x", other.Pairs) == first {
		t.Error("the seed has no influence")
	}
}

// TestPairsDrawTheirOwnResamples: equal pairs get about, but not exactly, the same interval.
func TestPairsDrawTheirOwnResamples(t *testing.T) {
	cols := curves(2, 50)
	r, err := Matrix(context.Background(), [][]float64{cols[0], cols[1], cols[0], cols[1]}, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	a, b := r.Pair(0, 1).Spearman.Bootstrap, r.Pair(2, 3).Spearman.Bootstrap
	if a.Lo == b.Lo || a.Hi == b.Hi || !near(a.Lo, b.Lo, 0.05) || !near(a.Hi, b.Hi, 0.05) {
		t.Errorf("%+v and %+v, expected two draws of one distribution", a, b)
	}
}

// TestInvariance: ranks know nothing of monotone transformations and of the order
// of the items, and reversing both columns changes no coefficient.
func TestInvariance(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols := drawColumns(t, 2, rapid.IntRange(4, 25).Draw(t, "rows"))
		x, y := cols[0], cols[1]
		want, err := Spearman(x, y)
		if err != nil {
			t.Fatal(err)
		}
		wantTau, _ := Kendall(x, y)
		check := func(what string, x, y []float64, sign float64) {
			got, _ := Spearman(x, y)
			tau, _ := Kendall(x, y)
			if !near(got.Value, sign*want.Value, 1e-14) || !near(got.P, want.P, 1e-12) || got.N != want.N {
				t.Fatalf("%s: %+v, expected %+v", what, got, want)
			}
			if !near(tau.Value, sign*wantTau.Value, 1e-14) || !near(tau.P, wantTau.P, 1e-12) {
				t.Fatalf("%s: %+v, expected %+v", what, tau, wantTau)
			}
		}
		apply := func(v []float64, f func(float64) float64) []float64 {
			out := make([]float64, len(v))
			for i := range v {
				out[i] = f(v[i])
			}
			return out
		}
		double := func(v float64) float64 { return 8 * v } // exact, so that ties stay
		negate := func(v float64) float64 { return -v }
		check("scaled", apply(x, double), y, 1)
		check("exchanged", y, x, 1)
		check("both reversed", apply(x, negate), apply(y, negate), 1)
		check("one reversed", x, apply(y, negate), -1)
		slices.Reverse(x)
		slices.Reverse(y)
		check("in another order", x, y, 1)
	})
}

func TestMatrixErrors(t *testing.T) {
	good := [][]float64{{1, 2, 3, 4}, {1, 2, 3, 4}}
	for _, c := range []struct {
		cols [][]float64
		opt  Options
		want string
	}{
		{[][]float64{{1, 2, 3}, {1, 2, math.Inf(1)}}, Options{}, "column 1 row 2 is +Inf"},
		{[][]float64{{1, 2, 3}, {1, 2}}, Options{}, "column 1 has 2 rows, expected 3"},
		{good, Options{Confidence: 1}, "Confidence is 1"},
		{good, Options{Confidence: math.NaN()}, "Confidence is NaN"},
		{good, Options{Resamples: 38}, "Resamples is 38, expected at least 39"},
		{good, Options{TopK: []int{0}}, "TopK holds 0"},
		{good, Options{TopFractions: []float64{1.5}}, "TopFractions holds 1.5"},
		{good, Options{Workers: -1}, "Workers is -1"},
	} {
		_, err := Matrix(context.Background(), c.cols, c.opt)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, expected one with %q", err, c.want)
		}
	}
	if _, err := Matrix(context.Background(), good, Options{Resamples: 39}); err != nil {
		t.Error(err)
	}
	if _, err := Spearman([]float64{1}, nil); err == nil {
		t.Error("columns of different lengths give no error")
	}
	if _, err := Kendall([]float64{math.Inf(-1)}, []float64{0}); err == nil {
		t.Error("an infinite value gives no error")
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Matrix(ctx, good, Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, expected that of the context", err)
	}
	// Cancelled in the middle of a bootstrap.
	ctx, cancel = context.WithCancel(context.Background())
	_, err := Matrix(ctx, gaps(4, 40), Options{Workers: 1, Progress: func(done, total int) {
		if done == 2 {
			cancel()
		}
	}})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, expected that of the context", err)
	}
}

func TestMatrixOfLittle(t *testing.T) {
	nan := math.NaN()
	cols := [][]float64{
		{1, 2, 3, 4, nan, nan, nan},
		{7, 7, 7, 7, 7, 7, 7},
		{1, 2, 3, nan, 5, 6, 7},
		{nan, nan, nan, nan, 1, 3, 2},
		{4, 2, 3, 5, 3.5, 1, 0},
	}
	r, err := Matrix(context.Background(), cols, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{4, 7, 6, 3, 7}; !slices.Equal(r.Observed, want) {
		t.Errorf("observed %v, expected %v", r.Observed, want)
	}
	for _, c := range []struct {
		i, j, n int
		reason  string
	}{
		{0, 1, 4, "no variance: the 4 shared items are all equal in column 1"},
		{0, 2, 3, "n = 3 shared items, at least 4 are needed"},
		{0, 3, 0, "n = 0 shared items, at least 4 are needed"},
		{1, 2, 6, "no variance: the 6 shared items are all equal in column 1"},
		{0, 4, 4, ""},
		{2, 4, 6, ""},
	} {
		p := r.Pair(c.i, c.j)
		if p.N != c.n || p.Reason != c.reason {
			t.Errorf("columns %d and %d: n %d, reason %q, expected %d, %q", c.i, c.j, p.N, p.Reason, c.n, c.reason)
		}
	}
	// The two defined pairs of column 4, and no other, count for Holm.
	p, q := r.Pair(0, 4).Spearman, r.Pair(2, 4).Spearman
	if math.IsNaN(p.P) || math.IsNaN(q.P) {
		t.Fatalf("p-values %v and %v", p.P, q.P)
	}
	if want := Holm([]float64{p.P, q.P}); p.PHolm != want[0] || q.PHolm != want[1] {
		t.Errorf("corrected %v and %v, expected %v", p.PHolm, q.PHolm, want)
	}
	a, b := r.Pair(0, 4).Kendall, r.Pair(2, 4).Kendall
	if want := Holm([]float64{a.P, b.P}); a.PHolm != want[0] || b.PHolm != want[1] || b.P == q.P {
		t.Errorf("tau: corrected %v and %v of %v and %v, expected %v", a.PHolm, b.PHolm, a.P, b.P, want)
	}
	for _, cols := range [][][]float64{nil, {{1, 2, 3}}} {
		if r, err := Matrix(context.Background(), cols, Options{}); err != nil || len(r.Pairs) != 0 || len(r.Observed) != len(cols) {
			t.Errorf("%d columns give %+v and %v, expected no pair", len(cols), r, err)
		}
	}
	if r, err := Matrix(context.Background(), [][]float64{{}, {}}, Options{}); err != nil || r.Pairs[0].Reason == "" {
		t.Errorf("columns without rows give %+v and %v, expected a reason", r, err)
	}
}

// TestHolm compares with statsmodels 0.15.0:
// multipletests([.01,.04,.03,.005,.2,.011,.9], method="holm")[1].
func TestHolm(t *testing.T) {
	nan := math.NaN()
	got := Holm([]float64{.01, nan, .04, .03, .005, .2, nan, .011, .9})
	want := []float64{0.06, nan, 0.12, 0.12, 0.035, 0.4, nan, 0.06, 0.9}
	for i := range want {
		if !near(got[i], want[i], 1e-15) {
			t.Errorf("%v, expected %v", got, want)
			break
		}
	}
	if got := Holm(nil); len(got) != 0 {
		t.Errorf("%v for no p-value", got)
	}
}

func TestSizes(t *testing.T) {
	for _, c := range []struct {
		opt  Options
		n    int
		want []int
	}{
		{Options{}, 4, []int{1, 2}},
		{Options{}, 30, []int{3, 10}},
		{Options{}, 31, []int{4, 11}},
		{Options{TopFractions: []float64{0.1, 0.2, 1}}, 10, []int{1, 2}},
		{Options{TopK: []int{5, 1, 5, 10}, TopFractions: []float64{0.5}}, 10, []int{1, 5}},
	} {
		opt, err := c.opt.resolve()
		if err != nil {
			t.Fatal(err)
		}
		if got := opt.sizes(c.n); !slices.Equal(got, c.want) {
			t.Errorf("%+v at n = %d: %v, expected %v", c.opt, c.n, got, c.want)
		}
	}
}

// TestSortingOfMany checks the order by digits against that by comparison.
func TestSortingOfMany(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	values := make([]float64, 3000)
	for i := range values {
		switch i % 4 {
		case 0:
			values[i] = rng.NormFloat64() * math.Pow(10, float64(rng.IntN(600)-300))
		case 1:
			values[i] = math.Copysign(0, rng.NormFloat64())
		case 2:
			values[i] = float64(rng.IntN(9))
		case 3:
			values[i] = math.NaN()
		}
	}
	var want []int32
	for i, v := range values {
		if !math.IsNaN(v) {
			want = append(want, int32(i))
		}
	}
	slices.SortStableFunc(want, func(a, b int32) int {
		switch {
		case values[a] < values[b]:
			return -1
		case values[a] > values[b]:
			return 1
		}
		return 0
	})
	if got := ascending(values); !slices.Equal(got, want) {
		t.Error("another order than by comparison")
	}
	if got := ascending(values[:100]); !slices.IsSortedFunc(got, func(a, b int32) int { return int(sign(values[a] - values[b])) }) {
		t.Error("a short column is not sorted")
	}
}

// TestPerfect: the t approximation of a perfect correlation would be p = 0.
func TestPerfect(t *testing.T) {
	v := make([]float64, 12)
	for i := range v {
		v[i] = float64(i)
	}
	c, err := Spearman(v, v)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "p", c.P, 2.0/479001600, 1e-10) // 2/12!
	if c.Value != 1 || c.Method != ExactPermutation {
		t.Errorf("%+v, expected a perfect correlation with an exact p-value", c)
	}
}
