package fanova

import (
	"context"
	"math/bits"
)

// overlap computes the covariance of two subtrees over some shared columns: each
// subtree is averaged over the other columns on its own.
//
// Both subtrees are traversed at once. A pair of nodes is dropped where
// their boxes do not meet in the shared columns. It is settled without
// going further where neither subtree splits on a shared column that the
// other one splits on, too, or that the other one's box restricts: then the two are
// independent over the common box and their means are the nodes' own.
//
// The time is proportional to the number of pairs of leaves that remain. This
// is at most the product of the leaves, and in practice about a tenth of it.
type overlap struct {
	t      *tree
	shared []bool
	// nodes of the tree, with what the traversal needs of each in one place.
	nodes []overlapNode
	// ambiguous tells that several columns have the same bit in masks.
	ambiguous bool
	// boxes of the two subtrees.
	boxes [2]*box
	// reference values that the product is taken about.
	reference [2]float64

	ctx   context.Context
	steps int
	done  bool // the context is
}

type overlapNode struct {
	mean, share float64
	// below tells the shared columns that the subtree splits on, column c as
	// bit c%64. With more than 64 columns some have a bit in common, which
	// costs time but changes nothing else.
	below uint64
	// column, or -2-column if it is not shared.
	column, cut, right int32
	size               int32 // nodes of the subtree
}

func newOverlap(ctx context.Context, t *tree) *overlap {
	o := &overlap{
		t: t, ctx: ctx, boxes: [2]*box{newBox(t), newBox(t)},
		shared:    make([]bool, len(t.domain)),
		nodes:     make([]overlapNode, len(t.column)),
		ambiguous: len(t.domain) > 64,
	}
	for n := len(t.column) - 1; n >= 0; n-- {
		x := overlapNode{mean: t.mean[n], share: t.share[n], cut: t.cut[n], right: t.right[n], size: 1}
		if t.column[n] >= 0 {
			x.size += o.nodes[n+1].size + o.nodes[x.right].size
		}
		o.nodes[n] = x
	}
	return o
}

// share chooses the shared columns.
func (o *overlap) share(shared func(c int) bool) {
	for c := range o.shared {
		o.shared[c] = shared(c)
	}
	for n := len(o.nodes) - 1; n >= 0; n-- {
		x := &o.nodes[n]
		x.column = o.t.column[n]
		x.below = 0
		if x.column < 0 {
			continue
		}
		x.below = o.nodes[n+1].below | o.nodes[x.right].below
		if o.shared[x.column] {
			x.below |= 1 << (x.column & 63)
		} else {
			x.column = -2 - x.column
		}
	}
}

// within calls f with both boxes restricted to one side of node n, which splits
// on a shared column.
func (o *overlap) within(n int32, left bool, f func() float64) float64 {
	x := &o.nodes[n]
	p, q, c := o.boxes[0], o.boxes[1], x.column
	if d := &o.t.domain[c]; d.levels > 0 {
		old, part := p.set[c], p.push(d.words)
		if left {
			and(part, old, o.t.sets[x.cut:])
		} else {
			andNot(part, old, o.t.sets[x.cut:])
		}
		p.set[c], q.set[c] = part, part
		v := f()
		p.set[c], q.set[c] = old, old
		p.pop(d.words)
		return v
	}
	lo, hi := p.lo[c], p.hi[c]
	if left {
		p.hi[c], q.hi[c] = x.cut, x.cut
	} else {
		p.lo[c], q.lo[c] = x.cut, x.cut
	}
	v := f()
	p.lo[c], p.hi[c], q.lo[c], q.hi[c] = lo, hi, lo, hi
	return v
}

// explained returns Var(E[f | shared columns]) within node n, whose box is the
// current one.
func (o *overlap) explained(n int32) float64 {
	x := &o.nodes[n]
	if x.below == 0 {
		return 0
	}
	l, r, p := n+1, x.right, x.share
	if x.column < 0 {
		v := 2 * p * (1 - p) * o.covariance(l, r)
		return v + p*p*o.explained(l) + (1-p)*(1-p)*o.explained(r)
	}
	delta := o.nodes[l].mean - o.nodes[r].mean
	return p*(1-p)*delta*delta +
		p*o.within(n, true, func() float64 { return o.explained(l) }) +
		(1-p)*o.within(n, false, func() float64 { return o.explained(r) })
}

// unexplained returns E[Var(f | shared columns)] within node n, whose box is the
// current one, as a sum of terms none of which is negative: half the
// mean squared difference of f at two points that agree in the shared columns. has[n]
// tells whether the subtree splits on an unshared column, and variance[n] is
// its variance.
func (o *overlap) unexplained(n int32, has []bool, variance []float64) float64 {
	if !has[n] {
		return 0
	}
	x := &o.nodes[n]
	l, r, p := n+1, x.right, x.share
	if x.column < 0 {
		delta := o.nodes[l].mean - o.nodes[r].mean
		v := p * (1 - p) * (delta*delta + max(0, variance[l]+variance[r]-2*o.covariance(l, r)))
		return v + p*p*o.unexplained(l, has, variance) + (1-p)*(1-p)*o.unexplained(r, has, variance)
	}
	return p*o.within(n, true, func() float64 { return o.unexplained(l, has, variance) }) +
		(1-p)*o.within(n, false, func() float64 { return o.unexplained(r, has, variance) })
}

