package fanova

import (
	"fmt"
	"math"
	"slices"
)

// QuantileCutoffs returns the cutoffs at two quantiles of the responses y, with
// 0 <= lower < upper <= 1. Lower 0 and upper 1 are no bound on that side. QuantileCutoffs(y,
// 0, 0.1) keeps the differences among the best tenth and makes all that is worse
// equally bad: what matters there for being and for ranking among the best.
//
// The quantile q is the smallest response that at least the share q of the responses does
// not exceed (numpy's method inverted_cdf, definition 1 of Hyndman and Fan, "Sample
// quantiles in statistical packages", The American Statistician 50, 1996), so that
// a cutoff is always an observed response. NaN responses are left out.
func QuantileCutoffs(y []float64, lower, upper float64) (Cutoffs, error) {
	none := Cutoffs{math.Inf(-1), math.Inf(1)}
	if !(0 <= lower && lower < upper && upper <= 1) {
		return none, fmt.Errorf("fanova: quantiles %v and %v, want 0 <= lower < upper <= 1", lower, upper)
	}
	sorted := slices.DeleteFunc(slices.Clone(y), math.IsNaN)
	if len(sorted) == 0 {
		return none, fmt.Errorf("fanova: no responses to take quantiles of")
	}
	slices.Sort(sorted)
	at := func(q float64) float64 {
		// 0.1*30 is 3.0000000000000004 on some sizes; do not let that become 4.
		i := int(math.Ceil(q*float64(len(sorted)) - 1e-9))
		return sorted[max(i, 1)-1]
	}
	c := none
	if lower > 0 {
		c.Lower = at(lower)
	}
	if upper < 1 {
		c.Upper = at(upper)
	}
	return c, nil
}

// Contains reports whether a response lies within the cutoffs, bounds included.
func (c Cutoffs) Contains(v float64) bool { return c.Lower <= v && v <= c.Upper }

// Rows returns the indices of the responses within the cutoffs: the rows to fit a
// forest to when what lies beyond is to be excluded.
//
// Clamping (Options.Cutoffs) and excluding answer different questions. Clamping keeps
// all configurations and asks what separates good from bad and the good from each
// other. Excluding asks what explains the differences among the good rows alone; the
// forest then knows nothing of the bad regions and continues the good ones into
// them. Restricting the measure to the leaves within the cutoffs instead would
// make the columns dependent, and the decomposition is not defined there.
//
// The documentation of automl/fanova calls its cutoffs an exclusion, while its code
// clamps, as Options.Cutoffs does.
func (c Cutoffs) Rows(y []float64) []int {
	var rows []int
	for i, v := range y {
		if c.Contains(v) {
			rows = append(rows, i)
		}
	}
	return rows
}
