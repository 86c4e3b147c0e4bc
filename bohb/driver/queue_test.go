package driver

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
)

// While draining, trials that have not begun may be taken back: they stay in the log as
// running, the others end, and a resumed search runs them.
func TestTakenBackWhileDraining(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nasalyze.jsonl")
	drain := make(chan struct{})
	err := resume(t, path, bohb.Options{}, Options{Workers: 3, Drain: drain}, func(_ context.Context, _ int, tr bohb.Trial) Outcome {
		if tr.Number == 6 {
			close(drain)
			return Outcome{Status: nasalyze.Aborted}
		}
		return train(tr)
	})
	if err != nil {
		t.Fatal(err)
	}
	running := 0
	for _, line := range trials(t, path) {
		running += strings.Count(line, " running ")
	}
	if running != 1 {
		t.Errorf("%d trials are logged as running, want the one that was taken back", running)
	}
	if err := resume(t, path, bohb.Options{}, Options{}, quick); err != nil {
		t.Fatal(err)
	}
	for _, line := range trials(t, path) {
		if strings.Contains(line, " running ") {
			t.Errorf("still running: %s", line)
		}
	}
	// Otherwise a trial that was not measured ends the search, with or without a reason.
	if err := Run(t.Context(), search(t, bohb.Options{}), func(context.Context, int, bohb.Trial) Outcome {
		return Outcome{Status: nasalyze.Aborted}
	}, nil, Options{}); err == nil {
		t.Error("a search goes on though a trial was not measured")
	}
}

// A trial that waited in a queue is logged with the times at which it ran, never
// before it was submitted or ended before it started.
func TestTimesOfTheTrial(t *testing.T) {
	clock := 100.0
	times := [][2]float64{{0, 0}, {150, 160}, {50, 170}, {180, 175}}
	n := 0
	drain := make(chan struct{})
	err := Run(t.Context(), search(t, bohb.Options{}), func(_ context.Context, _ int, tr bohb.Trial) Outcome {
		o := Outcome{Values: []float64{1}}
		o.Started, o.Ended = times[tr.Number][0], times[tr.Number][1]
		return o
	}, nil, Options{Drain: drain, Now: func() float64 { return clock }, Ended: func(tr bohb.Trial, _ Outcome, l *nasalyze.Trial) {
		want := [][2]float64{{100, 100}, {150, 160}, {100, 170}, {180, 180}}[tr.Number]
		if l.Submitted != 100 || l.Started != want[0] || l.Finished != want[1] {
			t.Errorf("trial %d from %v to %v, want %v", tr.Number, l.Started, l.Finished, want)
		}
		if n++; n == len(times) {
			close(drain)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
}
