package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"sort"

	"gonum.org/v1/plot/vg"

	"github.com/nasalyze/nasalyze/reports"
)

const (
	marginalParams  = 6
	marginalBudgets = 4
)

var marginals = kind{
	Kind{"marginals", "mean prediction along each important parameter at every budget"},
	func(a *reports.Analysis) (*Figure, string) {
		ds := decided(a)
		if len(ds) == 0 {
			return nil, noneDecided(a)
		}
		f := &marginalGrid{a: a, params: ranked(a, ds[len(ds)-1])}
		for _, i := range spread(len(ds), marginalBudgets) {
			if len(a.Budgets[ds[i]].Marginals) == len(a.Params) {
				f.budgets = append(f.budgets, ds[i])
			}
		}
		if len(f.budgets) == 0 {
			return nil, "the analysis has no marginals"
		}
		if len(f.params) > marginalParams {
			f.params = f.params[:marginalParams]
		}
		var colon = ""
		for _, j := range f.params {
			colon += " " + f.describe(j)
		}
		rows := "a row per budget. Diamond: the best configuration at the budget"
		if a.Budgetless() {
			rows = "diamond: the best configuration"
		}
		caption := fmt.Sprintf("Predicted %s along one parameter, averaged over all others, with a band (or bars) of %s; "+
			"%s. Ticks at the foot: the configurations that were evaluated. %s",
			lowerFirst(objectiveLabel(a)), f.bandIs(), rows, direction(a))
		if len(f.params) < len(a.Params) {
			caption += fmt.Sprintf(" The %d most important of %d parameters%s are drawn.", len(f.params), len(a.Params),
				atBudget(a, a.Budgets[ds[len(ds)-1]].Budget))
		}
		if f.rowScales()[0].log {
			caption += " The axes of the predictions are logarithmic."
		}
		caption += thinned(len(f.budgets), len(ds))
		return &Figure{
			Title:   "Marginal effect of the important parameters",
			Caption: caption + undecidedNote(a),
			Alt:     "Small multiples of marginal predictions." + colon,
			layout:  f.layout,
		}, ""
	},
}

type marginalGrid struct {
	a       *reports.Analysis
	budgets []int
	params  []int
}

// describe says between what a marginal moves, for the text alternative.
func (f *marginalGrid) describe(j int) string {
	a := f.a
	p := &a.Params[j]
	s := p.Name + ":"
	for i, b := range f.budgets {
		m := a.Budgets[b].Marginals[j]
		lo, hi := -1, -1
		for k, v := range m.Mean {
			if math.IsNaN(v) {
				continue
			}
			if lo < 0 || v < m.Mean[lo] {
				lo = k
			}
			if hi < 0 || v > m.Mean[hi] {
				hi = k
			}
		}
		if i > 0 {
			s += ";"
		}
		if lo < 0 {
			s += " cannot be told at " + budgetName(a, a.Budgets[b].Budget)
			continue
		}
		s += fmt.Sprintf(" at %s from %s at %s to %s at %s", budgetName(a, a.Budgets[b].Budget),
			short(m.Mean[lo], 3), valueText(p, m.X[lo]), short(m.Mean[hi], 3), valueText(p, m.X[hi]))
	}
	return s + "."
}

// valueText is a value of a parameter in words.
func valueText(p *reports.Param, v float64) string {
	if p.Numeric() {
		return short(v, 3)
	}
	if i := int(v); v == math.Trunc(v) && i >= 0 && i < len(p.Choices) {
		return p.Choices[i]
	}
	return short(v, 3)
}

// paramScale is the axis of a parameter: its range, or half a step around its choices.
func paramScale(p *reports.Param) scale {
	if !p.Numeric() {
		return scale{lo: -0.5, hi: float64(len(p.Choices)) - 0.5}
	}
	return scale{lo: p.Lower, hi: p.Upper, log: p.Log && p.Lower > 0, whole: p.Kind == "int"}
}

// paramTicks labels an axis of a parameter. Names of choices come separately.
func paramTicks(p *reports.Param, s scale) []tick {
	if p.Numeric() {
		return s.ticks(smallSize, false)
	}
	out := make([]tick, len(p.Choices))
	for i := range out {
		out[i].v = float64(i)
	}
	return out
}

func paramLabel(p *reports.Param) string {
	if p.Unit != "" {
		return p.Name + " (" + p.Unit + ")"
	}
	return p.Name
}

