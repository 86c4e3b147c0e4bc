//go:build unix

package slurm

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb/driver"
	"github.com/nasalyze/nasalyze/bohb/slurm/slurmtest"
)

var nan = math.NaN()

// What a trial does is judged as package local judges it on this machine.
func TestSameAsLocal(t *testing.T) {
	slurmtest.Fake(t)
	for _, script := range []string{
		`echo '{"epoch": 1, "big": 12345678901234567890}'; echo '{"loss": 0.25, "size": 7}'`,
		`echo '{"loss": NaN}'`,
		`echo '{"loss": -Infinity}'`,
		`echo '{"epoch": 1}'`,
		`echo no module named torch >&2; exit 3`,
		`kill -SEGV $$`,
		`kill -KILL $$`,
		`echo 'CUDA out of memory'; exit 1`,
		`sleep 20`,
		`printf '%s ' "$NASALYZE_BUDGET" "$NASALYZE_SEED" "$NASALYZE_TRIAL" "$NASALYZE_CONFIG_ID"; cat "$NASALYZE_CONFIG"; ls "$NASALYZE_SCRATCH"; exit 1`,
	} {
		e, _ := engine(t, script)
		if script == "sleep 20" {
			e.Command.SecondsPerBudget = 0.1
		}
		here := *e.Command
		here.Scratch = t.TempDir()
		want := here.Evaluate(t.Context(), 0, trial(4))
		got := outcomeOf(t, evaluate(t.Context(), e, 4))
		if got.Started == 0 || got.Ended < got.Started {
			t.Errorf("from %v to %v", got.Started, got.Ended)
		}
		got.Started, got.Ended = 0, 0
		if got.Info["slurm"] == nil {
			t.Errorf("%s: the log does not say which job it was: %v", script, got.Info)
		}
		delete(got.Info, "slurm")
		if a, b := fmt.Sprint(inJSON(t, got)), fmt.Sprint(inJSON(t, want)); a != b {
			t.Errorf("%s: as a job\n%s, here\n%s", script, a, b)
		}
	}
}

// inJSON is an outcome in the form in which the log has it.
func inJSON(t *testing.T, d driver.Outcome) outcome {
	t.Helper()
	var o outcome
	if err := o.encode(d); err != nil {
		t.Fatal(err)
	}
	return o
}

// The directory of a trial is where it is on one machine, also for what goes on from its checkpoint.
func TestDirectories(t *testing.T) {
	slurmtest.Fake(t)
	e, _ := engine(t, `cat "$NASALYZE_CHECKPOINT/model" 2>/dev/null; echo $NASALYZE_TRIAL > "$NASALYZE_SCRATCH/model"; echo '{"loss": 1}'`)
	expect(t, outcomeOf(t, evaluate(t.Context(), e, 5)), nasalyze.Success, 1, "")
	next := trial(6)
	next.Previous = 5
	expect(t, e.Evaluate(t.Context(), 0, next), nasalyze.Success, 1, "")
	if got := linesOf(t, filepath.Join(e.Command.Scratch, "6", "output")); !slices.Equal(got, []string{"5"}) {
		t.Errorf("the next trial finds the checkpoint %q", got)
	}
	if target, err := os.Readlink(filepath.Join(e.Command.Scratch, "6")); err != nil || target != "../slurm/6.1/run0" {
		t.Errorf("%q, %v", target, err)
	}
}

// claimOnly is a job that claims its attempt and ends without an outcome, and sleeping one that
// does not end.
const claimOnly = `printf 'job %s' $SLURM_JOB_ID > "$0/claim"; mkdir "$0/run0"; echo last words > "$0/run0/output"`

