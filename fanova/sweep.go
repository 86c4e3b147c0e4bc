package fanova

import "slices"

// sweep holds a step function v of one column as differences in a segment tree,
// and with it the integrals of v and of v^2, while another column is swept over.
type sweep struct {
	size  int // leaves, a power of two
	nodes []sweepNode
	// sorted holds the updates by row, and start the end of each row in it.
	sorted []update
	start  []int32
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
func (s *pairSolver) sweepRows(rows, cols int) float64 {
	w := &s.sweep
	pa, pb := s.position[0], s.position[1]
	w.reset(pb)
	// Sort the updates by row; what changes at the outer borders has no effect.
	w.start = resize(w.start, rows+2)
	for _, u := range s.updates {
		if int(u.c) < cols {
			w.start[u.r+1]++
		}
	}
	for r := range rows + 1 {
		w.start[r+1] += w.start[r]
	}
	w.sorted = slices.Grow(w.sorted[:0], len(s.updates))[:w.start[rows+1]]
	s.sum = resize(s.sum, cols)
	end := pa[rows]
	for _, u := range s.updates {
		if int(u.c) < cols {
			w.sorted[w.start[u.r]] = u
			w.start[u.r]++
			// What starts in row r lasts until it is undone, or to the end.
			s.sum[u.c] += u.v * (end - pa[u.r])
		}
	}
	total := 0.0
	from := int32(0)
	for r := range rows {
		to := w.start[r]
		w.apply(int32(r)+1, w.sorted[from:to])
		from = to
		root := &w.nodes[1]
		total += (pa[r+1] - pa[r]) * (root.second - root.first*root.first)
	}
	return total - square(s.sum, pb)
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
func (w *sweep) apply(row int32, updates []update) {
	dirty := w.dirty[:0]
	for _, u := range updates {
		leaf := int(u.c) + w.size
		n := &w.nodes[leaf]
		n.change += u.v
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
