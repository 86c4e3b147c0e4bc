package fanova

import (
	"context"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/internal/pieces"
)

const (
	// leftDegree is the largest degree, over both columns of a pair, of the polynomials in which
	// what the trees leave is looked for.
	leftDegree = 4
	// leftRate is the expected share of nothing but noise among the coefficients that count as clear.
	leftRate = 0.05
)

// coefficient is that of a polynomial, or of a product of two, in the truth less the mean of the trees.
type coefficient struct {
	k, l   int     // degrees less 1, l in the second column of a pair
	value  float64 // and its square, both without bias
	square float64
	p      float64 // two-sided, of 0
}

// left finds what the trees leave.
func (s *oneStep) left(ctx context.Context) error {
	n := len(s.lattices)
	basis := make([][][]float64, n)
	for c := range basis {
		if l := &s.lattices[c]; l.numeric {
			basis[c] = l.polynomials(leftDegree)
		}
	}
	mains, pairs := make([][]coefficient, n), make([][]coefficient, n*(n-1)/2)
	levels := make([]float64, len(pairs)) // squares of pairs with a categorical column
	err := pieces.Do(ctx, n, s.d.opt.Workers, nil, func(_, a int) error {
		for b := a + 1; b < n; b++ {
			switch {
			case !s.lattices[a].numeric:
				levels[pairIndex(a, b, n)] = s.levelPair(a, b, basis[b])
			case !s.lattices[b].numeric:
				levels[pairIndex(a, b, n)] = s.levelPair(b, a, basis[a])
			}
		}
		one, both := make([]float64, len(s.residual)), make([]float64, len(s.residual))
		for k, p := range basis[a] {
			s.times(one, s.residual, a, p)
			mains[a] = append(mains[a], s.coefficient(k, 0, one))
			for b := a + 1; b < n; b++ {
				i := pairIndex(a, b, n)
				for l, q := range basis[b][:min(len(basis[b]), leftDegree-1-k)] {
					s.times(both, one, b, q)
					pairs[i] = append(pairs[i], s.coefficient(k, l, both))
				}
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	s.out.left = left{s.lattices, basis, s.mean, evident(mains), evident(pairs)}
	s.out.MainsLeft, s.out.PairsLeft = squares(s.out.left.mains, s.scale), squares(s.out.left.pairs, s.scale)
	s.out.PairsUnclear = squares(pairs, s.scale)
	for i, v := range s.out.PairsLeft {
		s.out.PairsUnclear[i] += levels[i]*s.scale - v
	}
	return nil
}

// times sets dst to the products of v with a function of the cells of column c, row by row. A
// row where c is missing tells nothing.
func (s *oneStep) times(dst, v []float64, c int, f []float64) {
	for i, cell := range s.cell[c] {
		dst[i] = 0
		if cell >= 0 {
			dst[i] = v[i] * f[cell]
		}
	}
}

// coefficient estimates one from the residuals times the polynomial, row by row. The square of their sum
// holds the squares of single rows, which are mostly noise. Without them it is the mean over pairs of
// different rows.
func (s *oneStep) coefficient(k, l int, z []float64) coefficient {
	sum, squares := 0.0, 0.0
	for _, v := range z {
		sum += v
		squares += v * v
	}
	return coefficient{k, l, sum, (sum*sum - squares) / s.different, math.Erfc(math.Abs(sum) / math.Sqrt(2*squares))}
}

// evident returns those coefficients that are clearly not 0 among all that are given
// (Benjamini and Hochberg, "Controlling the false discovery rate", 1995).
func evident(effects [][]coefficient) [][]coefficient {
	var p []float64
	for _, e := range effects {
		for _, c := range e {
			if c.p == c.p { // not where all residuals are 0
				p = append(p, c.p)
			}
		}
	}
	slices.Sort(p)
	most := -1.0
	for i, v := range p {
		if v <= leftRate*float64(i+1)/float64(len(p)) {
			most = v
		}
	}
	clear := make([][]coefficient, len(effects))
	for i, e := range effects {
		for _, c := range e {
			if c.p <= most {
				clear[i] = append(clear[i], c)
			}
		}
	}
	return clear
}

// squares sums up those of each effect.
func squares(effects [][]coefficient, scale float64) []float64 {
	sums := make([]float64, len(effects))
	for i, e := range effects {
		for _, c := range e {
			sums[i] += c.square * scale
		}
	}
	return sums
}