// Where there is no outcome, Slurm's state decides.
func TestStatesWithoutOutcome(t *testing.T) {
	for _, c := range []struct {
		state  string
		worker string
		status nasalyze.Status
		reason string
		jobs   int
	}{
		{"TIMEOUT", claimOnly, nasalyze.TimedOut, "job 1 TIMEOUT on fake1", 1},
		{"DEADLINE", claimOnly, nasalyze.TimedOut, "time limit", 1},
		{"OUT_OF_MEMORY", claimOnly, nasalyze.OutOfMemory, "memory ran out", 1},
		{"NODE_FAIL", claimOnly, nasalyze.Crashed, "3 jobs ended without a result, the last one: job 3 NODE_FAIL on fake1", DefaultAttempts},
		{"PREEMPTED", claimOnly, nasalyze.Crashed, "PREEMPTED", 3},
		{"CANCELLED", claimOnly, nasalyze.Crashed, "CANCELLED", 3},
		{"BOOT_FAIL", "exit 0", nasalyze.Crashed, "BOOT_FAIL", 3},
		{"FAILED", claimOnly, nasalyze.Crashed, "FAILED", 3},
		{"COMPLETED", claimOnly, nasalyze.Crashed, "COMPLETED", 3},
		{"FAILED", "echo nasalyze: not found; exit 127", nasalyze.Aborted, "cannot be started: 3 jobs ended without a result, the last one: job 3 FAILED on fake1: nasalyze: not found", 3},
	} {
		for _, forgotten := range []bool{false, true} { // by the controller: then sacct knows
			if forgotten && c.jobs > 1 && c.state != "CANCELLED" {
				continue
			}
			t.Run(fmt.Sprintf("%s/%v", c.state, forgotten), func(t *testing.T) {
				fake := slurmtest.Fake(t)
				e, words := engine(t, "")
				e.Poll, e.Wait = 20*time.Millisecond, 100*time.Millisecond
				script := fmt.Sprintf("%s\necho %s > $FAKE_SLURM/jobs/$SLURM_JOB_ID/state\n", c.worker, c.state)
				if strings.Contains(c.worker, "exit") {
					script = fmt.Sprintf("echo %s > $FAKE_SLURM/jobs/$SLURM_JOB_ID/state\n%s\n", c.state, c.worker)
				}
				if forgotten {
					script = "touch $FAKE_SLURM/jobs/$SLURM_JOB_ID/forgotten\n" + script
				}
				e.Worker = []string{"sh", "-c", script}
				o := outcomeOf(t, evaluate(t.Context(), e, 7))
				expect(t, o, c.status, nan, c.reason)
				jobs, _ := filepath.Glob(filepath.Join(fake, "jobs", "*"))
				if len(jobs) != c.jobs || strings.Count(words.String(), "submitted again") != c.jobs-1 {
					t.Errorf("%d jobs, want %d; said\n%s", len(jobs), c.jobs, words)
				}
				if c.worker == claimOnly && fmt.Sprint(o.Info["output"]) != "[last words]" {
					t.Errorf("kept of the output: %v", o.Info["output"])
				}
			})
		}
	}
}

// Without accounting a job that has vanished is just that.
func TestVanishedWithoutAccounting(t *testing.T) {
	fake := slurmtest.Fake(t)
	touch(t, filepath.Join(fake, "no-accounting"), "")
	e, _ := engine(t, "")
	e.Worker = []string{"sh", "-c", "touch $FAKE_SLURM/jobs/$SLURM_JOB_ID/forgotten; " + claimOnly}
	e.Attempts = 2
	expect(t, outcomeOf(t, evaluate(t.Context(), e, 1)), nasalyze.Crashed, nan, "2 jobs ended without a result, the last one: job 2 is not in the queue any more")
}

// One job lost does not change the result.
func TestLostOnce(t *testing.T) {
	slurmtest.Fake(t)
	e, words := engine(t, `echo '{"loss": 4}'`)
	e.Worker = []string{"sh", "-c", fmt.Sprintf(`case $0 in *.1) echo NODE_FAIL > $FAKE_SLURM/jobs/$SLURM_JOB_ID/state;; *) exec '%s' work "$0";; esac`, e.Worker[0])}
	expect(t, outcomeOf(t, evaluate(t.Context(), e, 1)), nasalyze.Success, 4, "")
	words.heard(t, "trial 1 is submitted again: job 1 NODE_FAIL")
	if target, _ := os.Readlink(filepath.Join(e.Command.Scratch, "1")); target != "../slurm/1.2/run0" {
		t.Errorf("the trial's directory is %s", target)
	}
}

