//go:build linux

package main

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze/bohb/slurm/slurmtest"
)

// On a real Slurm: a driver that is killed and killed again, with jobs that run and jobs that wait, and
// at last one that is not. Each trial has run once, with a GPU, and nothing is left in the queue.
func TestRealSlurmSearch(t *testing.T) {
	slurmtest.Need(t)
	cluster, err := slurmtest.Start(false)
	if err != nil {
		t.Fatal(err)
	}
	defer cluster.Stop()
	t.Setenv("SLURM_CONF", cluster.Conf)
	searchIn(t, `echo $CUDA_VISIBLE_DEVICES >> gpus; sleep 0.3
`+quickTrial)
	args := searchArgs("run", "--slurm", "--slurm-poll", "200ms", "--gres", "gpu:1", "--partition", "debug", "--sbatch", "--mem=100 --nice", "--time-factor", "20",
		"--quiet", "--workers", "4", "--max-budget", "9", "--iterations", "1")
	kills, adopted := 0, 0
	for patience := 1500 * time.Millisecond; ; patience += 500 * time.Millisecond {
		said, done := runKilled(t, patience, args...)
		adopted += strings.Count(said, "not submitting them again")
		if done {
			break
		}
		if kills++; kills > 50 {
			t.Fatal("the search does not get to its end")
		}
		args = []string{"search", "--resume", "run", "--quiet"}
	}
	_, study := logged(t, "run")
	checkStarts(t, "run", study)
	if len(study.Trials) != 13 || kills == 0 || adopted == 0 {
		t.Errorf("%d trials, %d kills, jobs adopted %d times", len(study.Trials), kills, adopted)
	}
	for n, times := range timesRun(t) {
		if times != 1 {
			t.Errorf("trial %d ran %d times", n, times)
		}
	}
	gpus, err := os.ReadFile("gpus")
	if seen := strings.Fields(string(gpus)); err != nil || len(seen) != 13 || slices.Max(seen) != "1" || slices.Min(seen) != "0" {
		t.Errorf("GPUs %q, %v", gpus, err)
	}
	if out, err := cluster.Client("squeue", "-h"); err != nil || out != "" {
		t.Errorf("in the queue: %s, %v", out, err)
	}
	if out, err := cluster.Client("squeue", "-h", "-t", "all", "-o", "%l"); err != nil || !strings.Contains(out, "2:00") {
		t.Errorf("time limits: %s, %v", out, err)
	}
	t.Logf("%d kills, jobs adopted %d times", kills, adopted)
}
