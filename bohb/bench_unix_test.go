//go:build unix

package bohb

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// A question takes less than a hundredth of the processor time that it takes
// HpBandSter 0.7.4, both on one thread, side by side on this machine. NASALYZE_HPBANDSTER
// names the Python that has it. The limits of the test leave room for a machine at work.
func TestAskAgainstHpBandSter(t *testing.T) {
	python := os.Getenv("NASALYZE_HPBANDSTER")
	if python == "" {
		t.Skip("NASALYZE_HPBANDSTER names no Python with HpBandSter")
	}
	for _, n := range []int{1000, 10_000} {
		cmd := exec.Command(python, "testdata/hpbandster_ask.py", fmt.Sprint(n))
		cmd.Env = append(os.Environ(), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1")
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		var theirs struct{ Ask, Tell float64 }
		if err := json.Unmarshal(out, &theirs); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		s, result := searchWith(t, zela(t), n)
		ask := cpuTime(func() { s.Ask() })
		both := cpuTime(func() { s.model.observe(1, result(), 1); s.Ask() })
		t.Logf("%d results: HpBandSter asks in %.1f ms, tells and asks in %.1f ms; nasalyze in %.3f ms (%.0f times as fast) and %.3f ms (%.0f times)", n,
			1e3*theirs.Ask, 1e3*(theirs.Ask+theirs.Tell), 1e3*ask, theirs.Ask/ask, 1e3*both, (theirs.Ask+theirs.Tell)/both)
		if theirs.Ask < 70*ask || theirs.Ask+theirs.Tell < 60*both {
			t.Errorf("%d results: not much faster than HpBandSter", n)
		}
	}
}

// cpuTime returns the seconds of processor time that a function takes, the least mean of
// several rounds.
func cpuTime(f func()) float64 {
	now := func() time.Duration {
		var r syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r)
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	const rounds, calls = 7, 40
	least := math.Inf(1)
	for range rounds {
		start := now()
		for range calls {
			f()
		}
		least = min(least, (now()-start).Seconds()/calls)
	}
	return least
}