// A signal from Slurm is not the trial's failure: there is no outcome, and the job's next run starts anew in
// a directory of its own.
func TestRequeued(t *testing.T) {
	fake := slurmtest.Fake(t)
	e, _ := engine(t, `echo run >> runs; echo $NASALYZE_SCRATCH >> "$NASALYZE_SCRATCH/mine"; echo '{"epoch": 1}'
		if [ ! -e go ]; then sleep 60; fi; echo '{"loss": 2}'`)
	running := evaluate(t.Context(), e, 3)
	wait(t, "the first run", func() bool { return exists(filepath.Join(e.Command.Dir, "runs")) })
	// As scontrol requeue does it.
	job := filepath.Join(fake, "jobs", "1")
	touch(t, filepath.Join(job, "restarts"), "1")
	touch(t, filepath.Join(job, "state"), "REQUEUED")
	pid := linesOf(t, filepath.Join(job, "pid"))[0]
	run(t, "sh", "-c", "kill -s TERM -- -"+pid)
	wait(t, "the end of the first run", func() bool { return exists(filepath.Join(e.Dir, "3.1", "stopped.json")) })
	if exists(filepath.Join(e.Dir, "3.1", "outcome.json")) {
		t.Fatal("a trial that was stopped by Slurm has an outcome")
	}
	touch(t, filepath.Join(e.Command.Dir, "go"), "")
	touch(t, filepath.Join(job, "state"), "PENDING")
	run(t, "sh", "-c", `setsid sh "$FAKE_SLURM/bin/run-job" "$0" 1 >/dev/null 2>&1 &`, job)
	expect(t, outcomeOf(t, running), nasalyze.Success, 2, "")
	for k := range 2 {
		dir := filepath.Join(e.Dir, "3.1", fmt.Sprintf("run%d", k))
		if got := linesOf(t, filepath.Join(dir, "mine")); !slices.Equal(got, []string{dir}) {
			t.Errorf("%s has the output of %q", dir, got)
		}
	}
	if target, _ := os.Readlink(filepath.Join(e.Command.Scratch, "3")); target != "../slurm/3.1/run1" {
		t.Errorf("the trial's directory is %s", target)
	}
}

// A trial whose job times out after Slurm has stopped it keeps its learning curve.
func TestStoppedAtTimeLimit(t *testing.T) {
	fake := slurmtest.Fake(t)
	e, _ := engine(t, `echo '{"epoch": 1}'; echo still training; echo $$ > pid; echo > waiting; exec sleep 60`)
	e.Wait = 3 * time.Second
	running := evaluate(t.Context(), e, 0)
	wait(t, "the trial", func() bool { return exists(filepath.Join(e.Command.Dir, "waiting")) })
	touch(t, filepath.Join(fake, "jobs", "1", "state"), "TIMEOUT")
	// Slurm signals one process after the other, the trial perhaps before the job.
	run(t, "kill", "-s", "TERM", linesOf(t, filepath.Join(e.Command.Dir, "pid"))[0])
	time.Sleep(100 * time.Millisecond)
	run(t, "sh", "-c", "kill -s TERM -- -"+linesOf(t, filepath.Join(fake, "jobs", "1", "pid"))[0])
	o := outcomeOf(t, running)
	expect(t, o, nasalyze.TimedOut, nan, "time limit")
	if info := inJSON(t, o).Info; string(info["curve"]) != `[{"epoch":1}]` || string(info["output"]) != `["still training"]` || o.Started == 0 || o.Ended < o.Started {
		t.Errorf("kept: %s, from %v to %v", info, o.Started, o.Ended)
	}
}

// A full queue, a controller that is away, and answers that are lost: waited out, each said once, and
// nothing runs twice.
func TestTroubleIsWaitedOut(t *testing.T) {
	for _, c := range []struct {
		trouble string
		says    []string
	}{
		{"full", []string{"the queue is full"}},
		{"down", []string{"Slurm does not answer", "Slurm answers again"}},
		// All may have ended before Slurm is asked again.
		{"lost-answer", []string{"Slurm does not answer"}},
	} {
		t.Run(c.trouble, func(t *testing.T) {
			fake := slurmtest.Fake(t)
			e, words := engine(t, `echo run >> runs; echo '{"loss": 2}'`)
			touch(t, filepath.Join(fake, c.trouble), "")
			var all []<-chan driver.Outcome
			for n := range 3 {
				all = append(all, evaluate(t.Context(), e, n))
			}
			words.heard(t, c.says[0])
			time.Sleep(300 * time.Millisecond)
			os.Remove(filepath.Join(fake, c.trouble))
			for _, o := range all {
				expect(t, outcomeOf(t, o), nasalyze.Success, 2, "")
			}
			for _, text := range c.says {
				if strings.Count(words.String(), text) != 1 {
					t.Errorf("%q is not said once:\n%s", text, words)
				}
			}
			if runs := linesOf(t, filepath.Join(e.Command.Dir, "runs")); len(runs) != 3 {
				t.Errorf("%d runs, want 3", len(runs))
			}
		})
	}
}

