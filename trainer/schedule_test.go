package trainer

import (
	"math"
	"testing"
)

// The authors' first periods: 400 s at 400 and 1200 s, 514.29 s at 3600 s, 720 s at 10800 s.
func TestSchedulesOfThePaper(t *testing.T) {
	for _, c := range []struct {
		budget, first float64
		cycles        int
	}{{400, 400, 1}, {1200, 400, 2}, {3600, 514.29, 3}, {10800, 720, 4}, {100, 100, 1}} {
		s := NewSchedule(0.1, 0, c.budget, 400)
		if s.Cycles != c.cycles || math.Abs(s.First-c.first) > 0.005 {
			t.Errorf("budget %v: %d cycles, the first of %v s; the paper has %d and %v s", c.budget, s.Cycles, s.First, c.cycles, c.first)
		}
		if end := s.End(); math.Abs(end-c.budget) > 1e-9*c.budget {
			t.Errorf("budget %v: the last cycle ends at %v", c.budget, end)
		}
	}
}

func TestSchedule(t *testing.T) {
	s := NewSchedule(0.2, 10, 10+7*60, 60) // cycles of 60, 120, 240 s from second 10 on
	const tiny = 1e-9
	for _, c := range []struct {
		t, rate float64
		cycle   int
	}{
		{0, 0.2, 0}, {10, 0.2, 0},
		{10 + 30, 0.1, 0},                         // half a cycle, half the rate
		{10 + 20, 0.2 * 0.75, 0},                  // cos(60 degrees) = 1/2
		{10 + 60 - 1e-6, 0, 0}, {10 + 60, 0.2, 1}, // the end of a cycle and the restart
		{10 + 60 + 60, 0.1, 1}, {10 + 180, 0.2, 2}, // twice as long
		{10 + 300, 0.1, 2}, {10 + 420 - 1e-6, 0, 2}, // and again
		{10 + 420, 0, 3}, {1e6, 0, 3}, // the end
	} {
		if got := s.At(c.t); math.Abs(got-c.rate) > tiny {
			t.Errorf("rate after %v s is %v, want %v", c.t, got, c.rate)
		}
		if got := s.Cycle(c.t); got != c.cycle {
			t.Errorf("cycles over after %v s: %d, want %d", c.t, got, c.cycle)
		}
	}
	for _, budget := range []float64{0.1, 2, 54, 1234.5} {
		if got := NewSchedule(1, 0, budget, 2).At(budget * (1 + 1e-12)); got > 1e-20 {
			t.Errorf("rate at the end of %v s is %v", budget, got)
		}
	}
}
