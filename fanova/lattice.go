package fanova

import "slices"

// maxCells is the largest number of cells of a numeric column in a lattice.
const maxCells = 64

// lattice divides one column into cells that are the same for all trees: the levels of a
// categorical column; of a numeric one the pieces between all split points of the
// forest, or, where these are many, between as many of them as there may be cells, so that
// cells are small where trees split often.
type lattice struct {
	division
	border       []float64 // between the cells of a numeric column, from 0 to 1
	lower, upper float64   // of the column
	// first[k][c] is the number of cells whose middle lies below border c of tree k.
	first [][]int32
}

// newLattice divides column c.
func (d *Decomposition) newLattice(c int) lattice {
	var l lattice
	l.lower, l.upper = d.columns[c].Bounds()
	if levels := d.columns[c].Levels; levels > 0 {
		l.weight = make([]float64, levels)
		for i := range l.weight {
			l.weight[i] = 1 / float64(levels)
		}
		return l
	}
	for _, t := range d.trees {
		p := t.domain[c].position
		l.border = append(l.border, p[1:len(p)-1]...)
	}
	slices.Sort(l.border)
	l.border = slices.Compact(l.border)
	if n := len(l.border); n >= maxCells {
		for i := range maxCells - 1 {
			l.border[i] = l.border[(i+1)*n/maxCells]
		}
		l.border = l.border[:maxCells-1]
	}
	middle := make([]float64, len(l.border)+1)
	l.weight = make([]float64, len(middle))
	low := 0.0
	for i := range middle {
		high := 1.0
		if i < len(l.border) {
			high = l.border[i]
		}
		middle[i], l.weight[i] = low+(high-low)/2, high-low
		low = high
	}
	l.numeric = true
	l.first = make([][]int32, len(d.trees))
	for k, t := range d.trees {
		p := t.domain[c].position
		first := make([]int32, len(p))
		i := int32(0)
		for at, border := range p {
			for int(i) < len(middle) && middle[i] <= border {
				i++
			}
			first[at] = i
		}
		l.first[k] = first
	}
	return l
}

// place returns the cell of each value of column c, -1 where it is missing.
func (d *Decomposition) place(l *lattice, c int, x []float64) []int32 {
	n := len(d.columns)
	out := make([]int32, len(x)/n)
	for i := range out {
		if v := x[i*n+c]; v == v {
			out[i] = l.cell(v)
		} else {
			out[i] = -1
		}
	}
	return out
}

// cell is that of a value, the last or the first beyond the bounds. A value on a border is in the cell below it.
func (l *lattice) cell(v float64) int32 {
	if !l.numeric {
		return int32(v)
	}
	at, _ := slices.BinarySearch(l.border, (v-l.lower)/(l.upper-l.lower))
	return int32(at)
}

// a change is what a function of the cells gains at a cell: at this one alone for a
// categorical column, from this one on for a numeric one.
type change struct {
	at int32
	by float64
}

// changes appends the function that is left and right on the two sides of the split of
// node n on column c within its box, 0 outside of it; if n is negative, left in all of the box.
func (l *lattice) changes(dst []change, tree int, w *walker, c int, n int32, left, right float64) []change {
	t := w.t
	if l.first != nil {
		first := l.first[tree]
		lo, hi := first[w.lo[c]], first[w.hi[c]]
		if n < 0 {
			return append(dst, change{lo, left}, change{hi, -left})
		}
		return append(dst, change{lo, left}, change{first[t.cut[n]], right - left}, change{hi, -right})
	}
	for i := range int32(l.cells()) {
		if w.set[c][i>>6]>>(i&63)&1 == 0 {
			continue
		}
		v := left
		if n >= 0 && t.sets[t.cut[n]+i>>6]>>(i&63)&1 == 0 {
			v = right
		}
		dst = append(dst, change{i, v})
	}
	return dst
}
