package main

import (
	"context"
	"math"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// pairTermsSlowly follows the path from the root to every node.
func pairTermsSlowly(t *forest.Tree, node int32, above map[int32]bool) float64 {
	if t.IsLeaf(int(node)) {
		return 0
	}
	u := t.Feature[node]
	sum := float64(len(above))
	if above[u] {
		sum--
	}
	below := map[int32]bool{u: true}
	for v := range above {
		below[v] = true
	}
	return sum + pairTermsSlowly(t, int32(t.Left(int(node))), below) + pairTermsSlowly(t, t.Right[node], below)
}

func TestFloors(t *testing.T) {
	for _, d := range []int{3, 70} { // one word of columns and two
		data := friedman(200, max(d, 5), 1)
		d = max(d, 5)
		var x, y []float64
		for i := range 200 {
			x, y = append(x, data[i*(d+1):i*(d+1)+d]...), append(y, data[i*(d+1)+d])
		}
		f, err := forest.Fit(context.Background(), x, y, nil, make([]forest.Column, d), forest.Options{Trees: 3, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		want, inner := 0.0, 0.0
		for i := range f.Trees {
			want += pairTermsSlowly(&f.Trees[i], 0, nil)
			for n := range f.Trees[i].NumNodes() {
				if !f.Trees[i].IsLeaf(n) {
					inner += float64(f.Trees[i].Weight[n])
				}
			}
		}
		if got := pairTerms(f).Units; got != want || got == 0 {
			t.Errorf("%d columns: %v terms of pairs, by paths %v", d, got, want)
		}
		// 200 rows at the root, each of them on a path of several splits.
		if got := visits(f, 2).Units; math.Abs(got-2*inner*(1-1/math.E)) > 1e-6*got || got < 2*3*200*0.6 {
			t.Errorf("%d columns: %v visits", d, got)
		}
	}
}

func TestFraction(t *testing.T) {
	for d := 1; d <= 64; d++ {
		for tried := range d + 1 {
			want := tried
			if tried == 0 {
				want = d
			}
			if got := math.Ceil(fraction(tried, d) * float64(d)); int(got) != want {
				t.Errorf("%d of %d columns: fraction %v tries %v", tried, d, fraction(tried, d), got)
			}
		}
	}
}
