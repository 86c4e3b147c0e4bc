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
	b.unlist()
	for v := range b.tried {
		b.list(b.nextColumn(v), k)
	}
	b.sumUp(k)
	split := false // some column is not constant
	for v := 0; v < t.d && (v < b.tried || !split); v++ {
		if v >= b.tried {
			b.unlist()
			b.list(b.nextColumn(v), k)
			b.sumUp(k)
		}
		j := b.perm[v]
		switch t.kind[j] {
		case sortedColumn:
			seg := b.entries[t.slot[j]][k.lo:k.hi]
			if !sameValue(seg[0], seg[len(seg)-1]) {
				split = true
				b.scanSorted(j, seg, k.weight)
			}
		case countedColumn, categoricalColumn:
			if k.constant>>t.slot[j]&1 == 0 && b.scanCoded(j, k) {
				split = true
			}
		}
	}
	return b.best.column >= 0
}

// searchPair splits a node of two rows. All splits of it are the same, so the
// first column with two values is taken, without any order or tally.
func (b *builder) searchPair(k *task) bool {
	t := b.t
	p, q := b.row[k.lo], b.row[k.lo+1]
	for v := range t.d {
		j := b.nextColumn(v)
		switch t.kind[j] {
		case sortedColumn:
			vp, vq := b.value(p, j), b.value(q, j)
			if vp != vq {
				b.best.column = j
				return true
			}
		case countedColumn, categoricalColumn:
			if b.code(p, j) != b.code(q, j) {
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
