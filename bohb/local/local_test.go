//go:build unix

package local

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func space(t testing.TB) *nasalyze.Space {
	t.Helper()
	s, err := nasalyze.NewSpace("", []nasalyze.Param{
		{Name: "lr", Lower: 1e-4, Upper: 1, Log: true},
		{Name: "layers", Kind: nasalyze.Int, Lower: 1, Upper: 8},
		{Name: `odd "name"`, Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Bool(true), nasalyze.Text("two words"), nasalyze.Null()}},
		{Name: "momentum", Lower: 0, Upper: 1},
	}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// sh is a command that runs a shell script.
func sh(t testing.TB, script string) *Command {
	t.Helper()
	return &Command{Args: []string{"sh", "-c", script, "sh"}, Scratch: t.TempDir(), Space: space(t), Grace: 300 * time.Millisecond}
}

var trial = bohb.Trial{Number: 7, Config: "1,0,4", Budget: 9, Seed: 123456789, Previous: -1,
	Values: []nasalyze.Value{nasalyze.Number(0.001), nasalyze.Integer(3), nasalyze.Text("two words"), {}}}

func TestStatuses(t *testing.T) {
	nan := math.NaN()
	for _, c := range []struct {
		name, script string
		status       nasalyze.Status
		loss         float64
		reason       string // part of it
	}{
		{"a loss", `echo '{"loss": 0.25}'`, nasalyze.Success, 0.25, ""},
		{"without a newline", `printf '{"loss": 1e-3}'`, nasalyze.Success, 1e-3, ""},
		{"the last one counts", `echo '{"loss": 3}'; echo epoch 2; echo '{"loss": 2}'`, nasalyze.Success, 2, ""},
		{"with a carriage return", `printf '{"loss": 4}\r\n'`, nasalyze.Success, 4, ""},
		{"an integer", `echo '{"loss": 7, "epoch": 3}'`, nasalyze.Success, 7, ""},
		{"nothing printed", `true`, nasalyze.Crashed, nan, `"loss"`},
		{"only a curve", `echo '{"epoch": 1}'`, nasalyze.Crashed, nan, `"loss"`},
		{"on the wrong stream", `echo '{"loss": 1}' >&2`, nasalyze.Crashed, nan, `"loss"`},
		{"a text", `echo '{"loss": "low"}'`, nasalyze.Crashed, nan, "expected a number"},
		{"null", `echo '{"loss": null}'`, nasalyze.Crashed, nan, "expected a number"},
		{"NaN", `echo '{"loss": NaN}'`, nasalyze.Diverged, nan, "NaN"},
		{"infinite", `echo '{"note": "an Infinity of \"NaN\"", "loss": -Infinity}'`, nasalyze.Diverged, math.Inf(-1), "-Inf"},
		{"nan of awk", `awk 'BEGIN { printf "{\"loss\": %s}\n", "-nan" }'`, nasalyze.Diverged, nan, "NaN"},
		{"inf of awk", `echo '{"epochs":[1,nan],"loss":inf}'`, nasalyze.Diverged, math.Inf(1), "+Inf"},
		{"no number", `echo '{"loss": nano}'`, nasalyze.Crashed, nan, "no line"},
		{"exit status", `echo '{"loss": 1}'; echo no module named torch >&2; exit 3`, nasalyze.Crashed, nan, "exit status 3: no module named torch"},
		{"a signal", `kill -SEGV $$`, nasalyze.Crashed, nan, "segmentation"},
		{"killed", `kill -KILL $$`, nasalyze.OutOfMemory, nan, "memory"},
		{"a child killed", `sh -c 'kill -KILL $$'; exit $?`, nasalyze.OutOfMemory, nan, "memory"},
		{"CUDA", `echo 'torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2 GiB'; exit 1`, nasalyze.OutOfMemory, nan, "CUDA"},
		{"too slow", `sleep 20`, nasalyze.TimedOut, nan, "longer than the limit of 300ms, which --limit sets"},
		{"too slow, deaf", `trap '' TERM; sleep 20`, nasalyze.TimedOut, nan, "limit"},
		{"too slow, in time to say so", `trap 'echo "{\"loss\": 1}"; exit 0' TERM; sleep 20 & wait`, nasalyze.TimedOut, nan, "limit"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := sh(t, c.script)
			if strings.HasPrefix(c.name, "too slow") {
				cmd.SecondsPerBudget, cmd.LimitOption = 0.3/trial.Budget, "--limit"
			}
			begin := time.Now()
			o := cmd.Evaluate(t.Context(), 0, trial)
			if o.Status != c.status || o.Values[0] != c.loss && !(math.IsNaN(o.Values[0]) && math.IsNaN(c.loss)) {
				t.Errorf("%v with loss %v (%s), want %v with %v", o.Status, o.Values[0], o.Reason, c.status, c.loss)
			}
			if !strings.Contains(o.Reason, c.reason) || (o.Reason == "") != (c.status == nasalyze.Success) {
				t.Errorf("reason %q, want %q in it", o.Reason, c.reason)
			}
			if d := time.Since(begin); d > 15*time.Second {
				t.Errorf("took %v", d)
			}
			if _, err := json.Marshal(o.Info); err != nil {
				t.Errorf("info has no JSON form: %v", err)
			}
		})
	}
}

