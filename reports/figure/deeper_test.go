package figure

import (
	"math"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

// drawn makes one figure of an analysis.
func drawn(t *testing.T, a *reports.Analysis, name string) *Figure {
	t.Helper()
	fs, skipped := All(a)
	for _, f := range fs {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("no %s: %v", name, skipped)
	return nil
}

// reason returns why an analysis does not support a figure.
func reason(t *testing.T, a *reports.Analysis, name string) string {
	t.Helper()
	_, skipped := All(a)
	for _, s := range skipped {
		if s.Name == name {
			return s.Reason
		}
	}
	t.Fatalf("%s is drawn", name)
	return ""
}

func contains(t *testing.T, text string, words ...string) {
	t.Helper()
	for _, w := range words {
		if !strings.Contains(text, w) {
			t.Errorf("%q is not in %q", w, text)
		}
	}
}

// The numbers of what goes beyond importances and ranks are in the text alternatives too.
func TestAltHasTheDeeperNumbers(t *testing.T) {
	a := sample.Analysis()
	b := &a.Budgets[2] // the largest decided one
	for _, m := range b.Methods {
		alt := drawn(t, a, "methods").Alt
		contains(t, alt, fixed(m.Agreement, 2))
		for _, s := range m.Scores {
			contains(t, alt, s.Param+" "+short(s.Mean, 2))
		}
	}
	for _, s := range a.Path.Steps {
		contains(t, drawn(t, a, "ablation").Alt, short(s.Result.Mean, 4), short(s.Gain.Mean, 3))
		for _, c := range s.Changes {
			contains(t, drawn(t, a, "ablation").Alt, c.Param)
		}
	}
	for _, p := range a.Growth.Points {
		contains(t, drawn(t, a, "sample-size").Alt, fixed(p.Order.Mean, 2), fixed(p.R2.Mean, 2), fixed(p.Importance[0].Mean, 3))
	}
	for _, p := range a.Tradeoff.Points {
		contains(t, drawn(t, a, "tradeoff").Alt, fixed(p.R2, 2)+" at "+short(p.Weight, 2), fixed(p.Importance[0].Mean, 3)+" at "+short(p.Weight, 2))
	}
	contains(t, drawn(t, a, "outcomes").Alt, "Failure. At 400 s", fixed(a.Outcomes[0].Budgets[0].Importance[0].Individual.Mean, 3), "Undecided at 20 min")
	m := b.Active[0]
	contains(t, drawn(t, a, "active").Alt, m.Condition, fixed(m.Individual.Mean, 3), fixed(m.Sobol.Mean, 3), fixed(m.Switch.Mean, 3), short(m.Difference.Mean, 3))
}

// Figures that rest on what cannot be told say so.
func TestDeeperFiguresSayWhatTheyCannot(t *testing.T) {
	a := sample.Analysis()
	a.Path.Reason, a.Tradeoff.Reason = "the search space states no default of width", "too few configurations have a result of both objectives"
	a.Growth.Points = a.Growth.Points[:1]
	for name, want := range map[string]string{"ablation": a.Path.Reason, "tradeoff": a.Tradeoff.Reason, "sample-size": "too few configurations"} {
		contains(t, reason(t, a, name), want)
	}

	a = sample.Analysis()
	a.Path.End.Mean = a.Path.Start.Mean + 1 // the error grows
	contains(t, drawn(t, a, "ablation").Caption, "do not trust this path")
	a.Objective.Maximize = true
	if c := drawn(t, a, "ablation").Caption; strings.Contains(c, "do not trust") {
		t.Errorf("a maximised result that grows is distrusted: %q", c)
	}

	for j := range a.Params { // a weight at which the forest predicts nothing
		a.Tradeoff.Points[4].Importance[j].Mean = math.NaN()
	}
	contains(t, drawn(t, a, "tradeoff").Caption, "Gaps:")
	contains(t, drawn(t, a, "tradeoff").Alt, "not known at 0.4")

	m := &a.Budgets[2].Active[0]
	m.Individual, m.Sobol, m.Reason = reports.Stat{Mean: math.NaN(), Std: math.NaN()}, reports.Stat{Mean: math.NaN(), Std: math.NaN()}, "only 7 configurations have it"
	contains(t, drawn(t, a, "active").Caption, m.Reason)
	m.Switch.Mean = math.NaN()
	contains(t, reason(t, a, "active"), m.Reason)

	local := &a.Budgets[2].Methods[1]
	local.Scores, local.Reason = nil, "it was asked to be undecided"
	contains(t, drawn(t, a, "methods").Caption, "Not drawn: local, because "+local.Reason)

	many := sample.Make(sample.Spec{Budgets: 6, Params: 3, Configs: 200, All: true})
	contains(t, drawn(t, many, "outcomes").Caption, "Failure: 4 of 6 decided budgets are drawn")

	a.Outcomes = nil
	contains(t, reason(t, a, "outcomes"), "no trial failed")
}

// Where there are many parameters, those that some method ranks first are kept.
func TestMethodsKeepWhatAnyRanksHigh(t *testing.T) {
	a := sample.Make(sample.Spec{Budgets: 1, Params: 40, Configs: 60})
	b := &a.Budgets[0]
	last := ranked(a, 0)[39]
	for i := range b.Methods {
		if b.Methods[i].Method == reports.PED {
			b.Methods[i].Scores[last].Mean = 5
		}
	}
	f := drawn(t, a, "methods")
	contains(t, f.Alt, a.Params[last].Name+" 5")
	contains(t, f.Caption, "the 12 of 40 parameters")
}
