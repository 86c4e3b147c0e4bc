package forest

// midpoint returns a threshold t with lower <= t < upper.
func midpoint(lower, upper float64) float64 {
	m := lower/2 + upper/2 // the sum could overflow
	if m >= upper || m < lower {
		return lower
	}
	return m
}

// split applies the best split to a node and pushes its children.
func (b *builder) split(k *task, at int32) {
	t, j := b.t, b.best.column
	b.nodes[at].feature = j
	var mid int
	switch t.kind[j] {
	case sortedColumn:
		seg := b.entries[t.slot[j]][k.lo:k.hi]
		n := b.best.at + 1
		b.nodes[at].threshold = midpoint(b.value(b.row[seg[n-1].label()], j), b.value(b.row[seg[n].label()], j))
		for _, e := range seg[:n] {
			b.next[e.label()] = 0
		}
		for _, e := range seg[n:] {
			b.next[e.label()] = 1
		}
		mid = k.lo + n
		b.relabel(k.lo, mid, k.hi)
	case countedColumn:
		b.cutCodes(at, j, b.best.at, b.best.after)
		mid = b.moveCoded(k, j)
	case categoricalColumn:
		b.addSubset(at, b.best.left[:(t.cols[j].Levels+63)/64])
		mid = b.moveCoded(k, j)
	}

	unseen := b.moveUnseen(k, at)
	left := task{lo: k.lo, hi: mid, first: k.first, end: unseen, depth: k.depth + 1, parent: at, constant: k.constant}
	right := task{lo: mid, hi: k.hi, first: unseen, end: k.end, depth: k.depth + 1, parent: at, right: true, constant: k.constant}
	if b.best.one {
		left.constant |= b.tally.columns[j].known
	}
	if b.best.other {
		right.constant |= b.tally.columns[j].known
	}
	b.describe(&left)
	b.describe(&right)
	if l, r := left.ordered(), right.ordered(); l || r {
		for s := range b.entries {
			partition(b.entries[s][k.lo:k.hi], b.next, b.spare, uint32(mid), l, r)
		}
	}
	b.stack = append(b.stack, right, left)
}

// ordered reports whether the node needs its rows in the order of every column.
func (k *task) ordered() bool { return !k.leaf && k.hi-k.lo > 2 }

// splitPair applies the best split to a node of two rows, whose children are leaves.
func (b *builder) splitPair(k *task, at int32) {
	t, j := b.t, b.best.column
	p, q := k.lo, k.lo+1
	b.nodes[at].feature = j
	switch t.kind[j] {
	case sortedColumn:
		vp, vq := b.value(b.row[p], j), b.value(b.row[q], j)
		if vp > vq {
			vp, vq = vq, vp
			b.swap(p, q)
		}
		b.nodes[at].threshold = midpoint(vp, vq)
	case countedColumn:
		cp, cq := b.code(b.row[p], j), b.code(b.row[q], j)
		if cp > cq {
			cp, cq = cq, cp
			b.swap(p, q)
		}
		b.cutCodes(at, j, int(cp), int(cq))
	case categoricalColumn:
		if b.y[p] > b.y[q] {
			b.swap(p, q)
		}
		levels := t.cols[j].Levels
		set := b.best.left[:(levels+63)/64]
		clear(set)
		left, right := b.code(b.row[p], j), b.code(b.row[q], j)
		set[left>>6] |= 1 << (left & 63)
		if b.pairs[p].w >= b.pairs[q].w {
			fillLevels(set, levels)
			set[right>>6] &^= 1 << (right & 63)
		}
		b.addSubset(at, set)
	}
	unseen := b.moveUnseen(k, at)
	left := task{lo: p, hi: q, first: k.first, end: unseen, parent: at}
	right := task{lo: q, hi: k.hi, first: unseen, end: k.end, parent: at, right: true}
	for _, leaf := range []*task{&left, &right} {
		b.describe(leaf)
		b.add(leaf)
		b.predict(leaf)
	}
}

// cutCodes sets the threshold between two codes of a counted column and notes the
// codes that go left.
func (b *builder) cutCodes(at, j int32, below, above int) {
	levels := b.t.levels[b.t.slot[j]]
	threshold := midpoint(levels[below], levels[above])
	b.nodes[at].threshold = threshold
	// Codes between the two are not in the node, but rows that the tree has not seen may have them.
	n := below + 1
	for levels[n] <= threshold {
		n++
	}
	set := b.best.left[:(len(levels)+63)/64]
	clear(set)
	fillLevels(set[:(n+63)/64], n)
}

