package figure

import (
	"fmt"
	"image/color"
	"math"
	"slices"
	"sort"

	"github.com/nasalyze/nasalyze/reports"
)

// curves are two panels over one axis: importance, a line per parameter, and below it how
// far that can be trusted.
type curves struct {
	a *reports.Analysis
	// x are the points in ascending order.
	x   []float64
	log bool
	// mean and std by parameter, then by point; NaN leaves a gap.
	mean, std [][]float64
	params    []int // as they are sorted; the first top of them are named
	top       int
	// bands draws the spread of the first lines as bands, for many points, instead of
	// error bars for all.
	bands bool
	below []trust
	axis  text
	// ends, if any, say what the ends of the axis stand for.
	ends [2]string
}

// trust is a measure from 0, or less, to 1.
type trust struct {
	name      string
	mean, std []float64 // std nil: none
}

// newCurves takes the scores of each point and ranks the parameters by key.
func newCurves(a *reports.Analysis, x []float64, scores [][]reports.Score, key func(j int) float64) *curves {
	f := &curves{a: a, x: x}
	for j := range a.Params {
		var mean, std []float64
		for k := range x {
			mean, std = append(mean, scores[k][j].Mean), append(std, scores[k][j].Std)
		}
		f.mean, f.std, f.params = append(f.mean, mean), append(f.std, std), append(f.params, j)
	}
	sort.SliceStable(f.params, func(u, v int) bool { return key(f.params[u]) > key(f.params[v]) })
	for f.top < min(linesTop, len(f.params)) && (f.top < linesLeast || key(f.params[f.top]) >= linesShare) {
		f.top++
	}
	return f
}

// named tells which lines have a name, in a sentence with a leading space.
func (f *curves) named(why string) string {
	if rest := len(f.params) - f.top; rest > 0 {
		return fmt.Sprintf(" Named: the %d that explain most %s; grey: the other %d.", f.top, why, rest)
	}
	return ""
}

// alt lists the numbers of the named lines.
func (f *curves) alt(at func(k int) string) string {
	s := ""
	for _, j := range f.params[:f.top] {
		s += " " + f.a.Params[j].Name + ":"
		for k := range f.x {
			if k > 0 {
				s += ","
			}
			word := "not known"
			if !math.IsNaN(f.mean[j][k]) {
				word = fixed(f.mean[j][k], 3)
			}
			s += " " + word + " " + at(k)
		}
		s += "."
	}
	return s
}

func (f *curves) layout(width float64) (float64, func(pen)) {
	top := f.params[:f.top]
	room := 0.0
	for _, j := range top {
		room = math.Max(room, plain(f.a.Params[j].Name).width(smallSize))
	}
	for _, t := range f.below {
		room = math.Max(room, plain(t.name).width(smallSize))
	}
	room = math.Min(room, 0.32*width)
	const left, gap = 33.0, 9.0
	foot := 23.0
	if f.ends[0] != "" {
		foot += 6
	}
	upper, lower := math.Min(0.5*width, 150), math.Min(0.24*width, 62)
	height := foot + lower + gap + upper + 5
	most := 0.01
	for i, j := range f.params {
		for k := range f.x {
			most = math.Max(most, nanZero(f.mean[j][k]))
			if i < f.top && (!f.bands || i < bandsTop) {
				most = math.Max(most, math.Min(1, nanZero(f.mean[j][k]+f.std[j][k])))
			}
		}
	}
	least := 0.0
	for _, t := range f.below {
		for _, v := range t.mean {
			least = math.Min(least, nanZero(v))
		}
	}
	x := scale{lo: f.x[0], hi: f.x[len(f.x)-1], log: f.log}
	right := width - room - 13
	ax := newAxes(box{left, height - 5 - upper, right, height - 5}, x, scale{lo: 0, hi: most * 1.03})
	bx := newAxes(box{left, foot, right, foot + lower}, x, scale{lo: math.Max(-0.25, least), hi: 1})
	inset := 5.0
	if f.log {
		inset = 9
	}
	ax.x, bx.x = ax.x.onto(left+inset, right-4), bx.x.onto(left+inset, right-4)
	return height, func(p pen) {
		ys := ax.y.ticks(smallSize, true)
		p.grid(ax, nil, ys)
		p.spines(ax.box)
		p.yTicks(ax, ys, true)
		p.xTicks(ax, f.ticks(ax.x), false)
		zs := []tick{{0, plain("0")}, {0.5, plain("0.5")}, {1, plain("1")}}
		p.grid(bx, nil, zs)
		p.spines(bx.box)
		p.yTicks(bx, zs, true)
		p.xTicks(bx, f.ticks(bx.x), true)
		p.text(point{(left + right) / 2, 2}, f.axis, say{h: middle})
		if f.ends[0] != "" {
			y := bx.bottom - tickLength - tickGap - 2*smallSize*capHeight - 3
			p.text(point{left - 4, y}, plain(clip(f.ends[0], smallSize, 0.45*(right-left))), say{size: smallSize, color: axisGrey})
			p.text(point{right, y}, plain(clip(f.ends[1], smallSize, 0.45*(right-left))), say{size: smallSize, color: axisGrey, h: end})
		}
		p.text(point{7, (ax.top + ax.bottom) / 2}, plain(clip("Importance (share of variance)", textSize, upper+8)), say{h: middle, turn: 90})
		for i := len(f.params) - 1; i >= f.top; i-- {
			p.line(stroke{color: dimGrey, width: 0.6}, f.points(ax, f.mean[f.params[i]], 0)...)
		}
		want := make([]float64, f.top)
		step := (ax.x.to - ax.x.from) / float64(max(1, len(f.x)-1))
		dodge := math.Min(1.6, 0.5*step/float64(f.top))
		for i := min(f.top, bandsTop) - 1; i >= 0 && f.bands; i-- {
			f.band(p, ax, f.mean[top[i]], f.std[top[i]], fade(okabeIto[i], 0.14))
		}
		for i := f.top - 1; i >= 0; i-- {
			j := top[i]
			std := f.std[j]
			if f.bands {
				std, dodge = nil, 0
			}
			want[i] = f.curve(p, ax, f.mean[j], std, stroke{color: okabeIto[i], width: 1.2}, dodge*(float64(i)-float64(f.top-1)/2))
		}
		names := make([]string, f.top)
		for i, j := range top {
			names[i] = f.a.Params[j].Name
		}
		f.label(p, ax, names, want, room, func(i int) stroke { return stroke{color: okabeIto[i]} })
		styles := []stroke{{color: ink, width: 1}, {color: midGrey, width: 1, dash: []float64{2.6, 1.4}}}
		want = make([]float64, len(f.below))
		names = nil
		for i, t := range f.below {
			want[i] = f.curve(p, bx, t.mean, t.std, styles[i], 1.6*(float64(i)-float64(len(f.below)-1)/2))
			names = append(names, t.name)
		}
		f.label(p, bx, names, want, room, func(i int) stroke { return styles[i] })
	}
}