// Results come in while the controller is away.
func TestResultsWithoutController(t *testing.T) {
	fake := slurmtest.Fake(t)
	e, words := engine(t, `while [ ! -e go ]; do sleep 0.01; done; echo '{"loss": 2}'`)
	running := evaluate(t.Context(), e, 0)
	wait(t, "a job", func() bool { return exists(filepath.Join(e.Dir, "0.1", "claim")) })
	touch(t, filepath.Join(fake, "down"), "")
	words.heard(t, "Slurm does not answer")
	touch(t, filepath.Join(e.Command.Dir, "go"), "")
	expect(t, outcomeOf(t, running), nasalyze.Success, 2, "")
}

// What sbatch refuses ends the search, in its words, before the first trial or later.
func TestRefused(t *testing.T) {
	fake := slurmtest.Fake(t)
	e, _ := engine(t, `echo '{"loss": 2}'`)
	touch(t, filepath.Join(fake, "refuse"), "invalid partition specified: gpuu")
	if err := e.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "sbatch: error: invalid partition specified: gpuu") {
		t.Errorf("error %v", err)
	}
	expect(t, outcomeOf(t, evaluate(t.Context(), e, 0)), nasalyze.Aborted, nan, "invalid partition specified: gpuu")
	os.Remove(filepath.Join(fake, "refuse"))
	expect(t, outcomeOf(t, evaluate(t.Context(), another(e), 0)), nasalyze.Success, 2, "")
	if err := e.Check(t.Context()); err != nil {
		t.Error(err)
	}
	touch(t, filepath.Join(fake, "down"), "")
	if err := e.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "cannot ask Slurm: sbatch: error: Batch job submission failed: Unable to contact") {
		t.Errorf("error %v", err)
	}
	e.Options = []string{"--array=1-3"}
	if err := e.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "--array is set by the search") {
		t.Errorf("error %v", err)
	}
	t.Setenv("PATH", filepath.Dir(mustLook(t, "sh")))
	if _, err := os.Stat(filepath.Join(filepath.Dir(mustLook(t, "sh")), "sbatch")); err == nil {
		t.Setenv("PATH", linkOnly(t, "sh"))
	}
	e.Options = nil
	if err := e.Check(t.Context()); err == nil || !strings.Contains(err.Error(), "sbatch is not in the path") {
		t.Errorf("error %v", err)
	}
}

// A client that hangs is ended.
func TestClientsAreBounded(t *testing.T) {
	fake := slurmtest.Fake(t)
	touch(t, filepath.Join(fake, "lag"), "30")
	e, _ := engine(t, "")
	e.Timeout = 200 * time.Millisecond
	begin := time.Now()
	if _, err := e.submit(t.Context(), attempt(filepath.Join(e.Dir, "0.1")), taskOf(t, e)); !unheard(err) || time.Since(begin) > 10*time.Second {
		t.Errorf("%v after %v", err, time.Since(begin))
	}
}

// While draining, jobs that wait are taken back and those that run go on to their end.
func TestDrain(t *testing.T) {
	fake := slurmtest.Fake(t)
	e, _ := engine(t, `echo $NASALYZE_TRIAL >> runs; while [ ! -e go ]; do sleep 0.01; done; echo '{"loss": 2}'`)
	drain := make(chan struct{})
	e.Drain = drain
	running := evaluate(t.Context(), e, 0)
	wait(t, "a job that runs", func() bool { return exists(filepath.Join(e.Command.Dir, "runs")) })
	touch(t, filepath.Join(fake, "hold"), "")
	waiting := evaluate(t.Context(), e, 1)
	wait(t, "a job that waits", func() bool { return e.Pending() == 1 })
	close(drain)
	if o := outcomeOf(t, waiting); o.Status != nasalyze.Aborted || o.Reason != "" {
		t.Errorf("%v: %s", o.Status, o.Reason)
	}
	wait(t, "an empty queue", func() bool {
		q, err := e.ask(t.Context())
		return err == nil && q.jobs["1.1"].state == "CANCELLED"
	})
	os.Remove(filepath.Join(fake, "hold"))
	touch(t, filepath.Join(e.Command.Dir, "go"), "")
	expect(t, outcomeOf(t, running), nasalyze.Success, 2, "")
	// The next driver submits it again.
	expect(t, outcomeOf(t, evaluate(t.Context(), another(e), 1)), nasalyze.Success, 2, "")
	if runs := linesOf(t, filepath.Join(e.Command.Dir, "runs")); !slices.Equal(runs, []string{"0", "1"}) {
		t.Errorf("runs %v", runs)
	}
}

