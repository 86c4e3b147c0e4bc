package bohb

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// rankCorrelation is Spearman's coefficient with Fisher's interval, for the tests.
func rankCorrelation(x, y []float64) (rho, lo, hi float64) {
	a, b := rank(x), rank(y)
	n := float64(len(x))
	sab, saa, sbb := 0.0, 0.0, 0.0
	for i := range a {
		p, q := a[i]-(n+1)/2, b[i]-(n+1)/2
		sab, saa, sbb = sab+p*q, saa+p*p, sbb+q*q
	}
	rho = sab / math.Sqrt(saa*sbb)
	half := 1.96 * math.Sqrt((1+rho*rho/2)/(n-3))
	return rho, math.Tanh(math.Atanh(rho) - half), math.Tanh(math.Atanh(rho) + half)
}

func rank(v []float64) []float64 {
	r := make([]float64, len(v))
	for i, j := range ascending(v) {
		r[j] = float64(i + 1)
	}
	return r
}

// The smallest budget is given up where its ranks say nothing, and kept where they
// do, though only survivors are seen at both budgets. Of 60 searches each.
func TestAdaptiveBudget(t *testing.T) {
	space := mustSpace(t, []nasalyze.Param{{Name: "x", Lower: 0, Upper: 1}, {Name: "y", Lower: 0, Upper: 1}}, nil, nil)
	raised := func(noise float64) (n, runs int, note string) {
		for seed := range uint64(60) {
			s, err := New(space, Options{MinBudget: 1, MaxBudget: 27, Iterations: 24, Seed: seed, RankCorrelation: rankCorrelation})
			if err != nil {
				t.Fatal(err)
			}
			trials := drive(t, s, rand.New(rand.NewPCG(seed, 5)), 4, func(tr Trial) float64 {
				x := ofValues(space, tr.Values)
				if tr.Budget < 3 {
					rng := rand.New(rand.NewPCG(seed, uint64(tr.Seed)))
					x += noise * rng.NormFloat64()
				}
				return x
			}, nil)
			for _, tr := range trials {
				if tr.Note != "" && note == "" {
					note = tr.Note
				}
			}
			if len(s.Budgets()) < 4 {
				n++
				if last := trials[len(trials)-1]; last.Budget == 1 && s.Budgets()[0] > 1 {
					t.Errorf("seed %d: the last trial runs at the budget that was given up", seed)
				}
			}
			runs += len(trials)
		}
		return n, runs, note
	}
	informative, plain, note := raised(0.001)
	if informative > 1 || (informative == 0) != (note == "") {
		t.Errorf("the budget was given up in %d of 60 searches though its ranks carry over (%s)", informative, note)
	}
	useless, fewer, note := raised(100)
	if useless < 45 || note == "" {
		t.Errorf("the budget was given up in %d of 60 searches though its ranks say nothing (%q)", useless, note)
	}
	if fewer >= plain {
		t.Errorf("%d trials with the useless budget given up, %d with it", fewer, plain)
	}
	t.Logf("given up in %d of 60 searches where ranks carry over, in %d where they do not: %s", informative, useless, note)
}

// misled is a problem whose smallest budgets, so many of them, have losses that are
// noise or the true ones turned upside down.
func misled(p problem, smallest int, inverted bool) problem {
	budgets, err := Budgets(p.min, p.max, DefaultEta)
	if err != nil {
		panic(err)
	}
	loss, honest := p.loss, budgets[smallest]
	p.loss = func(v []nasalyze.Value, budget float64, rng *rand.Rand) float64 {
		switch {
		case budget >= honest*(1-slack):
			return loss(v, budget, rng)
		case inverted:
			return -loss(v, p.max, rng)
		}
		return rng.Float64()
	}
	return p
}

