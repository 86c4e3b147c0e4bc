package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/figure"
)

func newPlot(s *streams) *cobra.Command {
	var (
		in    inputFlags
		what  analysisFlags
		out   string
		width string
	)
	list := ""
	for _, k := range figure.Names() {
		list += fmt.Sprintf("  %-22s %s\n", k.Name, k.Doc)
	}
	cmd := &cobra.Command{
		Use:   "plot FIGURE [LOG...]",
		Short: "Draw one figure",
		Long: `plot draws one figure of the report. The ending of the output file says the format:
.svg, .pdf or .png. A LOG may also be the report.json of an earlier report, by any
name, which saves computing it again.

Figures:
` + list,
		Example: `  nasalyze plot importance -o fig.pdf
  nasalyze plot rank-correlation path/to/bohb-run -o fig.svg --width full
  nasalyze plot marginals nasalyze-report/report.json -o fig.png`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("plot needs the name of a figure: one of %s", strings.Join(figureNames(), ", "))
			}
			return nil
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) == 0 {
				return figureNames(), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveDefault
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if _, err := selectFigures(args[:1], nil); err != nil {
				return err
			}
			format := strings.TrimPrefix(filepath.Ext(out), ".")
			if !slices.Contains(figure.Formats, format) {
				return usagef("--output is %q, expected an ending of %s", out, strings.Join(figure.Formats, ", "))
			}
			w, ok := map[string]figure.Width{"column": figure.Column, "full": figure.Full}[width]
			if !ok {
				return usagef("--width is %q, expected column or full", width)
			}
			a, err := analysisFor(cmd, s, &in, &what, args[0], args[1:])
			if err != nil {
				return err
			}
			figs, skipped := figure.All(a)
			for _, k := range skipped {
				if k.Name == args[0] {
					return fmt.Errorf("no figure %s: %s", k.Name, k.Reason)
				}
			}
			f := figs[slices.IndexFunc(figs, func(f *figure.Figure) bool { return f.Name == args[0] })]
			if err := stdoutOr(s, out, func(w2 io.Writer) error { return f.Write(w2, format, w) }); err != nil {
				return err
			}
			fmt.Fprintln(s.err, f.Caption)
			return nil
		},
	}
	in.add(cmd.Flags())
	what.add(cmd.Flags())
	cmd.Flags().StringVarP(&out, "output", "o", "figure.svg", "`file` to write")
	cmd.Flags().StringVar(&width, "width", "column", "width: column (3.25 in) or full (6.75 in)")
	return cmd
}

// finished reads a report. What it was computed with cannot be changed any more.
func finished(cmd *cobra.Command, path string) (*reports.Analysis, error) {
	var late []string
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != "output" && f.Name != "width" {
			late = append(late, "--"+f.Name)
		}
	})
	if len(late) > 0 {
		return nil, usagef("%s: the numbers of a report are computed, and %s cannot change them; give the log in its place", path, strings.Join(late, ", "))
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	a, err := reports.Read(f)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// withIntervals are the figures that show intervals of importance.
var withIntervals = []string{"importance", "importance-by-budget", "marginals", "active"}

// analysisFor reads a finished report.json, or analyses logs. Intervals of
// importance are computed only for figures that show them.
func analysisFor(cmd *cobra.Command, s *streams, in *inputFlags, what *analysisFlags, fig string, paths []string) (*reports.Analysis, error) {
	if len(paths) == 1 && (isReport(paths[0]) || filepath.Base(paths[0]) == "report.json") {
		return finished(cmd, paths[0])
	}
	opt, err := what.options(cmd, paths)
	if err != nil {
		return nil, err
	}
	if !cmd.Flags().Changed("replicates") && !slices.Contains(withIntervals, fig) {
		opt.Replicates = -1
	}
	l, err := in.openPooled(cmd.Context(), s, paths)
	if err != nil {
		return nil, err
	}
	return analyze(cmd.Context(), s, l, opt)
}
