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
	first, end     int // its part of the unseen rows
	depth          int
	parent         int32
	right          bool // child of the parent
	leaf           bool
	constant       uint64 // set of columns known to be constant, see coded
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

	tally      tally
	candidates []int32 // columns drawn for a node that may vary in it
	best       split
	stack      []task
	nodes      []node // of the tree being grown
	bits       []uint64
	oob        []prediction
	unseen     []uint32 // rows of the table that are not in the bag, those of a node together
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
	b.tally = newTally(t)
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
	b.nodes, b.bits, b.oob = b.nodes[:0], b.bits[:0], b.oob[:0]
	root := task{hi: len(b.row), end: len(b.unseen), parent: -1, constant: constantInTable}
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
			b.predict(&k)
		case k.hi-k.lo == 2:
			b.splitPair(&k, at)
		default:
			b.split(&k, at)
		}
	}
	return true
}

// node is one entry of each array of a Tree.
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
