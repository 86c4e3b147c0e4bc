package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/nasalyze/nasalyze/reports"
)

func newCorrelation(s *streams) *cobra.Command {
	var (
		in      inputFlags
		what    analysisFlags
		format  outputFormat
		compare bool
	)
	cmd := &cobra.Command{
		Use:   "correlation [LOG...]",
		Short: "Print how ranks carry over from budget to budget",
		Long: `correlation prints, for every pair of budgets, Spearman's correlation of the
results of the configurations that have both, with n, interval and p-value,
Kendall's tau, and the correlation of two forests' predictions over the whole
space ("surrogate"), which is free of the selection that a halving search makes.`,
		Example: `  nasalyze correlation
  nasalyze correlation path/to/bohb-run
  nasalyze correlation path/to/bohb-run --format json
  nasalyze correlation run1 run2 --compare --format csv`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			opt, err := what.options(cmd, paths)
			if err != nil {
				return err
			}
			opt.Brief = true
			if !cmd.Flags().Changed("replicates") {
				opt.Replicates = -1 // the intervals of importance are not shown here
			}
			return overLogs(cmd, s, &in, opt, paths, compare, format, func(name string, a *reports.Analysis) error {
				return printCorrelation(s, format, name, a)
			})
		},
	}
	in.add(cmd.Flags())
	what.add(cmd.Flags())
	format.add(cmd.Flags())
	cmd.Flags().BoolVar(&compare, "compare", false, "log by log instead of pooled")
	return cmd
}

func printCorrelation(s *streams, format outputFormat, name string, a *reports.Analysis) error {
	if format == "json" {
		return reports.Write(s.out, &reports.Analysis{Schema: a.Schema, Study: a.Study, Objective: a.Objective, Correlations: a.Correlations,
			Findings: a.Findings, Warnings: a.Warnings, Provenance: a.Provenance})
	}
	t, ok := tableOf(a, "correlations")
	if !ok {
		fmt.Fprintln(s.err, "the log has one budget only: there is nothing to correlate")
	}
	return writeTable(s.out, format, prefixed(name, t))
}

// tableOf returns the named table of an analysis, and whether it has anything.
func tableOf(a *reports.Analysis, name string) (reports.Table, bool) {
	t, _ := reports.Find(a, name)
	return t, len(t.Rows) > 0
}
