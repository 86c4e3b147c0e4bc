package figure

import (
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze/reports"
)

const (
	surfacesTop   = 3
	surfaceLevels = 40  // colours; neighbours of one colour become one rectangle
	surfacePoints = 300 // evaluated configurations drawn on a surface, at most
)

var pairSurfaces = kind{
	Kind{"pair-marginals", "mean prediction over the strongest pairs of parameters at the largest decided budget"},
	func(a *reports.Analysis) (*Figure, string) {
		ds := decided(a)
		if len(ds) == 0 {
			return nil, noneDecided(a)
		}
		f := &surfaces{a: a, budget: ds[len(ds)-1], lo: math.Inf(1), hi: math.Inf(-1)}
		alt := ""
		for _, s := range a.Budgets[f.budget].Surfaces {
			p, q := param(a, s.Params[0]), param(a, s.Params[1])
			if p < 0 || q < 0 || len(f.list) == surfacesTop {
				continue
			}
			lo, hi := math.Inf(1), math.Inf(-1)
			var best, worst [2]float64
			for i, row := range s.Mean {
				for j, v := range row {
					if v < lo {
						lo, best = v, [2]float64{s.X[i], s.Y[j]}
					}
					if v > hi {
						hi, worst = v, [2]float64{s.X[i], s.Y[j]}
					}
				}
			}
			if lo > hi {
				continue
			}
			f.list = append(f.list, surface{Surface: s, x: p, y: q})
			f.lo, f.hi = math.Min(f.lo, lo), math.Max(f.hi, hi)
			alt += fmt.Sprintf(" %s and %s (share %s): from %s at (%s, %s) to %s at (%s, %s).", s.Params[0], s.Params[1], fixed(s.Share, 3),
				short(lo, 3), valueText(&a.Params[p], best[0]), valueText(&a.Params[q], best[1]),
				short(hi, 3), valueText(&a.Params[p], worst[0]), valueText(&a.Params[q], worst[1]))
		}
		if len(a.Params) < 2 {
			return nil, "there is only one parameter"
		}
		if len(f.list) == 0 {
			return nil, "the analysis has no predictions over pairs of parameters"
		}
		budget := atBudget(a, a.Budgets[f.budget].Budget)
		return &Figure{
			Title: "Strongest pairs" + budget,
			Caption: fmt.Sprintf("Predicted %s%s (n = %d) over the pairs of parameters with the largest joint share of the variance, averaged over all other "+
				"parameters; above each panel the share that the pair explains beyond its members. Darker is better. Dots: evaluated configurations. Diamond: the best of them.",
				lowerFirst(objectiveLabel(a)), budget, a.Budgets[f.budget].N),
			Alt:    "Heat maps of the prediction over pairs of parameters" + budget + "." + alt,
			layout: f.layout,
		}, ""
	},
}

func param(a *reports.Analysis, name string) int {
	for i, p := range a.Params {
		if p.Name == name {
			return i
		}
	}
	return -1
}

type surface struct {
	reports.Surface
	x, y int // parameters
}

type surfaces struct {
	a      *reports.Analysis
	budget int
	list   []surface
	lo, hi float64
}

func (f *surfaces) layout(width float64) (float64, func(pen)) {
	a := f.a
	n := len(f.list)
	cols := n
	if width < 360 {
		cols = min(2, n)
	}
	rows := (n + cols - 1) / cols
	const yName, gap, title = 11.0, 12.0, 11.0
	// The colour bar takes the place of a missing panel, else a row at the top.
	bar := 24.0
	if rows*cols > n {
		bar = 2
	}
	// Room for tick labels left of each panel.
	room := make([]float64, n)
	most := 0.0
	for i, s := range f.list {
		q := &a.Params[s.y]
		if q.Numeric() {
			room[i] = widest(paramScale(q).onto(0, 70).ticks(smallSize, true), smallSize)
		} else {
			for _, c := range q.Choices {
				room[i] = math.Max(room[i], math.Min(34, plain(c).width(smallSize)))
			}
		}
		room[i] += yName + tickLength + tickGap
		most = math.Max(most, room[i])
	}
	pw := (width-gap*float64(cols-1)-4)/float64(cols) - most
	pw = math.Min(pw, 190)
	ph := math.Min(pw*0.85, 130)
	shift := (width - float64(cols)*(most+pw) - gap*float64(cols-1) - 4) / 2
	foot := make([]float64, rows)
	height := bar
	for i, s := range f.list {
		f := &foot[i/cols]
		*f = math.Max(*f, math.Max(smallSize*capHeight, choiceRoom(&a.Params[s.x], pw))+tickLength+tickGap+14)
	}
	for _, v := range foot {
		height += title + ph + v
	}
	xs, ys := make([]string, n), make([]string, n)
	for i, s := range f.list {
		xs[i], ys[i] = paramLabel(&a.Params[s.x]), paramLabel(&a.Params[s.y])
	}
	xs, ys = clipAll(xs, textSize, pw+6), clipAll(ys, textSize, ph+10)
	return height, func(p pen) {
		if bar > 2 {
			f.bar(p, box{width - shift - 114, height - 9, width - shift - 4, height - 3}, true)
		} else {
			x := shift + float64(cols-1)*(most+pw+gap) + most
			y := foot[rows-1] + ph*0.5
			f.bar(p, box{x, y, x + pw, y + 6}, false)
		}
		top := height - bar
		for i, s := range f.list {
			if i > 0 && i%cols == 0 {
				top -= title + ph + foot[i/cols-1]
			}
			x := shift + float64(i%cols)*(most+pw+gap) + most
			ax := newAxes(box{x, top - title - ph, x + pw, top - title}, paramScale(&a.Params[s.x]).within(4), paramScale(&a.Params[s.y]))
			f.panel(p, ax, s)
			p.paramAxis(ax, &a.Params[s.x], true)
			f.yAxis(p, ax, &a.Params[s.y])
			p.text(point{x, ax.top + 3.5}, plain("share "+fixed(s.Share, 3)), say{size: smallSize, color: axisGrey})
			p.text(point{x + pw/2, ax.bottom - foot[i/cols] + 5}, plain(xs[i]), say{h: middle})
			p.text(point{x - room[i] + 6, ax.bottom + ph/2}, plain(ys[i]), say{h: middle, turn: 90})
		}
	}
}

