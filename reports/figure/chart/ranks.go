package chart

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/nasalyze/nasalyze/reports/figure/internal/vec"
)

// Ranks is the diagram of Demsar 2006 (figure 1): mean ranks on a line, the best at the
// left, and bars over those who differ by less than the critical difference.
type Ranks struct {
	// Title and Alt describe the figure to somebody who cannot see it; Alt has the numbers.
	Title, Alt string
	Axis       string
	Names      []string
	Mean       []float64 // from 1 to len(Names)
	Critical   float64
}

// WriteSVG draws the diagram at full width.
func (c Ranks) WriteSVG(w io.Writer) error {
	k := len(c.Names)
	if k < 2 || len(c.Mean) != k || !(c.Critical > 0) {
		return fmt.Errorf("chart: %s: want two mean ranks or more, a name for each, and a critical difference", c.Title)
	}
	order := make([]int, k)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(c.Mean[a], c.Mean[b]) })
	cliques := c.cliques(order)
	const step, head, barStep = 13.0, 44.0, 5.0
	half := (k + 1) / 2
	below := barStep*float64(len(cliques)) + 8
	height := head + below + step*float64(half) + 6
	p := newPage(height, c.Title, c.Alt)
	left, right := 118.0, width-118.0
	x := func(rank float64) float64 { return left + (rank-1)/float64(k-1)*(right-left) }
	axis := height - head
	p.line(ink, 0.8, at(left, axis), at(right, axis))
	for r := 1; r <= k; r++ {
		p.line(ink, 0.8, at(x(float64(r)), axis), at(x(float64(r)), axis+4))
		p.text(x(float64(r)), axis+10, 0.5, tickSize, grey, vec.Regular, fmt.Sprint(r))
	}
	p.text((left+right)/2, height-8, 0.5, textSize, ink, vec.Regular, c.Axis)
	// The critical difference, as a length.
	if end := 1 + c.Critical; end <= float64(k) {
		y := axis + 20
		p.line(ink, 0.8, at(x(1), y), at(x(end), y))
		p.line(ink, 0.8, at(x(1), y-2), at(x(1), y+2))
		p.line(ink, 0.8, at(x(end), y-2), at(x(end), y+2))
		p.text(x(1)-5, y, 1, tickSize, grey, vec.Regular, fmt.Sprintf("critical difference %.2f", c.Critical))
	}
	for i, q := range cliques {
		y := axis - 6 - barStep*float64(i)
		p.line(ink, 2.2, at(x(c.Mean[order[q[0]]])-2, y), at(x(c.Mean[order[q[1]]])+2, y))
	}
	for place, i := range order {
		row, side, edge, align := place, left-8, left-8, 1.0
		if place >= half {
			row, side, edge, align = k-1-place, right+8, right+8, 0.0
		}
		y := axis - below - step*(float64(row)+0.5)
		p.line(grey, 0.6, at(x(c.Mean[i]), axis), at(x(c.Mean[i]), y), at(edge, y))
		label := fmt.Sprintf("%s  %.2f", c.Names[i], c.Mean[i])
		if align == 0 {
			label = fmt.Sprintf("%.2f  %s", c.Mean[i], c.Names[i])
		}
		p.text(side-3+6*(1-align), y, align, textSize, ink, vec.Regular, label)
	}
	return p.writeTo(w)
}

// cliques are the longest runs of places, first and last, within the critical difference.
func (c Ranks) cliques(order []int) [][2]int {
	var all [][2]int
	covered := -1
	for i := range order {
		j := i
		for j+1 < len(order) && c.Mean[order[j+1]]-c.Mean[order[i]] < c.Critical {
			j++
		}
		if j > i && j > covered {
			all = append(all, [2]int{i, j})
			covered = j
		}
	}
	return all
}
