package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/trainer"
)

// The test binary is the command when it is told so.
func TestMain(m *testing.M) {
	if os.Getenv("NASALYZE_TRAIN_TEST_IS_COMMAND") != "" {
		main()
	}
	os.Exit(m.Run())
}

const small = `{"nr_residual_blocks_1":1,"nr_residual_blocks_2":1,"nr_residual_blocks_3":1,"initial_filters":8,
"widen_factor_1":1,"widen_factor_2":1.5,"widen_factor_3":1.5,"res_branches_1":1,"res_branches_2":1,"res_branches_3":1,
"learning_rate":0.1,"batch_size":32,"weight_decay":0.0003,"momentum":0.9,"alpha":0,"length":0,"death_rate":0}`

// command runs a command line, with pairs of names and values as its environment.
func command(stdin string, args []string, env ...string) (status int, stdout, stderr string) {
	lookup := func(name string) string {
		for i := 0; i < len(env); i += 2 {
			if env[i] == name {
				return env[i+1]
			}
		}
		return ""
	}
	var out, errs bytes.Buffer
	status = run(context.Background(), args, lookup, strings.NewReader(stdin), &out, &errs)
	return status, out.String(), errs.String()
}

// jsonLines reads every line as a JSON object.
func jsonLines(t *testing.T, text string) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range strings.Lines(text) {
		var object map[string]any
		if err := json.Unmarshal([]byte(line), &object); err != nil {
			t.Fatalf("%v: %s", err, line)
		}
		all = append(all, object)
	}
	return all
}

func TestTrain(t *testing.T) {
	status, out, errs := command(small, []string{"--data", "digits", "--config", "-", "--budget", "1s", "--seed", "3"})
	if status != 0 || errs != "" {
		t.Fatalf("status %d, %s", status, errs)
	}
	lines := jsonLines(t, out)
	for _, p := range lines[:len(lines)-1] {
		if p["train_loss"] == nil || p["seconds"] == nil || p["learning_rate"] == nil || p["loss"] != nil {
			t.Errorf("a point of the learning curve is %v", p)
		}
	}
	last := lines[len(lines)-1]
	if last["status"] != "success" || last["seed"] != 3.0 || last["budget"] != 1.0 || last["cycles"] != 1.0 || len(last["data_sha256"].(string)) != 64 {
		t.Errorf("the last line is %v", last)
	}
	if loss, ok := last["loss"].(float64); !ok || loss < 0 || loss > 100 { // that it learns is tested where the clock is not that of this machine
		t.Errorf("loss is %v %%", last["loss"])
	}
}

