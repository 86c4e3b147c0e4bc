package bohb

import (
	"math"

	"github.com/nasalyze/nasalyze"
)

// seen remembers the configurations of a finite space that were proposed, so that
// none is again before all were. Nil in other spaces.
type seen map[uint64]struct{}

// finite tells whether a space has finitely many configurations.
func finite(s *nasalyze.Space) bool {
	for i := range s.Params {
		if p := &s.Params[i]; p.Kind == nasalyze.Float && p.Step == 0 && p.Varies() {
			return false
		}
	}
	return true
}

// mark takes note of a configuration by the coordinates that its values encode to.
func (s seen) mark(u []float64) {
	if s != nil {
		s[keyOf(u)] = struct{}{}
	}
}

func (s seen) has(u []float64) bool {
	_, ok := s[keyOf(u)]
	return ok
}

// keyOf is a hash of coordinates (FNV-1a of their words). Should two
// configurations ever share one of 2^64, the second is passed over.
func keyOf(u []float64) uint64 {
	h := uint64(14695981039346656037)
	for _, x := range u {
		b := math.Float64bits(x)
		if x != x {
			b = math.MaxUint64 // every NaN is inactive
		}
		h = (h ^ b) * 1099511628211
		h ^= h >> 32
	}
	return h
}
