package html

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// closer is the section that asks how far the importances hold: by other methods, where
// parameters are active, with fewer configurations, and along the way to the best one.
type closer struct {
	Methods, Active, Growth, Path                      table
	MethodFigure, ActiveFigure, SizeFigure, PathFigure []paper
	// Without are the methods that cannot tell, with the reason.
	Without []undecided
	// NoPath says why there is no path; empty where there is one.
	NoPath string
	Start  string
}

func newCloser(s *source) any {
	a := s.a
	v := closer{Growth: growthTable(a), Path: pathTable(a)}
	if b := methodBudget(a); b >= 0 {
		v.Methods, v.Without = methodsTable(a, b)
	}
	if b := decidedBudget(a); b >= 0 && a.Budgets[b].Decided {
		v.Active = activeTable(a, b)
	}
	if p := a.Path; p != nil {
		v.NoPath, v.Start = p.Reason, "the default configuration"
		if p.From != "default" {
			v.Start = "configuration " + p.From
		}
	}
	if len(v.Methods.Rows)+len(v.Active.Rows)+len(v.Growth.Rows)+len(v.Path.Rows) == 0 && v.NoPath == "" {
		return nil // the analysis does not look closer
	}
	v.MethodFigure, v.ActiveFigure, v.SizeFigure, v.PathFigure = s.figures("methods"), s.figures("active"), s.figures("sample-size"), s.figures("ablation")
	return v
}

// methodBudget is the largest decided budget, else the largest where any method
// has an answer; -1 for none.
func methodBudget(a *reports.Analysis) int {
	any := -1
	for i := len(a.Budgets) - 1; i >= 0; i-- {
		b := &a.Budgets[i]
		if b.Decided && len(b.Methods) > 0 {
			return i
		}
		if any < 0 && slices.ContainsFunc(b.Methods, func(m reports.Method) bool { return len(m.Scores) == len(a.Params) }) {
			any = i
		}
	}
	return any
}

// methodHeads are the columns of the methods.
var methodHeads = map[string]head{
	reports.PED:         {Text: "PED-ANOVA", Title: "what separates the best configurations from all: share of the sum over the parameters", Numeric: true},
	reports.Local:       {Text: "Local", Title: "share of the variance along the lines through the best configuration", Numeric: true},
	reports.Permutation: {Text: "Permutation", Title: "loss of out-of-bag R² if the parameter is permuted", Numeric: true},
	reports.Impurity:    {Text: "Impurity", Title: "share of the training variance that splits on the parameter remove", Numeric: true},
}

// methodColumn is a column of the table of methods.
type methodColumn struct {
	head      head
	scores    []reports.Score // by parameter
	agreement cell
	n         cell
}

// methodColumns are the columns at a budget that have numbers, functional ANOVA first, and
// the methods that have none.
func methodColumns(a *reports.Analysis, b *reports.Budget) (columns []methodColumn, without []undecided) {
	if b.Decided && len(b.Importance) >= len(a.Params) {
		alone := methodColumn{head: head{Text: "fANOVA alone", Title: "share of the variance over the space that it explains alone", Numeric: true}, agreement: text(""), n: whole(b.N)}
		total := methodColumn{head: head{Text: "fANOVA total", Title: "with all its interactions (total Sobol index)", Numeric: true}, agreement: text(""), n: whole(b.N)}
		for j := range a.Params {
			alone.scores = append(alone.scores, reports.Score{Mean: b.Importance[j].Individual.Mean, Std: b.Importance[j].Individual.Std})
			total.scores = append(total.scores, reports.Score{Mean: b.Importance[j].Sobol.Mean, Std: b.Importance[j].Sobol.Std})
		}
		columns = append(columns, alone, total)
	}
	for _, m := range b.Methods {
		h, ok := methodHeads[m.Method]
		if !ok {
			h = head{Text: m.Method, Numeric: true}
		}
		if len(m.Scores) != len(a.Params) {
			name := h.Text
			if m.Method != reports.PED {
				name = strings.ToLower(name)
			}
			without = append(without, undecided{name, m.Reason})
			continue
		}
		c := methodColumn{head: h, scores: m.Scores, agreement: text(""), n: whole(m.N)}
		if !math.IsNaN(m.Agreement) {
			c.agreement = figure(m.Agreement, fixed)
		}
		if m.Method == reports.PED {
			c.n.Text = "best " + c.n.Text
		}
		columns = append(columns, c)
	}
	return columns, without
}

