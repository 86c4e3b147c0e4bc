package forest

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

// bin sums up the rows of a node with one code.
type bin struct{ w, wy float64 }

// narrow is the largest number of codes of a column whose bins are all looked at in
// every node. Of wider columns only those are that have rows, which are noted in a
// set while counting.
const narrow = 16

// coded is a column to be counted by code.
type coded struct{ slot, bin, set int32 } // its bins and its set begin there

// tally has the sums of a node by code for the columns that are listed. Between
// nodes it is all zeros.
type tally struct {
	bins []bin
	rows []int32  // number of rows in each bin, if MinLeaf is larger than 1
	sets []uint64 // of the codes of wide columns that have rows

	columns      []coded // all, by slot
	narrow, wide []coded // those that are listed
	order        []int32 // codes of one column that have rows
}

// newTally makes room for columns of the given numbers of codes.
func newTally(width []int) tally {
	var t tally
	bins, words, widest := 0, 0, 0
	for slot, k := range width {
		t.columns = append(t.columns, coded{int32(slot), int32(bins), int32(words)})
		bins += k
		if k > narrow {
			words += (k + 63) / 64
		}
		widest = max(widest, k)
	}
	t.bins, t.rows, t.sets = make([]bin, bins), make([]int32, bins), make([]uint64, words)
	t.order = make([]int32, 0, widest)
	return t
}

// unlist empties the list of columns to be counted.
func (b *builder) unlist() {
	b.tally.narrow, b.tally.wide = b.tally.narrow[:0], b.tally.wide[:0]
}

// list puts a column on the list of those to be counted, unless it is not coded or
// known to be constant in the node.
func (b *builder) list(j int32, k *task) {
	if kind := b.t.kind[j]; kind != countedColumn && kind != categoricalColumn {
		return
	}
	slot := b.t.slot[j]
	if k.constant>>slot&1 != 0 {
		return
	}
	if t := &b.tally; b.t.width[slot] <= narrow {
		t.narrow = append(t.narrow, t.columns[slot])
	} else {
		t.wide = append(t.wide, t.columns[slot])
	}
}

// sumUp sums up the rows of a node by code for all listed columns. Going through
// the rows once has no bin wait for what was just added to it, as long runs of
// equal codes do column by column.
func (b *builder) sumUp(k *task) {
	rows := b.row[k.lo:k.hi]
	ps := b.pairs[k.lo:k.hi][:len(rows)]
	dc := len(b.t.coded)
	bins := b.tally.bins
	if columns := b.tally.narrow; len(columns) > 0 {
		for i, r := range rows {
			p := ps[i]
			codes := b.codes[int(r)*dc:][:dc]
			for _, c := range columns {
				h := &bins[int(c.bin)+int(codes[c.slot])]
				h.w += p.w
				h.wy += p.wy
			}
		}
	}
	if columns := b.tally.wide; len(columns) > 0 {
		for i, r := range rows {
			p := ps[i]
			codes := b.codes[int(r)*dc:][:dc]
			for _, c := range columns {
				code := int(codes[c.slot])
				h := &bins[int(c.bin)+code]
				h.w += p.w
				h.wy += p.wy
				b.tally.sets[int(c.set)+code>>6] |= 1 << (code & 63)
			}
		}
	}
	if b.opt.MinLeaf == 1 {
		return
	}
	for _, columns := range [][]coded{b.tally.narrow, b.tally.wide} {
		for _, r := range rows {
			codes := b.codes[int(r)*dc:][:dc]
			for _, c := range columns {
				b.tally.rows[int(c.bin)+int(codes[c.slot])]++
			}
		}
	}
}

// scanCoded tries the splits of a coded column that was counted and empties its
// bins. It returns false if the column is constant in the node.
func (b *builder) scanCoded(j int32, k *task) bool {
	slot := b.t.slot[j]
	c, width := b.tally.columns[slot], b.t.width[slot]
	bins, rows := b.tally.bins[c.bin:][:width], b.tally.rows[c.bin:][:width]
	codes := 0
	if width <= narrow {
		if b.t.kind[j] == countedColumn {
			codes = b.scanNarrow(j, k, bins, rows)
		} else {
			codes = b.scanOrder(j, k, bins, rows, b.present(bins))
		}
		clear(bins)
		if b.opt.MinLeaf > 1 {
			clear(rows)
		}
	} else {
		order := b.tally.order[:0]
		set := b.tally.sets[c.set:][:(width+63)/64]
		for i, word := range set {
			for ; word != 0; word &= word - 1 {
				order = append(order, int32(i<<6+bits.TrailingZeros64(word)))
			}
			set[i] = 0
		}
		codes = b.scanOrder(j, k, bins, rows, order)
		for _, c := range order {
			bins[c], rows[c] = bin{}, 0
		}
	}
	if codes == 1 && slot < 64 {
		k.constant |= 1 << slot
	}
	return codes > 1
}

