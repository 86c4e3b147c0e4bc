package chart

import (
	"errors"
	"fmt"
	"image/color"
	"io"
	"math"

	"gonum.org/v1/plot/vg"

	"github.com/nasalyze/nasalyze/reports/figure/internal/vec"
)

// Panels are small multiples: how several positive numbers change, with bands, on
// logarithmic axes of their own. All panels share the legend.
type Panels struct {
	// Title and Alt describe the figure to somebody who cannot see it; Alt has the numbers.
	Title, Alt   string
	XAxis, YAxis string
	// Names of the series, [MaxSeries] at most, the first drawn above the others.
	Names []string
	// Colors are the numbers of their colours, so that a series has the same in several
	// figures; nil stands for 0, 1, ...
	Colors []int
	Panels []Panel
	// XTick and YTick write a number on an axis.
	XTick, YTick func(float64) string
}

// MaxSeries is the number of colours.
const MaxSeries = 8

// Panel is one of them. A series without numbers is left out.
type Panel struct {
	Title string
	Bands []Band
}

// Band is a series of medians Y at X, between Lo and Hi. A number that is 0 lies below
// the axis: the line goes to the bottom of the panel. What is NaN or infinite is not drawn.
type Band struct {
	X, Y, Lo, Hi []float64
}

// color of a series: those of Okabe and Ito, then black and grey.
func (c Panels) color(i int) color.NRGBA {
	if c.Colors != nil {
		i = c.Colors[i]
	}
	return [...]color.NRGBA{series[0], series[1], series[2], series[3], series[4], series[5], ink, {0x99, 0x99, 0x99, 255}}[i%MaxSeries]
}

// WriteSVG draws the panels at full width, three in a row.
func (c Panels) WriteSVG(w io.Writer) error {
	if len(c.Panels) == 0 || len(c.Names) == 0 || len(c.Names) > MaxSeries || c.Colors != nil && len(c.Colors) != len(c.Names) {
		return fmt.Errorf("chart: %s: %d panels of %d series", c.Title, len(c.Panels), len(c.Names))
	}
	const columns, rowHeight, head, foot = 3, 128.0, 26.0, 18.0
	rows := (len(c.Panels) + columns - 1) / columns
	height := head + rowHeight*float64(rows) + foot
	p := newPage(height, c.Title, c.Alt)
	x := 4.0
	for i, name := range c.Names {
		p.line(c.color(i), 1.6, at(x, height-8), at(x+12, height-8))
		p.text(x+16, height-8, 0, textSize, ink, vec.Regular, name)
		x += 16 + measure(vec.Regular, textSize, name) + 11
	}
	const cell = (width - 4) / columns
	for i := range c.Panels {
		box := frame{left: float64(i%columns)*cell + 36, bottom: height - head - float64(i/columns+1)*rowHeight + 20, width: cell - 46, height: rowHeight - 40}
		if err := c.panel(p, box, &c.Panels[i]); err != nil {
			return fmt.Errorf("chart: %s: %s: %w", c.Title, c.Panels[i].Title, err)
		}
	}
	p.text(4, height-head+6, 0, tickSize, grey, vec.Regular, c.YAxis)
	p.text(width/2, 8, 0.5, textSize, ink, vec.Regular, c.XAxis)
	return p.writeTo(w)
}

// frame is the place of a panel's axes.
type frame struct{ left, bottom, width, height float64 }