func methodsTable(a *reports.Analysis, at int) (table, []undecided) {
	b := &a.Budgets[at]
	columns, without := methodColumns(a, b)
	t := table{ID: "table-methods", Sortable: true, Head: []head{{Text: "Parameter"}},
		Caption: fmt.Sprintf("Importance at %s by method; small: standard deviation over the trees. Only the orders of two columns compare, not their numbers; the shade is relative to the largest in a column.", budget(a, b.Budget))}
	if len(columns) == 0 {
		return t, without
	}
	agreement, n := row{Head: text("agreement with the first column, ρ")}, row{Head: text("configurations")}
	for _, c := range columns {
		t.Head = append(t.Head, c.head)
		agreement.Cells, n.Cells = append(agreement.Cells, c.agreement), append(n.Cells, c.n)
	}
	first := columns[0].scores
	order := span(len(a.Params))
	slices.SortStableFunc(order, func(x, y int) int { return descending(first[x].Mean, first[y].Mean) })
	for _, p := range order {
		r := row{Head: code1(a.Params[p].Name)}
		for _, column := range columns {
			c := spreadCell(&t, column.scores[p].Mean, column.scores[p].Std, percent, "fewer than two configurations have a value of it")
			c.Shade = shade(column.scores[p].Mean, column.scores)
			r.Cells = append(r.Cells, c)
		}
		t.Rows = append(t.Rows, r)
	}
	if t.Foot = []row{agreement, n}; !b.Decided {
		t.Foot = t.Foot[1:]
	}
	return t, without
}

// spreadCell is a number with its standard deviation below it, or a dash with the reason.
func spreadCell(t *table, mean, std float64, format func(float64) string, reason string) cell {
	if math.IsNaN(mean) {
		return t.missing(reason)
	}
	c := figure(mean, format)
	if !math.IsNaN(std) {
		c.Small = "± " + format(std)
	}
	return c
}

// shade is the class of a score's share of the largest one; h0 for 0 and less.
func shade(v float64, scores []reports.Score) string {
	most := 0.0
	for _, s := range scores {
		if s.Mean > most {
			most = s.Mean
		}
	}
	if !(v > 0) {
		return "h0"
	}
	return fmt.Sprintf("h%d", int(math.Round(10*v/most)))
}

func activeTable(a *reports.Analysis, at int) table {
	b := &a.Budgets[at]
	t := table{ID: "table-active", Sortable: true,
		Caption: fmt.Sprintf("What conditional parameters explain alone at %s, over the whole space and within the part in which they are active; small: with all their interactions. Switch and difference are about being active at all; small: standard deviation over the trees.", budget(a, b.Budget)),
		Head: []head{{Text: "Parameter"}, {Text: "Active if"}, {Text: "Volume", Title: "share of the space in which it is active", Numeric: true}, {Text: "n", Title: "configurations with a result that have it", Numeric: true},
			{Text: "Over the space", Title: "share of the variance over the whole space", Numeric: true},
			{Text: "Where active", Title: "share of the variance where it is active", Numeric: true},
			{Text: "Switch", Title: "share of the variance over the whole space that is explained by whether it is active", Numeric: true},
			{Text: "Difference", Title: "mean result where it is active less that where it is not", Numeric: true}}}
	index := map[string]int{}
	for j := range a.Params {
		index[a.Params[j].Name] = j
	}
	for _, m := range b.Active {
		tell := func(alone, total reports.Stat) cell {
			c := spreadCell(&t, alone.Mean, math.NaN(), percent, m.Reason)
			if !math.IsNaN(total.Mean) {
				c.Small = percent(total.Mean)
			}
			return c
		}
		over := t.missing("")
		if j, ok := index[m.Param]; ok && j < len(b.Importance) {
			over = tell(b.Importance[j].Individual, b.Importance[j].Sobol)
		}
		t.Rows = append(t.Rows, row{Head: code1(m.Param), Cells: []cell{code1(m.Condition), spreadCell(&t, m.Volume, math.NaN(), percent, m.Reason), whole(m.N), over,
			tell(m.Individual, m.Sobol), spreadCell(&t, m.Switch.Mean, m.Switch.Std, percent, m.Reason), spreadCell(&t, m.Difference.Mean, m.Difference.Std, number, m.Reason)}})
	}
	return t
}

