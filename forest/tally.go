package forest

// bin sums up the rows of a node with one code.
type bin struct{ w, wy float64 }

// narrow is the largest number of codes of a column whose bins are all looked at in
// every node. Of wider columns only those are that have rows, which are noted in a
// set while counting.
const narrow = 16

// coded says of a column where it is counted.
type coded struct {
	slot         int32 // -1: not at all
	bin          int32 // its bins begin there
	set          int32 // so does its set of codes; -1: narrow
	narrow, wide int32 // 1 if it is
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
	narrow, wide []int32 // those that are to be counted
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
	y.narrow, y.wide = make([]int32, 0, t.d+1), make([]int32, 0, t.d+1)
	y.order = make([]int32, 0, widest)
	return y
}

// sumUp sums up the rows of a node by code for all listed columns. Going through
// the rows for several columns at once has no bin wait for what was just added to it,
// as long runs of equal codes do. Two narrow columns at a time are what the registers hold.
func (b *builder) sumUp(k *task) {
	rows := b.row[k.lo:k.hi]
	ps := b.pairs[k.lo:k.hi][:len(rows)]
	dc := len(b.t.coded)
	bins := b.tally.bins
	columns := b.tally.narrow
	for ; len(columns) >= 2; columns = columns[2:] {
		b.sumTwo(columns[0], columns[1], rows, ps)
	}
	if len(columns) > 0 {
		b.sumOne(columns[0], rows, ps)
	}
	if columns := b.tally.wide; len(columns) > 0 {
		for i, r := range rows {
			p := ps[i]
			codes := b.codes[int(r)*dc:][:dc]
			for _, j := range columns {
				c := &b.tally.columns[j]
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
	for _, columns := range [][]int32{b.tally.narrow, b.tally.wide} {
		for _, r := range rows {
			codes := b.codes[int(r)*dc:][:dc]
			for _, j := range columns {
				c := &b.tally.columns[j]
				b.tally.rows[int(c.bin)+int(codes[c.slot])]++
			}
		}
	}
}

// sumOne sums up rows by code for a narrow column.
func (b *builder) sumOne(j int32, rows []uint32, ps []pair) {
	ps = ps[:len(rows)]
	slot, bins := b.tally.narrowBins(j)
	codes, dc := b.codes, len(b.t.coded)
	for i, r := range rows {
		p, h := ps[i], &bins[codes[int(r)*dc+slot]%narrow]
		h.w += p.w
		h.wy += p.wy
	}
}

// sumTwo does so for two columns.
func (b *builder) sumTwo(j0, j1 int32, rows []uint32, ps []pair) {
	ps = ps[:len(rows)]
	slot0, bins0 := b.tally.narrowBins(j0)
	slot1, bins1 := b.tally.narrowBins(j1)
	codes, dc := b.codes, len(b.t.coded)
	for i, r := range rows {
		p, at := ps[i], int(r)*dc
		h0, h1 := &bins0[codes[at+slot0]%narrow], &bins1[codes[at+slot1]%narrow]
		h0.w += p.w
		h0.wy += p.wy
		h1.w += p.w
		h1.wy += p.wy
	}
}

// narrowBins returns where the codes of a narrow column are and its bins.
func (t *tally) narrowBins(j int32) (slot int, bins *[narrow]bin) {
	c := &t.columns[j]
	return int(c.slot), (*[narrow]bin)(t.bins[c.bin:])
}
