package correlation

import (
	"context"
	"math"
	"math/bits"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// drawColumns makes columns of few different values, so that ties and gaps are common.
func drawColumns(t *rapid.T, count, rows int) [][]float64 {
	value := rapid.Custom(func(t *rapid.T) float64 {
		switch k := rapid.IntRange(0, 9).Draw(t, "kind"); {
		case k < 2:
			return math.NaN()
		case k < 6:
			return float64(rapid.IntRange(-2, 2).Draw(t, "tied"))
		default:
			return rapid.Float64Range(-3, 3).Draw(t, "free")
		}
	})
	cols := make([][]float64, count)
	for b := range cols {
		cols[b] = rapid.SliceOfN(value, rows, rows).Draw(t, "column")
	}
	return cols
}

// both returns the rows that both columns have.
func both(x, y []float64) (xs, ys []float64, rows []int) {
	for i := range x {
		if !math.IsNaN(x[i]) && !math.IsNaN(y[i]) {
			xs, ys, rows = append(xs, x[i]), append(ys, y[i]), append(rows, i)
		}
	}
	return xs, ys, rows
}

// bruteRanks counts smaller and equal values for each.
func bruteRanks(v []float64) []float64 {
	r := make([]float64, len(v))
	for i := range v {
		for j := range v {
			if v[j] < v[i] {
				r[i]++
			} else if v[j] == v[i] {
				r[i] += 0.5
			}
		}
		r[i] += 0.5
	}
	return r
}

func pearson(x, y []float64) float64 {
	n := float64(len(x))
	var mx, my, xx, yy, xy float64
	for i := range x {
		mx += x[i]
		my += y[i]
	}
	mx, my = mx/n, my/n // sums of ranks are exact, and so is the mean of equal ones
	for i := range x {
		xx += (x[i] - mx) * (x[i] - mx)
		yy += (y[i] - my) * (y[i] - my)
		xy += (x[i] - mx) * (y[i] - my)
	}
	return xy / math.Sqrt(xx*yy)
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// bruteTau is tau-b from all pairs: the correlation of the signs of differences.
func bruteTau(x, y []float64) float64 {
	var xx, yy, xy float64
	for i := range x {
		for j := range i {
			a, b := sign(x[i]-x[j]), sign(y[i]-y[j])
			xx, yy, xy = xx+a*a, yy+b*b, xy+a*b
		}
	}
	return xy / math.Sqrt(xx*yy)
}

func near(a, b, tolerance float64) bool {
	return math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) <= tolerance
}

func TestMatrixAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.IntRange(0, 40).Draw(t, "rows")
		cols := drawColumns(t, rapid.IntRange(0, 4).Draw(t, "columns"), rows)
		r, err := Matrix(context.Background(), cols, Options{Resamples: -1})
		if err != nil {
			t.Fatal(err)
		}
		if want := len(cols) * (len(cols) - 1) / 2; len(r.Pairs) != want {
			t.Fatalf("%d pairs, expected %d", len(r.Pairs), want)
		}
		for i := range cols {
			for j := i + 1; j < len(cols); j++ {
				p := r.Pair(j, i)
				x, y, rows := both(cols[i], cols[j])
				if p.I != i || p.J != j || p.N != len(x) {
					t.Fatalf("pair %d %d of %d items, expected %d %d of %d", p.I, p.J, p.N, i, j, len(x))
				}
				defined := len(x) >= 4 && slices.Min(x) < slices.Max(x) && slices.Min(y) < slices.Max(y)
				if defined != (p.Reason == "") {
					t.Fatalf("x %v y %v: reason %q", x, y, p.Reason)
				}
				if !defined {
					for _, v := range []float64{p.Spearman.Rho, p.Spearman.P, p.Spearman.PHolm, p.Spearman.Lo, p.Spearman.Hi,
						p.Spearman.Fisher.Lo, p.Spearman.Bootstrap.Hi, p.Kendall.Tau, p.Kendall.P, p.Kendall.PHolm,
						p.Regret.Loss, p.Regret.OfRange, p.Regret.OfMedian, p.Regret.Value, p.Regret.Best} {
						if !math.IsNaN(v) {
							t.Fatalf("%+v holds %v, expected NaN", p, v)
						}
					}
					if p.TopK != nil || p.Regret.Item != -1 || p.Regret.Reason == "" || p.Spearman.Reason == "" || p.Kendall.Reason == "" {
						t.Fatalf("%+v says more than it can", p)
					}
					continue
				}
				if want := pearson(bruteRanks(x), bruteRanks(y)); !near(p.Spearman.Rho, want, 1e-12) {
					t.Fatalf("x %v y %v: rho %v, expected %v", x, y, p.Spearman.Rho, want)
				}
				if want := bruteTau(x, y); !near(p.Kendall.Tau, want, 1e-12) {
					t.Fatalf("x %v y %v: tau %v, expected %v", x, y, p.Kendall.Tau, want)
				}
				checkRegret(t, p.Regret, x, y, rows)
			}
		}
	})
}

