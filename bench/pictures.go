package main

import (
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/nasalyze/nasalyze/reports/figure/chart"
)

// pictures of docs/benchmarks.md by file name. They draw nothing where there is
// nothing to draw.
var pictures = map[string]func(io.Writer, []*row) (drawn bool, err error){
	"bench-times":  drawTimes,
	"bench-memory": drawMemory,
	"bench-growth": drawGrowth,
}

func drawTimes(w io.Writer, rows []*row) (bool, error) {
	c := chart.Pairs{
		Title: "Time of nasalyze and of other programs", Axis: "time of the work", Names: [2]string{"nasalyze", "the other program"},
		Tick: func(v float64) string { return strings.ReplaceAll(formatRound(v), " ", "\u00a0") },
	}
	var alt []string
	for _, r := range rows {
		if math.IsNaN(r.ratio()) || r.ratio() <= 0 {
			continue
		}
		c.Rows = append(c.Rows, chart.Pair{Label: label(r), A: r.Ours.seconds(), B: r.peerSeconds(), AtLeast: !r.Peer.complete(), Note: strings.Replace(r.ratioText(), "x", "×", 1)})
		alt = append(alt, fmt.Sprintf("%s: %s against %s", label(r), formatSeconds(r.Ours.seconds()), r.peerTime()))
	}
	c.Alt = strings.Join(alt, "; ") + "."
	return len(c.Rows) > 0, ifAny(len(c.Rows), func() error { return c.WriteSVG(w) })
}

func drawMemory(w io.Writer, rows []*row) (bool, error) {
	c := chart.Pairs{
		Title: "Peak memory of nasalyze and of other programs", Axis: "peak memory of the process, MB", Names: [2]string{"nasalyze", "the other program"},
		Tick: func(v float64) string { return significantRound(v / 1e6) },
	}
	var alt []string
	for _, r := range rows {
		if r.Peer == nil || !(r.Ours.peak() > 0) || !(r.Peer.peak() > 0) {
			continue
		}
		ours, theirs := r.Ours.peak(), r.Peer.peak()
		c.Rows = append(c.Rows, chart.Pair{Label: label(r), A: ours, B: theirs, AtLeast: !r.Peer.complete(), Note: strings.Replace(formatRatio(theirs/ours), "x", "×", 1)})
		alt = append(alt, fmt.Sprintf("%s: %s against %s", label(r), formatBytes(ours), formatBytes(theirs)))
	}
	c.Alt = strings.Join(alt, "; ") + "."
	return len(c.Rows) > 0, ifAny(len(c.Rows), func() error { return c.WriteSVG(w) })
}

func drawGrowth(w io.Writer, rows []*row) (bool, error) {
	c := chart.Lines{
		Title: "Growth of the time with the rows of a log", XAxis: "rows of 17 columns, 64 trees", YAxis: "CPU time",
		XTick: func(v float64) string { return thousands(int(math.Round(v))) }, YTick: formatRound,
	}
	var alt []string
	for _, phase := range growthPhases {
		l := chart.Line{Name: phase}
		for _, r := range rows {
			if s, _ := r.Ours.phaseTime(phase); r.Name == "growth" && s > 0 {
				l.X, l.Y = append(l.X, float64(r.Size)), append(l.Y, s)
				alt = append(alt, fmt.Sprintf("%s of %s rows: %s", phase, thousands(r.Size), formatSeconds(s)))
			}
		}
		if len(l.X) > 0 {
			c.Series = append(c.Series, l)
		}
	}
	c.Alt = strings.Join(alt, "; ") + "."
	return len(c.Series) > 0, ifAny(len(c.Series), func() error { return c.WriteSVG(w) })
}

func ifAny(n int, f func() error) error {
	if n == 0 {
		return nil
	}
	return f()
}

// label of a comparison in a picture.
func label(r *row) string { return r.Workload + ", " + r.Input + ": " + r.Peer.Name }

// peerTime in words, with "more than" where it was stopped.
func (r *row) peerTime() string {
	if r.Peer.complete() {
		return formatSeconds(r.peerSeconds())
	}
	return "more than " + formatSeconds(r.peerSeconds())
}

// formatRound writes a power of ten of seconds.
func formatRound(s float64) string {
	switch {
	case s < 0.99e-3:
		return significantRound(s*1e6) + " µs"
	case s < 0.99:
		return significantRound(s*1e3) + " ms"
	}
	return thousands(int(math.Round(s))) + " s"
}

// significantRound writes a power of ten without trailing zeros behind the point.
func significantRound(v float64) string { return fmt.Sprintf("%g", math.Round(v*1e6)/1e6) }
