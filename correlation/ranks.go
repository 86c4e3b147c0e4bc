package correlation

import (
	"cmp"
	"fmt"
	"math"
	"slices"
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

// entry is a value to sort, as an integer of the same order.
type entry struct {
	key   uint64
	index int32
}

// ascending returns the indices of the values that are not NaN, ordered by value
// and, among equal values, by index.
func ascending(values []float64) []int32 {
	entries := make([]entry, 0, len(values))
	for i, v := range values {
		if !math.IsNaN(v) {
			entries = append(entries, entry{orderedBits(v), int32(i)})
		}
	}
	if len(entries) < radixMin {
		slices.SortFunc(entries, func(a, b entry) int {
			if a.key != b.key {
				return cmp.Compare(a.key, b.key)
			}
			return cmp.Compare(a.index, b.index)
		})
	} else {
		entries = radixSort(entries)
	}
	order := make([]int32, len(entries))
	for i, e := range entries {
		order[i] = e.index
	}
	return order
}

// orderedBits maps numbers to integers of the same order; 0 and -0 are equal.
func orderedBits(v float64) uint64 {
	b := math.Float64bits(v + 0) // -0 + 0 is 0
	if b>>63 == 1 {
		return ^b
	}
	return b | 1<<63
}

const (
	radixMin  = 512 // fewer entries are sorted faster by comparison
	digitBits = 11
	digits    = 6 // of 11 bits hold 64
)

// radixSort sorts by key, stably, digit by digit from the lowest. Digits that all
// keys share cost nothing.
func radixSort(entries []entry) []entry {
	var counts [digits][1 << digitBits]int32
	for _, e := range entries {
		for d := range digits {
			counts[d][e.key>>(d*digitBits)&(1<<digitBits-1)]++
		}
	}
	buffer := make([]entry, len(entries))
	for d := range digits {
		count := &counts[d]
		shift := d * digitBits
		if int(count[entries[0].key>>shift&(1<<digitBits-1)]) == len(entries) {
			continue
		}
		start := int32(0)
		for i, c := range count {
			count[i] = start
			start += c
		}
		for _, e := range entries {
			at := &count[e.key>>shift&(1<<digitBits-1)]
			buffer[*at] = e
			*at++
		}
		entries, buffer = buffer, entries
	}
	return entries
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
