package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// method is a way to ask for importance on the command line.
type method struct {
	name, doc string
	// table of the analysis that answers, and the rows of it.
	table string
	print func(s *streams, format outputFormat, name string, a *reports.Analysis, m method) error
}

// fANOVA is the default; it has a table of its own with intervals and pairs.
const fANOVA = "fanova"

var methods = []method{
	{fANOVA, "share of the variance over the whole space, alone and with interactions, with intervals", "", nil},
	{reports.PED, "what separates the best configurations from all (PED-ANOVA; --target), no model needed", "methods", printScores},
	{reports.Local, "what matters around the best configuration, all else as it is there", "methods", printScores},
	{reports.Permutation, "by how much the prediction of unseen configurations gets worse without the parameter", "methods", printScores},
	{reports.Impurity, "how much of the training variance the splits on a parameter remove", "methods", printScores},
	{"active", "conditional parameters where they are active, and the effect of switching them on", "active", printTable},
	{"path", "ablation path from the default, or from --from, to the best configuration", "path", printTable},
	{"growth", "importance from subsets of the configurations: are there enough?", "growth", printTable},
	{"tradeoff", "importance against the weight of two objectives (or of the loss and time)", "tradeoff", printTable},
}

func methodNames() []string {
	var names []string
	for _, m := range methods {
		names = append(names, m.name)
	}
	return names
}

// methodHelp lists the methods for the help.
func methodHelp() string {
	var b strings.Builder
	for _, m := range methods {
		fmt.Fprintf(&b, "  %-12s %s\n", m.name, m.doc)
	}
	return strings.TrimRight(b.String(), "\n")
}

func methodNamed(name string) (method, error) {
	i := slices.IndexFunc(methods, func(m method) bool { return m.name == name })
	if i < 0 {
		return method{}, usagef("--method is %q, %s", name, oneOf(name, methodNames()))
	}
	return methods[i], nil
}

// options asks the analysis for the method alone.
func (m method) options(opt *reports.Options, budgets []float64, replicatesGiven bool) error {
	if m.name == fANOVA {
		opt.Brief = true
		return nil
	}
	if !replicatesGiven && m.table != "active" {
		opt.Replicates = -1 // no interval is shown
	}
	if m.table != "methods" && m.table != "active" {
		switch len(budgets) {
		case 0:
		case 1:
			opt.At = &budgets[0]
		default:
			return usagef("--budget has %d values, but --method %s is about one budget", len(budgets), m.name)
		}
	}
	return nil
}

func printTable(s *streams, format outputFormat, name string, a *reports.Analysis, m method) error {
	if format == "json" {
		return reports.Write(s.out, &reports.Analysis{Schema: a.Schema, Study: a.Study, Objective: a.Objective, Params: a.Params,
			Budgets: bare(a.Budgets), Path: a.Path, Growth: a.Growth, Tradeoff: a.Tradeoff, Findings: a.Findings, Warnings: a.Warnings, Provenance: a.Provenance})
	}
	t, ok := tableOf(a, m.table)
	if !ok {
		fmt.Fprintf(s.err, "%s: %s\n", m.name, nothingOf(a, m.table))
	}
	return writeTable(s.out, format, prefixed(name, t))
}

// nothingOf says why an analysis has no table.
func nothingOf(a *reports.Analysis, table string) string {
	switch {
	case table == "path" && a.Path != nil:
		return a.Path.Reason
	case table == "active" && a.Provenance.Options.Inactive == "level":
		return "not computed with --inactive level, where being inactive is a value like any other"
	case table == "tradeoff" && a.Tradeoff != nil:
		return a.Tradeoff.Reason
	case !slices.ContainsFunc(a.Budgets, func(b reports.Budget) bool { return b.Decided }):
		return "cannot be told: no budget has an importance that can be trusted"
	case table == "active":
		return "no parameter is conditional"
	case table == "tradeoff":
		return "the log has one objective, and no times"
	}
	return "cannot be told at this budget"
}

func printScores(s *streams, format outputFormat, name string, a *reports.Analysis, m method) error {
	for i := range a.Budgets {
		b := &a.Budgets[i]
		b.Methods = slices.DeleteFunc(b.Methods, func(o reports.Method) bool { return o.Method != m.name })
		for k := range b.Methods {
			o := &b.Methods[k]
			if o.Reason != "" {
				printUndecided(s.err, a, b, o.Reason)
			}
			slices.SortStableFunc(o.Scores, func(x, y reports.Score) int {
				switch d := y.Mean - x.Mean; {
				case d > 0:
					return 1
				case d < 0:
					return -1
				}
				return 0
			})
		}
	}
	return printTable(s, format, name, a, m)
}

// bare are the budgets without what has its own command.
func bare(budgets []reports.Budget) []reports.Budget {
	out := slices.Clone(budgets)
	for i := range out {
		out[i].Importance, out[i].Marginals, out[i].Surfaces = nil, nil, nil
	}
	return out
}
