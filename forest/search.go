package forest

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
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

// bin sums up the rows of a node with one code.
type bin struct {
	w, wy float64
	n     int32
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
	split := false // some column is not constant
	for v := 0; v < t.d && (v < b.tried || !split); v++ {
		j := b.nextColumn(v)
		switch t.kind[j] {
		case sortedColumn:
			seg := b.entries[t.slot[j]][k.lo:k.hi]
			if sameValue(seg[0], seg[len(seg)-1]) {
				continue
			}
			split = true
			b.scanSorted(j, seg, k.weight)
		case countedColumn, categoricalColumn:
			slot := int(t.slot[j])
			if k.constant>>slot&1 != 0 {
				continue
			}
			if !b.tally(k, slot) {
				if slot < 64 {
					k.constant |= 1 << slot
				}
				continue
			}
			split = true
			if t.kind[j] == countedColumn {
				b.scanCounted(j, k)
			} else {
				b.scanCategorical(j, k)
			}
			b.clearTally()
		}
	}
	return b.best.column >= 0
}

// searchPair splits a node of two rows. All splits of it are the same, so the
// first column with two values is taken, without any order or tally.
func (b *builder) searchPair(k *task) bool {
	if b.opt.MinLeaf > 1 {
		return false
	}
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

// tally sums up the rows of a node by code. It returns false, with nothing
// tallied, if all have the same code.
func (b *builder) tally(k *task, slot int) bool {
	dc := len(b.t.coded)
	rows := b.row[k.lo:k.hi]
	ps := b.pairs[k.lo:k.hi]
	code := b.codes[int(rows[0])*dc+slot]
	i := 1
	for i < len(rows) && b.codes[int(rows[i])*dc+slot] == code {
		i++
	}
	if i == len(rows) {
		return false
	}
	hist, present := b.hist, b.present
	for i, r := range rows {
		c := b.codes[int(r)*dc+slot]
		h := &hist[c]
		h.w += ps[i].w
		h.wy += ps[i].wy
		h.n++
		present[c>>6] |= 1 << (c & 63)
	}
	return true
}

func (b *builder) clearTally() {
	for i, word := range b.present {
		for ; word != 0; word &= word - 1 {
			b.hist[i<<6+bits.TrailingZeros64(word)] = bin{}
		}
		b.present[i] = 0
	}
}

// scanCounted tries all cuts between different values of a tallied column.
func (b *builder) scanCounted(j int32, k *task) {
	best := b.best.score * tie
	at, after := -1, -1
	sw, sy := 0.0, 0.0
	n := 0
	total := k.hi - k.lo
	open := false // the best cut is the one before the next code
	for i, word := range b.present {
		for ; word != 0; word &= word - 1 {
			c := i<<6 + bits.TrailingZeros64(word)
			if open {
				after, open = c, false
			}
			h := &b.hist[c]
			sw += h.w
			sy += h.wy
			n += int(h.n)
			if n < b.opt.MinLeaf || total-n < b.opt.MinLeaf {
				continue
			}
			if s := score(sw, k.weight, sy); s > best && s >= 0 {
				best, at, open = s, c, true
			}
		}
	}
	if at >= 0 {
		b.best.score, b.best.column, b.best.at, b.best.after = best, j, at, after
	}
}

// scanCategorical tries all cuts of the levels ordered by mean response.
func (b *builder) scanCategorical(j int32, k *task) {
	order := b.byMean[:0]
	for i, word := range b.present {
		for ; word != 0; word &= word - 1 {
			order = append(order, int32(i<<6+bits.TrailingZeros64(word)))
		}
	}
	slices.SortFunc(order, func(p, q int32) int {
		hp, hq := &b.hist[p], &b.hist[q]
		if mp, mq := hp.wy/hp.w, hq.wy/hq.w; mp != mq {
			return cmp.Compare(mp, mq)
		}
		return cmp.Compare(p, q)
	})
	best := b.best.score * tie
	at := -1
	leftWeight := 0.0
	sw, sy := 0.0, 0.0
	n := 0
	total := k.hi - k.lo
	for i, c := range order {
		h := &b.hist[c]
		sw += h.w
		sy += h.wy
		n += int(h.n)
		if n < b.opt.MinLeaf || total-n < b.opt.MinLeaf {
			continue
		}
		if s := score(sw, k.weight, sy); s > best && s >= 0 {
			best, at, leftWeight = s, i, sw
		}
	}
	if at < 0 {
		return
	}
	b.best.score, b.best.column = best, j
	// Levels that are not in the node go to the heavier side.
	left := b.best.left[:(b.t.cols[j].Levels+63)/64]
	clear(left)
	if 2*leftWeight >= k.weight {
		fillLevels(left, b.t.cols[j].Levels)
		for i, word := range b.present[:len(left)] {
			left[i] &^= word
		}
	}
	for _, c := range order[:at+1] {
		left[c>>6] |= 1 << (c & 63)
	}
}
