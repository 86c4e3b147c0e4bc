package figure

import (
	"fmt"
	"image/color"
	"math"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

const (
	importanceTop     = 12 // parameters
	importanceBudgets = 6
)

var importanceBars = kind{
	Kind{"importance", "importance of the parameters at every budget, bars with error bars"},
	func(a *reports.Analysis) (*Figure, string) {
		ds := decided(a)
		if len(ds) == 0 {
			return nil, noneDecided(a)
		}
		last := ds[len(ds)-1]
		f := &bars{a: a, params: ranked(a, last), intervals: haveIntervals(a, ds)}
		for _, i := range spread(len(ds), importanceBudgets) {
			f.budgets = append(f.budgets, ds[i])
		}
		if len(f.params) > importanceTop {
			f.params = f.params[:importanceTop]
		}
		alt := ""
		for _, b := range ds {
			alt += fmt.Sprintf(" At %s (n %d, out-of-bag R2 %s): %s.", budgetName(a, a.Budgets[b].Budget), a.Budgets[b].N,
				fixed(a.Budgets[b].OOB.R2, 2), shares(a, b, f.params, f.intervals))
		}
		title, sorted := "Importance per budget", "Sorted by "+budgetName(a, a.Budgets[last].Budget)
		if a.Budgetless() {
			title, sorted = "Importance of the parameters", "The most important come first"
		}
		caption := fmt.Sprintf("Importance of the parameters: the share of the variance of the predicted %s over the space that each explains alone "+
			"(functional ANOVA of a random forest of %d trees). %s %s.",
			lowerFirst(capital(a.Objective.Name)), a.Budgets[last].Forest.Trees, barsAre(a, f.intervals), sorted)
		if rest := len(a.Params) - len(f.params); rest > 0 {
			caption += fmt.Sprintf(" The first %d of %d parameters are drawn.", len(f.params), len(a.Params))
		}
		return &Figure{
			Title:   title,
			Caption: caption + thinned(len(f.budgets), len(ds)) + undecidedNote(a),
			Alt:     "Bars of the importance of each parameter." + alt + undecidedNote(a),
			layout:  f.layout,
		}, ""
	},
}

// shares lists importances in words.
func shares(a *reports.Analysis, b int, params []int, intervals bool) string {
	var out []string
	for _, j := range params {
		s := a.Budgets[b].Importance[j].Individual
		lo, hi := spreadOf(s, intervals)
		word := fmt.Sprintf("%s %s (%s to %s)", a.Params[j].Name, fixed(s.Mean, 3), fixed(lo, 3), fixed(hi, 3))
		if math.IsNaN(lo) {
			word = fmt.Sprintf("%s %s", a.Params[j].Name, fixed(s.Mean, 3))
		}
		out = append(out, word)
	}
	return strings.Join(out, ", ")
}

type bars struct {
	a         *reports.Analysis
	budgets   []int // decided
	params    []int // most important first
	intervals bool
}

// budgetKeys is the legend of the budgets: those that are drawn, then the others in words.
func budgetKeys(a *reports.Analysis, drawn []int, mark func(color.NRGBA) func(pen, point)) []key {
	colors := budgetColors(len(a.Budgets))
	keys := budgetHead(a)
	for _, b := range drawn {
		keys = append(keys, key{mark: mark(colors[b]), label: budgetKey(a, &a.Budgets[b])})
	}
	us := undecided(a)
	if len(us) > fewWords {
		return append(keys, key{label: plain(fmt.Sprintf("%d budgets: undecided", len(us))), grey: true})
	}
	for _, i := range us {
		keys = append(keys, key{label: plain(budgetLabel(a, a.Budgets[i].Budget) + ": undecided"), grey: true})
	}
	return keys
}

// budgetHead starts a legend of budgets that have no unit.
func budgetHead(a *reports.Analysis) []key {
	if c := budgetCorner(a); c != "" {
		return []key{{label: plain(c + ":"), grey: true}}
	}
	return nil
}

func barMark(c color.NRGBA) func(pen, point) {
	return swatch(func(p pen, b box) { p.rect(tint(c), b) })
}

func (f *bars) layout(width float64) (float64, func(pen)) {
	a := f.a
	k := float64(len(f.budgets))
	thick := math.Min(7, math.Max(2, 15/k))
	group := math.Max(k*thick+4, 11)
	names := 0.0
	for _, j := range f.params {
		names = math.Max(names, plain(a.Params[j].Name).width(textSize))
	}
	names = math.Min(names, 0.36*width)
	keys := budgetKeys(a, f.budgets, barMark)
	head := legendHeight(keys, width-4) + 5
	const foot = 21.0
	b := box{names + 8, foot, width - 7, foot + group*float64(len(f.params))}
	height := b.top + head
	most := 0.0
	for _, i := range f.budgets {
		for _, j := range f.params {
			s := a.Budgets[i].Importance[j].Individual
			_, hi := spreadOf(s, f.intervals)
			for _, v := range []float64{s.Mean, hi} {
				if v > most {
					most = v
				}
			}
		}
	}
	x := scale{lo: 0, hi: math.Max(most*1.02, 0.01)}.onto(b.left, b.right)
	colors := budgetColors(len(a.Budgets))
	labels := paramNames(a, f.params, textSize, names)
	return height, func(p pen) {
		ax := axes{b, x, scale{lo: 0, hi: 1}.onto(b.bottom, b.top)}
		ticks := x.ticks(smallSize, false)
		p.grid(ax, ticks, nil)
		p.legend(point{2, height - 1}, width-4, keys)
		for r, j := range f.params {
			y := b.top - group*(float64(r)+0.5) // middle of the group
			p.text(point{b.left - 5, y}, plain(labels[r]), say{h: end, v: middle})
			for i, budget := range f.budgets {
				s := a.Budgets[budget].Importance[j].Individual
				if math.IsNaN(s.Mean) {
					continue
				}
				top := y + k*thick/2 - float64(i)*thick
				p.rect(tint(colors[budget]), box{b.left, top - thick + 0.35, x.at(s.Mean), top - 0.35})
				lo, hi := spreadOf(s, f.intervals)
				p.whisker(point{x.at(lo), top - thick/2}, point{x.at(hi), top - thick/2}, math.Min(1.3, thick*0.3), ink, 0.5)
			}
		}
		p.line(spine, point{b.left, b.top}, point{b.left, b.bottom})
		p.xTicks(ax, ticks, true)
		p.text(point{(b.left + b.right) / 2, 2}, plain("Importance (share of variance)"), say{h: middle})
	}
}

// whisker is an error bar with caps.
func (p pen) whisker(from, to point, half float64, c color.NRGBA, width float64) {
	if math.IsNaN(from.x) || math.IsNaN(from.y) || math.IsNaN(to.x) || math.IsNaN(to.y) {
		return
	}
	s := stroke{color: c, width: width}
	p.line(s, from, to)
	for _, q := range []point{from, to} {
		if from.y == to.y {
			p.line(s, point{q.x, q.y - half}, point{q.x, q.y + half})
		} else {
			p.line(s, point{q.x - half, q.y}, point{q.x + half, q.y})
		}
	}
}