// Where the smallest one or two budgets turn ranks upside down, an adaptive search is nearer to
// the optimum at the same cost, that of 32 trials at the largest budget: it is so in
// more searches than not, p < 0.05 by a sign test, if there are more than two dimensions. Two are
// given up though they agree with each other. Where ranks carry over, and where small
// budgets are only noise, it is not further away.
func TestAdaptiveBudgetPays(t *testing.T) {
	if testing.Short() {
		t.Skip("runs 1400 searches")
	}
	const seeds = 40
	type workload struct {
		problem
		what string
		pays bool
	}
	var all []workload
	for _, p := range problems(t) {
		all = append(all, workload{p, "ranks carry over", false},
			workload{misled(p, 1, false), "the smallest is noise", false}, workload{misled(p, 2, false), "two are noise", false},
			workload{misled(p, 1, true), "the smallest is inverted", len(p.space.Params) > 2}, workload{misled(p, 2, true), "two are inverted", len(p.space.Params) > 2})
	}
	for _, p := range taskSet(t) {
		all = append(all, workload{p, "the smallest is 1 step of 50", false})
	}
	for _, w := range all {
		t.Run(w.name+"/"+w.what, func(t *testing.T) {
			var regrets [2][]float64
			given, better, worse := 0, 0, 0
			for seed := range uint64(seeds) {
				plain, all := regretAtCost(t, w.problem, seed, nil)
				adaptive, left := regretAtCost(t, w.problem, seed, rankCorrelation)
				regrets[0], regrets[1] = append(regrets[0], plain), append(regrets[1], adaptive)
				if adaptive < plain {
					better++
				}
				if adaptive > plain {
					worse++
				}
				if left < all {
					given++
				}
			}
			mean := func(v []float64) string {
				sum := 0.0
				for _, x := range v {
					sum += x / float64(len(v))
				}
				return fmt.Sprintf("%.3f +- %.3f", sum, deviation(v)/math.Sqrt(float64(len(v)-1)))
			}
			t.Logf("mean regret: plain %s, adaptive %s; given up in %d of %d, better in %d, worse in %d", mean(regrets[0]), mean(regrets[1]), given, seeds, better, worse)
			// A normal approximation of the sign test, one-sided at 5 %.
			z := float64(better-worse) / math.Sqrt(max(float64(better+worse), 1))
			if w.pays && z < 1.64 || z < -1.64 {
				t.Errorf("better in %d searches, worse in %d", better, worse)
			}
		})
	}
}

// regretAtCost is the regret of the incumbent when a search has spent 32 times the
// largest budget, with the number of budgets in use.
func regretAtCost(t *testing.T, p problem, seed uint64, correlate Correlate) (regret float64, budgets int) {
	s, err := New(p.space, Options{MinBudget: p.min, MaxBudget: p.max, Seed: seed, RankCorrelation: correlate})
	if err != nil {
		t.Fatal(err)
	}
	var incumbent Trial
	least := math.Inf(1)
	for cost := 0.0; cost < 32*p.max; {
		tr, _ := s.Ask()
		loss := p.loss(tr.Values, tr.Budget, rand.New(rand.NewPCG(uint64(tr.Seed), uint64(tr.Rung))))
		if tr.Budget > incumbent.Budget || tr.Budget == incumbent.Budget && loss < least {
			incumbent, least = tr, loss
		}
		if err := s.Tell(tr.Number, loss); err != nil {
			t.Fatal(err)
		}
		cost += tr.Budget
	}
	return p.loss(incumbent.Values, math.Inf(1), nil) - p.optimum, len(s.Budgets())
}

// The correction for a narrowed range finds the correlation of all from the best
// third of a bivariate normal sample.
func TestWiden(t *testing.T) {
	rng := rand.New(rand.NewPCG(4, 4))
	const n = 60_000
	for _, rho := range []float64{0.1, 0.4, 0.8} {
		type pair struct{ x, y float64 }
		all := make([]pair, n)
		var xs []float64
		for i := range all {
			x := rng.NormFloat64()
			all[i] = pair{x, rho*x + math.Sqrt(1-rho*rho)*rng.NormFloat64()}
			xs = append(xs, x)
		}
		slices.SortFunc(all, func(a, b pair) int { return cmp.Compare(a.x, b.x) })
		var x, y []float64
		for _, p := range all[:n/3] {
			x, y = append(x, p.x), append(y, p.y)
		}
		mx, my, sxy, sxx, syy := 0.0, 0.0, 0.0, 0.0, 0.0
		for i := range x {
			mx, my = mx+x[i]/float64(len(x)), my+y[i]/float64(len(x))
		}
		for i := range x {
			sxy, sxx, syy = sxy+(x[i]-mx)*(y[i]-my), sxx+(x[i]-mx)*(x[i]-mx), syy+(y[i]-my)*(y[i]-my)
		}
		r := sxy / math.Sqrt(sxx*syy)
		if got := widen(r, deviation(xs)/deviation(x)); math.Abs(got-rho) > 0.03 {
			t.Errorf("correlation %v of all, %v of the best third, corrected to %v", rho, r, got)
		}
	}
}
