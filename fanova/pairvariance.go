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
	ra, rb := resize(s.rank[0], len(da.position)), resize(s.rank[1], len(db.position))
	for i := range terms {
		x := &terms[i]
		ra[x.a.lo], ra[x.a.cut], ra[x.a.hi] = 1, 1, 1
		rb[x.b.lo], rb[x.b.cut], rb[x.b.hi] = 1, 1, 1
	}
	s.rank[0], s.rank[1] = ra, rb
	s.position[0] = rankUsed(ra, da.position, s.position[0])
	s.position[1] = rankUsed(rb, db.position, s.position[1])
	rows, cols := len(s.position[0])-1, len(s.position[1])-1
	way := s.way
	if way == cheapest {
		way = byGrid
		updates := 6 * len(terms)
		if float64(rows)*float64(cols) > sweepCost*float64(updates)*float64(bits.Len(uint(cols))) {
			way = bySweep
		}
	}
	s.update(terms)
	if way == byGrid {
		return s.grid(rows, cols)
	}
	return s.sweepRows(rows, cols)
}

// sweepCost is the time that an update of the segment tree takes per level, in
// units of that for a cell of the grid.
const sweepCost = 1.5

// rankUsed replaces the marks of used borders by their ranks and returns their
// positions.
func rankUsed(mark []int32, position, used []float64) []float64 {
	used = used[:0]
	for i, m := range mark {
		if m != 0 {
			mark[i] = int32(len(used))
			used = append(used, position[i])
		}
	}
	return used
}

// update is a change of A: from row r on, all columns from c on rise by v.
type update struct {
	r, c int32
	v    float64
}

// update lists the changes, in ranks, that make A of zero.
func (s *pairSolver) update(terms []term) {
	ra, rb := s.rank[0], s.rank[1]
	s.updates = slices.Grow(s.updates[:0], 6*len(terms))[:6*len(terms)]
	for i := range terms {
		x, u := &terms[i], s.updates[6*i:][:6]
		a0, a1, a2 := ra[x.a.lo], ra[x.a.cut], ra[x.a.hi]
		b0, b1, b2 := rb[x.b.lo], rb[x.b.cut], rb[x.b.hi]
		step := x.right - x.left
		if x.splitA {
			u[0], u[1] = update{a0, b0, x.left}, update{a0, b2, -x.left}
			u[2], u[3] = update{a1, b0, step}, update{a1, b2, -step}
			u[4], u[5] = update{a2, b0, -x.right}, update{a2, b2, x.right}
		} else {
			u[0], u[1] = update{a0, b0, x.left}, update{a2, b0, -x.left}
			u[2], u[3] = update{a0, b1, step}, update{a2, b1, -step}
			u[4], u[5] = update{a0, b2, -x.right}, update{a2, b2, x.right}
		}
	}
}

// grid fills the whole grid by a two-dimensional difference array.
func (s *pairSolver) grid(rows, cols int) float64 {
	stride := cols + 1
	s.cells = resize(s.cells, (rows+1)*stride)
	cells := s.cells
	pa, pb := s.position[0], s.position[1]
	s.sum = resize(s.sum, rows+1+3*stride)
	// below is A as differences along the row at hand, meanA and meanB are
	// E[A|x_a] and E[A|x_b] as differences.
	meanA, meanB := s.sum[:rows+1], s.sum[rows+1:][:stride]
	below, width := s.sum[rows+1+stride:][:cols], s.sum[rows+1+2*stride:][:cols]
	endA, endB := pa[rows], pb[cols]
	for _, u := range s.updates {
		cells[int(u.r)*stride+int(u.c)] += u.v
		meanA[u.r] += u.v * (endB - pb[u.c])
		meanB[u.c] += u.v * (endA - pa[u.r])
	}
	for c := range width {
		width[c] = pb[c+1] - pb[c]
	}
	total := 0.0
	for r := range rows {
		row := cells[r*stride:][:len(below)]
		v, square := 0.0, 0.0
		for c, change := range row {
			b := below[c] + change
			below[c] = b
			v += b
			square += width[c] * v * v
		}
		total += (pa[r+1] - pa[r]) * square
	}
	return total - square(meanA, pa) - square(meanB, pb)
}

// square returns the integral of the square of a step function, given by its
// changes at the positions.
func square(change, position []float64) float64 {
	sum, v := 0.0, 0.0
	for i := range len(position) - 1 {
		v += change[i]
		sum += (position[i+1] - position[i]) * v * v
	}
	return sum
}

// mixed solves a categorical column x with a numeric column y, by one
// difference array per level. swapped tells that the categorical column is b.
func (s *pairSolver) mixed(terms []term, dx, dy *domain, swapped bool) float64 {
	rank := resize(s.rank[1], len(dy.position))
	for i := range terms {
		y := &terms[i].b
		if swapped {
			y = &terms[i].a
		}
		rank[y.lo], rank[y.cut], rank[y.hi] = 1, 1, 1
	}
	position := rankUsed(rank, dy.position, s.position[1])
	s.rank[1], s.position[1] = rank, position
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
