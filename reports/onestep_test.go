package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/forest"
)

// gFunction is n uniform draws of the function of Sobol' (Saltelli and Sobol' 1995), the
// product of (|4x - 2| + a)/(1 + a) over the parameters, and its shares: of main effects, pairs and
// total indices.
func gFunction(t *testing.T, n int, seed uint64, a ...float64) (s *nasalyze.Study, mains, pairs, totals []float64) {
	t.Helper()
	var params []nasalyze.Param
	for j := range a {
		params = append(params, nasalyze.Param{Name: fmt.Sprint("x", j), Kind: nasalyze.Float, Lower: 0, Upper: 1})
	}
	space, err := nasalyze.NewSpace("g", params, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s = &nasalyze.Study{Name: "g", Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	src := rand.New(rand.NewPCG(seed, 0))
	nan := math.NaN()
	for i := range n {
		c := nasalyze.Config{ID: fmt.Sprint(i)}
		y := 1.0
		for _, aj := range a {
			x := src.Float64()
			c.Values = append(c.Values, nasalyze.Number(x))
			y *= (math.Abs(4*x-2) + aj) / (1 + aj)
		}
		s.Configs = append(s.Configs, c)
		s.Trials = append(s.Trials, nasalyze.Trial{Config: i, Budget: 1, Values: []float64{y}, Submitted: nan, Started: nan, Finished: nan})
	}
	variance := 1.0
	v := make([]float64, len(a))
	for j, aj := range a {
		v[j] = 1 / (3 * (1 + aj) * (1 + aj))
		variance *= 1 + v[j]
	}
	variance--
	for j := range v {
		mains = append(mains, v[j]/variance)
		totals = append(totals, v[j]/(1+v[j])*(1+variance)/variance)
		for k := j + 1; k < len(v); k++ {
			pairs = append(pairs, v[j]*v[k]/variance)
		}
	}
	return s, mains, pairs, totals
}

// estimates of mains, pairs and total indices, and the share of higher orders.
func estimates(t *testing.T, s *nasalyze.Study, opt Options) (mains, pairs, totals []float64, higher float64) {
	t.Helper()
	opt.Replicates, opt.Resamples, opt.Brief = -1, -1, true
	b := analyzed(t, s, opt).Budgets[0]
	for _, e := range b.Importance {
		if len(e.Params) == 1 {
			mains, totals = append(mains, e.Individual.Mean), append(totals, e.Sobol.Mean)
		} else {
			pairs = append(pairs, e.Individual.Mean)
		}
	}
	return mains, pairs, totals, b.HigherOrder.Mean
}

func absoluteError(got, want []float64) float64 {
	sum := 0.0
	for i := range got {
		sum += math.Abs(got[i] - want[i])
	}
	return sum / float64(len(got))
}

// TestCorrectedSharesAreCloser: on a function in closed form errors are well below those of the means over the
// trees, most of all where these leave much of a curve.
func TestCorrectedSharesAreCloser(t *testing.T) {
	whole(t)
	var sums [2][3]float64
	for seed := range uint64(4) {
		s, mains, pairs, totals := gFunction(t, 600, seed, 0, 0.5, 1, 3, 9)
		for i, plain := range []bool{true, false} {
			m, p, to, _ := estimates(t, s, Options{Seed: seed, TreeMeans: plain})
			for k, e := range []float64{absoluteError(m, mains), absoluteError(p, pairs), absoluteError(to, totals)} {
				sums[i][k] += e / 4
			}
		}
	}
	t.Logf("errors of mains, pairs, total indices: over trees %.4f, corrected %.4f", sums[0], sums[1])
	for k, what := range []string{"main effects", "pairs", "total indices"} {
		most := []float64{0.4, 0.9, 0.4}[k]
		if sums[1][k] > most*sums[0][k] {
			t.Errorf("error of %s is %.4f corrected, %.4f over the trees; want at most %v of it", what, sums[1][k], sums[0][k], most)
		}
	}
}

// TestMendedMarginals: with what the trees leave, curves of a smooth function are closer to the truth, and so is the
// surface of its pair.
func TestMendedMarginals(t *testing.T) {
	c := friedman(6, 10, 20, 10, 5)
	s := sampleOf(t, 300, 3, c)
	var curves, surface [2]float64
	for i, plain := range []bool{true, false} {
		b := analyzed(t, s, Options{TreeMeans: plain, Replicates: -1, Resamples: -1, Brief: true}).Budgets[0]
		for j, m := range b.Marginals {
			for k, x := range m.X {
				curves[i] += math.Abs(m.Mean[k]-c.exact.curves[j](x)) / float64(len(m.X)*c.d)
			}
		}
		at := slices.IndexFunc(b.Surfaces, func(s Surface) bool { return s.Params == [2]string{"x0", "x1"} })
		if at < 0 {
			t.Fatal("no surface of the pair")
		}
		for k, x := range b.Surfaces[at].X {
			for l, y := range b.Surfaces[at].Y {
				truth := c.f([]float64{x, y, 0.5, 0.5, 0.5, 0}) + 20.0/12
				surface[i] += math.Abs(b.Surfaces[at].Mean[k][l]-truth) / float64(len(b.Surfaces[at].X)*len(b.Surfaces[at].Y))
			}
		}
	}
	t.Logf("errors over the trees and mended: curves %.3f, surface %.3f", curves, surface)
	if curves[1] > 0.7*curves[0] || surface[1] > 0.95*surface[0] {
		t.Errorf("errors over the trees and mended: curves %.3f, surface %.3f; want at most 0.7 and 0.95 of the first", curves, surface)
	}
}

// TestCorrectedSharesAddUp: effects sum to 1, totals of pairs and total indices are sums of effects.
func TestCorrectedSharesAddUp(t *testing.T) {
	for _, a := range [][]float64{{0.5}, {0, 1}, {0, 0.5, 3}, {0, 0, 9, 99}} {
		s, _, _, _ := gFunction(t, 120, 5, a...)
		mains, pairs, totals, higher := estimates(t, s, Options{})
		sum := higher
		least := make([]float64, len(a))
		k := 0
		for i := range mains {
			sum += mains[i]
			least[i] += mains[i]
			for j := i + 1; j < len(mains); j++ {
				sum += pairs[k]
				least[i] += pairs[k]
				least[j] += pairs[k]
				k++
			}
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("%d parameters: effects sum to %v", len(a), sum)
		}
		for i := range totals {
			if totals[i] < least[i]-1e-9 || totals[i] > 1+1e-9 {
				t.Errorf("%d parameters: total index %v, main effect and pairs %v", len(a), totals[i], least[i])
			}
			if len(a) < 3 && math.Abs(totals[i]-least[i]) > 1e-9 {
				t.Errorf("%d parameters: total index %v, want %v", len(a), totals[i], least[i])
			}
		}
	}
}

// TestNotCorrected: without rows out of the bag, with cutoffs, and where it was not wanted.
func TestNotCorrected(t *testing.T) {
	s, _, _, _ := gFunction(t, 150, 8, 0, 1, 3)
	for name, opt := range map[string]Options{
		"no rows out of the bag": {Forest: forest.Options{Subsample: 1}},
		"cutoffs":                {Cutoffs: Cutoffs{Best: 0.5}},
	} {
		plain := opt
		plain.TreeMeans = true
		got, _, _, _ := estimates(t, s, opt)
		want, _, _, _ := estimates(t, s, plain)
		if absoluteError(got, want) != 0 {
			t.Errorf("%s: main effects %v, want those over the trees, %v", name, got, want)
		}
	}
	free, _, _, _ := estimates(t, s, Options{})
	plain, _, _, _ := estimates(t, s, Options{TreeMeans: true})
	if absoluteError(free, plain) == 0 {
		t.Error("nothing is corrected")
	}
}

// What is left of the way to the one-step estimate widens an interval on that side alone.
func TestIntervalAhead(t *testing.T) {
	s := shares{mean: []float64{0.5, 0.5, 0.5}, std: make([]float64, 3), se: []float64{0.03, 0.03, 0.03}, ahead: []float64{0.02, -0.02, 0}, z: 2}
	for k, want := range [][2]float64{{0.44, 0.6}, {0.4, 0.56}, {0.44, 0.56}} { // hypot(0.03, 2 * 0.02) is 0.05
		if got := s.stat(k); math.Abs(got.Lo-want[0]) > 1e-12 || math.Abs(got.Hi-want[1]) > 1e-12 {
			t.Errorf("interval %d from %v to %v, want %v", k, got.Lo, got.Hi, want)
		}
	}
}

// Intervals of an analysis reach further on one side where shares are corrected, and only there.
func TestIntervalsOneSided(t *testing.T) {
	s, _, _, _ := gFunction(t, 150, 8, 0, 1, 3)
	for _, plain := range []bool{false, true} {
		a := analyzed(t, s, Options{TreeMeans: plain, Replicates: 12, Resamples: -1, Brief: true})
		most := 0.0
		for _, e := range a.Budgets[0].Importance {
			for _, i := range []Stat{e.Individual, e.Sobol} {
				if i.Lo > 0 && i.Hi < 1 { // not cut
					most = max(most, math.Abs(i.Hi+i.Lo-2*i.Mean))
				}
			}
		}
		if oneSided := most > 1e-9; oneSided == plain {
			t.Errorf("over the trees alone: %v, and an interval reaches further by %v on one side", plain, most)
		}
	}
}
