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
// of exp(-32) are together 1e-9 of it.
const negligible = 32

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
		if t := top - a; t < negligible {
			sum += expOfMinus(t)
		}
	}
	s.sum += sum
}

func (s *logSum) log() float64 { return s.max + math.Log(s.sum) }

// expTable holds exp(-i/expNodes).
const expNodes = 64

var expTable = func() (table [negligible * expNodes]float64) {
	for i := range table {
		table[i] = math.Exp(-float64(i) / expNodes)
	}
	return table
}()

// expOfMinus is exp(-t) for 0 <= t < negligible to a relative error of 1e-11, at a
// third of the cost of math.Exp, which was most of that of a proposal: by the table
// and the series of the rest r < 1/64, whose error is below r^5/120 = 8e-12.
func expOfMinus(t float64) float64 {
	x := t * expNodes
	i := int(x)
	r := (x - float64(i)) * (1.0 / expNodes)
	return expTable[uint(i)%uint(len(expTable))] * (1 - r*(1-r*(1.0/2-r*(1.0/6-r*(1.0/24)))))
}
