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
	top, sum := s.max, s.sum
	for _, a := range logs {
		t := top - a
		if t < 0 { // rare
			sum *= math.Exp(t)
			top, t = a, 0
		}
		sum += expOfMinus(t)
	}
	s.max, s.sum = top, sum
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
	const unit = math.Ln2 / expNodes
	y := t * (1 / unit)
	k := min(uint64(int64(y)), 1000*expNodes) // what does not fit is negative, and thus large
	r := y - float64(int64(k))
	return math.Float64frombits(expTable[k%expNodes]-k/expNodes<<52) * (1 - r*(unit-r*(unit*unit/2)))
}
