package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze"
)

// timeline lists the trials that have ended and say when.
func (z *analyzer) timeline() error {
	index := make(map[float64]int)
	for b := range z.a.Budgets {
		index[z.a.Budgets[b].Budget] = b
	}
	clock := newClock(z.study.Trials)
	missing := 0
	for i := range z.study.Trials {
		t := &z.study.Trials[i]
		if t.Status.Pending() {
			continue
		}
		if math.IsNaN(t.Finished) {
			missing++
			continue
		}
		value := t.Values[z.objective]
		if z.study.Failed(t, z.objective) {
			value = math.NaN()
		}
		z.a.Timeline = append(z.a.Timeline, Event{Time: clock.since(t.Finished), Budget: index[t.Budget], Config: z.position[t.Config], Value: value, Status: t.Status.String()})
	}
	slices.SortStableFunc(z.a.Timeline, func(a, b Event) int { return cmp.Compare(a.Time, b.Time) })
	if len(z.a.Timeline) == 0 {
		return nil
	}
	if missing > 0 {
		z.warn("no-time", "%d trials have no time of completion and are missing in the figure of losses over time.", missing)
	}
	if n := len(clock.pauses); n > 0 {
		z.warn("pauses", "No trial ran during %.0f %% of the time from the first trial to the last (%s); the times of results leave these pauses out.",
			100*clock.idle/clock.span, plural(n, "pause"))
	}
	return nil
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// clock tells the time since the first trial. Logs that were resumed, pooled or
// warm-started have pauses; where these are most of the time, they are
// left out, since a time axis would show nothing but them.
type clock struct {
	origin     float64
	span, idle float64
	pauses     []span
}

type span struct{ from, to float64 }

func newClock(trials []nasalyze.Trial) *clock {
	c := &clock{origin: math.Inf(1)}
	var runs []span
	ends := true // of no trial the start is known
	for i := range trials {
		t := &trials[i]
		first := math.Inf(1)
		for _, at := range []float64{t.Submitted, t.Started, t.Finished} {
			if at < first {
				first = at
			}
		}
		c.origin = math.Min(c.origin, first)
		if !math.IsNaN(t.Finished) && first <= t.Finished {
			runs = append(runs, span{first, t.Finished})
			ends = ends && first == t.Finished
		}
	}
	if len(runs) == 0 || ends {
		return c
	}
	slices.SortFunc(runs, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	busy := runs[0].to
	var pauses []span
	for _, r := range runs[1:] {
		if r.from > busy {
			pauses = append(pauses, span{busy, r.from})
			c.idle += r.from - busy
		}
		busy = math.Max(busy, r.to)
	}
	if c.span = busy - c.origin; c.idle > c.span/2 {
		c.pauses = pauses
	}
	return c
}

// since returns the seconds from the first trial to a time at which one ended.
func (c *clock) since(at float64) float64 {
	t := at - c.origin
	for _, p := range c.pauses {
		if p.from < at {
			t -= math.Min(p.to, at) - p.from
		}
	}
	return t
}
