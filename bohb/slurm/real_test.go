//go:build linux

package slurm

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb/driver"
	"github.com/nasalyze/nasalyze/bohb/slurm/slurmtest"
)

var clusters struct {
	sync.Mutex
	of  map[bool]*slurmtest.Cluster
	err error
}

// cluster is a real Slurm with or without accounting, the same one for all tests. It is where
// clients go for the time of the test.
func cluster(t *testing.T, accounting bool) *slurmtest.Cluster {
	t.Helper()
	slurmtest.Need(t)
	clusters.Lock()
	defer clusters.Unlock()
	if clusters.of[accounting] == nil && clusters.err == nil {
		c, err := slurmtest.Start(accounting)
		if clusters.err = err; err == nil {
			if clusters.of == nil {
				clusters.of = make(map[bool]*slurmtest.Cluster)
			}
			clusters.of[accounting] = c
		}
	}
	if clusters.err != nil {
		t.Fatal(clusters.err)
	}
	t.Setenv("SLURM_CONF", clusters.of[accounting].Conf)
	return clusters.of[accounting]
}

func stopClusters() {
	for _, c := range clusters.of {
		c.Stop()
	}
}

// onCluster is an engine for a real Slurm, which takes a while to start a job.
func onCluster(t testing.TB, script string, options ...string) (*Engine, *said) {
	e, words := engine(t, script)
	e.Poll, e.Wait, e.Options = 200*time.Millisecond, time.Second, options
	return e, words
}

