package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"text/tabwriter"

	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/reports"
)

// writeFile writes a file whole or not at all: to a temporary name beside it,
// then renamed.
func writeFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return cannot("write", path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
			err = cannot("write", path, err)
		}
	}()
	if err := write(f); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// cannot words an error about an output by the name that the user gave, not by
// that of a temporary file.
func cannot(do, path string, err error) error {
	var where *fs.PathError
	if errors.As(err, &where) {
		err = where.Err
	}
	return fmt.Errorf("cannot %s %s: %w", do, path, err)
}

// makeOutput makes the directory of a report and makes sure that files can be
// written there, before anything is computed. Undo takes away what was made, as
// far as it is empty.
func makeOutput(dir string) (undo func(), err error) {
	var made []string
	for _, d := range []string{dir, filepath.Join(dir, "figures"), filepath.Join(dir, "tables")} {
		if _, err := os.Stat(d); err != nil {
			made = append(made, d)
		}
	}
	undo = func() {
		for _, d := range slices.Backward(made) {
			os.Remove(d) // fails, as it should, if there is something in it
		}
	}
	for _, d := range []string{"figures", "tables"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o755); err != nil {
			return undo, cannot("make the directory", dir, err)
		}
	}
	f, err := os.CreateTemp(dir, ".nasalyze.*")
	if err != nil {
		return undo, cannot("write to the directory", dir, err)
	}
	return undo, errors.Join(f.Close(), os.Remove(f.Name()))
}

// writeTable writes rows for people, or as CSV.
func writeTable(w io.Writer, format outputFormat, t reports.Table) error {
	if format == "csv" {
		return reports.WriteCSV(w, t)
	}
	tw := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	for i, h := range t.Header {
		if i > 0 {
			fmt.Fprint(tw, "\t")
		}
		fmt.Fprint(tw, h)
	}
	fmt.Fprintln(tw)
	for _, row := range t.Rows {
		for i, v := range row {
			if i > 0 {
				fmt.Fprint(tw, "\t")
			}
			fmt.Fprint(tw, text(v))
		}
		fmt.Fprintln(tw)
	}
	return tw.Flush()
}

// text formats a cell for people.
func text(v any) string {
	switch v := v.(type) {
	case float64:
		if v != v {
			return "-"
		}
		if v == math.Trunc(v) && math.Abs(v) < 1e9 {
			return fmt.Sprintf("%.0f", v)
		}
		return fmt.Sprintf("%.4g", v)
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	}
	return fmt.Sprint(v)
}

// printFindings lists findings for people.
func printFindings(w io.Writer, findings []ingest.Finding) {
	for _, f := range findings {
		fmt.Fprintln(w, f)
	}
}

// isReport tells whether a file is a report.json, by whatever name.
func isReport(path string) bool {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() { // looking into a pipe would take from it
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 64)
	n, _ := io.ReadFull(f, head) // what is too short is none
	return reportBegins.Match(head[:n])
}

var reportBegins = regexp.MustCompile(`^\s*\{\s*"schema":\s*"nasalyze-report/`)

// warningsShown and findingsShown bound what is said on the console of what files have in full.
const (
	warningsShown = 5
	findingsShown = 3
)

// printUndecided says why a budget has no importance.
func printUndecided(w io.Writer, a *reports.Analysis, b *reports.Budget, reason string) {
	if !a.Budgetless() {
		fmt.Fprintf(w, "budget %v: ", b.Budget)
	}
	fmt.Fprintf(w, "cannot be told: %s\n", reason)
}

// printWarnings says what a reader of the numbers must know; rest is where all warnings are.
func printWarnings(w io.Writer, a *reports.Analysis, rest string) {
	shown := min(len(a.Warnings), warningsShown)
	for _, warning := range a.Warnings[:shown] {
		fmt.Fprintf(w, "warning: %s\n", warning.Text)
	}
	if n := len(a.Warnings) - shown; n > 0 {
		fmt.Fprintf(w, "and %s in %s\n", plural(n, "more warning"), rest)
	}
}

// summarise says in a line what findings there are, and where to see them, then the first that are more than notes.
func summarise(w io.Writer, l log) {
	var notes, odd, skipped int
	for _, f := range l.findings {
		switch f.Severity {
		case ingest.Note:
			notes += f.Count
		case ingest.Warn:
			odd += f.Count
		default:
			skipped += f.Count
		}
	}
	fmt.Fprintf(w, "%s: %s, %s, %s read", l.study.Name, plural(len(l.study.Configs), "configuration"), plural(len(l.study.Trials), "trial"), plural(len(l.study.Budgets()), "budget"))
	if notes+odd+skipped > 0 {
		fmt.Fprintf(w, "; findings: %s, %s, %d skipped (see nasalyze inspect)", plural(notes, "note"), plural(odd, "warning"), skipped)
	}
	fmt.Fprintln(w)
	worse := slices.DeleteFunc(slices.Clone(l.findings), func(f ingest.Finding) bool { return f.Severity == ingest.Note })
	printFindings(w, worse[:min(len(worse), findingsShown)])
}
