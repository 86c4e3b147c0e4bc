package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/reports"
)

func newInspect(s *streams) *cobra.Command {
	var (
		in         inputFlags
		format     outputFormat
		writeSpace string
	)
	cmd := &cobra.Command{
		Use:   "inspect [LOG]",
		Short: "Say what a log holds and what is odd in it",
		Long: `inspect prints the format of a log and why it was taken for that, the trials per
budget and status, the search space, and all findings with file and line.
It fails (exit status 1) if nothing in the log is usable.`,
		Example: `  nasalyze inspect
  nasalyze inspect path/to/bohb-run
  nasalyze inspect trials.csv --write-space space.json
  nasalyze inspect path/to/bohb-run --format json`,
		Args: atMostOneLog,
		RunE: func(cmd *cobra.Command, paths []string) error {
			logs, err := in.open(cmd.Context(), s, paths)
			if err != nil {
				return err
			}
			l := logs[0]
			if writeSpace != "" {
				if err := writeFile(writeSpace, func(w io.Writer) error { return configspace.Write(w, l.study.Space) }); err != nil {
					return err
				}
				fmt.Fprintf(s.err, "wrote %s\n", writeSpace)
			}
			if err := printInspection(s.out, format, l); err != nil {
				return err
			}
			return usableAnywhere(l.study)
		},
	}
	in.add(cmd.Flags())
	format.add(cmd.Flags())
	cmd.Flags().StringVar(&writeSpace, "write-space", "", "write the search space to this `file` (ConfigSpace JSON), to correct and give back with --space")
	return cmd
}

func atMostOneLog(cmd *cobra.Command, args []string) error {
	if len(args) > 1 {
		return usagef("%s takes one log, got %d", cmd.CommandPath(), len(args))
	}
	return nil
}

// usableAnywhere fails if no trial has a usable value of any objective.
func usableAnywhere(study *nasalyze.Study) error {
	for i := range study.Trials {
		for k := range study.Objectives {
			if t := &study.Trials[i]; !t.Status.Pending() && !study.Failed(t, k) {
				return nil
			}
		}
	}
	return fmt.Errorf("nothing usable: none of %s has a result", plural(len(study.Trials), "trial"))
}

// inspection is the JSON form.
type inspection struct {
	Name       string                `json:"name"`
	Format     string                `json:"format"`
	Reason     string                `json:"reason"`
	Inputs     []nasalyze.Input      `json:"inputs"`
	Objectives []inspectionObjective `json:"objectives"`
	Configs    int                   `json:"configs"`
	Trials     int                   `json:"trials"`
	Budgets    []inspectionBudget    `json:"budgets"`
	Inferred   bool                  `json:"spaceInferred"`
	Space      json.RawMessage       `json:"space"`
	Findings   []ingest.Finding      `json:"findings"`
}

type inspectionObjective struct {
	Name     string `json:"name"`
	Maximize bool   `json:"maximize"`
}

type inspectionBudget struct {
	Budget   float64        `json:"budget"`
	Trials   int            `json:"trials"`
	Statuses map[string]int `json:"statuses"` // encoding/json sorts the keys
}

// perBudget counts trials by budget and status.
func perBudget(study *nasalyze.Study) []inspectionBudget {
	budgets := study.Budgets()
	index := make(map[float64]int, len(budgets))
	out := make([]inspectionBudget, len(budgets))
	for i, b := range budgets {
		index[b] = i
		out[i] = inspectionBudget{Budget: b, Statuses: make(map[string]int)}
	}
	for i := range study.Trials {
		t := &study.Trials[i]
		b := &out[index[t.Budget]]
		b.Trials++
		b.Statuses[t.Status.String()]++
	}
	return out
}

