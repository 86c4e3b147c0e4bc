package forest

import (
	"math/rand/v2"
	"testing"
)

// TestNothingBehindTheLastCode: where no split through a column gains anything, what
// rounding leaves of weights that do not add up must not pass for a split without
// rows on one side.
func TestNothingBehindTheLastCode(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 300 {
		var x, y, w []float64
		for a := range 2 {
			for b := range 2 {
				weight := 0.1 * float64(1+rng.IntN(9))
				for range 4 { // enough rows for the columns to be counted
					x = append(x, float64(a), float64(b))
					y = append(y, float64(a^b))
					w = append(w, weight)
				}
			}
		}
		f := mustFit(t, x, y, w, make([]Column, 2), Options{Trees: 1, NoBootstrap: true, FeatureFraction: 1})
		tree := &f.Trees[0]
		for i := range tree.NumNodes() {
			if !(tree.Weight[i] > 0) {
				t.Fatalf("node %d of %d has the weight %v", i, tree.NumNodes(), tree.Weight[i])
			}
		}
		if tree.NumLeaves() != 4 {
			t.Fatalf("%d leaves of four cells, weights %v", tree.NumLeaves(), w)
		}
	}
}
