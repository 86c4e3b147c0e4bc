package figure

import (
	"fmt"
	"math"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

const choiceBudgets = 10 // rows at most

var budgetChoice = kind{
	Kind{"budget-choice", "what choosing at a smaller budget keeps of the best, and what it gives up, at the largest"},
	func(a *reports.Analysis) (*Figure, string) {
		if len(a.Budgets) < 2 {
			return nil, "there is only one budget"
		}
		f := &choice{a: a}
		last := len(a.Budgets) - 1
		var alt []string
		var few []string
		var pairs []*reports.Correlation
		for i := range a.Correlations {
			c := &a.Correlations[i]
			if c.HighIndex == last && c.N < 4 {
				few = append(few, fmt.Sprintf("%s, with n = %d", budgetName(a, c.Low), c.N))
			}
			if c.HighIndex != last || c.N < 4 || len(c.TopK) == 0 || math.IsNaN(c.Regret.Regret) {
				continue
			}
			pairs = append(pairs, c)
		}
		for _, i := range spread(len(pairs), choiceBudgets) {
			c := pairs[i]
			f.pairs = append(f.pairs, c)
			s := fmt.Sprintf("%s (n %d):", budgetName(a, c.Low), c.N)
			for _, t := range c.TopK {
				s += fmt.Sprintf(" %s of the best %d (chance %s),", short(t.Shared, 3), t.K, short(t.Chance, 2))
			}
			s += " gives up " + short(c.Regret.Regret, 3)
			if !math.IsNaN(c.Regret.Relative) {
				s += ", " + fixed(c.Regret.Relative, 2) + " of the range"
			}
			alt = append(alt, s)
		}
		high := budgetName(a, a.Budgets[last].Budget)
		if len(f.pairs) == 0 {
			return nil, "no smaller budget shares four configurations with " + high
		}
		return &Figure{
			Title: "Choosing at a smaller budget",
			Caption: fmt.Sprintf("What the configurations that ran at both budgets say about choosing at the smaller one. "+
				"Left: share of the best K at %s that are also among the best K at the smaller budget, with both numbers; short bars: expected by chance. "+
				"Right: how much worse at %s the best of the smaller budget is than the best of these configurations, with its share of the range of their results. "+
				"n is the number of configurations.%s%s", high, high, thinned(len(f.pairs), len(pairs)), left(few)),
			Alt:    "Agreement with " + high + ". From " + strings.Join(alt, ". From ") + ".",
			layout: f.layout,
		}, ""
	},
}

// left names what is not drawn, in sentences with a leading space: all, or one of many.
func left(what []string) string {
	if len(what) > fewWords {
		return fmt.Sprintf(" Not drawn: %d budgets, such as %s.", len(what), what[0])
	}
	s := ""
	for _, w := range what {
		s += " Not drawn: " + w + "."
	}
	return s
}

type choice struct {
	a     *reports.Analysis
	pairs []*reports.Correlation
}

func (f *choice) layout(width float64) (float64, func(pen)) {
	a := f.a
	keys := []key{
		{mark: func(p pen, at point) { p.dot(okabeIto[0], point{at.x + 5, at.y}, 2) }, label: join(plain("kept of the best "), italic("K"))},
		{mark: func(p pen, at point) {
			p.line(stroke{color: midGrey, width: 1.2}, point{at.x + 5, at.y - 2.4}, point{at.x + 5, at.y + 2.4})
		}, label: plain("by chance")},
	}
	lines, gap := 1, 0.0
	for _, c := range f.pairs {
		lines = max(lines, len(c.TopK))
		for _, t := range c.TopK {
			gap = math.Max(gap, keptLabel(t).width(tinySize+0.4)+13)
		}
	}
	names := 0.0
	for _, c := range f.pairs {
		names = math.Max(names, plain(budgetLabel(a, c.Low)).width(textSize))
		names = math.Max(names, count(c.N).width(smallSize))
	}
	left := names + 8
	const foot = 23.0
	head := legendHeight(keys, width-left) + 4
	rowHeight := math.Max(21, 5+7.4*float64(lines))
	pw := (width - left - gap - 8) / 2
	height := foot + rowHeight*float64(len(f.pairs)) + head
	return height, func(p pen) {
		p.legend(point{left, height - 1}, width-left, keys)
		unit := scale{lo: 0, hi: 1}
		b := box{left, foot, left + pw, height - head}
		shared := newAxes(box{b.left + 3, b.bottom, b.right, b.top}, unit, unit)
		most := 0.0
		for _, c := range f.pairs {
			most = math.Max(most, c.Regret.Regret)
		}
		if most == 0 {
			most = 1
		}
		regret := newAxes(box{b.right + gap, b.bottom, width - 8, b.top}, scale{lo: 0, hi: most * 1.15}.within(7), unit)
		quarters := []tick{{0, plain("0")}, {0.25, nil}, {0.5, plain("0.5")}, {0.75, nil}, {1, plain("1")}}
		for i, ax := range []axes{shared, regret} {
			ts := quarters
			if i == 1 {
				ts = ax.x.ticks(smallSize, false)
			}
			p.grid(ax, ts, nil)
			p.spines(ax.box)
			p.xTicks(ax, ts, true)
		}
		p.text(point{(shared.left + shared.right) / 2, 2}, join(plain("Share of the best "), italic("K"), plain(" kept")), say{h: middle})
		p.text(point{(regret.left + regret.right) / 2, 2}, givenUp(a, pw), say{h: middle})
		p.text(point{2, height - legendLeading/2 - 1}, plain(clip(budgetCorner(a), smallSize, left-3)), say{size: smallSize, v: middle, color: axisGrey})
		for r, c := range f.pairs {
			y := b.top - rowHeight*(float64(r)+0.5)
			p.text(point{left - 5, y + 1.2}, plain(budgetLabel(a, c.Low)), say{h: end})
			p.text(point{left - 5, y - 6.6}, count(c.N), say{size: smallSize, h: end, color: axisGrey})
			if r > 0 {
				p.line(stroke{color: gridGrey, width: 0.5}, point{2, y + rowHeight/2}, point{width - 7, y + rowHeight/2})
			}
			for i, t := range c.TopK {
				if i > 0 && t.K == c.TopK[i-1].K {
					continue
				}
				yt := y + 7.4*(float64(len(c.TopK)-1)/2-float64(i))
				k := float64(t.K)
				chance, kept := shared.x.at(t.Chance/k), shared.x.at(t.Shared/k)
				p.line(stroke{color: midGrey, width: 1.2}, point{chance, yt - 2.6}, point{chance, yt + 2.6})
				p.dot(okabeIto[0], point{kept, yt}, 2)
				p.text(point{shared.right + 4, yt}, keptLabel(t), say{size: tinySize + 0.4, v: middle, color: axisGrey})
			}
			f.regret(p, regret, c, y)
		}
	}
}

func keptLabel(t reports.Overlap) text {
	return plain(fmt.Sprintf("%s of %d", short(t.Shared, 3), t.K))
}

// givenUp labels the axis of what is given up, in the unit of the objective.
func givenUp(a *reports.Analysis, room float64) text {
	label := capital(a.Objective.Name) + " given up"
	if a.Objective.Unit != "" {
		label += " (" + a.Objective.Unit + ")"
	}
	if plain(label).width(textSize) > room {
		return plain("Given up")
	}
	return plain(label)
}

func (f *choice) regret(p pen, ax axes, c *reports.Correlation, y float64) {
	label := plain(short(c.Regret.Regret, 3))
	if share := c.Regret.Relative; share > 0 {
		label = plain(short(100*share, 2) + " %")
	}
	x := ax.x.at(c.Regret.Regret)
	p.rect(okabeIto[0], box{ax.left, y - 2.5, x, y + 2.5})
	s := say{size: smallSize, v: middle}
	at := point{x + 3, y}
	if at.x+label.width(smallSize) > ax.right {
		at.x, s.h, s.color = x-2, end, white
	}
	p.text(at, label, s)
}
