package figure

import (
	"image/color"
	"math"

	"gonum.org/v1/plot/vg"

	"github.com/nasalyze/nasalyze/reports/figure/internal/vec"
)

// Lengths are in points throughout the package; y points upwards.

// Sizes of text and lines at print size.
const (
	textSize  = 7.0 // labels of axes and data
	smallSize = 6.2 // ticks, cells
	tinySize  = 5.2 // what a crowded cell may shrink to
	thin      = 0.5 // axes
	lineWidth = 1.0 // data
)

type point struct{ x, y float64 }

// box is a rectangle by its edges.
type box struct{ left, bottom, right, top float64 }

func (b box) width() float64  { return b.right - b.left }
func (b box) height() float64 { return b.top - b.bottom }

// pen draws in points on a canvas.
type pen struct{ c vg.Canvas }

// stroke is how a line is drawn.
type stroke struct {
	color color.NRGBA
	width float64
	dash  []float64
}

func (s stroke) set(c vg.Canvas) {
	c.SetColor(s.color)
	c.SetLineWidth(vg.Length(s.width))
	d := make([]vg.Length, len(s.dash))
	for i, v := range s.dash {
		d[i] = vg.Length(v)
	}
	c.SetLineDash(d, 0)
}

func outline(ps []point, closed bool) vg.Path {
	var p vg.Path
	for i, q := range ps {
		at := vg.Point{X: vg.Length(q.x), Y: vg.Length(q.y)}
		if i == 0 {
			p.Move(at)
		} else {
			p.Line(at)
		}
	}
	if closed {
		p.Close()
	}
	return p
}

// line draws through the points; it stops at points that are NaN and goes on behind them.
func (p pen) line(s stroke, ps ...point) {
	s.set(p.c)
	for from := 0; from < len(ps); {
		to := from
		for to < len(ps) && !math.IsNaN(ps[to].x) && !math.IsNaN(ps[to].y) {
			to++
		}
		if to-from > 1 {
			p.c.Stroke(outline(ps[from:to], false))
		}
		from = to + 1
	}
}

func (p pen) polygon(fill color.NRGBA, ps ...point) {
	p.c.SetColor(fill)
	p.c.Fill(outline(ps, true))
}

func (p pen) rect(fill color.NRGBA, b box) {
	p.polygon(fill, point{b.left, b.bottom}, point{b.right, b.bottom}, point{b.right, b.top}, point{b.left, b.top})
}

func (p pen) frame(s stroke, b box) {
	s.set(p.c)
	p.c.Stroke(outline([]point{{b.left, b.bottom}, {b.right, b.bottom}, {b.right, b.top}, {b.left, b.top}}, true))
}

func circle(at point, r float64) vg.Path {
	var path vg.Path
	path.Move(vg.Point{X: vg.Length(at.x + r), Y: vg.Length(at.y)})
	path.Arc(vg.Point{X: vg.Length(at.x), Y: vg.Length(at.y)}, vg.Length(r), 0, 2*math.Pi)
	path.Close()
	return path
}

func (p pen) dot(fill color.NRGBA, at point, r float64) {
	p.c.SetColor(fill)
	p.c.Fill(circle(at, r))
}

func (p pen) dots(fill color.NRGBA, at []point, r float64) {
	for _, q := range at {
		p.dot(fill, q, r)
	}
}

// diamond marks incumbents: filled, with a white edge that parts it from the data below.
func (p pen) diamond(fill color.NRGBA, at point, r float64) {
	for _, d := range []struct {
		c color.NRGBA
		r float64
	}{{white, r + 0.8}, {fill, r}} {
		p.polygon(d.c, point{at.x - d.r, at.y}, point{at.x, at.y - d.r}, point{at.x + d.r, at.y}, point{at.x, at.y + d.r})
	}
}

// hatch fills b with thin diagonal lines: there is no number here.
func (p pen) hatch(b box) {
	p.rect(noData, b)
	s := stroke{color: dimGrey, width: 0.4}
	const step = 4
	for t := b.left - b.height() + step/2; t < b.right; t += step {
		x0, y0, x1, y1 := t, b.bottom, t+b.height(), b.top
		if x0 < b.left {
			y0, x0 = y0+b.left-x0, b.left
		}
		if x1 > b.right {
			y1, x1 = y1-(x1-b.right), b.right
		}
		p.line(s, point{x0, y0}, point{x1, y1})
	}
}

// Alignments of text: how much of its width or height is left of or below the point.
const (
	start, middle, end = 0.0, 0.5, 1.0
)

// say is how a text is set.
type say struct {
	size  float64 // textSize if 0
	color color.NRGBA
	h     float64 // start, middle or end
	v     float64 // start: the point is at the baseline; middle and end: of the capitals
	turn  float64 // degrees, counter-clockwise
}

// text sets t at the point and returns its width.
func (p pen) text(at point, t text, s say) float64 {
	size := s.size
	if size == 0 {
		size = textSize
	}
	if s.color == (color.NRGBA{}) {
		s.color = ink
	}
	w := t.width(size)
	p.c.Push()
	defer p.c.Pop()
	p.c.Translate(vg.Point{X: vg.Length(at.x), Y: vg.Length(at.y)})
	if s.turn != 0 {
		p.c.Rotate(s.turn * math.Pi / 180)
	}
	p.c.SetColor(s.color)
	x, y := -s.h*w, -s.v*capHeight*size
	for _, r := range t {
		rs, dy := size, 0.0
		if r.sup {
			rs, dy = 0.7*size, 0.36*size
		}
		p.c.FillString(vec.Face(r.style, vg.Length(rs)), vg.Point{X: vg.Length(x), Y: vg.Length(y + dy)}, r.s)
		x += r.width(size)
	}
	return w
}

// capHeight of Liberation Sans in units of the em (OS/2 table: 1409 of 2048).
const capHeight = 1409.0 / 2048

// ease draws a curve that leaves and arrives horizontally.
func (p pen) ease(s stroke, from, to point) {
	s.set(p.c)
	mid := vg.Length(from.x+to.x) / 2
	var path vg.Path
	path.Move(vg.Point{X: vg.Length(from.x), Y: vg.Length(from.y)})
	path.CubeTo(vg.Point{X: mid, Y: vg.Length(from.y)}, vg.Point{X: mid, Y: vg.Length(to.y)}, vg.Point{X: vg.Length(to.x), Y: vg.Length(to.y)})
	p.c.Stroke(path)
}
