package slurm

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
	"github.com/nasalyze/nasalyze/bohb/local"
)

// Defaults of [Engine].
const (
	DefaultPoll     = 10 * time.Second
	DefaultWait     = time.Minute
	DefaultTimeout  = time.Minute
	DefaultAttempts = 3
)

// Engine evaluates trials as jobs of a Slurm cluster. The zero value of every field
// but Command, Dir, Run and Worker is the documented default.
type Engine struct {
	// Command is run for each trial, with the fields that package local describes; its GPUs are
	// not used: Slurm says which ones a job has.
	Command *local.Command
	// Dir is the directory of the attempts. Nodes must see it by the same path, as Command.Scratch.
	Dir string
	// Run is part of the names of jobs: unlike that of any other search of this user.
	Run string
	// Worker are the program and the arguments with which a job calls [Work]; the
	// directory of the attempt is added.
	Worker []string
	// Options of sbatch: partition, resources, account. A time limit is added where the
	// Command has one and they do not.
	Options []string
	// MaxBudget is the budget that Check asks Slurm about.
	MaxBudget float64
	// Drain, once closed, takes back the jobs that have not begun.
	Drain <-chan struct{}
	// Keep reports whether jobs are left in the queue when the search ends for a cause: a later
	// one adopts them. nil means never.
	Keep func(cause error) bool
	// Say is told in a line what a user should know, one line at a time; may be nil.
	Say func(string)
	// Poll is the time between two questions to Slurm, and from a full queue to the next
	// submission; 0 means [DefaultPoll].
	Poll time.Duration
	// Wait is how long an outcome is waited for after its job has ended: files on other machines
	// are seen late; 0 means [DefaultWait].
	Wait time.Duration
	// Timeout of each call of a client of Slurm; 0 means [DefaultTimeout].
	Timeout time.Duration
	// Attempts is how many jobs a trial may lose; 0 means [DefaultAttempts].
	Attempts int

	once   sync.Once
	slots  chan struct{}
	asking sync.Mutex // held while squeue runs

	mu       sync.Mutex
	seen     *queue    // what squeue said last
	tried    time.Time // when it was asked last
	silent   time.Time // since when it does not answer
	said     map[string]bool
	attempts map[int]int // of each trial of the directory, how many there are
	scanErr  error
}

func (e *Engine) init() {
	e.once.Do(func() {
		e.slots = make(chan struct{}, 4)
		e.said = make(map[string]bool)
		e.seen = &queue{}
		e.attempts, e.scanErr = scan(e.Dir)
	})
}

func (e *Engine) poll() time.Duration    { return cmp.Or(e.Poll, DefaultPoll) }
func (e *Engine) timeout() time.Duration { return cmp.Or(e.Timeout, DefaultTimeout) }
func (e *Engine) wait() time.Duration    { return cmp.Or(e.Wait, DefaultWait) }

// glance is the time between two looks for an outcome.
func (e *Engine) glance() time.Duration { return min(e.poll(), time.Second) }

func (e *Engine) say(format string, args ...any) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.Say != nil {
		e.Say(fmt.Sprintf(format, args...))
	}
}

// once says something once.
func (e *Engine) sayOnce(text string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.Say != nil && !e.said[text] {
		e.said[text] = true
		e.Say(text)
	}
}

// scan counts the attempts of each trial.
func scan(dir string) (map[int]int, error) {
	attempts := make(map[int]int)
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return attempts, nil
	}
	for _, entry := range entries {
		number, n, ok := strings.Cut(entry.Name(), ".")
		trial, err1 := strconv.Atoi(number)
		k, err2 := strconv.Atoi(n)
		if ok && err1 == nil && err2 == nil {
			attempts[trial] = max(attempts[trial], k)
		}
	}
	return attempts, err
}

// Check reports why trials cannot be run, before the first one: no Slurm here, or what
// Slurm itself says against a job with these options at MaxBudget. A queue that is full
// is no reason.
func (e *Engine) Check(ctx context.Context) error {
	if err := e.Command.Check(); err != nil {
		return err
	}
	if err := CheckOptions(e.Options); err != nil {
		return err
	}
	for _, name := range clients {
		if _, err := exec.LookPath(name); err != nil {
			return fmt.Errorf("%s is not in the path: a search on Slurm is started where jobs can be submitted, such as a login node", name)
		}
	}
	var t local.Task
	t.Limit, t.Grace = e.Command.Limits(e.MaxBudget)
	args, script := e.arguments(attempt(filepath.Join(e.Dir, "check")), &t)
	_, err := e.call(ctx, script, "sbatch", append(args, "--test-only")...)
	switch {
	case err == nil || full(err):
		return nil
	case unheard(err):
		return fmt.Errorf("cannot ask Slurm: %w", err)
	}
	return fmt.Errorf("such jobs are refused by Slurm: %w", err)
}

