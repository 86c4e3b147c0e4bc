package fanova

import (
	"context"
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze/internal/pieces"
)

// OneStep is a second estimate of the importances of all columns and pairs. See
// [Decomposition.OneStep].
type OneStep struct {
	Mains []float64 // by column
	Pairs []float64 // in the order (0,1), (0,2), ..., (1,2), ...
	// MainsLeft and PairsLeft are what rows clearly show to be missing in Mains and Pairs, 0 or more.
	MainsLeft, PairsLeft []float64
	// PairsUnclear may be missing in Pairs, too: what rows show, but not clearly. It can be negative.
	PairsUnclear []float64

	left left
}

// OneStep estimates the importances of single columns and of pairs from the mean of the
// trees and from what it leaves unexplained of rows that it has not seen. With g the mean
// of the trees, V_U(g) the variance of its effect g_U and e a residual,
//
//	V_U = V_U(g) + 2 E[g_U(x) e].
//
// If e is the response less a prediction of g without that row, the error of this is of second
// order: Var(g_U - f_U) too little, f being the truth. V_U(g) alone misses what
// g_U lacks of f_U twice. (The one-step estimator by the efficient influence function:
// Da Veiga and Gamboa, "Efficient estimation of sensitivity indices", 2013;
// Williamson, Gilbert, Carone and Simon, "Nonparametric variable importance assessment using
// machine learning techniques", 2021.) The shares are V_U over the mean variance of the trees.
//
// Pairs have many cells, and g takes noise of single rows for their effects: V_U(g) holds its square
// once. The second term takes it away twice, since residuals hold the noise of g with the opposite sign;
// where g has seen the row itself, the noise of that row puts it back. Were g a mean of cells,
// half of each would leave nothing; of trees it leaves less than half as much as the latter alone.
// So pairs take, in half of the second term, the effect in each tree, and a residual, of the rows that this
// tree has not seen (see [Unseen]). If unseen is nil they do not.
//
// The error of second order is estimated from below. It is at least the sum of the squares of the coefficients
// of f_U - g_U in orthonormal polynomials, of degree 4 at most, on the cells below. The mean of
// e_i p(x_i) e_j p(x_j) over pairs of different rows estimates the square of that of p without
// bias (Laurent, "Efficient estimation of integral functionals of a density", 1996; so
// Da Veiga and Gamboa estimate quadratic functionals). All of them together would add more noise than they find.
// MainsLeft and PairsLeft hold those whose coefficient is clearly not 0, by the means of e p(x) over their standard
// errors and at a false discovery rate of 0.05 among mains and among pairs. Rows of any weight are one row each there.
// PairsUnclear holds all others, and those of pairs with a categorical column, in orthonormal functions of its levels
// and polynomials of degree 3 at most. Steps leave much of a
// smooth curve, and it is found there; of functions of levels, whose sum alone does not depend on their choice, none is
// clear, and with more combinations of levels than rows it is 0. [OneStep.CurveLeft] and [OneStep.SurfaceLeft] are the same for marginals.
//
// The shares of single trees, from Mains and Pairs, have less variance and more bias. Which is
// closer to the truth depends on the number of rows. A share of OneStep can be
// negative; none is Inf; all are NaN if no tree has variance or no residual is known.
//
// Rows are row-major with a value per column, as those that the forest was fitted
// to. The entries of unseen are those of the trees. A row with a missing entry (NaN) tells nothing about effects of that column. A residual
// that is NaN leaves its row out. Weights may be nil. Rows are taken for a uniform sample
// of the domain. With [Cutoffs] the residuals have to be those of clamped responses.
//
// A numeric column with more than 64 different split points in the forest is divided
// at 64 of them, and the effects are those at the middles of the pieces. The time is O(d nodes)
// for walking the trees, O(64^2) for each of the d(d-1)/2 pairs and O(1) for each pair and row;
// with unseen, O(k^2), but at most O(64^2), for each pair and each tree with k splits on either column.
func (d *Decomposition) OneStep(ctx context.Context, x, residual, weights []float64, unseen []Unseen) (*OneStep, error) {
	n := len(d.columns)
	if len(x) != n*len(residual) {
		return nil, fmt.Errorf("fanova: x has %d entries, want %d for %d residuals of %d columns", len(x), n*len(residual), len(residual), n)
	}
	if weights != nil && len(weights) != len(residual) {
		return nil, fmt.Errorf("fanova: %d weights for %d residuals", len(weights), len(residual))
	}
	for i := range residual {
		for c, col := range d.columns {
			v := x[i*n+c]
			if k := col.Levels; v == v && k > 0 && (v != math.Trunc(v) || v < 0 || v >= float64(k)) {
				return nil, fmt.Errorf("fanova: row %d, column %d is %v, want a level in 0..%d", i, c, v, k-1)
			}
		}
	}
	if err := d.checkUnseen(unseen, len(residual)); err != nil {
		return nil, err
	}
	s := &oneStep{d: d, lattices: make([]lattice, n), cell: make([][]int32, n), out: &OneStep{Mains: make([]float64, n), Pairs: make([]float64, n*(n-1)/2)}}
	known := s.center(residual, weights)
	variance := 0.0
	for _, t := range d.trees {
		variance += t.variance / float64(len(d.trees))
	}
	s.scale = 1 / variance
	if variance == 0 || !known {
		s.scale = math.NaN()
	}
	err := pieces.Do(ctx, n, d.opt.Workers, nil, func(_, c int) error {
		s.lattices[c] = d.newLattice(c)
		s.cell[c] = d.place(&s.lattices[c], c, x)
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.arrange(unseen)
	if err = s.left(ctx); err != nil {
		return nil, err
	}
	err = pieces.Do(ctx, n, d.opt.Workers, d.opt.Progress, func(_, c int) error {
		s.main(c)
		return s.pairs(ctx, c)
	})
	if err != nil {
		return nil, err
	}
	return s.out, nil
}

type oneStep struct {
	d        *Decomposition
	lattices []lattice
	cell     [][]int32 // of each row, by column
	// residual is that of each row, less the mean of all and times the share of the
	// row in the weight of all; 0 where it is not known.
	residual []float64
	// share is that of each row in the weight of all, mean that of all residuals.
	share []float64
	mean  float64
	// different is the weight of all pairs of different rows.
	different float64
	unseen    [][]unseenRow // by tree, nil without
	coarse    [][]coarse    // by tree and column, nil without unseen
	scale     float64
	out       *OneStep
}

// center fills residual, share, mean and different. It reports whether any residual is known.
func (s *oneStep) center(residual, weights []float64) bool {
	s.share, s.residual = make([]float64, len(residual)), make([]float64, len(residual))
	sum := 0.0
	for i, e := range residual {
		switch {
		case e != e:
		case weights == nil:
			s.share[i] = 1
		default:
			s.share[i] = weights[i]
		}
		sum += s.share[i]
	}
	s.different = 1
	for i, e := range residual {
		if s.share[i] > 0 {
			s.share[i] /= sum
			s.mean += s.share[i] * e
			s.different -= s.share[i] * s.share[i]
		}
	}
	for i, e := range residual {
		if s.share[i] > 0 {
			s.residual[i] = s.share[i] * (e - s.mean)
		}
	}
	return sum > 0
}

// main estimates the effect of a column.
func (s *oneStep) main(c int) {
	l := &s.lattices[c]
	g := make([]float64, l.cells())
	for k := range s.d.trees {
		step := s.d.mains[k][c].step
		if step == nil {
			continue
		}
		if l.first == nil {
			for i, v := range step {
				g[i] += v
			}
			continue
		}
		first := l.first[k]
		for at, v := range step {
			for i := first[at]; i < first[at+1]; i++ {
				g[i] += v
			}
		}
	}
	mean := 0.0
	for i := range g {
		g[i] /= float64(len(s.d.trees))
		mean += l.weight[i] * g[i]
	}
	v := 0.0
	for i := range g {
		g[i] -= mean
		v += l.weight[i] * g[i] * g[i]
	}
	for i, cell := range s.cell[c] {
		if cell >= 0 {
			v += 2 * g[cell] * s.residual[i]
		}
	}
	s.out.Mains[c] = v * s.scale
}

// pairs estimates the interactions of column a with all later ones. Each tree adds to a
// table for each pair what its nodes that split on one of the columns, below a split on the
// other, contribute to the marginal of the pair (see the package comment).
func (s *oneStep) pairs(ctx context.Context, a int) error {
	n := len(s.d.columns)
	la := &s.lattices[a]
	mean, own := make([]pairTable, n), make([]pairTable, n) // of all trees, of one
	for b := a + 1; b < n; b++ {
		mean[b].reset(la.division, s.lattices[b].division)
	}
	touched := make([]bool, n)
	unseen := make([]float64, n) // products with residuals of rows that a tree has not seen
	var first, second []change
	for k, t := range s.d.trees {
		if err := ctx.Err(); err != nil {
			return err
		}
		w := newWalker(t)
		add := func(b int32, n int32, volume float64) {
			c := t.column[n]
			weight := volume / (w.side[a] * w.side[b]) / float64(len(s.d.trees))
			l, r := weight*(t.mean[n+1]-t.mean[n]), weight*(t.mean[t.right[n]]-t.mean[n])
			if int(c) == a {
				first = la.changes(first[:0], k, w, a, n, l, r)
				second = s.lattices[b].changes(second[:0], k, w, int(b), -1, 1, 1)
			} else {
				first = la.changes(first[:0], k, w, a, -1, 1, 1)
				second = s.lattices[b].changes(second[:0], k, w, int(b), n, l, r)
			}
			mean[b].add(first, second)
			if s.unseen == nil {
				return
			}
			ca, cb := &s.coarse[k][a], &s.coarse[k][b]
			if !touched[b] {
				touched[b] = true
				own[b].reset(ca.division, cb.division)
			}
			ca.merge(first)
			cb.merge(second)
			own[b].add(first, second)
		}
		w.walk(func(n int32, volume float64) {
			switch c := t.column[n]; {
			case int(c) == a:
				for _, b := range w.active {
					if int(b) > a {
						add(b, n, volume)
					}
				}
			case int(c) > a && w.depth[a] > 0:
				add(c, n, volume)
			}
		})
		for b := a + 1; b < n; b++ {
			if touched[b] {
				own[b].effect()
				unseen[b] += s.alongUnseen(k, a, b, &own[b])
				touched[b] = false
			}
		}
	}
	for b := a + 1; b < n; b++ {
		mean[b].effect()
		seen := s.along(a, b, &mean[b])
		if s.unseen == nil {
			unseen[b] = seen
		}
		s.out.Pairs[pairIndex(a, b, n)] = (mean[b].variance() + seen + unseen[b]) * s.scale
	}
	return nil
}

// along returns the mean product of the effect of a pair with the residuals.
func (s *oneStep) along(a, b int, effect *pairTable) float64 {
	ca, cb := s.cell[a], s.cell[b]
	sum := 0.0
	for i, e := range s.residual {
		if ca[i] >= 0 && cb[i] >= 0 {
			sum += effect.at(ca[i], cb[i]) * e
		}
	}
	return sum
}
