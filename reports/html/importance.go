package html

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// matters is the section on importance.
type matters struct {
	Bars, Trend, PairFigures []paper
	// Empty says why nothing can be told at any budget.
	Empty string
	Fewer string // of many budgets
	// Undecided budgets, each with its reason.
	Undecided []undecided
	// Chosen is the budget shown at first, an index in Analysis.Budgets.
	Chosen  int
	Budgets []option
	Singles table
	Pairs   table
	Shifts  table
	// HasTrend tells that there are two budgets to compare.
	HasTrend bool
}

type undecided struct{ Budget, Reason string }

// option of a control; Value is an index.
type option struct {
	Value    int
	Text     string
	Note     string
	Selected bool
}

// decidedBudget is the highest budget with an importance that can be trusted, else the
// highest.
func decidedBudget(a *reports.Analysis) int {
	for i := len(a.Budgets) - 1; i >= 0; i-- {
		if a.Budgets[i].Decided {
			return i
		}
	}
	return len(a.Budgets) - 1
}

func newMatters(s *source) matters {
	a := s.a
	v := matters{Fewer: s.ofBudgets(), Chosen: decidedBudget(a), Bars: s.figures("importance"), Trend: s.figures("importance-by-budget"), PairFigures: s.figures("pair-importance")}
	decided := 0
	for i := range a.Budgets {
		b := &a.Budgets[i]
		if b.Decided {
			decided++
		} else {
			v.Undecided = append(v.Undecided, undecided{budget(a, b.Budget), b.Reason})
		}
	}
	v.Budgets = importanceBudgets(a, v.Chosen)
	v.HasTrend = decided > 1
	if decided == 0 {
		v.Empty = "At no budget can importance be told from this log."
		return v
	}
	order := ranking(a, v.Chosen)
	v.Singles = singlesTable(a, order, v.Chosen)
	v.Pairs = pairsTable(a, v.Chosen)
	v.Shifts = shiftsTable(a)
	return v
}

// importanceBudgets are the budgets to choose from where importance is shown.
func importanceBudgets(a *reports.Analysis, chosen int) []option {
	var list []option
	for i := range a.Budgets {
		o := option{Value: i, Text: number(a.Budgets[i].Budget), Selected: i == chosen}
		if !a.Budgets[i].Decided {
			o.Note = "cannot tell"
		}
		list = append(list, o)
	}
	return list
}

// ranking orders the parameters by their importance at a budget.
func ranking(a *reports.Analysis, b int) []int {
	order := span(len(a.Params))
	list := a.Budgets[b].Importance
	slices.SortStableFunc(order, func(x, y int) int {
		if x >= len(list) || y >= len(list) {
			return 0
		}
		return descending(list[x].Individual.Mean, list[y].Individual.Mean)
	})
	return order
}

// stat is a share with its interval, or with the spread over the trees where there
// is no interval.
func stat(s reports.Stat) cell {
	c := figure(s.Mean, percent)
	switch between := interval(s.Lo, s.Hi, percent); {
	case between != "":
		c.Small = between
	case !math.IsNaN(s.Std):
		c.Small = "± " + percent(s.Std)
	}
	return c
}

func singlesTable(a *reports.Analysis, order []int, chosen int) table {
	t := table{ID: "table-importance", Sortable: true,
		Caption: fmt.Sprintf("Share of the variance of %s that each parameter explains alone, per budget; small: %s.", a.Objective.Name, spreadWords(a)),
		Head:    []head{{Text: "Parameter"}}}
	for i := range a.Budgets {
		t.Head = append(t.Head, head{Text: budget(a, a.Budgets[i].Budget), Title: "importance at this budget", Numeric: true})
	}
	total := "with interactions"
	if !a.Budgetless() {
		total += ", at " + number(a.Budgets[chosen].Budget)
	}
	t.Head = append(t.Head, head{Text: total, Title: "total Sobol index: all shares of variance that involve the parameter", Numeric: true})
	for _, p := range order {
		r := row{Head: code1(a.Params[p].Name)}
		for i := range a.Budgets {
			b := &a.Budgets[i]
			if !b.Decided || p >= len(b.Importance) {
				r.Cells = append(r.Cells, t.missing(b.Reason))
				continue
			}
			r.Cells = append(r.Cells, stat(b.Importance[p].Individual))
		}
		r.Cells = append(r.Cells, stat(a.Budgets[chosen].Importance[p].Sobol))
		t.Rows = append(t.Rows, r)
	}
	quality := []struct {
		name string
		of   func(b *reports.Budget) cell
	}{
		{"three parameters or more together", func(b *reports.Budget) cell {
			if !b.Decided {
				return t.missing(b.Reason)
			}
			return stat(b.HigherOrder)
		}},
		{"configurations", func(b *reports.Budget) cell { return whole(b.N) }},
		{"forest’s R² on unseen configurations", func(b *reports.Budget) cell {
			if math.IsNaN(b.OOB.R2) {
				return t.missing(b.Reason)
			}
			return figure(b.OOB.R2, fixed)
		}},
		{"configurations to a leaf of its trees, at least", func(b *reports.Budget) cell {
			if b.Forest.MinLeaf == 0 {
				return t.missing(b.Reason)
			}
			return whole(b.Forest.MinLeaf)
		}},
	}
	for _, q := range quality {
		r := row{Head: text(q.name)}
		for i := range a.Budgets {
			r.Cells = append(r.Cells, q.of(&a.Budgets[i]))
		}
		r.Cells = append(r.Cells, text(""))
		t.Foot = append(t.Foot, r)
	}
	return t
}

