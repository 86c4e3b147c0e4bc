package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"syscall"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := search(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "search:", err)
		}
		stop()
		os.Exit(1)
	}
}

// settings of the command line.
type settings struct {
	seeds, workers int
	limit          float64
	save           bool
}

func search(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("search", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var (
		set      settings
		only     = flags.String("run", "", "run the workloads whose name matches this `regexp`")
		who      = flags.String("searchers", "", "run the searchers whose name matches this `regexp`")
		list     = flags.Bool("list", false, "list workloads and searchers and stop")
		out      = flags.String("json", "", "append every run to this `file`, and run of the peers only what it does not have")
		against  = flags.String("against", filepath.Join("docs", "search-benchmarks.jsonl"), "without -json, show the runs of this `file` beside ours")
		docs     = flags.String("docs", "", "run nothing; sort folder/search-benchmarks.jsonl, and write `folder`/search-benchmarks.md and its pictures from it")
		data     = flags.String("data", os.Getenv("NASALYZE_DATA"), "`folder` of tables of real trainings")
		python   = flags.String("python", "", "Python `interpreters` to try first, separated by commas")
		venvRoot = flags.String("venv", filepath.Join("bench", ".venv"), "`folder` of the virtual environments")
	)
	flags.IntVar(&set.seeds, "seeds", 60, "runs of each searcher on each workload")
	flags.IntVar(&set.workers, "workers", 1, "simulated workers")
	flags.Float64Var(&set.limit, "limit", 32, "full evaluations per worker until a run ends")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	if set.seeds < 1 || set.workers < 1 || !(set.limit >= 1) {
		return fmt.Errorf("-seeds is %d, -workers %d, -limit %v: expected 1 or more", set.seeds, set.workers, set.limit)
	}
	matchWork, err := regexp.Compile(*only)
	if err != nil {
		return fmt.Errorf("-run: %w", err)
	}
	matchWho, err := regexp.Compile(*who)
	if err != nil {
		return fmt.Errorf("-searchers: %w", err)
	}
	say := func(format string, args ...any) { fmt.Fprintf(stderr, format+"\n", args...) }
	works, err := workloads(matchWork, *data, say)
	if err != nil {
		return err
	}
	var chosen []*contender
	for _, c := range contenders {
		if matchWho.MatchString(c.name) {
			chosen = append(chosen, c)
		}
	}
	switch {
	case *docs != "":
		return writeDocs(*docs, works)
	case *list:
		for _, w := range works {
			fmt.Fprintf(stdout, "workload %-18s %s\n", w.name, w.title)
		}
		for _, c := range chosen {
			fmt.Fprintf(stdout, "searcher %-18s %s\n", c.name, c.title)
		}
		return nil
	case len(works) == 0 || len(chosen) == 0:
		return errors.New("nothing matches; -list tells what there is")
	}

	path := *against
	if *out != "" {
		path, set.save = *out, true
	}
	rec, err := load(path)
	if err != nil {
		return err
	}
	scratch, err := os.MkdirTemp("", "nasalyze-search-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	pythons, err := newPythons(*venvRoot, *python, scratch, say)
	if err != nil {
		return err
	}
	if err := runAll(ctx, set, pythons, works, chosen, rec, say); err != nil {
		return err
	}
	return printTable(stdout, rec, works, set)
}

// runAll makes the runs that the record does not have. Those of our own searchers are
// made again: they take seconds, and the code may have changed. Seeds come in turn, so that
// what an interrupt leaves is balanced.
func runAll(ctx context.Context, set settings, pythons *pythons, works []*workload, chosen []*contender, rec *record, say func(string, ...any)) error {
	defer func() {
		for _, c := range chosen {
			if c.peer != nil {
				c.peer.stop()
			}
		}
	}()
	failed := make(map[*contender]bool)
	for seed := range set.seeds {
		for _, w := range works {
			for _, c := range chosen {
				_, done := rec.runs[key{w.name, c.name, set.workers, seed, set.limit}]
				if failed[c] || done && c.peer != nil {
					continue
				}
				s, err := c.start(ctx, pythons, w, seed, set.workers, w.trials(set.limit*float64(set.workers)))
				var r run
				if err == nil {
					r, err = play(w, s, seed, set.workers, set.limit)
				}
				if ctx.Err() != nil {
					return ctx.Err()
				}
				if err != nil && c.peer == nil {
					return fmt.Errorf("%s, %s: %w", w.name, c.name, err)
				}
				if err != nil {
					say("%s, %s, seed %d: given up: %v", w.name, c.name, seed, err)
					failed[c] = true
					continue
				}
				if r.Searcher = c.name; seed > 0 {
					r.Versions = nil
				}
				if err := rec.add(r, set.save); err != nil {
					return err
				}
			}
		}
	}
	return nil
}