// covariance of the subtrees p and q, which have the current box in common.
func (o *overlap) covariance(p, q int32) float64 {
	o.reference = [2]float64{o.nodes[p].mean, o.nodes[q].mean}
	return o.product(p, q, 0, 0, 0)
}

// product returns the mean of (f_p - reference)(f_q - reference) over the common box
// of p, which has the box number side, and q, which has the other one. cutP and
// cutQ tell the shared columns in which the common box is smaller than that of
// p and of q.
func (o *overlap) product(p, q int32, cutP, cutQ uint64, side int) float64 {
	a, b := &o.nodes[p], &o.nodes[q]
	openP, openQ := a.below&(b.below|cutP), b.below&(a.below|cutQ)
	if openP|openQ == 0 {
		return (a.mean - o.reference[side&1]) * (b.mean - o.reference[side&1^1])
	}
	// Divide the larger one of those that matter.
	if openP == 0 || openQ != 0 && b.size > a.size {
		a, p, q, cutP, cutQ, side = b, q, p, cutQ, cutP, side^1
	}
	c := a.column
	if c < 0 {
		return a.share*o.product(p+1, q, cutP, cutQ, side) + (1-a.share)*o.product(a.right, q, cutP, cutQ, side)
	}
	if o.steps++; o.steps&0xffff == 0 && o.ctx.Err() != nil {
		o.done = true
	}
	if o.done {
		return 0
	}
	d := &o.t.domain[c]
	if d.levels > 0 {
		return o.productLevels(p, q, cutP, cutQ, side)
	}
	mine, other := o.boxes[side&1], o.boxes[side&1^1]
	lo, hi, cut := mine.lo[c], mine.hi[c], a.cut
	qlo, qhi := other.lo[c], other.hi[c]
	from, to := max(lo, qlo), min(hi, qhi)
	bit := uint64(1) << (c & 63)
	if !o.ambiguous {
		cutP, cutQ = cutP&^bit, cutQ&^bit
	}
	var left, right float64
	if cut > from {
		cp, cq := cutP, cutQ
		if lo < qlo || qhi < cut {
			cp |= bit
		}
		if qlo < lo || cut < qhi {
			cq |= bit
		}
		mine.hi[c] = cut
		left = o.product(p+1, q, cp, cq, side)
		mine.hi[c] = hi
		if cut >= to {
			return left
		}
	}
	cp, cq := cutP, cutQ
	if cut < qlo || qhi < hi {
		cp |= bit
	}
	if qlo < cut || hi < qhi {
		cq |= bit
	}
	mine.lo[c] = cut
	right = o.product(a.right, q, cp, cq, side)
	mine.lo[c] = lo
	if cut <= from {
		return right
	}
	at := d.position[cut]
	return ((at-d.position[from])*left + (d.position[to]-at)*right) / (d.position[to] - d.position[from])
}

// productLevels is product for node p that splits on a categorical column.
func (o *overlap) productLevels(p, q int32, cutP, cutQ uint64, side int) float64 {
	a := &o.nodes[p]
	c := a.column
	d := &o.t.domain[c]
	mine, other := o.boxes[side&1], o.boxes[side&1^1]
	old, theirs, goLeft := mine.set[c], other.set[c], o.t.sets[a.cut:]
	both, left := 0, 0
	for w, x := range old {
		both += bits.OnesCount64(x & theirs[w])
		left += bits.OnesCount64(x & theirs[w] & goLeft[w])
	}
	bit := uint64(1) << (c & 63)
	if !o.ambiguous {
		cutP, cutQ = cutP&^bit, cutQ&^bit
	}
	part := mine.push(d.words)
	mine.set[c] = part
	child := func(n int32) float64 {
		cp, cq := cutP, cutQ
		if !subset(part, theirs) {
			cp |= bit
		}
		if !subset(theirs, part) {
			cq |= bit
		}
		return o.product(n, q, cp, cq, side)
	}
	v := 0.0
	if left > 0 {
		and(part, old, goLeft)
		v += float64(left) / float64(both) * child(p+1)
	}
	if left < both {
		andNot(part, old, goLeft)
		v += float64(both-left) / float64(both) * child(a.right)
	}
	mine.set[c] = old
	mine.pop(d.words)
	return v
}

func subset(a, b []uint64) bool {
	for w, x := range a {
		if x&^b[w] != 0 {
			return false
		}
	}
	return true
}
