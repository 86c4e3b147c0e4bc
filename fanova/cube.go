package fanova

import "math/bits"

// cube tabulates the marginal of several columns on all cells that a tree
// divides them into. It is the way for columns with few cells.
type cube struct {
	t       *tree
	u       []int
	stride  []int // of each column in value, the last one's is 1
	value   []float64
	scratch []float64
}

// cubeCells returns the number of cells, or limit+1 if there are more.
func cubeCells(t *tree, u []int, limit int) int {
	n := 1
	for _, c := range u {
		k := t.domain[c].cells()
		if n > limit/k {
			return limit + 1
		}
		n *= k
	}
	return n
}

func newCube(t *tree, u []int) *cube {
	q := &cube{t: t, u: u, stride: make([]int, len(u))}
	n := 1
	for i := len(u) - 1; i >= 0; i-- {
		q.stride[i] = n
		n *= t.domain[u[i]].cells()
	}
	q.value, q.scratch = make([]float64, n), make([]float64, n)
	place := make([]int, len(t.domain))
	for i, c := range u {
		place[c] = i + 1
	}
	// Numeric columns are filled by differences, categorical ones directly.
	w := newWalker(t)
	w.walk(func(n int32, volume float64) {
		c := t.column[n]
		if place[c] == 0 {
			return
		}
		for _, v := range u {
			volume /= w.side[v]
		}
		l, r := t.mean[n+1]-t.mean[n], t.mean[t.right[n]]-t.mean[n]
		q.add(w, n, place[c]-1, 0, 0, volume*l, volume*r)
	})
	for i, c := range u {
		if t.domain[c].levels > 0 {
			continue
		}
		q.along(i, func(line []float64, stride, n int) {
			for at := stride; at < n*stride; at += stride {
				line[at] += line[at-stride]
			}
		})
	}
	return q
}

// add adds what node n, which splits the column at place split, contributes
// from column i on: left or right of the split times the indicator of the box.
func (q *cube) add(w *walker, n int32, split, i, at int, left, right float64) {
	if i == len(q.u) {
		q.value[at] += left
		return
	}
	c, stride := q.u[i], q.stride[i]
	next := func(cell int, left, right float64) {
		q.add(w, n, split, i+1, at+cell*stride, left, right)
	}
	if d := &q.t.domain[c]; d.levels > 0 {
		for k, all := range w.set[c] {
			goLeft := all
			if i == split {
				goLeft = all & q.t.sets[int(q.t.cut[n])+k]
			}
			for x := goLeft; x != 0; x &= x - 1 {
				next(k<<6+bits.TrailingZeros64(x), left, right)
			}
			for x := all &^ goLeft; x != 0; x &= x - 1 {
				next(k<<6+bits.TrailingZeros64(x), right, right)
			}
		}
		return
	}
	lo, hi := int(w.lo[c]), int(w.hi[c])
	end := q.t.domain[c].cells()
	next(lo, left, right)
	last, lastRight := left, right
	if i == split {
		next(int(q.t.cut[n]), right-left, right-left)
		last, lastRight = right, right
	}
	if hi < end {
		next(hi, -last, -lastRight)
	}
}

// along calls f for each line of values along column i: line[k*stride] is the
// value in cell k.
func (q *cube) along(i int, f func(line []float64, stride, n int)) {
	n, stride := q.t.domain[q.u[i]].cells(), q.stride[i]
	for outer := 0; outer < len(q.value); outer += n * stride {
		for inner := range stride {
			f(q.value[outer+inner:outer+n*stride], stride, n)
		}
	}
}

// square returns the mean of the squared values.
func (q *cube) square() float64 {
	s := q.scratch
	for i, v := range q.value {
		s[i] = v * v
	}
	for i := len(q.u) - 1; i >= 0; i-- {
		d := &q.t.domain[q.u[i]]
		n := d.cells()
		for k := range len(s) / n {
			sum := 0.0
			for c, v := range s[k*n : (k+1)*n] {
				sum += d.weight(c) * v
			}
			s[k] = sum
		}
		s = s[:len(s)/n]
	}
	return s[0]
}

// center subtracts the means over each column, which leaves the interaction.
func (q *cube) center() {
	for i, c := range q.u {
		d := &q.t.domain[c]
		q.along(i, func(line []float64, stride, n int) {
			mean := 0.0
			for k := range n {
				mean += d.weight(k) * line[k*stride]
			}
			for k := range n {
				line[k*stride] -= mean
			}
		})
	}
}
