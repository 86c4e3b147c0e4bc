//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest"
)

const searchSpaceJSON = `{"hyperparameters": [
	{"type": "uniform_float", "name": "lr", "lower": 1e-5, "upper": 1, "log": true},
	{"type": "uniform_int", "name": "layers", "lower": 1, "upper": 8},
	{"type": "categorical", "name": "opt", "choices": ["adam", "sgd"]},
	{"type": "uniform_float", "name": "momentum", "lower": 0, "upper": 0.99}],
	"conditions": [{"type": "EQ", "child": "momentum", "parent": "opt", "value": "sgd"}],
	"forbiddens": [], "format_version": 0.4}`

// searchIn writes a space and a script into a new current directory.
func searchIn(t *testing.T, script string) {
	t.Helper()
	t.Chdir(t.TempDir())
	for name, text := range map[string]string{"space.json": searchSpaceJSON, "train.sh": script} {
		if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// searchArgs are those of a search of 65 trials for each round of four brackets.
func searchArgs(dir string, more ...string) []string {
	args := []string{"search", "--space", "space.json", "--min-budget", "1", "--max-budget", "27", "-o", dir}
	return append(append(args, more...), "--", "sh", "train.sh")
}

// quickTrial writes down that it runs and has a loss that depends on the
// configuration alone; 1 in 10 configurations fails.
const quickTrial = `echo $NASALYZE_TRIAL >> starts
case $NASALYZE_SEED in *7) exit 1;; esac
echo "{\"loss\": 0.$NASALYZE_SEED}"
`

// logged are the trials of a search, without times.
func logged(t *testing.T, dir string) (all []string, study *nasalyze.Study) {
	t.Helper()
	study, findings, err := ingest.Open(t.Context(), dir, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Severity > ingest.Note {
			t.Errorf("%s: %v", dir, f)
		}
	}
	for i := range study.Trials {
		tr := &study.Trials[i]
		c := &study.Configs[tr.Config]
		all = append(all, fmt.Sprint(c.ID, c.Values, c.Pick, tr.Budget, tr.Seed, tr.Status, tr.Values, string(tr.Info)))
	}
	return all, study
}

// A driver that is killed with SIGKILL at random moments and resumed each time
// loses no trial, runs none again that had ended, and with one worker makes exactly
// the proposals of a search that nobody disturbed.
func TestKilledSearch(t *testing.T) {
	if testing.Short() {
		t.Skip("kills searches two hundred times")
	}
	searchIn(t, quickTrial)
	// With one worker the order of results is that of the trials, so that the search
	// can be compared with one that nobody disturbed.
	variants := []struct {
		name      string
		undisturb bool
		args      []string
	}{
		{"plain", true, nil},
		{"workers", false, []string{"--workers", "4"}},
		{"async", true, []string{"--async", "--adaptive"}},
		{"async-workers", false, []string{"--workers", "4", "--async", "--adaptive"}},
	}
	want := make([][]string, len(variants))
	for i := range variants {
		v := &variants[i]
		v.args = append(v.args, "--quiet", "--iterations", "8", "--seed", "3")
		if v.undisturb {
			mustRun(t, searchArgs("undisturbed-"+v.name, v.args...)...)
			want[i], _ = logged(t, "undisturbed-"+v.name)
		}
	}
	rng := rand.New(rand.NewPCG(1, 1))
	kills, tornLines, leftovers, searches := 0, 0, 0, 0
	for searches < len(variants) || kills < 200 {
		v, want := variants[searches%len(variants)], want[searches%len(variants)]
		dir := fmt.Sprintf("killed%d", searches)
		searches++
		os.Remove("starts")
		// From just after the start to a few dozen trials later, and longer the more often it
		// was killed, so that it gets on however slow the machine is.
		for patience := 60.0; ; patience *= 1.02 {
			args := []string{"search", "--resume", dir, "--quiet"}
			if _, err := os.Stat(filepath.Join(dir, settingsFile)); err != nil {
				args = searchArgs(dir, v.args...)
			}
			said, done := runKilled(t, time.Duration(rng.Float64()*patience*float64(time.Millisecond)), args...)
			tornLines += strings.Count(said, "unfinished")
			leftovers += strings.Count(said, "had left trials running")
			if done {
				break
			}
			kills++
		}
		got, study := logged(t, dir)
		if v.undisturb && !slices.Equal(got, want) {
			t.Errorf("%s (%s): %d trials, other than the %d of the undisturbed search", dir, v.name, len(got), len(want))
		}
		checkStarts(t, dir, study)
	}
	t.Logf("%d kills in %d searches, %d unfinished lines, leftovers ended %d times", kills, searches, tornLines, leftovers)
}

// checkStarts compares the log line by line with what the trials themselves wrote down: each
// ended exactly once, none started without a line that says so, and none started
// after it had ended.
func checkStarts(t *testing.T, dir string, study *nasalyze.Study) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "nasalyze.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	begun, over := make(map[int]int), make(map[int]int)
	for line := range bytes.Lines(data) {
		var l struct {
			Trial  string
			Status string
			Info   struct{ Search struct{ Number int } }
		}
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatalf("%s: %v: %s", dir, err, line)
		}
		switch n := l.Info.Search.Number; {
		case l.Trial == "":
		case l.Status == "running":
			if begun[n]++; over[n] > 0 {
				t.Errorf("%s: trial %d starts again after it has ended", dir, n)
			}
		default:
			over[n]++
		}
	}
	ran := make(map[int]int)
	starts, err := os.ReadFile("starts")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(starts)) {
		var n int
		fmt.Sscan(line, &n)
		ran[n]++
	}
	for n := range study.Trials {
		if over[n] != 1 || ran[n] < 1 || ran[n] > begun[n] {
			t.Errorf("%s: trial %d ended %d times, ran %d times, was logged as started %d times", dir, n, over[n], ran[n], begun[n])
		}
	}
	if len(over) != len(study.Trials) || len(ran) != len(study.Trials) {
		t.Errorf("%s: %d trials, %d of them ended, %d ran", dir, len(study.Trials), len(over), len(ran))
	}
}

