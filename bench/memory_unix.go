//go:build unix

package main

import (
	"math"
	"runtime"
	"syscall"
)

// maxResident is the largest resident memory of this process in bytes.
func maxResident() int64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	maxrss := int64(u.Maxrss)
	if runtime.GOOS == "darwin" {
		return maxrss // bytes there, KiB elsewhere
	}
	return maxrss << 10
}

// processorTime of this process so far, in seconds over all threads.
func processorTime() float64 {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return math.NaN()
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
