package slurm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/nasalyze/nasalyze"
)

// errStopped is how a job ends that Slurm stopped.
var errStopped = errors.New("stopped by a signal: no outcome")

// settle is how long after the end of a trial a signal may come that ended it: Slurm
// sends it to all processes of a job, one after the other.
const settle = 500 * time.Millisecond

// Work runs the attempt whose directory is named: it is what a job does. It ends with an error
// if the outcome could not be written, or if the job is sent SIGTERM before there is one.
func Work(ctx context.Context, dir string, log io.Writer) error {
	ctx, stop := signal.NotifyContext(ctx, syscall.SIGTERM, os.Interrupt)
	defer stop()
	ignoreUserSignals()
	a := attempt(dir)
	data, err := os.ReadFile(a.file("task.json"))
	if err != nil {
		return err
	}
	var t task
	if err := json.Unmarshal(data, &t); err != nil {
		return fmt.Errorf("%s: %w", a.file("task.json"), err)
	}
	job := os.Getenv("SLURM_JOB_ID")
	if job == "" {
		return errors.New("SLURM_JOB_ID is not set: this is run by Slurm only")
	}
	held, err := a.claim(claimJob + job)
	if err != nil {
		return err
	}
	if held != claimJob+job {
		fmt.Fprintf(log, "not run: %s\n", held)
		return nil
	}
	restarts := os.Getenv("SLURM_RESTART_COUNT")
	if restarts == "" {
		restarts = "0"
	}
	o := outcome{Run: "run" + restarts, Job: job, Node: os.Getenv("SLURMD_NODENAME"), Started: seconds(time.Now())}
	if err := point(t.Link, a.file(o.Run)); err != nil {
		return err
	}
	result := t.Run(ctx, a.file(o.Run))
	o.Ended = seconds(time.Now())
	if err := o.encode(result); err != nil {
		return err
	}
	if !measured(result.Status) {
		select {
		case <-ctx.Done():
		case <-time.After(settle):
		}
		if ctx.Err() != nil {
			return errors.Join(errStopped, a.keep(&o))
		}
	}
	return a.conclude(ctx, &o, log)
}

// measured are the statuses that a signal from Slurm cannot be the cause of.
func measured(s nasalyze.Status) bool {
	return s == nasalyze.Success || s == nasalyze.Diverged || s == nasalyze.TimedOut
}

// keep writes down what a trial that was stopped had printed.
func (a attempt) keep(o *outcome) error {
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	tmp, err := a.temporary(data)
	if err != nil {
		return err
	}
	return os.Rename(tmp, a.file("stopped.json"))
}

// How long a full disk, or one that is away, is waited for.
const (
	patience   = 30 * time.Minute
	writeAgain = 5 * time.Second
)

// conclude writes the outcome, hours of work, and does not give up soon.
func (a attempt) conclude(ctx context.Context, o *outcome, log io.Writer) error {
	data, err := json.Marshal(o)
	if err != nil {
		return err
	}
	for begin := time.Now(); ; {
		if _, err = a.publish("outcome.json", data); err == nil || time.Since(begin) > patience {
			return err
		}
		fmt.Fprintf(log, "cannot write the outcome, trying again: %v\n", err)
		select {
		case <-ctx.Done():
			return err
		case <-time.After(writeAgain):
		}
	}
}
