package run

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// MemoryError ends a training before it starts: its network needs more memory than there is.
type MemoryError struct {
	Needs, Limit int64 // bytes
	Parameters   int
}

func (e *MemoryError) Error() string {
	const gib = 1 << 30
	return fmt.Sprintf("out of memory: the network has %.1f million parameters and needs about %.1f GiB, there are %.1f GiB",
		float64(e.Parameters)/1e6, float64(e.Needs)/gib, float64(e.Limit)/gib)
}

// deviceError says of an engine's error that memory ran out, where it does, in the words that a
// search understands.
func deviceError(err error) error {
	if strings.Contains(err.Error(), "RESOURCE_EXHAUSTED") {
		return fmt.Errorf("out of memory on the device: %w", err)
	}
	return err
}

// available is the memory in bytes that this process can still get, 0 if the system does not say:
// what Linux calls available, or less where a control group allows less.
func available() int64 {
	var free int64
	for line := range strings.Lines(read("/proc/meminfo")) {
		if rest, ok := strings.CutPrefix(line, "MemAvailable:"); ok {
			free = 1024 * number(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
		}
	}
	limit, used := number(read("/sys/fs/cgroup/memory.max")), number(read("/sys/fs/cgroup/memory.current"))
	if limit > 0 && (free == 0 || limit-used < free) {
		free = max(limit-used, 1)
	}
	return free
}

func read(path string) string {
	text, _ := os.ReadFile(path) // not there on other systems
	return string(text)
}

func number(s string) int64 {
	n, _ := strconv.ParseInt(strings.TrimSpace(s), 10, 64) // "max": no limit
	return n
}
