package bohb

import (
	"cmp"
	"math"
	"slices"
)

// pool is the results of all budgets together, as of so many results told.
type pool struct {
	observations
	told  int
	least float64
}

// pooled returns the results of all budgets together: each configuration once, with the
// rank in (0, 1) that it would have at the largest budget in the place of a loss, +Inf if
// it failed at the largest budget that it ran at.
//
// At the largest budget, ranks are those of the losses. From each budget to the next smaller
// one they are carried over by the configurations that ran at both, see rankCurve. A
// configuration that was not promoted comes thus after those that were, as far as ranks
// carry over: had each its rank at its own largest budget, the worst of those that were
// promoted would be worth less than a middling one that was not.
func (m *model) pooled() *observations {
	p := &m.pool
	if p.told == m.told && p.least == m.least {
		return &p.observations
	}
	*p = pool{observations: observations{good: p.good, bad: p.bad, fitted: -1}, told: m.told, least: m.least}
	const unknown = -1
	rank := make([]float64, m.values.n)
	for i := range rank {
		rank[i] = unknown
	}
	type placed struct {
		row  int32
		rank float64
	}
	var all []placed
	for _, o := range slices.Backward(m.budgets) {
		if m.given(o.budget) {
			break
		}
		curve := rankCurve{n: len(o.rows)}
		for i, row := range o.rows {
			if rank[row] != unknown {
				curve.add(i, rank[row])
			}
		}
		for i, row := range o.rows {
			if rank[row] != unknown {
				continue
			}
			rank[row] = curve.at(i)
			place := rank[row]
			if math.IsInf(o.loss[i], 1) {
				rank[row], place = 1, math.Inf(1)
			}
			all = append(all, placed{row, place})
		}
	}
	slices.SortStableFunc(all, func(a, b placed) int { return cmp.Compare(a.rank, b.rank) })
	for _, c := range all {
		p.rows = append(p.rows, c.row)
		p.loss = append(p.loss, c.rank)
		if !math.IsInf(c.rank, 1) {
			p.finite++
		}
	}
	return &p.observations
}

// rankCurve maps the place of a configuration among the n results at one budget to its
// rank at a larger one. It is the increasing function nearest to what is known, by least squares
// (isotonic regression), linear in between and towards rank 0 before the first place and 1
// after the last. Where the budgets do not agree it is flat in the middle, and
// where nothing is known it is the rank at the budget itself.
type rankCurve struct {
	n      int
	blocks []rankBlock
}

// rankBlock is consecutive known places whose ranks are replaced by their mean.
type rankBlock struct {
	first, last int
	sum         float64
	known       int
}

func (b *rankBlock) mean() float64 { return b.sum / float64(b.known) }

// add takes in a known rank; places ascend. Blocks out of order are merged (pool
// adjacent violators).
func (c *rankCurve) add(place int, rank float64) {
	b := rankBlock{place, place, rank, 1}
	for k := len(c.blocks) - 1; k >= 0 && c.blocks[k].mean() >= b.mean(); k-- {
		a := c.blocks[k]
		b = rankBlock{a.first, b.last, a.sum + b.sum, a.known + b.known}
		c.blocks = c.blocks[:k]
	}
	c.blocks = append(c.blocks, b)
}

// at returns the rank of a place.
func (c *rankCurve) at(place int) float64 {
	k, _ := slices.BinarySearchFunc(c.blocks, place, func(b rankBlock, place int) int { return cmp.Compare(b.last, place) })
	x0, y0, x1, y1 := -1, 0.0, c.n, 1.0
	if k > 0 {
		x0, y0 = c.blocks[k-1].last, c.blocks[k-1].mean()
	}
	if k < len(c.blocks) {
		x1, y1 = c.blocks[k].first, c.blocks[k].mean()
		if place >= x1 {
			return y1
		}
	}
	return y0 + (y1-y0)*float64(place-x0)/float64(x1-x0)
}
