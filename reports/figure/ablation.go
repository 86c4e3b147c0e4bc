package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

const ablationTop = 12 // steps

var ablation = kind{
	Kind{"ablation", "the changes that lead from the default, or another configuration, to the incumbent, and what each brings"},
	func(a *reports.Analysis) (*Figure, string) {
		t := a.Path
		switch {
		case len(decided(a)) == 0:
			return nil, noneDecided(a)
		case t == nil:
			return nil, "the analysis has no ablation path"
		case t.Reason != "":
			return nil, t.Reason
		case len(t.Steps) == 0:
			return nil, "the incumbent is the configuration that the path begins at"
		}
		f := &ablationPath{a: a, from: t.From}
		if f.from != "default" {
			f.from = "configuration " + f.from
		}
		f.rows = append(f.rows, ablationRow{name: capital(f.from), at: t.Start.Mean, before: math.NaN(), std: math.NaN()})
		before := t.Start.Mean
		switched := false
		var alt []string
		for i, s := range t.Steps {
			r := ablationRow{name: s.Changes[0].Param, change: changeText(a, s.Changes[0]), before: before, at: s.Result.Mean, std: s.Gain.Std}
			var words []string
			for k, c := range s.Changes {
				words = append(words, c.Param+" "+changeText(a, c))
				if k > 0 {
					switched = true
				}
			}
			if n := len(s.Changes) - 1; n > 0 {
				r.name += fmt.Sprintf(" (+%d)", n)
			}
			alt = append(alt, fmt.Sprintf("%s: %s (gain %s, standard deviation %s)", strings.Join(words, " and "), short(s.Result.Mean, 4), short(s.Gain.Mean, 3), short(s.Gain.Std, 2)))
			if len(t.Steps) > ablationTop && i == ablationTop-1 {
				f.rows = append(f.rows, ablationRow{name: fmt.Sprintf("%d further changes", len(t.Steps)-i), before: before, at: t.End.Mean, std: math.NaN()})
			} else if i < ablationTop {
				f.rows = append(f.rows, r)
			}
			before = s.Result.Mean
		}
		budget := atBudget(a, t.Budget)
		from := f.from
		if t.From == "default" {
			from = "the default"
		}
		caption := fmt.Sprintf("Ablation path from %s to the incumbent (configuration %s)%s: the predicted %s after each change, the one that helps most first; "+
			"bars: the change, with its number; error bars: standard deviation of the change over the trees of the forest, cut at the edge. %s",
			from, t.To, budget, lowerFirst(capital(a.Objective.Name)), direction(a))
		if b := slices.IndexFunc(a.Budgets, func(b reports.Budget) bool { return b.Budget == t.Budget }); b >= 0 && a.Budgets[b].Best.ID == t.To {
			caption += fmt.Sprintf(" Of the incumbent %s was measured and %s is predicted.", short(a.Budgets[b].Best.Value, 4), short(t.End.Mean, 4))
		}
		if switched {
			caption += " (+k): with k parameters that the change switches on or off."
		}
		if len(t.Steps) > ablationTop {
			caption += fmt.Sprintf(" The first %d of %d changes are drawn one by one.", ablationTop-1, len(t.Steps))
		}
		if better(a, t.Start.Mean, t.End.Mean) {
			caption += " The forest predicts the incumbent to be worse than the start: do not trust this path."
		}
		return &Figure{
			Title:   "From " + from + " to the incumbent" + budget,
			Caption: caption,
			Alt:     fmt.Sprintf("Predicted %s along the path, %s at the start. ", a.Objective.Name, short(t.Start.Mean, 4)) + strings.Join(alt, ". ") + ".",
			layout:  f.layout,
		}, ""
	},
}

// changeText is a change as figures write numbers.
func changeText(a *reports.Analysis, c reports.Change) string {
	number := false
	if j := param(a, c.Param); j >= 0 {
		number = a.Params[j].Kind == "float"
	}
	word := func(s string) string {
		if s == "" {
			return "inactive"
		}
		if v, err := strconv.ParseFloat(s, 64); number && err == nil {
			return short(v, 4)
		}
		return s
	}
	return word(c.From) + " → " + word(c.To)
}