// What stands for no finite number is one in any spelling, but not within strings or longer words.
func TestNonFinite(t *testing.T) {
	for in, want := range map[string]string{
		`{"a":nan,"b":NaN,"c":NAN,"d":+nan,"e":-nan}`:     `{"a":"NaN","b":"NaN","c":"NaN","d":"NaN","e":"NaN"}`,
		`{"a": inf, "b": Inf, "c": +INF, "d": Infinity }`: `{"a": "Infinity", "b": "Infinity", "c": "Infinity", "d": "Infinity" }`,
		`{"a":[-inf,-Infinity,1]}`:                        `{"a":["-Infinity","-Infinity",1]}`,
		`{"nan":"inf","a":"say \"nan\" \\","b":nan}`:      `{"nan":"inf","a":"say \"nan\" \\","b":"NaN"}`,
		`{"a":info,"b":nano,"c":1e-inf,"d":--nan}`:        `{"a":info,"b":nano,"c":1e-inf,"d":--nan}`,
	} {
		if got := string(quoteNonFinite([]byte(in))); got != want {
			t.Errorf("%s became %s, want %s", in, got, want)
		}
	}
}

// The command gets what the protocol says.
func TestEnvironment(t *testing.T) {
	cmd := sh(t, `printf '%s|' "$NASALYZE_BUDGET" "$NASALYZE_SEED" "$NASALYZE_TRIAL" "$NASALYZE_CONFIG_ID" "$NASALYZE_SCRATCH" "$NASALYZE_CHECKPOINT" "$CUDA_VISIBLE_DEVICES" "$@"
echo; cat "$NASALYZE_CONFIG"; echo kept > "$NASALYZE_SCRATCH/model"; echo '{"loss": 1}'`)
	cmd.GPUs, cmd.Flags = []string{"0", "GPU-5a,GPU-5b"}, true
	next := trial
	next.Number, next.Previous, next.Budget = 8, 7, 2.5
	for i, tr := range []bohb.Trial{trial, next} {
		if o := cmd.Evaluate(t.Context(), 1+2*i, tr); o.Status != nasalyze.Success {
			t.Fatal(o)
		}
		data, err := os.ReadFile(filepath.Join(cmd.Scratch, fmt.Sprint(tr.Number), "output"))
		if err != nil {
			t.Fatal(err)
		}
		first, rest, _ := strings.Cut(string(data), "\n")
		own, checkpoint := filepath.Join(cmd.Scratch, "7"), ""
		if i == 1 {
			own, checkpoint = filepath.Join(cmd.Scratch, "8"), own
		}
		want := []string{map[int]string{0: "9", 1: "2.5"}[i], "123456789", fmt.Sprint(tr.Number), "1,0,4", own, checkpoint, "GPU-5a,GPU-5b",
			"--lr", "0.001", "--layers", "3", `--odd "name"`, "two words", ""}
		if got := strings.Split(first, "|"); !slices.Equal(got, want) {
			t.Errorf("the command got\n%q, want\n%q", got, want)
		}
		var config map[string]any
		if err := json.Unmarshal([]byte(rest), &config); err != nil {
			t.Fatal(err)
		}
		if len(config) != 3 || config["lr"] != 0.001 || config["layers"] != 3.0 || config[`odd "name"`] != "two words" {
			t.Errorf("configuration %v", config)
		}
	}
	if _, err := os.Stat(filepath.Join(cmd.Scratch, "7", "model")); err != nil {
		t.Error("what a trial left in its directory is gone:", err)
	}
	// Run again after an interruption, it starts from an empty directory.
	cmd.Args = []string{"sh", "-c", `ls "$NASALYZE_SCRATCH"; echo '{"loss": 1}'`}
	cmd.Evaluate(t.Context(), 0, trial)
	if data, _ := os.ReadFile(filepath.Join(cmd.Scratch, "7", "output")); strings.Contains(string(data), "model") {
		t.Errorf("a trial that runs again finds %q", data)
	}
}

