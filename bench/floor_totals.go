package main

import (
	"math"
	"math/bits"
	"slices"

	"github.com/nasalyze/nasalyze/forest"
)

// totalTerms counts the products that total effects cannot do without.
//
// Two points that differ in one column alone part at one node, which splits on that
// column. So the total effects are sums over the pairs of leaves, one from either side of
// a split, whose boxes meet in all other columns. Two subtrees that split on different columns, none
// of which the box of the other one restricts, are independent where they meet: all pairs of
// their leaves are one product of their means. Counted is the smallest number of such
// products that the pairs can be divided into, whatever the order.
//
// Of more than 64 columns, or levels of one, nothing is counted, which is a bound too.
func totalTerms(f *forest.Forest) floor {
	out := floor{Unit: "product of two independent subtrees"}
	if len(f.Columns) > 64 {
		return out
	}
	for _, c := range f.Columns {
		if c.Levels > 64 {
			return out
		}
	}
	var p products
	for i := range f.Trees {
		p.reset(f.Columns, &f.Trees[i])
		for node := range f.Trees[i].NumNodes() {
			if !f.Trees[i].IsLeaf(node) {
				out.Units += float64(p.across(node))
			}
		}
	}
	out.Bytes = 2 * nodeBytes * out.Units
	return out
}

// side of a box in one column: an interval or a set of levels.
type side struct {
	lo, hi float64
	levels uint64
}

func (s side) and(o side) side {
	return side{max(s.lo, o.lo), min(s.hi, o.hi), s.levels & o.levels}
}

func (s side) empty() bool { return s.lo >= s.hi && s.levels == 0 }

// parts of a column that a node sends left and right.
func parts(t *forest.Tree, node int) (left, right side) {
	if at := t.LevelSet(node); at >= 0 {
		return side{levels: t.Bits[at]}, side{levels: ^t.Bits[at]}
	}
	cut := t.Threshold[node]
	return side{lo: math.Inf(-1), hi: cut}, side{lo: cut, hi: math.Inf(1)}
}

// products counts those of one tree.
type products struct {
	t       *forest.Tree
	columns int
	boxes   []side   // of all nodes, column by column
	path    []uint64 // columns that are split on above each node
	below   []uint64 // columns that are split on in each subtree
	size    []int    // nodes of each subtree

	shared         uint64  // all columns but that of the node at hand
	table          []int32 // 1 + count by p and q, 0 where not known
	origin, stride int
}

func (s *products) reset(columns []forest.Column, t *forest.Tree) {
	nodes := t.NumNodes()
	s.t, s.columns = t, len(columns)
	s.boxes = make([]side, nodes*len(columns))
	s.path, s.below, s.size = make([]uint64, nodes), make([]uint64, nodes), make([]int, nodes)
	for c, column := range columns {
		if column.Levels > 0 {
			s.boxes[c].levels = ^uint64(0) >> (64 - column.Levels)
		} else {
			s.boxes[c].lo, s.boxes[c].hi = column.Bounds()
		}
	}
	for node := range nodes {
		if t.IsLeaf(node) {
			continue
		}
		u := t.Feature[node]
		left, right := parts(t, node)
		for child, part := range map[int]side{t.Left(node): left, int(t.Right[node]): right} {
			copy(s.box(child), s.box(node))
			s.box(child)[u] = s.box(node)[u].and(part)
			s.path[child] = s.path[node] | 1<<u
		}
	}
	for node := nodes - 1; node >= 0; node-- {
		s.size[node] = 1
		if !t.IsLeaf(node) {
			left, right := t.Left(node), t.Right[node]
			s.size[node] += s.size[left] + s.size[right]
			s.below[node] = s.below[left] | s.below[right] | 1<<t.Feature[node]
		}
	}
}

func (s *products) box(node int) []side { return s.boxes[node*s.columns:][:s.columns] }

// across counts the products of the two sides of a node, over all columns but its own.
func (s *products) across(node int) int32 {
	left, right := s.t.Left(node), int(s.t.Right[node])
	s.shared = ^(uint64(1) << s.t.Feature[node])
	s.origin, s.stride = left*s.size[right]+right, s.size[right]
	s.table = slices.Grow(s.table[:0], s.size[left]*s.size[right])[:s.size[left]*s.size[right]]
	clear(s.table)
	return s.count(left, right)
}

// count returns how few products the pairs of leaves below p and q can be divided into, 0
// if the boxes do not meet.
func (s *products) count(p, q int) int32 {
	known := &s.table[p*s.stride+q-s.origin]
	if *known == 0 {
		*known = 1 + s.divide(p, q)
	}
	return *known - 1
}

func (s *products) divide(p, q int) int32 {
	a, b := s.box(p), s.box(q)
	for both := s.path[p] & s.path[q] & s.shared; both != 0; both &= both - 1 {
		if c := bits.TrailingZeros64(both); a[c].and(b[c]).empty() {
			return 0
		}
	}
	belowP, belowQ := s.below[p]&s.shared, s.below[q]&s.shared
	together := belowP & belowQ
	for either := belowP | belowQ; either != 0 && together == 0; either &= either - 1 {
		c := bits.TrailingZeros64(either)
		both := a[c].and(b[c])
		if belowP>>c&1 != 0 && both != a[c] || belowQ>>c&1 != 0 && both != b[c] {
			together |= 1 << c
		}
	}
	if together == 0 {
		return 1
	}
	least := int32(math.MaxInt32)
	if !s.t.IsLeaf(p) {
		least = s.count(s.t.Left(p), q) + s.count(int(s.t.Right[p]), q)
	}
	if !s.t.IsLeaf(q) {
		least = min(least, s.count(p, s.t.Left(q))+s.count(p, int(s.t.Right[q])))
	}
	return least
}
