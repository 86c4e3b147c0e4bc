package correlation

import (
	"context"
	"flag"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

var measure = flag.Bool("measure", false, "measure the coverage of the intervals at length and print the table of the package comment")

// TestBonettWright compares with the formula evaluated by Python 3's math and
// statistics.NormalDist.
func TestBonettWright(t *testing.T) {
	for _, c := range []struct {
		rho        float64
		n          int
		confidence float64
		lo, hi     float64
	}{
		{0.902893, 18, 0.95, 0.7100352555703342, 0.9697487696414073},
		{0.3, 8, 0.95, -0.5273792471433211, 0.8353387139053106},
		{-0.6, 4, 0.9, -0.9860694859038251, 0.7981960230526705},
		{1, 10, 0.95, 0.9634989418514084, 1}, // 1 - 6/(n(n^2-1)) in place of 1
		{-1, 7, 0.9, -1, -0.8748679091723934},
		{0, 50, 0.99, -0.35898766563005874, 0.3589876656300588},
	} {
		lo, hi := BonettWright(c.rho, c.n, c.confidence)
		same(t, fmt.Sprintf("lower end at rho %v n %d", c.rho, c.n), lo, c.lo, 1e-12)
		same(t, fmt.Sprintf("upper end at rho %v n %d", c.rho, c.n), hi, c.hi, 1e-12)
	}
	if lo, hi := BonettWright(0.5, 3, 0.95); !math.IsNaN(lo) || !math.IsNaN(hi) {
		t.Errorf("[%v, %v] at n = 3, expected NaN", lo, hi)
	}
}

func TestBonettWrightProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rho := rapid.OneOf(rapid.Float64Range(-1, 1), rapid.SampledFrom([]float64{-1, 0, 1})).Draw(t, "rho")
		n := rapid.IntRange(4, 1000).Draw(t, "n")
		lo, hi := BonettWright(rho, n, 0.95)
		if !(-1 <= lo && lo <= rho && rho <= hi && hi <= 1 && lo < hi) {
			t.Fatalf("[%v, %v] around %v at n = %d", lo, hi, rho, n)
		}
		if a, b := BonettWright(-rho, n, 0.95); a != -hi || b != -lo {
			t.Fatalf("[%v, %v] at -rho, expected [%v, %v]", a, b, -hi, -lo)
		}
		// A perfect correlation of four items says next to nothing.
		if a, _ := BonettWright(1, 4, 0.95); a > 0 {
			t.Fatalf("four items in order exclude rho < %v", a)
		}
	})
}

// TestBootstrapSciPy compares with scipy 1.17.1's stats.bootstrap((x, y), statistic of
// spearmanr, paired=True, vectorized=False, n_resamples=50000, method="percentile",
// rng=1), on the numbers as they are and rounded to integers with .round(0).
func TestBootstrapSciPy(t *testing.T) {
	x := []float64{-0.8, -1.32, -0.25, 0.42, 1.14, 0.11, -0.55, -0.78, 0.75, 1.63, 0.27, -1.23, -0.96, 1.6, 0.2, -1.73, -0.08, -1.16, -0.63, -0.49}
	y := []float64{-1.51, -0.77, -0.31, -0.17, 1.55, 0.94, -2.19, -1.04, -0.23, 1.46, -1.02, -1.21, -1.0, 1.3, -0.85, -2.13, -1.17, -2.52, -0.41, -1.6}
	rx, ry := make([]float64, len(x)), make([]float64, len(y))
	for i := range x {
		rx[i], ry[i] = math.RoundToEven(x[i]), math.RoundToEven(y[i])
	}
	for _, c := range []struct {
		x, y        []float64
		rho, lo, hi float64
	}{
		{x, y, 0.7263157894736841, 0.3732021196063588, 0.8936977980258162},
		{rx, ry, 0.7114688178605433, 0.39488496083876545, 0.8736586393399312},
	} {
		r, err := Matrix(context.Background(), [][]float64{c.x, c.y}, Options{Resamples: 20000, Seed: 3})
		if err != nil {
			t.Fatal(err)
		}
		e := r.Pairs[0].Spearman
		same(t, "rho", e.Rho, c.rho, 1e-14)
		// 0.01 is about four standard errors of the lower end at 20,000 resamples.
		if !near(e.Bootstrap.Lo, c.lo, 0.01) || !near(e.Bootstrap.Hi, c.hi, 0.01) || e.Bootstrap.Resamples != 20000 || e.Bootstrap.Undefined != 0 {
			t.Errorf("%+v, expected [%v, %v]", e.Bootstrap, c.lo, c.hi)
		}
		if e.Lo != e.Bootstrap.Lo || e.Hi != e.Bootstrap.Hi || e.IntervalMethod != BootstrapPercentile {
			t.Errorf("[%v, %v] by %q is reported, expected that of the bootstrap", e.Lo, e.Hi, e.IntervalMethod)
		}
	}
}