// Stopped for good, a search leaves nothing in the queue; stopped for another cause it leaves everything, and the next
// driver adopts it.
func TestStop(t *testing.T) {
	for _, keep := range []bool{false, true} {
		t.Run(fmt.Sprint(keep), func(t *testing.T) {
			fake := slurmtest.Fake(t)
			e, _ := engine(t, `echo $NASALYZE_TRIAL >> runs; while [ ! -e go ]; do sleep 0.01; done; echo '{"loss": 2}'`)
			e.Keep = func(error) bool { return keep }
			ctx, cancel := context.WithCancelCause(t.Context())
			all := []<-chan driver.Outcome{evaluate(ctx, e, 0), evaluate(ctx, e, 1)}
			wait(t, "two jobs", func() bool {
				return exists(filepath.Join(e.Command.Dir, "runs")) && len(linesOf(t, filepath.Join(e.Command.Dir, "runs"))) == 2
			})
			cancel(errors.New("enough"))
			for _, c := range all {
				expect(t, outcomeOf(t, c), nasalyze.Aborted, nan, "enough")
			}
			runs := 2
			if !keep {
				runs = 4
				if err := e.Clear(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			next := another(e)
			if n, err := next.Adopt(t.Context()); err != nil || (n == 2) != keep {
				t.Errorf("%d jobs in the queue, %v", n, err)
			}
			touch(t, filepath.Join(e.Command.Dir, "go"), "")
			for n := range 2 {
				expect(t, outcomeOf(t, evaluate(t.Context(), next, n)), nasalyze.Success, 2, "")
			}
			if got := linesOf(t, filepath.Join(e.Command.Dir, "runs")); len(got) != runs {
				t.Errorf("%d runs, want %d", len(got), runs)
			}
			if jobs, _ := filepath.Glob(filepath.Join(fake, "jobs", "*")); len(jobs) != runs {
				t.Errorf("%d jobs, want %d: those that were adopted are not submitted again", len(jobs), runs)
			}
		})
	}
}

// What could not be submitted yet is taken back too, whether the queue is full or nobody answers.
func TestDrainBeforeSubmission(t *testing.T) {
	for trouble, says := range map[string]string{"full": "the queue is full", "down": "Slurm does not answer"} {
		fake := slurmtest.Fake(t)
		touch(t, filepath.Join(fake, trouble), "")
		e, words := engine(t, `echo '{"loss": 2}'`)
		drain := make(chan struct{})
		e.Drain = drain
		waiting := evaluate(t.Context(), e, 0)
		words.heard(t, says)
		close(drain)
		select {
		case o := <-waiting:
			if o.Status != nasalyze.Aborted || o.Reason != "" {
				t.Errorf("%s: %v: %s", trouble, o.Status, o.Reason)
			}
		case <-time.After(20 * time.Second):
			t.Fatalf("%s: the trial is not taken back", trouble)
		}
	}
}

// Check asks about a job as it will be submitted.
func TestCheckAsksForTheTimeOfATrial(t *testing.T) {
	e, _ := engine(t, "true")
	asked := filepath.Join(t.TempDir(), "asked")
	bin := t.TempDir()
	for _, name := range clients {
		if err := os.WriteFile(filepath.Join(bin, name), []byte("#!/bin/sh\necho \"$@\" >"+asked+"\n"), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	e.MaxBudget = 60
	for _, c := range []struct {
		seconds float64
		grace   time.Duration
		want    string
	}{
		{1, 10 * time.Minute, "--time=13 "}, // 1 min, 10 to end, 1 for the outcome, and 2 % of the first
		{1e300, 0, fmt.Sprintf("--time=%d ", minutes(math.MaxInt64/2, 10*time.Second))},
	} {
		e.Command.SecondsPerBudget, e.Command.Grace = c.seconds, c.grace
		if err := e.Check(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(asked); err != nil || !strings.Contains(string(got), c.want) {
			t.Errorf("%v s for each of 60 and grace %v: asked for %s, %v, want %s", c.seconds, c.grace, got, err, c.want)
		}
	}
}

// What is said of jobs has them in one order.
func TestJobsInOrder(t *testing.T) {
	e := Engine{Dir: t.TempDir()}
	q := &queue{jobs: make(map[string]job)}
	for i := range 20 {
		q.jobs[fmt.Sprintf("%02d-1", i)] = job{id: fmt.Sprintf("%02d", i), state: "PENDING"}
	}
	left, err := e.withoutOutcome(q)
	if err != nil || len(left) != 20 || !slices.IsSortedFunc(left, func(a, b job) int { return strings.Compare(a.id, b.id) }) {
		t.Errorf("%v, %v", left, err)
	}
}

// One squeue per interval, however many trials wait.
func TestOneQuestionForAll(t *testing.T) {
	fake := slurmtest.Fake(t)
	touch(t, filepath.Join(fake, "hold"), "")
	e, _ := engine(t, `echo '{"loss": 2}'`)
	e.Poll = 200 * time.Millisecond
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for n := range 12 {
		group.Go(func() { e.Evaluate(ctx, 0, trial(n)) })
	}
	wait(t, "all jobs", func() bool { return e.Pending() == 12 })
	before := len(linesOf(t, filepath.Join(fake, "squeue-calls")))
	begin := time.Now()
	time.Sleep(time.Second)
	calls := len(linesOf(t, filepath.Join(fake, "squeue-calls"))) - before
	if most := int(time.Since(begin)/e.Poll) + 1; calls > most || calls < 1 {
		t.Errorf("squeue was called %d times in %v, want at most %d", calls, time.Since(begin), most)
	}
	cancel()
	group.Wait()
	if err := e.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Of all that want to claim an attempt one does, the driver among them.
func TestClaimIsExclusive(t *testing.T) {
	for round := range 50 {
		a := attempt(t.TempDir())
		held := make([]string, 8)
		var group sync.WaitGroup
		for i := range held {
			group.Go(func() {
				text := fmt.Sprintf("job %d", i)
				if i == 0 {
					text = claimVoid + "withdrawn"
				}
				var err error
				if held[i], err = a.claim(text); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if len(slices.Compact(slices.Clone(held))) != 1 || held[0] == "" {
			t.Fatalf("round %d: claims %q", round, held)
		}
		if left, _ := filepath.Glob(a.file(".new-*")); len(left) > 0 {
			t.Errorf("left: %v", left)
		}
	}
}

// A job does not run an attempt that was given up, or that another job has claimed.
func TestWorkHonoursClaims(t *testing.T) {
	for _, claim := range []string{claimVoid + "withdrawn", claimLost + "NODE_FAIL", "job 6"} {
		e, _ := engine(t, `echo > ran; echo '{"loss": 1}'`)
		w, err := e.prepared(3)
		if err != nil {
			t.Fatal(err)
		}
		touch(t, w.a.file("claim"), claim)
		t.Setenv("SLURM_JOB_ID", "5")
		var log strings.Builder
		if err := Work(t.Context(), string(w.a), &log); err != nil || log.String() != "not run: "+claim+"\n" {
			t.Errorf("%v, %q", err, log.String())
		}
		if exists(filepath.Join(e.Command.Dir, "ran")) || exists(w.a.file("outcome.json")) {
			t.Errorf("it ran in spite of the claim %q", claim)
		}
	}
}

// Of two runs that come to an end the first one counts.
func TestFirstOutcomeCounts(t *testing.T) {
	e, _ := engine(t, `echo '{"loss": '$SLURM_RESTART_COUNT'}'`)
	w, err := e.prepared(3)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SLURM_JOB_ID", "5")
	for _, restarts := range []string{"1", "2"} {
		t.Setenv("SLURM_RESTART_COUNT", restarts)
		if err := Work(t.Context(), string(w.a), os.Stderr); err != nil {
			t.Fatal(err)
		}
	}
	o, err := w.a.read("outcome.json")
	if err != nil || o == nil || !reflect.DeepEqual(o.Values, []string{"1"}) || o.Run != "run1" {
		t.Errorf("%+v, %v", o, err)
	}
}
