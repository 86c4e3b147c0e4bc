package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
	"github.com/nasalyze/nasalyze/bohb/local"
	"github.com/nasalyze/nasalyze/bohb/slurm"
)

// searchEngine is where trials run.
type searchEngine interface {
	// Check reports why they cannot, before the first one.
	Check(context.Context) error
	// Recover deals with what a driver that was killed left running, and says so.
	Recover(context.Context) (said string, err error)
	// Evaluate is a driver.Evaluate.
	Evaluate(ctx context.Context, worker int, t bohb.Trial) driver.Outcome
	// Waiting is the number of trials in a queue.
	Waiting() int
	// Close ends what is still running when a search has ended, with the error if it ended with one.
	Close(cause error) error
}

// engine makes what runs the trials. Drain is closed when no more may begin; say is
// told what a user should know meanwhile, one line at a time.
func (r *searchRun) engine(drain <-chan struct{}, say func(string)) (searchEngine, error) {
	if r.settings.Slurm != nil {
		return r.slurmEngine(drain, say)
	}
	return localEngine{r.command()}, nil
}

// tell says what a user should know, before there is progress to be shown.
func (r *searchRun) tell(s *streams) func(string) {
	return func(line string) { fmt.Fprintln(s.err, line) }
}

// checkEngine reports why trials cannot be run.
func (r *searchRun) checkEngine(ctx context.Context, s *streams) error {
	engine, err := r.engine(nil, r.tell(s))
	if err != nil {
		return err
	}
	return engine.Check(ctx)
}

// localEngine runs trials on this machine.
type localEngine struct{ *local.Command }

func (e localEngine) Check(context.Context) error { return e.Command.Check() }
func (e localEngine) Waiting() int                { return 0 }
func (e localEngine) Close(error) error           { return nil }

func (e localEngine) Recover(context.Context) (string, error) {
	n, err := local.EndLeftovers(e.Scratch)
	if n == 0 || err != nil {
		return "", err
	}
	return fmt.Sprintf("the killed search had left trials running; ended them (processes: %d)", n), nil
}

// slurmDir holds the attempts of a search on Slurm.
const slurmDir = "slurm"

// clearTime is how long cancelled jobs are waited for.
const clearTime = 2 * time.Minute

// slurmEngine runs trials as jobs.
type slurmEngine struct{ *slurm.Engine }

func (r *searchRun) slurmEngine(drain <-chan struct{}, say func(string)) (searchEngine, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := filepath.Abs(r.path(slurmDir))
	if err != nil {
		return nil, err
	}
	s := r.settings.Slurm
	return slurmEngine{&slurm.Engine{Command: r.command(), Dir: dir, Run: s.Run, Worker: []string{self, searchJob}, Options: s.options(),
		MaxBudget: r.settings.MaxBudget, Drain: drain, Keep: keepsJobs, Say: say, Poll: time.Duration(s.Poll * float64(time.Second)),
		Wait: time.Duration(s.Wait * float64(time.Second))}}, nil
}

// keepsJobs reports whether jobs go on after the driver has ended for a cause: they do unless
// the user stopped them or every trial fails. A resumed search adopts them.
func keepsJobs(cause error) bool {
	var failed *driver.FailedError
	return errors.Is(cause, errHangup) || !errors.Is(cause, errStopped) && !errors.As(cause, &failed)
}

func (e slurmEngine) Waiting() int { return e.Pending() }

func (e slurmEngine) Recover(ctx context.Context) (string, error) {
	n, err := e.Adopt(ctx)
	if n == 0 || err != nil {
		return "", err
	}
	return fmt.Sprintf("%s of this search in the queue: waiting for them, not submitting them again", plural(n, "job")), nil
}

func (e slurmEngine) Close(cause error) error {
	if cause != nil && keepsJobs(cause) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), clearTime)
	defer cancel()
	return e.Clear(ctx)
}
