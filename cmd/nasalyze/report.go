package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/figure"
	"github.com/nasalyze/nasalyze/reports/html"
	"github.com/nasalyze/nasalyze/reports/latex"
)

func newReport(s *streams) *cobra.Command {
	var (
		in         inputFlags
		what       analysisFlags
		out        string
		only, skip []string
		compare    bool
	)
	cmd := &cobra.Command{
		Use:   "report [LOG...]",
		Short: "Write the whole report: page, figures, tables, numbers",
		Long: `report analyses one log, or several logs of one search space pooled, and writes

  index.html       the page: answers in words, then figures and tables, in one file
  figures/         every figure as SVG, PDF and PNG, at column (3.25 in) and full width (6.75 in)
  tables/          every table as CSV and LaTeX (booktabs)
  report.json      every number and warning (docs/report-json.md)
  space-pruned.json  the search space without the parameters that the evidence clears, if any

An earlier report in the directory is replaced; those of other objectives, in directories
of it, stay.

With several --objective there is a report for each: the first in the directory itself,
the others in directories of it; the pages lead to each other.

A LOG is a directory or a file in a format that "nasalyze inspect" knows; "-" is
standard input. Without a LOG the embedded example is used.

Figures: ` + strings.Join(figureNames(), ", ") + ".",
		Example: `  nasalyze report
  nasalyze report path/to/bohb-run -o out
  nasalyze report trials.csv --objective val_error --budget-column epoch
  nasalyze report run1 run2 --compare -o both
  nasalyze report run1 --only importance,rank-correlation
  nasalyze report run1 --objective loss,@time -o both-objectives`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			opt, err := what.options(cmd, paths)
			if err != nil {
				return err
			}
			selected, err := selectFigures(only, skip)
			if err != nil {
				return err
			}
			if out == "" {
				return usagef("--output is empty, expected a directory")
			}
			ctx := cmd.Context()
			if !compare {
				l, err := in.openPooled(ctx, s, paths)
				if err != nil {
					return err
				}
				return writeReports(ctx, s, l, opt, out, selected)
			}
			if len(paths) < 2 {
				return usagef("--compare needs at least two logs, got %d", len(paths))
			}
			logs, err := in.open(ctx, s, paths)
			if err != nil {
				return err
			}
			var dirs []string
			for _, l := range logs {
				dir := fileName(l.study.Name, dirs)
				dirs = append(dirs, dir)
				if err := writeReports(ctx, s, l, opt, filepath.Join(out, dir), selected); err != nil {
					return err
				}
			}
			return nil
		},
	}
	in.add(cmd.Flags())
	what.add(cmd.Flags())
	cmd.Flags().StringVarP(&out, "output", "o", "nasalyze-report", "`directory` to write to; made if missing")
	cmd.Flags().StringSliceVar(&only, "only", nil, "draw only these figures")
	cmd.Flags().StringSliceVar(&skip, "skip", nil, "draw all figures but these")
	cmd.Flags().BoolVar(&compare, "compare", false, "one report per log, in a directory each, instead of pooling them")
	return cmd
}

func figureNames() []string {
	var names []string
	for _, k := range figure.Names() {
		names = append(names, k.Name)
	}
	return names
}

// selectFigures returns the names to draw.
func selectFigures(only, skip []string) ([]string, error) {
	names := figureNames()
	for _, n := range append(slices.Clone(only), skip...) {
		if !slices.Contains(names, n) {
			return nil, usagef("no figure %q, %s", n, oneOf(n, names))
		}
	}
	return slices.DeleteFunc(names, func(n string) bool {
		return len(only) > 0 && !slices.Contains(only, n) || slices.Contains(skip, n)
	}), nil
}

// distinctNames tells logs apart.
func distinctNames(logs []log) []string {
	names := make([]string, len(logs))
	for i, l := range logs {
		name := l.study.Name
		for k := 2; slices.Contains(names[:i], name); k++ {
			name = fmt.Sprintf("%s-%d", l.study.Name, k)
		}
		names[i] = name
	}
	return names
}

