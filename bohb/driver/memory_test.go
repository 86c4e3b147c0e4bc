package driver

import (
	"runtime"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
)

// What a search holds in memory grows by its results alone, some hundred bytes a trial:
// after 10^5 trials, less than 20 MB.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("runs 100,000 trials")
	}
	heap := func() float64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return float64(m.HeapAlloc)
	}
	const trials = 100_000
	drain := make(chan struct{})
	n := 0
	before := heap()
	// A model of so many results would take an hour: its share is 1 in 10,000, but its
	// memory is all there.
	s := search(t, bohb.Options{Iterations: 1 << 30, RandomFraction: 0.9999})
	err := Run(t.Context(), s, quick, nil, Options{Workers: 10, Drain: drain, Objectives: objectives,
		Ended: func(bohb.Trial, Outcome, *nasalyze.Trial) {
			if n++; n == trials {
				close(drain)
			}
		}})
	if err != nil {
		t.Fatal(err)
	}
	if grown := heap() - before; grown > 20e6 {
		t.Errorf("%.0f bytes after %d trials, %.0f each", grown, n, grown/trials)
	} else {
		t.Logf("%.1f MB after %d trials, %.0f bytes each", grown/1e6, n, grown/trials)
	}
	runtime.KeepAlive(s)
}
