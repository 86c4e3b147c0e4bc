package forest

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// response of a row, and its weight.
type response struct{ y, w float64 }

// pair is the weight of a row and its weighted response, centred at the mean of
// the node that the row is in and scaled to the range of all responses.
type pair struct{ w, wy float64 }

// draw is a value drawn for a missing entry.
type draw struct {
	value float64
	label uint32
}

// rows in the bag, by label.
type rows struct {
	responses []response
	words     []uint64   // codes in the first group of narrow columns
	more      [][]uint64 // and in the other groups
	row       []uint32   // of the table; not kept up unless the builder is labelled
}

// group returns the words of a group of narrow columns.
func (r *rows) group(g int32) []uint64 {
	if g == 0 {
		return r.words
	}
	return r.more[g-1]
}

// task is a node to be grown from the rows labelled lo to hi.
type task struct {
	lo, hi         int
	first, end     int // its part of the unseen rows
	depth          int
	parent         int32
	right          bool  // child of the parent
	place          uint8 // of the builder, where its rows are
	leaf           bool
	constant       uint64 // set of columns known to be constant, see coded
	weight         float64
	mean, variance float64
}

// builder grows one tree after the other in memory of its own.
//
// Rows are known by their labels. The rows of a node have contiguous labels: a
// split numbers them anew, left ones first, so that every array below is read
// and written front to back and small nodes stay in the cache. Loops over the rows of
// a node, or the columns drawn for it, do without branches that depend on the data:
// most nodes have a few rows, and a branch gone wrong costs as much as several of them.
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
	codes codes // those of the table, or a copy with drawn entries

	*rows           // the place of the node
	places [2]rows  // a split moves its rows from one to the other
	pairs  []pair   // by label, of nodes with more than two rows
	next   []uint32 // by label: 1 for rows that go right, then the label after the split
	// labelled says that the labels of rows are needed: for sorted columns, whose entries
	// have them, for codes that are not in words, and for more groups of words than one.
	labelled bool

	entries [][]entry // of each sorted column, ordered by value within each node

	spare    []entry
	spareRow []uint32

	perm    []int32 // of the columns
	bitsRNG uint64  // half used random word
	half    bool

	tally      tally
	candidates []int32 // columns drawn for a node that may vary in it
	best       split
	stack      []task
	tree       Tree      // being grown: room for all nodes it may get
	size       int       // nodes it has
	unseen     []uint32  // rows of the table that are not in the bag, those of a node together
	predicted  []float64 // what the tree predicts for them
}

