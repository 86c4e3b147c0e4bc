package forest

import (
	"cmp"
	"math/bits"
	"slices"
)

// bin sums up the rows of a node with one code.
type bin struct {
	w, wy float64
	n     int
}

// listTally puts a column on the list of those to be counted, unless it is not
// coded or known to be constant in the node.
func (b *builder) listTally(j int32, k *task) {
	if kind := b.t.kind[j]; kind != countedColumn && kind != categoricalColumn {
		return
	}
	slot := b.t.slot[j]
	if k.constant>>slot&1 == 0 {
		b.tallied = append(b.tallied, slot)
	}
}

// tally sums up the rows of a node by code for all listed columns. Going through
// the rows once has no bin wait for what was just added to it, as long runs of
// equal codes do column by column.
func (b *builder) tally(k *task) {
	if len(b.tallied) == 0 {
		return
	}
	if b.sets > 1 {
		b.tallyWide(k)
		return
	}
	rows := b.row[k.lo:k.hi]
	ps := b.pairs[k.lo:k.hi][:len(rows)]
	dc := len(b.t.coded)
	hist, present := b.hist[:64*len(b.tallied)], b.present[:len(b.tallied)]
	for i, r := range rows {
		p := ps[i]
		codes := b.codes[int(r)*dc:][:dc]
		for a, slot := range b.tallied {
			c := codes[slot] & 63
			h := &hist[a<<6|int(c)]
			h.w += p.w
			h.wy += p.wy
			present[a] |= 1 << c
		}
	}
	if b.opt.MinLeaf == 1 {
		return
	}
	for _, r := range rows {
		codes := b.codes[int(r)*dc:][:dc]
		for a, slot := range b.tallied {
			hist[a<<6|int(codes[slot]&63)].n++
		}
	}
}

// tallyWide is tally for columns with more than 64 codes.
func (b *builder) tallyWide(k *task) {
	rows := b.row[k.lo:k.hi]
	ps := b.pairs[k.lo:k.hi][:len(rows)]
	dc := len(b.t.coded)
	for i, r := range rows {
		p := ps[i]
		codes := b.codes[int(r)*dc:][:dc]
		for a, slot := range b.tallied {
			c := int(codes[slot])
			h := &b.hist[a*b.sets<<6+c]
			h.w += p.w
			h.wy += p.wy
			h.n++
			b.present[a*b.sets+c>>6] |= 1 << (c & 63)
		}
	}
}

// scanTally tries the splits of column j, the a-th that was tallied, and clears
// the tally. It returns false if the column is constant in the node.
func (b *builder) scanTally(j int32, k *task, a int) bool {
	slot := b.tallied[a]
	words := (b.t.width[slot] + 63) / 64
	present := b.present[a*b.sets:][:words]
	hist := b.hist[a*b.sets<<6:][:words<<6]
	codes := 0
	for _, word := range present {
		codes += bits.OnesCount64(word)
	}
	switch {
	case codes == 1:
		if slot < 64 {
			k.constant |= 1 << slot
		}
	case b.t.kind[j] == countedColumn:
		b.scanCounted(j, k, hist, present)
	default:
		b.scanCategorical(j, k, hist, present)
	}
	for i, word := range present {
		for ; word != 0; word &= word - 1 {
			hist[i<<6+bits.TrailingZeros64(word)] = bin{}
		}
		present[i] = 0
	}
	return codes > 1
}

// scanCounted tries all cuts between different values of a tallied column.
func (b *builder) scanCounted(j int32, k *task, hist []bin, present []uint64) {
	best := b.best.score * tie
	at, after := -1, -1
	sw, sy := 0.0, 0.0
	n, total, least := 0, k.hi-k.lo, b.opt.MinLeaf
	open := false // the best cut is the one before the next code
	for i, word := range present {
		for ; word != 0; word &= word - 1 {
			c := i<<6 + bits.TrailingZeros64(word)
			if open {
				after, open = c, false
			}
			h := &hist[c]
			sw += h.w
			sy += h.wy
			n += h.n
			if least > 1 && (n < least || total-n < least) {
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
func (b *builder) scanCategorical(j int32, k *task, hist []bin, present []uint64) {
	order := b.byMean[:0]
	for i, word := range present {
		for ; word != 0; word &= word - 1 {
			order = append(order, int32(i<<6+bits.TrailingZeros64(word)))
		}
	}
	slices.SortFunc(order, func(p, q int32) int {
		hp, hq := &hist[p], &hist[q]
		if mp, mq := hp.wy/hp.w, hq.wy/hq.w; mp != mq {
			return cmp.Compare(mp, mq)
		}
		return cmp.Compare(p, q)
	})
	best := b.best.score * tie
	at := -1
	leftWeight := 0.0
	sw, sy := 0.0, 0.0
	n, total, least := 0, k.hi-k.lo, b.opt.MinLeaf
	for i, c := range order {
		h := &hist[c]
		sw += h.w
		sy += h.wy
		n += h.n
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
	// Levels that are not in the node go to the heavier side.
	left := b.best.left[:(b.t.cols[j].Levels+63)/64]
	clear(left)
	if 2*leftWeight >= k.weight {
		fillLevels(left, b.t.cols[j].Levels)
		for i, word := range present[:len(left)] {
			left[i] &^= word
		}
	}
	for _, c := range order[:at+1] {
		left[c>>6] |= 1 << (c & 63)
	}
}
