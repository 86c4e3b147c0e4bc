//go:build unix

package slurm

import (
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// ignoreUserSignals keeps this process alive when Slurm sends signals that are meant
// for the trial (sbatch --signal). They are caught, not ignored: the trial would inherit that.
func ignoreUserSignals() {
	signal.Notify(make(chan os.Signal, 1), syscall.SIGUSR1, syscall.SIGUSR2)
}

// ownGroup keeps ^C in a terminal from a client: an sbatch that is interrupted
// leaves open whether there is a job.
func ownGroup(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
