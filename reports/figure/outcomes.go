package figure

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

const (
	outcomeTop     = 6 // parameters
	outcomeBudgets = 4
)

var outcomes = kind{
	Kind{"outcomes", "what decides whether trials fail and how long they run, at every budget where that can be told"},
	func(a *reports.Analysis) (*Figure, string) {
		if len(a.Outcomes) == 0 {
			return nil, "no trial failed, and the log has no times"
		}
		f := &outcomeBars{a: a}
		var alt []string
		undecided := ""
		reason := ""
		for i := range a.Outcomes {
			o := &a.Outcomes[i]
			panel := newOutcomePanel(a, o)
			for _, b := range o.Budgets {
				if !b.Decided && b.Reason != "" && reason == "" {
					reason = fmt.Sprintf("%s is undecided, at %s because %s", lowerFirst(outcomeTitle(o.Objective)), budgetName(a, b.Budget), b.Reason)
				}
			}
			if panel == nil {
				undecided += fmt.Sprintf(" %s is undecided at every budget.", outcomeTitle(o.Objective))
				continue
			}
			f.panels = append(f.panels, panel)
			alt = append(alt, panel.alt)
		}
		if len(f.panels) == 0 {
			return nil, reason
		}
		caption := "What explains " + outcomeList(f.panels) + ": the share of the variance over the space that each parameter explains alone (bars, with the standard deviation over the trees of the forest) " +
			"and with all its interactions (ticks), by functional ANOVA. The legends give the mean, the number n of configurations and the out-of-bag R² of the forest."
		for _, p := range f.panels {
			if rest := len(a.Params) - len(p.groups); rest > 0 {
				caption += fmt.Sprintf(" The strongest %d of %d parameters are drawn.", len(p.groups), len(a.Params))
				break
			}
		}
		for _, p := range f.panels {
			caption += p.thinned
		}
		return &Figure{
			Title:   "What decides about " + outcomeList(f.panels),
			Caption: caption + undecided,
			Alt:     "Bars of importance. " + strings.Join(alt, " ") + undecided,
			layout:  f.layout,
		}, ""
	},
}

func outcomeTitle(objective string) string {
	if objective == "@failure" {
		return "Failure"
	}
	return "Time"
}

func outcomeList(panels []*outcomePanel) string {
	var words []string
	for _, p := range panels {
		words = append(words, map[string]string{"Failure": "failing", "Time": "the time of a trial"}[p.title])
	}
	return list(words)
}

type outcomeBars struct {
	a      *reports.Analysis
	panels []*outcomePanel
}

// outcomePanel is one outcome.
type outcomePanel struct {
	shareBars
	title, alt string
	// thinned says that some decided budgets are not drawn.
	thinned string
	keys    []key
}

