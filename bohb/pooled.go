package bohb

import (
	"math"
	"slices"
)

// pooled returns the results of all budgets together, for as long as none has enough
// of its own: each configuration once, at the largest budget that it was run at, with the
// rank among the results of that budget, scaled to (0, 1), in the place of a loss. It
// is nil if even these are too few.
//
// With few rungs or many parameters the first model would otherwise come long after
// 2 (d+1) configurations have been seen. A rank among those that were promoted is worth more
// than the same rank among all; that is not corrected for.
func (m *model) pooled() *observations {
	total, finite := 0, 0
	for _, o := range m.budgets {
		total += len(o.loss)
		finite += o.finite
	}
	if finite < m.opt.MinPoints {
		return nil
	}
	if m.pool == nil || m.pool.budget != m.least || m.pool.told != total {
		m.pool = &pool{observations: observations{budget: m.least, values: m.newValues()}, told: total}
		counted := make(map[uint64]bool)
		for _, o := range slices.Backward(m.budgets) {
			if m.given(o.budget) {
				break
			}
			for i, row := range o.order {
				if k := keyOf(o.points[row]); !counted[k] {
					counted[k] = true
					rank := (float64(i) + 0.5) / float64(len(o.order))
					if math.IsInf(o.loss[row], 1) {
						rank = math.Inf(1)
					}
					m.pool.add(m.layout, o.points[row], rank)
				}
			}
		}
	}
	if good := m.pool.split(m.opt); good > 0 {
		m.pool.fit(m, good)
		return &m.pool.observations
	}
	return nil
}

// pool is what pooled returns, as of so many results.
type pool struct {
	observations
	told int
}
