package latex

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// Table is a table as LaTeX code: caption, header and cells are escaped.
type Table struct {
	// Name is short and fit for a file name and a label.
	Name    string
	Caption string
	// Align has one column specifier per entry of Header.
	Align  string
	Header []string
	Rows   [][]string
}

const (
	topPairs   = 10
	topConfigs = 5
)

// Tables arranges an analysis in the tables of a paper. A table without rows is left out.
func Tables(a *reports.Analysis) []Table {
	all := []Table{budgets(a), correlations(a), importance(a), pairs(a), shifts(a), active(a), methods(a), path(a), outcomes(a), advice(a), configurations(a), findings(a)}
	return slices.DeleteFunc(all, func(t Table) bool { return len(t.Rows) == 0 })
}

func (t *Table) add(cells ...string) { t.Rows = append(t.Rows, cells) }

// budget is a budget with its unit.
func budget(a *reports.Analysis, v float64) string {
	if a.Budgetless() {
		return "all"
	}
	if u := a.Study.BudgetUnit; u != "" {
		return number(v) + "\\," + escape(u)
	}
	return number(v)
}

// at is a budget in a sentence.
func at(a *reports.Analysis, v float64) string {
	switch name := escape(a.Study.BudgetName); {
	case a.Budgetless():
		return "the only budget"
	case a.Study.BudgetUnit != "":
		return budget(a, v)
	case strings.HasSuffix(name, "s"):
		return number(v) + " " + name
	case name != "":
		return name + " " + number(v)
	}
	return "budget " + number(v)
}

// budgetHead names a column of budgets.
func budgetHead(a *reports.Analysis) string {
	if a.Study.BudgetName != "" {
		return escape(a.Study.BudgetName)
	}
	return "budget"
}

// counted says what the budget counts, in parentheses.
func counted(a *reports.Analysis) string {
	if a.Study.BudgetName == "" {
		return ""
	}
	return " (" + escape(a.Study.BudgetName) + ")"
}

func objective(a *reports.Analysis) string {
	if a.Objective.Unit != "" {
		return escape(a.Objective.Name + " (" + a.Objective.Unit + ")")
	}
	return escape(a.Objective.Name)
}

func level(a *reports.Analysis) string {
	return strconv.FormatFloat(100*a.Provenance.Options.Confidence, 'g', 4, 64) + "\\,\\%"
}

func budgets(a *reports.Analysis) Table {
	t := Table{Name: "budgets", Align: "rrrrrrr",
		Caption: "Trials at each budget: how many were run and failed, configurations with a result ($n$), best and median " + objective(a) +
			", and how well the forest predicts configurations it has not seen (out of bag).",
		Header: []string{budgetHead(a), "trials", "failed", "$n$", "best", "median", "$R^2$"}}
	for _, b := range a.Budgets {
		t.add(budget(a, b.Budget), strconv.Itoa(b.Trials), strconv.Itoa(b.Failed), strconv.Itoa(b.N), significant(b.Best.Value), significant(b.Quartiles[2]), fixed(b.OOB.R2, 2))
	}
	return t
}

func correlations(a *reports.Analysis) Table {
	t := Table{Name: "correlations", Align: "rrrrlrrr",
		Caption: "Rank correlation of " + objective(a) + " at two budgets over the $n$ configurations with a result at both: Spearman's $\\rho$ with its " + level(a) +
			" interval and $p$-value (Holm over all pairs), Kendall's $\\tau_b$, and $\\rho$ of the two budgets' forests over the whole space (surrogate).",
		Header: []string{"low", "high", "$n$", "$\\rho$", level(a) + " interval", "$p$", "$\\tau_b$", "surrogate"}}
	for _, c := range a.Correlations {
		t.add(budget(a, c.Low), budget(a, c.High), strconv.Itoa(c.N), fixed(c.Spearman.Rho, 2), interval(c.Spearman.Lo, c.Spearman.Hi, 1, 2),
			pValue(c.Spearman.PHolm), fixed(c.Kendall.Tau, 2), fixed(c.Surrogate.Rho, 2))
	}
	return t
}

// decided returns the budgets with an importance, ascending.
func decided(a *reports.Analysis) []*reports.Budget {
	var out []*reports.Budget
	for i := range a.Budgets {
		if a.Budgets[i].Decided {
			out = append(out, &a.Budgets[i])
		}
	}
	return out
}

func importance(a *reports.Analysis) Table {
	t := Table{Name: "importance", Align: "l",
		Caption: "Share of the variance of " + objective(a) + " that each parameter explains by itself (functional ANOVA, \\%), with " + level(a) + " intervals, at each budget" + counted(a) + ".",
		Header:  []string{"parameter"}}
	of := decided(a)
	if len(of) == 0 {
		return t
	}
	for _, b := range of {
		t.Align += "rl"
		t.Header = append(t.Header, budget(a, b.Budget), "")
	}
	order := make([]int, len(a.Params))
	for i := range order {
		order[i] = i
	}
	last := of[len(of)-1].Importance
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(last[j].Individual.Mean, last[i].Individual.Mean) })
	for _, i := range order {
		row := []string{escape(a.Params[i].Name)}
		for _, b := range of {
			s := b.Importance[i].Individual
			row = append(row, fixed(100*s.Mean, 1), tiny(interval(s.Lo, s.Hi, 100, 1)))
		}
		t.add(row...)
	}
	return t
}

