package forest

import (
	"math"
)

// split is the best split of a node found so far.
//
// With responses centred at the node, a split with weights wl, wr and weighted
// sums s, -s of its sides reduces the sum of squared errors by
// s^2/wl + s^2/wr = (wl+wr) s^2/(wl wr). The score leaves out the constant wl+wr.
type split struct {
	score  float64
	column int32 // -1: none
	at     int   // last position (sorted) or code (counted) on the left
	after  int   // first code on the right
	left   []uint64
	one    bool // the left side has one code only
	other  bool // the right side has
}

// score of a split with weight and sum of the left side, -1 if a side has lost
// its weight to rounding.
func score(weight, total, sum float64) float64 {
	if d := weight * (total - weight); d > 0 {
		return sum * sum / d
	}
	return -1
}

// tie is the relative gain by which a later column must beat an earlier one.
// Equal splits through different columns differ by rounding; without the margin
// the rounding instead of the draw would choose the column.
const tie = 1 + 1e-10

// search finds the best split of a node among randomly drawn columns.
func (b *builder) search(k *task) bool {
	t := b.t
	b.best.score, b.best.column = -1, -1
	if k.hi-k.lo == 2 {
		return b.searchPair(k)
	}
	b.draw(0, b.tried, k)
	varied := b.scan(k)
	for v := b.tried; v < t.d && !varied; v++ {
		b.draw(v, v+1, k)
		varied = b.scan(k)
	}
	return b.best.column >= 0
}

// draw draws the columns v to end-1 of a node and lists those that are not known to be
// constant there. Each is written to the lists, which then grow or do not: the
// processor could not predict which.
func (b *builder) draw(v, end int, k *task) {
	y := &b.tally
	all, narrow, wide := b.candidates[:cap(b.candidates)], y.narrow[:cap(y.narrow)], y.wide[:cap(y.wide)]
	na, nn, nw := 0, 0, 0
	b.shuffle(v, end)
	for _, j := range b.perm[v:end] {
		c := &y.columns[j]
		all[na], narrow[nn], wide[nw] = j, j, j
		some := 0
		if k.constant&c.known == 0 {
			some = 1
		}
		na += some
		nn += some & int(c.narrow)
		nw += some & int(c.wide)
	}
	b.candidates, y.narrow, y.wide = all[:na], narrow[:nn], wide[:nw]
}

// scan tries the splits of the listed columns, in the order in which they were drawn. It
// returns false if all of them are constant in the node.
func (b *builder) scan(k *task) (varied bool) {
	b.sumUp(k)
	for _, j := range b.candidates {
		if b.t.kind[j] != sortedColumn {
			varied = b.scanCoded(j, k) || varied
			continue
		}
		seg := b.entries[b.t.slot[j]][k.lo:k.hi]
		if !sameValue(seg[0], seg[len(seg)-1]) {
			varied = true
			b.scanSorted(j, seg, k.weight)
		}
	}
	return varied
}

// searchPair splits a node of two rows. All splits of it are the same, so the
// first column with two values is taken, without any order or tally.
func (b *builder) searchPair(k *task) bool {
	t := b.t
	for v := range t.d {
		b.shuffle(v, v+1)
		j := b.perm[v]
		if k.constant&b.tally.columns[j].known != 0 {
			continue
		}
		switch t.kind[j] {
		case sortedColumn:
			vp, vq := b.value(b.row[k.lo], j), b.value(b.row[k.lo+1], j)
			if vp != vq {
				b.best.column = j
				return true
			}
		case countedColumn, categoricalColumn:
			if b.codeAt(k.lo, j) != b.codeAt(k.lo+1, j) {
				b.best.column = j
				return true
			}
		}
	}
	return false
}

// scanSorted tries all cuts between different values of a sorted column.
//
// This is where most of the time goes. Scores are not negative, so their bits
// compare as integers do, which makes the search for the largest one free of
// branches: the processor could not predict them.
func (b *builder) scanSorted(j int32, seg []entry, weight float64) {
	const tied = math.MinInt64
	ps := b.pairs
	best := int64(math.Float64bits(b.best.score * tie))
	at := -1
	sw, sy := 0.0, 0.0
	first := b.opt.MinLeaf - 1
	last := len(seg) - b.opt.MinLeaf // the first position that must be right
	if first >= last {
		return
	}
	for _, e := range seg[:first] {
		p := &ps[e.label()]
		sw += p.w
		sy += p.wy
	}
	e := seg[first]
	for i, next := range seg[first+1 : last+1] {
		p := &ps[e.label()]
		sw += p.w
		sy += p.wy
		s := int64(math.Float64bits(sy * sy / (sw * (weight - sw))))
		if sameValue(e, next) {
			s = tied
		}
		if s > best {
			best, at = s, i
		}
		e = next
	}
	if best >= int64(math.Float64bits(math.Inf(1))) {
		// A side lost its weight to rounding.
		at = b.scanCarefully(seg, weight)
		if at < 0 {
			return
		}
	} else if at >= 0 {
		at += first
		b.best.score = math.Float64frombits(uint64(best))
	}
	if at >= 0 {
		b.best.column, b.best.at = j, at
		b.best.one, b.best.other = false, false
	}
}

// scanCarefully is scanSorted for weights that differ by many orders of magnitude.
func (b *builder) scanCarefully(seg []entry, weight float64) (at int) {
	at = -1
	best := b.best.score * tie
	sw, sy := 0.0, 0.0
	for i, e := range seg[:len(seg)-b.opt.MinLeaf] {
		p := &b.pairs[e.label()]
		sw += p.w
		sy += p.wy
		if i+1 < b.opt.MinLeaf || sameValue(e, seg[i+1]) {
			continue
		}
		if s := score(sw, weight, sy); s > best && s >= 0 {
			best, at = s, i
		}
	}
	if at >= 0 {
		b.best.score = best
	}
	return at
}
