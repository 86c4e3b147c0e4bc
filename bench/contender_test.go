package main

import (
	"os/exec"
	"testing"
	"time"
)

// What a process writes is stamped, though os/exec copies it in ways of its own.
func TestStampedKnowsWhen(t *testing.T) {
	var out stamped
	cmd := exec.Command("go", "version")
	cmd.Stdout = &out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		t.Fatal(err)
	}
	if len(out.Bytes()) == 0 || out.last.Before(start) || out.last.After(time.Now()) {
		t.Errorf("%q written at %v, after %v", out.Bytes(), out.last, start)
	}
}
