package correlation

import (
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze/internal/radix"
)

// Ranks returns the ranks 1 to n of the values in ascending order. Equal values
// share the mean of their ranks. A NaN has no rank: its rank is NaN, and the
// others are ranked as if it were not there. It takes O(n log n) for few values
// and O(n) for many.
func Ranks(values []float64) []float64 {
	ranks := make([]float64, len(values))
	for i := range ranks {
		ranks[i] = math.NaN()
	}
	radix.Ranks(ranks, sorted(values))
	return ranks
}

// sorted returns the values that are not NaN, ordered by value and, among equal values, by index.
func sorted(values []float64) []radix.Key {
	s := radix.Sorter{Keys: make([]radix.Key, 0, len(values))}
	for i, v := range values {
		if !math.IsNaN(v) {
			s.Keys = append(s.Keys, radix.Key{Bits: radix.Bits(v), Row: uint32(i)})
		}
	}
	return s.Sort()
}

// ascending returns the indices of the values in the order of sorted.
func ascending(values []float64) []int32 {
	keys := sorted(values)
	order := make([]int32, len(keys))
	for i, k := range keys {
		order[i] = int32(k.Row)
	}
	return order
}

// check returns an error for columns of different lengths and infinite values.
func check(cols [][]float64) error {
	for b, col := range cols {
		if len(col) != len(cols[0]) {
			return fmt.Errorf("correlation: column %d has %d rows, expected %d as in column 0", b, len(col), len(cols[0]))
		}
		if len(col) > math.MaxInt32 {
			return fmt.Errorf("correlation: %d rows, expected at most %d", len(col), math.MaxInt32)
		}
		for i, v := range col {
			if math.IsInf(v, 0) {
				return fmt.Errorf("correlation: column %d row %d is %v, expected a finite number, or NaN where nothing was observed", b, i, v)
			}
		}
	}
	return nil
}