// As in a search: configuration, budget and seed come from the environment, checkpoints
// are in the directories of the trials, and the next budget goes on from the lower one's.
func TestInSearch(t *testing.T) {
	dir := t.TempDir()
	config := filepath.Join(dir, "config.json")
	if err := os.WriteFile(config, []byte(small), 0o644); err != nil {
		t.Fatal(err)
	}
	low, high := filepath.Join(dir, "low"), filepath.Join(dir, "high")
	for _, d := range []string{low, high} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	args := []string{"--data", "digits", "--checkpoint", "state", "--keep-checkpoint", "--continue", "state"}
	status, out, errs := command("", args, "NASALYZE_CONFIG", config, "NASALYZE_BUDGET", "0.2", "NASALYZE_SEED", "7", "NASALYZE_SCRATCH", low, "NASALYZE_CHECKPOINT", "")
	if status != 0 || strings.Contains(out, "continued_at") {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	lines := jsonLines(t, out)
	more := fmt.Sprint(lines[len(lines)-1]["train_seconds"].(float64) + 0.3)
	status, out, errs = command("", args, "NASALYZE_CONFIG", config, "NASALYZE_BUDGET", more, "NASALYZE_SEED", "7", "NASALYZE_SCRATCH", high, "NASALYZE_CHECKPOINT", low)
	if status != 0 {
		t.Fatalf("status %d, %s", status, errs)
	}
	lines = jsonLines(t, out)
	if last := lines[len(lines)-1]; last["continued_at"] == nil || last["seed"] != 7.0 {
		t.Errorf("the last line is %v", last)
	}
	if _, err := os.Stat(filepath.Join(high, "state")); err != nil {
		t.Error(err)
	}
}

func TestRefuses(t *testing.T) {
	for _, c := range []struct {
		config string
		args   string
		status int
		says   string
	}{
		{small, "--config - --budget 2s", 2, "--data is missing"},
		{small, "--data cifra10 --config - --budget 2s", 2, `--data is "cifra10", expected one of digits, cifar10`},
		{small, "--data digits --budget 2s", 2, "--config is missing"},
		{small, "--data digits --config -", 2, "--budget is missing"},
		{small, "--data digits --config - --budget 0", 2, `--budget is "0"`},
		{small, "--data digits --config - --budget -2s", 2, `--budget is "-2s"`},
		{small, "--data digits --config - --budget soon", 2, "a time above 0"},
		{small, "--data digits --config - --budget 2s --first-cycle NaN", 2, "--first-cycle"},
		{small, "--data digits --config - --budget 2s --memory-limit 1XB", 2, "--memory-limit"},
		{small, "--data digits --config - --budget 2s --engine cuda", 2, `no engine "cuda"`},
		{small, "--data digits --config - --budget 2s --bf16", 2, "--bf16 and --compile-cache are for --engine xla, not for go"},
		{small, "--data digits --config - --budget 2s extra", 2, `takes no arguments, got "extra"`},
		{small, "--data digits --config - --budget 2s --sede 1", 2, "unknown flag"},
		{small, "--data cifar10 --config - --budget 2s", 1, "name their directory with --data-dir"},
		{small, "--data cifar10 --data-dir . --config - --budget 2s", 1, "cifar-10-binary.tar.gz"},
		{small, "--data digits --config nowhere.json --budget 2s", 1, "nowhere.json"},
		{strings.Replace(small, `"alpha":0,`, ``, 1), "--data digits --config - --budget 2s", 1, `parameter "alpha": no value`},
		{strings.Replace(small, `"batch_size":32`, `"batch_size":16`, 1), "--data digits --config - --budget 2s", 1, "outside [32, 128]"},
		{small, "--data digits --config - --budget 2s --validation 1430", 1, "batch_size is 32, but there are only 7 images"},
		{small, "--data digits --config - --budget 2s --memory-limit 1MiB", 1, "out of memory"},
		{small, "--data digits --config - --budget 2s --checkpoint nowhere/c", 1, "nowhere"},
	} {
		status, out, errs := command(c.config, strings.Fields(c.args))
		if status != c.status || !strings.Contains(errs, c.says) || out != "" {
			t.Errorf("%s: status %d, want %d; it says %q, want %q; output %q", c.args, status, c.status, errs, c.says, out)
		}
	}
}

// --check says what would be trained on, and refuses what every trial of a search would.
func TestCheck(t *testing.T) {
	status, out, errs := command("", []string{"--data", "digits", "--first-cycle", "3s", "--check"})
	if want := "digits: 1437 training and 360 test images of 8x8x1, 10 classes\n"; status != 0 || out != want {
		t.Errorf("status %d, %q %q, want %q", status, out, errs, want)
	}
	for args, want := range map[string]string{
		"":                                  "--data is missing",
		"--data digits --engine cuda":       `no engine "cuda"`,
		"--data digits --first-cycle never": `--first-cycle is "never"`,
		"--data mnist --data-dir nowhere":   "nowhere",
		"--data mnist":                      "name their directory with --data-dir",
	} {
		if status, out, errs := command("", append(strings.Fields(args), "--check")); status == 0 || !strings.Contains(errs, want) || out != "" {
			t.Errorf("%s: status %d, it says %q, want %q; output %q", args, status, errs, want, out)
		}
	}
}

// What --default-config prints is the middle of the space, and a configuration.
func TestDefaultConfig(t *testing.T) {
	status, out, errs := command("", []string{"--default-config"})
	if status != 0 {
		t.Fatal(errs)
	}
	c, err := trainer.ReadConfig(strings.NewReader(out))
	if err != nil {
		t.Fatal(err)
	}
	if c.Blocks != [3]int{3, 3, 3} || c.BatchSize != 64 || c.LearningRate != 0.03162 {
		t.Errorf("the default is %+v", c)
	}
}

// What --print-space prints is read back as the space.
func TestPrintSpace(t *testing.T) {
	status, out, errs := command("", []string{"--print-space"})
	if status != 0 {
		t.Fatal(errs)
	}
	space, err := configspace.Read(strings.NewReader(out), "space.json", new(source.Findings))
	if err != nil {
		t.Fatal(err)
	}
	want := trainer.Space()
	for i := range want.Params {
		k := space.Index(want.Params[i].Name)
		if k < 0 || space.Params[k].Kind != want.Params[i].Kind || space.Params[k].Log != want.Params[i].Log || space.Params[k].Range() != want.Params[i].Range() {
			t.Errorf("%s is not what it was", want.Params[i].Name)
		}
	}
	if len(space.Conditions) != 1 || space.Conditions[0].String() != want.Conditions[0].String() {
		t.Errorf("conditions %v, want %v", space.Conditions, want.Conditions)
	}
}

func TestSizes(t *testing.T) {
	for s, want := range map[string]int64{"1": 1, "1000": 1000, "1.5KiB": 1536, "8GiB": 8 << 30, "2 TiB": 2 << 40} {
		if got, err := bytesOf(s); err != nil || got != want {
			t.Errorf("%s: %d, %v, want %d", s, got, err, want)
		}
	}
	for _, s := range []string{"", "0", "-1", "NaN", "1GB", "1e30"} {
		if got, err := bytesOf(s); err == nil {
			t.Errorf("%q is taken for %d bytes", s, got)
		}
	}
}

// terminated starts a training that takes long, sends it SIGTERM when the learning curve has
// begun, and returns what it says on standard error.
func terminated(t *testing.T, args ...string) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, args...)
	cmd.Env = append(os.Environ(), "NASALYZE_TRAIN_TEST_IS_COMMAND=1")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killer := time.AfterFunc(time.Minute, func() { cmd.Process.Kill() })
	defer killer.Stop()
	if _, err := out.Read(make([]byte, 1)); err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Skipf("processes cannot be asked to end here: %v", err)
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Fatalf("%v: %s", err, errs.String())
	}
	return errs.String()
}

// SIGTERM ends a training with a checkpoint, from which the same command goes on, or
// without one if there shall be none.
func TestTerminate(t *testing.T) {
	dir := t.TempDir()
	config, state := filepath.Join(dir, "c.json"), filepath.Join(dir, "state")
	if err := os.WriteFile(config, []byte(small), 0o644); err != nil {
		t.Fatal(err)
	}
	args := []string{"--data", "digits", "--config", config, "--budget", "3s"}
	if says := terminated(t, args...); !strings.Contains(says, "nothing was kept") {
		t.Errorf("without a checkpoint it says %q", says)
	}
	args = append(args, "--checkpoint", state)
	if says := terminated(t, args...); !strings.Contains(says, "goes on from "+state) {
		t.Errorf("it says %q", says)
	}
	status, text, stderr := command("", args)
	if status != 0 {
		t.Fatal(stderr)
	}
	lines := jsonLines(t, text)
	if last := lines[len(lines)-1]; last["status"] != "success" || last["continued_at"] == nil {
		t.Errorf("after going on: %v", last)
	}
	if _, err := os.Stat(state); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the checkpoint is still there: %v", err)
	}
}
