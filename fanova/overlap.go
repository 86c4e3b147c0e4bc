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
// is at most the product of the leaves and in practice far less; package
// benchmarks show it.
type overlap struct {
	t      *tree
	shared []bool
	// below tells the shared columns that the subtree of each node splits on,
	// column c as bit c%64. With more than 64 columns some have a bit in
	// common, which costs time but changes nothing else.
	below     []uint64
	ambiguous bool
	size      []int32 // nodes of each subtree
	p, q      *box
	// refP and refQ are the means that the covariance is taken about.
	refP, refQ float64

	ctx   context.Context
	steps int
	done  bool // the context is
}

func newOverlap(ctx context.Context, t *tree) *overlap {
	o := &overlap{
		t: t, ctx: ctx, p: newBox(t), q: newBox(t),
		shared:    make([]bool, len(t.domain)),
		below:     make([]uint64, len(t.column)),
		size:      make([]int32, len(t.column)),
		ambiguous: len(t.domain) > 64,
	}
	for n := len(t.column) - 1; n >= 0; n-- {
		o.size[n] = 1
		if t.column[n] >= 0 {
			o.size[n] += o.size[n+1] + o.size[t.right[n]]
		}
	}
	return o
}

// share chooses the shared columns.
func (o *overlap) share(shared func(c int) bool) {
	t := o.t
	for c := range o.shared {
		o.shared[c] = shared(c)
	}
	for n := len(t.column) - 1; n >= 0; n-- {
		c := t.column[n]
		if c < 0 {
			o.below[n] = 0
			continue
		}
		o.below[n] = o.below[n+1] | o.below[t.right[n]]
		if o.shared[c] {
			o.below[n] |= 1 << (c & 63)
		}
	}
}

// narrow restricts both boxes to one side of node n and returns what restores
// them.
func (o *overlap) narrow(n int32, left bool) func() {
	t := o.t
	c := t.column[n]
	d := &t.domain[c]
	if d.levels == 0 {
		lo, hi := o.p.lo[c], o.p.hi[c]
		if left {
			o.p.hi[c], o.q.hi[c] = t.cut[n], t.cut[n]
		} else {
			o.p.lo[c], o.q.lo[c] = t.cut[n], t.cut[n]
		}
		return func() {
			o.p.lo[c], o.q.lo[c], o.p.hi[c], o.q.hi[c] = lo, lo, hi, hi
		}
	}
	old := o.p.set[c]
	part := o.p.push(d.words)
	if left {
		and(part, old, t.sets[t.cut[n]:])
	} else {
		andNot(part, old, t.sets[t.cut[n]:])
	}
	o.p.set[c], o.q.set[c] = part, part
	return func() {
		o.p.set[c], o.q.set[c] = old, old
		o.p.pop(d.words)
	}
}

// explained returns Var(E[f | shared columns]) within node n, whose box is the
// current one.
func (o *overlap) explained(n int32) float64 {
	t := o.t
	if o.below[n] == 0 {
		return 0
	}
	l, r, p := n+1, t.right[n], t.share[n]
	if !o.shared[t.column[n]] {
		v := 2 * p * (1 - p) * o.covariance(l, r)
		return v + p*p*o.explained(l) + (1-p)*(1-p)*o.explained(r)
	}
	delta := t.mean[l] - t.mean[r]
	v := p * (1 - p) * delta * delta
	restore := o.narrow(n, true)
	v += p * o.explained(l)
	restore()
	restore = o.narrow(n, false)
	v += (1 - p) * o.explained(r)
	restore()
	return v
}

// unexplained returns E[Var(f | shared columns)] within node n, whose box is the
// current one, as a sum of terms none of which is negative: half the
// mean squared difference of f at two points that agree in the shared columns. has[n]
// tells whether the subtree splits on an unshared column, and variance[n] is
// its variance.
func (o *overlap) unexplained(n int32, has []bool, variance []float64) float64 {
	t := o.t
	if !has[n] {
		return 0
	}
	l, r, p := n+1, t.right[n], t.share[n]
	if !o.shared[t.column[n]] {
		delta := t.mean[l] - t.mean[r]
		v := p * (1 - p) * (delta*delta + max(0, variance[l]+variance[r]-2*o.covariance(l, r)))
		return v + p*p*o.unexplained(l, has, variance) + (1-p)*(1-p)*o.unexplained(r, has, variance)
	}
	restore := o.narrow(n, true)
	v := p * o.unexplained(l, has, variance)
	restore()
	restore = o.narrow(n, false)
	v += (1 - p) * o.unexplained(r, has, variance)
	restore()
	return v
}