// The first ^C lets the running trials end and starts no more, the second stops
// them. Either way nothing is left running, the exit status is 1, and the search
// goes on.
func TestInterruptedSearch(t *testing.T) {
	for _, twice := range []bool{false, true} {
		t.Run(fmt.Sprintf("twice=%v", twice), func(t *testing.T) {
			testInterrupt(t, twice, os.Interrupt)
		})
	}
	// A terminal that is closed stops the trials at once.
	t.Run("hangup", func(t *testing.T) {
		if signal.Ignored(syscall.SIGHUP) {
			t.Skip("hang-ups are ignored here, as under nohup, and so they are by a search")
		}
		testInterrupt(t, true, syscall.SIGHUP)
	})
}

func testInterrupt(t *testing.T, stopped bool, sig os.Signal) {
	// The third trial waits until it is let go on, and has a child.
	searchIn(t, `case $NASALYZE_TRIAL in 2) sleep 120 & echo $! > child; echo > waiting; while [ ! -e go ]; do sleep 0.01; done;; esac
`+quickTrial)
	cmd := exec.Command("nasalyze", searchArgs("run", "--workers", "2")...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, func() bool { _, err := os.Stat("waiting"); return err == nil })
	cmd.Process.Signal(sig)
	if stopped {
		if sig == os.Interrupt {
			time.Sleep(200 * time.Millisecond)
			cmd.Process.Signal(sig)
		}
	} else {
		time.Sleep(100 * time.Millisecond)
		if err := os.WriteFile("go", nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	err := cmd.Wait()
	if err == nil || cmd.ProcessState.ExitCode() != exitFailure || !strings.Contains(errs.String(), "nasalyze search --resume run") {
		t.Fatalf("%v, said\n%s", err, errs.String())
	}
	data, err := os.ReadFile("child")
	if err != nil {
		t.Fatal(err)
	}
	var child int
	fmt.Sscan(string(data), &child)
	wait(t, func() bool { return gone(child) })
	_, study := logged(t, "run")
	pending := 0
	for i := range study.Trials {
		if study.Trials[i].Status.Pending() {
			pending++
		}
	}
	if (pending > 0) != stopped {
		t.Errorf("%d trials are logged as running", pending)
	}
	os.WriteFile("go", nil, 0o644)
	mustRun(t, "search", "--resume", "run", "--quiet")
	if all, _ := logged(t, "run"); len(all) < 60 {
		t.Errorf("%d trials after all", len(all))
	}
}

// When the journal cannot grow, the search stops and says why; with room again it
// goes on to the same end.
func TestSearchWithoutRoom(t *testing.T) {
	searchIn(t, quickTrial)
	mustRun(t, searchArgs("undisturbed", "--quiet")...)
	want, _ := logged(t, "undisturbed")
	cmd := exec.Command("sh", append([]string{"-c", `ulimit -f 16; exec nasalyze "$@"`, "sh"}, searchArgs("run", "--quiet")...)...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Run(); err == nil || cmd.ProcessState.ExitCode() != exitFailure || strings.Count(errs.String(), "nasalyze.jsonl cannot be written; it is whole up to the line before") != 1 {
		t.Fatalf("%v, said\n%s", err, errs.String())
	}
	mustRun(t, "search", "--resume", "run", "--quiet")
	if got, _ := logged(t, "run"); !slices.Equal(got, want) {
		t.Errorf("%d trials in the end, other than the %d of a search with room", len(got), len(want))
	}
}

// What a killed driver left running is ended when the search is resumed, before its
// trial runs again.
func TestLeftoversOfAKilledSearch(t *testing.T) {
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("no /proc here")
	}
	searchIn(t, `if [ ! -e first ]; then echo $$ > first; while :; do sleep 0.05; done; fi
`+quickTrial)
	cmd := exec.Command("nasalyze", searchArgs("run", "--quiet", "--iterations", "1")...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	var child int
	wait(t, func() bool {
		data, _ := os.ReadFile("first")
		n, _ := fmt.Sscan(string(data), &child)
		return n == 1
	})
	cmd.Process.Kill()
	cmd.Wait()
	if gone(child) {
		t.Skip("nothing was left running")
	}
	mustRun(t, "search", "--resume", "run", "--quiet")
	if !gone(child) {
		t.Error("the trial of the killed search is still running")
	}
	if all, _ := logged(t, "run"); len(all) != 40 {
		t.Errorf("%d trials, want 40", len(all))
	}
}

// gone reports whether a process has ended, be it not waited for.
func gone(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil {
		return strings.Contains(string(stat), ") Z ")
	}
	return syscall.Kill(pid, 0) != nil
}

func wait(t *testing.T, until func() bool) {
	t.Helper()
	for deadline := time.Now().Add(time.Minute); !until(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("waited in vain")
		}
	}
}

// Two drivers do not write one search.
func TestSearchIsLocked(t *testing.T) {
	searchIn(t, `echo > waiting; while [ ! -e go ]; do sleep 0.01; done; echo '{"loss": 1}'`)
	cmd := exec.Command("nasalyze", searchArgs("run", "--quiet", "--iterations", "1")...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	wait(t, func() bool { _, err := os.Stat("waiting"); return err == nil })
	var out, errs bytes.Buffer
	if status := run(context.Background(), []string{"search", "--resume", "run"}, strings.NewReader(""), &out, &errs); status != exitFailure || !strings.Contains(errs.String(), "another process is writing it") {
		t.Errorf("status %d: %s", status, errs.String())
	}
	os.WriteFile("go", nil, 0o644)
	if err := cmd.Wait(); err != nil {
		t.Error(err)
	}
}

// A warm start is the same after a resume: its model is part of the search.
func TestWarmStartIsResumed(t *testing.T) {
	searchIn(t, quickTrial)
	mustRun(t, searchArgs("first", "--quiet")...)
	more := []string{"--quiet", "--warm-start", "first", "--seed", "9"}
	mustRun(t, searchArgs("whole", more...)...)
	want, _ := logged(t, "whole")
	cold := mustRun(t, searchArgs("cold", "--quiet", "--seed", "9")...)
	if all, _ := logged(t, "cold"); slices.Equal(all, want) {
		t.Errorf("a warm start makes no difference: %s", cold)
	}
	mustRun(t, searchArgs("parts", append(more, "--iterations", "1")...)...)
	mustRun(t, "search", "--resume", "parts", "--quiet", "--iterations", "4")
	if got, _ := logged(t, "parts"); !slices.Equal(got, want) {
		t.Errorf("%d trials in two parts, other than the %d in one", len(got), len(want))
	}
}

// A search may be made shorter than it was to be, but not than it is.
func TestFewerIterations(t *testing.T) {
	searchIn(t, quickTrial)
	mustRun(t, searchArgs("run", "--quiet", "--iterations", "4")...)
	var out, errs bytes.Buffer
	status := run(t.Context(), []string{"search", "--resume", "run", "--iterations", "3"}, strings.NewReader(""), &out, &errs)
	if want := "--iterations is 3, but the search has 4 and has begun more than 3 of them: their number can only grow"; status != exitUsage || !strings.Contains(errs.String(), want) {
		t.Errorf("exit status %d, want %q in %q", status, want, errs.String())
	}
}

// The plan of a short search is in seconds or minutes, that of a long one in hours.
func TestPlannedTime(t *testing.T) {
	searchIn(t, quickTrial)
	for _, c := range []struct{ most, want string }{
		{"1.8s", "14.4 seconds of work, about 7.2 with 2 workers"},
		{"54s", "7.2 minutes of work, about 3.6 with 2 workers"},
		{"1h", "8 hours of work, about 4 with 2 workers"},
	} {
		out := mustRun(t, "search", "--space", "space.json", "--min-budget", c.most, "--max-budget", c.most, "--method", "random",
			"--iterations", "8", "--workers", "2", "--dry-run", "--", "sh", "train.sh")
		if !strings.Contains(out, c.want) {
			t.Errorf("the plan of 8 runs of %s lacks %q:\n%s", c.most, c.want, out)
		}
	}
}

// A trial that takes too long says which option limits it.
func TestTimeFactorIsNamed(t *testing.T) {
	searchIn(t, "sleep 20")
	var out, errs bytes.Buffer
	status := run(t.Context(), searchArgs("run", "--quiet", "--time-factor", "0.1", "--max-failures", "1"), strings.NewReader(""), &out, &errs)
	if want := "took longer than the limit of 100ms, which --time-factor sets"; status != exitFailure || !strings.Contains(errs.String(), want) {
		t.Errorf("exit status %d, want %q in %q", status, want, errs.String())
	}
}

// Standard output with --json: every line is an event, and the plan is what happens.
func TestSearchJSON(t *testing.T) {
	searchIn(t, quickTrial)
	out := mustRun(t, searchArgs("run", "--json", "--quiet", "--budget-unit", "min")...)
	counts := make(map[string]int)
	var plan searchPlan
	for line := range strings.Lines(out) {
		var e struct{ Event string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		counts[e.Event]++
		if e.Event == "plan" {
			if err := json.Unmarshal([]byte(line), &plan); err != nil {
				t.Fatal(err)
			}
		}
	}
	if plan.Runs != 65 || plan.Configs != 46 || plan.Hours == nil || *plan.Hours != plan.Cost/60 {
		t.Errorf("plan %+v", plan)
	}
	if counts["plan"] != 1 || counts["best"] != 1 || counts["start"] != counts["end"] || counts["end"] != 65 {
		t.Errorf("events %v", counts)
	}
}

// runKilled runs nasalyze and kills it after a while. It returns what it said, and whether
// it had come to its end before; any other end than these two is an error.
func runKilled(t *testing.T, after time.Duration, args ...string) (said string, done bool) {
	t.Helper()
	cmd := exec.Command("nasalyze", args...)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { cmd.Process.Kill() })
	err := cmd.Wait()
	timer.Stop()
	if err == nil {
		return errs.String(), true
	}
	if status := cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() {
		t.Fatalf("%v: %v\n%s", args, err, errs.String())
	}
	return errs.String(), false
}