// Adopt returns how many jobs of an earlier driver are in the queue. Evaluate will wait for
// them instead of submitting others.
func (e *Engine) Adopt(ctx context.Context) (int, error) {
	e.init()
	if e.scanErr != nil {
		return 0, e.scanErr
	}
	q, err := e.ask(ctx)
	if err != nil {
		return 0, fmt.Errorf("cannot ask for the jobs of this search: %w", err)
	}
	n := 0
	for name := range q.jobs {
		if q.has(name) {
			n++
		}
	}
	return n, nil
}

// Pending is the number of jobs of the search that had not begun when Slurm was asked last.
func (e *Engine) Pending() int {
	e.init()
	e.mu.Lock()
	defer e.mu.Unlock()
	n := 0
	for _, j := range e.seen.jobs {
		if j.state == "PENDING" {
			n++
		}
	}
	return n
}

// Clear cancels all jobs of the search that are in the queue and have no outcome, adopted or
// not, and returns when they have ended.
func (e *Engine) Clear(ctx context.Context) error {
	e.init()
	for {
		q, err := e.ask(ctx)
		if err != nil {
			return fmt.Errorf("jobs of this search may be left in the queue, but will not run: %w", err)
		}
		left, err := e.withoutOutcome(q)
		if err != nil || len(left) == 0 {
			return err
		}
		var ids, alive []string
		for _, j := range left {
			ids = append(ids, j.id)
			if j.state != "COMPLETING" {
				alive = append(alive, j.id)
			}
		}
		if len(alive) > 0 {
			if _, err := e.call(ctx, "", "scancel", alive...); err != nil && ctx.Err() == nil {
				e.sayOnce(err.Error())
			}
		}
		select {
		case <-time.After(e.glance()):
		case <-ctx.Done():
			return fmt.Errorf("jobs of this search are left in the queue: %s", strings.Join(ids, " "))
		}
	}
}

// withoutOutcome returns the jobs that are in the queue without an outcome, by name, and sees to it that none of them starts.
func (e *Engine) withoutOutcome(q *queue) (left []job, err error) {
	for _, name := range slices.Sorted(maps.Keys(q.jobs)) {
		j := q.jobs[name]
		a := attempt(filepath.Join(e.Dir, name))
		if o, err := a.read("outcome.json"); j.ended() || err == nil && o != nil {
			continue
		}
		if err := a.revoke(claimVoid + "stopped"); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		left = append(left, j)
	}
	return left, nil
}

// Evaluate submits the job of a trial, or adopts the one of an earlier driver, and waits for its outcome.
// It is a [driver.Evaluate]. When ctx ends, and Keep does not say otherwise, the job will not start any more; [Engine.Clear]
// ends those that have, all at once.
func (e *Engine) Evaluate(ctx context.Context, _ int, t bohb.Trial) driver.Outcome {
	e.init()
	if e.scanErr != nil {
		return aborted(e.scanErr)
	}
	for {
		w, err := e.watch(t)
		if err != nil {
			return aborted(err)
		}
		if o, again := w.follow(ctx); !again {
			return o
		}
	}
}

// aborted is the outcome of a trial that could not be started: it says nothing of the configuration.
func aborted(err error) driver.Outcome {
	return driver.Outcome{Status: nasalyze.Aborted, Reason: "cannot be started: " + err.Error()}
}

// watch returns the attempt of a trial that is to be waited for: the last one, or a new one
// if that was given up.
func (e *Engine) watch(t bohb.Trial) (*watch, error) {
	e.mu.Lock()
	n := e.attempts[t.Number]
	e.mu.Unlock()
	path := func(n int) attempt { return attempt(filepath.Join(e.Dir, fmt.Sprintf("%d.%d", t.Number, n))) }
	w := &watch{e: e, trial: t, known: n > 0}
	for k := 1; k <= n; k++ {
		claim, err := path(k).claimed()
		if err != nil {
			return nil, err
		}
		if strings.HasPrefix(claim, claimLost) {
			w.lost++
		}
		if k == n && over(claim) {
			w.known = false
		}
	}
	if !w.known {
		n++
	}
	w.a = path(n)
	var err error
	if w.task, err = e.Command.Task(t); err != nil {
		return nil, err
	}
	if w.task.Dir == "" {
		if w.task.Dir, err = os.Getwd(); err != nil {
			return nil, err
		}
	}
	if w.link, err = filepath.Abs(filepath.Join(e.Command.Scratch, strconv.Itoa(t.Number))); err != nil {
		return nil, err
	}
	if _, err := os.Stat(w.a.file("task.json")); err != nil {
		if err := w.a.prepare(&task{*w.task, w.link}); err != nil {
			return nil, err
		}
	}
	e.mu.Lock()
	e.attempts[t.Number] = n
	e.mu.Unlock()
	return w, nil
}
