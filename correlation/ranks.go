package correlation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Ranks returns the ranks 1 to n of the values in ascending order. Equal values
// share the mean of their ranks. A NaN has no rank: its rank is NaN, and the
// others are ranked as if it were not there.
func Ranks(values []float64) []float64 {
	ranks := make([]float64, len(values))
	for i := range ranks {
		ranks[i] = math.NaN()
	}
	order := ascending(values)
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			ranks[k] = float64(i+1+j) / 2
		}
		i = j
	}
	return ranks
}

// ascending returns the indices of the values that are not NaN, ordered by value
// and, among equal values, by index.
func ascending(values []float64) []int32 {
	type entry struct {
		value float64
		index int32
	}
	entries := make([]entry, 0, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			entries = append(entries, entry{v, int32(i)})
		}
	}
	slices.SortFunc(entries, func(a, b entry) int {
		// Values differ nearly always, and none is NaN.
		switch {
		case a.value < b.value:
			return -1
		case a.value > b.value:
			return 1
		}
		return cmp.Compare(a.index, b.index)
	})
	order := make([]int32, len(entries))
	for i, e := range entries {
		order[i] = e.index
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
