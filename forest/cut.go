package forest

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
)

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
	present := uint64(0) // set of the codes that have rows
	for c := range bins {
		h := bins[c]
		bins[c] = bin{}
		sw += h.w
		sy += h.wy
		present |= -math.Float64bits(h.w) >> 63 << (c & 63)
		d := sw * (weight - sw)
		s := int64(math.Float64bits(sy * sy / d))
		if int64(math.Float64bits(d)) <= 0 { // one side has no weight
			s = never
		}
		if c < from { // two conditions in one would be a branch
			s = never
		}
		if c >= to {
			s = never
		}
		if s > best {
			best, at = s, c
		}
	}
	if at >= 0 {
		above := present >> (at + 1)
		after := at + 1 + bits.TrailingZeros64(above)
		b.best.score = math.Float64frombits(uint64(best))
		b.best.column, b.best.at, b.best.after = j, at, after
		b.best.one, b.best.other = present<<(63-at) == 1<<63, above&(above-1) == 0
	}
	return present&(present-1) != 0
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