func (f *marginalGrid) layout(width float64) (float64, func(pen)) {
	a := f.a
	rows := len(f.budgets)
	perBand := len(f.params)
	if width < 360 {
		perBand = min(3, len(f.params))
	}
	bands := (len(f.params) + perBand - 1) / perBand
	perBand = (len(f.params) + bands - 1) / bands
	const hgap, vgap = 8.0, 7.0
	ys := f.rowScales()
	left := 0.0
	for _, y := range ys {
		left = math.Max(left, widest(y.onto(0, 44).ticks(smallSize, true), smallSize))
	}
	left += tickLength + tickGap + 22
	pw := (width - left - hgap*float64(perBand-1) - 6) / float64(perBand)
	ph := math.Min(math.Max(44, 0.62*pw), 60)
	// Names of choices hang below the lowest panels.
	hang := func(band int) float64 {
		h := smallSize * capHeight
		for c := range perBand {
			if k := band*perBand + c; k < len(f.params) {
				h = math.Max(h, choiceRoom(&a.Params[f.params[k]], pw))
			}
		}
		return h + tickLength + tickGap
	}
	heights := make([]float64, bands)
	const margin = 4.0
	height := margin
	for i := range heights {
		heights[i] = float64(rows)*(ph+vgap) - vgap + hang(i) + 12
		height += heights[i]
	}
	height += 9 * float64(bands-1)
	labels := make([]string, len(f.params))
	for k, j := range f.params {
		labels[k] = paramLabel(&a.Params[j])
	}
	labels = clipAll(labels, textSize, pw+hgap-3)
	return height, func(p pen) {
		top := height - margin
		for band := range bands {
			for r, b := range f.budgets {
				y := top - float64(r)*(ph+vgap) - ph
				for c := range perBand {
					k := band*perBand + c
					if k >= len(f.params) {
						break
					}
					par := &a.Params[f.params[k]]
					x := left + float64(c)*(pw+hgap)
					ax := newAxes(box{x, y, x + pw, y + ph}, paramScale(par).within(3), ys[r])
					f.panel(p, ax, b, f.params[k])
					p.yTicks(ax, ax.y.ticks(smallSize, true), c == 0)
					p.paramAxis(ax, par, r == rows-1)
					if r == rows-1 {
						p.text(point{x + pw/2, top - heights[band] + 2.5}, plain(labels[k]), say{h: middle})
					}
				}
				p.text(point{16.5, y + ph/2}, f.rowName(b, ph), say{size: smallSize, h: middle, turn: 90, color: axisGrey})
			}
			mid := top - (float64(rows)*(ph+vgap)-vgap)/2
			p.text(point{6.5, mid}, objectiveAxis(a, "", float64(rows)*(ph+vgap)-vgap), say{h: middle, turn: 90})
			top -= heights[band] + 9
		}
	}
}

func (f *marginalGrid) rowName(b int, room float64) text {
	if f.a.Budgetless() {
		return nil
	}
	v := f.a.Budgets[b].Budget
	if t := plain(budgetName(f.a, v)); t.width(smallSize) <= room {
		return t
	}
	return plain(clip(budgetLabel(f.a, v), smallSize, room))
}

// bandIs says what the bands are.
func (f *marginalGrid) bandIs() string {
	for _, b := range f.budgets {
		if len(f.a.Budgets[b].Marginals[f.params[0]].Lo) == 0 {
			return "one standard deviation over the trees"
		}
	}
	return "the " + level(f.a) + " bootstrap interval over configurations, point by point"
}

// rowScales hold all marginals of a budget each, so that panels of a row can be compared. All are
// logarithmic or none is, so that rows can be, too.
func (f *marginalGrid) rowScales() []scale {
	out := make([]scale, len(f.budgets))
	means, all := make([][]float64, len(out)), make([][]float64, len(out))
	log, positive := false, true
	for i, b := range f.budgets {
		var upper []float64
		for _, j := range f.params {
			m := f.a.Budgets[b].Marginals[j]
			for k, v := range m.Mean {
				if math.IsNaN(v) {
					continue
				}
				lo, hi := m.Band(k)
				if math.IsNaN(lo) || math.IsNaN(hi) {
					lo, hi = v, v
				}
				means[i], upper, all[i] = append(means[i], v), append(upper, hi), append(all[i], lo, hi)
				positive = positive && v > 0
			}
		}
		// Not for lower ends of bands: near zero they would take most of the axis.
		log = log || lossScale(append(upper, means[i]...)).log
	}
	for i := range out {
		switch {
		case len(all[i]) == 0:
			out[i] = scale{lo: 0, hi: 1}
		case log && positive:
			// A band that reaches zero or less ends at the foot of the axis.
			out[i] = logScale(append(means[i], slices.Max(all[i])))
		default:
			out[i] = linearScale(all[i])
		}
	}
	return out
}

