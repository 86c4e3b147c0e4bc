package forest

// midpoint returns a threshold t with lower <= t < upper.
func midpoint(lower, upper float64) float64 {
	m := lower/2 + upper/2 // the sum could overflow
	if m >= upper || m < lower {
		return lower
	}
	return m
}

// split applies the best split to a node and puts its children in its place on the stack.
func (b *builder) split(k *task, at int32) {
	t, j := b.t, b.best.column
	b.tree.Feature[at] = j
	var mid int
	switch t.kind[j] {
	case sortedColumn:
		seg := b.entries[t.slot[j]][k.lo:k.hi]
		n := b.best.at + 1
		b.tree.Threshold[at] = midpoint(b.value(b.row[seg[n-1].label()], j), b.value(b.row[seg[n].label()], j))
		for _, e := range seg[:n] {
			b.next[e.label()] = 0
		}
		for _, e := range seg[n:] {
			b.next[e.label()] = 1
		}
		mid = k.lo + n
		b.relabel(k, mid)
	case countedColumn:
		b.cutCodes(at, j, b.best.at, b.best.after)
		mid = b.moveCoded(k, j)
	case categoricalColumn:
		b.addSubset(at, b.best.left[:(t.cols[j].Levels+63)/64])
		mid = b.moveCoded(k, j)
	}

	unseen := b.moveUnseen(k, at)
	b.rows = &b.places[k.place^1]
	// On the stack the right child takes the parent's entry, the left one comes on top.
	lo, hi, first := k.lo, k.hi, k.first
	k.lo, k.first, k.depth, k.parent, k.right, k.place = mid, unseen, k.depth+1, at, true, k.place^1
	b.stack = append(b.stack, task{
		lo: lo, hi: mid, first: first, end: unseen, depth: k.depth, parent: at, place: k.place, constant: k.constant,
	})
	left, right := &b.stack[len(b.stack)-1], &b.stack[len(b.stack)-2]
	if b.best.one {
		left.constant |= b.tally.columns[j].known
	}
	if b.best.other {
		right.constant |= b.tally.columns[j].known
	}
	b.describe(left)
	b.describe(right)
	if l, r := left.ordered(), right.ordered(); l || r {
		for s := range b.entries {
			partition(b.entries[s][lo:hi], b.next, b.spare, uint32(mid), l, r)
		}
	}
}

// ordered reports whether the node needs its rows in the order of every column.
func (k *task) ordered() bool { return !k.leaf && k.hi-k.lo > 2 }

// splitPair applies the best split to a node of two rows, whose children are leaves.
func (b *builder) splitPair(k *task, at int32) {
	t, j := b.t, b.best.column
	p, q := k.lo, k.lo+1
	b.tree.Feature[at] = j
	switch t.kind[j] {
	case sortedColumn:
		vp, vq := b.value(b.row[p], j), b.value(b.row[q], j)
		if vp > vq {
			vp, vq = vq, vp
			p, q = q, p
		}
		b.tree.Threshold[at] = midpoint(vp, vq)
	case countedColumn:
		cp, cq := b.codeAt(p, j), b.codeAt(q, j)
		if cp > cq {
			cp, cq = cq, cp
			p, q = q, p
		}
		b.cutCodes(at, j, int(cp), int(cq))
	case categoricalColumn:
		if b.responses[p].y > b.responses[q].y {
			p, q = q, p
		}
		levels := t.cols[j].Levels
		set := b.best.left[:(levels+63)/64]
		clear(set)
		left, right := b.codeAt(p, j), b.codeAt(q, j)
		set[left>>6] |= 1 << (left & 63)
		if b.responses[p].w >= b.responses[q].w {
			fillLevels(set, levels)
			set[right>>6] &^= 1 << (right & 63)
		}
		b.addSubset(at, set)
	}
	rp, rq := b.responses[p], b.responses[q]
	left := task{weight: rp.w, mean: rp.y}
	right := task{weight: rq.w, mean: rq.y, parent: at, right: true}
	b.add(&left)
	b.add(&right)
	for i := k.first; i < k.end; i++ {
		b.predicted[i] = left.mean
		if b.goesRight(b.unseen[i], at, j) {
			b.predicted[i] = right.mean
		}
	}
}

// cutCodes sets the threshold between two codes of a counted column and notes the
// codes that go left.
func (b *builder) cutCodes(at, j int32, below, above int) {
	levels := b.t.levels[b.t.slot[j]]
	threshold := midpoint(levels[below], levels[above])
	b.tree.Threshold[at] = threshold
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
	b.tree.Subset[at] = int32(len(b.tree.Bits))
	b.tree.Bits = append(b.tree.Bits, set...)
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

// moveCoded moves the rows of a node to its children by the set of codes that go
// left, and returns where the right child begins.
func (b *builder) moveCoded(k *task, j int32) (mid int) {
	next := b.next[k.lo:k.hi]
	mid = k.hi
	if p := b.tally.columns[j].place; p.group >= 0 {
		set := b.best.left[0]
		for i, word := range b.group(p.group)[k.lo:k.hi][:len(next)] {
			right := set>>p.of(word)&1 ^ 1
			next[i] = uint32(right)
			mid -= int(right)
		}
	} else {
		set := b.best.left
		for i, r := range b.row[k.lo:k.hi][:len(next)] {
			c := b.code(r, j)
			right := set[c>>6]>>(c&63)&1 ^ 1
			next[i] = uint32(right)
			mid -= int(right)
		}
	}
	b.relabel(k, mid)
	return mid
}

// relabel moves the rows of a node by what next says of their sides, to the other place, and
// turns next into their new labels where these are needed.
func (b *builder) relabel(k *task, mid int) {
	next := b.next[k.lo:k.hi]
	to := &b.places[k.place^1]
	move(next, mid-k.lo, b.responses[k.lo:k.hi], to.responses[k.lo:k.hi], b.words[k.lo:k.hi], to.words[k.lo:k.hi])
	if !b.labelled {
		return
	}
	l, r := k.lo, mid
	for i, right := range next {
		at := l
		if right != 0 {
			at = r
		}
		next[i], to.row[at] = uint32(at), b.row[k.lo+i]
		l += int(right ^ 1)
		r += int(right)
	}
	for g, words := range b.more {
		words, to := words[k.lo:k.hi][:len(next)], to.more[g]
		for i, at := range next {
			to[at] = words[i]
		}
	}
}

// move moves responses and words to the left or, from mid on, to the right, keeping their
// order. It is not inlined because its loop needs all registers.
//
//go:noinline
func move(right []uint32, mid int, from, to []response, fromWords, toWords []uint64) {
	n := len(right)
	from, to, fromWords, toWords = from[:n], to[:n], fromWords[:n], toWords[:n]
	l := 0
	for i := range right {
		side := int(right[i])
		at := l
		if side != 0 {
			at = mid
		}
		to[at], toWords[at] = from[i], fromWords[i]
		mid += side
		l += side ^ 1
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
