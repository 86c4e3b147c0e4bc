package html

import "github.com/nasalyze/nasalyze/reports"

// values is the section on marginals: which values of a parameter are good.
type values struct {
	// Band says what is drawn around the predictions.
	Band string
	// Empty says why nothing can be told at any budget.
	Empty   string
	Fewer   string // of many budgets
	Budgets []option
	// Params, the most important first.
	Params []option
	// HasSurfaces tells that there is a pair to draw at some budget.
	HasSurfaces         bool
	Marginals, Surfaces []paper
}

func newValues(s *source) values {
	a := s.a
	chosen := decidedBudget(a)
	v := values{Fewer: s.ofBudgets(), Band: bands(a), Budgets: importanceBudgets(a, chosen), Marginals: s.figures("marginals"), Surfaces: s.figures("pair-marginals")}
	if chosen < 0 || !a.Budgets[chosen].Decided {
		v.Empty = "Without a forest that predicts, no value can be called good."
		return v
	}
	for i := range a.Budgets {
		v.HasSurfaces = v.HasSurfaces || a.Budgets[i].Decided && len(a.Budgets[i].Surfaces) > 0
	}
	for at, p := range ranking(a, chosen) {
		v.Params = append(v.Params, option{Value: p, Text: a.Params[p].Name, Selected: at == 0})
	}
	return v
}

// bands says what is drawn around a marginal, as Marginal.Band has it.
func bands(a *reports.Analysis) string {
	for _, b := range a.Budgets {
		if b.Decided && len(b.Marginals) > 0 && len(b.Marginals[0].Lo) > 0 {
			return "the " + confidence(a) + " bootstrap interval over configurations, point by point"
		}
	}
	return "one standard deviation over the trees"
}