// covariance of the subtrees p and q, which have the current box in common.
func (o *overlap) covariance(p, q int32) float64 {
	o.refP, o.refQ = o.t.mean[p], o.t.mean[q]
	return o.product(p, q, 0, 0)
}

// product returns the mean of (f_p - refP)(f_q - refQ) over the common box of p and
// q. cutP and cutQ tell the shared columns in which the common box is smaller than
// that of p and of q.
func (o *overlap) product(p, q int32, cutP, cutQ uint64) float64 {
	t := o.t
	bp, bq := o.below[p], o.below[q]
	openP, openQ := bp&(bq|cutP), bq&(bp|cutQ)
	if openP|openQ == 0 {
		return (t.mean[p] - o.refP) * (t.mean[q] - o.refQ)
	}
	if o.steps++; o.steps&0xffff == 0 && o.ctx.Err() != nil {
		o.done = true
	}
	if o.done {
		return 0
	}
	// Divide the larger one of those that matter.
	if openQ == 0 || openP != 0 && o.size[p] >= o.size[q] {
		return o.divide(p, q, cutP, cutQ, o.p, o.q, false)
	}
	return o.divide(q, p, cutQ, cutP, o.q, o.p, true)
}

// divide goes down to the children of p; mine is the box of p and other that of q,
// and swapped tells that the two have changed roles.
func (o *overlap) divide(p, q int32, cutP, cutQ uint64, mine, other *box, swapped bool) float64 {
	t := o.t
	c := t.column[p]
	l, r := p+1, t.right[p]
	next := func(child int32, cutP, cutQ uint64) float64 {
		if swapped {
			return o.product(q, child, cutQ, cutP)
		}
		return o.product(child, q, cutP, cutQ)
	}
	if !o.shared[c] {
		s := t.share[p]
		return s*next(l, cutP, cutQ) + (1-s)*next(r, cutP, cutQ)
	}
	d := &t.domain[c]
	bit := uint64(1) << (c & 63)
	mark := func(smallerP, smallerQ bool) (uint64, uint64) {
		newP, newQ := cutP&^bit, cutQ&^bit
		if smallerP || o.ambiguous && cutP&bit != 0 {
			newP |= bit
		}
		if smallerQ || o.ambiguous && cutQ&bit != 0 {
			newQ |= bit
		}
		return newP, newQ
	}
	if d.levels == 0 {
		lo, hi, cut := mine.lo[c], mine.hi[c], t.cut[p]
		qlo, qhi := other.lo[c], other.hi[c]
		from, to := max(lo, qlo), min(hi, qhi)
		v := 0.0
		s := 1.0
		if cut < to {
			s = 0
			if cut > from {
				s = (d.position[cut] - d.position[from]) / (d.position[to] - d.position[from])
			}
		}
		if s > 0 {
			mine.hi[c] = cut
			cp, cq := mark(lo < qlo || cut > qhi, qlo < lo || qhi > cut)
			v += s * next(l, cp, cq)
			mine.hi[c] = hi
		}
		if s < 1 {
			mine.lo[c] = cut
			cp, cq := mark(cut < qlo || hi > qhi, qlo < cut || qhi > hi)
			v += (1 - s) * next(r, cp, cq)
			mine.lo[c] = lo
		}
		return v
	}
	old, theirs, goLeft := mine.set[c], other.set[c], t.sets[t.cut[p]:]
	both, left := 0, 0
	for w, x := range old {
		both += bits.OnesCount64(x & theirs[w])
		left += bits.OnesCount64(x & theirs[w] & goLeft[w])
	}
	v := 0.0
	part := mine.push(d.words)
	mine.set[c] = part
	if left > 0 {
		and(part, old, goLeft)
		cp, cq := mark(!subset(part, theirs), !subset(theirs, part))
		v += float64(left) / float64(both) * next(l, cp, cq)
	}
	if left < both {
		andNot(part, old, goLeft)
		cp, cq := mark(!subset(part, theirs), !subset(theirs, part))
		v += float64(both-left) / float64(both) * next(r, cp, cq)
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
