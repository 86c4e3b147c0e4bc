package bohb

import "math"

// block is the number of points whose kernels are computed together: their logs
// stay in the first cache.
const block = 256

// logSum is the log of a sum of exponentials, added to block by block.
type logSum struct {
	max, sum float64 // the sum is sum*exp(max)
}

// negligible is how far below the largest term a term no longer counts: 1e5 terms
// of exp(-37) are together below the precision of 1 by five digits.
const negligible = 48

func (s *logSum) add(logs []float64) {
	top := s.max
	for _, a := range logs {
		if a > top {
			top = a
		}
	}
	if top > s.max {
		s.sum *= math.Exp(s.max - top)
		s.max = top
	}
	low := top - negligible
	for _, a := range logs {
		if a > low {
			s.sum += math.Exp(a - top)
		}
	}
}

func (s *logSum) log() float64 { return s.max + math.Log(s.sum) }
