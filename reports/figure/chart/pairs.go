package chart

import (
	"fmt"
	"io"
	"math"

	"github.com/nasalyze/nasalyze/reports/figure/internal/vec"
)

// Pairs compares two positive numbers per row.
type Pairs struct {
	// Title and Alt describe the figure to somebody who cannot see it; Alt has the numbers.
	Title, Alt string
	// Axis names the quantity.
	Axis string
	// Names of the first and the second number.
	Names [2]string
	Rows  []Pair
	// Tick writes a number on the axis.
	Tick func(float64) string
}

// Pair is one row.
type Pair struct {
	Label string
	// A and B are the numbers; NaN leaves one out.
	A, B float64
	// AtLeast tells that B is a bound from below.
	AtLeast bool
	// Note stands at the right.
	Note string
}

// WriteSVG draws the comparison at full width. Numbers must be positive.
func (c Pairs) WriteSVG(w io.Writer) error {
	var values []float64
	left, right := 0.0, 0.0
	for _, r := range c.Rows {
		values = append(values, r.A, r.B)
		left = max(left, measure(vec.Regular, textSize, r.Label))
		right = max(right, measure(vec.Bold, textSize, r.Note))
	}
	x, err := span(values)
	if err != nil {
		return fmt.Errorf("%s: %w", c.Title, err)
	}
	const step, head, foot = 15.0, 22.0, 30.0
	height := head + step*float64(len(c.Rows)) + foot
	p := newPage(height, c.Title, c.Alt)
	x.from, x.to = left+14, width-right-14
	top, bottom := height-head, foot
	for e := x.lo; e <= x.hi; e++ {
		v := math.Pow(10, float64(e))
		p.line(light, 0.5, at(x.at(v), bottom), at(x.at(v), top))
		p.text(x.at(v), bottom-7, 0.5, tickSize, grey, vec.Regular, c.Tick(v))
	}
	p.text((x.from+x.to)/2, bottom-20, 0.5, textSize, ink, vec.Regular, c.Axis)
	p.legend(x.from, height-8, c.Names[:])
	for i, r := range c.Rows {
		y := top - step*(float64(i)+0.5)
		p.text(x.from-8, y, 1, textSize, ink, vec.Regular, r.Label)
		if !math.IsNaN(r.A) && !math.IsNaN(r.B) {
			p.line(mid, 1.5, at(x.at(r.A), y), at(x.at(r.B), y))
		}
		switch {
		case math.IsNaN(r.B):
		case r.AtLeast:
			p.arrow(series[1], at(x.at(r.B)+4, y), 3.5)
		default:
			p.dot(series[1], at(x.at(r.B), y), 3)
		}
		if !math.IsNaN(r.A) {
			p.dot(series[0], at(x.at(r.A), y), 3)
		}
		p.text(width-4, y, 1, textSize, ink, vec.Bold, r.Note)
	}
	return p.writeTo(w)
}
