package figure

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

const activeTop = 12 // parameters

var activeBars = kind{
	Kind{"active", "conditional parameters: importance over the whole space and where they are active, and what switching them on does"},
	func(a *reports.Analysis) (*Figure, string) {
		conditional := false
		for _, p := range a.Params {
			conditional = conditional || p.Condition != ""
		}
		if !conditional {
			return nil, "no parameter is conditional"
		}
		ds := decided(a)
		if len(ds) == 0 {
			return nil, noneDecided(a)
		}
		b := ds[len(ds)-1]
		f := &activeGrid{a: a, budget: b, intervals: haveIntervals(a, []int{b})}
		reason := "the analysis has no importance of conditional parameters where they are active"
		var left []string
		for i := range a.Budgets[b].Active {
			m := &a.Budgets[b].Active[i]
			if math.IsNaN(m.Individual.Mean) && math.IsNaN(m.Switch.Mean) {
				reason = "nothing can be told of the conditional parameters, of " + m.Param + " because " + m.Reason
				left = append(left, m.Param+" ("+m.Reason+")")
				continue
			}
			f.of = append(f.of, m)
		}
		if len(f.of) == 0 {
			return nil, reason
		}
		sort.SliceStable(f.of, func(x, y int) bool { return activeKey(f.of[x]) > activeKey(f.of[y]) })
		all := len(f.of)
		f.of = f.of[:min(activeTop, all)]
		var alt []string
		few := ""
		for _, m := range f.of {
			whole := a.Budgets[b].Importance[param(a, m.Param)]
			s := fmt.Sprintf("%s (%s; %s of the space, n %d): over the whole space %s, %s with interactions", m.Param, m.Condition,
				percent(m.Volume), m.N, fixed(whole.Individual.Mean, 3), fixed(whole.Sobol.Mean, 3))
			if math.IsNaN(m.Individual.Mean) {
				s += "; where active not known, " + m.Reason
				few += fmt.Sprintf(" %s has no bar where it is active: %s.", m.Param, m.Reason)
			} else {
				s += fmt.Sprintf("; where active %s, %s with interactions", fixed(m.Individual.Mean, 3), fixed(m.Sobol.Mean, 3))
			}
			alt = append(alt, s+fmt.Sprintf("; switching explains %s, difference %s", fixed(m.Switch.Mean, 3), short(m.Difference.Mean, 3)))
		}
		budget := atBudget(a, a.Budgets[b].Budget)
		caption := fmt.Sprintf("Conditional parameters%s. Left: the share of the variance that each explains alone (bars) and with all its interactions (ticks), "+
			"over the whole space and within the part in which it is active; below the names its condition and the number n of configurations that have it. "+
			"Right: the share of the variance over the whole space that is explained by whether it is active, and the mean %s where it is less that where it is not. %s",
			budget, lowerFirst(capital(a.Objective.Name)), barsAre(a, f.intervals))
		if all > len(f.of) {
			caption += fmt.Sprintf(" The first %d of %d conditional parameters are drawn.", len(f.of), all)
		}
		if len(left) > 0 {
			caption += " Not drawn: " + list(left) + "."
		}
		return &Figure{
			Title:   "Importance where active" + budget,
			Caption: caption + few,
			Alt:     "Bars for each conditional parameter. " + strings.Join(alt, ". ") + ".",
			layout:  f.layout,
		}, ""
	},
}

// activeKey sorts what is known about more by what it explains.
func activeKey(m *reports.Active) float64 {
	if math.IsNaN(m.Individual.Mean) {
		return -1
	}
	return m.Individual.Mean
}

// percent of a share, for words.
func percent(v float64) string { return short(100*v, 2) + " %" }

type activeGrid struct {
	a         *reports.Analysis
	budget    int
	of        []*reports.Active
	intervals bool
}

func (f *activeGrid) layout(width float64) (float64, func(pen)) {
	a := f.a
	const foot = 24.0
	within, over := okabeIto[0], midGrey
	left, right := &shareBars{thick: 6.5}, &shareBars{thick: 6.5}
	numbers := plain("Difference").width(smallSize)
	for _, m := range f.of {
		whole := a.Budgets[f.budget].Importance[param(a, m.Param)]
		left.groups = append(left.groups, shareGroup{name: m.Param, note: fmt.Sprintf("%s (n = %d)", m.Condition, m.N), bars: []shareBar{
			barOf(whole.Individual, f.intervals, whole.Sobol.Mean, over), barOf(m.Individual, f.intervals, m.Sobol.Mean, within)}})
		right.groups = append(right.groups, shareGroup{bars: []shareBar{barOf(m.Switch, f.intervals, math.NaN(), okabeIto[4])}, note: " "})
		numbers = math.Max(numbers, plain(signed(m.Difference.Mean)).width(smallSize))
	}
	keys := []key{{mark: barMark(over), label: plain("whole space")}, {mark: barMark(within), label: plain("where active")}, totalKey(left.thick)}
	room := left.names(0.38 * width)
	head := legendHeight(keys, width-4) + 15
	rest := width - room - 8 - 12 - numbers - 6
	b := box{room + 8, foot, room + 8 + 0.62*rest, foot + left.height()}
	c := box{b.right + 12, foot, width - numbers - 6, b.top}
	return b.top + head, func(p pen) {
		p.legend(point{2, b.top + head - 1}, width-4, keys)
		p.text(point{b.left, b.top + 4}, bold("Importance"), say{size: smallSize})
		p.text(point{c.left, b.top + 4}, bold("Switch"), say{size: smallSize})
		p.text(point{width - 2, b.top + 4}, plain("Difference"), say{size: smallSize, h: end, color: axisGrey})
		left.draw(p, b, left.scale().within(4), room, "")
		right.draw(p, c, right.scale().within(4), 0, "")
		p.text(point{(b.left + c.right) / 2, 3}, plain("Share of the variance"), say{h: middle})
		for r, m := range f.of {
			y := b.top - left.pitch()*(float64(r)+0.5)
			p.text(point{width - 2, y}, plain(signed(m.Difference.Mean)), say{size: smallSize, h: end, v: middle, color: axisGrey})
			if math.IsNaN(m.Individual.Mean) {
				p.text(point{b.left + 2, y - left.thick/2}, plain(clip("too few or not independent", tinySize, b.width()-2)), say{size: tinySize, v: middle, color: axisGrey})
			}
		}
	}
}

// signed writes a difference with its sign.
func signed(v float64) string {
	if v > 0 {
		return "+" + short(v, 2)
	}
	return short(v, 2)
}