const bandsTop = 3 // more bands would hide each other

// band fills between a standard deviation below and above, where they are known.
func (f *curves) band(p pen, ax axes, mean, std []float64, c color.NRGBA) {
	var low, high []point
	for k := range f.x {
		if !math.IsNaN(mean[k]) && !math.IsNaN(std[k]) {
			low, high = append(low, ax.at(f.x[k], mean[k]-std[k])), append(high, ax.at(f.x[k], mean[k]+std[k]))
		}
		if n := len(low); k+1 == len(f.x) || math.IsNaN(mean[k+1]) {
			if n > 1 {
				slices.Reverse(high)
				p.polygon(c, append(low, high...)...)
			}
			low, high = nil, nil
		}
	}
}

func (f *curves) points(ax axes, ys []float64, shift float64) []point {
	ps := make([]point, len(ys))
	for k, y := range ys {
		ps[k] = ax.at(f.x[k], y)
		ps[k].x += shift
	}
	return ps
}

// curve draws a line with its error bars; it returns where its last point stands.
func (f *curves) curve(p pen, ax axes, mean, std []float64, s stroke, shift float64) (last float64) {
	ps := f.points(ax, mean, shift)
	last = (ax.bottom + ax.top) / 2
	for k, q := range ps {
		if math.IsNaN(q.y) {
			continue
		}
		last = q.y
		if std != nil && !math.IsNaN(std[k]) {
			p.line(stroke{color: fade(s.color, 0.75), width: 0.6}, point{q.x, ax.y.at(mean[k] - std[k])}, point{q.x, ax.y.at(mean[k] + std[k])})
		}
	}
	p.line(s, ps...)
	for k, q := range ps {
		switch {
		case math.IsNaN(q.y):
		case mean[k] < ax.y.lo:
			p.arrow(s.color, q, 2, 0, -1)
		default:
			p.dot(white, q, 1.9)
			p.dot(s.color, q, 1.4)
		}
	}
	return last
}

// label names the lines at their right ends.
func (f *curves) label(p pen, ax axes, names []string, want []float64, room float64, style func(int) stroke) {
	at := repel(want, 7.6, ax.bottom, ax.top)
	for i, name := range clipAll(names, smallSize, room) {
		c := style(i).color
		p.line(stroke{color: fade(c, 0.7), width: 0.4}, point{ax.right - 1, want[i]}, point{ax.right + 7, at[i]})
		p.text(point{ax.right + 9, at[i]}, plain(name), say{size: smallSize, v: middle, color: legible(c)})
	}
}

// ticks marks every point of a logarithmic axis, with as many labels as fit from the largest down.
func (f *curves) ticks(x scale) []tick {
	if !f.log {
		return x.ticks(smallSize, false)
	}
	out := make([]tick, len(f.x))
	free := math.Inf(1)
	for k := len(out) - 1; k >= 0; k-- {
		out[k].v = f.x[k]
		label := plain(short(f.x[k], 4))
		half := label.width(smallSize) / 2
		if x.at(f.x[k])+half <= free {
			out[k].label = label
			free = x.at(f.x[k]) - half - 3
		}
	}
	return out
}
