package radix

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestBits(t *testing.T) {
	values := []float64{-math.MaxFloat64, -1, -5e-324, 0, 5e-324, 0.5, 1, math.MaxFloat64}
	for i, v := range values {
		if Value(Bits(v)) != v {
			t.Errorf("%v comes back as %v", v, Value(Bits(v)))
		}
		if i > 0 && Bits(values[i-1]) >= Bits(v) {
			t.Errorf("%v is not below %v", values[i-1], v)
		}
	}
	if Bits(math.Copysign(0, -1)) != Bits(0) {
		t.Error("-0 differs from 0")
	}
}

func TestSorter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var s Sorter // one for all: its memory is used again
	for _, n := range []int{0, 1, 2, countFrom - 1, countFrom, 5000, countFrom + 1} {
		for _, draw := range []func() float64{rng.NormFloat64, func() float64 { return float64(rng.IntN(7)) }, func() float64 { return 3 }} {
			s.Keys = s.Keys[:0]
			for i := range n {
				s.Keys = append(s.Keys, Key{Bits(draw()), uint32(i)})
			}
			want := slices.Clone(s.Keys)
			slices.SortStableFunc(want, func(a, b Key) int { return cmp.Compare(a.Bits, b.Bits) })
			if !slices.Equal(s.Sort(), want) {
				t.Errorf("%d keys are not sorted", n)
			}
		}
	}
}
