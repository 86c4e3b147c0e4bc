package figure

import (
	"fmt"
	"math"
	"slices"
	"sort"

	"github.com/nasalyze/nasalyze/reports"
)

const (
	linesTop   = 7    // as many as there are colours
	linesLeast = 3    // coloured in any case
	linesShare = 0.05 // the others where they reach this share

	linesBudgets = 12 // at most, so that error bars stand apart
)

var importanceLines = kind{
	Kind{"importance-by-budget", "importance against budget, a line per parameter: what gains and what loses"},
	func(a *reports.Analysis) (*Figure, string) {
		ds := decided(a)
		if len(ds) == 0 {
			return nil, noneDecided(a)
		}
		if len(a.Budgets) == 1 {
			return nil, "there is only one budget"
		}
		if len(ds) == 1 {
			return nil, "the importance is decided at one budget only, " + budgetName(a, a.Budgets[ds[0]].Budget)
		}
		f := &lines{bars: bars{a: a, intervals: haveIntervals(a, ds)}}
		for _, i := range spread(len(ds), linesBudgets) {
			f.budgets = append(f.budgets, ds[i])
		}
		most := func(j int) float64 {
			m := math.Inf(-1)
			for _, b := range ds {
				if v := a.Budgets[b].Importance[j].Individual.Mean; v > m {
					m = v
				}
			}
			return m
		}
		f.params = ranked(a, ds[len(ds)-1])
		sort.SliceStable(f.params, func(x, y int) bool { return most(f.params[x]) > most(f.params[y]) })
		for f.top < min(linesTop, len(f.params)) && (f.top < linesLeast || most(f.params[f.top]) >= linesShare) {
			f.top++
		}
		alt := ""
		for _, j := range f.params {
			alt += " " + a.Params[j].Name + ":"
			for i, b := range f.budgets {
				if i > 0 {
					alt += ","
				}
				alt += fmt.Sprintf(" %s at %s", fixed(a.Budgets[b].Importance[j].Individual.Mean, 3), budgetName(a, a.Budgets[b].Budget))
			}
			alt += "."
		}
		axis := ""
		if budgetScale(a).log {
			axis = ", on a logarithmic axis"
		}
		caption := "Importance of the parameters (share of the variance that each explains alone, functional ANOVA) against the budget" + axis + ". " +
			barsAre(a, f.intervals)
		if rest := len(f.params) - f.top; rest > 0 {
			caption += fmt.Sprintf(" Named: the %d that explain most at any budget; grey: the other %d.", f.top, rest)
		}
		return &Figure{
			Title:   "Importance against budget",
			Caption: caption + thinned(len(f.budgets), len(ds)) + undecidedNote(a),
			Alt:     "Lines of the importance of each parameter over the budgets." + alt + undecidedNote(a),
			layout:  f.layout,
		}, ""
	},
}

type lines struct {
	bars
	top int // this many of params are named
}