func (b *builder) addSubset(at int32, set []uint64) {
	b.nodes[at].subset = int32(len(b.bits))
	b.bits = append(b.bits, set...)
}

// fillLevels puts all levels into a set.
func fillLevels(set []uint64, levels int) {
	for i := range set {
		set[i] = ^uint64(0)
	}
	if r := levels & 63; r != 0 {
		set[levels>>6] = 1<<r - 1
	}
}

func (b *builder) swap(p, q int) {
	b.y[p], b.y[q] = b.y[q], b.y[p]
	b.pairs[p], b.pairs[q] = b.pairs[q], b.pairs[p]
	b.row[p], b.row[q] = b.row[q], b.row[p]
}

// moveCoded moves the rows of a node to its children by the set of codes that go
// left, and returns where the right child begins.
func (b *builder) moveCoded(k *task, j int32) (mid int) {
	slot, dc := int(b.t.slot[j]), len(b.t.coded)
	set, codes := b.best.left, b.codes[slot:]
	rows := b.row[k.lo:k.hi]
	if len(b.entries) > 0 { // whose entries must learn the new labels
		next := b.next[k.lo:k.hi]
		n := 0
		for i, r := range rows {
			c := codes[int(r)*dc]
			left := set[c>>6] >> (c & 63) & 1
			next[i] = uint32(left ^ 1)
			n += int(left)
		}
		b.relabel(k.lo, k.lo+n, k.hi)
		return k.lo + n
	}
	y, pairs := b.y[k.lo:k.hi][:len(rows)], b.pairs[k.lo:k.hi][:len(rows)]
	l, r := 0, 0
	for i, row := range rows {
		c := codes[int(row)*dc]
		left := int(set[c>>6] >> (c & 63) & 1)
		v, p := y[i], pairs[i]
		y[l], b.spareY[r] = v, v
		pairs[l], b.sparePairs[r] = p, p
		rows[l], b.spareRow[r] = row, row
		l += left
		r += left ^ 1
	}
	b.unspare(k.lo+l, k.hi)
	return k.lo + l
}

// relabel turns the sides in next into new labels and moves the rows there.
func (b *builder) relabel(lo, mid, hi int) {
	l, r := lo, mid
	for i := lo; i < hi; i++ {
		right := int(b.next[i])
		y, p, row := b.y[i], b.pairs[i], b.row[i]
		b.next[i] = uint32(l + (r-l)*right)
		b.y[l], b.spareY[r-mid] = y, y
		b.pairs[l], b.sparePairs[r-mid] = p, p
		b.row[l], b.spareRow[r-mid] = row, row
		l += 1 - right
		r += right
	}
	b.unspare(mid, hi)
}

// unspare copies the rows of a right child to their place.
func (b *builder) unspare(mid, hi int) {
	y, pairs, row := b.y[mid:hi], b.pairs[mid:hi], b.row[mid:hi]
	if len(y) > 16 {
		copy(y, b.spareY)
		copy(pairs, b.sparePairs)
		copy(row, b.spareRow)
		return
	}
	for i := range y {
		y[i], pairs[i], row[i] = b.spareY[i], b.sparePairs[i], b.spareRow[i]
	}
}

// partition moves the entries of a node to those of its children without
// changing their order, for the children that are wanted.
func partition(seg []entry, next []uint32, spare []entry, mid uint32, left, right bool) {
	k := 0
	switch {
	case left && right:
		spare = spare[:len(seg)]
		r := 0
		for _, e := range seg {
			l := next[e.label()]
			e = e>>32<<32 | entry(l)
			seg[k], spare[r] = e, e
			side := int((l - mid) >> 31)
			k += side
			r += 1 - side
		}
		copy(seg[k:], spare)
	case left:
		for _, e := range seg {
			l := next[e.label()]
			seg[k] = e>>32<<32 | entry(l)
			k += int((l - mid) >> 31)
		}
	default:
		k = len(seg) - 1
		for i := k; i >= 0; i-- {
			e := seg[i]
			l := next[e.label()]
			seg[k] = e>>32<<32 | entry(l)
			k -= int((l-mid)>>31 ^ 1)
		}
	}
}
