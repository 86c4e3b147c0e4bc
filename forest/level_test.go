package forest

import (
	"math"
	"testing"

	"pgregory.net/rapid"
)

// TestSingleLevels checks every node of fully grown trees against all cuts of numeric
// columns and all splits of one level from the others.
func TestSingleLevels(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y, w, cols := smallTable(t)
		d := len(cols)
		opt := cart
		opt.SingleLevel = 1
		opt.MinLeaf = rapid.IntRange(1, 4).Draw(t, "MinLeaf")
		opt.Seed = rapid.Uint64().Draw(t, "seed")
		tree := mustFit(t, x, y, w, cols, opt).Trees[0]
		rows := make([][]int, tree.NumNodes())
		for i := range y {
			rows[0] = append(rows[0], i)
		}
		for k := range tree.NumNodes() {
			best := -1.0
			try := func(left func(i int) bool) {
				var l, r []int
				for _, i := range rows[k] {
					if left(i) {
						l = append(l, i)
					} else {
						r = append(r, i)
					}
				}
				if len(l) >= opt.MinLeaf && len(r) >= opt.MinLeaf {
					best = max(best, reduction(rows[k], l, r, y, w))
				}
			}
			for j, c := range cols {
				for level := range c.Levels {
					try(func(i int) bool { return int(x[i*d+j]) == level })
				}
				for _, m := range rows[k] {
					if c.Levels == 0 {
						try(func(i int) bool { return x[i*d+j] <= x[m*d+j] })
					}
				}
			}
			if tree.IsLeaf(k) {
				if _, _, variance := moments(rows[k], y, w); best >= 0 && variance > 0 {
					t.Fatalf("node %d is a leaf, but a split gains %v", k, best)
				}
				continue
			}
			l, r := tree.Left(k), int(tree.Right[k])
			for _, i := range rows[k] {
				if tree.GoesLeft(k, x[i*d+int(tree.Feature[k])]) {
					rows[l] = append(rows[l], i)
				} else {
					rows[r] = append(rows[r], i)
				}
			}
			if got := reduction(rows[k], rows[l], rows[r], y, w); got < best-1e-9*(1+best) || got > best+1e-9*(1+best) {
				t.Fatalf("node %d: split of column %d gains %v, the best of single levels %v", k, tree.Feature[k], got, best)
			}
		}
	})
}

// TestSingleLevelHalf: half of the splits of a column with many levels separate one of
// them, where sets would do better at every node.
func TestSingleLevelHalf(t *testing.T) {
	const levels, each = 8, 50
	var x, y []float64
	for i := range levels * each {
		x = append(x, float64(i%levels))
		y = append(y, float64(i%2)) // odd levels against even ones
	}
	opt := cart
	opt.Trees, opt.SingleLevel = 400, 0.5
	single := 0
	for _, tree := range mustFit(t, x, y, nil, []Column{{Levels: levels}}, opt).Trees {
		left := 0
		for c := range levels {
			if tree.GoesLeft(0, float64(c)) {
				left++
			}
		}
		if left == 1 || left == levels-1 {
			single++
		} else if left != levels/2 {
			t.Fatalf("%d of %d levels go left, want 1, half or all but 1", left, levels)
		}
	}
	if single < 160 || single > 240 { // 4 standard deviations
		t.Errorf("%d of 400 trees begin with a single level, want about half", single)
	}
}

func TestSingleLevelOption(t *testing.T) {
	for _, p := range []float64{-0.1, 1.1, math.NaN()} {
		if _, err := (Options{SingleLevel: p}).resolve(); err == nil {
			t.Errorf("SingleLevel %v: no error", p)
		}
	}
}
