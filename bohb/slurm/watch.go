package slurm

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
	"github.com/nasalyze/nasalyze/bohb/local"
)

// watch follows one attempt of a trial to its end.
type watch struct {
	e     *Engine
	trial bohb.Trial
	a     attempt
	task  *local.Task
	link  string
	lost  int // earlier attempts that ended without a result
	// known tells that the attempt was found, not made: it may have a job.
	known bool

	state   step
	since   time.Time // only what squeue was asked after counts
	next    time.Time // when to submit
	missing time.Time // since when the job is not in the queue
	job     job       // as it was seen last
}

// step is what is known of the job of an attempt.
type step int

const (
	unsubmitted step = iota // there is none
	uncertain               // there may be one
	submitted               // there is one, or was
)

// follow returns the outcome of the trial, or that the attempt was lost and another
// one is to be made.
func (w *watch) follow(ctx context.Context) (o driver.Outcome, again bool) {
	drain := w.e.Drain
	draining := false
	w.since = time.Now()
	if w.known {
		w.state = uncertain
	}
	tick := time.NewTimer(0)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return w.stop(ctx), false
		case <-drain:
			drain, draining = nil, true
		case <-tick.C:
		}
		if found, err := w.a.read("outcome.json"); err != nil {
			w.e.sayOnce(fmt.Sprintf("trial %d: cannot read its outcome yet: %v", w.trial.Number, err))
		} else if found != nil {
			o, again, err := w.accept(found)
			if err != nil {
				return aborted(err), false
			}
			return o, again
		}
		done, again := w.step(ctx, draining)
		if again {
			return driver.Outcome{}, true
		}
		if done != nil {
			return *done, false
		}
		tick.Reset(w.e.glance())
	}
}

// step finds out what became of the job, and submits one where it is sure that there is none.
func (w *watch) step(ctx context.Context, draining bool) (o *driver.Outcome, again bool) {
	if draining && w.state != submitted {
		if o := w.withdraw(ctx); o != nil {
			return o, false
		}
	}
	if w.state == unsubmitted {
		if time.Now().Before(w.next) {
			return nil, false
		}
		return w.submit(ctx), false
	}
	q := w.e.look(ctx)
	if !q.asked.After(w.since) {
		return nil, false
	}
	j, found := q.jobs[w.a.name()]
	if w.state == uncertain {
		claim, err := w.a.claimed()
		if err != nil {
			return ended(aborted(err)), false
		}
		if !found && claim == "" {
			w.state = unsubmitted
			return nil, false
		}
		w.state = submitted
	}
	if found {
		w.job = j
	}
	if found && !j.ended() {
		w.missing = time.Time{}
		if j.state == "PENDING" {
			w.pending(j)
			if draining {
				return w.withdraw(ctx), false
			}
		}
		return nil, false
	}
	if w.missing.IsZero() {
		w.missing = q.asked
	}
	if q.asked.Sub(w.missing) < w.e.wait() { // on the clock of answers: a controller that is away loses no job
		return nil, false
	}
	return w.conclude(ctx)
}

func ended(o driver.Outcome) *driver.Outcome { return &o }

// usual are the reasons for waiting that pass by themselves.
var usual = map[string]bool{"": true, "None": true, "Priority": true, "Resources": true, "BeginTime": true, "Dependency": true, "Cleaning": true}

// pending says why a job waits if that might not pass.
func (w *watch) pending(j job) {
	if usual[j.reason] {
		return
	}
	w.e.mu.Lock()
	first := !w.e.said["reason "+j.reason]
	w.e.said["reason "+j.reason] = true
	w.e.mu.Unlock()
	if first {
		w.e.say("job %s of trial %d waits: %s", j.id, w.trial.Number, j.reason)
	}
}

// submit submits the attempt.
func (w *watch) submit(ctx context.Context) *driver.Outcome {
	id, err := w.e.submit(ctx, w.a, w.task)
	w.since = time.Now()
	switch {
	case err == nil:
		w.state, w.job.id = submitted, id
	case ctx.Err() != nil: // stop is next; whether there is a job is found out by Clear, or the next driver
		w.state = uncertain
	case full(err):
		w.e.sayOnce(fmt.Sprintf("the queue is full, waiting to submit more jobs: %v", err))
		w.next = w.since.Add(w.e.poll())
	case unheard(err):
		w.state = uncertain
		w.e.unanswered(err)
	default:
		if err := w.a.revoke(claimVoid + "refused"); err != nil {
			return ended(aborted(err))
		}
		return ended(aborted(err))
	}
	return nil
}

