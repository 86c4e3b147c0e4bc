//go:build unix

package slurm

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nasalyze/nasalyze/bohb/local"
)

func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, out)
	}
}

func mustLook(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// linkOnly is a directory with nothing but a program.
func linkOnly(t testing.TB, name string) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Symlink(mustLook(t, name), filepath.Join(dir, name)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// taskOf is the task of a trial.
func taskOf(t testing.TB, e *Engine) *local.Task {
	t.Helper()
	task, err := e.Command.Task(trial(0))
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// prepared is the attempt of a trial that nobody has submitted.
func (e *Engine) prepared(n int) (*watch, error) {
	e.init()
	return e.watch(trial(n))
}
