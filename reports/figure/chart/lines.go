package chart

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/nasalyze/nasalyze/reports/figure/internal/vec"
)

// Lines shows how positive numbers grow with the size of something.
type Lines struct {
	// Title and Alt describe the figure to somebody who cannot see it; Alt has the numbers.
	Title, Alt   string
	XAxis, YAxis string
	Series       []Line
	XTick, YTick func(float64) string
}

// Line is one of them: Y at X, named at its end.
type Line struct {
	Name string
	X, Y []float64
}

// WriteSVG draws the lines at full width. Numbers must be positive.
func (c Lines) WriteSVG(w io.Writer) error {
	var xs, ys []float64
	right := 0.0
	for _, l := range c.Series {
		if len(l.X) != len(l.Y) || len(l.X) == 0 {
			return errors.New("chart: " + l.Name + ": want as many X as Y, and some")
		}
		xs, ys = append(xs, l.X...), append(ys, l.Y...)
		right = max(right, measure(vec.Regular, textSize, l.Name))
	}
	x, err := span(xs)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Title, err)
	}
	y, err := span(ys)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Title, err)
	}
	left := 0.0
	for e := y.lo; e <= y.hi; e++ {
		left = max(left, measure(vec.Regular, tickSize, c.YTick(math.Pow(10, float64(e)))))
	}
	const head, foot, decade = 22.0, 32.0, 26.0
	height := head + foot + decade*float64(y.hi-y.lo)
	p := newPage(height, c.Title, c.Alt)
	x.from, x.to = left+10, width-right-22
	y.from, y.to = foot, height-head
	for e := x.lo; e <= x.hi; e++ {
		v := math.Pow(10, float64(e))
		p.line(light, 0.5, at(x.at(v), y.from), at(x.at(v), y.to))
		p.text(x.at(v), y.from-7, 0.5, tickSize, grey, vec.Regular, c.XTick(v))
	}
	for e := y.lo; e <= y.hi; e++ {
		v := math.Pow(10, float64(e))
		p.line(light, 0.5, at(x.from, y.at(v)), at(x.to, y.at(v)))
		p.text(x.from-5, y.at(v), 1, tickSize, grey, vec.Regular, c.YTick(v))
	}
	p.text((x.from+x.to)/2, y.from-21, 0.5, textSize, ink, vec.Regular, c.XAxis)
	p.text(4, height-9, 0, textSize, ink, vec.Regular, c.YAxis)
	labels := c.labels(x, y)
	for i, l := range c.Series {
		color := series[i%len(series)]
		for k := range l.X {
			if k > 0 {
				p.line(color, 1.2, at(x.at(l.X[k-1]), y.at(l.Y[k-1])), at(x.at(l.X[k]), y.at(l.Y[k])))
			}
			p.dot(color, at(x.at(l.X[k]), y.at(l.Y[k])), 2.5)
		}
		p.text(x.at(l.X[len(l.X)-1])+7, labels[i], 0, textSize, color, vec.Bold, l.Name)
	}
	return p.writeTo(w)
}

// labels are the heights of the names, moved apart where lines end close together.
func (c Lines) labels(x, y decades) []float64 {
	const gap = 10
	out := make([]float64, len(c.Series))
	end := func(i int) (float64, float64) {
		l := c.Series[i]
		return x.at(l.X[len(l.X)-1]), y.at(l.Y[len(l.Y)-1])
	}
	for i := range c.Series {
		_, out[i] = end(i)
	}
	for range 20 {
		for i := range out {
			for j := range i {
				xi, _ := end(i)
				xj, _ := end(j)
				if d := out[i] - out[j]; math.Abs(xi-xj) < 40 && math.Abs(d) < gap {
					move := (gap - math.Abs(d)) / 2
					if d < 0 {
						move = -move
					}
					out[i], out[j] = out[i]+move, out[j]-move
				}
			}
		}
	}
	return out
}