// writeReports writes a report per objective that was asked for: the first in dir, the
// others in directories of it, and their pages lead to each other.
func writeReports(ctx context.Context, s *streams, l log, opt reports.Options, dir string, selected []string) error {
	summarise(s.err, l)
	if len(l.objectives) < 2 {
		return writeReport(ctx, s, l, opt, dir, selected, nil)
	}
	dirs := []string{"."}
	for _, name := range l.objectives[1:] {
		dirs = append(dirs, fileName(name, dirs))
	}
	for i, name := range l.objectives {
		pages := make([]html.Page, len(dirs))
		for k, other := range l.objectives {
			pages[k].Objective = other
			if k != i {
				from, err := filepath.Rel(dirs[i], filepath.Join(dirs[k], "index.html"))
				if err != nil {
					return err
				}
				pages[k].Href = filepath.ToSlash(from)
			}
		}
		l.objective = name
		fmt.Fprintf(s.out, "%s:\n", name)
		if err := writeReport(ctx, s, l, opt, filepath.Join(dir, dirs[i]), selected, pages); err != nil {
			return err
		}
	}
	return nil
}

// fileName makes a name, which may come from a log, fit for a directory of its own within another.
func fileName(name string, taken []string) string {
	plain := strings.Trim(strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("-_.", r) {
			return r
		}
		return '-'
	}, name), "-.")
	if plain == "" {
		plain = "unnamed"
	}
	reserved := append([]string{"figures", "tables"}, taken...)
	out := plain
	for k := 2; slices.Contains(reserved, out); k++ {
		out = fmt.Sprintf("%s-%d", plain, k)
	}
	return out
}

// writeReport analyses one objective of a log and writes its report.
func writeReport(ctx context.Context, s *streams, l log, opt reports.Options, dir string, selected []string, pages []html.Page) error {
	undo, err := makeOutput(dir)
	if err != nil {
		undo()
		return err
	}
	earlier, err := earlierReport(dir)
	if err != nil {
		undo()
		return err
	}
	a, err := analyze(ctx, s, l, opt)
	if err != nil {
		undo()
		return err
	}
	statics, err := writeFigures(ctx, s, a, dir, selected)
	if err != nil {
		return err
	}
	for _, t := range reports.Tables(a) {
		if err := writeFile(filepath.Join(dir, "tables", t.Name+".csv"), func(w io.Writer) error { return reports.WriteCSV(w, t) }); err != nil {
			return err
		}
	}
	for _, t := range latex.Tables(a) {
		if err := writeFile(filepath.Join(dir, "tables", t.Name+".tex"), func(w io.Writer) error { return latex.Write(w, t) }); err != nil {
			return err
		}
	}
	if earlier != nil {
		if err := removeStale(dir, earlier, a, statics); err != nil {
			return err
		}
	}
	if err := writeFile(filepath.Join(dir, "report.json"), func(w io.Writer) error { return reports.Write(w, a) }); err != nil {
		return err
	}
	if err := writePruned(l, a, filepath.Join(dir, "space-pruned.json")); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	page := filepath.Join(dir, "index.html")
	if err := writeFile(page, func(w io.Writer) error { return html.Write(w, a, statics, pages...) }); err != nil {
		return err
	}
	for _, ans := range a.Answers {
		fmt.Fprintf(s.out, "%s %s\n  %s\n", ans.Question, verdict(ans.Verdict), ans.Text)
	}
	printWarnings(s.err, a, filepath.Join(dir, "report.json"))
	fmt.Fprintf(s.err, "wrote %s\n", page)
	return nil
}

