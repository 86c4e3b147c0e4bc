package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/reports"
)

func newImportance(s *streams) *cobra.Command {
	var (
		in      inputFlags
		what    analysisFlags
		format  outputFormat
		pairs   bool
		budgets []float64
		compare bool
		how     string
	)
	cmd := &cobra.Command{
		Use:   "importance [LOG...]",
		Short: "Print which parameters matter at which budget",
		Long: `importance prints the share of the variance of the loss over the search space that
each parameter explains (functional ANOVA of a random forest), per budget, with
intervals. Budgets at which the forest predicts no better than the mean are
named, not shown (with --format csv or json their rows say that nothing is decided).

Other methods answer other questions (--method):

` + methodHelp() + `

What decides about failing or about time: --objective ` + nasalyze.FailureObjective + ` or ` + nasalyze.TimeObjective + ".",
		Example: `  nasalyze importance
  nasalyze importance path/to/bohb-run --pairs
  nasalyze importance trials.csv --budget 81 --format csv
  nasalyze importance --method ped --target 0.2
  nasalyze importance path/to/bohb-run --method path --budget 81
  nasalyze importance --objective @failure
  nasalyze importance run1 run2 --compare`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			opt, err := what.options(cmd, paths)
			if err != nil {
				return err
			}
			m, err := methodNamed(how)
			if err != nil {
				return err
			}
			if err := m.options(&opt, budgets, cmd.Flags().Changed("replicates")); err != nil {
				return err
			}
			return overLogs(cmd, s, &in, opt, paths, compare, format, func(name string, a *reports.Analysis) error {
				if err := keepBudgets(a, budgets); err != nil {
					return err
				}
				if m.print != nil {
					return m.print(s, format, name, a, m)
				}
				return printImportance(s, format, name, a, pairs)
			})
		},
	}
	in.add(cmd.Flags())
	what.add(cmd.Flags())
	format.add(cmd.Flags())
	cmd.Flags().StringVar(&how, "method", fANOVA, "`method`: "+strings.Join(methodNames(), ", "))
	cmd.Flags().BoolVar(&pairs, "pairs", false, "pairs of parameters too")
	cmd.Flags().Float64SliceVar(&budgets, "budget", nil, "only at these budgets")
	cmd.Flags().BoolVar(&compare, "compare", false, "log by log instead of pooled")
	return cmd
}

// overLogs analyses the pooled log, or each by itself under its name; then JSON is an array.
func overLogs(cmd *cobra.Command, s *streams, in *inputFlags, opt reports.Options, paths []string, compare bool, format outputFormat, use func(name string, a *reports.Analysis) error) error {
	ctx := cmd.Context()
	if compare && len(paths) < 2 {
		return usagef("--compare needs at least two logs, got %d", len(paths))
	}
	logs, err := in.open(ctx, s, paths)
	if err != nil {
		return err
	}
	var names []string
	if compare {
		names = distinctNames(logs)
	} else {
		l, err := pool(logs)
		if err != nil {
			return err
		}
		logs, names = []log{l}, []string{""}
	}
	array := compare && format == "json"
	for i, l := range logs {
		if array {
			fmt.Fprintln(s.out, map[bool]string{true: "[", false: ","}[i == 0])
		}
		summarise(s.err, l)
		a, err := analyze(ctx, s, l, opt)
		if err != nil {
			return err
		}
		if err := use(names[i], a); err != nil {
			return err
		}
		printWarnings(s.err, a, "--format json")
	}
	if array {
		fmt.Fprintln(s.out, "]")
	}
	return nil
}

// keepBudgets leaves only the budgets that were asked for.
func keepBudgets(a *reports.Analysis, budgets []float64) error {
	if len(budgets) == 0 {
		return nil
	}
	have := make([]float64, len(a.Budgets))
	for i := range a.Budgets {
		have[i] = a.Budgets[i].Budget
	}
	asked := make(map[float64]bool)
	for _, b := range budgets {
		i := slices.IndexFunc(have, func(x float64) bool { return nasalyze.SameBudget(x, b) })
		if i < 0 {
			return usagef("--budget is %v, expected one of %v", b, have)
		}
		asked[have[i]] = true
	}
	a.Budgets = slices.DeleteFunc(a.Budgets, func(b reports.Budget) bool { return !asked[b.Budget] })
	return nil
}

func printImportance(s *streams, format outputFormat, name string, a *reports.Analysis, pairs bool) error {
	if format == "json" {
		for i := range a.Budgets {
			b := &a.Budgets[i]
			b.Marginals, b.Surfaces = nil, nil
			if !pairs {
				b.Importance = slices.DeleteFunc(b.Importance, func(imp reports.Importance) bool { return len(imp.Params) > 1 })
			}
		}
		return reports.Write(s.out, &reports.Analysis{Schema: a.Schema, Study: a.Study, Objective: a.Objective, Params: a.Params, Budgets: a.Budgets,
			Findings: a.Findings, Warnings: a.Warnings, Provenance: a.Provenance})
	}
	t := reports.Table{Header: []string{"budget", "parameters", "individual", "lo", "hi", "total", "sobol_total", "decided"}}
	for i := range a.Budgets {
		b := &a.Budgets[i]
		if !b.Decided {
			printUndecided(s.err, a, b, b.Reason)
			if format == "text" {
				continue
			}
		}
		rows := slices.Clone(b.Importance)
		slices.SortStableFunc(rows, func(x, y reports.Importance) int {
			if len(x.Params) != len(y.Params) {
				return len(x.Params) - len(y.Params)
			}
			switch d := y.Individual.Mean - x.Individual.Mean; {
			case d > 0:
				return 1
			case d < 0:
				return -1
			}
			return 0
		})
		for _, imp := range rows {
			if len(imp.Params) > 1 && !pairs {
				continue
			}
			names := imp.Params[0]
			if len(imp.Params) > 1 {
				names += " x " + imp.Params[1]
			}
			sobol := imp.Sobol.Mean
			if len(imp.Params) > 1 {
				sobol = math.NaN()
			}
			t.Rows = append(t.Rows, []any{b.Budget, names, imp.Individual.Mean, imp.Individual.Lo, imp.Individual.Hi, imp.Total.Mean, sobol, b.Decided})
		}
	}
	return writeTable(s.out, format, prefixed(name, t))
}

// prefixed adds a first column with the name of the log, if there are several.
func prefixed(name string, t reports.Table) reports.Table {
	if name == "" {
		return t
	}
	t.Header = append([]string{"log"}, t.Header...)
	for i := range t.Rows {
		t.Rows[i] = append([]any{name}, t.Rows[i]...)
	}
	return t
}
