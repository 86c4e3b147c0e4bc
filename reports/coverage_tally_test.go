package reports

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/nasalyze/nasalyze"
)

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
	samples    [][2]int // in and all of each
}

func (h *held) add(s Stat, truth float64) {
	h.all++
	if s.Lo <= truth && truth <= s.Hi {
		h.in++
	}
	h.err += math.Abs(s.Mean - truth)
	h.width += s.Hi - s.Lo
}

// merge adds the intervals of one sample.
func (h *held) merge(o held) {
	h.in, h.all = h.in+o.in, h.all+o.all
	h.err, h.width = h.err+o.err, h.width+o.width
	if o.all > 0 {
		h.samples = append(h.samples, [2]int{o.in, o.all})
	}
}

// share is the part of the intervals that hold the truth, and its standard error. Intervals of one
// sample go together, so that samples are what is counted.
func (h held) share() (share, se float64) {
	share = float64(h.in) / float64(h.all)
	for _, s := range h.samples {
		e := (float64(s[0]) - share*float64(s[1])) / float64(h.all)
		se += e * e
	}
	n := float64(len(h.samples))
	return share, math.Sqrt(se * n / (n - 1))
}

// cells of a table: the share with its error, the mean error of the estimate, the mean width.
func (h held) cells() (share, err, width string) {
	if h.all == 0 {
		return "", "", ""
	}
	p, se := h.share()
	n := float64(h.all)
	return fmt.Sprintf("%.2f ± %.2f", p, se), fmt.Sprintf("%.3f", h.err/n), fmt.Sprintf("%.3f", h.width/n)
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

func printCoverageHead() {
	fmt.Println("| function | n | main effects | total indices | pairs | other pairs | points of marginals | shifts | mean error, main effects | width | mean error, totals | width | decided |")
	fmt.Println("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
}

// row of the table in docs/methods.md.
func (c *coverage) row(title string, n int) string {
	mains, mainError, mainWidth := c.mains.cells()
	totals, totalError, totalWidth := c.totals.cells()
	pairs, _, _ := c.effective.cells()
	others, _, _ := c.none.cells()
	points, _, _ := c.curves.cells()
	shifts, _, _ := c.shifts.cells()
	return fmt.Sprintf("| %s | %d | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %d of %d |",
		title, n, mains, totals, pairs, others, points, shifts, mainError, mainWidth, totalError, totalWidth, c.decided, c.runs)
}

// measureCoverage prints a row for each size of a sample. Shifts may be nil.
func measureCoverage(t *testing.T, title string, exact truth, sample func(n int, seed uint64) *nasalyze.Study, shifts []float64) {
	for _, n := range []int{200, 500, 1000} {
		c := coverage{warnings: make(map[string]int)}
		for seed := range uint64(*measure) {
			c.analyze(t, sample(n, seed), seed, exact, shifts)
		}
		fmt.Println(c.row(title, n))
		t.Logf("n %d: warnings %v", n, c.warnings)
		title = ""
	}
}

// analyze compares the analysis of a log with the truth at its highest budget.
func (c *coverage) analyze(t *testing.T, s *nasalyze.Study, seed uint64, exact truth, shifts []float64) {
	t.Helper()
	a, err := Analyze(context.Background(), s, Options{Seed: seed, Confidence: 0.9, Resamples: -1, Brief: true})
	if err != nil {
		t.Fatal(err)
	}
	c.runs++
	for _, w := range a.Warnings {
		c.warnings[w.Code]++
	}
	b := &a.Budgets[len(a.Budgets)-1]
	if !b.Decided {
		return
	}
	c.decided++
	var one coverage
	for j := range exact.mains {
		one.mains.add(b.Importance[j].Individual, exact.mains[j])
		if !math.IsNaN(b.Importance[j].Sobol.Lo) {
			one.totals.add(b.Importance[j].Sobol, exact.totals[j])
		}
		m := &b.Marginals[j]
		for i, x := range m.X {
			one.curves.add(Stat{Mean: m.Mean[i], Lo: m.Lo[i], Hi: m.Hi[i]}, exact.curves[j](x))
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
			one.effective.add(e, p.share)
		default:
			one.none.add(e, p.share)
		}
	}
	for j := range a.Shifts {
		one.shifts.add(a.Shifts[j].Change, shifts[j])
	}
	c.mains.merge(one.mains)
	c.totals.merge(one.totals)
	c.effective.merge(one.effective)
	c.none.merge(one.none)
	c.curves.merge(one.curves)
	c.shifts.merge(one.shifts)
}
