package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/reports"
)

const (
	timelinePoints = 3000
	timelineKeys   = 10 // budgets in the legend, at most
)

var lossTimeline = kind{
	Kind{"loss-over-time", "results over time at every budget, with the best so far"},
	func(a *reports.Analysis) (*Figure, string) {
		f := &timeline{a: a, best: make([][]point, len(a.Budgets))}
		var values []float64
		for _, e := range a.Timeline {
			if e.Budget < 0 || e.Budget >= len(a.Budgets) || math.IsNaN(e.Time) {
				continue
			}
			f.end = math.Max(f.end, e.Time)
			if math.IsNaN(e.Value) || math.IsInf(e.Value, 0) {
				f.failed = append(f.failed, e)
				continue
			}
			f.events = append(f.events, e)
			values = append(values, e.Value)
			steps := &f.best[e.Budget]
			if n := len(*steps); n == 0 || better(a, e.Value, (*steps)[n-1].y) {
				*steps = append(*steps, point{e.Time, e.Value})
			}
		}
		if len(f.events) == 0 {
			return nil, "the log has no times"
		}
		if f.end == 0 {
			return nil, "all times in the log are equal"
		}
		f.y = lossScale(values)
		alt := ""
		for i, steps := range f.best {
			if len(steps) > 0 {
				last := steps[len(steps)-1]
				alt += fmt.Sprintf(" %s: best %s after %s.", budgetName(a, a.Budgets[i].Budget), short(last.y, 4), elapsed(last.x))
			}
		}
		what := "by budget, with the best so far at each budget (lines)"
		if a.Budgetless() {
			what = "with the best so far (line)"
		}
		caption := fmt.Sprintf("%s of every trial when it ended, %s. %s", objectiveLabel(a), what, direction(a))
		if f.y.log {
			caption += " The axis is logarithmic, as the results span a decade or more."
		}
		if f.y.clippedHi || f.y.clippedLo {
			caption += " Results far outside are drawn as triangles at the edge."
		}
		if slices.ContainsFunc(a.Warnings, func(w reports.Warning) bool { return w.Code == "pauses" }) {
			caption += " Pauses in which no trial ran are left out of the time."
		}
		if len(f.failed) > 0 {
			caption += fmt.Sprintf(" Crosses at the top: %d trials without a usable result.", len(f.failed))
			alt += fmt.Sprintf(" %d trials ended without a usable result.", len(f.failed))
		}
		if n := len(f.present()); n > timelineKeys {
			caption += fmt.Sprintf(" The key names %d of %d budgets; darker is larger.", timelineKeys, n)
		}
		if len(f.events) > timelinePoints {
			caption += fmt.Sprintf(" Of %d points %d are drawn; the lines count all.", len(f.events), timelinePoints)
		}
		return &Figure{
			Title:   "Results over time",
			Caption: caption,
			Alt:     fmt.Sprintf("Results of %d trials over %s of search.", len(f.events), elapsed(f.end)) + alt,
			layout:  f.layout,
		}, ""
	},
}

type timeline struct {
	a              *reports.Analysis
	events, failed []reports.Event
	best           [][]point // by budget: time and value of each new best
	end            float64
	y              scale
}

// timeUnit is the unit in which an axis up to the given number of seconds is read.
func timeUnit(end float64) (seconds float64, name string) {
	switch {
	case end > 3*86400:
		return 86400, "d"
	case end > 2*3600:
		return 3600, "h"
	case end > 180:
		return 60, "min"
	case end > 1:
		return 1, "s"
	}
	return 1e-3, "ms"
}

func elapsed(t float64) string {
	unit, name := timeUnit(t)
	return short(t/unit, 3) + " " + name
}

// present are the budgets that have results.
func (f *timeline) present() []int {
	var out []int
	for i, steps := range f.best {
		if len(steps) > 0 {
			out = append(out, i)
		}
	}
	return out
}

func (f *timeline) layout(width float64) (float64, func(pen)) {
	a := f.a
	present := f.present()
	colors := budgetColors(len(a.Budgets))
	keys := budgetHead(a)
	for _, k := range spread(len(present), timelineKeys) {
		i := present[k]
		keys = append(keys, key{mark: dotLine(colors[i]), label: budgetKey(a, &a.Budgets[i])})
	}
	if len(f.failed) > 0 {
		keys = append(keys, key{mark: func(p pen, at point) { p.cross(axisGrey, point{at.x + 5, at.y}) }, label: plain("no usable result")})
	}
	const foot = 23.0
	plotHeight := math.Min(0.62*width, 165)
	head := legendHeight(keys, width-4) + 4
	if len(f.failed) > 0 {
		head += 7
	}
	height := foot + plotHeight + head
	left := widest(f.y.onto(0, plotHeight).ticks(smallSize, true), smallSize) + tickLength + tickGap + 12
	unit, unitName := timeUnit(f.end)
	ax := newAxes(box{left, foot, width - 7, foot + plotHeight}, scale{lo: 0, hi: f.end / unit * 1.01}, f.y)
	return height, func(p pen) {
		p.legend(point{2, height - 1}, width-4, keys)
		ys, xs := ax.y.ticks(smallSize, true), ax.x.ticks(smallSize, false)
		p.grid(ax, nil, ys)
		p.spines(ax.box)
		p.yTicks(ax, ys, true)
		p.xTicks(ax, xs, true)
		p.text(point{(ax.left + ax.right) / 2, 2}, plain("Time since the start ("+unitName+")"), say{h: middle})
		p.text(point{6.5, (ax.bottom + ax.top) / 2}, objectiveAxis(a, "", plotHeight), say{h: middle, turn: 90})
		r := math.Min(1.3, math.Max(0.6, 20/math.Sqrt(float64(min(timelinePoints, len(f.events))))))
		for _, k := range sampled(len(f.events), timelinePoints) {
			e := f.events[k]
			p.mark(ax, fade(colors[e.Budget], 0.5), e.Time/unit, e.Value, r)
		}
		for _, k := range sampled(len(f.failed), 300) {
			p.cross(axisGrey, point{ax.x.at(f.failed[k].Time / unit), ax.top + 5})
		}
		for _, i := range present {
			var path []point
			for k, q := range f.best[i] {
				at := ax.at(q.x/unit, q.y)
				if k > 0 {
					path = append(path, point{at.x, path[len(path)-1].y})
				}
				path = append(path, at)
			}
			path = append(path, point{ax.x.at(f.end / unit), path[len(path)-1].y})
			p.line(stroke{color: white, width: 1.9}, path...)
			p.line(stroke{color: colors[i], width: 1.2}, path...)
		}
	}
}

func dotLine(c color.NRGBA) func(pen, point) {
	return func(p pen, at point) {
		p.line(stroke{color: c, width: 1.2}, at, point{at.x + keyWidth - 1, at.y})
		p.dot(c, point{at.x + (keyWidth-1)/2, at.y}, 1.5)
	}
}

func (p pen) cross(c color.NRGBA, at point) {
	const r = 1.4
	s := stroke{color: c, width: 0.5}
	p.line(s, point{at.x - r, at.y - r}, point{at.x + r, at.y + r})
	p.line(s, point{at.x - r, at.y + r}, point{at.x + r, at.y - r})
}
