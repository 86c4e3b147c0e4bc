//go:build unix && !solaris && !aix

package journal

import (
	"errors"
	"os"
	"syscall"
	"time"
)

// patience is how long a lock is waited for. A process that is killed while it
// starts a child leaves the lock with the child until that runs its program.
const patience = 2 * time.Second

func lock(f *os.File) error {
	for deadline := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		switch {
		case errors.Is(err, syscall.EINTR):
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return err
		case time.Now().After(deadline):
			return ErrLocked
		}
	}
}
