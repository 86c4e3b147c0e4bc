package run

import (
	"os"
	"os/exec"
	"testing"
)

// The PyTorch script resumes, continues and ends as Train does: its own tests say so. NASALYZE_TORCH
// names a Python that has torch and numpy.
func TestPyTorchCheckpoints(t *testing.T) {
	python := os.Getenv("NASALYZE_TORCH")
	if python == "" {
		t.Skip("NASALYZE_TORCH does not name a Python with torch")
	}
	cmd := exec.Command(python, "-B", "-m", "unittest", "-v")
	cmd.Dir = "../pytorch"
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
}
