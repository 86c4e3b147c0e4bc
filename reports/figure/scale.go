package figure

import (
	"math"
	"slices"
	"sort"
)

// scale maps data to a range of the page.
type scale struct {
	lo, hi   float64 // data at the ends
	from, to float64 // page
	log      bool
	whole    bool    // only whole numbers get a tick
	over     float64 // how far a label may reach beyond the ends; 0: as far as it likes
	// clipped tells that data beyond hi (or lo) exist and are drawn at the edge.
	clippedLo, clippedHi bool
}

// at is the place of v; what lies beyond the ends is put at the end.
func (s scale) at(v float64) float64 {
	t := s.unit(v)
	if math.IsNaN(t) {
		return t
	}
	return s.from + math.Min(1, math.Max(0, t))*(s.to-s.from)
}

func (s scale) unit(v float64) float64 {
	if s.hi == s.lo {
		if math.IsNaN(v) {
			return v
		}
		return 0.5
	}
	if s.log {
		if v <= 0 {
			return math.Inf(-1)
		}
		return math.Log(v/s.lo) / math.Log(s.hi/s.lo)
	}
	return (v - s.lo) / (s.hi - s.lo)
}

// within keeps labels to the ends and a little more, for panels with neighbours.
func (s scale) within(over float64) scale {
	s.over = over
	return s
}

// inside reports whether v is between the ends.
func (s scale) inside(v float64) bool {
	t := s.unit(v)
	return t >= -1e-9 && t <= 1+1e-9
}

func (s scale) onto(from, to float64) scale {
	s.from, s.to = from, to
	return s
}

// logRatio is the ratio of largest to smallest from which results are drawn on a log axis.
const logRatio = 10

// fewFar is the share of the results that may be put at the edge of an axis.
const fewFar = 0.02

// lossScale fits the results: a log axis where they are positive and span
// decades. A few results far outside are put at the edge of the axis instead of
// squeezing all others into a line.
func lossScale(vs []float64) scale {
	x := make([]float64, 0, len(vs))
	for _, v := range vs {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			x = append(x, v)
		}
	}
	if len(x) == 0 {
		return scale{lo: 0, hi: 1}
	}
	sort.Float64s(x)
	s := scale{lo: x[0], hi: x[len(x)-1]}
	q1, q3 := x[len(x)/4], x[3*len(x)/4]
	if far := 12 * (q3 - q1); far > 0 {
		few := max(1, int(fewFar*float64(len(x))))
		if k := sort.SearchFloat64s(x, q3+far); k < len(x) && len(x)-k <= few {
			s.hi, s.clippedHi = x[k-1], true
		}
		if k := sort.SearchFloat64s(x, q1-far); k > 0 && k <= few {
			s.lo, s.clippedLo = x[k], true
		}
	}
	if s.lo > 0 && s.hi/s.lo >= logRatio {
		l := logScale([]float64{s.lo, s.hi})
		l.clippedLo, l.clippedHi = s.clippedLo, s.clippedHi
		return l
	}
	return s.padded()
}

// linearScale fits all values.
func linearScale(vs []float64) scale {
	return scale{lo: slices.Min(vs), hi: slices.Max(vs)}.padded()
}

// padded keeps data off the ends of a linear axis.
func (s scale) padded() scale {
	pad := 0.05 * (s.hi - s.lo)
	if size := math.Max(math.Abs(s.lo), math.Abs(s.hi)); s.hi-s.lo <= rounding*size {
		pad = math.Max(1e-9, 0.05*size)
	}
	s.lo, s.hi = s.lo-pad, s.hi+pad
	return s
}

// rounding is the relative difference up to which results are drawn as equal: 16 units in the last place.
const rounding = 0x1p-48

// logScale fits positive values.
func logScale(vs []float64) scale {
	if len(vs) == 0 {
		return scale{lo: 1, hi: 10, log: true}
	}
	lo, hi := slices.Min(vs), slices.Max(vs)
	pad := math.Max(math.Pow(hi/lo, 0.04), 1.01)
	return scale{lo: lo / pad, hi: hi * pad, log: true}
}

// tick is a mark on an axis; minor ones have no label.
type tick struct {
	v     float64
	label text
}

// ticks of the scale of which the labels, written along (or across, if vertical) the axis, do not touch.
func (s scale) ticks(size float64, vertical bool) []tick {
	var all []tick
	switch {
	case s.lo == s.hi:
		return []tick{{s.lo, plain(short(s.lo, 3))}}
	case s.log:
		all = s.logTicks(size, vertical)
	default:
		all = s.linear(size, vertical)
	}
	return all
}

// linear picks the most ticks, up to about seven, that stand at ease; else two or more that do not touch; else one.
func (s scale) linear(size float64, vertical bool) []tick {
	for _, gap := range []float64{1.3, 0.4} {
		for want := 7; want >= 1; want-- {
			if ts := linearTicks(s, want); len(ts) >= 2 && s.fits(ts, size, vertical, gap) {
				return ts
			}
		}
	}
	// A short axis with long numbers: one label.
	for want := 1; want <= 64; want++ {
		if ts := linearTicks(s, want); len(ts) > 0 {
			return ts[:1]
		}
	}
	mid := s.lo + (s.hi-s.lo)/2
	return []tick{{mid, plain(short(mid, 3))}}
}