// present lists the codes that have rows.
func (b *builder) present(bins []bin) []int32 {
	order := b.tally.order[:0]
	for c := range bins {
		if bins[c].w > 0 {
			order = append(order, int32(c))
		}
	}
	return order
}

// scanNarrow tries all cuts of a narrow numeric column and returns how many codes
// have rows. As in scanSorted there is no branch that depends on the data, since
// most nodes have few rows and other codes each time: a cut behind a code without
// rows scores what the one before it did, which is not better.
func (b *builder) scanNarrow(j int32, k *task, bins []bin, rows []int32) (codes int) {
	const never = math.MinInt64
	best := int64(math.Float64bits(b.best.score * tie))
	at := -1
	sw, sy := 0.0, 0.0
	n, total, least := 0, k.hi-k.lo, b.opt.MinLeaf
	if least == 1 {
		least = 0 // rows are not counted
	}
	rows = rows[:len(bins)]
	for c := range bins {
		h := &bins[c]
		if math.Float64bits(h.w) != 0 {
			codes++
		}
		sw += h.w
		sy += h.wy
		n += int(rows[c])
		d := sw * (k.weight - sw)
		s := int64(math.Float64bits(sy * sy / d))
		if int64(math.Float64bits(d)) <= 0 { // a side has no weight
			s = never
		}
		if min(n, total-n) < least {
			s = never
		}
		if s > best {
			best, at = s, c
		}
	}
	if at < 0 {
		return codes
	}
	for after := at + 1; after < len(bins); after++ {
		if bins[after].w > 0 {
			b.best.score = math.Float64frombits(uint64(best))
			b.best.column, b.best.at, b.best.after = j, at, after
			return codes
		}
	}
	// Rounding has left some weight behind the last code.
	return b.scanOrder(j, k, bins, rows, b.present(bins))
}

// scanOrder tries all cuts of the codes that have rows, in their order or, for a
// categorical column, in that of their mean responses or one against all others. It returns their number.
func (b *builder) scanOrder(j int32, k *task, bins []bin, rows []int32, order []int32) int {
	categorical := b.t.kind[j] == categoricalColumn
	cuts := len(order) - 1
	switch {
	case categorical && b.single(len(order)):
		b.singleFirst(k, bins, rows, order)
		cuts = 1
	case categorical:
		slices.SortFunc(order, func(p, q int32) int {
			hp, hq := &bins[p], &bins[q]
			if mp, mq := hp.wy/hp.w, hq.wy/hq.w; mp != mq {
				return cmp.Compare(mp, mq)
			}
			return cmp.Compare(p, q)
		})
	}
	best := b.best.score * tie
	at, leftWeight := -1, 0.0
	sw, sy := 0.0, 0.0
	n, total, least := 0, k.hi-k.lo, b.opt.MinLeaf
	for i, c := range order[:cuts] {
		sw += bins[c].w
		sy += bins[c].wy
		n += int(rows[c])
		if least > 1 && (n < least || total-n < least) {
			continue
		}
		if s := score(sw, k.weight, sy); s > best && s >= 0 {
			best, at, leftWeight = s, i, sw
		}
	}
	if at < 0 {
		return len(order)
	}
	b.best.score, b.best.column = best, j
	if !categorical {
		b.best.at, b.best.after = int(order[at]), int(order[at+1])
		return len(order)
	}
	// Levels that are not in the node go to the heavier side.
	levels := b.t.cols[j].Levels
	left := b.best.left[:(levels+63)/64]
	clear(left)
	if 2*leftWeight >= k.weight {
		fillLevels(left, levels)
		for _, c := range order {
			left[c>>6] &^= 1 << (c & 63)
		}
	}
	for _, c := range order[:at+1] {
		left[c>>6] |= 1 << (c & 63)
	}
	return len(order)
}
