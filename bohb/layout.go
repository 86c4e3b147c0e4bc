package bohb

// layout is how the coordinates of points are stored and densities evaluated:
// discrete dimensions several at a time, see cells, continuous ones in columns.
type layout struct {
	dims []dim
	// cells are those with a table, tabled of them, and then categoricals of more than
	// maxCells choices, each alone.
	cells  []cells
	tabled int
	// always and sometimes are the continuous dimensions without and with a condition.
	always, sometimes []int
}

// cells numbers the combinations of levels of several discrete dimensions. What
// their kernels add to the log of a density is then one look-up per point.
type cells struct {
	dims   []int
	stride []int // of each of dims
	n      int   // combinations
}

// maxCells bounds the combinations of dimensions that are stored together: a table
// of their kernels is made for each candidate, which must pay.
const maxCells = 256

// states is the number of levels, and one for inactive where there is a condition.
func (d *dim) states() int {
	if d.conditional {
		return d.levels + 1
	}
	return d.levels
}

func newLayout(dims []dim) *layout {
	l := &layout{dims: dims}
	var large []cells
	for j := range dims {
		d := &dims[j]
		switch last := len(l.cells) - 1; {
		case d.levels == 0 && d.conditional:
			l.sometimes = append(l.sometimes, j)
		case d.levels == 0:
			l.always = append(l.always, j)
		case d.states() > maxCells:
			large = append(large, cells{dims: []int{j}, stride: []int{1}, n: d.states()})
		case last >= 0 && l.cells[last].n*d.states() <= maxCells:
			l.cells[last].add(j, d.states())
		default:
			l.cells = append(l.cells, cells{dims: []int{j}, stride: []int{1}, n: d.states()})
		}
	}
	l.tabled = len(l.cells)
	l.cells = append(l.cells, large...)
	return l
}

func (c *cells) add(dim, states int) {
	c.dims, c.stride, c.n = append(c.dims, dim), append(c.stride, c.n), c.n*states
}

// level returns the level of the k-th dimension of c in a cell, the number of
// levels if it is inactive there.
func (c *cells) level(dims []dim, k int, cell uint16) int {
	return int(cell) / c.stride[k] % dims[c.dims[k]].states()
}

// values are the coordinates of all results: x of each continuous dimension, and
// the cell of each of the layout's.
type values struct {
	n    int
	x    [][]float64
	cell [][]uint16
}

func (l *layout) newValues() values {
	return values{x: make([][]float64, len(l.dims)), cell: make([][]uint16, len(l.cells))}
}

// add appends a point.
func (v *values) add(l *layout, u []float64) {
	v.n++
	for _, dims := range [][]int{l.always, l.sometimes} {
		for _, j := range dims {
			v.x[j] = append(v.x[j], u[j])
		}
	}
	for g := range l.cells {
		c := &l.cells[g]
		cell := 0
		for k, j := range c.dims {
			level := l.dims[j].levels
			if u[j] == u[j] {
				level = l.dims[j].level(u[j])
			}
			cell += level * c.stride[k]
		}
		v.cell[g] = append(v.cell[g], uint16(cell))
	}
}
