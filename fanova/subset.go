package fanova

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// Subset returns the effect of any set of columns: Individual is their pure
// interaction and Total the closed effect, that of the set with all its subsets.
// It stops with the error of the context when that is done.
//
// The pure interaction comes from the k nodes that split on one of the columns
// below splits on all others: O(k^2) for three columns and more, where k is
// small as a rule. The closed effect comes from the pairs of leaves whose boxes
// meet in the chosen columns.
//
// It is an error if no column is given, one does not exist or is given twice.
func (d *Decomposition) Subset(ctx context.Context, cols ...int) (Effect, error) {
	if len(cols) == 0 {
		return Effect{}, errors.New("fanova: the effect of no columns")
	}
	u := slices.Sorted(slices.Values(cols))
	for i, c := range u {
		if err := d.checkColumn(c); err != nil {
			return Effect{}, err
		}
		if i > 0 && u[i-1] == c {
			return Effect{}, fmt.Errorf("fanova: column %d given twice", c)
		}
	}
	effect := d.newEffect(u...)
	solvers := make([]pairSolver, d.workers(len(d.trees)))
	err := d.parallel(ctx, len(d.trees), d.opt.Progress, func(worker, k int) error {
		t, m := d.trees[k], d.mains[k]
		if t.variance == 0 {
			effect.set(k, 0, 0, 0)
			return nil
		}
		var individual, closed float64
		switch len(u) {
		case 1:
			individual = m[u[0]].variance
			closed = individual
		case 2:
			individual = solvers[worker].only(t, u[0], u[1])
			closed = m[u[0]].variance + m[u[1]].variance + individual
		default:
			o := newOverlap(ctx, t)
			o.share(func(c int) bool { return slices.Contains(u, c) })
			individual, closed = interaction(o, u), o.explained(0)
			if o.done {
				return ctx.Err()
			}
		}
		effect.set(k, t.variance, individual, closed)
		return nil
	})
	if err != nil {
		return Effect{}, err
	}
	effects := []Effect{effect}
	summarise(effects)
	return effects[0], nil
}

// only returns the interaction of a single pair a < b.
func (s *pairSolver) only(t *tree, a, b int) float64 {
	s.reset(t)
	s.collect(a, a+1, func(x, y int) bool { return x == a && y == b })
	return max(s.variance(a, b), 0)
}

// factor is what a node that splits on one column of a subset, below splits on
// all others, adds to the interaction of the subset, as a product over its columns
// of functions with mean 0: (1-share) left of the split and -share right of it
// for the column that is split, the indicator of the box less its mean for the
// others. Their sum, weighted, is f_U.
type factor struct {
	weight float64
	split  int // place of the split column in the subset
	ranges []factorRange
}

// factorRange is the range of one column: cells lo..hi-1, of those below cut on
// the left, or sets of levels; size is its share of the column and left that of the part
// on the left.
type factorRange struct {
	lo, cut, hi int32
	set, goLeft []uint64
	size, left  float64
}

// interaction returns V_U of the columns u as the sum of the inner products
// of all pairs of factors.
func interaction(o *overlap, u []int) float64 {
	t := o.t
	place := make([]int, len(t.domain))
	for i := range place {
		place[i] = -1
	}
	for i, c := range u {
		place[c] = i
	}
	var factors []factor
	w := newWalker(t)
	w.walk(func(n int32, volume float64) {
		c := t.column[n]
		if place[c] < 0 {
			return
		}
		for _, v := range u {
			if w.depth[v] == 0 && v != int(c) {
				return
			}
		}
		f := factor{weight: volume * (t.mean[n+1] - t.mean[t.right[n]]), split: place[c], ranges: make([]factorRange, len(u))}
		for i, v := range u {
			r := factorRange{lo: w.lo[v], hi: w.hi[v], set: slices.Clone(w.set[v]), size: w.side[v]}
			if i == f.split {
				r.cut, r.left = t.cut[n], t.share[n]*r.size
				if r.set != nil {
					r.goLeft = make([]uint64, len(r.set))
					and(r.goLeft, r.set, t.sets[t.cut[n]:])
				}
			}
			f.weight /= r.size
			f.ranges[i] = r
		}
		factors = append(factors, f)
	})
	total := 0.0
	for i := range factors {
		f := &factors[i]
		sum := 0.0
		for j := range factors[:i] {
			sum += inner(t, u, f, &factors[j])
		}
		total += 2*sum + inner(t, u, f, f)
		if o.steps += i; o.steps >= 1<<16 {
			o.steps = 0
			if o.ctx.Err() != nil {
				o.done = true
				return math.NaN()
			}
		}
	}
	return total
}

// inner returns the mean of the product of two factors.
func inner(t *tree, u []int, f, g *factor) float64 {
	v := f.weight * g.weight
	for i, c := range u {
		d := &t.domain[c]
		x, y := &f.ranges[i], &g.ranges[i]
		both := d.common(x.lo, x.hi, y.lo, y.hi, x.set, y.set)
		switch {
		case f.split != i && g.split != i:
			both -= x.size * y.size
		case g.split != i:
			// (1-p) L - p R = L - p (L+R) with the parts L and R of the other range.
			both = d.common(x.lo, x.cut, y.lo, y.hi, x.goLeft, y.set) - x.left/x.size*both
		case f.split != i:
			both = d.common(x.lo, x.hi, y.lo, y.cut, x.set, y.goLeft) - y.left/y.size*both
		default:
			p, q := x.left/x.size, y.left/y.size
			ll := d.common(x.lo, x.cut, y.lo, y.cut, x.goLeft, y.goLeft)
			la := d.common(x.lo, x.cut, y.lo, y.hi, x.goLeft, y.set)
			al := d.common(x.lo, x.hi, y.lo, y.cut, x.set, y.goLeft)
			both = ll - q*la - p*al + p*q*both
		}
		if both == 0 {
			return 0
		}
		v *= both
	}
	return v
}

// common returns the share of the column in both of two ranges.
func (d *domain) common(lo, hi, lo2, hi2 int32, set, set2 []uint64) float64 {
	if d.levels == 0 {
		lo, hi = max(lo, lo2), min(hi, hi2)
		if lo >= hi {
			return 0
		}
		return d.position[hi] - d.position[lo]
	}
	n := 0
	for w, x := range set {
		n += bits.OnesCount64(x & set2[w])
	}
	return float64(n) / float64(d.levels)
}
