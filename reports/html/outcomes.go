package html

import (
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/reports"
)

// outcomes is the section on failures, times and the weight of two objectives.
type outcomes struct {
	Outcomes []outcome
	Figures  []paper
	Tradeoff table
	// NoTradeoff says why there is none although there are two objectives.
	NoTradeoff     string
	TradeoffFigure []paper
	First, Second  string
}

// outcome is one of failure and time.
type outcome struct {
	Title, Words string
	Undecided    []undecided
	Table        table
}

// outcomeTop is the number of parameters in a table.
const outcomeTop = 12

func newOutcomes(s *source) any {
	a := s.a
	if len(a.Outcomes) == 0 && a.Tradeoff == nil {
		return nil // nothing failed, and there are no times
	}
	v := outcomes{Figures: s.figures("outcomes"), TradeoffFigure: s.figures("tradeoff"), Tradeoff: tradeoffTable(a)}
	for i := range a.Outcomes {
		v.Outcomes = append(v.Outcomes, newOutcome(a, &a.Outcomes[i]))
	}
	if t := a.Tradeoff; t != nil {
		v.NoTradeoff, v.First, v.Second = t.Reason, objectiveWord(t.Objectives[0]), objectiveWord(t.Objectives[1])
	}
	return v
}

// objectiveWord is an objective in a sentence.
func objectiveWord(name string) string {
	switch name {
	case "@time":
		return "time"
	case "@failure":
		return "failure"
	}
	return name
}

func newOutcome(a *reports.Analysis, o *reports.Outcome) outcome {
	v := outcome{Title: "Time", Words: "What explains the seconds that a trial takes, over trials with a result:", Table: table{ID: "table-time"}}
	mean, format := "seconds on average", number
	if o.Objective == "@failure" {
		v = outcome{Title: "Failure", Words: "What explains whether a trial ends without a usable result:", Table: table{ID: "table-failure"}}
		mean, format = "failed", percent
	}
	t := &v.Table
	t.Sortable, t.Head = true, []head{{Text: "Parameter"}}
	most := make([]float64, len(a.Params))
	var shown []int
	for i := range o.Budgets {
		b := &o.Budgets[i]
		if !b.Decided {
			v.Undecided = append(v.Undecided, undecided{budget(a, b.Budget), b.Reason})
			continue
		}
		shown = append(shown, i)
		t.Head = append(t.Head, head{Text: budget(a, b.Budget), Title: "importance at this budget", Numeric: true})
		for j := range b.Importance {
			if w := b.Importance[j].Sobol.Mean; j < len(most) && w > most[j] {
				most[j] = w
			}
		}
	}
	if len(shown) == 0 {
		return v
	}
	order := span(len(a.Params))
	slices.SortStableFunc(order, func(x, y int) int { return descending(most[x], most[y]) })
	which := ""
	if len(order) > outcomeTop {
		which, order = fmt.Sprintf(" The strongest %d of %d parameters.", outcomeTop, len(order)), order[:outcomeTop]
	}
	t.Caption = "Share of the variance over the space that each parameter explains alone; small: with all its interactions." + which
	for _, j := range order {
		r := row{Head: code1(a.Params[j].Name)}
		for _, i := range shown {
			m := o.Budgets[i].Importance[j]
			c := figure(m.Individual.Mean, percent)
			if !math.IsNaN(m.Sobol.Mean) {
				c.Small = percent(m.Sobol.Mean)
			}
			r.Cells = append(r.Cells, c)
		}
		t.Rows = append(t.Rows, r)
	}
	means, n, r2 := row{Head: text(mean)}, row{Head: text("configurations")}, row{Head: text("forest’s R² on unseen configurations")}
	for _, i := range shown {
		b := &o.Budgets[i]
		means.Cells, n.Cells, r2.Cells = append(means.Cells, figure(b.Mean, format)), append(n.Cells, whole(b.N)), append(r2.Cells, figure(b.OOB.R2, fixed))
	}
	t.Foot = []row{means, n, r2}
	return v
}

func tradeoffTable(a *reports.Analysis) table {
	t := table{ID: "table-tradeoff", Sortable: true, Head: []head{{Text: "Parameter"}}}
	w := a.Tradeoff
	if w == nil || len(w.Points) == 0 {
		return t
	}
	most := make([]float64, len(a.Params))
	for _, p := range w.Points {
		t.Head = append(t.Head, head{Text: number(p.Weight), Title: "weight of " + objectiveWord(w.Objectives[0]), Numeric: true})
		for j, s := range p.Importance {
			if j < len(most) && s.Mean > most[j] {
				most[j] = s.Mean
			}
		}
	}
	order := span(len(a.Params))
	slices.SortStableFunc(order, func(x, y int) int { return descending(most[x], most[y]) })
	which := ""
	if len(order) > outcomeTop {
		which, order = fmt.Sprintf(" The strongest %d of %d parameters.", outcomeTop, len(order)), order[:outcomeTop]
	}
	t.Caption = fmt.Sprintf("Share of the variance of the weighted sum that each parameter explains alone at %s, by the weight of %s (the rest is that of %s), over %s with both.%s",
		budget(a, w.Budget), objectiveWord(w.Objectives[0]), objectiveWord(w.Objectives[1]), plural(w.N, "configuration"), which)
	for _, j := range order {
		r := row{Head: code1(a.Params[j].Name)}
		for _, p := range w.Points {
			if j >= len(p.Importance) || math.IsNaN(p.Importance[j].Mean) {
				r.Cells = append(r.Cells, t.missing("the forest predicts no better than the mean"))
				continue
			}
			c := figure(p.Importance[j].Mean, percent)
			c.Shade = shade(p.Importance[j].Mean, []reports.Score{{Mean: 1}})
			r.Cells = append(r.Cells, c)
		}
		t.Rows = append(t.Rows, r)
	}
	r2 := row{Head: text("forest’s R² on unseen configurations")}
	for _, p := range w.Points {
		r2.Cells = append(r2.Cells, figure(p.R2, fixed))
	}
	t.Foot = []row{r2}
	return t
}