func pairs(a *reports.Analysis) Table {
	t := Table{Name: "pairs", Align: "llrlr", Header: []string{"parameter", "with", "share", level(a) + " interval", "closed"}}
	of := decided(a)
	if len(of) == 0 {
		return t
	}
	b := of[len(of)-1]
	list := slices.DeleteFunc(slices.Clone(b.Importance), func(e reports.Importance) bool { return len(e.Params) != 2 })
	slices.SortStableFunc(list, func(x, y reports.Importance) int { return cmp.Compare(y.Individual.Mean, x.Individual.Mean) })
	list = list[:min(topPairs, len(list))]
	t.Caption = fmt.Sprintf("The %d strongest interactions of two parameters at %s: share of the variance of %s beyond the two alone (\\%%), and with them (closed).",
		len(list), at(a, b.Budget), objective(a))
	for _, e := range list {
		t.add(escape(e.Params[0]), escape(e.Params[1]), fixed(100*e.Individual.Mean, 1), interval(e.Individual.Lo, e.Individual.Hi, 100, 1), fixed(100*e.Total.Mean, 1))
	}
	return t
}

func shifts(a *reports.Analysis) Table {
	t := Table{Name: "shifts", Align: "lrlc", Header: []string{"parameter", "change", level(a) + " interval", "decided"}}
	if len(a.Shifts) == 0 {
		return t
	}
	t.Caption = fmt.Sprintf("Change of importance (percentage points of the variance) from %s to %s.", at(a, a.Shifts[0].Low), at(a, a.Shifts[0].High))
	list := slices.Clone(a.Shifts)
	slices.SortStableFunc(list, func(x, y reports.Shift) int { return cmp.Compare(math.Abs(y.Change.Mean), math.Abs(x.Change.Mean)) })
	for _, s := range list {
		t.add(escape(s.Param), fixed(100*s.Change.Mean, 1), interval(s.Change.Lo, s.Change.Hi, 100, 1), map[bool]string{true: "yes", false: "no"}[s.Decided])
	}
	return t
}

func advice(a *reports.Analysis) Table {
	t := Table{Name: "advice", Align: `ll>{\raggedright\arraybackslash}p{0.6\linewidth}`, Caption: "What to do with each parameter in the next search, and why.", Header: []string{"parameter", "action", "evidence"}}
	for _, d := range a.Advice {
		action := d.Action
		if d.Value != "" {
			action += " at " + d.Value
		}
		t.add(escape(d.Param), escape(action), escape(d.Evidence))
	}
	return t
}

// configurations has the best ones at the largest budget that has any, one per column.
func configurations(a *reports.Analysis) Table {
	t := Table{Name: "configurations", Align: "l", Header: []string{"parameter"}}
	b := len(a.Budgets) - 1
	for b >= 0 && a.Budgets[b].N == 0 {
		b--
	}
	if b < 0 {
		return t
	}
	list := slices.DeleteFunc(slices.Clone(a.Configs), func(c reports.Config) bool { return math.IsNaN(c.Results[b]) })
	slices.SortStableFunc(list, func(x, y reports.Config) int {
		if a.Objective.Maximize {
			x, y = y, x
		}
		return cmp.Compare(x.Results[b], y.Results[b])
	})
	list = list[:min(topConfigs, len(list))]
	t.Caption = fmt.Sprintf("The %d best configurations at %s; a dash where a parameter is inactive.", len(list), at(a, a.Budgets[b].Budget))
	result := []string{objective(a)}
	for _, c := range list {
		t.Align += "r"
		t.Header = append(t.Header, escape(c.ID))
		result = append(result, significant(c.Results[b]))
	}
	t.Rows = append(t.Rows, result)
	for i := range a.Params {
		row := []string{escape(a.Params[i].Name)}
		for _, c := range list {
			v := c.Values[i]
			switch {
			case !a.Params[i].Numeric() && !math.IsNaN(v):
				row = append(row, escape(a.Params[i].Choices[int(v)]))
			case a.Params[i].Kind == "int" && !math.IsNaN(v):
				row = append(row, strconv.FormatFloat(v, 'f', -1, 64))
			default:
				row = append(row, number(v))
			}
		}
		t.add(row...)
	}
	return t
}

func findings(a *reports.Analysis) Table {
	t := Table{Name: "findings", Align: `llr>{\raggedright\arraybackslash}p{0.5\linewidth}`, Caption: "What was odd in the log.", Header: []string{"severity", "code", "count", "first"}}
	for _, f := range a.Findings {
		where := f.Message
		if f.Path != "" && f.Line > 0 {
			where = f.Path + ":" + strconv.Itoa(f.Line) + ": " + where
		} else if f.Path != "" {
			where = f.Path + ": " + where
		}
		t.add(escape(f.Severity), escape(f.Code), strconv.Itoa(f.Count), escape(where))
	}
	return t
}

// fixed formats with a fixed number of decimals, so that a column can be compared.
func fixed(v float64, decimals int) string {
	if math.IsNaN(v) {
		return "--"
	}
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return "$" + s + "$"
}

// significant formats three significant digits and keeps their zeros, where that needs no power of ten.
func significant(v float64) string {
	size := math.Abs(v)
	if !(size >= 0.001 && size < 1000) {
		return number(v)
	}
	return fixed(v, 2-int(math.Floor(math.Log10(size))))
}

// interval formats the ends of an interval, times a factor; empty where there is none.
func interval(lo, hi, factor float64, decimals int) string {
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return ""
	}
	return "[" + fixed(factor*lo, decimals) + ", " + fixed(factor*hi, decimals) + "]"
}

func tiny(s string) string {
	if s == "" {
		return ""
	}
	return "{\\scriptsize " + s + "}"
}

func pValue(p float64) string {
	switch {
	case math.IsNaN(p):
		return "--"
	case p < 0.001:
		return "$<0.001$"
	}
	return fixed(p, 3)
}
