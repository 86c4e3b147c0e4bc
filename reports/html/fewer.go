package html

import (
	"fmt"
	"slices"

	"github.com/nasalyze/nasalyze/reports"
)

// maxBudgets is about how many budgets are shown side by side: a table has a column and a chart a line for each, and
// every pair has a row and a cell.
const maxBudgets = 12

// fewer returns the analysis at about maxBudgets of its budgets, evenly spread, with the first, the last, and the first and
// last that are decided among them; a itself if it has no more. The learning curves of a search have hundreds.
func fewer(a *reports.Analysis) *reports.Analysis {
	n := len(a.Budgets)
	if n <= maxBudgets {
		return a
	}
	var kept []int
	for i := range maxBudgets {
		kept = append(kept, i*(n-1)/(maxBudgets-1))
	}
	isDecided := func(b reports.Budget) bool { return b.Decided }
	if first := slices.IndexFunc(a.Budgets, isDecided); first >= 0 {
		kept = append(kept, first, decidedBudget(a))
	}
	slices.Sort(kept)
	kept = slices.Compact(kept)
	place := make(map[int]int)
	c := *a
	c.Budgets, c.Correlations, c.Timeline, c.Outcomes = nil, nil, nil, slices.Clone(a.Outcomes)
	for to, from := range kept {
		place[from] = to
		c.Budgets = append(c.Budgets, a.Budgets[from])
	}
	for _, r := range a.Correlations {
		low, isLow := place[r.LowIndex]
		high, isHigh := place[r.HighIndex]
		if isLow && isHigh {
			r.LowIndex, r.HighIndex = low, high
			c.Correlations = append(c.Correlations, r)
		}
	}
	for _, e := range a.Timeline {
		if to, ok := place[e.Budget]; ok {
			e.Budget = to
			c.Timeline = append(c.Timeline, e)
		}
	}
	c.Configs = slices.Clone(a.Configs)
	for i := range c.Configs {
		results := make([]float64, len(kept))
		for to, from := range kept {
			results[to] = a.Configs[i].Results[from]
		}
		c.Configs[i].Results = results
	}
	for i := range c.Outcomes {
		c.Outcomes[i].Budgets = slices.DeleteFunc(slices.Clone(c.Outcomes[i].Budgets), func(o reports.OutcomeBudget) bool {
			return !slices.ContainsFunc(c.Budgets, func(b reports.Budget) bool { return b.Budget == o.Budget })
		})
	}
	return &c
}

// ofBudgets says that only some budgets are shown; empty where all are.
func (s *source) ofBudgets() string {
	if len(s.a.Budgets) == len(s.all.Budgets) {
		return ""
	}
	return fmt.Sprintf("Shown are %d of %d budgets, evenly spread; report.json and the tables beside this page have all.", len(s.a.Budgets), len(s.all.Budgets))
}
