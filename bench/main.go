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
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/nasalyze/nasalyze/examples/digits"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if slices.Equal(os.Args[1:], []string{"-worker"}) {
		exit(work(ctx, os.Stdin, os.Stdout))
	}
	exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}

func exit(err error) {
	switch {
	case err == nil:
		os.Exit(0)
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	}
	fmt.Fprintln(os.Stderr, "bench:", err)
	if errors.As(err, new(*usageError)) {
		os.Exit(2)
	}
	os.Exit(1)
}

// usageError is a mistake on the command line.
type usageError struct{ error }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("run", "", "run the workloads whose name matches this `regexp`")
	slow := flags.Bool("slow", false, "run the slow workloads too")
	list := flags.Bool("list", false, "list the workloads and stop")
	logDir := flags.String("log", "", "HpBandSter log `folder` for the workload about logs, beside the digits log in examples")
	out := flags.String("json", "", "write the numbers, every single run of them, to this JSON `file`; rows of other workloads that it has are kept")
	docs := flags.String("docs", "", "run nothing; write `folder`/benchmarks.md and its pictures from folder/benchmarks.json")
	quick := flags.Bool("quick", false, "small inputs, to see that all works")
	rounds := flags.Int("rounds", 3, "turns that contenders take; workloads that take minutes have one")
	limit := flags.Duration("limit", 15*time.Minute, "`time` after which a contender is stopped")
	cpus := flags.Int("cpus", runtime.NumCPU(), "`cores` that forests may use, ours and the peers'")
	python := flags.String("python", "", "Python `interpreters` to try first, separated by commas")
	venv := flags.String("venv", filepath.Join("bench", ".venv"), "`folder` of the virtual environments")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return err
		}
		return &usageError{err}
	}
	match, err := regexp.Compile(*only)
	switch {
	case err != nil:
		return &usageError{fmt.Errorf("-run: %w", err)}
	case flags.NArg() > 0:
		return &usageError{fmt.Errorf("unexpected argument %q", flags.Arg(0))}
	case *rounds < 1 || *cpus < 1 || *limit <= 0:
		return &usageError{fmt.Errorf("-rounds is %d, -cpus %d, -limit %v: expected positive numbers", *rounds, *cpus, *limit)}
	}
	if *docs != "" {
		return writeDocs(*docs)
	}
	if *list {
		for _, w := range workloads {
			extra := ""
			if w.slow {
				extra = " (slow)"
			}
			fmt.Fprintf(stdout, "%s%s\n\t%s\n", w.name, extra, w.what)
		}
		return nil
	}

	scratch, err := os.MkdirTemp("", "nasalyze-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(scratch)
	if err := writeScripts(scratch); err != nil {
		return err
	}
	say := func(format string, args ...any) { fmt.Fprintf(stderr, format+"\n", args...) }
	b := &bench{
		pythons: &pythons{root: *venv, given: *python, log: say, ready: map[*environment]interpreter{}},
		dir:     scratch,
		rounds:  *rounds, limit: *limit, cpus: *cpus, quick: *quick, log: say,
	}
	b.logs = []namedLog{{"digits", filepath.Join(scratch, "digits")}}
	if err := os.CopyFS(b.logs[0].dir, digits.Log()); err != nil {
		return err
	}
	if *logDir != "" {
		if _, err := os.Stat(filepath.Join(*logDir, "results.json")); err != nil {
			return &usageError{fmt.Errorf("-log: expected a HpBandSter folder: %w", err)}
		}
		b.logs = append(b.logs, namedLog{filepath.Base(*logDir), *logDir})
	}

	var rep report
	here := thisMachine()
	date, commit := time.Now().UTC().Format(time.DateOnly), head(ctx)
	if here.Memory, err = b.bandwidth(ctx); err != nil {
		return err
	}
	fmt.Fprintf(stdout, "%s, commit %s, %s\n", date, commit, here)
	for _, w := range workloads {
		if !match.MatchString(w.name) || w.slow && !*slow && *only != w.name {
			continue
		}
		say("%s: %s", w.name, w.what)
		// Saved row by row: what an hour of measuring found survives an interrupt.
		var unsaved error
		err := w.run(ctx, b, func(r *row) {
			r.Name, r.Date, r.Commit, r.Machine = w.name, date, commit, here
			rep.Rows = append(rep.Rows, r)
			if *out != "" && unsaved == nil {
				unsaved = rep.save(*out)
			}
		})
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err = errors.Join(err, unsaved); err != nil {
			return fmt.Errorf("%s: %w", w.name, err)
		}
	}
	if len(rep.Rows) == 0 {
		return &usageError{fmt.Errorf("no workload matches %q; -list tells them", *only)}
	}
	rep.Versions = versions(rep.Rows)
	fmt.Fprintf(stdout, "%s\n\n", strings.Join(rep.Versions, ", "))
	if err := printTable(stdout, rep.Rows); err != nil {
		return err
	}
	for _, r := range rep.Rows {
		if !r.Ours.complete() {
			return fmt.Errorf("%s: %s", r.Workload, r.Ours.Err)
		}
		if !r.agrees() {
			return fmt.Errorf("%s: answers that should be equal are not", r.Workload)
		}
	}
	return nil
}