func (f *surfaces) yAxis(p pen, ax axes, par *reports.Param) {
	if par.Numeric() {
		p.yTicks(ax, ax.y.ticks(smallSize, true), true)
		return
	}
	step := max(1, int(math.Ceil(float64(len(par.Choices))*(smallSize+0.6)/ax.height())))
	for i, c := range par.Choices {
		y := ax.y.at(float64(i))
		p.line(spine, point{ax.left, y}, point{ax.left - tickLength, y})
		if i%step == 0 {
			p.text(point{ax.left - tickLength - tickGap, y}, plain(clip(c, smallSize, 34)), say{size: smallSize, color: axisGrey, h: end, v: middle})
		}
	}
}

// shade is the colour of a prediction: the better the darker.
func (f *surfaces) shade(v float64) float64 {
	t := 0.5
	if f.hi > f.lo {
		t = (v - f.lo) / (f.hi - f.lo)
	}
	if f.a.Objective.Maximize {
		t = 1 - t
	}
	return t
}

// bar is the colour bar in b, its name beside or above it.
func (f *surfaces) bar(p pen, b box, beside bool) {
	name := lowerFirst(objectiveLabel(f.a))
	r := viridis
	if f.a.Objective.Maximize {
		r = make(ramp, len(viridis))
		for i, c := range viridis {
			r[len(r)-1-i] = c
		}
	}
	p.bar(b, r)
	x := scale{lo: f.lo, hi: f.hi, over: 4}.onto(b.left, b.right)
	p.xTicks(axes{b, x, x}, x.ticks(smallSize, false), true)
	if beside {
		p.text(point{b.left - 6, (b.bottom + b.top) / 2}, plain(clip("Predicted "+name, smallSize, 130)), say{size: smallSize, h: end, v: middle})
		return
	}
	mid, room := (b.left+b.right)/2, b.width()+7
	if one := plain("Predicted " + name); one.width(smallSize) <= room {
		p.text(point{mid, b.top + 4}, one, say{size: smallSize, h: middle})
		return
	}
	p.text(point{mid, b.top + 11.5}, plain("Predicted"), say{size: smallSize, h: middle})
	p.text(point{mid, b.top + 4}, plain(clip(name, smallSize, room)), say{size: smallSize, h: middle})
}

// edges of the cells around points along a scale: halfway between neighbours.
func edges(s scale, xs []float64) []float64 {
	out := make([]float64, len(xs)+1)
	out[0], out[len(xs)] = s.from, s.to
	for i := 1; i < len(xs); i++ {
		out[i] = (s.at(xs[i-1]) + s.at(xs[i])) / 2
	}
	return out
}

func (f *surfaces) panel(p pen, ax axes, s surface) {
	ex, ey := edges(ax.x, s.X), edges(ax.y, s.Y)
	level := func(i, j int) int {
		if math.IsNaN(s.Mean[i][j]) {
			return -1
		}
		return int(math.Round(f.shade(s.Mean[i][j]) * (surfaceLevels - 1)))
	}
	// Rectangles reach a little under the next, so that no seam shows between them.
	const under = 0.35
	for i := range s.X {
		for j := 0; j < len(s.Y); {
			to := j + 1
			for to < len(s.Y) && level(i, to) == level(i, j) {
				to++
			}
			c := noData
			if l := level(i, j); l >= 0 {
				c = viridis.at(float64(l) / (surfaceLevels - 1))
			}
			p.rect(c, box{ex[i], ey[j], math.Min(ex[i+1]+under, ax.right), math.Min(ey[to]+under, ax.top)})
			j = to
		}
	}
	a := f.a
	var dots []point
	for _, c := range a.Configs {
		x, y := c.Values[s.x], c.Values[s.y]
		if !math.IsNaN(c.Results[f.budget]) && !math.IsNaN(x) && !math.IsNaN(y) {
			dots = append(dots, ax.at(x, y))
		}
	}
	var few []point
	for _, i := range sampled(len(dots), surfacePoints) {
		few = append(few, dots[i])
	}
	p.dots(ink, few, 1.05)
	p.dots(white, few, 0.75)
	p.frame(spine, ax.box)
	if c := a.Budgets[f.budget].Best.Config; c >= 0 && c < len(a.Configs) {
		if x, y := a.Configs[c].Values[s.x], a.Configs[c].Values[s.y]; !math.IsNaN(x) && !math.IsNaN(y) {
			p.diamond(accent, ax.at(x, y), 2.6)
		}
	}
}
