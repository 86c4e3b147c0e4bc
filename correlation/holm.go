package correlation

import (
	"cmp"
	"math"
	"slices"
)

// Holm returns p-values corrected for as many tests as there are p-values that
// are not NaN, by Holm's step-down procedure ("A simple sequentially rejective
// multiple test procedure", Scandinavian Journal of Statistics 6, 1979). NaN stays
// NaN.
func Holm(p []float64) []float64 {
	out := make([]float64, len(p))
	var order []int
	for i, v := range p {
		out[i] = math.NaN()
		if !math.IsNaN(v) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(p[i], p[j]) })
	least := 0.0
	for k, i := range order {
		least = max(least, min(1, p[i]*float64(len(order)-k)))
		out[i] = least
	}
	return out
}