// newOutcomePanel returns nil where nothing is decided.
func newOutcomePanel(a *reports.Analysis, o *reports.Outcome) *outcomePanel {
	var known []int
	for i, b := range o.Budgets {
		if b.Decided && len(b.Importance) >= len(a.Params) {
			known = append(known, i)
		}
	}
	if len(known) == 0 {
		return nil
	}
	f := &outcomePanel{title: outcomeTitle(o.Objective)}
	var budgets []int
	for _, i := range spread(len(known), outcomeBudgets) {
		budgets = append(budgets, known[i])
	}
	if len(budgets) < len(known) {
		f.thinned = fmt.Sprintf(" %s: %d of %d decided budgets are drawn.", f.title, len(budgets), len(known))
	}
	most := make([]float64, len(a.Params))
	params := make([]int, len(a.Params))
	for j := range params {
		params[j] = j
		for _, b := range budgets {
			if v := o.Budgets[b].Importance[j].Sobol.Mean; v > most[j] {
				most[j] = v
			}
		}
	}
	sort.SliceStable(params, func(x, y int) bool { return most[params[x]] > most[params[y]] })
	params = params[:min(outcomeTop, len(params))]
	colors := budgetColors(len(o.Budgets))
	f.thick = math.Min(7, math.Max(3, 15/float64(len(budgets))))
	for _, j := range params {
		g := shareGroup{name: a.Params[j].Name}
		for _, b := range budgets {
			m := o.Budgets[b].Importance[j]
			g.bars = append(g.bars, barOf(m.Individual, false, m.Sobol.Mean, colors[b]))
		}
		f.groups = append(f.groups, g)
	}
	if len(o.Budgets) > 1 {
		f.keys = budgetHead(a)
	}
	f.alt = f.title + "."
	for _, i := range budgets {
		b := o.Budgets[i]
		which := ""
		if len(o.Budgets) > 1 {
			which = budgetLabel(a, b.Budget) + ": "
		}
		f.keys = append(f.keys, key{mark: barMark(colors[i]), label: join(plain(which+outcomeMean(o, b)+", "), italic("n"), plain(fmt.Sprintf(" = %d, R² %s", b.N, fixed(b.OOB.R2, 2))))})
		var words []string
		for _, j := range params {
			m := b.Importance[j]
			words = append(words, fmt.Sprintf("%s %s (%s with interactions)", a.Params[j].Name, fixed(m.Individual.Mean, 3), fixed(m.Sobol.Mean, 3)))
		}
		f.alt += fmt.Sprintf(" At %s (%s, n %d, out-of-bag R2 %s): %s.", budgetName(a, b.Budget), outcomeMean(o, b), b.N, fixed(b.OOB.R2, 2), strings.Join(words, ", "))
	}
	var open []reports.OutcomeBudget
	for _, b := range o.Budgets {
		if !b.Decided {
			open = append(open, b)
		}
	}
	if len(open) > fewWords {
		f.keys = append(f.keys, key{label: plain(fmt.Sprintf("%d budgets: undecided", len(open))), grey: true})
		f.alt += fmt.Sprintf(" Undecided at %d budgets, such as %s: %s.", len(open), budgetName(a, open[0].Budget), open[0].Reason)
		open = nil
	}
	for _, b := range open {
		f.keys = append(f.keys, key{label: plain(budgetLabel(a, b.Budget) + ": undecided"), grey: true})
		f.alt += fmt.Sprintf(" Undecided at %s: %s.", budgetName(a, b.Budget), b.Reason)
	}
	f.keys = append(f.keys, totalKey(f.thick))
	return f
}

func outcomeMean(o *reports.Outcome, b reports.OutcomeBudget) string {
	if o.Objective == "@failure" {
		return short(100*b.Mean, 2) + " % fail"
	}
	return elapsed(b.Mean)
}

func (f *outcomeBars) layout(width float64) (float64, func(pen)) {
	n := len(f.panels)
	beside := n > 1 && width > 360
	const gap, title, foot = 10.0, 11.0, 23.0
	w := width
	if beside {
		w = (width - gap) / 2
	}
	heads, tops := make([]float64, n), make([]float64, n)
	height := 0.0
	for i, p := range f.panels {
		heads[i] = title + legendHeight(p.keys, w-4) + 3
	}
	if beside { // the bars begin at one height
		heads[0] = math.Max(heads[0], heads[1])
		heads[1] = heads[0]
	}
	for i, p := range f.panels {
		h := heads[i] + p.height() + foot
		if beside {
			height = math.Max(height, h)
			continue
		}
		tops[i] = height
		height += h
		if i+1 < n {
			height += gap
		}
	}
	return height, func(p pen) {
		for i, f := range f.panels {
			left, top := 0.0, height-tops[i]
			if beside {
				left = float64(i) * (w + gap)
			}
			room := f.names(0.36 * w)
			b := box{left + room + 8, top - heads[i] - f.height(), left + w - 7, top - heads[i]}
			p.text(point{left + 2, top - 7.5}, bold(f.title), say{})
			p.legend(point{left + 2, top - title}, w-4, f.keys)
			f.draw(p, b, f.scale(), room, "Importance (share of variance)")
		}
	}
}