func newBuilder(t *table, opt Options) *builder {
	n := t.n
	b := &builder{
		t: t, opt: opt, tried: opt.tried(t.d),
		count:      make([]int32, t.groups),
		label:      make([]uint32, n),
		draws:      make([]float64, len(t.missRow)),
		codes:      t.codes,
		entries:    make([][]entry, len(t.sorted)),
		perm:       make([]int32, t.d),
		candidates: make([]int32, 0, t.d+1),
	}
	if t.codedGaps {
		b.codes = t.codes.clone()
	}
	b.labelled = len(t.sorted) > 0 || t.codes.stride > 0 || len(t.codes.words) > 1
	b.next, b.pairs = make([]uint32, n), make([]pair, n)
	b.spare = make([]entry, n)
	b.unseen, b.spareRow = make([]uint32, 0, n), make([]uint32, n)
	for i := range b.places {
		b.places[i] = rows{responses: make([]response, n), row: make([]uint32, n), words: make([]uint64, n)}
		for range len(t.codes.words) - 1 {
			b.places[i].more = append(b.places[i].more, make([]uint64, n))
		}
	}
	for s := range b.entries {
		b.entries[s] = make([]entry, 0, n)
	}
	b.predicted = make([]float64, n)
	nodes := 2*max(1, n/opt.MinLeaf) - 1
	b.tree = Tree{
		Feature: make([]int32, nodes), Threshold: make([]float64, nodes), Right: make([]int32, nodes),
		Value: make([]float64, nodes), Variance: make([]float64, nodes), Weight: make([]float32, nodes),
	}
	if slices.Contains(t.kind, categoricalColumn) {
		b.tree.Subset = make([]int32, nodes)
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

// grow fits one tree, which is then in b.tree. It returns false as soon as the
// context is done.
func (b *builder) grow(ctx context.Context, index int) bool {
	b.bag(index)
	b.half = false
	b.size, b.tree.Bits = 0, b.tree.Bits[:0]
	root := task{hi: len(b.row), end: len(b.unseen), parent: -1, constant: constantInTable}
	b.describe(&root)
	b.stack = append(b.stack[:0], root)
	for len(b.stack) > 0 {
		k := &b.stack[len(b.stack)-1]
		b.rows = &b.places[k.place]
		at := b.add(k)
		if at%256 == 0 && ctx.Err() != nil {
			return false
		}
		switch {
		case k.leaf || !b.search(k):
			b.predict(k)
			b.stack = b.stack[:len(b.stack)-1]
		case k.hi-k.lo == 2:
			b.splitPair(k, at)
			b.stack = b.stack[:len(b.stack)-1]
		default:
			b.split(k, at)
		}
	}
	return true
}

// add appends the node of a task, a leaf as yet, and links its parent.
func (b *builder) add(k *task) int32 {
	t, at := &b.tree, b.size
	b.size++
	t.Feature[at], t.Threshold[at], t.Right[at] = -1, 0, -1
	t.Value[at], t.Variance[at], t.Weight[at] = k.mean, k.variance, float32(k.weight)
	if t.Subset != nil {
		t.Subset[at] = -1
	}
	if k.right { // a left child comes right after its parent, as the stack has it
		t.Right[k.parent] = int32(at)
	}
	return int32(at)
}

// freeze copies the nodes to a tree of their own.
func (b *builder) freeze() Tree {
	t, n := &b.tree, b.size
	f := Tree{
		Feature: slices.Clone(t.Feature[:n]), Threshold: slices.Clone(t.Threshold[:n]), Right: slices.Clone(t.Right[:n]),
		Value: slices.Clone(t.Value[:n]), Variance: slices.Clone(t.Variance[:n]), Weight: slices.Clone(t.Weight[:n]),
		WeightUnit: b.weightUnit,
	}
	if len(t.Bits) > 0 {
		f.Subset, f.Bits = slices.Clone(t.Subset[:n]), slices.Clone(t.Bits)
	}
	return f
}

// describe fills in the statistics of a task and, unless it is a leaf, centres
// its responses.
func (b *builder) describe(k *task) {
	rs := b.responses[k.lo:k.hi]
	switch len(rs) {
	case 1:
		k.weight, k.mean, k.variance, k.leaf = rs[0].w, rs[0].y, 0, true
		return
	case 2:
		b.describePair(k, rs[0], rs[1])
		return
	}
	words := b.words[k.lo:k.hi][:len(rs)]
	weight, sum, differ := 0.0, 0.0, uint64(0)
	for i, r := range rs {
		weight += r.w
		sum += r.w * r.y
		differ |= words[i] ^ words[0]
	}
	k.weight = weight
	k.constant |= constants(differ)
	if allEqual(rs) {
		k.mean, k.variance, k.leaf = rs[0].y, 0, true
		return
	}
	mean := sum / weight
	k.leaf = len(rs) < 2*b.opt.MinLeaf || k.depth >= b.opt.MaxDepth
	rest, squares, scale := 0.0, 0.0, b.yScale
	ps := b.pairs[k.lo:k.hi][:len(rs)]
	for i, r := range rs {
		dy := r.y - mean
		wy := r.w * dy
		rest += wy
		squares += wy * dy
		ps[i] = pair{r.w, wy * scale}
	}
	// What the rounding of the mean left over (the two-pass algorithm of Chan,
	// Golub and LeVeque, American Statistician 37, 1983).
	rest /= weight
	k.mean = within(mean+rest, rs)
	k.variance = max(squares/weight-rest*rest, 0)
}

func allEqual(rs []response) bool {
	for _, r := range rs {
		if r.y != rs[0].y {
			return false
		}
	}
	return true
}

// within returns the mean of responses, moved to the nearest of them where rounding left it
// outside of their range. It looks at no more of them than it takes to know that it is not.
func within(mean float64, rs []response) float64 {
	lowest, highest := rs[0].y, rs[0].y
	for _, r := range rs {
		lowest, highest = min(lowest, r.y), max(highest, r.y)
		if lowest <= mean && mean <= highest {
			return mean
		}
	}
	return min(max(mean, lowest), highest)
}

// describePair does the same for two rows, which are split without centring them.
func (b *builder) describePair(k *task, p, q response) {
	k.weight = p.w + q.w
	if p.y == q.y {
		k.mean, k.variance, k.leaf = p.y, 0, true
		return
	}
	k.constant |= constants(b.words[k.lo] ^ b.words[k.lo+1])
	mean := (p.w*p.y + q.w*q.y) / k.weight
	k.leaf = b.opt.MinLeaf > 1 || k.depth >= b.opt.MaxDepth
	dp, dq := p.y-mean, q.y-mean
	rest := (p.w*dp + q.w*dq) / k.weight
	k.mean = min(max(mean+rest, min(p.y, q.y)), max(p.y, q.y))
	k.variance = max((p.w*dp*dp+q.w*dq*dq)/k.weight-rest*rest, 0)
}

// shuffle draws the columns v to end-1 of a node without replacement.
func (b *builder) shuffle(v, end int) {
	perm := b.perm
	for ; v < end; v++ {
		if b.half {
			b.bitsRNG >>= 32
		} else {
			b.bitsRNG = b.pcg.Uint64()
		}
		b.half = !b.half
		// The bias of the high word is below len(perm)/2^32.
		k := v + int(uint64(uint32(b.bitsRNG))*uint64(len(perm)-v)>>32)
		perm[v], perm[k] = perm[k], perm[v]
	}
}
