//go:build unix

package local

import (
	"fmt"
	"os/exec"
	"syscall"
)

// ownGroup makes the command the leader of a process group. ^C in a terminal does
// not reach it then: the driver decides what ends.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }

// Groups that have ended already are no error.
func terminateGroup(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
func killGroup(cmd *exec.Cmd)      { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }

// describe words how a command failed, and tells whether SIGKILL ended it, itself
// or a child whose status it passed on as shells do.
func describe(e *exec.ExitError) (text string, killed bool) {
	status, ok := e.Sys().(syscall.WaitStatus)
	if ok && status.Signaled() {
		return fmt.Sprintf("ended by signal %v", status.Signal()), status.Signal() == syscall.SIGKILL
	}
	return fmt.Sprintf("exit status %d", e.ExitCode()), e.ExitCode() == 128+int(syscall.SIGKILL)
}
