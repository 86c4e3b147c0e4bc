package fanova

import "math"

// MeanDimension returns the mean number of columns in an effect, weighted by the
// shares of the effects, from the total indices of all columns: the sum of |U| V_U/V is
// the sum of the total indices, since every set counts once for each of its columns
// (Liu and Owen, "Estimating mean dimensionality of analysis of variance
// decompositions", JASA 101, 2006). It is 1 for a sum of functions of one column
// each, and tells how far the orders beyond [Explained] reach without computing them.
func MeanDimension(totals []TotalIndex) Stat {
	if len(totals) == 0 {
		return NewStat(nil)
	}
	sum := make([]float64, len(totals[0].ByTree))
	for _, t := range totals {
		for k, v := range t.ByTree {
			sum[k] += v
		}
	}
	for k, v := range sum {
		// The empty set has no variance, so that no tree is below 1.
		if !math.IsNaN(v) {
			sum[k] = max(v, 1)
		}
	}
	return NewStat(sum)
}
