package figure

import (
	"fmt"
	"math"
	"sort"

	"gonum.org/v1/plot/vg"

	"github.com/nasalyze/nasalyze/reports"
)

const pickBudgets = 6

var picks = kind{
	Kind{"picks", "results of model-based against random configurations at every budget"},
	func(a *reports.Analysis) (*Figure, string) {
		f := &pickGrid{a: a}
		var both []int
		for i := range a.Budgets {
			if len(f.values(i, "model")) > 1 && len(f.values(i, "random")) > 1 {
				both = append(both, i)
			}
		}
		if len(both) == 0 {
			if f.any("model") || f.any("random") {
				return nil, "no budget has results of two or more model-based and two or more random configurations"
			}
			return nil, "the log does not say how configurations were picked"
		}
		for _, i := range spread(len(both), pickBudgets) {
			f.budgets = append(f.budgets, both[i])
		}
		alt := ""
		for _, b := range f.budgets {
			m, r := f.values(b, "model"), f.values(b, "random")
			alt += fmt.Sprintf(" At %s: best %s of %d model-based, best %s of %d random.", budgetName(a, a.Budgets[b].Budget),
				short(f.first(m), 4), len(m), short(f.first(r), 4), len(r))
		}
		side := "The further left a line, the better."
		if a.Objective.Maximize {
			side = "Higher is better: the further right a line, the better."
		}
		for _, b := range f.budgets {
			if s := f.scale(b); s.clippedLo || s.clippedHi {
				side += " Results far outside count at the edge."
				break
			}
		}
		per := ", per budget. "
		if len(a.Budgets) == 1 {
			per = ". "
		} else {
			side += " At larger budgets both are the survivors of the smaller ones."
		}
		return &Figure{
			Title:   "Model-based against random picks",
			Caption: "Share of the configurations with a result up to a value, for those that a model proposed and those drawn at random" + per + side + " Ticks: the single results." + thinned(len(f.budgets), len(both)),
			Alt:     "Cumulative distributions of the results of model-based and random configurations." + alt,
			layout:  f.layout,
		}, ""
	},
}

type pickGrid struct {
	a       *reports.Analysis
	budgets []int
}

func (f *pickGrid) any(pick string) bool {
	for _, c := range f.a.Configs {
		if c.Pick == pick {
			return true
		}
	}
	return false
}

// name of a panel.
func (f *pickGrid) name(b int) text {
	if f.a.Budgetless() {
		return nil
	}
	return plain(budgetName(f.a, f.a.Budgets[b].Budget))
}

// values at a budget in ascending order.
func (f *pickGrid) values(b int, pick string) []float64 {
	var out []float64
	for _, c := range f.a.Configs {
		if c.Pick == pick && !math.IsNaN(c.Results[b]) {
			out = append(out, c.Results[b])
		}
	}
	sort.Float64s(out)
	return out
}

func (f *pickGrid) scale(b int) scale {
	return lossScale(append(f.values(b, "model"), f.values(b, "random")...))
}

func (f *pickGrid) first(sorted []float64) float64 {
	if f.a.Objective.Maximize {
		return sorted[len(sorted)-1]
	}
	return sorted[0]
}

var pickStrokes = []struct {
	pick, name string
	stroke     stroke
}{
	{"model", "model-based", stroke{color: okabeIto[0], width: 1.2}},
	{"random", "random", stroke{color: okabeIto[1], width: 1.2, dash: []float64{2.6, 1.4}}},
}

func (f *pickGrid) layout(width float64) (float64, func(pen)) {
	a := f.a
	n := len(f.budgets)
	cols := min(4, n)
	if width < 360 {
		cols = min(2, n)
	}
	rows := (n + cols - 1) / cols
	const left, hgap, title, ticksBelow, foot = 30.0, 13.0, 21.0, 13.0, 8.5
	pw := (width - left - 8 - hgap*float64(cols-1)) / float64(cols)
	ph := math.Min(pw*0.72, 90)
	var keys []key
	for _, s := range pickStrokes {
		keys = append(keys, key{mark: func(p pen, at point) {
			p.line(s.stroke, at, point{at.x + keyWidth, at.y})
		}, label: plain(s.name)})
	}
	head := legendHeight(keys, width) + 2
	rowHeight := title + ph + ticksBelow
	height := head + rowHeight*float64(rows) + foot
	return height, func(p pen) {
		p.legend(point{left, height - 1}, width-left, keys)
		for i, b := range f.budgets {
			x := left + float64(i%cols)*(pw+hgap)
			top := height - head - rowHeight*float64(i/cols) - title
			ax := newAxes(box{x, top - ph, x + pw, top}, f.scale(b).within(5), scale{lo: 0, hi: 1})
			ys := []tick{{0, plain("0")}, {0.5, plain("0.5")}, {1, plain("1")}}
			p.grid(ax, nil, ys)
			p.spines(ax.box)
			p.yTicks(ax, ys, i%cols == 0)
			p.xTicks(ax, ax.x.ticks(smallSize, false), true)
			p.text(point{x, top + 11}, f.name(b), say{})
			at := x
			for k, s := range pickStrokes {
				vs := f.values(b, s.pick)
				f.steps(p, ax, vs, s.stroke, k)
				at += p.text(point{at, top + 3.5}, count(len(vs)), say{size: smallSize, color: s.stroke.color}) + 6
			}
		}
		p.text(point{7, foot + (height-head-foot)/2}, plain(clip("Share of configurations", textSize, height-head)), say{h: middle, turn: 90})
		p.text(point{left + (width-left)/2, 2}, objectiveAxis(a, "", width-left), say{h: middle})
	}
}

// steps is the cumulative distribution, with the values as ticks at the foot (k-th row).
func (f *pickGrid) steps(p pen, ax axes, vs []float64, s stroke, k int) {
	path := []point{{ax.left, ax.bottom}}
	n := float64(len(vs))
	foot := ax.bottom + 0.4 + 2.6*float64(k)
	var ticks vg.Path
	tick := math.Inf(-1)
	for i, v := range vs {
		x, y := ax.x.at(v), ax.y.at(float64(i+1)/n)
		// Steps finer than print are left out.
		if last := path[len(path)-1]; x-last.x > 0.1 || y-last.y > 0.2 || i == len(vs)-1 {
			path = append(path, point{x, last.y}, point{x, y})
		}
		if x-tick >= 0.25 {
			tick = x
			ticks.Move(vg.Point{X: vg.Length(x), Y: vg.Length(foot)})
			ticks.Line(vg.Point{X: vg.Length(x), Y: vg.Length(foot + 2.2)})
		}
	}
	stroke{color: fade(s.color, 0.55), width: 0.35}.set(p.c)
	p.c.Stroke(ticks)
	path = append(path, point{ax.right, ax.top})
	p.line(s, path...)
}
