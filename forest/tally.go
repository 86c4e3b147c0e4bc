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

// coded says of a column where it is counted.
type coded struct {
	slot int32 // -1: not at all
	bin  int32 // its bins begin there
	set  int32 // so does its set of codes; -1: narrow
	// known is the column in a task's set of those that are constant. Column that are
	// constant in the whole table share a bit; some have none.
	known uint64
}

// constantInTable is the bit of columns that are constant in the whole table.
const constantInTable = 1 << 63

// tally has the sums of a node by code for the columns that are listed. Between
// nodes it is all zeros.
type tally struct {
	bins []bin
	rows []int32  // number of rows in each bin, if MinLeaf is larger than 1
	sets []uint64 // of the codes of wide columns that have rows

	columns      []coded // all columns of the table
	narrow, wide []coded // those that are to be counted
	order        []int32 // codes of one column that have rows
}

// newTally makes room for the coded columns of a table.
func newTally(t *table) tally {
	y := tally{columns: make([]coded, t.d)}
	bins, words, widest := 0, 0, 0
	for j := range y.columns {
		c := coded{slot: -1, set: -1}
		switch t.kind[j] {
		case constantColumn:
			c.known = constantInTable
		case countedColumn, categoricalColumn:
			c.slot, c.bin = t.slot[j], int32(bins)
			if c.slot < 63 {
				c.known = 1 << c.slot
			}
			k := t.width[c.slot]
			bins += k
			if k > narrow {
				c.set = int32(words)
				words += (k + 63) / 64
			}
			widest = max(widest, k)
		}
		y.columns[j] = c
	}
	y.bins, y.rows, y.sets = make([]bin, bins), make([]int32, bins), make([]uint64, words)
	y.order = make([]int32, 0, widest)
	return y
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
	c := b.tally.columns[j]
	width := b.t.width[c.slot]
	bins, rows := b.tally.bins[c.bin:][:width], b.tally.rows[c.bin:][:width]
	var varied bool
	if width <= narrow && b.t.kind[j] == countedColumn {
		varied = b.scanNarrow(j, k, bins, rows)
	} else {
		order := b.present(c, bins)
		varied = len(order) > 1
		b.scanOrder(j, k, bins, rows, order)
		for _, c := range order {
			bins[c], rows[c] = bin{}, 0
		}
	}
	if !varied {
		k.constant |= c.known
	}
	return varied
}

// present lists the codes of a column that have rows and empties its set.
func (b *builder) present(c coded, bins []bin) []int32 {
	order := b.tally.order[:0]
	if len(bins) <= narrow {
		for c := range bins {
			if bins[c].w > 0 {
				order = append(order, int32(c))
			}
		}
		return order
	}
	set := b.tally.sets[c.set:][:(len(bins)+63)/64]
	for i, word := range set {
		for ; word != 0; word &= word - 1 {
			order = append(order, int32(i<<6+bits.TrailingZeros64(word)))
		}
		set[i] = 0
	}
	return order
}

// scanNarrow tries all cuts of a narrow numeric column and empties its bins. As in
// scanSorted there is no branch that depends on the data, since most nodes have few
// rows and other codes each time: a cut behind a code without rows scores what the
// one before it did, which is not better.
func (b *builder) scanNarrow(j int32, k *task, bins []bin, rows []int32) (varied bool) {
	const never = math.MinInt64
	from, to := 0, len(bins) // of the codes behind which a cut leaves enough rows
	if least := b.opt.MinLeaf; least > 1 {
		n, total := 0, k.hi-k.lo
		to = 0
		for c, m := range rows {
			varied = varied || m > 0 && n > 0
			n += int(m)
			if n < least {
				from = c + 1
			}
			if total-n >= least {
				to = c + 1
			}
		}
		clear(rows)
	}
	weight := k.weight
	if b.t.w != nil { // whose sum, rounded, depends on the order
		weight = 0
		for c := range bins {
			weight += bins[c].w
		}
	}
	best := int64(math.Float64bits(b.best.score * tie))
	at := -1
	sw, sy := 0.0, 0.0
	for _, h := range bins[:from] {
		sw += h.w
		sy += h.wy
	}
	most := int64(0)
	for c, h := range bins[from:max(from, to)] {
		sw += h.w
		sy += h.wy
		d := sw * (weight - sw)
		s := int64(math.Float64bits(sy * sy / d))
		sides := int64(math.Float64bits(d))
		most = max(most, sides)
		if sides <= 0 { // one of them has no weight
			s = never
		}
		if s > best {
			best, at = s, c
		}
	}
	if at >= 0 {
		at += from
		first, after, last := 0, at+1, len(bins)-1
		for bins[first].w == 0 {
			first++
		}
		for bins[after].w == 0 {
			after++
		}
		for bins[last].w == 0 {
			last--
		}
		b.best.score = math.Float64frombits(uint64(best))
		b.best.column, b.best.at, b.best.after = j, at, after
		b.best.one, b.best.other = first == at, last == after
	}
	clear(bins)
	return varied || most > 0
}

// scanOrder tries all cuts of the codes that have rows, in their order or, for a
// categorical column, in that of their mean responses or one against all others.
func (b *builder) scanOrder(j int32, k *task, bins []bin, rows []int32, order []int32) {
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
		return
	}
	b.best.score, b.best.column = best, j
	b.best.one, b.best.other = at == 0, at == len(order)-2
	if !categorical {
		b.best.at, b.best.after = int(order[at]), int(order[at+1])
		return
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
}