func printInspection(w io.Writer, format outputFormat, l log) error {
	study := l.study
	counts := perBudget(study)
	budgets := reports.Table{Name: "budgets", Header: []string{"budget", "trials"}}
	var statuses []string
	for _, status := range nasalyze.Statuses() {
		for _, c := range counts {
			if c.Statuses[status.String()] > 0 {
				statuses = append(statuses, status.String())
				break
			}
		}
	}
	budgets.Header = append(budgets.Header, statuses...)
	for _, c := range counts {
		row := []any{c.Budget, c.Trials}
		for _, status := range statuses {
			row = append(row, c.Statuses[status])
		}
		budgets.Rows = append(budgets.Rows, row)
	}
	switch format {
	case "csv":
		return writeTable(w, format, budgets)
	case "json":
		var space strings.Builder
		if err := configspace.Write(&space, study.Space); err != nil {
			return err
		}
		out := inspection{Name: study.Name, Format: study.Provenance.Format, Reason: study.Provenance.Reason, Inputs: study.Provenance.Inputs,
			Configs: len(study.Configs), Trials: len(study.Trials), Budgets: counts, Inferred: study.Provenance.Inferred,
			Space: json.RawMessage(space.String()), Findings: l.findings}
		for _, o := range study.Objectives {
			out.Objectives = append(out.Objectives, inspectionObjective{o.Name, o.Maximize})
		}
		enc := json.NewEncoder(w)
		enc.SetIndent("", "  ")
		return enc.Encode(out)
	}
	fmt.Fprintf(w, "%s\nformat: %s (%s)\n", study.Name, study.Provenance.Format, study.Provenance.Reason)
	for _, in := range study.Provenance.Inputs {
		fmt.Fprintf(w, "file: %s, %d bytes, sha256 %s\n", in.Path, in.Size, in.SHA256)
	}
	for _, o := range study.Objectives {
		fmt.Fprintf(w, "objective: %s, %s is better\n", o.Name, map[bool]string{true: "more", false: "less"}[o.Maximize])
	}
	fmt.Fprintf(w, "%s, %s\n\n", plural(len(study.Configs), "configuration"), plural(len(study.Trials), "trial"))
	if err := writeTable(w, format, budgets); err != nil {
		return err
	}
	fmt.Fprintf(w, "\nsearch space%s: %s, %s, %s\n", map[bool]string{true: " (inferred from the trials)"}[study.Provenance.Inferred],
		plural(len(study.Space.Params), "parameter"), plural(len(study.Space.Conditions), "condition"), plural(len(study.Space.Forbidden), "forbidden combination"))
	if err := writeTable(w, format, spaceTable(study.Space)); err != nil {
		return err
	}
	for i := range study.Space.Forbidden {
		fmt.Fprintf(w, "forbidden: %s\n", &study.Space.Forbidden[i])
	}
	fmt.Fprintf(w, "\n%s\n", plural(len(l.findings), "finding"))
	for _, f := range l.findings {
		fmt.Fprintln(w, f)
		for _, m := range f.More {
			fmt.Fprintf(w, "  also %s:%d: %s\n", m.Path, m.Line, m.Message)
		}
	}
	return nil
}

// spaceTable has a row per parameter.
func spaceTable(space *nasalyze.Space) reports.Table {
	t := reports.Table{Name: "space", Header: []string{"parameter", "kind", "range", "default", "active if"}}
	for i := range space.Params {
		p := &space.Params[i]
		var conditions []string
		for k := range space.Conditions {
			if space.Conditions[k].Child == p.Name {
				conditions = append(conditions, space.Conditions[k].When.String())
			}
		}
		t.Rows = append(t.Rows, []any{p.Name, p.Kind.String(), p.Range(), p.Default.String(), strings.Join(conditions, " && ")})
	}
	return t
}

// stdoutOr opens a file for writing through write, or uses standard output for "-" and "".
func stdoutOr(s *streams, path string, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(s.out)
	}
	if err := writeFile(path, write); err != nil {
		return err
	}
	if info, err := os.Stat(path); err == nil {
		fmt.Fprintf(s.err, "wrote %s, %d bytes\n", path, info.Size())
	}
	return nil
}
