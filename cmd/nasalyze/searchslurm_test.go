//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze/bohb/slurm/slurmtest"
)

// slurmArgs are those of a search on a Slurm that answers at once.
func slurmArgs(dir string, more ...string) []string {
	return searchArgs(dir, append([]string{"--slurm", "--slurm-poll", "50ms", "--slurm-wait", "2s", "--quiet"}, more...)...)
}

// timesRun counts how often each trial wrote down that it runs.
func timesRun(t *testing.T) map[int]int {
	t.Helper()
	starts, err := os.ReadFile("starts")
	if err != nil {
		t.Fatal(err)
	}
	ran := make(map[int]int)
	for line := range strings.Lines(string(starts)) {
		var n int
		fmt.Sscan(line, &n)
		ran[n]++
	}
	return ran
}

// inQueue are the names of the jobs of a pretended Slurm that have not ended.
func inQueue(t *testing.T, fake string) (names []string) {
	t.Helper()
	out, err := exec.Command("squeue").Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		if f := strings.Split(strings.TrimSpace(line), "|"); f[1] == "PENDING" || f[1] == "RUNNING" {
			names = append(names, f[4])
		}
	}
	return names
}

// A driver of jobs that is killed with SIGKILL at random moments, also while it submits
// and while answers of sbatch get lost, loses no trial and runs none twice: jobs outlive it, and the next one adopts them.
func TestKilledSearchOnSlurm(t *testing.T) {
	if testing.Short() {
		t.Skip("kills searches many times")
	}
	fake := slurmtest.Fake(t)
	searchIn(t, quickTrial)
	trouble := func(name, content string) {
		if err := os.WriteFile(filepath.Join(fake, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	trouble("lag", "0.01")
	rng := rand.New(rand.NewPCG(7, 7))
	want := 40
	kills, adopted, searches, lost := 0, 0, 0, 0
	for kills < want {
		dir := fmt.Sprintf("killed%d", searches)
		searches++
		os.Remove("starts")
		os.RemoveAll(filepath.Join(fake, "jobs"))
		for patience := 150.0; ; patience *= 1.05 {
			args := []string{"search", "--resume", dir, "--quiet"}
			if _, err := os.Stat(filepath.Join(dir, settingsFile)); err != nil {
				args = slurmArgs(dir, "--workers", "4", "--iterations", "1")
			}
			if rng.IntN(3) == 0 {
				trouble("lost-answer", "")
				lost++
			}
			said, done := runKilled(t, time.Duration(rng.Float64()*patience*float64(time.Millisecond)), args...)
			adopted += strings.Count(said, "not submitting them again")
			if done {
				break
			}
			kills++
		}
		_, study := logged(t, dir)
		checkStarts(t, dir, study)
		if len(study.Trials) != 40 {
			t.Errorf("%s: %d trials, want 40", dir, len(study.Trials))
		}
		for n, times := range timesRun(t) {
			if times != 1 {
				t.Errorf("%s: trial %d ran %d times", dir, n, times)
			}
		}
		// A job whose submission was repeated may just be finding out that it has nothing to do.
		wait(t, func() bool { return len(inQueue(t, fake)) == 0 })
	}
	t.Logf("%d kills in %d searches, jobs adopted %d times, %d answers lost", kills, searches, adopted, lost)
	if adopted == 0 {
		t.Error("no job was ever adopted")
	}
}

// The first ^C takes back what waits and lets run what runs, the second cancels that too; a terminal that is
// closed leaves the jobs alone. Each time the search goes on, and only what was cancelled runs again.
func TestInterruptedSearchOnSlurm(t *testing.T) {
	for _, c := range []struct {
		name    string
		signals int
		signal  os.Signal
		left    int // jobs in the queue afterwards
	}{
		{"once", 1, os.Interrupt, 0},
		{"twice", 2, os.Interrupt, 0},
		{"hangup", 1, syscall.SIGHUP, 4},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.signal == syscall.SIGHUP && signal.Ignored(syscall.SIGHUP) {
				t.Skip("hang-ups are ignored here, as under nohup, and so they are by a search")
			}
			fake := slurmtest.Fake(t)
			searchIn(t, `echo $NASALYZE_TRIAL >> starts; while [ ! -e go ]; do sleep 0.02; done; echo "{\"loss\": 0.$NASALYZE_SEED}"`)
			cmd := exec.Command("nasalyze", slurmArgs("run", "--workers", "4", "--max-budget", "9", "--iterations", "1")...)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			// Two run, two wait.
			hold := filepath.Join(fake, "hold")
			if err := os.WriteFile(hold, []byte("2"), 0o644); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer cmd.Process.Kill() // should the test end early
			const running = 2
			wait(t, func() bool {
				starts, _ := os.ReadFile("starts")
				return len(inQueue(t, fake)) == 4 && bytes.Count(starts, []byte("\n")) == running
			})
			for n := range c.signals {
				if n > 0 {
					time.Sleep(300 * time.Millisecond)
				}
				cmd.Process.Signal(c.signal)
			}
			if c.name == "once" {
				wait(t, func() bool { return len(inQueue(t, fake)) == running }) // those that wait are gone at once
				os.WriteFile("go", nil, 0o644)
			}
			err := cmd.Wait()
			if err == nil || cmd.ProcessState.ExitCode() != exitFailure || !strings.Contains(errs.String(), "nasalyze search --resume run") {
				t.Fatalf("%v, said\n%s", err, errs.String())
			}
			// The last job may not quite have ended when its result is there.
			wait(t, func() bool { return len(inQueue(t, fake)) <= c.left })
			if got := inQueue(t, fake); len(got) != c.left {
				t.Errorf("in the queue: %v, want %d", got, c.left)
			}
			os.WriteFile("go", nil, 0o644)
			os.Remove(hold)
			mustRun(t, "search", "--resume", "run", "--quiet")
			_, study := logged(t, "run")
			checkStarts(t, "run", study)
			twice := 0
			for _, times := range timesRun(t) {
				twice += times - 1
			}
			want := 0
			if c.name == "twice" {
				want = running
			}
			if len(study.Trials) != 13 || twice != want {
				t.Errorf("%d trials, %d ran again, want 13 and %d", len(study.Trials), twice, want)
			}
		})
	}
}

// With --json the same events come as from trials on this machine; the log has the times at which jobs ran.
func TestSlurmJSON(t *testing.T) {
	slurmtest.Fake(t)
	searchIn(t, quickTrial)
	out := mustRun(t, slurmArgs("run", "--json", "--workers", "4", "--max-budget", "9", "--iterations", "1")...)
	counts := make(map[string]int)
	for line := range strings.Lines(out) {
		var e struct{ Event string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		counts[e.Event]++
	}
	if counts["plan"] != 1 || counts["best"] != 1 || counts["start"] != 13 || counts["end"] != 13 {
		t.Errorf("events %v", counts)
	}
	_, study := logged(t, "run")
	for i := range study.Trials {
		if tr := &study.Trials[i]; !(tr.Submitted < tr.Started && tr.Started < tr.Finished) {
			t.Errorf("trial %d submitted at %v, ran from %v to %v", i, tr.Submitted, tr.Started, tr.Finished)
		}
	}
}

// What makes no sense is refused before the first trial, in the words of sbatch where it is sbatch that refuses.
func TestSlurmRefused(t *testing.T) {
	fake := slurmtest.Fake(t)
	searchIn(t, quickTrial)
	os.WriteFile(filepath.Join(fake, "refuse"), []byte("invalid partition specified: gpuu"), 0o644)
	for _, c := range []struct {
		args   []string
		status int
		words  string
	}{
		{slurmArgs("run", "--partition", "gpuu"), exitFailure, "such jobs are refused by Slurm: sbatch: error: invalid partition specified: gpuu"},
		{slurmArgs("run", "--gpus", "0,1"), exitUsage, "--gres gpu:1 gives each job one"},
		{slurmArgs("run", "--sbatch", "--array=1-3"), exitUsage, "--sbatch: --array is set by the search"},
		{slurmArgs("run", "--sbatch", `--comment="a`), exitUsage, "ends within quotes"},
		{searchArgs("run", "--partition", "gpu"), exitUsage, "--slurm is missing"},
		{slurmArgs("run", "--slurm-poll", "0s"), exitUsage, "expected times above 0"},
	} {
		var out, errs bytes.Buffer
		if status := run(t.Context(), c.args, strings.NewReader(""), &out, &errs); status != c.status || !strings.Contains(errs.String(), c.words) {
			t.Errorf("%v: status %d, %s", c.args, status, errs.String())
		}
		if _, err := os.Stat("run"); err == nil {
			t.Fatalf("%v: something was written", c.args)
		}
	}
}
