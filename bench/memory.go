package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"
)

// memory returns VmRSS or VmHWM of this process in bytes, 0 where it cannot be
// told. ru_maxrss, the fallback, is that of the parent at the fork where that
// was larger.
func memory(field string) int64 {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return maxResident()
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if rest, ok := strings.CutPrefix(s.Text(), field+":"); ok {
			kib, err := strconv.ParseInt(strings.TrimSpace(strings.TrimSuffix(rest, "kB")), 10, 64)
			if err != nil {
				return 0
			}
			return kib << 10
		}
	}
	return 0
}