type ablationPath struct {
	a    *reports.Analysis
	from string
	rows []ablationRow
}

// ablationRow is a predicted result and the change that leads to it.
type ablationRow struct {
	name, change    string
	before, at, std float64
}

func (f *ablationPath) layout(width float64) (float64, func(pen)) {
	a := f.a
	const row, foot = 17.0, 23.0
	room, numbers := 0.0, 0.0
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, r := range f.rows {
		room = math.Max(room, math.Max(plain(r.name).width(textSize), plain(r.change).width(smallSize)))
		lo, hi = math.Min(lo, r.at), math.Max(hi, r.at)
		if !math.IsNaN(r.before) {
			numbers = math.Max(numbers, plain(f.delta(r)).width(smallSize))
		}
	}
	room = math.Min(room, 0.42*width)
	// Error bars may widen the axis by a half of the path on either side.
	span := hi - lo
	if span == 0 {
		span = math.Max(1e-9, 0.1*math.Abs(hi))
	}
	wide, high := lo, hi
	for _, r := range f.rows {
		if !math.IsNaN(r.std) {
			wide, high = math.Min(wide, r.at-r.std), math.Max(high, r.at+r.std)
		}
	}
	lo, hi = math.Max(wide, lo-span/2)-0.04*span, math.Min(high, hi+span/2)+0.04*span
	b := box{room + 8, foot, width - numbers - 9, foot + row*float64(len(f.rows))}
	ax := newAxes(b, scale{lo: lo, hi: hi}, scale{lo: 0, hi: 1})
	names := make([]string, len(f.rows))
	for i, r := range f.rows {
		names[i] = r.name
	}
	names = clipAll(names, textSize, room)
	return b.top + 5, func(p pen) {
		ticks := ax.x.ticks(smallSize, false)
		p.grid(ax, ticks, nil)
		p.spines(b)
		p.xTicks(ax, ticks, true)
		label := objectiveAxis(a, "", b.width())
		if t := plain("Predicted " + lowerFirst(objectiveLabel(a))); t.width(textSize) <= b.width()+2*numbers {
			label = t
		}
		p.text(point{(b.left + b.right) / 2, 2}, label, say{h: middle})
		for i, r := range f.rows {
			y := b.top - row*(float64(i)+0.5)
			if r.change == "" {
				p.text(point{b.left - 5, y}, plain(names[i]), say{h: end, v: middle})
			} else {
				p.text(point{b.left - 5, y + 4}, plain(names[i]), say{h: end, v: middle})
				p.text(point{b.left - 5, y - 4}, plain(clip(r.change, smallSize, room)), say{size: smallSize, h: end, v: middle, color: axisGrey})
			}
			x := ax.x.at(r.at)
			if i+1 < len(f.rows) {
				p.line(stroke{color: midGrey, width: 0.5}, point{x, y}, point{x, y - row})
			}
			if math.IsNaN(r.before) {
				p.dot(ink, point{x, y}, 2)
				continue
			}
			fill := okabeIto[0]
			if better(a, r.before, r.at) {
				fill = okabeIto[4]
			}
			p.line(stroke{color: midGrey, width: 0.6}, point{ax.x.at(r.at - r.std), y}, point{ax.x.at(r.at + r.std), y})
			x0 := ax.x.at(r.before)
			p.rect(tint(fill), box{math.Min(x0, x), y - 4, math.Max(x0, x), y + 4})
			p.line(stroke{color: ink, width: 0.5}, point{math.Max(math.Min(x0, x), ax.x.at(r.at-r.std)), y}, point{math.Min(math.Max(x0, x), ax.x.at(r.at+r.std)), y})
			p.line(stroke{color: blend(fill, ink, 0.4), width: 1.1}, point{x, y - 4}, point{x, y + 4})
			p.text(point{width - 2, y}, plain(f.delta(r)), say{size: smallSize, h: end, v: middle, color: axisGrey})
		}
		last := f.rows[len(f.rows)-1]
		p.diamond(accent, point{ax.x.at(last.at), b.top - row*(float64(len(f.rows))-0.5)}, 2.4)
	}
}

// delta is the change of a row in natural units.
func (f *ablationPath) delta(r ablationRow) string { return signed(r.at - r.before) }
