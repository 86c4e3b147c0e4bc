package fanova

import "math/bits"

// mainEffect is the main effect of one column in one tree.
type mainEffect struct {
	// step holds a_j - mean on each cell, nil where the tree does not split on
	// the column.
	step     []float64
	variance float64
}

// mains computes the main effects of all columns. A node that splits on column
// j adds its increments, times the share of the other columns' volume in its
// box, to the cells of its range: a difference array for numeric columns.
func (t *tree) mains() []mainEffect {
	all := make([]mainEffect, len(t.domain))
	w := newWalker(t)
	w.walk(func(n int32, volume float64) {
		c := t.column[n]
		d, m := &t.domain[c], &all[c]
		if m.step == nil {
			m.step = make([]float64, d.cells()+1)
		}
		weight := volume / w.side[c]
		left := weight * (t.mean[n+1] - t.mean[n])
		right := weight * (t.mean[t.right[n]] - t.mean[n])
		if d.levels == 0 {
			m.step[w.lo[c]] += left
			m.step[t.cut[n]] += right - left
			m.step[w.hi[c]] -= right
			return
		}
		goLeft := t.sets[t.cut[n]:]
		for i, s := range w.set[c] {
			for l := s & goLeft[i]; l != 0; l &= l - 1 {
				m.step[i<<6+bits.TrailingZeros64(l)] += left
			}
			for r := s &^ goLeft[i]; r != 0; r &= r - 1 {
				m.step[i<<6+bits.TrailingZeros64(r)] += right
			}
		}
	})
	for c := range all {
		m, d := &all[c], &t.domain[c]
		if m.step == nil {
			continue
		}
		m.step = m.step[:d.cells()]
		sum := 0.0
		for i, s := range m.step {
			if d.levels == 0 {
				sum += s
				m.step[i] = sum
			}
			m.variance += d.weight(i) * m.step[i] * m.step[i]
		}
	}
	return all
}
