package bohb

import "math"

// block is the number of points whose kernels are computed together: their logs
// stay in the first cache.
const block = 256

// logSum is the log of a sum of exponentials, added to block by block.
type logSum struct {
	max, sum float64 // the sum is sum*exp(max)
}

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
	sum := 0.0
	for _, a := range logs {
		sum += expOfMinus(top - a)
	}
	s.sum += sum
}

func (s *logSum) log() float64 { return s.max + math.Log(s.sum) }

// expTable holds the bits of 2^(-i/expNodes).
const expNodes = 512

var expTable = func() (table [expNodes]uint64) {
	for i := range table {
		table[i] = math.Float64bits(math.Exp2(-float64(i) / expNodes))
	}
	return table
}()

// expOfMinus is exp(-t) for t >= 0 to a relative error of 5e-10 down to 2^-1000, and
// next to nothing beyond: 2^-k/512 by the table and the exponent, and three terms of
// the series of the rest r < ln 2/512, whose error is below r^3/6. It has no branch
// and is four times as fast as math.Exp, which was most of the cost of a proposal.
func expOfMinus(t float64) float64 {
	y := t * (expNodes / math.Ln2)
	k := min(uint64(int64(y)), 1000*expNodes) // what does not fit is negative, and thus large
	r := (y - float64(int64(k))) * (math.Ln2 / expNodes)
	return math.Float64frombits(expTable[k%expNodes]-k/expNodes<<52) * (1 - r*(1-r*0.5))
}