func spreadWords(a *reports.Analysis) string {
	if a.Provenance.Options.Replicates > 0 {
		return confidence(a) + " interval"
	}
	return "standard deviation over the trees"
}

// pairsTable lists the strongest pairs at the chosen budget.
func pairsTable(a *reports.Analysis, chosen int) table {
	const most = 10
	b := &a.Budgets[chosen]
	t := table{ID: "table-pairs",
		Head: []head{{Text: "First"}, {Text: "Second"}, {Text: "Interaction", Title: "what the pair explains beyond its two parameters", Numeric: true},
			{Text: "Together", Title: "the pair and its two parameters", Numeric: true}}}
	if len(b.Importance) <= len(a.Params) {
		return t
	}
	all := b.Importance[len(a.Params):]
	list := strongest(all, most)
	which := fmt.Sprintf("All %d pairs", len(all))
	if len(list) < len(all) {
		which = fmt.Sprintf("The strongest %d of %d pairs", len(list), len(all))
	}
	t.Caption = fmt.Sprintf("%s of parameters at %s: share of the variance.", which, budget(a, b.Budget))
	for _, p := range list {
		if len(p.Params) != 2 || math.IsNaN(p.Individual.Mean) {
			continue
		}
		t.Rows = append(t.Rows, row{Head: code1(p.Params[0]), Cells: []cell{code1(p.Params[1]), stat(p.Individual), stat(p.Total)}})
	}
	return t
}

func shiftsTable(a *reports.Analysis) table {
	t := table{ID: "table-shifts", Sortable: true,
		Head: []head{{Text: "Parameter"}, {Text: "From", Numeric: true}, {Text: "To", Numeric: true},
			{Text: "Change", Title: "of the share of variance, in points, with its interval", Numeric: true}, {Text: "Decided"}}}
	if len(a.Shifts) == 0 {
		return t
	}
	t.Head[1].Text = "At " + budget(a, a.Shifts[0].Low)
	t.Head[2].Text = "At " + budget(a, a.Shifts[0].High)
	t.Caption = fmt.Sprintf("What gains and what loses importance from %s to %s.", budget(a, a.Shifts[0].Low), budget(a, a.Shifts[0].High))
	shifts := slices.Clone(a.Shifts)
	slices.SortStableFunc(shifts, func(x, y reports.Shift) int {
		return descending(math.Abs(x.Change.Mean), math.Abs(y.Change.Mean))
	})
	at := map[string]int{}
	for i := range a.Params {
		at[a.Params[i].Name] = i
	}
	of := func(level float64, name string) cell {
		for i := range a.Budgets {
			if p, ok := at[name]; ok && a.Budgets[i].Budget == level && p < len(a.Budgets[i].Importance) {
				return figure(a.Budgets[i].Importance[p].Individual.Mean, percent)
			}
		}
		return t.missing("")
	}
	for _, s := range shifts {
		decided := cell{Text: "Cannot tell", Badge: "undecided"}
		if s.Decided {
			decided = cell{Text: "Gains", Badge: "gain"}
			if s.Change.Mean < 0 {
				decided = cell{Text: "Loses", Badge: "loss"}
			}
		}
		change := stat(s.Change)
		if s.Change.Mean > 0 && !strings.HasPrefix(change.Text, "<") {
			change.Text = "+" + change.Text
		}
		t.Rows = append(t.Rows, row{Head: code1(s.Param), Cells: []cell{of(s.Low, s.Param), of(s.High, s.Param), change, decided}})
	}
	return t
}
