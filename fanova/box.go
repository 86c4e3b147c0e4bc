package fanova

// box is a product of ranges of cells and sets of levels, one per column, that
// a traversal shrinks on its way down and restores on its way up.
type box struct {
	lo, hi []int32    // cells lo..hi-1 of a numeric column
	set    [][]uint64 // levels of a categorical column
	pool   []uint64   // what push hands out, a stack
}

// newBox returns the whole domain.
func newBox(t *tree) *box {
	b := &box{
		lo:  make([]int32, len(t.domain)),
		hi:  make([]int32, len(t.domain)),
		set: make([][]uint64, len(t.domain)),
	}
	for c := range t.domain {
		d := &t.domain[c]
		if d.levels == 0 {
			b.hi[c] = int32(d.cells())
			continue
		}
		s := make([]uint64, d.words)
		for l := range d.levels {
			s[l>>6] |= 1 << (l & 63)
		}
		b.set[c] = s
	}
	return b
}

// push returns scratch space for a set; pop gives the latest one back.
func (b *box) push(words int) []uint64 {
	n := len(b.pool)
	for range words {
		b.pool = append(b.pool, 0)
	}
	// Growing moves the pool; sets handed out before keep their old memory.
	return b.pool[n : n+words : n+words]
}

func (b *box) pop(words int) { b.pool = b.pool[:len(b.pool)-words] }

// walker visits the inner nodes of a tree in preorder and keeps track of the
// box of the node.
type walker struct {
	*box
	t *tree
	// side is the share of each column that lies in the box.
	side []float64
	// active lists the columns that the path so far splits on, and depth how
	// often it does.
	active []int32
	depth  []int32
	// visit is called with each inner node and the volume of its box.
	visit func(n int32, volume float64)
}

func newWalker(t *tree) *walker {
	w := &walker{box: newBox(t), t: t, side: make([]float64, len(t.domain)), depth: make([]int32, len(t.domain))}
	for c := range w.side {
		w.side[c] = 1
	}
	return w
}

// walk visits the whole tree.
func (w *walker) walk(visit func(n int32, volume float64)) {
	w.visit = visit
	w.descend(0, 1)
}

func (w *walker) descend(n int32, volume float64) {
	t := w.t
	c := t.column[n]
	if c < 0 {
		return
	}
	w.visit(n, volume)
	left, right, p := n+1, t.right[n], t.share[n]
	if t.column[left] < 0 && t.column[right] < 0 {
		return
	}
	if w.depth[c] == 0 {
		w.active = append(w.active, c)
	}
	w.depth[c]++
	d, side := &t.domain[c], w.side[c]
	if d.levels == 0 {
		lo, hi, cut := w.lo[c], w.hi[c], t.cut[n]
		w.hi[c], w.side[c] = cut, d.position[cut]-d.position[lo]
		w.descend(left, volume*p)
		w.hi[c] = hi
		w.lo[c], w.side[c] = cut, d.position[hi]-d.position[cut]
		w.descend(right, volume*(1-p))
		w.lo[c] = lo
	} else {
		old, set := w.set[c], t.sets[t.cut[n]:]
		part := w.push(d.words)
		and(part, old, set)
		w.set[c], w.side[c] = part, side*p
		w.descend(left, volume*p)
		andNot(part, old, set)
		w.side[c] = side * (1 - p)
		w.descend(right, volume*(1-p))
		w.set[c] = old
		w.pop(d.words)
	}
	w.side[c] = side
	w.depth[c]--
	if w.depth[c] == 0 {
		w.active = w.active[:len(w.active)-1]
	}
}
