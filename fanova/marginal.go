package fanova

import (
	"fmt"
	"math"
	"slices"
)

// Marginal returns the prediction of the forest as a function of one column,
// averaged over all others: for each value in grid (of the column's own scale;
// level indices for a categorical column) the mean over the trees of a_j and
// its population standard deviation over them. All trees count, also those
// without variance. Values outside the bounds give what the bound gives.
//
// It is an error if the column does not exist, or a value is NaN or no level.
func (d *Decomposition) Marginal(col int, grid []float64) (mean, std []float64, err error) {
	if err := d.checkGrid(col, grid); err != nil {
		return nil, nil, err
	}
	acc := newMoments(len(grid))
	for k, t := range d.trees {
		step, dom := d.mains[k][col].step, &t.domain[col]
		for i, x := range grid {
			v := t.mean[0]
			if step != nil {
				v += step[dom.cell(x)]
			}
			acc.add(i, v)
		}
		acc.n++
	}
	mean, std = acc.result()
	return mean, std, nil
}

// Marginal2 is [Decomposition.Marginal] for two different columns: the results
// hold len(ga) rows of len(gb) values, the value at (ga[i], gb[j]) at
// i*len(gb)+j. The time per tree is O(k len(ga) + len(ga) len(gb)) for the k nodes
// that split on one of the columns.
func (d *Decomposition) Marginal2(a, b int, ga, gb []float64) (mean, std []float64, err error) {
	if err := d.checkGrid(a, ga); err != nil {
		return nil, nil, err
	}
	if err := d.checkGrid(b, gb); err != nil {
		return nil, nil, err
	}
	if a == b {
		return nil, nil, fmt.Errorf("fanova: marginal of column %d with itself", a)
	}
	rows, cols := len(ga), len(gb)
	acc := newMoments(rows * cols)
	value := make([]float64, rows*(cols+1))
	for _, t := range d.trees {
		clear(value)
		t.addMarginal(a, b, ga, gb, value)
		for i := range rows {
			row := value[i*(cols+1):]
			for j := range cols {
				acc.add(i*cols+j, t.mean[0]+row[j])
			}
		}
		acc.n++
	}
	mean, std = acc.result()
	return mean, std, nil
}

// addMarginal stores a_ab - mean at the points of the two grids; value has
// len(ga) rows of len(gb)+1.
func (t *tree) addMarginal(a, b int, ga, gb []float64, value []float64) {
	x, y := newAxis(&t.domain[a], ga), newAxis(&t.domain[b], gb)
	stride := len(gb) + 1
	add := func(row []float64, s span, set []uint64, v float64) {
		if v == 0 {
			return
		}
		if y.levels == nil {
			row[y.first[s.lo]] += v
			row[y.first[s.hi]] -= v
			return
		}
		for j, l := range y.levels {
			if set[l>>6]>>(l&63)&1 != 0 {
				row[j] += v
			}
		}
	}
	w := newWalker(t)
	var left, right []uint64
	w.walk(func(n int32, volume float64) {
		c := t.column[n]
		if int(c) != a && int(c) != b {
			return
		}
		weight := volume / (w.side[a] * w.side[b])
		l := weight * (t.mean[n+1] - t.mean[n])
		r := weight * (t.mean[t.right[n]] - t.mean[n])
		sb := span{lo: w.lo[b], hi: w.hi[b]}
		whole := w.set[b]
		if int(c) == b && y.levels != nil {
			left, right = resize(left, len(whole)), resize(right, len(whole))
			and(left, whole, t.sets[t.cut[n]:])
			andNot(right, whole, t.sets[t.cut[n]:])
		}
		// A numeric axis is sorted, a categorical one has to be looked through.
		from, to := 0, len(ga)
		if x.levels == nil {
			from, to = int(x.first[w.lo[a]]), int(x.first[w.hi[a]])
		}
		for i := from; i < to; i++ {
			goLeft := false
			if x.levels != nil {
				lev := x.levels[i]
				if w.set[a][lev>>6]>>(lev&63)&1 == 0 {
					continue
				}
				goLeft = int(c) == a && t.sets[int(t.cut[n])+lev>>6]>>(lev&63)&1 != 0
			} else if int(c) == a {
				goLeft = i < int(x.first[t.cut[n]])
			}
			row := value[i*stride:][:stride]
			switch {
			case int(c) == a && goLeft:
				add(row, sb, whole, l)
			case int(c) == a:
				add(row, sb, whole, r)
			case y.levels != nil:
				add(row, sb, left, l)
				add(row, sb, right, r)
			default:
				cut := t.cut[n]
				add(row, span{lo: sb.lo, hi: cut}, nil, l)
				add(row, span{lo: cut, hi: sb.hi}, nil, r)
			}
		}
	})
	if y.levels == nil {
		for i := range ga {
			row := value[i*stride:][:stride]
			for j := 1; j < len(row); j++ {
				row[j] += row[j-1]
			}
		}
	}
	// Back to the order of the grids.
	if x.order == nil && y.order == nil {
		return
	}
	sorted := slices.Clone(value)
	for i := range ga {
		for j := range gb {
			value[x.at(i)*stride+y.at(j)] = sorted[i*stride+j]
		}
	}
}