// withdraw takes the attempt back, if no job has begun it.
func (w *watch) withdraw(ctx context.Context) *driver.Outcome {
	claim, err := w.a.claim(claimVoid + "withdrawn")
	if err != nil {
		return ended(aborted(err))
	}
	if !over(claim) {
		return nil // it runs, or did
	}
	w.cancel(ctx)
	return &driver.Outcome{Status: nasalyze.Aborted}
}

// cancel cancels the job, as far as there is one. That it does not run is sure without it.
func (w *watch) cancel(ctx context.Context) {
	if w.state == unsubmitted {
		return
	}
	_, _ = w.e.call(ctx, "", "scancel", "--user="+fmt.Sprint(os.Getuid()), "--name="+w.e.prefix()+w.a.name())
}

// stop gives the attempt up, or leaves it to the next driver.
func (w *watch) stop(ctx context.Context) driver.Outcome {
	cause := context.Cause(ctx)
	if w.e.Keep == nil || !w.e.Keep(cause) {
		if err := w.a.revoke(claimVoid + "stopped"); err != nil {
			w.e.say("trial %d: %v", w.trial.Number, err)
		}
	}
	return driver.Outcome{Status: nasalyze.Aborted, Reason: fmt.Sprintf("stopped: %v", cause)}
}

// accept takes the outcome of a run.
func (w *watch) accept(found *outcome) (o driver.Outcome, again bool, err error) {
	if o, err = found.decode(); err != nil {
		return o, false, err
	}
	if o.Status == nasalyze.Aborted { // the command could not be started, there
		w.job.id, w.job.node = found.Job, found.Node
		failed, again := w.again(fmt.Sprintf("job %s on %s: %s", found.Job, found.Node, found.Reason), nasalyze.Aborted)
		return failed, again, nil
	}
	o.Info["slurm"] = map[string]any{"job": found.Job, "node": found.Node, "attempt": w.a.name() + "/" + found.Run}
	return o, false, point(w.link, w.a.file(found.Run))
}

// conclude judges an attempt whose job has ended without an outcome.
func (w *watch) conclude(ctx context.Context) (*driver.Outcome, bool) {
	j := w.job
	if !j.ended() { // it was not seen to end
		if j = w.e.account(ctx, w.a); j.state == "" {
			j = job{id: w.job.id, state: "is not in the queue any more", node: w.job.node}
		}
	}
	claim, err := w.a.claimed()
	if err != nil {
		return ended(aborted(err)), false
	}
	id, begun := strings.CutPrefix(claim, claimJob)
	if j.id == "" {
		j.id = id
	}
	w.job = j
	switch j.state {
	case "TIMEOUT", "DEADLINE":
		return w.failed(nasalyze.TimedOut, j.String()+": Slurm ended it at its time limit")
	case "OUT_OF_MEMORY":
		return w.failed(nasalyze.OutOfMemory, j.String()+": Slurm ended it, its memory ran out")
	case "FAILED", "COMPLETED", "CANCELLED":
		// Without cgroups, a job that slurmstepd ends for its memory is FAILED or CANCELLED.
		if line := w.memoryInLog(); line != "" {
			return w.failed(nasalyze.OutOfMemory, j.String()+": "+line)
		}
		if !begun && j.state != "CANCELLED" {
			return w.retry(j.String()+because(w.lastOfLog()), nasalyze.Aborted)
		}
	}
	return w.retry(j.String()+because(w.lastOfLog()), nasalyze.Crashed)
}

// failed is the outcome of a trial that Slurm ended, with what it had printed.
func (w *watch) failed(status nasalyze.Status, reason string) (*driver.Outcome, bool) {
	o := &driver.Outcome{Status: status, Reason: reason, Info: make(map[string]any)}
	if info, err := os.Stat(w.a.file("claim")); err == nil {
		o.Started = seconds(info.ModTime())
	}
	if stopped, err := w.a.read("stopped.json"); err == nil && stopped != nil {
		for key, raw := range stopped.Info {
			o.Info[key] = raw
		}
		o.Started, o.Ended = stopped.Started, stopped.Ended
	} else if tail := w.tail(); len(tail) > 0 {
		o.Info["output"] = tail
	}
	o.Info["slurm"] = map[string]any{"job": w.job.id, "node": w.job.node, "attempt": w.a.name()}
	return o, false
}

