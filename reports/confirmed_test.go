package reports

import (
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/forest"
)

// TestConfirmed: where the trees are right about rows that they have not seen, what predictions
// lose is the total index. Of 2 a + ab + noise, with a and b -1 or 1 and c of no influence, the variance without the
// noise is 5, 5 of them with a and 1 with b.
func TestConfirmed(t *testing.T) {
	src := rand.New(rand.NewPCG(1, 2))
	cols := []forest.Column{{Levels: 2}, {Levels: 2}, {Levels: 2}}
	var r rows
	for range 3000 {
		a, b, c := src.IntN(2), src.IntN(2), src.IntN(2)
		r.x = append(r.x, float64(a), float64(b), float64(c))
		r.y = append(r.y, 2*float64(2*a-1)+float64((2*a-1)*(2*b-1))+src.NormFloat64())
	}
	opt := forest.Options{Trees: 40, MinLeaf: 50, OutOfBag: func(_ int, rows []uint32, predicted []float64) {
		r.unseen.rows = append(r.unseen.rows, slices.Clone(rows))
		r.unseen.predicted = append(r.unseen.predicted, slices.Clone(predicted))
	}}
	f, err := forest.Fit(t.Context(), r.x, r.y, nil, cols, opt)
	if err != nil {
		t.Fatal(err)
	}
	got := confirmed(f, r, 5)
	for j, want := range []float64{1, 0.2, 0} {
		if math.Abs(got[j]-want) > 0.05 {
			t.Errorf("parameter %d: %.3f, want %.3f", j, got[j], want)
		}
	}
	r.unseen = unseen{}
	if got := confirmed(f, r, 5); got != nil {
		t.Errorf("%v without rows out of the bag", got)
	}
}

// TestUnconfirmedWarning: trees take noise for interactions, and intervals of total indices
// do not know.
func TestUnconfirmedWarning(t *testing.T) {
	c := ishigami()
	for _, tc := range []struct {
		noise      float64
		replicates int
		want       bool
	}{{3, 20, true}, {0.4, 20, false}, {3, -1, false}} {
		c.noise = tc.noise
		a := analyzed(t, sampleOf(t, 600, 1, c), Options{Replicates: tc.replicates, Brief: true})
		i := slices.IndexFunc(a.Warnings, func(w Warning) bool { return w.Code == "unconfirmed" })
		if i >= 0 != tc.want {
			t.Errorf("noise %v, %d replicates: warnings %v", tc.noise, tc.replicates, a.Warnings)
		}
		if i >= 0 && !strings.Contains(a.Warnings[i].Text, rho(a.Budgets[0].OOB.R2)) {
			t.Errorf("no R² in %s", a.Warnings[i].Text)
		}
	}
}

// TestOneParameterConfirmed: a single parameter explains all that the forest explains, noise or not.
func TestOneParameterConfirmed(t *testing.T) {
	line := closedForm{name: "line", d: 1, upper: 1, noise: 0.2, f: func(x []float64) float64 { return x[0] }}
	a := analyzed(t, sampleOf(t, 100, 1, line), Options{Replicates: 20, Brief: true})
	if i := slices.IndexFunc(a.Warnings, func(w Warning) bool { return w.Code == "unconfirmed" }); i >= 0 {
		t.Error(a.Warnings[i].Text)
	}
}

// TestCoverageNoise is TestCoverageClosed for more noise.
func TestCoverageNoise(t *testing.T) {
	if *measure == 0 {
		t.Skip("run with -measure=10 to measure coverage")
	}
	friedman, ishigami := friedman(10, 10, 20, 10, 5), ishigami()
	friedman.noise, ishigami.noise = 2.5, 2 // about half the standard deviation of each
	printCoverageHead()
	for _, log := range []struct {
		title string
		f     closedForm
	}{{"Friedman's (10), more noise", friedman}, {"Ishigami's (3), more noise", ishigami}} {
		t.Run(log.title, func(t *testing.T) {
			measureCoverage(t, log.title, log.f.exact, func(n int, seed uint64) *nasalyze.Study { return sampleOf(t, n, seed, log.f) }, nil)
		})
	}
}
