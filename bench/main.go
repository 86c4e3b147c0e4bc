package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/nasalyze/nasalyze/examples/digits"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
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

// report is what -out writes.
type report struct {
	Date     string   `json:"date"`
	Machine  machine  `json:"machine"`
	Versions []string `json:"versions"`
	Rows     []*row   `json:"rows"`
}

// machine that the numbers were measured on.
type machine struct {
	OS    string `json:"os"`
	CPU   string `json:"cpu"`
	Cores int    `json:"cores"`
	// Commit of the checkout, where git can tell.
	Commit string `json:"commit,omitempty"`
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	only := flags.String("run", "", "run the workloads whose name matches this `regexp`")
	slow := flags.Bool("slow", false, "run the slow workloads too")
	list := flags.Bool("list", false, "list the workloads and stop")
	logDir := flags.String("log", "", "HpBandSter log `folder` for the workloads about logs (default the digits log in examples)")
	out := flags.String("out", "", "write all numbers, every single run of them, to this JSON `file`")
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
		dir:     scratch, logDir: *logDir, logName: filepath.Base(*logDir),
		rounds: *rounds, limit: *limit, cpus: *cpus, log: say,
	}
	if *logDir == "" {
		b.logName, b.logDir = "digits", filepath.Join(scratch, "digits")
		if err := os.CopyFS(b.logDir, digits.Log()); err != nil {
			return err
		}
	} else if _, err := os.Stat(filepath.Join(*logDir, "results.json")); err != nil {
		return &usageError{fmt.Errorf("-log: expected a HpBandSter folder: %w", err)}
	}

	rep := report{Date: time.Now().UTC().Format(time.DateOnly), Machine: thisMachine(ctx)}
	fmt.Fprintf(stdout, "%s, %s, %d cores, %s", rep.Date, rep.Machine.CPU, rep.Machine.Cores, rep.Machine.OS)
	if rep.Machine.Commit != "" {
		fmt.Fprintf(stdout, ", commit %s", rep.Machine.Commit)
	}
	fmt.Fprintln(stdout)
	for _, w := range workloads {
		if !match.MatchString(w.name) || w.slow && !*slow && *only != w.name {
			continue
		}
		say("%s: %s", w.name, w.what)
		err := w.run(ctx, b, func(r *row) { rep.Rows = append(rep.Rows, r) })
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
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
	if *out != "" {
		text, err := json.MarshalIndent(rep, "", "\t")
		if err != nil {
			return err
		}
		if err := os.WriteFile(*out, append(text, '\n'), 0o644); err != nil {
			return err
		}
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

// versions of all that took part, each once.
func versions(rows []*row) []string {
	var all []string
	for _, r := range rows {
		for _, o := range []*outcome{r.Ours, r.Peer} {
			if last := o.last(); last != nil {
				for _, v := range last.Versions {
					if !slices.Contains(all, v) {
						all = append(all, v)
					}
				}
			}
		}
	}
	return all
}

func thisMachine(ctx context.Context) machine {
	m := machine{OS: runtime.GOOS + "/" + runtime.GOARCH, CPU: "unknown processor", Cores: runtime.NumCPU()}
	if f, err := os.Open("/proc/cpuinfo"); err == nil {
		defer f.Close()
		for s := bufio.NewScanner(f); s.Scan(); {
			if key, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
				m.CPU = strings.TrimSpace(value)
				break
			}
		}
	}
	if out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output(); err == nil {
		m.Commit = strings.TrimSpace(string(out))
	}
	return m
}