// growthTop is the number of parameters in the table of subsets.
const growthTop = 6

func growthTable(a *reports.Analysis) table {
	t := table{ID: "table-growth", Head: []head{{Text: "Configurations", Numeric: true}, {Text: "Order", Title: "Spearman's correlation of the order of importance with that from all configurations", Numeric: true},
		{Text: "Forest’s R²", Title: "out of bag", Numeric: true}}}
	g := a.Growth
	if g == nil || len(g.Points) == 0 {
		return t
	}
	last := g.Points[len(g.Points)-1].Importance
	order := span(len(last))
	slices.SortStableFunc(order, func(x, y int) int { return descending(last[x].Mean, last[y].Mean) })
	which := ""
	if len(order) > growthTop {
		which, order = fmt.Sprintf(" The %d most important of %d parameters.", growthTop, len(order)), order[:growthTop]
	}
	t.Caption = fmt.Sprintf("What random subsets of the configurations at %s say, %s of each size; small: standard deviation over the subsets.%s", budget(a, g.Budget), plural(g.Repeats, "subset"), which)
	for _, j := range order {
		t.Head = append(t.Head, head{Text: last[j].Param, Numeric: true})
	}
	const nothing = "no forest has any variance, or all effects are equal"
	for _, p := range g.Points {
		r := row{Head: cell{Text: count(p.N), Sort: sortKey(float64(p.N))}, Cells: []cell{spreadCell(&t, p.Order.Mean, p.Order.Std, fixed, nothing), spreadCell(&t, p.R2.Mean, p.R2.Std, fixed, nothing)}}
		for _, j := range order {
			r.Cells = append(r.Cells, spreadCell(&t, p.Importance[j].Mean, p.Importance[j].Std, percent, nothing))
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

func pathTable(a *reports.Analysis) table {
	t := table{ID: "table-path", Head: []head{{Text: "Step"}, {Text: "Parameter"}, {Text: "From"}, {Text: "To"},
		{Text: "Predicted " + a.Objective.Name, Numeric: true}, {Text: "Gain", Title: "how much better the step makes the result; negative where it makes it worse", Numeric: true}}}
	p := a.Path
	if p == nil || len(p.Steps) == 0 {
		return t
	}
	t.Caption = fmt.Sprintf("The changes that lead to configuration %s, the best at %s, the most helpful first, with the %s that the forest predicts; small: standard deviation over the trees.", p.To, budget(a, p.Budget), a.Objective.Name)
	spread := func(s reports.Spread) cell { return spreadCell(&t, s.Mean, s.Std, number, "") }
	t.Rows = append(t.Rows, row{Head: text("0"), Cells: []cell{text("start"), text(""), text(""), spread(p.Start), text("")}})
	for i, s := range p.Steps {
		for k, c := range s.Changes {
			r := row{Head: text(fmt.Sprint(i + 1)), Cells: []cell{code1(c.Param), text(changed(c.From)), text(changed(c.To)), spread(s.Result), spread(s.Gain)}}
			if k > 0 { // it changes with the one above
				r.Head.Text = ""
				r.Cells[3], r.Cells[4] = text(""), text("")
			}
			t.Rows = append(t.Rows, r)
		}
	}
	return t
}

// changed is a value of a change; of an inactive parameter there is none.
func changed(v string) string {
	if v == "" {
		return "inactive"
	}
	return v
}
