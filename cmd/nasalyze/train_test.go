package main

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// The trainer beside the command: what it takes and prints, and its exit status, are
// those of nasalyze train.
func TestTrainFindsTheTrainer(t *testing.T) {
	if testing.Short() {
		t.Skip("builds two programs")
	}
	dir := t.TempDir()
	suffix := ""
	if runtime.GOOS == "windows" {
		suffix = ".exe"
	}
	build := exec.Command("go", "build", "-o", dir+string(filepath.Separator), ".", "../"+trainerName)
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if runtime.GOARCH == "amd64" {
		build.Env = append(build.Env, "GOEXPERIMENT=simd") // as it says itself
	}
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	run := func(args ...string) (status int, out, errs string) {
		var stdout, stderr bytes.Buffer
		cmd := exec.Command(filepath.Join(dir, "nasalyze"+suffix), args...)
		cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &stdout, &stderr
		cmd.Env = append(os.Environ(), "NASALYZE_TRAIN=")
		cmd.Run() // the status says it
		return cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()
	}
	status, out, errs := run("train", "--default-config")
	if status != 0 || !strings.Contains(out, `"widen_factor_1": 2.0`) {
		t.Fatalf("status %d, %s%s", status, out, errs)
	}
	config := strings.NewReplacer(`"res_branches_1": 3`, `"res_branches_1": 2`, `blocks_1": 3`, `blocks_1": 1`, `blocks_2": 3`, `blocks_2": 1`, `blocks_3": 3`, `blocks_3": 1`,
		`"initial_filters": 16`, `"initial_filters": 8`, `"widen_factor_1": 2.0`, `"widen_factor_1": 0.5`).Replace(out)
	if err := os.WriteFile(filepath.Join(dir, "c.json"), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	status, out, errs = run("train", "--data", "digits", "--config", "c.json", "--budget", "0.5s")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if last := lines[len(lines)-1]; status != 0 || !strings.HasPrefix(last, `{"loss":`) || !strings.Contains(last, `"engine":"Go backend of gomlx/compute v0.1.6`) {
		t.Errorf("status %d, %s%s", status, out, errs)
	}
	if status, _, errs = run("train", "--data", "digts"); status != exitUsage || !strings.Contains(errs, "expected one of digits") {
		t.Errorf("a wrong option: status %d, %s", status, errs)
	}
	if status, out, _ = run("train", "--help"); status != 0 || !strings.Contains(out, "--checkpoint") {
		t.Errorf("help: status %d, %s", status, out)
	}
	// A search with it. The networks of this seed are small.
	status, out, errs = run("search", "--trainer", "--data", "digits", "--method", "random", "--min-budget", "0.2s", "--max-budget", "0.2s",
		"--time-factor", "300", "--seed", "3224", "--iterations", "2", "-o", "s", "--", "--validation", "100")
	if status != 0 || !strings.Contains(errs, "2 of 2 runs") {
		t.Fatalf("search: status %d, %s%s", status, out, errs)
	}
	if status, out, errs = run("search", "--resume", "s", "--iterations", "3"); status != 0 || !strings.Contains(errs, "3 of 3 runs") {
		t.Errorf("resumed: status %d, %s%s", status, out, errs)
	}
	log, err := os.ReadFile(filepath.Join(dir, "s", "nasalyze.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`"engine":"Go backend of gomlx/compute v0.1.6`, `"validation_images":100`} {
		if !strings.Contains(string(log), want) {
			t.Errorf("the log lacks %s:\n%s", want, log)
		}
	}
	status, out, errs = run("search", "--trainer", "--data", "cifar10", "--data-dir", "nowhere", "--min-budget", "400s", "--max-budget", "3h", "--dry-run")
	if status != exitFailure || !strings.Contains(errs, "there is no file "+filepath.Join("nowhere", "data_batch_1.bin")) {
		t.Errorf("missing data: status %d, %s%s", status, out, errs)
	}
	status, out, errs = run("search", "--trainer", "--data", "digits", "--engine", "xla:x.so", "--min-budget", "2s", "--max-budget", "54s", "--dry-run")
	if status != exitUsage || !strings.Contains(errs, `no engine "xla" in this program`) {
		t.Errorf("missing engine: status %d, %s%s", status, out, errs)
	}
}

func TestTrainWithoutTheTrainer(t *testing.T) {
	t.Setenv("NASALYZE_TRAIN", "")
	t.Setenv("PATH", t.TempDir())
	_, err := findTrainer()
	if err == nil || !strings.Contains(err.Error(), "neither beside nasalyze nor in the path") || !strings.Contains(err.Error(), buildTrainer()) {
		t.Errorf("error %v", err)
	}
}
