package figure

import (
	"image/color"
	"math"

	"github.com/nasalyze/nasalyze/reports"
)

// shareBars is a panel of horizontal bars in groups: shares of variance, alone (bar, with
// an error bar) and with all interactions (a tick).
type shareBars struct {
	groups []shareGroup
	thick  float64
}

// shareGroup is the bars of one parameter.
type shareGroup struct {
	name string
	note string // below the name; may be empty
	bars []shareBar
}

// shareBar is one share; lo and hi are the ends of its error bar. What is NaN is not drawn.
type shareBar struct {
	alone, lo, hi, total float64
	color                color.NRGBA
}

// barOf is a bar with its interval or the standard deviation over the trees.
func barOf(s reports.Stat, intervals bool, total float64, c color.NRGBA) shareBar {
	lo, hi := spreadOf(s, intervals)
	return shareBar{s.Mean, lo, hi, total, c}
}

const totalHalf = 0.4 // of the thickness of a bar: what a tick reaches above and below its middle

// pitch is the height of one group.
func (f *shareBars) pitch() float64 {
	h := 11.0
	for _, g := range f.groups {
		h = math.Max(h, f.thick*float64(len(g.bars))+4)
		if g.note != "" {
			h = math.Max(h, 20)
		}
	}
	return h
}

func (f *shareBars) height() float64 { return f.pitch() * float64(len(f.groups)) }

// names is the room that names and notes want, at most limit.
func (f *shareBars) names(limit float64) float64 {
	w := 0.0
	for _, g := range f.groups {
		w = math.Max(w, math.Max(plain(g.name).width(textSize), plain(g.note).width(smallSize)))
	}
	return math.Min(w, limit)
}

// scale holds all bars, error bars and ticks.
func (f *shareBars) scale() scale {
	most := 0.01
	for _, g := range f.groups {
		for _, b := range g.bars {
			for _, v := range []float64{b.hi, b.alone, b.total} {
				if v > most {
					most = v
				}
			}
		}
	}
	return scale{lo: 0, hi: most * 1.02}
}

// draw fills the box; names stand left of it within the room.
func (f *shareBars) draw(p pen, b box, x scale, room float64, axis string) {
	narrow := b.width() < 60
	ax := axes{b, x.onto(b.left, b.right), scale{lo: 0, hi: 1}.onto(b.bottom, b.top)}
	ticks := ax.x.ticks(smallSize, false)
	if narrow {
		ticks = ends(ax.x)
	}
	p.grid(ax, ticks, nil)
	names := make([]string, len(f.groups))
	for r, g := range f.groups {
		names[r] = g.name
	}
	names = clipAll(names, textSize, room)
	for r, g := range f.groups {
		y := b.top - f.pitch()*(float64(r)+0.5)
		switch {
		case room == 0:
		case g.note != "":
			p.text(point{b.left - 5, y + 4.2}, plain(names[r]), say{h: end, v: middle})
			p.text(point{b.left - 5, y - 4.2}, plain(clip(g.note, smallSize, room)), say{size: smallSize, h: end, v: middle, color: axisGrey})
		default:
			p.text(point{b.left - 5, y}, plain(names[r]), say{h: end, v: middle})
		}
		top := y + f.thick*float64(len(g.bars))/2
		for i, bar := range g.bars {
			p.share(ax, bar, top-(float64(i)+0.5)*f.thick, f.thick)
		}
	}
	p.line(spine, point{b.left, b.top}, point{b.left, b.bottom})
	p.xTicks(ax, ticks, true)
	p.text(point{(b.left + b.right) / 2, b.bottom - 19}, plain(axis), say{h: middle})
}

// share draws one bar with its middle at y.
func (p pen) share(ax axes, bar shareBar, y, thick float64) {
	if math.IsNaN(bar.alone) {
		return
	}
	p.rect(tint(bar.color), box{ax.left, y - thick/2 + 0.35, ax.x.at(bar.alone), y + thick/2 - 0.35})
	if !math.IsNaN(bar.lo) && !math.IsNaN(bar.hi) {
		p.whisker(point{ax.x.at(bar.lo), y}, point{ax.x.at(bar.hi), y}, math.Min(1.3, thick*0.3), ink, 0.5)
	}
	if !math.IsNaN(bar.total) {
		x := ax.x.at(bar.total)
		p.line(stroke{color: blend(bar.color, color.NRGBA{A: 255}, 0.35), width: 1.1}, point{x, y - totalHalf*thick}, point{x, y + totalHalf*thick})
	}
}

// totalKey explains the tick.
func totalKey(thick float64) key {
	return key{mark: func(p pen, at point) {
		p.line(stroke{color: axisGrey, width: 1.1}, point{at.x + 5, at.y - totalHalf*thick}, point{at.x + 5, at.y + totalHalf*thick})
	}, label: plain("with all interactions"), grey: true}
}
