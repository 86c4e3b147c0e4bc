package reports

import (
	"context"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// coverageSeeds is how many random samples of each size coverage is measured on.
const coverageSeeds = 10

// truth is what a decomposition should find.
type truth struct {
	mains, totals []float64
	pairs         []pairTruth
	// curves are the marginals.
	curves []func(x float64) float64
}

type pairTruth struct {
	i, j  int // i < j
	share float64
}

// held counts how many intervals of one kind hold the truth.
type held struct {
	in, all    int
	err, width float64
}

func (h *held) add(s Stat, truth float64) {
	h.all++
	if s.Lo <= truth && truth <= s.Hi {
		h.in++
	}
	h.err += math.Abs(s.Mean - truth)
	h.width += s.Hi - s.Lo
}

func (h held) String() string {
	if h.all == 0 {
		return "none"
	}
	n := float64(h.all)
	return fmt.Sprintf("%.2f of %d (error %.4f, width %.4f)", float64(h.in)/n, h.all, h.err/n, h.width/n)
}

// coverage of the 90 % intervals of several analyses.
type coverage struct {
	mains, totals held
	// effective and none are the pairs that explain at least 1 %, and the others.
	effective, none held
	curves, shifts  held
	decided, runs   int
	warnings        map[string]int
}

func (c *coverage) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "mains %v, totals %v, pairs of 1 %% or more %v, other pairs %v, points of marginals %v", c.mains, c.totals, c.effective, c.none, c.curves)
	if c.shifts.all > 0 {
		fmt.Fprintf(&b, ", shifts %v", c.shifts)
	}
	fmt.Fprintf(&b, "; %d of %d decided; warnings %v", c.decided, c.runs, c.warnings)
	return b.String()
}

// analyze compares the analysis of a log with the truth at its highest budget.
func (c *coverage) analyze(t *testing.T, s *nasalyze.Study, seed uint64, exact truth) *Analysis {
	t.Helper()
	a, err := Analyze(context.Background(), s, Options{Seed: seed, Confidence: 0.9, Resamples: -1, Brief: true})
	if err != nil {
		t.Fatal(err)
	}
	c.runs++
	if c.warnings == nil {
		c.warnings = make(map[string]int)
	}
	for _, w := range a.Warnings {
		c.warnings[w.Code]++
	}
	b := &a.Budgets[len(a.Budgets)-1]
	if !b.Decided {
		return a
	}
	c.decided++
	for j := range exact.mains {
		c.mains.add(b.Importance[j].Individual, exact.mains[j])
		if exact.totals != nil && !math.IsNaN(b.Importance[j].Sobol.Lo) {
			c.totals.add(b.Importance[j].Sobol, exact.totals[j])
		}
		m := &b.Marginals[j]
		for i, x := range m.X {
			c.curves.add(Stat{Mean: m.Mean[i], Lo: m.Lo[i], Hi: m.Hi[i]}, exact.curves[j](x))
		}
	}
	pairs := make(map[[2]string]Stat)
	for _, e := range b.Importance[len(exact.mains):] {
		pairs[[2]string{e.Params[0], e.Params[1]}] = e.Individual
	}
	for _, p := range exact.pairs {
		e, ok := pairs[[2]string{a.Params[p.i].Name, a.Params[p.j].Name}]
		switch {
		case !ok:
			t.Fatalf("no pair %d, %d", p.i, p.j)
		case p.share >= 0.01:
			c.effective.add(e, p.share)
		default:
			c.none.add(e, p.share)
		}
	}
	return a
}
