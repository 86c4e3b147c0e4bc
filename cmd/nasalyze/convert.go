package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/arff"
	"github.com/nasalyze/nasalyze/ingest/jsonl"
	"github.com/nasalyze/nasalyze/ingest/table"
)

// writers are the forms that a study can be written in.
var writers = []struct {
	name  string
	write func(io.Writer, *nasalyze.Study) error
}{
	{"jsonl", jsonl.Write},
	{"csv", func(w io.Writer, s *nasalyze.Study) error { return table.Write(w, s, ',') }},
	{"tsv", func(w io.Writer, s *nasalyze.Study) error { return table.Write(w, s, '\t') }},
	{"arff", arff.Write},
}

func newConvert(s *streams) *cobra.Command {
	var (
		in  inputFlags
		to  string
		out string
	)
	var names []string
	for _, w := range writers {
		names = append(names, w.name)
	}
	cmd := &cobra.Command{
		Use:   "convert [LOG...]",
		Short: "Write a log in another format",
		Long: `convert writes a log, or several logs of one search space pooled, as

  jsonl  nasalyze's own JSON lines, which lose nothing (docs/format.md)
  csv, tsv  one row per trial
  arff   one row per trial, for Weka and golearn`,
		Example: `  nasalyze convert --to csv
  nasalyze convert path/to/bohb-run --to jsonl -o run.jsonl
  nasalyze convert run1 run2 --to arff -o both.arff`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			i := slices.Index(names, to)
			if i < 0 {
				return usagef("--to is %q, %s", to, oneOf(to, names))
			}
			l, err := in.openPooled(cmd.Context(), s, paths)
			if err != nil {
				return err
			}
			summarise(s.err, l)
			return stdoutOr(s, out, func(w io.Writer) error { return writers[i].write(w, l.study) })
		},
	}
	in.add(cmd.Flags())
	cmd.Flags().StringVar(&to, "to", "jsonl", "`format`: "+strings.Join(names, ", "))
	cmd.Flags().StringVarP(&out, "output", "o", "-", "`file` to write; - is standard output")
	return cmd
}
