//go:build !unix

package local

import "os/exec"

// Without process groups only the command itself is ended.
func ownGroup(*exec.Cmd)           {}
func terminateGroup(cmd *exec.Cmd) { _ = cmd.Process.Kill() }
func killGroup(cmd *exec.Cmd)      { _ = cmd.Process.Kill() }

func describe(e *exec.ExitError) (text string, killed bool) { return e.String(), false }
