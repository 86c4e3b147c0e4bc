package fanova

// sweep holds a step function v of one column as differences in a segment tree,
// and with it the integrals of v and of v^2, while another column is swept over.
type sweep struct {
	size  int // leaves, a power of two
	nodes []sweepNode
	// Updates by row: those of row r are start[r]..start[r+1].
	start []int32
	col   []int32
	value []float64
	// dirty lists the nodes to refresh, level by level; stamp tells in which row a node was last listed.
	dirty []int32
	stamp []int32
}

// sweepNode covers a range of cells. A change at cell c raises c and all cells
// after it.
type sweepNode struct {
	change        float64 // sum of the changes in the range
	weight        float64 // length of the range
	first, second float64 // integrals of v and v^2, from changes in the range alone
}

// sweepRows goes through the rows in order and keeps the current row's function
// of b, so that its integrals are at hand at the root.
func (s *pairSolver) sweepRows(terms []term, rows, cols int) float64 {
	w := &s.sweep
	pa, pb := s.position[0], s.position[1]
	w.reset(pb)
	// Sort the updates by row; what changes at the outer borders has no effect.
	w.start = resize(w.start, rows+1)
	s.updates(terms, func(r, c int32, _ float64) {
		if int(r) < rows && int(c) < cols {
			w.start[r+1]++
		}
	})
	for r := range rows {
		w.start[r+1] += w.start[r]
	}
	n := int(w.start[rows])
	w.col, w.value = resize(w.col, n), resize(w.value, n)
	s.sum = resize(s.sum, cols)
	end := pa[rows]
	s.updates(terms, func(r, c int32, v float64) {
		if int(r) < rows && int(c) < cols {
			i := w.start[r]
			w.col[i], w.value[i] = c, v
			w.start[r]++
			// What starts in row r lasts until it is undone, or to the end.
			s.sum[c] += v * (end - pa[r])
		}
	})
	total := 0.0
	from := int32(0)
	for r := range rows {
		to := w.start[r]
		w.apply(int32(r)+1, w.col[from:to], w.value[from:to])
		from = to
		root := &w.nodes[1]
		total += (pa[r+1] - pa[r]) * (root.second - root.first*root.first)
	}
	mean := 0.0
	for c, change := range s.sum {
		mean += change
		total -= (pb[c+1] - pb[c]) * mean * mean
	}
	return total
}

// reset starts with the zero function over cells between the given positions.
func (w *sweep) reset(position []float64) {
	cells := len(position) - 1
	w.size = 1
	for w.size < cells {
		w.size *= 2
	}
	w.nodes = resize(w.nodes, 2*w.size)
	w.stamp = resize(w.stamp, 2*w.size)
	for c := range cells {
		w.nodes[w.size+c].weight = position[c+1] - position[c]
	}
	for i := w.size - 1; i > 0; i-- {
		w.nodes[i].weight = w.nodes[2*i].weight + w.nodes[2*i+1].weight
	}
}

// apply adds the changes of one row and refreshes the nodes above them, each
// once.
func (w *sweep) apply(row int32, cols []int32, values []float64) {
	dirty := w.dirty[:0]
	for i, c := range cols {
		leaf := int(c) + w.size
		n := &w.nodes[leaf]
		n.change += values[i]
		n.first = n.change * n.weight
		n.second = n.change * n.first
		if p := int32(leaf / 2); p > 0 && w.stamp[p] != row {
			w.stamp[p] = row
			dirty = append(dirty, p)
		}
	}
	// All listed nodes of a level come before those of the level above.
	for i := 0; i < len(dirty); i++ {
		p := dirty[i]
		n, l, r := &w.nodes[p], &w.nodes[2*p], &w.nodes[2*p+1]
		n.change = l.change + r.change
		n.first = l.first + r.first + l.change*r.weight
		n.second = l.second + r.second + l.change*(2*r.first+l.change*r.weight)
		if p /= 2; p > 0 && w.stamp[p] != row {
			w.stamp[p] = row
			dirty = append(dirty, p)
		}
	}
	w.dirty = dirty
}