// panel is one marginal.
func (f *marginalGrid) panel(p pen, ax axes, b, j int) {
	a := f.a
	par := &a.Params[j]
	m := a.Budgets[b].Marginals[j]
	blue := okabeIto[0]
	if par.Numeric() {
		var mean, upper, lower []point
		for k, x := range m.X {
			mean = append(mean, ax.at(x, m.Mean[k]))
			lo, hi := m.Band(k)
			lower, upper = append(lower, ax.at(x, lo)), append(upper, ax.at(x, hi))
		}
		p.band(blend(white, blue, 0.25), upper, lower)
		p.line(stroke{color: blue, width: lineWidth}, mean...)
	} else {
		for k, x := range m.X {
			at := ax.at(x, m.Mean[k])
			if math.IsNaN(at.y) {
				continue
			}
			lo, hi := m.Band(k)
			p.whisker(ax.at(x, lo), ax.at(x, hi), 1.5, blue, 0.7)
			p.dot(blue, at, 1.8)
		}
	}
	f.rug(p, ax, b, j)
	p.spines(ax.box)
	if c := a.Budgets[b].Best.Config; c >= 0 && c < len(a.Configs) {
		if v := a.Configs[c].Values[j]; !math.IsNaN(v) {
			if y := along(m, v); !math.IsNaN(y) {
				p.diamond(accent, ax.at(v, y), 2.3)
			}
		}
	}
}

// along reads a marginal between its points.
func along(m reports.Marginal, v float64) float64 {
	k := sort.SearchFloat64s(m.X, v)
	switch {
	case len(m.X) == 0:
		return math.NaN()
	case k == 0:
		return m.Mean[0]
	case k == len(m.X):
		return m.Mean[k-1]
	}
	t := (v - m.X[k-1]) / (m.X[k] - m.X[k-1])
	return m.Mean[k-1] + t*(m.Mean[k]-m.Mean[k-1])
}

// band fills between two lines that have the same points along x, leaving out what is NaN.
func (p pen) band(fill color.NRGBA, upper, lower []point) {
	for from := 0; from < len(upper); {
		to := from
		for to < len(upper) && !math.IsNaN(upper[to].y) && !math.IsNaN(lower[to].y) {
			to++
		}
		if to-from > 1 {
			ps := append([]point(nil), upper[from:to]...)
			for i := to - 1; i >= from; i-- {
				ps = append(ps, lower[i])
			}
			p.polygon(fill, ps...)
		}
		from = to + 1
	}
}

// rug marks the evaluated values at the foot of the panel, as one path; ticks that
// would coincide in print are drawn once.
func (f *marginalGrid) rug(p pen, ax axes, b, j int) {
	seen := map[int]bool{}
	var path vg.Path
	for _, c := range f.a.Configs {
		if math.IsNaN(c.Results[b]) || math.IsNaN(c.Values[j]) || !f.a.Params[j].Numeric() {
			continue
		}
		x := ax.x.at(c.Values[j])
		if slot := int(x * 4); !seen[slot] {
			seen[slot] = true
			path.Move(vg.Point{X: vg.Length(x), Y: vg.Length(ax.bottom)})
			path.Line(vg.Point{X: vg.Length(x), Y: vg.Length(ax.bottom + 2.4)})
		}
	}
	if len(path) > 0 {
		stroke{color: fade(ink, 0.55), width: 0.25}.set(p.c)
		p.c.Stroke(path)
	}
}

// choiceRoom is the height that the names of choices take below a panel of the width.
func choiceRoom(par *reports.Param, width float64) float64 {
	if par.Numeric() {
		return 0
	}
	if choicesFit(par, width) {
		return smallSize * capHeight
	}
	w := 0.0
	for _, c := range par.Choices {
		w = math.Max(w, plain(c).width(smallSize))
	}
	return math.Min(w, choiceMax)
}

const choiceMax = 38.0 // points of a name that stands upright

func choicesFit(par *reports.Param, width float64) bool {
	for _, c := range par.Choices {
		if plain(c).width(smallSize)+3 > width/float64(len(par.Choices)) {
			return false
		}
	}
	return true
}

// paramAxis draws the lower axis of a parameter; names of choices stand upright where they are too wide.
func (p pen) paramAxis(ax axes, par *reports.Param, labels bool) {
	p.xTicks(ax, paramTicks(par, ax.x), labels)
	if par.Numeric() || !labels {
		return
	}
	fit := choicesFit(par, ax.width())
	step := max(1, int(math.Ceil(float64(len(par.Choices))*(smallSize+0.6)/ax.width())))
	y := ax.bottom - tickLength - tickGap
	for i, c := range par.Choices {
		x := ax.x.at(float64(i))
		switch {
		case fit:
			p.text(point{x, y}, plain(c), say{size: smallSize, color: axisGrey, h: middle, v: end})
		case i%step == 0:
			p.text(point{x, y}, plain(clip(c, smallSize, choiceMax)), say{size: smallSize, color: axisGrey, h: end, v: middle, turn: 90})
		}
	}
}
