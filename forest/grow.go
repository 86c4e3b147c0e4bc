package forest

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// pair is the weight of a row and its weighted response, centred at the mean of
// the node that the row is in and scaled to the range of all responses.
type pair struct{ w, wy float64 }

// draw is a value drawn for a missing entry.
type draw struct {
	value float64
	label uint32
}

// task is a node to be grown from the rows labelled lo to hi.
type task struct {
	lo, hi         int
	depth          int
	parent         int32
	right          bool // child of the parent
	leaf           bool
	constant       uint64 // set of coded columns (by slot, the first 64) known to be constant
	weight         float64
	mean, variance float64
}

// builder grows one tree after the other in memory of its own.
//
// Rows are known by their labels. The rows of a node have contiguous labels: a
// split numbers them anew, left ones first, so that every array below is read
// and written front to back and small nodes stay in the cache.
type builder struct {
	t           *table
	opt         Options
	tried       int
	yScale      float64
	weightScale float64 // exact powers of two
	weightUnit  float64 // 1/weightScale

	pcg   rand.PCG
	count []int32  // multiplicity of each group
	label []uint32 // of each row of the table, when the tree starts
	draws []float64
	drawn []draw
	codes []uint16

	// By label.
	y     []float64
	pairs []pair
	row   []uint32
	next  []uint32 // the side, then the label after the split

	entries [][]entry // of each sorted column, ordered by value within each node

	spareY     []float64
	sparePairs []pair
	spareRow   []uint32
	spare      []entry

	perm    []int32 // of the columns
	bitsRNG uint64  // half used random word
	half    bool

	hist    []bin
	present []uint64 // set of codes with rows
	sets    int      // words of present for each tallied column
	tallied []int32  // slots of the columns that are counted in the node
	byMean  []int32
	best    split
	stack   []task
	nodes   []node // of the tree being grown
	bits    []uint64
	oob     []prediction
	rowBuf  []float64
}

func newBuilder(t *table, opt Options) *builder {
	n := t.n
	b := &builder{
		t: t, opt: opt, tried: opt.tried(t.d),
		count:   make([]int32, t.groups),
		label:   make([]uint32, n),
		draws:   make([]float64, len(t.missRow)),
		codes:   t.codes,
		entries: make([][]entry, len(t.sorted)),
		perm:    make([]int32, t.d),
		rowBuf:  make([]float64, t.d),
	}
	if t.codedGaps {
		b.codes = slices.Clone(t.codes)
	}
	// A bootstrap sample holds about 63 % of the rows; growing beyond is possible.
	rows := n
	b.y = make([]float64, 0, rows)
	b.pairs = make([]pair, 0, rows)
	b.row = make([]uint32, 0, rows)
	b.next = make([]uint32, rows)
	b.spareY = make([]float64, rows)
	b.sparePairs = make([]pair, rows)
	b.spareRow = make([]uint32, rows)
	b.spare = make([]entry, rows)
	for s := range b.entries {
		b.entries[s] = make([]entry, 0, rows)
	}
	width := 0
	for _, k := range t.width {
		width = max(width, k)
	}
	b.sets = (width + 63) / 64
	b.hist = make([]bin, 64*b.sets*len(t.width))
	b.present = make([]uint64, b.sets*len(t.width))
	b.byMean = make([]int32, 0, width)
	b.best.left = make([]uint64, (width+63)/64)

	b.yScale = 1
	if r := slices.Max(t.y) - slices.Min(t.y); r > 0 {
		_, e := math.Frexp(r)
		b.yScale = math.Ldexp(1, -max(e, -1000))
	}
	b.weightScale, b.weightUnit = 1, 1
	if t.w != nil {
		_, e := math.Frexp(slices.Max(t.w))
		e = max(e, -1000)
		b.weightScale, b.weightUnit = math.Ldexp(1, -e), math.Ldexp(1, e)
	}
	return b
}

// grow fits one tree, which is then in b.nodes. It returns false as soon as the
// context is done.
func (b *builder) grow(ctx context.Context, index int) bool {
	b.bag(index)
	b.half = false
	b.nodes, b.bits = b.nodes[:0], b.bits[:0]
	root := task{hi: len(b.row), parent: -1}
	b.describe(&root)
	b.stack = append(b.stack[:0], root)
	for len(b.stack) > 0 {
		k := b.stack[len(b.stack)-1]
		b.stack = b.stack[:len(b.stack)-1]
		at := b.add(&k)
		if at%256 == 0 && ctx.Err() != nil {
			return false
		}
		switch {
		case k.leaf || !b.search(&k):
		case k.hi-k.lo == 2:
			b.splitPair(&k, at)
		default:
			b.split(&k, at)
		}
	}
	return true
}

// node is one entry of each array of a Tree: together while the tree grows and
// predicts the rows it has not seen, which then cost one cache line per step.
type node struct {
	threshold               float64
	feature, subset         int32
	right                   int32 // the left child is the next node
	value, variance, weight float64
}

// add appends the node of a task and links its parent.
func (b *builder) add(k *task) int32 {
	at := int32(len(b.nodes))
	b.nodes = append(b.nodes, node{
		feature: -1, subset: -1, right: -1,
		value: k.mean, variance: k.variance, weight: k.weight,
	})
	if k.right { // a left child comes right after its parent, as the stack has it
		b.nodes[k.parent].right = at
	}
	return at
}

