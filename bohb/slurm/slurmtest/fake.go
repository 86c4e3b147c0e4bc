// Package slurmtest brings up a Slurm for tests: a real one, or clients that only look like it.
package slurmtest

import (
	"embed"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

//go:embed fake
var fake embed.FS

// Fake puts clients of a pretended Slurm before all others in the path, for the time of the
// test, and returns its directory. fake/sbatch says how to make it fail. Jobs start at once, and outlive their driver.
func Fake(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	bin := filepath.Join(dir, "bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	entries, err := fake.ReadDir("fake")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		data, err := fake.ReadFile("fake/" + e.Name())
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(bin, e.Name()), data, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(func() { endJobs(dir) })
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	t.Setenv("FAKE_SLURM", dir)
	return dir
}

// endJobs ends what runs when a test ends, as one that fails may leave it: with what its trials started.
func endJobs(dir string) {
	_ = os.WriteFile(filepath.Join(dir, "down"), nil, 0o644)
	_ = exec.Command("sh", "-c", `for job in "$0"/jobs/*; do
	if [ "$(cat "$job/state" 2>/dev/null)" = RUNNING ] && [ -e "$job/pid" ]; then kill -s TERM -- "-$(cat "$job/pid")"; fi
	echo CANCELLED >"$job/state"
done 2>/dev/null`, dir).Run()
}
