package forest

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestSortable(t *testing.T) {
	values := []float64{-math.MaxFloat64, -1, -5e-324, 0, 5e-324, 0.5, 1, math.MaxFloat64}
	for i, v := range values {
		if unsortable(sortable(v)) != v {
			t.Errorf("%v comes back as %v", v, unsortable(sortable(v)))
		}
		if i > 0 && sortable(values[i-1]) >= sortable(v) {
			t.Errorf("%v is not below %v", values[i-1], v)
		}
	}
	if sortable(math.Copysign(0, -1)) != sortable(0) {
		t.Error("-0 differs from 0")
	}
}

func TestSorter(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var s sorter // one for all: its memory is used again
	for _, n := range []int{0, 1, 2, radixFrom - 1, radixFrom, 5000, radixFrom + 1} {
		for _, draw := range []func() float64{rng.NormFloat64, func() float64 { return float64(rng.IntN(7)) }, func() float64 { return 3 }} {
			s.keys = s.keys[:0]
			for i := range n {
				s.keys = append(s.keys, key{sortable(draw()), uint32(i)})
			}
			want := slices.Clone(s.keys)
			slices.SortStableFunc(want, func(a, b key) int { return cmp.Compare(a.bits, b.bits) })
			if !slices.Equal(s.sort(), want) {
				t.Errorf("%d keys are not sorted", n)
			}
		}
	}
}
