package local

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
)

// EndLeftovers kills the processes that a driver which was killed left behind: those
// whose environment names a scratch directory within scratch. It returns how many.
// It looks at /proc, and does nothing where there is none.
func EndLeftovers(scratch string) (int, error) {
	scratch, err := filepath.Abs(scratch)
	if err != nil {
		return 0, err
	}
	mark := []byte(scratchVariable + "=" + scratch + string(filepath.Separator))
	entries, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return 0, err
	}
	ended := 0
	for _, dir := range entries {
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || pid == os.Getpid() {
			continue
		}
		environ, err := os.ReadFile(filepath.Join(dir, "environ"))
		if err != nil { // ended meanwhile, or another user's
			continue
		}
		for _, variable := range bytes.Split(environ, []byte{0}) {
			if !bytes.HasPrefix(variable, mark) {
				continue
			}
			p, err := os.FindProcess(pid)
			if err == nil && p.Kill() == nil {
				ended++
			}
			break
		}
	}
	return ended, nil
}
