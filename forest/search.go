package forest

import (
	"cmp"
	"math/bits"
	"slices"
)

// split is the best split of a node found so far.
//
// With responses centred at the node, a split with weights wl, wr and weighted
// sums s, -s of its sides reduces the sum of squared errors by
// s^2/wl + s^2/wr = w s^2/(wl wr). Splits are compared by num/den = s^2/(wl wr)
// without dividing.
type split struct {
	num, den float64
	column   int32 // -1: none
	at       int   // last position (sorted) or code (counted) on the left
	after    int   // first code on the right
	left     []uint64
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
	b.best.num, b.best.den, b.best.column = -1, 1, -1
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

// scanSorted tries all cuts between different values of a sorted column.
func (b *builder) scanSorted(j int32, seg []entry, weight float64) {
	ps := b.pairs
	num, den := b.best.num*tie, b.best.den
	at := -1
	sw, sy := 0.0, 0.0
	first := b.opt.MinLeaf - 1
	last := len(seg) - b.opt.MinLeaf // the first position that must be right
	for _, e := range seg[:first] {
		p := ps[e.label()]
		sw += p.w
		sy += p.wy
	}
	for i := first; i < last; i++ {
		e := seg[i]
		p := ps[e.label()]
		sw += p.w
		sy += p.wy
		if sameValue(e, seg[i+1]) {
			continue
		}
		dn := sw * (weight - sw)
		if nm := sy * sy; nm*den > num*dn && dn > 0 {
			num, den, at = nm, dn, i
		}
	}
	if at >= 0 {
		b.best.num, b.best.den, b.best.column, b.best.at = num, den, j, at
	}
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
	num, den := b.best.num*tie, b.best.den
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
			dn := sw * (k.weight - sw)
			if nm := sy * sy; nm*den > num*dn && dn > 0 {
				num, den, at, open = nm, dn, c, true
			}
		}
	}
	if at >= 0 {
		b.best.num, b.best.den, b.best.column, b.best.at, b.best.after = num, den, j, at, after
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
	num, den := b.best.num*tie, b.best.den
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
		dn := sw * (k.weight - sw)
		if nm := sy * sy; nm*den > num*dn && dn > 0 {
			num, den, at, leftWeight = nm, dn, i, sw
		}
	}
	if at < 0 {
		return
	}
	b.best.num, b.best.den, b.best.column = num, den, j
	// Levels that are not in the node go to the heavier side.
	left := b.best.left
	levels := b.t.cols[j].Levels
	heavier := 2*leftWeight >= k.weight
	for i := range (levels + 63) / 64 {
		left[i] = 0
		if heavier {
			left[i] = ^b.present[i]
		}
	}
	if r := levels & 63; heavier && r != 0 {
		left[levels>>6] &= 1<<r - 1
	}
	for _, c := range order[:at+1] {
		left[c>>6] |= 1 << (c & 63)
	}
}