// freeze copies the nodes to the arrays of a tree.
func (b *builder) freeze() Tree {
	n := len(b.nodes)
	t := Tree{
		Feature: make([]int32, n), Threshold: make([]float64, n), Right: make([]int32, n),
		Value: make([]float64, n), Variance: make([]float64, n), Weight: make([]float32, n),
		WeightUnit: b.weightUnit,
		Bits:       slices.Clone(b.bits),
	}
	if len(b.bits) > 0 {
		t.Subset = make([]int32, n)
		for i, v := range b.nodes {
			t.Subset[i] = v.subset
		}
	}
	for i, v := range b.nodes {
		t.Feature[i], t.Threshold[i], t.Right[i] = v.feature, v.threshold, v.right
		t.Value[i], t.Variance[i], t.Weight[i] = v.value, v.variance, float32(v.weight)
	}
	return t
}

// describe fills in the statistics of a task and, unless it is a leaf, centres
// its responses.
func (b *builder) describe(k *task) {
	if k.hi-k.lo == 1 {
		k.weight, k.mean, k.variance, k.leaf = b.pairs[k.lo].w, b.y[k.lo], 0, true
		return
	}
	ys, ps := b.y[k.lo:k.hi], b.pairs[k.lo:k.hi]
	ps = ps[:len(ys)]
	lowest, highest := ys[0], ys[0]
	weight, sum := 0.0, 0.0
	for i, y := range ys {
		w := ps[i].w
		weight += w
		sum += w * y
		if y < lowest {
			lowest = y
		}
		if y > highest {
			highest = y
		}
	}
	k.weight = weight
	if lowest == highest {
		k.mean, k.variance, k.leaf = lowest, 0, true
		return
	}
	mean := sum / weight
	k.leaf = len(ys) < 2*b.opt.MinLeaf || k.depth >= b.opt.MaxDepth
	rest, squares := 0.0, 0.0
	for i, y := range ys {
		w := ps[i].w
		dy := y - mean
		wy := w * dy
		rest += wy
		squares += wy * dy
		ps[i].wy = wy * b.yScale
	}
	// What the rounding of the mean left over (the two-pass algorithm of Chan,
	// Golub and LeVeque, American Statistician 37, 1983).
	rest /= weight
	k.mean = min(max(mean+rest, lowest), highest)
	k.variance = max(squares/weight-rest*rest, 0)
}

// nextColumn draws the v-th column of a node without replacement.
func (b *builder) nextColumn(v int) int32 {
	if !b.half {
		b.bitsRNG = b.pcg.Uint64()
	} else {
		b.bitsRNG >>= 32
	}
	b.half = !b.half
	// The bias of the high word is below len(perm)/2^32.
	k := v + int(uint64(uint32(b.bitsRNG))*uint64(len(b.perm)-v)>>32)
	j := b.perm[k]
	b.perm[k] = b.perm[v]
	b.perm[v] = j
	return j
}

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
	t, best := b.t, &b.best
	j := best.column
	b.nodes[at].feature = j
	next := b.next[k.lo:k.hi]
	var n int
	switch t.kind[j] {
	case sortedColumn:
		seg := b.entries[t.slot[j]][k.lo:k.hi]
		n = best.at + 1
		b.nodes[at].threshold = midpoint(b.value(b.row[seg[n-1].label()], j), b.value(b.row[seg[n].label()], j))
		for _, e := range seg[:n] {
			b.next[e.label()] = 0
		}
		for _, e := range seg[n:] {
			b.next[e.label()] = 1
		}
	case countedColumn:
		slot := int(t.slot[j])
		lv := t.levels[slot]
		b.nodes[at].threshold = midpoint(lv[best.at], lv[best.after])
		dc, cut := len(t.coded), uint16(best.at)
		for i, r := range b.row[k.lo:k.hi] {
			side := uint32(0)
			if b.codes[int(r)*dc+slot] > cut {
				side = 1
			}
			next[i] = side
			n += int(1 - side)
		}
	case categoricalColumn:
		slot := int(t.slot[j])
		dc := len(t.coded)
		for i, r := range b.row[k.lo:k.hi] {
			c := b.codes[int(r)*dc+slot]
			side := uint32(best.left[c>>6]>>(c&63)&1) ^ 1
			next[i] = side
			n += int(1 - side)
		}
		b.addSubset(at, best.left[:(t.cols[j].Levels+63)/64])
	}

	mid := k.lo + n
	b.relabel(k.lo, mid, k.hi)
	left := task{lo: k.lo, hi: mid, depth: k.depth + 1, parent: at, constant: k.constant}
	right := task{lo: mid, hi: k.hi, depth: k.depth + 1, parent: at, right: true, constant: k.constant}
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

// splitPair applies the best split to a node of two rows.
func (b *builder) splitPair(k *task, at int32) {
	t, j := b.t, b.best.column
	p, q := k.lo, k.lo+1
	b.nodes[at].feature = j
	if levels := t.cols[j].Levels; levels == 0 {
		var vp, vq float64
		if t.kind[j] == countedColumn {
			lv := t.levels[t.slot[j]]
			vp, vq = lv[b.code(b.row[p], j)], lv[b.code(b.row[q], j)]
		} else {
			vp, vq = b.value(b.row[p], j), b.value(b.row[q], j)
		}
		if vp > vq {
			vp, vq = vq, vp
			b.swap(p, q)
		}
		b.nodes[at].threshold = midpoint(vp, vq)
	} else {
		if b.y[p] > b.y[q] {
			b.swap(p, q)
		}
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
	left := task{lo: p, hi: q, depth: k.depth + 1, parent: at}
	right := task{lo: q, hi: k.hi, depth: k.depth + 1, parent: at, right: true}
	b.describe(&left)
	b.describe(&right)
	b.stack = append(b.stack, right, left)
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
