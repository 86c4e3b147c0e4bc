package figure

import (
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/reports"
)

const (
	scatterBudgets = 5    // at most, so that the panels stay legible
	scatterPoints  = 8000 // at most in all panels
)

var lossScatter = kind{
	Kind{"loss-scatter", "results of the same configurations at one budget against another"},
	func(a *reports.Analysis) (*Figure, string) {
		if len(a.Budgets) < 2 {
			return nil, "there is only one budget"
		}
		var budgets []int
		for i, b := range a.Budgets {
			if b.N > 0 {
				budgets = append(budgets, i)
			}
		}
		s := &scatterGrid{a: a}
		for _, i := range spread(len(budgets), scatterBudgets) {
			s.budgets = append(s.budgets, budgets[i])
		}
		shared, thinner := false, false
		alt := ""
		for _, c := range a.Correlations {
			if s.index(c.LowIndex) < 0 || s.index(c.HighIndex) < 0 {
				continue
			}
			thinner = thinner || c.N > s.most()
			rho := "cannot be told"
			if !math.IsNaN(c.Spearman.Rho) {
				rho = fixed(c.Spearman.Rho, 2)
			}
			alt += fmt.Sprintf(" %s against %s: n %d, rank correlation %s.", budgetName(a, c.Low), budgetName(a, c.High), c.N, rho)
		}
		for _, c := range a.Configs {
			for i := range s.budgets {
				shared = shared || s.shared(c, i)
			}
		}
		if !shared {
			return nil, "no configuration has a result at two budgets"
		}
		s.equal = crosses(s.scales())
		scaleNote := ""
		if s.equal {
			scaleNote = " Grey line: equal results."
		}
		for _, sc := range s.scales() {
			if sc.clippedLo || sc.clippedHi {
				scaleNote += " Triangles at an edge: results far beyond it."
				break
			}
		}
		for _, sc := range s.scales() {
			if sc.log {
				scaleNote += " Axes are logarithmic where the results span a decade or more."
				break
			}
		}
		caption := fmt.Sprintf("Results of the configurations that have one at both budgets: %s at the lower budget (columns) "+
			"against that at the higher (rows), with Spearman's ρ and the number n of configurations. "+
			"Diamond: the best at the higher budget among them.%s %s%s",
			lowerFirst(objectiveLabel(a)), scaleNote, direction(a), thinned(len(s.budgets), len(budgets)))
		if thinner {
			caption += fmt.Sprintf(" Of more points %d are drawn in a panel.", s.most())
		}
		return &Figure{
			Title:   "Results at one budget against another",
			Caption: caption,
			Alt:     "Grid of scatter plots of the results at two budgets." + alt,
			layout:  s.layout,
		}, ""
	},
}

type scatterGrid struct {
	a       *reports.Analysis
	budgets []int
	equal   bool // the line of equal results is drawn
}

func (s *scatterGrid) index(budget int) int {
	for i, b := range s.budgets {
		if b == budget {
			return i
		}
	}
	return -1
}

func (s *scatterGrid) layout(width float64) (float64, func(pen)) {
	a := s.a
	n := len(s.budgets) - 1
	const hgap, head, foot = 7.0, 11.0, 29.0
	scales := s.scales()
	left := 0.0
	for i := range n {
		left = math.Max(left, widest(scales[i+1].onto(0, 60).ticks(smallSize, true), smallSize))
	}
	left += tickLength + tickGap + 24
	side := (width - left - hgap*float64(n-1) - 4) / float64(n)
	tall := math.Min(side, 96)
	if n == 1 {
		side = math.Min(side, 190)
		tall = side * 0.8
	} else if n == 2 {
		tall = math.Min(side, 120)
	}
	shift := 0.0 // few panels stand in the middle of a wide figure
	if spare := width - left - side*float64(n) - hgap*float64(n-1) - 4; spare > 1 {
		shift = math.Max(0, spare/2-10)
	}
	left += shift
	rowHeight := tall + head + 3
	height := rowHeight*float64(n) + foot
	return height, func(p pen) {
		for r := range n { // high budget r+1
			for c := range r + 1 { // low budget c
				x := left + float64(c)*(side+hgap)
				y := height - float64(r+1)*rowHeight + 3
				ax := newAxes(box{x, y, x + side, y + tall}, scales[c].within(3), scales[r+1])
				s.panel(p, ax, c, r+1)
				p.yTicks(ax, ax.y.ticks(smallSize, true), c == 0)
				p.xTicks(ax, ax.x.ticks(smallSize, false), r == n-1)
				mid := x + side/2
				if r == n-1 {
					p.text(point{mid, y - 18.5}, s.name(c, side), say{h: middle})
				}
				if c == 0 {
					p.text(point{shift + 17, y + tall/2}, s.name(r+1, tall), say{h: middle, turn: 90})
				}
			}
		}
		right := left + float64(n)*side + float64(n-1)*hgap
		p.text(point{(left + right) / 2, 2}, objectiveAxis(a, " at the lower budget", right-left+20), say{h: middle})
		p.text(point{shift + 6, (height + foot - head) / 2}, objectiveAxis(a, " at the higher budget", height-foot), say{h: middle, turn: 90})
		if n > 1 {
			// Beside the first panel, closer to it where the room is short.
			from := math.Max(left+side+2, math.Min(left+side+hgap+10, width-90))
			s.legend(p, point{from, height - 4}, width-from)
		}
	}
}