// fits reports whether the labels keep a gap, in units of their size, between one another.
func (s scale) fits(ts []tick, size float64, vertical bool, gap float64) bool {
	last, dir := math.NaN(), 1.0
	if s.to < s.from {
		dir = -1
	}
	for _, t := range ts {
		if len(t.label) == 0 {
			continue
		}
		half := t.label.width(size) / 2
		if vertical {
			half = size * capHeight / 2
		}
		at := s.at(t.v)
		if !vertical {
			at = s.inward(at, half)
		}
		at *= dir
		if at-half < last+gap*size {
			return false
		}
		last = at + half
	}
	return true
}

// inward is where the middle of a label may stand so that it keeps clear of a neighbouring panel.
func (s scale) inward(at, half float64) float64 {
	if s.over == 0 {
		return at
	}
	lo, hi := math.Min(s.from, s.to)-s.over+half, math.Max(s.from, s.to)+s.over-half
	if lo > hi {
		return (lo + hi) / 2
	}
	return math.Min(hi, math.Max(lo, at))
}

// linearTicks at round numbers: steps of 1, 2, 2.5 or 5 times a power of ten, at most want of them.
func linearTicks(s scale, want int) []tick {
	raw := (s.hi - s.lo) / float64(max(1, want))
	mag := math.Pow(10, math.Floor(math.Log10(raw)))
	step := 10 * mag
	for _, m := range []float64{1, 2, 2.5, 5} {
		if m*mag >= raw*0.999 {
			step = m * mag
			break
		}
	}
	decimals := int(math.Max(0, -math.Floor(math.Log10(step)+1e-9)))
	if r := step * math.Pow(10, float64(decimals)); math.Abs(r-math.Round(r)) > 1e-6 {
		decimals++ // 0.25
	}
	size := math.Max(math.Abs(s.lo), math.Abs(s.hi))
	big := size >= 1e6 || step < 1e-4
	// As many digits as tell neighbours apart.
	digits := max(4, int(math.Ceil(math.Log10(size/step)-1e-9))+1)
	var out []tick
	if s.whole && step < 1 {
		step, decimals = 1, 0
	} else if s.whole && step == 2.5 {
		step, decimals = 5, 0
	}
	// Counted beforehand: where the ends are a few units in the last place apart, adding 1 to a float may add nothing.
	first := math.Ceil(s.lo/step - 1e-9)
	n := math.Floor(s.hi/step+1e-9) - first + 1
	for i := range int(math.Min(n, float64(want)+1)) {
		v := (first + float64(i)) * step
		label := fixed(v, decimals)
		if big {
			label = short(v, digits)
		}
		out = append(out, tick{v, plain(label)})
	}
	return out
}

// logTicks labels powers of ten, every second or third where they are many, and
// 2 and 5 times these where there is room.
func (s scale) logTicks(size float64, vertical bool) []tick {
	first, last := int(math.Floor(math.Log10(s.lo)+1e-9)), int(math.Ceil(math.Log10(s.hi)-1e-9))
	power := int(math.Ceil(math.Log10(s.lo) - 1e-9)) // the first on the axis
	decades := math.Log10(s.hi / s.lo)
	// One form of label for the whole axis.
	exponents := first < -4 || last > 4
	type mark struct{ v, mantissa, exp int }
	var all []tick
	var marks []mark
	for e := first; e <= last; e++ {
		for m := 1; m < 10; m++ {
			v := float64(m) * math.Pow10(e)
			if s.inside(v) && (m == 1 || decades <= 4) {
				marks = append(marks, mark{len(all), m, e})
				all = append(all, tick{v: v})
			}
		}
	}
	labelled := func(keep func(mantissa, exp int) bool) (ts []tick, count int) {
		ts = append(ts, all...)
		for _, k := range marks {
			if !keep(k.mantissa, k.exp) {
				continue
			}
			count++
			if exponents && k.mantissa == 1 {
				ts[k.v].label = join(plain("10"), super(fixed(float64(k.exp), 0)))
			} else {
				ts[k.v].label = plain(short(all[k.v].v, 3))
			}
		}
		return ts, count
	}
	var try [](func(m, e int) bool)
	if decades <= 2.6 {
		try = append(try,
			func(m, e int) bool { return m == 1 || m == 2 || m == 5 },
			func(m, e int) bool { return m == 1 || m == 3 })
	}
	for every := 1; every <= max(1, last-first); every++ {
		try = append(try, func(m, e int) bool { return m == 1 && (e-power)%every == 0 })
	}
	gap := 0.5
	if vertical {
		gap = 0.9
	}
	for _, keep := range try {
		if ts, n := labelled(keep); n >= 2 && s.fits(ts, size, vertical, gap) {
			return ts
		}
	}
	// Less than a decade, or little room: round numbers.
	return s.linear(size, vertical)
}