func (f *lines) layout(width float64) (float64, func(pen)) {
	a := f.a
	top := f.params[:f.top]
	room := 0.0
	for _, j := range top {
		room = math.Max(room, plain(a.Params[j].Name).width(smallSize))
	}
	room = math.Min(room, 0.32*width)
	height := math.Min(0.72*width, 200)
	const left, foot = 33.0, 23.0
	b := box{left, foot, width - room - 13, height - 5}
	most := 0.01
	for _, i := range f.budgets {
		for j := range a.Params {
			s := a.Budgets[i].Importance[j].Individual
			_, hi := spreadOf(s, f.intervals)
			if j == top[0] || hi < 1 {
				most = math.Max(most, math.Max(nanZero(s.Mean), nanZero(hi)))
			}
		}
	}
	ax := newAxes(b, budgetScale(a), scale{lo: 0, hi: most * 1.03})
	ax.x = ax.x.onto(b.left+9, b.right-4)
	us := undecided(a)
	var gaps []int
	for _, k := range spread(len(us), linesBudgets) {
		gaps = append(gaps, us[k])
	}
	marked := slices.Sorted(slices.Values(slices.Concat(f.budgets, gaps)))
	return height, func(p pen) {
		ys := ax.y.ticks(smallSize, true)
		p.grid(ax, nil, ys)
		above := ax.y.at(nanZero(a.Budgets[f.budgets[len(f.budgets)-1]].Importance[top[0]].Individual.Mean))
		free := math.Inf(-1)
		for _, i := range gaps {
			x := ax.x.at(a.Budgets[i].Budget)
			p.hatch(box{x - 4, b.bottom, x + 4, b.top})
			if x < free {
				continue
			}
			free = x + 8.5
			w := plain("undecided").width(smallSize)
			y := b.top - w/2 - 4 // or below, if the lines run above
			if above > (b.bottom+b.top)/2 {
				y = b.bottom + w/2 + 4
			}
			p.rect(noData, box{x - 3.6, y - w/2 - 2, x + 3.6, y + w/2 + 2})
			p.text(point{x, y}, plain("undecided"), say{size: smallSize, color: axisGrey, h: middle, v: middle, turn: 90})
		}
		p.spines(b)
		p.yTicks(ax, ys, true)
		p.xTicks(ax, budgetTicks(a, marked, ax.x), true)
		p.text(point{(b.left + b.right) / 2, 2}, plain(budgetAxis(a)), say{h: middle})
		p.text(point{7, (b.top + b.bottom) / 2}, plain("Importance (share of variance)"), say{h: middle, turn: 90})
		for i := len(f.params) - 1; i >= len(top); i-- {
			f.path(p, ax, f.params[i], stroke{color: dimGrey, width: 0.6}, 0)
		}
		want := make([]float64, len(top))
		step := (ax.x.to - ax.x.from) / float64(max(1, len(marked)-1))
		dodge := math.Min(2.1, 0.5*step/float64(len(top)))
		for i := len(top) - 1; i >= 0; i-- {
			// Error bars of neighbours stand side by side.
			shift := dodge * (float64(i) - float64(len(top)-1)/2)
			want[i] = f.path(p, ax, top[i], stroke{color: okabeIto[i], width: 1.2}, shift)
		}
		at := repel(want, 7.6, b.bottom, b.top)
		x0 := ax.x.at(a.Budgets[f.budgets[len(f.budgets)-1]].Budget)
		for i, label := range paramNames(a, top, smallSize, room) {
			c := okabeIto[i]
			p.line(stroke{color: fade(c, 0.7), width: 0.4}, point{x0 + 8, want[i]}, point{b.right + 7, at[i]})
			p.text(point{b.right + 9, at[i]}, plain(label), say{size: smallSize, v: middle, color: legible(c)})
		}
	}
}

func nanZero(v float64) float64 {
	if math.IsNaN(v) {
		return 0
	}
	return v
}

// path of one parameter; it returns where its last point stands.
func (f *lines) path(p pen, ax axes, j int, s stroke, shift float64) (last float64) {
	var ps []point
	for _, b := range f.budgets {
		v := f.a.Budgets[b].Importance[j].Individual
		q := ax.at(f.a.Budgets[b].Budget, v.Mean)
		q.x += shift
		ps = append(ps, q)
		last = q.y
		if s.color.A == 255 && s.color != dimGrey {
			lo, hi := spreadOf(v, f.intervals)
			p.line(stroke{color: fade(s.color, 0.75), width: 0.6}, point{q.x, ax.y.at(lo)}, point{q.x, ax.y.at(hi)})
		}
	}
	for i := 1; i < len(ps); i++ {
		t := s
		if slices.ContainsFunc(f.a.Budgets[f.budgets[i-1]:f.budgets[i]], func(b reports.Budget) bool { return !b.Decided }) {
			t.dash = []float64{2, 1.6}
		}
		p.line(t, ps[i-1], ps[i])
	}
	if s.color != dimGrey {
		p.dots(white, ps, 2.1)
		p.dots(s.color, ps, 1.6)
	}
	return last
}

// budgetScale is logarithmic where budgets are a factor apart, as those of a halving search, and linear where they are
// a step apart, as the epochs of a learning curve: the middle one tells.
func budgetScale(a *reports.Analysis) scale {
	n := len(a.Budgets)
	lo, hi := a.Budgets[0].Budget, a.Budgets[n-1].Budget
	if lo <= 0 {
		return scale{lo: lo, hi: hi}
	}
	factor, step := math.Sqrt(lo*hi), (lo+hi)/2
	middle := math.Sqrt(a.Budgets[(n-1)/2].Budget * a.Budgets[n/2].Budget)
	return scale{lo: lo, hi: hi, log: middle*middle <= factor*step}
}

// budgetTicks marks budgets, given by their indices, and labels as many as fit, from the largest down.
func budgetTicks(a *reports.Analysis, marked []int, x scale) []tick {
	out := make([]tick, len(marked))
	free := math.Inf(1)
	for i := len(out) - 1; i >= 0; i-- {
		v := a.Budgets[marked[i]].Budget
		out[i].v = v
		label := plain(budgetLabel(a, v))
		if budgetUnit(a) == a.Study.BudgetName {
			label = plain(short(v, 4)) // the axis has the name
		}
		half := label.width(smallSize) / 2
		if x.at(v)+half <= free {
			out[i].label = label
			free = x.at(v) - half - 3
		}
	}
	return out
}
