// Package radix sorts numbers with the rows they are from, in O(n) for many.
package radix

import (
	"cmp"
	"math"
	"slices"
)

// Key is a number as sortable [Bits] and the row it is from.
type Key struct {
	Bits uint64
	Row  uint32
}

// Bits maps numbers that are not NaN to integers of the same order; -0 equals 0.
func Bits(v float64) uint64 {
	b := math.Float64bits(v + 0)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

// Value is the number of these bits.
func Value(b uint64) float64 {
	if b>>63 != 0 {
		return math.Float64frombits(b &^ (1 << 63))
	}
	return math.Float64frombits(^b)
}

// Ranks sets the ranks 1 to n of sorted keys at their rows; equal ones share the mean of theirs.
func Ranks(ranks []float64, sorted []Key) {
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j].Bits == sorted[i].Bits {
			j++
		}
		for _, k := range sorted[i:j] {
			ranks[k.Row] = float64(i+1+j) / 2
		}
		i = j
	}
}

// Sorter sorts keys and keeps its memory for the next ones.
type Sorter struct {
	// Keys are to be sorted, by ascending rows.
	Keys  []Key
	spare []Key
}

const (
	digitBits   = 11
	digits      = (64 + digitBits - 1) / digitBits
	digitValues = 1 << digitBits
	// countFrom is the number of keys from which counting passes beat comparing.
	countFrom = 1024
)

// Sort orders the keys by bits, equal ones by row.
// The result is valid until the next use of s.
func (s *Sorter) Sort() []Key {
	keys := s.Keys
	if len(keys) < countFrom {
		slices.SortFunc(keys, func(a, b Key) int {
			if a.Bits != b.Bits {
				return cmp.Compare(a.Bits, b.Bits)
			}
			return cmp.Compare(a.Row, b.Row)
		})
		return keys
	}
	s.spare = slices.Grow(s.spare[:0], len(keys))[:len(keys)]
	from, to := keys, s.spare
	var count [digits][digitValues]uint32
	for _, k := range keys {
		for p := range digits {
			count[p][k.Bits>>(p*digitBits)%digitValues]++
		}
	}
	for p := range digits {
		c := &count[p]
		if int(c[keys[0].Bits>>(p*digitBits)%digitValues]) == len(keys) {
			continue // all keys share this digit
		}
		sum := uint32(0)
		for v, k := range c {
			c[v] = sum
			sum += k
		}
		for _, k := range from {
			v := k.Bits >> (p * digitBits) % digitValues
			to[c[v]] = k
			c[v]++
		}
		from, to = to, from
	}
	s.Keys, s.spare = from, to
	return from
}