func client(t testing.TB, c *slurmtest.Cluster, name string, args ...string) string {
	t.Helper()
	out, err := c.Client(name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// jobOf waits until an attempt is in a state and returns the id of its job.
func jobOf(t testing.TB, e *Engine, name, state string) (id string) {
	t.Helper()
	wait(t, name+" to be "+state, func() bool {
		q, err := e.ask(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		id = q.jobs[name].id
		return q.jobs[name].state == state
	})
	return id
}

// A script that writes down that it runs and waits, in its first run, until it is let go on.
const waitOnce = `echo $NASALYZE_SCRATCH >> runs
if [ $(wc -l < runs) = 1 ]; then while [ ! -e go ]; do sleep 0.05; done; fi
echo "$NASALYZE_SCRATCH" > "$NASALYZE_SCRATCH/mine"; echo '{"loss": 2}'`

// begun waits for so many runs of waitOnce.
func begun(t testing.TB, e *Engine, n int) []string {
	t.Helper()
	runs := filepath.Join(e.Command.Dir, "runs")
	wait(t, fmt.Sprintf("run %d", n), func() bool { return exists(runs) && len(linesOf(t, runs)) >= n })
	return linesOf(t, runs)
}

// What a job runs through, on a real Slurm, with accounting and without.
func TestRealSlurm(t *testing.T) {
	for _, accounting := range []bool{true, false} {
		name := map[bool]string{true: "accounting", false: "no accounting"}[accounting]
		t.Run(name, func(t *testing.T) {
			c := cluster(t, accounting)
			t.Run("together", func(t *testing.T) {
				for name, test := range map[string]func(*testing.T, *slurmtest.Cluster){
					"check": realCheck, "gpus": realGPUs, "statuses": realStatuses, "requeue": realRequeue, "preempted": realPreempted,
					"cancelled": realCancelled, "adopt": realAdopt, "stop": realStop, "drain": realDrain, "time limit": realTimeLimit, "memory": realMemory,
				} {
					t.Run(name, func(t *testing.T) { t.Parallel(); test(t, c) })
				}
			})
			// These are trouble for all jobs.
			t.Run("controller away", func(t *testing.T) { realControllerAway(t, c) })
			if accounting {
				t.Run("node fails", func(t *testing.T) { realNodeFails(t, c) })
				t.Run("full", func(t *testing.T) { realFull(t, c) })
			}
		})
	}
}

func realCheck(t *testing.T, _ *slurmtest.Cluster) {
	for _, x := range []struct{ option, words string }{
		{"--partition=gpuu", "sbatch: error: invalid partition specified: gpuu"},
		{"--gres=gpu:9", "Requested node configuration is not available"},
		{"--no-such-option", "unrecognized option '--no-such-option'"},
	} {
		e, _ := onCluster(t, "", x.option)
		if err := e.Check(t.Context()); err == nil || !strings.Contains(err.Error(), x.words) {
			t.Errorf("%s: error %v, want %q", x.option, err, x.words)
		}
	}
	e, _ := onCluster(t, "", "--gres=gpu:1", "--mem=100", "-p", "debug")
	if err := e.Check(t.Context()); err != nil {
		t.Error(err)
	}
}

// Two jobs at a time see different GPUs.
func realGPUs(t *testing.T, _ *slurmtest.Cluster) {
	e, _ := onCluster(t, `echo $CUDA_VISIBLE_DEVICES >> gpus; while [ $(wc -l < gpus) -lt 2 ]; do sleep 0.05; done; echo '{"loss": 1}'`, "--gres=gpu:1")
	all := []<-chan driver.Outcome{evaluate(t.Context(), e, 0), evaluate(t.Context(), e, 1)}
	for _, o := range all {
		expect(t, outcomeOf(t, o), nasalyze.Success, 1, "")
	}
	gpus := linesOf(t, filepath.Join(e.Command.Dir, "gpus"))
	slices.Sort(gpus)
	if !slices.Equal(gpus, []string{"0", "1"}) {
		t.Errorf("jobs saw the GPUs %q", gpus)
	}
}

func realStatuses(t *testing.T, _ *slurmtest.Cluster) {
	e, _ := onCluster(t, `case $NASALYZE_TRIAL in 0) echo '{"loss": 0.5}';; 1) echo '{"loss": NaN}';; 2) echo gone; exit 3;; 3) kill -KILL $$;; 4) sleep 60;; esac`)
	e.Command.SecondsPerBudget = 0.5
	var all []<-chan driver.Outcome
	for n := range 5 {
		all = append(all, evaluate(t.Context(), e, n))
	}
	expect(t, outcomeOf(t, all[0]), nasalyze.Success, 0.5, "")
	expect(t, outcomeOf(t, all[1]), nasalyze.Diverged, nan, "")
	expect(t, outcomeOf(t, all[2]), nasalyze.Crashed, nan, "exit status 3: gone")
	expect(t, outcomeOf(t, all[3]), nasalyze.OutOfMemory, nan, "memory")
	expect(t, outcomeOf(t, all[4]), nasalyze.TimedOut, nan, "longer than the limit of 1.5s")
}

// A requeued job starts anew in a directory of its own.
func realRequeue(t *testing.T, c *slurmtest.Cluster) {
	e, words := onCluster(t, waitOnce)
	running := evaluate(t.Context(), e, 0)
	begun(t, e, 1)
	id := jobOf(t, e, "0.1", "RUNNING")
	client(t, c, "scontrol", "requeue", id)
	startNow(t, c, id)
	checkSecondRun(t, e, words, running, "0.1/run0", "0.1/run1")
}

// startNow starts a job that was requeued. Slurm lets it wait for two minutes, so that word of the end
// of its first run does not end the second; here that takes a moment.
func startNow(t *testing.T, c *slurmtest.Cluster, id string) {
	t.Helper()
	wait(t, "the job in the queue", func() bool { return strings.Contains(client(t, c, "squeue", "-h", "-j", id, "-o", "%T"), "PENDING") })
	time.Sleep(2 * time.Second)
	client(t, c, "scontrol", "update", "JobId="+id, "StartTime=now")
}

// checkSecondRun checks that a trial ran in these two directories, and that the second counts.
func checkSecondRun(t *testing.T, e *Engine, words *said, running <-chan driver.Outcome, first, second string) {
	t.Helper()
	o := outcomeOf(t, running)
	expect(t, o, nasalyze.Success, 2, "")
	dirs := []string{filepath.Join(e.Dir, first), filepath.Join(e.Dir, second)}
	if runs := begun(t, e, 2); !slices.Equal(runs, dirs) {
		t.Errorf("runs in %q, want %q, said\n%s", runs, dirs, words)
	}
	if exists(filepath.Join(dirs[0], "mine")) || !exists(filepath.Join(dirs[1], "mine")) {
		t.Error("the runs did not keep to their directories")
	}
	if target, _ := os.Readlink(filepath.Join(e.Command.Scratch, "0")); target != "../slurm/"+second {
		t.Errorf("the trial's directory is %s", target)
	}
}

// A job that makes room for another one is requeued by Slurm, and the trial goes on with it.
func realPreempted(t *testing.T, c *slurmtest.Cluster) {
	e, words := onCluster(t, waitOnce, "--partition=low", "--nodelist=n2")
	running := evaluate(t.Context(), e, 0)
	begun(t, e, 1)
	id := jobOf(t, e, "0.1", "RUNNING")
	other := strings.TrimSpace(client(t, c, "sbatch", "--parsable", "--partition=high", "--nodes=1", "--nodelist=n2", "--ntasks=4", "--output=/dev/null", "--wrap=sleep 60"))
	wait(t, "the preemption", func() bool { return !strings.Contains(client(t, c, "squeue", "-h", "-j", id, "-o", "%T"), "RUNNING") })
	client(t, c, "scancel", other)
	startNow(t, c, id)
	checkSecondRun(t, e, words, running, "0.1/run0", "0.1/run1")
}

// A job that somebody cancels is submitted again, but not for ever.
func realCancelled(t *testing.T, c *slurmtest.Cluster) {
	e, words := onCluster(t, `echo > "begun$NASALYZE_TRIAL"; sleep 60`)
	e.Attempts = 2
	running := evaluate(t.Context(), e, 0)
	first := jobOf(t, e, "0.1", "RUNNING")
	client(t, c, "scancel", first)
	words.heard(t, "trial 0 is submitted again: job "+first+" CANCELLED on n")
	second := jobOf(t, e, "0.2", "RUNNING")
	client(t, c, "scancel", second)
	expect(t, outcomeOf(t, running), nasalyze.Crashed, nan, "2 jobs ended without a result, the last one: job "+second+" CANCELLED")
}

// A driver that went away without a word finds the jobs again that run and those that have ended.
func realAdopt(t *testing.T, _ *slurmtest.Cluster) {
	e, _ := onCluster(t, `echo run >> runs$NASALYZE_TRIAL; while [ ! -e go$NASALYZE_TRIAL ]; do sleep 0.05; done; echo '{"loss": '$NASALYZE_TRIAL'}'`)
	e.Keep = func(error) bool { return true }
	ctx, cancel := context.WithCancel(t.Context())
	all := []<-chan driver.Outcome{evaluate(ctx, e, 0), evaluate(ctx, e, 1)}
	jobOf(t, e, "0.1", "RUNNING")
	jobOf(t, e, "1.1", "RUNNING")
	cancel()
	for _, o := range all {
		expect(t, outcomeOf(t, o), nasalyze.Aborted, nan, "")
	}
	touch(t, filepath.Join(e.Command.Dir, "go0"), "")
	jobOf(t, e, "0.1", "COMPLETED")
	next := another(e)
	if n, err := next.Adopt(t.Context()); n != 1 || err != nil {
		t.Errorf("%d jobs in the queue, %v", n, err)
	}
	expect(t, outcomeOf(t, evaluate(t.Context(), next, 0)), nasalyze.Success, 0, "")
	second := evaluate(t.Context(), next, 1)
	touch(t, filepath.Join(e.Command.Dir, "go1"), "")
	expect(t, outcomeOf(t, second), nasalyze.Success, 1, "")
	for n := range 2 {
		if runs := linesOf(t, filepath.Join(e.Command.Dir, fmt.Sprintf("runs%d", n))); len(runs) != 1 {
			t.Errorf("trial %d ran %d times", n, len(runs))
		}
	}
}

// Stopped, a search leaves nothing in the queue.
func realStop(t *testing.T, _ *slurmtest.Cluster) {
	e, _ := onCluster(t, `sleep 60`)
	ctx, cancel := context.WithCancelCause(t.Context())
	running := evaluate(ctx, e, 0)
	jobOf(t, e, "0.1", "RUNNING")
	cancel(errors.New("enough"))
	expect(t, outcomeOf(t, running), nasalyze.Aborted, nan, "enough")
	if err := e.Clear(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n, err := e.Adopt(t.Context()); n != 0 || err != nil {
		t.Errorf("%d jobs in the queue, %v", n, err)
	}
}

// A job that waits is taken back while draining.
func realDrain(t *testing.T, _ *slurmtest.Cluster) {
	e, words := onCluster(t, `echo '{"loss": 1}'`, "--begin=now+1hour")
	drain := make(chan struct{})
	e.Drain = drain
	waiting := evaluate(t.Context(), e, 0)
	jobOf(t, e, "0.1", "PENDING")
	close(drain)
	if o := outcomeOf(t, waiting); o.Status != nasalyze.Aborted || o.Reason != "" {
		t.Errorf("%v: %s (said %s)", o.Status, o.Reason, words)
	}
	wait(t, "an empty queue", func() bool { n, err := e.Adopt(t.Context()); return n == 0 && err == nil })
}

// Slurm's own time limit, where the trial has none.
func realTimeLimit(t *testing.T, _ *slurmtest.Cluster) {
	if testing.Short() {
		t.Skip("the shortest time limit of Slurm is a minute")
	}
	e, _ := onCluster(t, `echo '{"epoch": 1}'; echo training; sleep 120`, "--time=1")
	o := outcomeOf(t, evaluate(t.Context(), e, 0))
	expect(t, o, nasalyze.TimedOut, nan, "TIMEOUT on n")
	if info := inJSON(t, o).Info; string(info["curve"]) != `[{"epoch":1}]` || !strings.HasPrefix(string(info["output"]), `["training"`) {
		t.Errorf("kept: %s", info)
	}
}

// Slurm's own limit of memory: 300 MB are too much for a job of 100.
func realMemory(t *testing.T, _ *slurmtest.Cluster) {
	e, _ := onCluster(t, `x=$(head -c 300m /dev/zero | tr '\0' x); sleep 60`, "--mem=100")
	expect(t, outcomeOf(t, evaluate(t.Context(), e, 0)), nasalyze.OutOfMemory, nan, "memory")
}

// A node that fails takes its job with it: Slurm requeues it, or, where it must not, the trial gets another job.
func realNodeFails(t *testing.T, c *slurmtest.Cluster) {
	for _, x := range []struct{ option, second string }{{"--requeue", "0.1/run1"}, {"--no-requeue", "0.2/run0"}} {
		t.Run(x.option, func(t *testing.T) {
			e, words := onCluster(t, waitOnce, "--nodelist=n2", x.option)
			running := evaluate(t.Context(), e, 0)
			begun(t, e, 1)
			id := jobOf(t, e, "0.1", "RUNNING")
			if err := c.KillNode("n2"); err != nil {
				t.Fatal(err)
			}
			client(t, c, "scontrol", "update", "NodeName=n2", "State=DOWN", "Reason=test") // what the controller finds out by itself in time
			wait(t, "the job to be off the node", func() bool {
				return !strings.Contains(client(t, c, "squeue", "-h", "-t", "all", "-j", id, "-o", "%T"), "RUNNING")
			})
			if err := c.StartNode("n2"); err != nil {
				t.Fatal(err)
			}
			wait(t, "the node", func() bool {
				_, _ = c.Client("scontrol", "update", "NodeName=n2", "State=RESUME") // an error if it is up by itself
				state := strings.TrimSpace(client(t, c, "sinfo", "-h", "-n", "n2", "-p", "debug", "-o", "%T"))
				return state == "idle" || state == "mixed"
			})
			if x.option == "--requeue" {
				startNow(t, c, id)
			}
			checkSecondRun(t, e, words, running, "0.1/run0", x.second)
		})
	}
}

// While the controller is away results come in, submissions wait, and nothing runs twice.
func realControllerAway(t *testing.T, c *slurmtest.Cluster) {
	e, words := onCluster(t, `echo $NASALYZE_TRIAL >> runs; while [ ! -e go$NASALYZE_TRIAL ]; do sleep 0.05; done; echo '{"loss": 1}'`)
	e.Timeout = 3 * time.Second
	all := []<-chan driver.Outcome{evaluate(t.Context(), e, 0), evaluate(t.Context(), e, 1)}
	begun(t, e, 2)
	if err := c.StopController(); err != nil {
		t.Fatal(err)
	}
	for _, n := range []string{"go0", "go2"} {
		touch(t, filepath.Join(e.Command.Dir, n), "")
	}
	expect(t, outcomeOf(t, all[0]), nasalyze.Success, 1, "")
	third := evaluate(t.Context(), e, 2)
	words.heard(t, "Slurm does not answer")
	if err := c.StartController(); err != nil {
		t.Fatal(err)
	}
	expect(t, outcomeOf(t, third), nasalyze.Success, 1, "")
	words.heard(t, "Slurm answers again")
	touch(t, filepath.Join(e.Command.Dir, "go1"), "")
	expect(t, outcomeOf(t, all[1]), nasalyze.Success, 1, "")
	if runs := begun(t, e, 3); len(runs) != 3 {
		t.Errorf("runs of trials %v, want each once", runs)
	}
}

// Where the association may have two jobs in the queue, the third waits for its turn.
func realFull(t *testing.T, c *slurmtest.Cluster) {
	client(t, c, "sacctmgr", "-i", "modify", "qos", "normal", "set", "MaxSubmitJobsPerUser=2")
	defer client(t, c, "sacctmgr", "-i", "modify", "qos", "normal", "set", "MaxSubmitJobsPerUser=-1")
	e, words := onCluster(t, `while [ ! -e go ]; do sleep 0.05; done; echo '{"loss": 1}'`)
	var all []<-chan driver.Outcome
	for n := range 3 {
		all = append(all, evaluate(t.Context(), e, n))
	}
	words.heard(t, "QOSMaxSubmitJobPerUserLimit")
	if err := e.Check(t.Context()); err != nil {
		t.Errorf("a full queue is no reason against a search: %v", err)
	}
	touch(t, filepath.Join(e.Command.Dir, "go"), "")
	for _, o := range all {
		expect(t, outcomeOf(t, o), nasalyze.Success, 1, "")
	}
}