// most points in a panel.
func (s *scatterGrid) most() int {
	n := len(s.budgets)
	return scatterPoints / max(1, n*(n-1)/2)
}

// shared reports whether a configuration has results at the budget of index i and at another that is drawn.
func (s *scatterGrid) shared(c reports.Config, i int) bool {
	if math.IsNaN(c.Results[s.budgets[i]]) {
		return false
	}
	for j, b := range s.budgets {
		if j != i && !math.IsNaN(c.Results[b]) {
			return true
		}
	}
	return false
}

// diagonal is the part of the line of equal results that lies in the panel.
func diagonal(ax axes) []point {
	lo, hi := math.Max(ax.x.lo, ax.y.lo), math.Min(ax.x.hi, ax.y.hi)
	if lo >= hi {
		return nil
	}
	var ps []point
	for i := range 33 {
		v := lo + (hi-lo)*float64(i)/32
		if ax.x.log && lo > 0 {
			v = lo * math.Pow(hi/lo, float64(i)/32)
		}
		ps = append(ps, ax.at(v, v))
	}
	return ps
}

// scales of the results that are drawn at each budget.
func (s *scatterGrid) scales() []scale {
	out, all := make([]scale, len(s.budgets)), make([][]float64, len(s.budgets))
	anyLog, positive := false, true
	for i, b := range s.budgets {
		var shared []float64
		for _, c := range s.a.Configs {
			if s.shared(c, i) {
				shared = append(shared, c.Results[b])
			}
		}
		out[i] = lossScale(shared)
		all[i] = shared
		anyLog = anyLog || out[i].log
		positive = positive && (len(shared) == 0 || slices.Min(shared) > 0)
	}
	if anyLog && positive { // one kind of axis for all
		for i, v := range all {
			out[i] = logScale(v)
		}
	}
	return out
}

// crosses reports whether in some panel the line of equal results runs through a fair part of it.
func crosses(scales []scale) bool {
	for i := range scales {
		for j := range i {
			ps := diagonal(newAxes(box{0, 0, 1, 1}, scales[j], scales[i]))
			if n := len(ps); n > 0 && ps[n-1].x-ps[0].x > 0.3 && ps[n-1].y-ps[0].y > 0.3 {
				return true
			}
		}
	}
	return false
}

// name of a budget, with the word where there is room.
func (s *scatterGrid) name(i int, room float64) text {
	v := s.a.Budgets[s.budgets[i]].Budget
	if t := plain(budgetName(s.a, v)); t.width(textSize) <= room {
		return t
	}
	return plain(clip(budgetLabel(s.a, v), textSize, room))
}

func (s *scatterGrid) legend(p pen, at point, width float64) {
	keys := []key{
		{mark: func(p pen, at point) { p.diamond(accent, point{at.x + 4, at.y}, 2.4) }, label: plain("best at the higher budget")},
	}
	if s.equal {
		keys = append(keys, key{mark: func(p pen, at point) {
			p.line(stroke{color: dimGrey, width: 0.8}, at, point{at.x + keyWidth - 1, at.y})
		}, label: plain("equal results")})
	}
	p.legend(at, width, keys)
}

func (s *scatterGrid) panel(p pen, ax axes, low, high int) {
	a := s.a
	l, h := s.budgets[low], s.budgets[high]
	if s.equal {
		p.line(stroke{color: dimGrey, width: 0.8}, diagonal(ax)...)
	}
	p.spines(ax.box)
	var both []int
	for i, c := range a.Configs {
		if !math.IsNaN(c.Results[l]) && !math.IsNaN(c.Results[h]) {
			both = append(both, i)
		}
	}
	best := -1
	drawn := sampled(len(both), s.most())
	r := math.Min(1.5, math.Max(0.7, 14/math.Sqrt(float64(len(drawn)+1))))
	for _, i := range both {
		if best < 0 || better(a, a.Configs[i].Results[h], a.Configs[best].Results[h]) {
			best = i
		}
	}
	for _, k := range drawn {
		v := a.Configs[both[k]].Results
		p.mark(ax, fade(okabeIto[0], 0.6), v[l], v[h], r)
	}
	if best >= 0 {
		p.diamond(accent, ax.at(a.Configs[best].Results[l], a.Configs[best].Results[h]), 2.4)
	}
	p.text(point{ax.left, ax.top + 3.5}, s.headline(l, h, s.brief(ax.width())), say{size: smallSize})
}

// brief reports whether the headlines are too long for panels of the width.
func (s *scatterGrid) brief(width float64) bool {
	for i, l := range s.budgets {
		for _, h := range s.budgets[i+1:] {
			if s.headline(l, h, false).width(smallSize) > width {
				return true
			}
		}
	}
	return false
}

// headline is rho and n of a panel.
func (s *scatterGrid) headline(l, h int, brief bool) text {
	for _, c := range s.a.Correlations {
		if c.LowIndex != l || c.HighIndex != h {
			continue
		}
		rho := fixed(c.Spearman.Rho, 2)
		switch unknown := math.IsNaN(c.Spearman.Rho); {
		case unknown && brief:
			return join(italic("ρ"), plain(" ?, "), italic("n"), plain(fmt.Sprintf(" %d", c.N)))
		case unknown:
			return join(plain("cannot tell, "), count(c.N))
		case brief:
			return join(italic("ρ"), plain(" "+rho+", "), italic("n"), plain(fmt.Sprintf(" %d", c.N)))
		}
		return join(italic("ρ"), plain(" = "+rho+",  "), count(c.N))
	}
	return nil
}
