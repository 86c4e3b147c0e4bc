package forest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

func TestCodebook(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, k := range []int{2, 3, 17, 255, 256} {
		values := []float64{math.Copysign(0, -1), 1e300}
		for len(values) < k {
			values = append(values, float64(len(values))-7.5)
		}
		tab := &table{n: 4 * k, d: 1, cols: make([]Column, 1)}
		for range 4 {
			for _, i := range rng.Perm(k) {
				tab.x = append(tab.x, values[i])
			}
		}
		tab.x[0], tab.x[slices.Index(tab.x, 0)] = 0, tab.x[0] // as well as -0
		book := tab.codebook(0)
		if book == nil {
			t.Fatalf("%d values in %d rows are not counted", k, tab.n)
		}
		slices.Sort(values)
		if !slices.Equal(book.values, values) {
			t.Fatalf("values %v, want %v", book.values, values)
		}
		tab.coded, tab.width = []int32{0}, []int{k}
		tab.code([]*codebook{book})
		for i, v := range tab.x {
			if got := values[tab.codes.at(&tab.places[0], uint32(i))]; got != v {
				t.Fatalf("%v has the code of %v", v, got)
			}
		}
	}
}

// TestNotCounted: columns for which there is no codebook.
func TestNotCounted(t *testing.T) {
	repeated := func(n, values int) []float64 {
		x := make([]float64, n)
		for i := range x {
			x[i] = float64(i % values)
		}
		return x
	}
	gap := repeated(100, 3)
	gap[99] = math.NaN()
	for name, x := range map[string][]float64{
		"one value":        repeated(100, 1),
		"a gap":            gap,
		"257 values":       repeated(5000, 257),
		"few rows a value": repeated(39, 10),
	} {
		if (&table{n: len(x), d: 1, x: x, cols: make([]Column, 1)}).codebook(0) != nil {
			t.Errorf("%s: counted", name)
		}
	}
}