func (w *watch) retry(why string, last nasalyze.Status) (*driver.Outcome, bool) {
	o, again := w.again(why, last)
	return &o, again
}

// again gives up the attempt. It returns that another one is to be made, or, if it was the last, the outcome with the status.
func (w *watch) again(why string, last nasalyze.Status) (driver.Outcome, bool) {
	if err := w.a.revoke(claimLost + why); err != nil {
		return aborted(err), false
	}
	of := w.e.Attempts
	if of == 0 {
		of = DefaultAttempts
	}
	if w.lost+1 < of {
		w.e.say("trial %d is submitted again: %s", w.trial.Number, why)
		return driver.Outcome{}, true
	}
	o, _ := w.failed(last, fmt.Sprintf("%d jobs ended without a result, the last one: %s", of, why))
	if last == nasalyze.Aborted {
		return aborted(fmt.Errorf("%s", o.Reason)), false
	}
	return *o, false
}

var memoryText = regexp.MustCompile(`slurmstepd.*: error: .*([Ee]xceeded .*memory limit|oom.kill|OOM Killed)`)

// memoryInLog is what slurmstepd said of memory that ran out, empty if it did not.
func (w *watch) memoryInLog() string {
	for _, line := range lastLines(w.a.file("log"), 20) {
		if memoryText.MatchString(line) {
			return line
		}
	}
	return ""
}

// lastOfLog is the last line of what the job itself printed.
func (w *watch) lastOfLog() string {
	lines := lastLines(w.a.file("log"), 1)
	if len(lines) == 0 {
		return ""
	}
	return lines[0]
}

// tail are the last lines that the trial itself printed, in its last run.
func (w *watch) tail() []string {
	runs, err := filepath.Glob(w.a.file("run*"))
	if err != nil || len(runs) == 0 {
		return nil
	}
	last := runs[0]
	for _, run := range runs { // run9 comes before run10
		if len(run) > len(last) || len(run) == len(last) && run > last {
			last = run
		}
	}
	return lastLines(filepath.Join(last, "output"), w.task.Tail)
}

// lastLines returns the last lines of a file that say something.
func lastLines(path string, n int) []string {
	const most = 64 << 10
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil
	}
	data := make([]byte, min(info.Size(), most))
	read, err := f.ReadAt(data, info.Size()-int64(len(data)))
	if err != nil {
		return nil
	}
	var lines []string
	for line := range bytes.Lines(data[:read]) {
		if text := strings.TrimSpace(strings.ToValidUTF8(string(line), "\ufffd")); text != "" {
			lines = append(lines, text)
		}
	}
	return lines[max(0, len(lines)-n):]
}

// look returns what squeue said last, and asks anew when that is Poll old. One worker asks, for all of them.
func (e *Engine) look(ctx context.Context) *queue {
	e.mu.Lock()
	q, due := e.seen, time.Since(e.tried) >= e.poll()
	e.mu.Unlock()
	if !due || !e.asking.TryLock() {
		return q
	}
	defer e.asking.Unlock()
	e.mu.Lock()
	due = time.Since(e.tried) >= e.poll() // another worker may have been first
	e.mu.Unlock()
	if !due {
		return q
	}
	fresh, err := e.ask(ctx)
	e.mu.Lock()
	e.tried = time.Now()
	if err == nil {
		e.seen = fresh
		q = fresh
	}
	since := e.silent
	if err == nil {
		e.silent = time.Time{}
	}
	e.mu.Unlock()
	switch {
	case err == nil && !since.IsZero():
		e.say("Slurm answers again after %v", time.Since(since).Round(time.Second))
	case err != nil && ctx.Err() == nil:
		e.unanswered(err)
	}
	return q
}

// unanswered says that Slurm does not answer, once until it does again.
func (e *Engine) unanswered(err error) {
	e.mu.Lock()
	first := e.silent.IsZero()
	if first {
		e.silent = time.Now()
	}
	e.mu.Unlock()
	if first {
		e.say("Slurm does not answer, waiting (trials that run go on): %v", err)
	}
}
