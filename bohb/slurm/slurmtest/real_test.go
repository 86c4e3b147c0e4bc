//go:build linux

package slurmtest

import "testing"

// What Start brings up runs jobs, with GPUs, and Stop leaves nothing.
func TestStart(t *testing.T) {
	Need(t)
	for _, accounting := range []bool{true, false} {
		c, err := Start(accounting)
		if err != nil {
			t.Fatal(err)
		}
		out, err := c.Client("srun", "--gres=gpu:1", "sh", "-c", "echo gpu $CUDA_VISIBLE_DEVICES on $SLURMD_NODENAME")
		if err != nil || out != "gpu 0 on n1\n" {
			t.Errorf("%q, %v", out, err)
		}
		if _, err := c.Client("sacct"); (err == nil) != accounting {
			t.Errorf("accounting %v: %v", accounting, err)
		}
		c.Stop()
		if len(c.daemons) > 0 {
			t.Errorf("left: %v", c.daemons)
		}
	}
}