// Learning curve, other objectives, free-form results, and the last lines of output.
func TestWhatIsKept(t *testing.T) {
	cmd := sh(t, `for i in 1 2 3; do echo "{\"epoch\": $i, \"val\": NaN}"; done; echo '{"loss": 1, "accuracy": 0.5, "arch": {"a": [1, Infinity]}}'`)
	cmd.Objectives = []string{"loss", "accuracy", "flops"}
	o := cmd.Evaluate(t.Context(), 0, trial)
	if o.Values[0] != 1 || o.Values[1] != 0.5 || !math.IsNaN(o.Values[2]) {
		t.Errorf("values %v", o.Values)
	}
	info, err := json.Marshal(o.Info)
	if want := `{"curve":[{"epoch":1,"val":"NaN"},{"epoch":2,"val":"NaN"},{"epoch":3,"val":"NaN"}],"result":{"arch":{"a":[1,"Infinity"]}}}`; string(info) != want || err != nil {
		t.Errorf("info %s, want %s", info, want)
	}
	// The last line with the objective is the result, those before it are part of the curve.
	cmd = sh(t, `echo '{"loss": 3, "epoch": 1}'; echo '{"loss": 2, "epoch": 2}'`)
	o = cmd.Evaluate(t.Context(), 0, trial)
	info, err = json.Marshal(o.Info)
	if want := `{"curve":[{"epoch":1,"loss":3}],"result":{"epoch":2}}`; o.Values[0] != 2 || string(info) != want || err != nil {
		t.Errorf("values %v, info %s, want %s", o.Values, info, want)
	}
	cmd = sh(t, `i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done; exit 1`)
	cmd.Tail = 3
	o = cmd.Evaluate(t.Context(), 0, trial)
	if got := fmt.Sprint(o.Info["output"]); got != "[line 97 line 98 line 99]" {
		t.Errorf("output kept: %s", got)
	}
	// A curve of any length is bounded.
	cmd = sh(t, `yes '{"step": 1}' | head -n 100000; echo '{"loss": 1}'`)
	o = cmd.Evaluate(t.Context(), 0, trial)
	info, _ = json.Marshal(o.Info)
	if o.Status != nasalyze.Success || len(info) > 2*maxCurve || o.Info["curve_dropped"] == nil {
		t.Errorf("%v, %d bytes of info", o.Status, len(info))
	}
}

// alive reports whether the process whose id a file holds is there, and not as a zombie.
func alive(t *testing.T, file string) bool {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var pid int
	fmt.Sscan(string(data), &pid)
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil {
		return !strings.Contains(string(stat), ") Z ")
	}
	return syscall.Kill(pid, 0) == nil && !errors.Is(err, os.ErrNotExist)
}

