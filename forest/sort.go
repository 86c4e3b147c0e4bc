package forest

import (
	"cmp"
	"math"
	"slices"
)

// key is a number as sortable bits and the row it is from.
type key struct {
	bits uint64
	row  uint32
}

// sortable maps finite numbers to integers of the same order; -0 equals 0.
func sortable(v float64) uint64 {
	b := math.Float64bits(v + 0)
	if b>>63 != 0 {
		return ^b
	}
	return b | 1<<63
}

func unsortable(b uint64) float64 {
	if b>>63 != 0 {
		return math.Float64frombits(b &^ (1 << 63))
	}
	return math.Float64frombits(^b)
}

// sorter sorts keys and keeps its memory for the next column.
type sorter struct {
	keys, spare []key
}

const (
	digitBits   = 11
	digits      = (64 + digitBits - 1) / digitBits
	digitValues = 1 << digitBits
	// radixFrom is the number of keys from which counting passes beat comparing.
	radixFrom = 1024
)

// sort orders s.keys by bits, equal ones by row, given that they come by row.
// The result is valid until the next use of s.
func (s *sorter) sort() []key {
	keys := s.keys
	if len(keys) < radixFrom {
		slices.SortFunc(keys, func(a, b key) int {
			if a.bits != b.bits {
				return cmp.Compare(a.bits, b.bits)
			}
			return cmp.Compare(a.row, b.row)
		})
		return keys
	}
	s.spare = slices.Grow(s.spare[:0], len(keys))[:len(keys)]
	from, to := keys, s.spare
	var count [digits][digitValues]uint32
	for _, k := range keys {
		for p := range digits {
			count[p][k.bits>>(p*digitBits)%digitValues]++
		}
	}
	for p := range digits {
		c := &count[p]
		if int(c[keys[0].bits>>(p*digitBits)%digitValues]) == len(keys) {
			continue // all keys share this digit
		}
		sum := uint32(0)
		for v, k := range c {
			c[v] = sum
			sum += k
		}
		for _, k := range from {
			v := k.bits >> (p * digitBits) % digitValues
			to[c[v]] = k
			c[v]++
		}
		from, to = to, from
	}
	s.keys, s.spare = from, to
	return from
}