// earlierReport reads the report that a directory has, nil for none or one of another version, and refuses to write over
// a page of anybody else.
func earlierReport(dir string) (*reports.Analysis, error) {
	path := filepath.Join(dir, "report.json")
	f, err := os.Open(path)
	if err == nil {
		defer f.Close()
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		page := filepath.Join(dir, "index.html") // is written after report.json
		if _, err := os.Lstat(page); err == nil {
			return nil, fmt.Errorf("%s is of no report: there is no report.json beside it; --output names another directory", page)
		}
		return nil, nil
	case err != nil:
		return nil, cannot("write to the directory", dir, err)
	case !isReport(path):
		return nil, fmt.Errorf("%s is of no report of this program; --output names another directory", path)
	}
	a, err := reports.Read(f)
	if err != nil {
		return nil, nil // torn or of another version: what else it wrote is not known
	}
	return a, nil
}

// removeStale takes away the figures and tables of an earlier report that this one does not have. A file
// with any other name is the user's.
func removeStale(dir string, earlier, a *reports.Analysis, statics []html.Static) error {
	var drawn []string
	for _, f := range statics {
		drawn = append(drawn, f.Name)
	}
	written := reportFiles(a, drawn)
	for _, name := range reportFiles(earlier, figureNames()) {
		if slices.Contains(written, name) {
			continue
		}
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return cannot("remove", filepath.Join(dir, name), err)
		}
	}
	return nil
}

// reportFiles are the paths of figures and tables in the directory of a report.
func reportFiles(a *reports.Analysis, figures []string) []string {
	var paths []string
	for _, name := range figures {
		for _, width := range figureWidths {
			for _, format := range figure.Formats {
				paths = append(paths, figurePath(name, width, format))
			}
		}
	}
	for _, t := range reports.Tables(a) {
		paths = append(paths, filepath.Join("tables", t.Name+".csv"))
	}
	for _, t := range latex.Tables(a) {
		paths = append(paths, filepath.Join("tables", t.Name+".tex"))
	}
	return paths
}

var figureWidths = []figure.Width{figure.Column, figure.Full}

func figurePath(name string, width figure.Width, format string) string {
	return filepath.Join("figures", fmt.Sprintf("%s-%s.%s", name, width, format))
}

// verdict puts a verdict in words.
func verdict(v string) string {
	if v == "undecided" {
		return "Cannot be told."
	}
	return strings.ToUpper(v[:1]) + v[1:] + "."
}

// writeFigures draws the selected figures into files and for the page.
func writeFigures(ctx context.Context, s *streams, a *reports.Analysis, dir string, selected []string) ([]html.Static, error) {
	figs, skipped := figure.All(a)
	for _, k := range skipped {
		if slices.Contains(selected, k.Name) {
			fmt.Fprintf(s.err, "no figure %s: %s\n", k.Name, k.Reason)
		}
	}
	var statics []html.Static
	p := startProgress(s.err)
	defer p.stop()
	for i, f := range figs {
		if !slices.Contains(selected, f.Name) {
			continue
		}
		for _, width := range figureWidths {
			for _, format := range figure.Formats {
				if err := ctx.Err(); err != nil {
					return nil, err
				}
				path := filepath.Join(dir, figurePath(f.Name, width, format))
				if err := writeFile(path, func(w io.Writer) error { return f.Write(w, format, width) }); err != nil {
					return nil, err
				}
			}
		}
		var svg bytes.Buffer
		if err := f.Inline(&svg, figure.Full); err != nil {
			return nil, err
		}
		statics = append(statics, html.Static{Name: f.Name, Title: f.Title, Caption: f.Caption, Alt: f.Alt, SVG: svg.Bytes()})
		p.show("drawing", int64(i+1), int64(len(figs)))
	}
	return statics, nil
}

// writePruned writes the pruned space if there is anything to prune, and takes
// away what an earlier report left if not.
func writePruned(l log, a *reports.Analysis, path string) error {
	pruned, n, err := reports.Prune(l.study.Space, a.Advice)
	if err != nil {
		return err
	}
	if n == 0 {
		if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
			return err
		}
		return nil
	}
	return writeFile(path, func(w io.Writer) error { return configspace.Write(w, pruned) })
}
