package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/nasalyze/nasalyze/bench/internal/venv"
)

// contender is one side of a comparison.
type contender struct {
	name string
	// env is the environment that the script in peers/ runs in; nil for ourselves.
	env *environment
	job job
}

// outcome is what a contender did over all of its runs.
type outcome struct {
	Name string `json:"name"`
	Job  job    `json:"job"`
	// Err says why there are no runs, fewer than asked for, or a single one that
	// was not finished.
	Err  string    `json:"error,omitempty"`
	Runs []*result `json:"runs"`
}

// complete reports whether there is a finished run; if one is, all are.
func (o *outcome) complete() bool { return len(o.Runs) > 0 && o.Runs[0].Done }

// last is the most recent run, complete or not, nil if there is none.
func (o *outcome) last() *result {
	if len(o.Runs) == 0 {
		return nil
	}
	return o.Runs[len(o.Runs)-1]
}

func (o *outcome) seconds() float64 { return o.median((*result).seconds) }

// cpu is NaN where no run tells it.
func (o *outcome) cpu() float64 { return o.median((*result).cpu) }

func (o *outcome) process() float64 {
	return o.median(func(r *result) float64 { return r.Process })
}

func (o *outcome) peak() float64 {
	return o.median(func(r *result) float64 { return float64(r.Peak) })
}

func (o *outcome) median(of func(*result) float64) float64 {
	var v []float64
	for _, r := range o.Runs {
		v = append(v, of(r))
	}
	return median(v)
}

// namedLog is a folder that the workload about logs reads.
type namedLog struct{ name, dir string }

// bench runs contenders.
type bench struct {
	pythons *pythons
	dir     string // scratch
	logs    []namedLog
	rounds  int
	limit   time.Duration // of a single run of a contender
	cpus    int
	quick   bool // small inputs
	log     func(format string, args ...any)
}

// turns runs the contenders one after the other, rounds times, and ours once more
// at the end where there is more than one turn. A contender that failed is not run again. The error is that of the
// context only.
func (b *bench) turns(ctx context.Context, rounds int, contenders ...contender) ([]*outcome, error) {
	rounds = max(1, min(rounds, b.rounds))
	outcomes := make([]*outcome, len(contenders))
	for i, c := range contenders {
		c.job.CPUs = b.cpus
		contenders[i] = c
		outcomes[i] = &outcome{Name: c.name, Job: c.job}
	}
	run := func(i int) error {
		o := outcomes[i]
		if o.Err != "" {
			return nil
		}
		r, err := b.run(ctx, contenders[i])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if err != nil {
			o.Err = err.Error()
			if len(o.Runs) == 0 && r != nil {
				o.Runs = []*result{r} // as far as it got
			}
			b.log("  %s: %v", o.Name, err)
			return nil
		}
		o.Runs = append(o.Runs, r)
		b.log("  %s: %s of work, process %s, peak memory %s", o.Name, formatSeconds(r.seconds()), formatSeconds(r.Process), formatBytes(float64(r.Peak)))
		return nil
	}
	for range rounds {
		for i := range contenders {
			if err := run(i); err != nil {
				return nil, err
			}
		}
	}
	for i, c := range contenders {
		if c.env == nil && (len(contenders) > 1 || rounds > 1) {
			if err := run(i); err != nil {
				return nil, err
			}
		}
	}
	return outcomes, nil
}

// run lets a contender do its job once. With an error the result is what it had
// reported by then, nil if nothing.
func (b *bench) run(ctx context.Context, c contender) (*result, error) {
	argv := []string{"", "-worker"}
	if c.env == nil {
		self, err := os.Executable()
		if err != nil {
			return nil, err
		}
		argv[0] = self
	} else {
		interpreter, err := b.pythons.interpreter(ctx, c.env)
		if err != nil {
			return nil, fmt.Errorf("not installed: %w", err)
		}
		argv = []string{interpreter, filepath.Join(b.dir, c.job.Task+c.env.extension())}
	}
	input, err := json.Marshal(c.job)
	if err != nil {
		return nil, err
	}
	limited, cancel := context.WithTimeout(ctx, b.limit)
	defer cancel()
	cmd := exec.CommandContext(limited, argv[0], argv[1:]...)
	var stdout stamped
	var stderr bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(input), &stdout, io.MultiWriter(&stderr, &indent{to: b.log})
	cmd.WaitDelay = 5 * time.Second
	start := time.Now()
	runErr := cmd.Run()
	end := time.Now()
	r := lastResult(stdout.Bytes())
	if r != nil {
		r.Process = end.Sub(start).Seconds()
		if !r.Done {
			r.Unfinished = end.Sub(stdout.last).Seconds()
		}
	}
	switch {
	case errors.Is(limited.Err(), context.DeadlineExceeded) && ctx.Err() == nil:
		return r, fmt.Errorf("stopped after %v", b.limit)
	case runErr != nil:
		return r, fmt.Errorf("%w: %s", runErr, venv.Tail(stderr.Bytes(), 3))
	case r == nil || !r.Done:
		return r, errors.New("ended without a complete result")
	}
	return r, nil
}

// lastResult reads the last complete line of a contender's output.
func lastResult(out []byte) *result {
	end := bytes.LastIndexByte(out, '\n')
	if end < 0 {
		return nil
	}
	lines := bytes.Split(out[:end], []byte("\n"))
	for _, line := range slices.Backward(lines) {
		r := new(result)
		if json.Unmarshal(line, r) == nil {
			return r
		}
	}
	return nil
}

// stamped keeps what is written and the time of the last write.
//
// The buffer is not embedded: its ReadFrom would be used in place of Write.
type stamped struct {
	buffer bytes.Buffer
	last   time.Time
}

func (s *stamped) Bytes() []byte { return s.buffer.Bytes() }

func (s *stamped) Write(p []byte) (int, error) {
	s.last = time.Now()
	return s.buffer.Write(p)
}

// indent hands complete lines on.
type indent struct {
	to   func(format string, args ...any)
	rest string
}

func (w *indent) Write(p []byte) (int, error) {
	w.rest += string(p)
	for {
		line, rest, ok := strings.Cut(w.rest, "\n")
		if !ok {
			return len(p), nil
		}
		w.to("    %s", line)
		w.rest = rest
	}
}
