package figure

import (
	"image/color"
	"math"
)

const (
	tickLength = 2.2
	tickGap    = 1.8 // between a tick and its label
)

var spine = stroke{color: axisGrey, width: thin}

// axes is a panel with two scales. Only its left and lower edge are drawn.
type axes struct {
	box
	x, y scale
}

func newAxes(b box, x, y scale) axes {
	return axes{b, x.onto(b.left, b.right), y.onto(b.bottom, b.top)}
}

func (a axes) at(x, y float64) point { return point{a.x.at(x), a.y.at(y)} }

// spines draws the two edges.
func (p pen) spines(b box) {
	p.line(spine, point{b.left, b.top}, point{b.left, b.bottom}, point{b.right, b.bottom})
}

// xTicks draws the marks below the panel and, if labels, their labels. It returns the y below them.
func (p pen) xTicks(a axes, ts []tick, labels bool) float64 {
	for _, t := range ts {
		x := a.x.at(t.v)
		l := tickLength
		if len(t.label) == 0 {
			l *= 0.6
		}
		p.line(spine, point{x, a.bottom}, point{x, a.bottom - l})
		if labels {
			p.text(point{a.x.inward(x, t.label.width(smallSize)/2), a.bottom - tickLength - tickGap}, t.label, say{size: smallSize, color: axisGrey, h: middle, v: end})
		}
	}
	return a.bottom - tickLength - tickGap - smallSize*capHeight - 2
}

// yTicks draws the marks left of the panel and, if labels, their labels.
func (p pen) yTicks(a axes, ts []tick, labels bool) {
	for _, t := range ts {
		y := a.y.at(t.v)
		l := tickLength
		if len(t.label) == 0 {
			l *= 0.6
		}
		p.line(spine, point{a.left, y}, point{a.left - l, y})
		if labels {
			p.text(point{a.left - tickLength - tickGap, y}, t.label, say{size: smallSize, color: axisGrey, h: end, v: middle})
		}
	}
}

// widest label of ticks.
func widest(ts []tick, size float64) float64 {
	w := 0.0
	for _, t := range ts {
		w = math.Max(w, t.label.width(size))
	}
	return w
}

// grid draws light lines at the labelled ticks across the panel.
func (p pen) grid(a axes, xs, ys []tick) {
	s := stroke{color: gridGrey, width: 0.4}
	for _, t := range xs {
		if len(t.label) > 0 {
			p.line(s, point{a.x.at(t.v), a.bottom}, point{a.x.at(t.v), a.top})
		}
	}
	for _, t := range ys {
		if len(t.label) > 0 {
			p.line(s, point{a.left, a.y.at(t.v)}, point{a.right, a.y.at(t.v)})
		}
	}
}

// key is an entry of a legend: a mark that is keyWidth wide, and words.
type key struct {
	mark  func(p pen, at point) // at is the left end, at half the height of the capitals
	label text
	grey  bool
}

const keyWidth = 9.0

// swatch marks areas and bars.
func swatch(fillColor func(p pen, b box)) func(pen, point) {
	return func(p pen, at point) {
		fillColor(p, box{at.x, at.y - 2.4, at.x + keyWidth - 2, at.y + 2.4})
	}
}

// legendRows breaks keys into rows of the width.
func legendRows(keys []key, width, size float64) [][]key {
	var rows [][]key
	x := math.Inf(1)
	for _, k := range keys {
		w := k.label.width(size) + 10
		if k.mark != nil {
			w += keyWidth + 1
		}
		if x+w-10 > width {
			rows = append(rows, nil)
			x = 0
		}
		rows[len(rows)-1] = append(rows[len(rows)-1], k)
		x += w
	}
	return rows
}

const legendLeading = 9.5

// legendHeight is what legend takes.
func legendHeight(keys []key, width float64) float64 {
	return legendLeading * float64(len(legendRows(keys, width, smallSize)))
}

// legend sets keys in rows below the point.
func (p pen) legend(at point, width float64, keys []key) {
	y := at.y - legendLeading/2
	for _, row := range legendRows(keys, width, smallSize) {
		x := at.x
		for _, k := range row {
			if k.mark != nil {
				k.mark(p, point{x, y})
				x += keyWidth + 1
			}
			c := ink
			if k.grey {
				c = axisGrey
			}
			x += p.text(point{x, y}, k.label, say{size: smallSize, v: middle, color: c}) + 10
		}
		y -= legendLeading
	}
}

// bar draws a colour map along the longer side of b, from low to high, as steps that overlap so
// that no seams show.
func (p pen) bar(b box, r ramp) {
	const n = 64
	for i := range n {
		t := float64(i) / n
		c := r.at((float64(i) + 0.5) / n)
		if b.width() >= b.height() {
			p.rect(c, box{b.left + t*b.width(), b.bottom, math.Min(b.right, b.left+t*b.width()+1.6*b.width()/n), b.top})
		} else {
			p.rect(c, box{b.left, b.bottom + t*b.height(), b.right, math.Min(b.top, b.bottom+t*b.height()+1.6*b.height()/n)})
		}
	}
	p.frame(spine, b)
}

// arrow marks data beyond an edge; dx and dy, of which one is 0 and one 1 or −1, say which edge.
func (p pen) arrow(fill color.NRGBA, at point, r, dx, dy float64) {
	p.polygon(fill, point{at.x + r*dx, at.y + r*dy},
		point{at.x - r*dx - r*dy, at.y - r*dy + r*dx}, point{at.x - r*dx + r*dy, at.y - r*dy - r*dx})
}

// mark is a dot inside the panel, an arrow at the edge for what lies beyond.
func (p pen) mark(ax axes, fill color.NRGBA, x, y, r float64) {
	at := ax.at(x, y)
	switch {
	case !ax.y.inside(y):
		p.arrow(fill, at, r+0.6, 0, sign(y > ax.y.hi))
	case !ax.x.inside(x):
		p.arrow(fill, at, r+0.6, sign(x > ax.x.hi), 0)
	default:
		p.dot(fill, at, r)
	}
}

func sign(positive bool) float64 {
	if positive {
		return 1
	}
	return -1
}
