package importance

import (
	"math"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// TestImpurityByHand: leaves 0, 0, 4 under a split of column 0 and then 1. The root (variance
// 32/9, three rows) loses 3 * 32/9 - 2 * 4, its right child 2 * 4.
func TestImpurityByHand(t *testing.T) {
	f := plant(make([]forest.Column, 3),
		&node{column: 0, at: 0.5, left: leaf(0), right: &node{column: 1, at: 0.5, left: leaf(0), right: leaf(4)}},
		leaf(1))
	got, err := Impurity(f)
	if err != nil {
		t.Fatal(err)
	}
	for c, want := range []float64{1.0 / 4, 3.0 / 4, 0} {
		near(t, "share", got[c].Mean, want, 1e-15)
		if got[c].N != 1 || !math.IsNaN(got[c].Each[1]) {
			t.Errorf("column %d: %+v, want one tree", c, got[c])
		}
	}
	f.Trees = f.Trees[1:]
	if got, err = Impurity(f); err != nil || !math.IsNaN(got[0].Mean) {
		t.Errorf("a forest without splits: %+v, %v", got, err)
	}
	if _, err := Impurity(&forest.Forest{}); err == nil {
		t.Error("no error without trees")
	}
}