// Nothing of a trial's process group outlives it: whether it ends by itself, at the
// time limit, or because the search is stopped.
func TestNothingIsLeftRunning(t *testing.T) {
	for name, c := range map[string]struct {
		script string
		limit  float64
		stop   bool
		status nasalyze.Status
	}{
		"ends":     {`sleep 60 & echo $! > $NASALYZE_SCRATCH/child; echo '{"loss": 1}'`, 0, false, nasalyze.Success},
		"limit":    {`(trap '' TERM; sleep 60 & echo $! > $NASALYZE_SCRATCH/child; wait) & wait`, 0.5, false, nasalyze.TimedOut},
		"stopped":  {`sleep 60 & echo $! > $NASALYZE_SCRATCH/child; wait`, 0, true, nasalyze.Aborted},
		"deaf too": {`trap '' TERM; sleep 60 & echo $! > $NASALYZE_SCRATCH/child; wait`, 0, true, nasalyze.Aborted},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := sh(t, c.script)
			cmd.SecondsPerBudget = c.limit / trial.Budget
			child := filepath.Join(cmd.Scratch, "7", "child")
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			if c.stop {
				go func() {
					for {
						if data, err := os.ReadFile(child); err == nil && len(data) > 0 {
							cancel()
							return
						}
						time.Sleep(time.Millisecond)
					}
				}()
			}
			begin := time.Now()
			if o := cmd.Evaluate(ctx, 0, trial); o.Status != c.status {
				t.Errorf("%v (%s), want %v", o.Status, o.Reason, c.status)
			}
			if d := time.Since(begin); d > 20*time.Second {
				t.Errorf("took %v", d)
			}
			for deadline := time.Now().Add(5 * time.Second); alive(t, child); time.Sleep(time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the child is still running")
				}
			}
		})
	}
}

// What a killed driver left running is found by its environment and ended, and
// nothing else is.
func TestEndLeftovers(t *testing.T) {
	if _, err := os.Stat("/proc/self/environ"); err != nil {
		t.Skip("no /proc here")
	}
	ours, others := sh(t, `echo $$ > $NASALYZE_SCRATCH/child; sleep 60`), sh(t, `echo $$ > $NASALYZE_SCRATCH/child; sleep 60`)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan driver.Outcome, 1)
	rest := make(chan struct{})
	go func() { ended <- ours.Evaluate(ctx, 0, trial) }()
	go func() { others.Evaluate(ctx, 0, trial); close(rest) }()
	for _, c := range []*Command{ours, others} {
		for {
			if data, err := os.ReadFile(filepath.Join(c.Scratch, "7", "child")); err == nil && len(data) > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
	}
	n, err := EndLeftovers(ours.Scratch)
	if err != nil || n == 0 {
		t.Errorf("%d ended: %v", n, err)
	}
	if o := <-ended; o.Status != nasalyze.OutOfMemory { // SIGKILL from outside
		t.Errorf("ended as %v", o.Status)
	}
	if !alive(t, filepath.Join(others.Scratch, "7", "child")) {
		t.Error("another search's process was ended")
	}
	cancel()
	<-rest
}

// A trial that cannot even be started says nothing of its configuration.
func TestCannotBeStarted(t *testing.T) {
	gone := sh(t, "")
	gone.Args = []string{filepath.Join(t.TempDir(), "gone")}
	blocked := sh(t, `echo '{"loss": 1}'`)
	blocked.Scratch = filepath.Join(blocked.Scratch, "file")
	if err := os.WriteFile(blocked.Scratch, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*Command{gone, blocked} {
		if o := c.Evaluate(t.Context(), 0, trial); o.Status != nasalyze.Aborted || o.Reason == "" {
			t.Errorf("%v: %s", o.Status, o.Reason)
		}
	}
}

func TestCheck(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "no-permission")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{nil, {"no-such-program-anywhere"}, {filepath.Join(dir, "missing")}, {file}} {
		if err := (&Command{Args: args}).Check(); err == nil {
			t.Errorf("%q can be run", args)
		}
	}
	if err := (&Command{Args: []string{"sh"}}).Check(); err != nil {
		t.Error(err)
	}
}
