package fanova

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/bits"
	"slices"

	"github.com/nasalyze/nasalyze/internal/pieces"
)

// Subset returns the effect of any set of columns: Individual is their pure
// interaction and Total the closed effect, that of the set with all its subsets.
// It stops with the error of the context when that is done.
//
// From three columns on, the marginal is tabulated where the tree divides the
// columns into few cells. Else the interaction takes O(k^2) per tree for the k nodes
// that split on one of the columns below splits on all others, which are few as
// a rule; the closed effect is the sum over the subsets where these are cheap, or
// comes from the pairs of leaves whose boxes meet in the chosen columns, of which
// there are at most the square of the number of splits on them.
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
	solvers := make([]pairSolver, pieces.Workers(d.opt.Workers, len(d.trees)))
	err := pieces.Do(ctx, len(d.trees), d.opt.Workers, d.opt.Progress, func(worker, k int) error {
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
			var err error
			individual, closed, err = d.subsetOfTree(ctx, &solvers[worker], k, u)
			if err != nil {
				return err
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
	s.collect([][2]int{{a, b}})
	return max(s.variance(a, b), 0)
}

// subsetOfTree returns the interaction of three columns or more, and the closed
// effect.
func (d *Decomposition) subsetOfTree(ctx context.Context, s *pairSolver, k int, u []int) (individual, closed float64, err error) {
	t := d.trees[k]
	splits := 0.0
	for _, c := range t.column {
		if c >= 0 && slices.Contains(u, int(c)) {
			splits++
		}
	}
	g := gram{ctx: ctx, t: t}
	factors := float64(g.count(u))
	// Rough costs in nanoseconds: passes over the cells and updates for each
	// split, against the inner products.
	const maxCells = 1 << 22
	if n := cubeCells(t, u, maxCells); n <= maxCells {
		cost := 8*float64(len(u)*n) + 8*splits*math.Pow(2, float64(len(u)))
		if cost <= 4*float64(len(u))*factors*factors {
			q := newCube(t, u)
			closed = q.square()
			q.center()
			return q.square(), closed, nil
		}
	}
	individual, err = g.interaction(u)
	if err != nil || len(u) == len(t.domain) {
		return individual, t.variance, err
	}
	if lattice, ok := g.lattice(u, splits); ok {
		closed = individual
		for _, w := range lattice {
			v, err := g.interaction(w)
			if err != nil {
				return 0, 0, err
			}
			closed += v
		}
		for i, a := range u {
			closed += d.mains[k][a].variance
			for _, b := range u[i+1:] {
				closed += s.only(t, a, b)
			}
		}
		return individual, closed, nil
	}
	o := newOverlap(ctx, t)
	o.share(func(c int) bool { return slices.Contains(u, c) })
	closed = o.explained(0)
	if o.done {
		return 0, 0, ctx.Err()
	}
	return individual, closed, nil
}

// lattice returns the proper subsets of u with three columns or more, and whether to
// add up their interactions is cheaper than the traversal, for the given number of
// splits on u.
func (g *gram) lattice(u []int, splits float64) ([][]int, bool) {
	if len(u) > 6 {
		return nil, false
	}
	// An inner product of two factors takes about 4 ns per column, the
	// traversal about 32 ns per pair of splits.
	cost := 0.0
	var lattice [][]int
	for mask := 1; mask < 1<<len(u)-1; mask++ {
		if bits.OnesCount(uint(mask)) < 3 {
			continue
		}
		w := choose(u, mask)
		n := float64(g.count(w))
		cost += 4 * float64(len(w)) * n * n
		lattice = append(lattice, w)
	}
	return lattice, cost <= 32*splits*splits
}

// choose returns the elements of u whose bits are set.
func choose(u []int, mask int) []int {
	var w []int
	for i, c := range u {
		if mask>>i&1 != 0 {
			w = append(w, c)
		}
	}
	return w
}
