package forest

// bin sums up the rows of a node with one code.
type bin struct{ w, wy float64 }

// coded says of a column where it is counted.
type coded struct {
	slot         int32 // -1: not at all
	bin          int32 // its bins begin there
	set          int32 // so does its set of codes; -1: narrow
	place              // of its codes
	narrow, wide int32 // 1 if it is
	// known is the column in a task's set of those that are constant: for a narrow one of
	// the first group the lowest bit of its place. Columns that are constant in the whole
	// table share a bit; some have none.
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
	narrow, wide []int32 // those that are to be counted
	some         []int32 // room for those of one group
	order        []int32 // codes of one column that have rows
}

// newTally makes room for the coded columns of a table.
func newTally(t *table) tally {
	y := tally{columns: make([]coded, t.d)}
	bins, words, widest, others := 0, 0, 0, 0
	for j := range y.columns {
		c := coded{slot: -1, set: -1}
		switch t.kind[j] {
		case constantColumn:
			c.known = constantInTable
		case countedColumn, categoricalColumn:
			c.slot, c.bin = t.slot[j], int32(bins)
			c.place = t.places[c.slot]
			switch {
			case c.group == 0:
				c.known = 1 << c.shift
			case others < packs*(codeBits-1)-1: // the bits that these leave, without the last one
				c.known = 2 << (others/(codeBits-1)*codeBits + others%(codeBits-1))
				others++
			}
			k := t.width[c.slot]
			bins += max(k, narrow)
			if k > narrow {
				c.wide = 1
				c.set = int32(words)
				words += (k + 63) / 64
			} else {
				c.narrow = 1
			}
			widest = max(widest, k)
		}
		y.columns[j] = c
	}
	y.bins, y.rows, y.sets = make([]bin, bins), make([]int32, bins), make([]uint64, words)
	y.narrow, y.wide, y.some = make([]int32, 0, t.d+1), make([]int32, 0, t.d+1), make([]int32, packs+1)
	y.order = make([]int32, 0, widest)
	return y
}

// sumUp sums up the rows of a node by code for all listed columns.
func (b *builder) sumUp(k *task) {
	ps := b.pairs[k.lo:k.hi]
	if columns := b.tally.narrow; len(b.codes.words) == 1 {
		b.sumNarrow(columns, b.words[k.lo:k.hi], ps)
	} else {
		b.sumGroups(columns, k, ps)
	}
	if columns := b.tally.wide; len(columns) > 0 {
		b.sumWide(columns, b.row[k.lo:k.hi], ps)
	}
	if b.opt.MinLeaf == 1 {
		return
	}
	for _, columns := range [][]int32{b.tally.narrow, b.tally.wide} {
		for i := k.lo; i < k.hi; i++ {
			for _, j := range columns {
				b.tally.rows[int(b.tally.columns[j].bin)+int(b.codeAt(i, j))]++
			}
		}
	}
}

// sumWide sums up rows by code for wide columns.
func (b *builder) sumWide(columns []int32, rows []uint32, ps []pair) {
	ps = ps[:len(rows)]
	bins, sets := b.tally.bins, b.tally.sets
	for i, r := range rows {
		p, codes := ps[i], b.codes.wide[int(r)*b.codes.stride:]
		for _, j := range columns {
			c := &b.tally.columns[j]
			code := int(codes[c.place.wide])
			h := &bins[int(c.bin)+code]
			h.w += p.w
			h.wy += p.wy
			sets[int(c.set)+code>>6] |= 1 << (code & 63)
		}
	}
}

// sumGroups sums up rows by code for narrow columns of several groups. Which of the
// columns are in a group the processor could not predict, so that all are written down.
func (b *builder) sumGroups(columns []int32, k *task, ps []pair) {
	some := b.tally.some
	for g := range b.codes.words {
		n := 0
		for _, j := range columns {
			some[n] = j
			one := 0
			if int(b.tally.columns[j].group) == g {
				one = 1
			}
			n += one
		}
		b.sumNarrow(some[:n], b.group(int32(g))[k.lo:k.hi], ps)
	}
}

// sumNarrow sums up rows by code for narrow columns, whose codes are in the words. Going
// through the rows for several columns at once has no bin wait for what was just added to
// it, as long runs of equal codes do.
func (b *builder) sumNarrow(columns []int32, words []uint64, ps []pair) {
	for ; len(columns) >= 4; columns = columns[4:] {
		b.sumFour([4]int32(columns), words, ps)
	}
	if len(columns) >= 2 {
		b.sumTwo(columns[0], columns[1], words, ps)
		columns = columns[2:]
	}
	if len(columns) > 0 {
		b.sumOne(columns[0], words, ps)
	}
}

func (b *builder) sumOne(j int32, words []uint64, ps []pair) {
	ps = ps[:len(words)]
	shift, bins := b.tally.narrowBins(j)
	for i, word := range words {
		p, h := ps[i], &bins[word>>(shift&63)%narrow]
		h.w += p.w
		h.wy += p.wy
	}
}

func (b *builder) sumTwo(j0, j1 int32, words []uint64, ps []pair) {
	ps = ps[:len(words)]
	shift0, bins0 := b.tally.narrowBins(j0)
	shift1, bins1 := b.tally.narrowBins(j1)
	for i, word := range words {
		p, h0, h1 := ps[i], &bins0[word>>(shift0&63)%narrow], &bins1[word>>(shift1&63)%narrow]
		h0.w += p.w
		h0.wy += p.wy
		h1.w += p.w
		h1.wy += p.wy
	}
}

func (b *builder) sumFour(j [4]int32, words []uint64, ps []pair) {
	ps = ps[:len(words)]
	shift0, bins0 := b.tally.narrowBins(j[0])
	shift1, bins1 := b.tally.narrowBins(j[1])
	shift2, bins2 := b.tally.narrowBins(j[2])
	shift3, bins3 := b.tally.narrowBins(j[3])
	for i, word := range words {
		p, h := ps[i], &bins0[word>>(shift0&63)%narrow]
		h.w += p.w
		h.wy += p.wy
		h = &bins1[word>>(shift1&63)%narrow]
		h.w += p.w
		h.wy += p.wy
		h = &bins2[word>>(shift2&63)%narrow]
		h.w += p.w
		h.wy += p.wy
		h = &bins3[word>>(shift3&63)%narrow]
		h.w += p.w
		h.wy += p.wy
	}
}

// narrowBins returns where in its word the code of a narrow column begins, and its bins.
func (t *tally) narrowBins(j int32) (shift uint8, bins *[narrow]bin) {
	c := &t.columns[j]
	return c.shift, (*[narrow]bin)(t.bins[c.bin:])
}
