package html

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// search is the section on how the search went.
type search struct {
	HasTimes bool
	// Thinned says that the charts show a part of the log; empty where they show all.
	Thinned string
	Chosen  int
	Budgets []option
	Top     table
	Time    []paper
	Picks   []paper
}

func newSearch(s *source) search {
	a, t := s.a, &s.thin
	v := search{Thinned: s.ofBudgets(), HasTimes: len(a.Timeline) > 0, Chosen: highestUsable(a), Time: s.figures("loss-over-time"), Picks: s.figures("picks")}
	for i := range a.Budgets {
		v.Budgets = append(v.Budgets, option{Value: i, Text: number(a.Budgets[i].Budget), Selected: i == v.Chosen})
	}
	if t.configs < t.allConfigs {
		v.also(fmt.Sprintf("The interactive charts on this page show %s of %s configurations, chosen evenly, with all incumbents and survivors of higher budgets first; tables and numbers are computed from all.",
			count(t.configs), count(t.allConfigs)))
	}
	if t.events < t.allEvents {
		v.also(fmt.Sprintf("The results over time show %s of %s trials, with every improvement.", count(t.events), count(t.allEvents)))
	}
	v.Top = topTable(a, v.Chosen)
	return v
}

// also adds a sentence on what is left out.
func (v *search) also(sentence string) { v.Thinned = strings.TrimPrefix(v.Thinned+" "+sentence, " ") }

// highestUsable is the highest budget with a result.
func highestUsable(a *reports.Analysis) int {
	for i := len(a.Budgets) - 1; i >= 0; i-- {
		if a.Budgets[i].N > 0 {
			return i
		}
	}
	return max(0, len(a.Budgets)-1)
}

// topTable lists the best configurations at a budget.
func topTable(a *reports.Analysis, b int) table {
	const most = 10
	t := table{ID: "table-top", Sortable: true, Head: []head{{Text: "Configuration"}}}
	if b >= len(a.Budgets) {
		return t
	}
	var order []int
	for i := range a.Configs {
		if !math.IsNaN(a.Configs[i].Results[b]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(x, y int) int {
		if d := descending(a.Configs[x].Results[b], a.Configs[y].Results[b]); a.Objective.Maximize {
			return d
		} else {
			return -d
		}
	})
	n := len(order)
	order = order[:min(most, n)]
	which := fmt.Sprintf("The best %d of %s", len(order), plural(n, "configuration"))
	if len(order) == n {
		which = "All " + plural(n, "configuration")
	}
	t.Caption = fmt.Sprintf("%s with a result at %s. A dash marks a parameter that is inactive.", which, budget(a, a.Budgets[b].Budget))
	t.Head = append(t.Head, head{Text: a.Objective.Name, Numeric: true})
	// What matters comes first; the space may have many more dimensions than fit.
	params := ranking(a, b)
	for _, p := range params {
		t.Head = append(t.Head, head{Text: a.Params[p].Name, Numeric: a.Params[p].Numeric()})
	}
	for _, i := range order {
		c := &a.Configs[i]
		r := row{Head: code1(c.ID), Cells: []cell{figure(c.Results[b], number)}}
		for _, p := range params {
			r.Cells = append(r.Cells, value(&a.Params[p], c.Values[p]))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// value prints a parameter's value.
func value(p *reports.Param, v float64) cell {
	switch {
	case math.IsNaN(v):
		return cell{Text: dash, Numeric: p.Numeric(), Sort: "NaN"}
	case p.Numeric():
		return figure(v, number)
	case int(v) >= 0 && int(v) < len(p.Choices):
		return text(p.Choices[int(v)])
	}
	return text(dash)
}
