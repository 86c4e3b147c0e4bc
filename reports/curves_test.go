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

// TestCurvesWarning: beside strong parameters trees see a weak one late, and its curve is
// flatter than its interval knows. By itself it is seen.
func TestCurvesWarning(t *testing.T) {
	g := fullGrid(4, 8, nasalyze.Categorical)
	for _, strong := range []float64{1, 0} {
		src := rand.New(rand.NewPCG(1, 2))
		g.mean = nil
		for _, l := range g.level {
			y := 0.3*float64(l[0]%2) + 0.1*src.NormFloat64()
			for _, k := range l[1:] {
				y += strong * math.Sin(float64(k))
			}
			g.mean = append(g.mean, y)
		}
		g.first = g.mean
		a := analyzed(t, g.sample(t, 600, 1), Options{Replicates: 20, Brief: true, Forest: forest.Options{MinLeaf: 2}})
		i := slices.IndexFunc(a.Warnings, func(w Warning) bool { return w.Code == "curves" })
		if i >= 0 != (strong > 0) {
			t.Errorf("beside parameters of strength %v: warnings %v", strong, a.Warnings)
		}
		if i >= 0 && !strings.Contains(a.Warnings[i].Text, "p0 (") {
			t.Errorf("p0 is not named: %s", a.Warnings[i].Text)
		}
	}
}

// TestRarelyActive: a parameter that two configurations have says nothing about its curve.
func TestRarelyActive(t *testing.T) {
	s := branched(t, 60)
	for i := range s.Configs {
		if values := s.Configs[i].Values; i > 4 && !values[2].IsAbsent() {
			values[0], values[2] = s.Space.Params[0].Choices[1], nasalyze.Value{}
		}
		if lr, _ := s.Configs[i].Values[1].Float(); s.Trials[i].Status == nasalyze.Success {
			s.Trials[i].Values[0] = lr
		}
	}
	if b := analyzed(t, s, Options{Brief: true}).Budgets[0]; !b.Decided || len(b.Marginals[2].Lo) == 0 {
		t.Errorf("decided %v (%s), or no interval of the curve", b.Decided, b.Reason)
	}
}
