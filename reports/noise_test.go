package reports

import (
	"math"
	"testing"
)

func TestIfNoise(t *testing.T) {
	// Three parameters: main effects, pairs, pairs' totals, total indices, higher orders.
	mean := []float64{0.3, 0.1, 0, 0.1, 0, 0, 0.5, 0.3, 0.1, 0.7, 0.5, 0.2, 0.5}
	for _, c := range []struct{ factor, want float64 }{{1.2, 1.2}, {0.9, 1}, {3, 2}} { // shares sum to 1 at most
		s := &shares{d: 3, mean: mean}
		s.ifNoise([]float64{0.4, 0.3, 0}, c.factor)
		for k, v := range mean[:9] {
			if want := v * (c.want - 1); math.Abs(s.noisy[k]-want) > 1e-12 {
				t.Errorf("factor %v, share %d: moves by %v, want %v", c.factor, k, s.noisy[k], want)
			}
		}
		for j, confirmed := range []float64{0.4, 0.3, 0} {
			if want := c.want*confirmed - mean[9+j]; math.Abs(s.noisy[9+j]-want) > 1e-12 {
				t.Errorf("factor %v, total index %d: moves by %v, want %v", c.factor, j, s.noisy[9+j], want)
			}
		}
		if want := -0.5 * (c.want - 1); math.Abs(s.noisy[12]-want) > 1e-12 {
			t.Errorf("factor %v, higher orders: move by %v, want %v", c.factor, s.noisy[12], want)
		}
	}
	s := &shares{d: 1, mean: mean[:3]}
	if s.ifNoise([]float64{1}, 2); s.noisy != nil {
		t.Error("a single parameter explains all of the variance, noise or not")
	}
	s = &shares{mean: []float64{0.5, 0.5}, std: []float64{0, 0}, se: []float64{0.03, 0.03}, noisy: []float64{0.04 / noiseFactor, -0.04 / noiseFactor}, z: 1}
	if up, down := s.stat(0), s.stat(1); math.Abs(up.Hi-0.55) > 1e-12 || math.Abs(up.Lo-0.47) > 1e-12 || math.Abs(down.Lo-0.45) > 1e-12 || math.Abs(down.Hi-0.53) > 1e-12 {
		t.Errorf("intervals %v and %v, want 0.47 to 0.55 and 0.45 to 0.53", up, down)
	}
}

// TestNoisyTotals: trees take noise of half the standard deviation for interactions, and intervals of total
// indices know it. Where there is little noise they need not.
func TestNoisyTotals(t *testing.T) {
	f := friedman(10, 10, 20, 10, 5)
	f.noise = 2.5
	a := analyzed(t, sampleOf(t, 1000, 1, f), Options{Replicates: 20, Brief: true})
	over := 0
	for j, want := range f.exact.totals {
		s := a.Budgets[0].Importance[j].Sobol
		if !(s.Lo <= want && want <= s.Hi) {
			t.Errorf("total index %d is not in %.3f to %.3f: %.3f", j, s.Lo, s.Hi, want)
		}
		if s.Mean-want > 0.03 {
			over++
		}
	}
	if over < 3 {
		t.Errorf("%d total indices are too large: no test of their intervals", over)
	}
}
