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

// wide is a column of text that breaks into lines.
func wide(share float64) string {
	return fmt.Sprintf(`>{\raggedright\arraybackslash}p{%g\linewidth}`, share)
}

// methods compares what the methods say at the largest decided budget.
func methods(a *reports.Analysis) Table {
	t := Table{Name: "methods", Align: "lrr", Header: []string{"parameter", "fANOVA", "total"}}
	of := decided(a)
	if len(of) == 0 {
		return t
	}
	b := of[len(of)-1]
	heads := map[string]string{reports.PED: "PED-ANOVA", reports.Local: "local", reports.Permutation: "permutation", reports.Impurity: "impurity"}
	list := slices.DeleteFunc(slices.Clone(b.Methods), func(m reports.Method) bool { return m.Reason != "" || len(m.Scores) != len(a.Params) })
	if len(list) == 0 {
		return t
	}
	agreement := []string{"$\\rho$ with fANOVA", "", ""}
	for _, m := range list {
		t.Align += "r"
		t.Header = append(t.Header, heads[m.Method])
		agreement = append(agreement, fixed(m.Agreement, 2))
	}
	order := make([]int, len(a.Params))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int {
		return cmp.Compare(b.Importance[j].Individual.Mean, b.Importance[i].Individual.Mean)
	})
	for _, i := range order {
		row := []string{escape(a.Params[i].Name), fixed(100*b.Importance[i].Individual.Mean, 1), fixed(100*b.Importance[i].Sobol.Mean, 1)}
		for _, m := range list {
			row = append(row, fixed(100*m.Scores[i].Mean, 1))
		}
		t.add(row...)
	}
	t.add(agreement...)
	t.Caption = fmt.Sprintf("Importance at %s by different methods (\\%%), of which only the orders compare: share of the variance of %s that a parameter explains alone (fANOVA) and with all interactions (total), "+
		"and what each other method measures%s. Last row: Spearman's $\\rho$ of the order with that of fANOVA.", at(a, b.Budget), objective(a), methodNotes(list))
	return t
}

// methodNotes say what the methods measure, those that are there.
func methodNotes(list []reports.Method) string {
	var words []string
	for _, m := range list {
		switch m.Method {
		case reports.PED:
			words = append(words, fmt.Sprintf("PED-ANOVA what separates the best %d configurations", m.N))
		case reports.Local:
			words = append(words, "local the variance along the lines through the best one")
		case reports.Permutation:
			words = append(words, "permutation the loss of out-of-bag $R^2$")
		case reports.Impurity:
			words = append(words, "impurity the share of the training variance")
		}
	}
	return " (" + strings.Join(words, "; ") + ")"
}

// path has the steps from the default, or another configuration, to the incumbent.
func path(a *reports.Analysis) Table {
	t := Table{Name: "path", Align: "rl" + wide(0.4) + "rr", Header: []string{"step", "parameter", "change", "predicted", "gain"}}
	p := a.Path
	if p == nil || len(p.Steps) == 0 {
		return t
	}
	from := "the default"
	if p.From != "default" {
		from = "configuration " + escape(p.From)
	}
	t.Caption = fmt.Sprintf("Ablation path from %s to the incumbent (configuration %s) at %s: the change that is predicted to help most first, with the parameters that it switches on or off; predicted %s after it, from %s at the start, and its gain (negative: worse) with the standard deviation over the trees.",
		from, escape(p.To), at(a, p.Budget), objective(a), significant(p.Start.Mean))
	for i, s := range p.Steps {
		for k, c := range s.Changes {
			change := value(a, c.Param, c.From) + " $\\to$ " + value(a, c.Param, c.To)
			if k > 0 {
				t.add("", escape(c.Param), change, "", "")
				continue
			}
			t.add(strconv.Itoa(i+1), escape(c.Param), change, significant(s.Result.Mean), significant(s.Gain.Mean)+" "+tiny("$\\pm$ "+significant(s.Gain.Std)))
		}
	}
	return t
}

// value is a value of a change, text of the log unless the parameter is a number.
func value(a *reports.Analysis, param, s string) string {
	if s == "" {
		return "inactive"
	}
	for i := range a.Params {
		if v, err := strconv.ParseFloat(s, 64); a.Params[i].Name == param && a.Params[i].Kind == "float" && err == nil {
			return number(v)
		}
	}
	return escape(s)
}

// active has the conditional parameters at the largest decided budget.
func active(a *reports.Analysis) Table {
	t := Table{Name: "active", Align: "l" + wide(0.22) + "rrrrrr", Header: []string{"parameter", "active if", "volume", "$n$", "alone", "total", "switch", "difference"}}
	of := decided(a)
	if len(of) == 0 {
		return t
	}
	b := of[len(of)-1]
	t.Caption = fmt.Sprintf("Conditional parameters at %s within the part of the space where they are active: its volume (\\%%), the number $n$ of configurations there, the share of the variance there that each explains alone and with all its interactions (total, \\%%); "+
		"over the whole space, the share that is explained by whether it is active (switch, \\%%), and the mean %s where it is less that where it is not (difference).", at(a, b.Budget), objective(a))
	for _, m := range b.Active {
		t.add(escape(m.Param), escape(m.Condition), fixed(100*m.Volume, 0), strconv.Itoa(m.N), fixed(100*m.Individual.Mean, 1), fixed(100*m.Sobol.Mean, 1),
			fixed(100*m.Switch.Mean, 1), significant(m.Difference.Mean))
	}
	return t
}

const topOutcomes = 3 // parameters named for each

// outcomes says what explains failures and times, a row for each budget where that can be told.
func outcomes(a *reports.Analysis) Table {
	t := Table{Name: "outcomes", Align: "lrrrr" + wide(0.45), Header: []string{"outcome", budgetHead(a), "mean", "$n$", "$R^2$", "explained by"},
		Caption: fmt.Sprintf("What explains whether trials fail and how long they run, at each budget where the forest predicts it: mean over the $n$ configurations, out-of-bag $R^2$, and the %d parameters with the largest total effect, with the share of the variance that each explains alone and with all its interactions (\\%%).", min(topOutcomes, len(a.Params)))}
	for _, o := range a.Outcomes {
		for _, b := range o.Budgets {
			if !b.Decided {
				continue
			}
			name, mean := "time", significant(b.Mean)+"\\,s"
			if o.Objective == "@failure" {
				name, mean = "failure", fixed(100*b.Mean, 1)+"\\,\\%"
			}
			t.add(name, budget(a, b.Budget), mean, strconv.Itoa(b.N), fixed(b.OOB.R2, 2), strongest(b.Importance))
		}
	}
	return t
}

// strongest names the parameters with the largest total effects.
func strongest(all []reports.Importance) string {
	list := slices.Clone(all)
	slices.SortStableFunc(list, func(x, y reports.Importance) int { return cmp.Compare(y.Sobol.Mean, x.Sobol.Mean) })
	var words []string
	for _, m := range list[:min(topOutcomes, len(list))] {
		if math.IsNaN(m.Sobol.Mean) {
			continue
		}
		words = append(words, escape(m.Params[0])+" "+fixed(100*m.Individual.Mean, 1)+", "+fixed(100*m.Sobol.Mean, 1))
	}
	return strings.Join(words, "; ")
}