func checkRegret(t *rapid.T, r Regret, x, y []float64, rows []int) {
	best := slices.Min(y)
	var chosen []int
	mean := 0.0
	for i := range x {
		if x[i] == slices.Min(x) {
			chosen = append(chosen, i)
			mean += y[i]
		}
	}
	mean /= float64(len(chosen))
	sorted := slices.Sorted(slices.Values(y))
	median := (sorted[len(y)/2] + sorted[(len(y)-1)/2]) / 2
	ofMedian := math.NaN()
	if median > best {
		ofMedian = (mean - best) / (median - best)
	}
	if r.Item != rows[chosen[0]] || r.Tied != len(chosen) || r.BestItem != rows[slices.Index(y, best)] || r.Best != best ||
		!near(r.Value, mean, 1e-12) || !near(r.Loss, mean-best, 1e-12) ||
		!near(r.OfRange, (mean-best)/(slices.Max(y)-best), 1e-12) ||
		!(near(r.OfMedian, ofMedian, 1e-9*max(1, math.Abs(ofMedian))) || median-best < 1e-9) {
		t.Fatalf("x %v y %v: %+v, expected item %d of %d, value %v, of median %v", x, y, r, rows[chosen[0]], len(chosen), mean, ofMedian)
	}
}

// TestOverlapAgainstBruteForce compares with the mean, least and most over all ways
// to choose the k best.
func TestOverlapAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 7).Draw(t, "n")
		few := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 3), func(i int) float64 { return float64(i) }), n, n)
		x, y := few.Draw(t, "x"), few.Draw(t, "y")
		k := rapid.IntRange(1, n-1).Draw(t, "k")
		s, err := pairOf(x, y)
		if err != nil {
			t.Fatal(err)
		}
		got := s.overlap(k)
		a, b := bestSets(x, k), bestSets(y, k)
		want := Overlap{K: k, Min: n, Max: 0, Chance: float64(k*k) / float64(n)}
		for _, u := range a {
			for _, v := range b {
				c := bits.OnesCount(uint(u & v))
				want.Shared += float64(c) / float64(len(a)*len(b))
				want.Min, want.Max = min(want.Min, c), max(want.Max, c)
			}
		}
		if !near(got.Shared, want.Shared, 1e-12) {
			t.Fatalf("x %v y %v k %d: %+v, expected %+v", x, y, k, got, want)
		}
		got.Shared = want.Shared
		if got != want {
			t.Fatalf("x %v y %v k %d: %+v, expected %+v", x, y, k, got, want)
		}
	})
}

// bestSets returns all sets of k items such that none outside is smaller than one inside.
func bestSets(v []float64, k int) []int {
	var sets []int
	for set := range 1 << len(v) {
		if bits.OnesCount(uint(set)) != k {
			continue
		}
		ok := true
		for i := range v {
			for j := range v {
				if set>>i&1 == 1 && set>>j&1 == 0 && v[j] < v[i] {
					ok = false
				}
			}
		}
		if ok {
			sets = append(sets, set)
		}
	}
	return sets
}

// TestPermutationAgainstBruteForce enumerates the orders in another way and takes
// the statistics from their definitions.
func TestPermutationAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(4, 6).Draw(t, "n")
		few := rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 5), func(i int) float64 { return float64(i) }), n, n)
		x, y := few.Draw(t, "x"), few.Draw(t, "y")
		s, err := pairOf(x, y)
		if err != nil {
			t.Fatal(err)
		}
		if s.reason("x", "y") != "" {
			t.Skip("no variance")
		}
		rho, tau := pearson(bruteRanks(x), bruteRanks(y)), bruteTau(x, y)
		var total, rhoLow, rhoHigh, tauLow, tauHigh int
		var visit func(k int)
		perm := slices.Clone(y)
		visit = func(k int) {
			if k == n {
				total++
				r, q := pearson(bruteRanks(x), bruteRanks(perm)), bruteTau(x, perm)
				count := func(ok bool, c *int) {
					if ok {
						*c++
					}
				}
				count(r <= rho+1e-9, &rhoLow)
				count(r >= rho-1e-9, &rhoHigh)
				count(q <= tau+1e-9, &tauLow)
				count(q >= tau-1e-9, &tauHigh)
				return
			}
			for i := k; i < n; i++ {
				perm[k], perm[i] = perm[i], perm[k]
				visit(k + 1)
				perm[k], perm[i] = perm[i], perm[k]
			}
		}
		visit(0)
		gotRho, gotTau := s.permutationP(s.concordance())
		wantRho := min(1, 2*float64(min(rhoLow, rhoHigh))/float64(total))
		wantTau := min(1, 2*float64(min(tauLow, tauHigh))/float64(total))
		if !near(gotRho, wantRho, 1e-12) || !near(gotTau, wantTau, 1e-12) {
			t.Fatalf("x %v y %v: p %v and %v, expected %v and %v", x, y, gotRho, gotTau, wantRho, wantTau)
		}
		if math.Abs(s.rho()) == 1 && !near(s.perfectP(), gotRho, 1e-12) {
			t.Fatalf("x %v y %v: p of a perfect correlation %v, enumerated %v", x, y, s.perfectP(), gotRho)
		}
	})
}

func TestRanksAgainstBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := drawColumns(t, 1, rapid.IntRange(0, 30).Draw(t, "rows"))[0]
		ranks := Ranks(v)
		present, _, rows := both(v, v)
		for k, r := range bruteRanks(present) {
			if ranks[rows[k]] != r {
				t.Fatalf("%v: rank of row %d is %v, expected %v", v, rows[k], ranks[rows[k]], r)
			}
		}
		for i := range v {
			if math.IsNaN(v[i]) && !math.IsNaN(ranks[i]) {
				t.Fatalf("%v: row %d has rank %v, expected NaN", v, i, ranks[i])
			}
		}
	})
}
