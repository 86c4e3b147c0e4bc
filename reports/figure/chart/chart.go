// Package chart draws comparisons of positive numbers on logarithmic axes, in the
// manner of the figures of package figure but of numbers that are no analysis: [Pairs]
// joins two dots per row, [Lines] shows growth, [Panels] small multiples with bands, [Ranks]
// mean ranks.
package chart

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot/vg"

	"github.com/nasalyze/nasalyze/reports/figure/internal/vec"
)

// Lengths are in points; y points upwards.
const (
	width    = 6.75 * 72
	textSize = 7.5
	tickSize = 6.5
	capital  = 1409.0 / 2048 // height of capitals in units of the em
)

// Colours of Okabe and Ito (2008, "Color Universal Design"), and greys.
var (
	series = []color.NRGBA{
		{0x00, 0x72, 0xb2, 255}, {0xd5, 0x5e, 0x00, 255}, {0x00, 0x9e, 0x73, 255},
		{0xcc, 0x79, 0xa7, 255}, {0xe6, 0x9f, 0x00, 255}, {0x56, 0xb4, 0xe9, 255},
	}
	ink   = color.NRGBA{0x1a, 0x1a, 0x1a, 255}
	grey  = color.NRGBA{0x4d, 0x4d, 0x4d, 255}
	light = color.NRGBA{0xe3, 0xe3, 0xe3, 255}
	mid   = color.NRGBA{0xc4, 0xc4, 0xc4, 255}
)

// page is a canvas with a few habits.
type page struct{ c vec.Canvas }

func newPage(height float64, title, alt string) page {
	return page{vec.NewSVG(vg.Length(width), vg.Length(height), vec.Meta{Title: title, Desc: alt})}
}

func (p page) writeTo(w io.Writer) error {
	_, err := p.c.WriteTo(w)
	return err
}

func at(x, y float64) vg.Point { return vg.Point{X: vg.Length(x), Y: vg.Length(y)} }

func (p page) line(c color.NRGBA, thickness float64, points ...vg.Point) {
	var path vg.Path
	for i, q := range points {
		if i == 0 {
			path.Move(q)
		} else {
			path.Line(q)
		}
	}
	p.c.SetColor(c)
	p.c.SetLineWidth(vg.Length(thickness))
	p.c.SetLineDash(nil, 0)
	p.c.Stroke(path)
}

func (p page) dot(c color.NRGBA, center vg.Point, r float64) {
	var path vg.Path
	path.Move(vg.Point{X: center.X + vg.Length(r), Y: center.Y})
	path.Arc(center, vg.Length(r), 0, 2*math.Pi)
	path.Close()
	p.c.SetColor(c)
	p.c.Fill(path)
}

// arrow points to the right: at least so much.
func (p page) arrow(c color.NRGBA, tip vg.Point, r float64) {
	var path vg.Path
	path.Move(tip)
	path.Line(vg.Point{X: tip.X - vg.Length(2*r), Y: tip.Y + vg.Length(r)})
	path.Line(vg.Point{X: tip.X - vg.Length(2*r), Y: tip.Y - vg.Length(r)})
	path.Close()
	p.c.SetColor(c)
	p.c.Fill(path)
}

func measure(style vec.Style, size float64, s string) float64 {
	return float64(vec.Width(style, vg.Length(size), s))
}

// text sets s with a share h of its width left of x, its capitals centred on y.
func (p page) text(x, y, h, size float64, c color.NRGBA, style vec.Style, s string) {
	p.c.SetColor(c)
	p.c.FillString(vec.Face(style, vg.Length(size)), at(x-h*measure(style, size, s), y-capital*size/2), s)
}

// decades maps positive numbers to a range of the page, whole decades at its ends.
type decades struct {
	lo, hi   int // exponents
	from, to float64
}

// span covers all positive finite values.
func span(values []float64) (decades, error) {
	lo, hi := math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if math.IsNaN(v) {
			continue
		}
		if !(v > 0) || math.IsInf(v, 0) {
			return decades{}, fmt.Errorf("chart: %v on a logarithmic axis", v)
		}
		lo, hi = min(lo, v), max(hi, v)
	}
	if lo > hi {
		return decades{}, fmt.Errorf("chart: no numbers")
	}
	d := decades{lo: int(math.Floor(math.Log10(lo))), hi: int(math.Ceil(math.Log10(hi)))}
	if d.lo == d.hi {
		d.hi++
	}
	return d, nil
}

func (d decades) at(v float64) float64 {
	return d.from + (math.Log10(v)-float64(d.lo))/float64(d.hi-d.lo)*(d.to-d.from)
}

// legend writes names beside dots in their colours, from x on.
func (p page) legend(x, y float64, names []string) {
	for i, name := range names {
		p.dot(series[i%len(series)], at(x+3, y), 2.5)
		p.text(x+9, y, 0, textSize, ink, vec.Regular, name)
		x += 9 + measure(vec.Regular, textSize, name) + 14
	}
}
