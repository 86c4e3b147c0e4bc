package reports

import (
	"math"
	"testing"

	"github.com/nasalyze/nasalyze"
)

func ran(submitted, started, finished float64) nasalyze.Trial {
	return nasalyze.Trial{Submitted: submitted, Started: started, Finished: finished}
}

// Two sessions of 20 s, 10,000 s apart, the second with two workers: the pause is
// left out, the order and the distances within the sessions stay.
func TestClockLeavesPausesOut(t *testing.T) {
	c := newClock([]nasalyze.Trial{
		ran(10_030, 10_035, 10_050), ran(10, 10, 20), ran(15, 20, 30), ran(10_030, 10_030, 10_040),
	})
	if len(c.pauses) != 1 || c.pauses[0] != (span{30, 10_030}) || c.idle != 10_000 || c.span != 10_040 {
		t.Errorf("clock %+v, want one pause from 30 to 10030", c)
	}
	for _, x := range [][2]float64{{20, 10}, {30, 20}, {10_040, 30}, {10_050, 40}} {
		if got := c.since(x[0]); got != x[1] {
			t.Errorf("%v is %v after the start, want %v", x[0], got, x[1])
		}
	}
}

// Short pauses are part of a search.
func TestClockKeepsShortPauses(t *testing.T) {
	c := newClock([]nasalyze.Trial{ran(0, 0, 10), ran(14, 14, 20)})
	if len(c.pauses) != 0 || c.since(20) != 20 {
		t.Errorf("clock %+v, want none of the pauses left out", c)
	}
}

// Without a start there is no telling a pause from a long trial; times that run
// backwards count for nothing.
func TestClockWithoutStarts(t *testing.T) {
	nan := math.NaN()
	c := newClock([]nasalyze.Trial{ran(nan, nan, 5), ran(nan, nan, 5000)})
	if len(c.pauses) != 0 || c.since(5000) != 4995 {
		t.Errorf("clock %+v, want no pauses", c)
	}
	if c := newClock(nil); len(c.pauses) != 0 {
		t.Errorf("clock %+v of nothing", c)
	}
}
