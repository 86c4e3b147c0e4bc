package fanova

import (
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/nasalyze/nasalyze/forest"
)

// tree is a fitted tree as the decomposition needs it: split points as ranks,
// means and shares under the uniform measure, and no part without volume. The
// nodes are in preorder, so the left child of node n is n+1.
type tree struct {
	// column is the column that the node splits on, -1 for a leaf.
	column []int32
	// cut is the rank of the split point for a numeric column, in
	// 1..cells-1: the cells below it go left. For a categorical column it is
	// the offset into sets of the levels that go left.
	cut []int32
	// right is the right child.
	right []int32
	// share is the part of the node's volume that goes left, in (0, 1).
	share []float64
	// mean of the tree over the box of the node.
	mean []float64
	// sets holds the level sets of the categorical splits.
	sets []uint64
	// domain of each column.
	domain []domain
	// variance of the tree, 0 when it is constant.
	variance float64
}

// domain is the range of a column as one tree divides it.
type domain struct {
	// position of the cell borders of a numeric column, from 0 to 1: cell c
	// reaches from position[c] to position[c+1].
	position []float64
	// border holds the split points themselves, without the bounds.
	border []float64
	// levels of a categorical column, 0 for a numeric one, and the words that
	// a set of them takes.
	levels, words int
	// degenerate marks a numeric column whose bounds are equal, at point.
	degenerate bool
	lower      float64
}

// cells is the number of pieces that the tree divides the column into.
func (d *domain) cells() int {
	if d.levels > 0 {
		return d.levels
	}
	return len(d.position) - 1
}

// weight is the share of cell c.
func (d *domain) weight(c int) float64 {
	if d.levels > 0 {
		return 1 / float64(d.levels)
	}
	return d.position[c+1] - d.position[c]
}

// cell returns the cell that value v falls into; values outside the bounds
// count to the outermost cell.
func (d *domain) cell(v float64) int {
	if d.levels > 0 {
		return int(v)
	}
	// Rows with x <= threshold go left, so a value on a border is in the cell
	// below it.
	c, _ := slices.BinarySearch(d.border, v)
	return c
}

// checkTree tells what is wrong with a tree that was not fitted; errors name the
// node and the value.
func checkTree(columns []forest.Column, t *forest.Tree) error {
	n := len(t.Feature)
	if n == 0 {
		return fmt.Errorf("no nodes")
	}
	if len(t.Threshold) != n || t.Subset != nil && len(t.Subset) != n || len(t.Right) != n || len(t.Value) != n {
		return fmt.Errorf("arrays of unequal length, want %d nodes in each", n)
	}
	for i, c := range t.Feature {
		if c < 0 {
			if math.IsNaN(t.Value[i]) || math.IsInf(t.Value[i], 0) {
				return fmt.Errorf("leaf %d has value %v, want a finite number", i, t.Value[i])
			}
			continue
		}
		if int(c) >= len(columns) {
			return fmt.Errorf("node %d splits on column %d, want less than %d", i, c, len(columns))
		}
		if r := int(t.Right[i]); r <= t.Left(i) || r >= n {
			return fmt.Errorf("node %d has the right child %d, want one in %d..%d", i, r, i+2, n-1)
		}
		if s := t.LevelSet(i); s >= 0 {
			if columns[c].Levels == 0 {
				return fmt.Errorf("node %d splits numeric column %d by a set of levels", i, c)
			}
			if s+words(columns[c].Levels) > len(t.Bits) {
				return fmt.Errorf("node %d: set of levels at %d reaches beyond the %d words", i, s, len(t.Bits))
			}
		} else if math.IsNaN(t.Threshold[i]) {
			return fmt.Errorf("node %d has threshold NaN", i)
		}
	}
	return nil
}

func words(levels int) int { return (levels + 63) / 64 }

// newTree restricts a fitted tree to the columns' domain. Splits that leave all
// volume on one side are dropped, and so are splits between equal leaves.
func newTree(columns []forest.Column, src *forest.Tree, cut *Cutoffs) (*tree, error) {
	if err := checkTree(columns, src); err != nil {
		return nil, err
	}
	t := &tree{domain: make([]domain, len(columns))}
	b := builder{src: src, dst: t, cut: cut, rank: make([]int32, len(src.Feature))}
	b.divide(columns)
	b.box = newBox(t)
	n := len(src.Feature)
	t.column = make([]int32, 0, n)
	t.cut = make([]int32, 0, n)
	t.right = make([]int32, 0, n)
	t.share = make([]float64, 0, n)
	t.mean = make([]float64, 0, n)
	b.min, b.max = math.Inf(1), math.Inf(-1)
	b.build(0)
	t.variance = t.totalVariance()
	// Leaves that differ by rounding alone carry no information.
	if largest := math.Max(math.Abs(b.min), math.Abs(b.max)); b.max-b.min <= 16*epsilon*largest {
		t.variance = 0
	}
	return t, nil
}

const epsilon = 0x1p-52

type builder struct {
	src      *forest.Tree
	dst      *tree
	cut      *Cutoffs
	box      *box
	rank     []int32 // of the split point of each source node
	min, max float64
}

