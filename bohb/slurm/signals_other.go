//go:build !unix

package slurm

import "os/exec"

func ignoreUserSignals() {}
func ownGroup(*exec.Cmd) {}