// TestCountedRho compares the ranks from counts with those of the items written out.
func TestCountedRho(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		cols := drawColumns(t, 2, rapid.IntRange(4, 30).Draw(t, "rows"))
		if rapid.Bool().Draw(t, "untied") {
			for b := range cols {
				for i := range cols[b] {
					cols[b][i] += float64(i+1) * math.Sqrt(float64(b+2)) * 1e-6
				}
			}
		}
		s, err := pairOf(cols[0], cols[1])
		if err != nil {
			t.Fatal(err)
		}
		if s.n == 0 {
			t.Skip("nothing shared")
		}
		s.boot.items = make([]counted, s.n)
		draw(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0), s.boot.items)
		var x, y []float64
		for p, c := range s.boot.items {
			for range c.count {
				x, y = append(x, cols[0][s.item[p]]), append(y, cols[1][s.item[p]])
			}
		}
		if len(x) != s.n {
			t.Fatalf("%d draws, expected %d", len(x), s.n)
		}
		want := pearson(bruteRanks(x), bruteRanks(y))
		if got := s.countedRho(); !near(got, want, 1e-12) {
			t.Fatalf("x %v y %v: rho %v, expected %v", x, y, got, want)
		}
	})
}

// TestDraw looks for items that are drawn too often: chi squared with 6 degrees of
// freedom exceeds 22.5 once in a thousand.
func TestDraw(t *testing.T) {
	items, sums := make([]counted, 7), make([]float64, 7)
	src := rand.NewPCG(1, 2)
	const rounds = 10000
	for range rounds {
		draw(src, items)
		for i, c := range items {
			sums[i] += float64(c.count)
		}
	}
	chi := 0.0
	for _, v := range sums {
		chi += (v - rounds) * (v - rounds) / rounds
	}
	if chi > 22.5 {
		t.Errorf("chi squared is %.1f for %v", chi, sums)
	}
}

func TestBootstrapSaysWhatItCannot(t *testing.T) {
	up := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}
	one := []float64{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}
	r, err := Matrix(context.Background(), [][]float64{up, one, up}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	// The one item that differs is missing from (11/12)^12 = 35 % of the resamples.
	b := r.Pair(0, 1).Spearman.Bootstrap
	if !math.IsNaN(b.Lo) || !math.IsNaN(b.Hi) || b.Reason == "" || math.Abs(float64(b.Undefined)/float64(b.Resamples)-0.352) > 0.05 {
		t.Errorf("%+v, expected no interval and 35 %% undefined", b)
	}
	e := r.Pair(0, 2).Spearman
	if e.Rho != 1 || !math.IsNaN(e.Bootstrap.Lo) || e.Bootstrap.Reason == "" || e.Hi != 1 || !(e.Lo > 0.5 && e.Lo < 0.999) {
		t.Errorf("%+v, expected a perfect correlation with an interval of positive length", e)
	}
	for _, e := range []Estimate{e, r.Pair(0, 1).Spearman} {
		if e.IntervalMethod != FisherZ || e.Lo != e.Fisher.Lo || e.Hi != e.Fisher.Hi {
			t.Errorf("[%v, %v] by %q is reported, expected Fisher's", e.Lo, e.Hi, e.IntervalMethod)
		}
	}
}

// joint draws pairs of values; the kinds are those of the package comment.
func joint(rng *rand.Rand, kind string, rho float64, x, y []float64) {
	for i := range x {
		a, b := rng.NormFloat64(), rng.NormFloat64()
		switch kind {
		case "normal":
			x[i], y[i] = a, rho*a+math.Sqrt(1-rho*rho)*b
		case "third at the worst":
			x[i], y[i] = min(a, 0.43), min(rho*a+math.Sqrt(1-rho*rho)*b, 0.43)
		case "noisier among the best":
			x[i], y[i] = a, a+0.7*b*math.Exp(-a)
		}
	}
}

