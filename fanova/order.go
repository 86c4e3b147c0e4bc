package fanova

import "math"

// Orders tells how much of the variance is explained by effects of one column,
// of two, and of more together.
type Orders struct {
	Mains, Pairs, Higher Stat
}

// Explained sums up effects by order; mains and pairs are those of all columns, from
// [Decomposition.Mains] and [Decomposition.Pairs].
func Explained(mains, pairs []Effect) Orders {
	sum := func(effects []Effect, n int) []float64 {
		s := make([]float64, n)
		for _, e := range effects {
			for k, v := range e.IndividualByTree {
				s[k] += v
			}
		}
		return s
	}
	if len(mains) == 0 {
		return Orders{NewStat(nil), NewStat(nil), NewStat(nil)}
	}
	n := len(mains[0].IndividualByTree)
	one, two := sum(mains, n), sum(pairs, n)
	more := make([]float64, n)
	for k := range more {
		if math.IsNaN(one[k]) {
			two[k], more[k] = math.NaN(), math.NaN()
		} else if len(mains) > 2 {
			more[k] = max(0, 1-one[k]-two[k])
		}
	}
	return Orders{NewStat(one), NewStat(two), NewStat(more)}
}
