package fanova

import "fmt"

// Unseen are the rows that one tree of a forest has not seen. See [Decomposition.OneStep].
type Unseen struct {
	Rows []uint32
	// Residual is, for each of Rows, the response less the mean prediction of the other
	// trees that have not seen it; NaN where there are none.
	Residual []float64
}

// unseenRow is a row that a tree has not seen. The residual is centered as those of all rows, times
// the share of the row and the number of all trees over that of those that have not seen it.
type unseenRow struct {
	row      uint32
	residual float64
}

func (d *Decomposition) checkUnseen(unseen []Unseen, rows int) error {
	if unseen != nil && len(unseen) != len(d.trees) {
		return fmt.Errorf("fanova: rows unseen by %d trees, want %d", len(unseen), len(d.trees))
	}
	for k, u := range unseen {
		if len(u.Rows) != len(u.Residual) {
			return fmt.Errorf("fanova: tree %d has not seen %d rows, but %d residuals", k, len(u.Rows), len(u.Residual))
		}
		for _, i := range u.Rows {
			if int64(i) >= int64(rows) {
				return fmt.Errorf("fanova: row %d that tree %d has not seen is not one of %d", i, k, rows)
			}
		}
	}
	return nil
}

// arrange takes the rows that trees have not seen.
func (s *oneStep) arrange(unseen []Unseen) {
	if unseen == nil {
		return
	}
	trees := make([]float64, len(s.share)) // that have not seen each row
	for _, u := range unseen {
		for j, i := range u.Rows {
			if u.Residual[j] == u.Residual[j] {
				trees[i]++
			}
		}
	}
	s.unseen, s.coarse = make([][]unseenRow, len(unseen)), make([][]coarse, len(unseen))
	for k, u := range unseen {
		for c := range s.lattices {
			s.coarse[k] = append(s.coarse[k], s.lattices[c].coarse(k))
		}
		for j, i := range u.Rows {
			if e := u.Residual[j]; e == e && s.share[i] > 0 {
				weight := s.share[i] * float64(len(unseen)) / trees[i]
				s.unseen[k] = append(s.unseen[k], unseenRow{i, weight * (e - s.mean)})
			}
		}
	}
}

// alongUnseen returns the sum of the products of the effect of a pair in tree k with the residuals of the
// rows that the tree has not seen.
func (s *oneStep) alongUnseen(k, a, b int, effect *pairTable) float64 {
	ca, cb := s.cell[a], s.cell[b]
	ga, gb := s.coarse[k][a].group, s.coarse[k][b].group
	sum := 0.0
	for _, u := range s.unseen[k] {
		if i, j := ca[u.row], cb[u.row]; i >= 0 && j >= 0 {
			sum += effect.at(ga[i], gb[j]) * u.residual
		}
	}
	return sum
}

// coarse is a lattice as one tree needs it: cells that it does not tell apart are one.
type coarse struct {
	division
	group []int32 // of each cell of the lattice, and of its end
}

// coarse returns the cells of l that tree k tells apart.
func (l *lattice) coarse(k int) coarse {
	c := coarse{division{nil, l.numeric}, make([]int32, l.cells()+1)}
	begins := make([]bool, l.cells()+1)
	begins[0] = true
	if l.numeric {
		for _, i := range l.first[k] {
			begins[i] = true
		}
	}
	for i, w := range l.weight {
		if begins[i] || !l.numeric {
			c.weight = append(c.weight, 0)
		}
		c.group[i] = int32(len(c.weight) - 1)
		c.weight[c.group[i]] += w
	}
	c.group[l.cells()] = int32(len(c.weight))
	return c
}

// merge moves changes to the cells of c.
func (c *coarse) merge(changes []change) {
	for i := range changes {
		changes[i].at = c.group[changes[i].at]
	}
}