// TestCoverage simulates how often the intervals hold the true correlation. With
// -measure it prints the table of the package comment.
func TestCoverage(t *testing.T) {
	type row struct {
		kind string
		rho  float64
		n    int
		// least coverage to pass; the standard error is 0.012 at 350 simulations
		fisher, bootstrap float64
	}
	var rows []row
	for _, rho := range []float64{0.3, 0.8} {
		for _, n := range []int{10, 20, 50} {
			rows = append(rows, row{"normal", rho, n, 0.91, 0.91})
		}
	}
	simulations, resamples := 350, 400
	if *measure {
		simulations, resamples, rows = 4000, 1000, nil
		for _, kind := range []string{"normal", "third at the worst"} {
			for _, rho := range []float64{0.3, 0.8, 0.95} {
				for _, n := range []int{4, 5, 6, 8, 10, 20, 50, 200} {
					rows = append(rows, row{kind, rho, n, 0, 0})
				}
			}
		}
		for _, n := range []int{4, 5, 6, 8, 10, 20, 50, 200} {
			rows = append(rows, row{"noisier among the best", math.NaN(), n, 0, 0})
		}
	} else if testing.Short() {
		t.Skip("simulates for a second")
	}
	for _, c := range rows {
		truth := 6 / math.Pi * math.Asin(c.rho/2)
		if c.kind != "normal" {
			x, y := make([]float64, 2_000_000), make([]float64, 2_000_000)
			joint(rand.New(rand.NewPCG(1, 1)), c.kind, c.rho, x, y)
			large, err := Spearman(x, y)
			if err != nil {
				t.Fatal(err)
			}
			truth = large.Value
		}
		rng := rand.New(rand.NewPCG(2, uint64(c.n)))
		x, y := make([]float64, c.n), make([]float64, c.n)
		var fisher, bootstrap, headline, defined float64
		for k := range simulations {
			joint(rng, c.kind, c.rho, x, y)
			r, err := Matrix(context.Background(), [][]float64{x, y}, Options{Resamples: resamples, Seed: uint64(k), Workers: 1})
			if err != nil {
				t.Fatal(err)
			}
			e := r.Pairs[0].Spearman
			if e.Reason != "" {
				continue
			}
			defined++
			holds := func(lo, hi float64) float64 {
				if lo <= truth && truth <= hi {
					return 1
				}
				return 0
			}
			fisher += holds(e.Fisher.Lo, e.Fisher.Hi)
			// No interval holds nothing, so that it counts as a miss.
			bootstrap += holds(e.Bootstrap.Lo, e.Bootstrap.Hi)
			headline += holds(e.Lo, e.Hi)
		}
		fisher, bootstrap, headline = fisher/defined, bootstrap/defined, headline/defined
		if *measure {
			fmt.Printf("%-24s rho %4.2f  n %3d  Fisher %.3f  bootstrap %.3f  reported %.3f\n", c.kind, c.rho, c.n, fisher, bootstrap, headline)
		}
		if fisher < c.fisher || bootstrap < c.bootstrap {
			t.Errorf("rho %v n %d: coverage %.3f by Fisher and %.3f by bootstrap, expected at least %v and %v", c.rho, c.n, fisher, bootstrap, c.fisher, c.bootstrap)
		}
	}
}

// TestIntervalMethod: the bootstrap's interval is the one to report from ten items up.
func TestIntervalMethod(t *testing.T) {
	x, y := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, []float64{2, 1, 4, 3, 6, 5, 8, 10, 7, 9}
	for n, want := range map[int]IntervalMethod{9: FisherZ, 10: BootstrapPercentile} {
		r, err := Matrix(context.Background(), [][]float64{x[:n], y[:n]}, Options{Resamples: 200})
		if err != nil {
			t.Fatal(err)
		}
		if s := r.Pairs[0].Spearman; s.IntervalMethod != want {
			t.Errorf("%d items: interval of %s, want %s", n, s.IntervalMethod, want)
		}
	}
}

// TestQuantile: nine values divide a distribution into ten equal parts.
func TestQuantile(t *testing.T) {
	v := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9}
	for q, want := range map[float64]float64{0.05: 1, 0.1: 1, 0.25: 2.5, 0.5: 5, 0.9: 9, 0.95: 9} {
		same(t, fmt.Sprint("quantile ", q), quantile(v, q), want, 1e-12)
	}
}