func (c Panels) panel(p page, f frame, panel *Panel) error {
	xs, ys := newLogRange(), newLogRange()
	for _, b := range panel.Bands {
		if n := len(b.X); len(b.Y) != n || len(b.Lo) != n || len(b.Hi) != n {
			return errors.New("want as many X as Y, Lo and Hi")
		}
		for i := range b.X {
			if drawable(b.Y[i]) && drawable(b.Hi[i]) {
				xs.include(b.X[i])
				ys.include(b.Y[i])
				ys.include(b.Lo[i])
				ys.include(b.Hi[i])
			}
		}
	}
	if !xs.some() || !ys.some() {
		return errors.New("nothing to draw")
	}
	toX := func(v float64) float64 { return f.left + xs.place(v)*f.width }
	toY := func(v float64) float64 { return f.bottom + ys.place(v)*f.height }
	p.text(f.left, f.bottom+f.height+9, 0, textSize, ink, vec.Bold, panel.Title)
	for _, v := range xs.ticks(2, 5) {
		p.line(light, 0.5, at(toX(v), f.bottom), at(toX(v), f.bottom+f.height))
		p.text(toX(v), f.bottom-7, 0.5, tickSize, grey, vec.Regular, c.XTick(v))
	}
	for _, v := range ys.ticks(10, 4) {
		p.line(light, 0.5, at(f.left, toY(v)), at(f.left+f.width, toY(v)))
		p.text(f.left-4, toY(v), 1, tickSize, grey, vec.Regular, c.YTick(v))
	}
	p.line(mid, 0.7, at(f.left, f.bottom), at(f.left+f.width, f.bottom))
	for pass := range 2 { // all bands below all lines, the first series above the others
		for i := len(panel.Bands) - 1; i >= 0; i-- {
			b, thickness := panel.Bands[i], 1.0
			if i == 0 {
				thickness = 1.8
			}
			var upper, lower, middle []vg.Point
			for k := range b.X {
				if !drawable(b.Y[k]) || !drawable(b.Hi[k]) {
					continue
				}
				upper = append(upper, at(toX(b.X[k]), toY(b.Hi[k])))
				lower = append(lower, at(toX(b.X[k]), toY(b.Lo[k])))
				middle = append(middle, at(toX(b.X[k]), toY(b.Y[k])))
			}
			switch {
			case len(middle) == 0:
			case pass == 0:
				p.area(c.color(i), 0.13, upper, lower)
			default:
				p.line(c.color(i), thickness, middle...)
			}
		}
	}
	return nil
}

// area fills between two lines.
func (p page) area(c color.NRGBA, opacity float64, upper, lower []vg.Point) {
	var path vg.Path
	for i, q := range upper {
		if i == 0 {
			path.Move(q)
		} else {
			path.Line(q)
		}
	}
	for i := len(lower) - 1; i >= 0; i-- {
		path.Line(lower[i])
	}
	path.Close()
	c.A = uint8(math.Round(255 * opacity))
	p.c.SetColor(c)
	p.c.Fill(path)
}

func drawable(v float64) bool { return v >= 0 && !math.IsInf(v, 1) }

// logRange maps positive numbers to [0, 1] by their logarithm; smaller ones to 0.
type logRange struct{ lo, hi float64 }

func newLogRange() *logRange { return &logRange{math.Inf(1), math.Inf(-1)} }

func (r *logRange) include(v float64) {
	if v > 0 && drawable(v) {
		r.lo, r.hi = min(r.lo, v), max(r.hi, v)
	}
}

func (r *logRange) some() bool { return r.lo <= r.hi }

func (r *logRange) place(v float64) float64 {
	if !(v > r.lo) {
		return 0
	}
	if r.lo == r.hi {
		return 1
	}
	return math.Log(v/r.lo) / math.Log(r.hi/r.lo)
}

// ticks are powers of the base within the range, every few of them if there are more
// than most; with base 10 also multiples of the powers where there would be fewer than three.
func (r *logRange) ticks(base float64, most int) []float64 {
	const slack = 1e-9
	within := func(mantissas ...float64) (v []float64) {
		for e := math.Floor(math.Log(r.lo)/math.Log(base) - slack); e <= math.Log(r.hi)/math.Log(base)+slack; e++ {
			for _, m := range mantissas {
				if x := m * math.Pow(base, e); x >= r.lo*(1-slack) && x <= r.hi*(1+slack) {
					v = append(v, x)
				}
			}
		}
		return v
	}
	v := within(1)
	for _, mantissas := range [][]float64{{1, 2, 5}, {1, 1.5, 2, 3, 4, 5, 7}} {
		if base == 10 && len(v) < 3 {
			v = within(mantissas...)
		}
	}
	step := (len(v) + most - 1) / most
	var kept []float64
	for i := len(v) - 1; i >= 0; i -= max(step, 1) {
		kept = append(kept, v[i])
	}
	return kept
}