// divide sorts the split points of each numeric column and ranks them.
func (b *builder) divide(columns []forest.Column) {
	type split struct {
		at   float64
		node int32
	}
	count := make([]int, len(columns)+1)
	numeric := func(i int) bool {
		c := b.src.Feature[i]
		return c >= 0 && columns[c].Levels == 0
	}
	for i, c := range b.src.Feature {
		if numeric(i) {
			count[c+1]++
		}
	}
	for c := range columns {
		count[c+1] += count[c]
	}
	all := make([]split, count[len(columns)])
	next := slices.Clone(count)
	for i, c := range b.src.Feature {
		if numeric(i) {
			all[next[c]] = split{b.src.Threshold[i], int32(i)}
			next[c]++
		}
	}
	for c, col := range columns {
		d := &b.dst.domain[c]
		if col.Levels > 0 {
			d.levels, d.words = col.Levels, words(col.Levels)
			continue
		}
		lower, upper := col.Bounds()
		d.lower = lower
		d.degenerate = lower == upper
		mine := all[count[c]:count[c+1]]
		slices.SortFunc(mine, func(x, y split) int {
			switch {
			case x.at < y.at:
				return -1
			case x.at > y.at:
				return 1
			}
			return int(x.node - y.node)
		})
		d.position = append(d.position, 0)
		for _, s := range mine {
			// The rank 0 sends everything right, the last one everything left.
			p := (s.at - lower) / (upper - lower)
			switch {
			case s.at < lower || s.at == lower && !d.degenerate || p <= 0:
				b.rank[s.node] = 0
			case s.at >= upper || p >= 1:
				b.rank[s.node] = math.MaxInt32
			default:
				if p > d.position[len(d.position)-1] {
					d.position = append(d.position, p)
					d.border = append(d.border, s.at)
				}
				b.rank[s.node] = int32(len(d.position) - 1)
			}
		}
		d.position = append(d.position, 1)
	}
}

// build appends the subtree of source node i as it is within the current box.
func (b *builder) build(i int) {
	t, x := b.dst, b.box
	c := b.src.Feature[i]
	if c < 0 {
		v := b.src.Value[i]
		if b.cut != nil {
			v = b.cut.clamp(v)
		}
		b.min, b.max = math.Min(b.min, v), math.Max(b.max, v)
		b.append(-1, 0, 0, v)
		return
	}
	l, r := b.src.Left(i), int(b.src.Right[i])
	d := &t.domain[c]
	n := int32(len(t.column))
	if d.levels == 0 {
		k := b.rank[i]
		lo, hi := x.lo[c], x.hi[c]
		if k <= lo {
			b.build(r)
			return
		}
		if k >= hi {
			b.build(l)
			return
		}
		b.append(c, k, (d.position[k]-d.position[lo])/(d.position[hi]-d.position[lo]), 0)
		x.hi[c] = k
		b.build(l)
		x.hi[c] = hi
		t.right[n] = int32(len(t.column))
		x.lo[c] = k
		b.build(r)
		x.lo[c] = lo
	} else {
		at := len(t.sets)
		t.sets = append(t.sets, make([]uint64, d.words)...)
		b.leftLevels(i, d.levels, t.sets[at:])
		old := x.set[c]
		goLeft := 0
		for w, s := range old {
			goLeft += bits.OnesCount64(s & t.sets[at+w])
		}
		all := onesCount(old)
		if goLeft == 0 || goLeft == all {
			t.sets = t.sets[:at]
			if goLeft == 0 {
				l = r
			}
			b.build(l)
			return
		}
		b.append(c, int32(at), float64(goLeft)/float64(all), 0)
		part := x.push(d.words)
		and(part, old, t.sets[at:])
		x.set[c] = part
		b.build(l)
		t.right[n] = int32(len(t.column))
		andNot(part, old, t.sets[at:])
		b.build(r)
		x.set[c] = old
		x.pop(d.words)
	}
	left, right := n+1, t.right[n]
	// This form gives the common value exactly when both sides are equal.
	t.mean[n] = t.mean[left] + (1-t.share[n])*(t.mean[right]-t.mean[left])
	if t.column[left] < 0 && t.column[right] < 0 && t.mean[left] == t.mean[right] {
		t.truncate(n)
	}
}

// leftLevels writes the set of levels that source node i sends left.
func (b *builder) leftLevels(i, levels int, set []uint64) {
	if s := b.src.LevelSet(i); s >= 0 {
		copy(set, b.src.Bits[s:s+words(levels)])
		return
	}
	for l := range levels {
		if float64(l) <= b.src.Threshold[i] {
			set[l>>6] |= 1 << (l & 63)
		}
	}
}

func (b *builder) append(column, cut int32, share, mean float64) {
	t := b.dst
	t.column = append(t.column, column)
	t.cut = append(t.cut, cut)
	t.right = append(t.right, -1)
	t.share = append(t.share, share)
	t.mean = append(t.mean, mean)
}

// truncate makes node n, the last inner one, a leaf.
func (t *tree) truncate(n int32) {
	t.column = t.column[:n+1]
	t.cut = t.cut[:n+1]
	t.right = t.right[:n+1]
	t.share = t.share[:n+1]
	t.mean = t.mean[:n+1]
	t.column[n], t.right[n] = -1, -1
}

// totalVariance of the tree by the law of total variance, from the leaves up:
// a sum of terms none of which is negative.
func (t *tree) totalVariance() float64 { return t.variances()[0] }

// variances of the tree within each node.
func (t *tree) variances() []float64 {
	v := make([]float64, len(t.column))
	for n := len(v) - 1; n >= 0; n-- {
		if t.column[n] < 0 {
			continue
		}
		l, r, p := n+1, t.right[n], t.share[n]
		d := t.mean[l] - t.mean[r]
		v[n] = p*v[l] + (1-p)*v[r] + p*(1-p)*d*d
	}
	return v
}

func onesCount(set []uint64) int {
	n := 0
	for _, s := range set {
		n += bits.OnesCount64(s)
	}
	return n
}

func and(dst, a, b []uint64) {
	for w := range dst {
		dst[w] = a[w] & b[w]
	}
}

func andNot(dst, a, b []uint64) {
	for w := range dst {
		dst[w] = a[w] &^ b[w]
	}
}