// axis places the points of a grid in the cells of a tree.
type axis struct {
	// levels of the points of a categorical column, else nil.
	levels []int
	// first[c] is the number of points, sorted, below cell c.
	first []int32
	// order[i] is the place of the i-th smallest point, nil if they are sorted.
	order []int
}

func (x *axis) at(i int) int {
	if x.order == nil {
		return i
	}
	return x.order[i]
}

func newAxis(d *domain, grid []float64) axis {
	if d.levels > 0 {
		x := axis{levels: make([]int, len(grid))}
		for i, v := range grid {
			x.levels[i] = int(v)
		}
		return x
	}
	var x axis
	if !slices.IsSorted(grid) {
		x.order = make([]int, len(grid))
		for i := range x.order {
			x.order[i] = i
		}
		slices.SortStableFunc(x.order, func(i, j int) int {
			if grid[i] < grid[j] {
				return -1
			}
			if grid[i] > grid[j] {
				return 1
			}
			return 0
		})
	}
	x.first = make([]int32, d.cells()+1)
	for i := range grid {
		x.first[d.cell(grid[x.at(i)])+1]++
	}
	for c := range d.cells() {
		x.first[c+1] += x.first[c]
	}
	return x
}

func (d *Decomposition) checkColumn(col int) error {
	if col < 0 || col >= len(d.columns) {
		return fmt.Errorf("fanova: column %d, want one of 0..%d", col, len(d.columns)-1)
	}
	return nil
}

func (d *Decomposition) checkGrid(col int, grid []float64) error {
	if err := d.checkColumn(col); err != nil {
		return err
	}
	k := d.columns[col].Levels
	for i, v := range grid {
		if math.IsNaN(v) {
			return fmt.Errorf("fanova: grid of column %d: value %d is NaN", col, i)
		}
		if k > 0 && (v != math.Trunc(v) || v < 0 || v >= float64(k)) {
			return fmt.Errorf("fanova: grid of column %d: value %d is %v, want a level in 0..%d", col, i, v, k-1)
		}
	}
	return nil
}

// moments accumulates mean and standard deviation point by point (Welford).
type moments struct {
	n        int
	mean, m2 []float64
}

func newMoments(points int) *moments {
	return &moments{mean: make([]float64, points), m2: make([]float64, points)}
}

// add takes in the value of tree number n, counted from 0, at point i.
func (m *moments) add(i int, v float64) {
	delta := v - m.mean[i]
	m.mean[i] += delta / float64(m.n+1)
	m.m2[i] += delta * (v - m.mean[i])
}

func (m *moments) result() (mean, std []float64) {
	std = m.m2
	for i, v := range std {
		std[i] = math.Sqrt(v / float64(m.n))
	}
	return m.mean, std
}
