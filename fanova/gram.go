package fanova

import (
	"context"
	"math/bits"
)

// gram computes interactions of any order as sums of inner products.
//
// A node that splits on one column of the subset, below splits on all others,
// adds to f_U a product over the columns of functions with mean 0: for the column that
// is split 1-share left of the split and -share right of it, for the others the
// indicator of the box less its mean. Call that a factor.
type gram struct {
	ctx context.Context
	t   *tree
	// factors of the subset at hand; factor i has the ranges
	// i*len(u)..(i+1)*len(u)-1.
	factors []factor
	ranges  []factorRange
	sets    []uint64
	steps   int
}

type factor struct {
	weight float64
	split  int // place of the split column in the subset
}

// factorRange is the range of one column: cells lo..hi-1, of those below cut on
// the left, or the place of the set of levels in hi and that of the left part in cut; size is its share of
// the column, and share the part of it that is left.
type factorRange struct {
	lo, cut, hi int32
	size, share float64
}

// each visits the nodes that give a factor for the columns u.
func (g *gram) each(u []int, visit func(w *walker, n int32, split int, volume float64)) {
	place := make([]int, len(g.t.domain))
	for i, c := range u {
		place[c] = i + 1
	}
	w := newWalker(g.t)
	w.walk(func(n int32, volume float64) {
		c := g.t.column[n]
		if place[c] == 0 {
			return
		}
		for _, v := range u {
			if w.depth[v] == 0 && v != int(c) {
				return
			}
		}
		visit(w, n, place[c]-1, volume)
	})
}

// count returns the number of factors of the columns u.
func (g *gram) count(u []int) int {
	n := 0
	g.each(u, func(*walker, int32, int, float64) { n++ })
	return n
}

// interaction returns V_U of the columns u.
func (g *gram) interaction(u []int) (float64, error) {
	t := g.t
	g.factors, g.ranges, g.sets = g.factors[:0], g.ranges[:0], g.sets[:0]
	g.each(u, func(w *walker, n int32, split int, volume float64) {
		f := factor{weight: volume * (t.mean[n+1] - t.mean[t.right[n]]), split: split}
		for i, v := range u {
			r := factorRange{lo: w.lo[v], hi: w.hi[v], size: w.side[v]}
			f.weight /= r.size
			if t.domain[v].levels > 0 {
				r.hi = int32(len(g.sets))
				g.sets = append(g.sets, w.set[v]...)
			}
			if i == split {
				r.share, r.cut = t.share[n], t.cut[n]
				if t.domain[v].levels > 0 {
					r.cut = int32(len(g.sets))
					for j, x := range w.set[v] {
						g.sets = append(g.sets, x&t.sets[int(t.cut[n])+j])
					}
				}
			}
			g.ranges = append(g.ranges, r)
		}
		g.factors = append(g.factors, f)
	})
	total := 0.0
	for i := range g.factors {
		sum := 0.0
		for j := range i {
			sum += g.inner(u, i, j)
		}
		total += 2*sum + g.inner(u, i, i)
		if g.steps += i; g.steps >= 1<<16 {
			g.steps = 0
			if err := g.ctx.Err(); err != nil {
				return 0, err
			}
		}
	}
	return total, nil
}

// inner returns the mean of the product of factors i and j.
func (g *gram) inner(u []int, i, j int) float64 {
	f, h := &g.factors[i], &g.factors[j]
	v := f.weight * h.weight
	k := len(u)
	for c := range u {
		d, x, y := &g.t.domain[u[c]], &g.ranges[i*k+c], &g.ranges[j*k+c]
		all := g.common(d, x.lo, x.hi, y.lo, y.hi)
		switch splitX, splitY := c == f.split, c == h.split; {
		case !splitX && !splitY:
			v *= all - x.size*y.size
			continue
		case all == 0:
			return 0
		case !splitY:
			v *= g.common(d, x.lo, x.cut, y.lo, y.hi) - x.share*all
		case !splitX:
			v *= g.common(d, x.lo, x.hi, y.lo, y.cut) - y.share*all
		default:
			v *= g.common(d, x.lo, x.cut, y.lo, y.cut) -
				y.share*g.common(d, x.lo, x.cut, y.lo, y.hi) -
				x.share*g.common(d, x.lo, x.hi, y.lo, y.cut) +
				x.share*y.share*all
		}
		if v == 0 {
			return 0
		}
	}
	return v
}

// common returns the share of a column in both of two ranges of cells. For a categorical
// column hi is the place of a set, be it that of the whole range or of its
// left part.
func (g *gram) common(d *domain, lo, hi, lo2, hi2 int32) float64 {
	if d.levels == 0 {
		lo, hi = max(lo, lo2), min(hi, hi2)
		if lo >= hi {
			return 0
		}
		return d.position[hi] - d.position[lo]
	}
	n := 0
	for w := range d.words {
		n += bits.OnesCount64(g.sets[int(hi)+w] & g.sets[int(hi2)+w])
	}
	return float64(n) / float64(d.levels)
}
