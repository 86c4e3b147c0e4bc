package fanova

import (
	"math/bits"
	"slices"
)

// variance returns the interaction V_ab of the pair a < b, from the collected terms.
//
// The terms add up to a function A(x_a, x_b) that holds the interaction and
// parts of the two main effects: f_ab is A less its means over either column,
// and these three are orthogonal. So V_ab = E[A^2] - E[E[A|x_a]^2] -
// E[E[A|x_b]^2]; the mean of A is 0.
func (s *pairSolver) variance(a, b int) float64 {
	terms := s.of(a, b)
	if len(terms) == 0 {
		return 0
	}
	da, db := &s.t.domain[a], &s.t.domain[b]
	switch {
	case da.levels == 0 && db.levels == 0:
		return s.numeric(terms, da, db)
	case da.levels > 0 && db.levels > 0:
		return s.categorical(terms, da, db)
	case da.levels > 0:
		return s.mixed(terms, da, db, false)
	}
	return s.mixed(terms, db, da, true)
}

// numeric solves a pair of numeric columns on the grid of the borders that the
// terms use, with a as the rows.
func (s *pairSolver) numeric(terms []term, da, db *domain) float64 {
	s.mark(0, da, terms, func(x *term) span { return x.a })
	s.mark(1, db, terms, func(x *term) span { return x.b })
	rows, cols := len(s.position[0])-1, len(s.position[1])-1
	way := s.way
	if way == cheapest {
		way = byGrid
		// A grid cell costs about one unit and an update of the segment tree
		// sweepCost units per level.
		if float64(rows)*float64(cols) > sweepCost*6*float64(len(terms))*float64(bits.Len(uint(cols))) {
			way = bySweep
		}
	}
	if way == byGrid {
		return s.grid(terms, rows, cols)
	}
	return s.sweepRows(terms, rows, cols)
}

const sweepCost = 1.5

// mark ranks the borders of one axis that the terms use.
func (s *pairSolver) mark(axis int, d *domain, terms []term, of func(*term) span) {
	rank := resize(s.rank[axis], len(d.position))
	for i := range terms {
		x := of(&terms[i])
		rank[x.lo], rank[x.hi] = 1, 1
		if x.cut >= 0 {
			rank[x.cut] = 1
		}
	}
	position := s.position[axis][:0]
	for i, used := range rank {
		if used != 0 {
			rank[i] = int32(len(position))
			position = append(position, d.position[i])
		}
	}
	s.rank[axis], s.position[axis] = rank, position
}

// updates calls f with the changes, in rank, that make A of zero: from row r
// on, all columns from c on change by v.
func (s *pairSolver) updates(terms []term, f func(r, c int32, v float64)) {
	ra, rb := s.rank[0], s.rank[1]
	for i := range terms {
		x := &terms[i]
		a0, a1, b0, b1 := ra[x.a.lo], ra[x.a.hi], rb[x.b.lo], rb[x.b.hi]
		if x.splitA {
			cut := ra[x.a.cut]
			f(a0, b0, x.left)
			f(a0, b1, -x.left)
			f(cut, b0, x.right-x.left)
			f(cut, b1, x.left-x.right)
			f(a1, b0, -x.right)
			f(a1, b1, x.right)
			continue
		}
		cut := rb[x.b.cut]
		f(a0, b0, x.left)
		f(a0, cut, x.right-x.left)
		f(a0, b1, -x.right)
		f(a1, b0, -x.left)
		f(a1, cut, x.left-x.right)
		f(a1, b1, x.right)
	}
}

// grid fills the whole grid by a two-dimensional difference array.
func (s *pairSolver) grid(terms []term, rows, cols int) float64 {
	stride := cols + 1
	s.cells = resize(s.cells, (rows+1)*stride)
	cells := s.cells
	s.updates(terms, func(r, c int32, v float64) { cells[int(r)*stride+int(c)] += v })
	s.sum = resize(s.sum, 2*cols)
	// below is A as differences along the row; mean is E[A|x_b].
	below, mean := s.sum[:cols], s.sum[cols:]
	pa, pb := s.position[0], s.position[1]
	total := 0.0
	for r := range rows {
		row := cells[r*stride:][:cols]
		weight := pa[r+1] - pa[r]
		v, first, second := 0.0, 0.0, 0.0
		from := pb[0]
		for c, change := range row {
			below[c] += change
			v += below[c]
			to := pb[c+1]
			wv := (to - from) * v
			from = to
			first += wv
			second += wv * v
			mean[c] += weight * v
		}
		total += weight * (second - first*first)
	}
	for c, m := range mean {
		total -= (pb[c+1] - pb[c]) * m * m
	}
	return total
}

// mixed solves a categorical column x with a numeric column y, by one
// difference array per level. swapped tells that the categorical column is b.
func (s *pairSolver) mixed(terms []term, dx, dy *domain, swapped bool) float64 {
	s.mark(1, dy, terms, func(x *term) span {
		if swapped {
			return x.a
		}
		return x.b
	})
	rank, position := s.rank[1], s.position[1]
	cols := len(position) - 1
	s.sum = resize(s.sum, 2*cols+1)
	row, mean := s.sum[:cols+1], s.sum[cols+1:]
	weight := 1 / float64(dx.levels)
	total := 0.0
	for l := range dx.levels {
		clear(row)
		for i := range terms {
			t := &terms[i]
			x, y, splitX := t.a, t.b, t.splitA
			if swapped {
				x, y, splitX = t.b, t.a, !t.splitA
			}
			if !s.has(x.lo, l) {
				continue
			}
			lo, hi := rank[y.lo], rank[y.hi]
			if splitX {
				v := t.right
				if s.has(x.cut, l) {
					v = t.left
				}
				row[lo] += v
				row[hi] -= v
				continue
			}
			row[lo] += t.left
			row[rank[y.cut]] += t.right - t.left
			row[hi] -= t.right
		}
		v, first, second := 0.0, 0.0, 0.0
		for c := range cols {
			v += row[c]
			w := position[c+1] - position[c]
			first += w * v
			second += w * v * v
			mean[c] += weight * v
		}
		total += weight * (second - first*first)
	}
	for c, m := range mean {
		total -= (position[c+1] - position[c]) * m * m
	}
	return total
}

// categorical solves a pair of categorical columns, level by level.
func (s *pairSolver) categorical(terms []term, da, db *domain) float64 {
	cols := db.levels
	s.sum = resize(s.sum, 2*cols)
	row, mean := s.sum[:cols], s.sum[cols:]
	wa, wb := 1/float64(da.levels), 1/float64(db.levels)
	total := 0.0
	for l := range da.levels {
		clear(row)
		for i := range terms {
			t := &terms[i]
			if !s.has(t.a.lo, l) {
				continue
			}
			left, right := t.left, t.right
			if t.splitA {
				// One value for all levels of b in the box.
				if s.has(t.a.cut, l) {
					right = left
				} else {
					left = right
				}
			}
			for w := range db.words {
				all := s.sets[int(t.b.lo)+w]
				goLeft := all
				if !t.splitA {
					goLeft = s.sets[int(t.b.cut)+w]
				}
				for x := goLeft; x != 0; x &= x - 1 {
					row[w<<6+bits.TrailingZeros64(x)] += left
				}
				for x := all &^ goLeft; x != 0; x &= x - 1 {
					row[w<<6+bits.TrailingZeros64(x)] += right
				}
			}
		}
		first, second := 0.0, 0.0
		for c, v := range row {
			first += wb * v
			second += wb * v * v
			mean[c] += wa * v
		}
		total += wa * (second - first*first)
	}
	for _, m := range mean {
		total -= wb * m * m
	}
	return total
}

// has reports whether the set at word offset at contains level l.
func (s *pairSolver) has(at int32, l int) bool {
	return s.sets[int(at)+l>>6]>>(l&63)&1 != 0
}

func resize[T any](s []T, n int) []T {
	s = slices.Grow(s[:0], n)[:n]
	clear(s)
	return s
}
