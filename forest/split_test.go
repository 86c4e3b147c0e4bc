package forest

import (
	"math"
	"math/bits"
	"testing"

	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze/internal/radix"
)

// smallTable draws a table in which ties, equal rows and equal responses are common.
func smallTable(t *rapid.T) (x, y, w []float64, cols []Column) {
	n := rapid.IntRange(1, 24).Draw(t, "n")
	d := rapid.IntRange(1, 4).Draw(t, "d")
	cols = make([]Column, d)
	for j := range cols {
		cols[j] = Column{Levels: rapid.SampledFrom([]int{0, 0, 2, 3, 6}).Draw(t, "levels"), Lower: -4, Upper: 4}
	}
	x, y, w = make([]float64, n*d), make([]float64, n), make([]float64, n)
	coarse := rapid.Bool().Draw(t, "coarse")
	for i := range n {
		for j, c := range cols {
			switch {
			case c.Levels > 0:
				x[i*d+j] = float64(rapid.IntRange(0, c.Levels-1).Draw(t, "level"))
			case coarse:
				x[i*d+j] = float64(rapid.IntRange(-2, 2).Draw(t, "x"))
			default:
				x[i*d+j] = rapid.Float64Range(-4, 4).Draw(t, "x")
			}
		}
		y[i] = float64(rapid.IntRange(-20, 20).Draw(t, "y")) / 4
		w[i] = float64(rapid.IntRange(1, 3).Draw(t, "w"))
	}
	if rapid.Bool().Draw(t, "unweighted") {
		w = nil
	}
	return x, y, w, cols
}

// moments returns weight, mean and variance of some rows.
func moments(rows []int, y, w []float64) (weight, mean, variance float64) {
	of := func(i int) float64 {
		if w == nil {
			return 1
		}
		return w[i]
	}
	for _, i := range rows {
		weight += of(i)
		mean += of(i) * y[i]
	}
	mean /= weight
	for _, i := range rows {
		variance += of(i) * (y[i] - mean) * (y[i] - mean)
	}
	return weight, mean, variance / weight
}

// bruteForce returns the largest reduction of the sum of squared errors by any
// cut of any column and any subset of levels, -1 if there is none; and the
// largest one that is promised. They differ where the minimum leaf size forbids
// the best subset: then only cuts of the order of means are looked at.
func bruteForce(rows []int, x, y, w []float64, cols []Column, minLeaf int) (best, promised float64) {
	d := len(cols)
	best, promised = -1, -1
	try := func(ordered bool, left func(i int) bool) {
		var l, r []int
		for _, i := range rows {
			if left(i) {
				l = append(l, i)
			} else {
				r = append(r, i)
			}
		}
		if len(l) < minLeaf || len(r) < minLeaf {
			return
		}
		gain := reduction(rows, l, r, y, w)
		best = max(best, gain)
		if ordered {
			promised = max(promised, gain)
		}
	}
	for j, c := range cols {
		if c.Levels > 0 {
			for set := range 1 << c.Levels {
				try(minLeaf == 1 || separates(rows, set, x[j:], d, y, w), func(i int) bool { return set>>int(x[i*d+j])&1 != 0 })
			}
			continue
		}
		for _, k := range rows {
			try(true, func(i int) bool { return x[i*d+j] <= x[k*d+j] })
		}
	}
	return best, promised
}

// separates reports whether all levels of a set, in the column that x begins with,
// have lower means than all others. Equal means are left out: their order is free.
func separates(rows []int, set int, x []float64, d int, y, w []float64) bool {
	var levels [64][]int
	for _, i := range rows {
		levels[int(x[i*d])] = append(levels[int(x[i*d])], i)
	}
	highest, lowest := math.Inf(-1), math.Inf(1)
	for c, rows := range levels {
		if len(rows) == 0 {
			continue
		}
		_, mean, _ := moments(rows, y, w)
		if set>>c&1 != 0 {
			highest = max(highest, mean)
		} else {
			lowest = min(lowest, mean)
		}
	}
	return highest < lowest-1e-9
}

func reduction(rows, l, r []int, y, w []float64) float64 {
	sse := func(rows []int) float64 {
		weight, _, variance := moments(rows, y, w)
		return weight * variance
	}
	return sse(rows) - sse(l) - sse(r)
}

// TestSplitsAreOptimal checks every node of fully grown trees against all splits
// that exist.
func TestSplitsAreOptimal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, y, w, cols := smallTable(t)
		d := len(cols)
		opt := cart
		opt.MinLeaf = rapid.IntRange(1, 4).Draw(t, "MinLeaf")
		opt.Seed = rapid.Uint64().Draw(t, "seed")
		tree := mustFit(t, x, y, w, cols, opt).Trees[0]
		rows := make([][]int, tree.NumNodes())
		for i := range y {
			rows[0] = append(rows[0], i)
		}
		for k := range tree.NumNodes() {
			weight, mean, variance := moments(rows[k], y, w)
			if math.Abs(weight-float64(tree.Weight[k])*tree.WeightUnit) > 1e-6 || math.Abs(mean-tree.Value[k]) > 1e-9 || math.Abs(variance-tree.Variance[k]) > 1e-9 {
				t.Fatalf("node %d: weight, mean, variance %v %v %v, want %v %v %v", k,
					tree.Weight[k], tree.Value[k], tree.Variance[k], weight, mean, variance)
			}
			best, promised := bruteForce(rows[k], x, y, w, cols, opt.MinLeaf)
			if tree.IsLeaf(k) {
				if promised >= 0 && variance > 0 {
					t.Fatalf("node %d is a leaf, but a split gains %v", k, promised)
				}
				continue
			}
			l, r := tree.Left(k), int(tree.Right[k])
			if l <= k || r <= k {
				t.Fatalf("node %d has children %d and %d", k, l, r)
			}
			for _, i := range rows[k] {
				if tree.GoesLeft(k, x[i*d+int(tree.Feature[k])]) {
					rows[l] = append(rows[l], i)
				} else {
					rows[r] = append(rows[r], i)
				}
			}
			if len(rows[l]) < opt.MinLeaf || len(rows[r]) < opt.MinLeaf {
				t.Fatalf("node %d is split into %d and %d rows", k, len(rows[l]), len(rows[r]))
			}
			if got := reduction(rows[k], rows[l], rows[r], y, w); got < promised-1e-9*(1+best) || got > best+1e-9*(1+best) {
				t.Fatalf("node %d: split of column %d gains %v, the best %v, promised %v", k, tree.Feature[k], got, best, promised)
			}
			checkThreshold(t, &tree, k, rows[l], rows[r], x, d)
			checkAbsent(t, &tree, k, rows[k], x, cols)
		}
	})
}

func checkThreshold(t *rapid.T, tree *Tree, k int, l, r []int, x []float64, d int) {
	if tree.LevelSet(k) >= 0 {
		return
	}
	j := int(tree.Feature[k])
	below, above := math.Inf(-1), math.Inf(1)
	for _, i := range l {
		below = max(below, x[i*d+j])
	}
	for _, i := range r {
		above = min(above, x[i*d+j])
	}
	if got, want := tree.Threshold[k], below/2+above/2; got != want && (want > below && want < above || got != below) {
		t.Fatalf("node %d: threshold %v between %v and %v", k, got, below, above)
	}
}

func checkAbsent(t *rapid.T, tree *Tree, k int, rows []int, x []float64, cols []Column) {
	if tree.LevelSet(k) < 0 {
		return
	}
	j := int(tree.Feature[k])
	there := uint64(0)
	for _, i := range rows {
		there |= 1 << int(x[i*len(cols)+j])
	}
	absent := (1<<cols[j].Levels - 1) &^ there
	left := tree.Bits[tree.Subset[k]]
	if left>>cols[j].Levels != 0 {
		t.Fatalf("node %d: set %b has levels beyond %d", k, left, cols[j].Levels)
	}
	want := uint64(0)
	if tree.Weight[tree.Left(k)] >= tree.Weight[tree.Right[k]] {
		want = absent
	}
	if left&absent != want {
		t.Fatalf("node %d: %d of %d absent levels go left", k, bits.OnesCount64(left&absent), bits.OnesCount64(absent))
	}
}

// TestCountedAndSortedAgree fits the same integers as a counted and as a sorted column.
func TestCountedAndSortedAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(40, 200).Draw(t, "n")
		k := rapid.IntRange(2, 9).Draw(t, "values")
		x, y := make([]float64, n), make([]float64, n)
		for i := range n {
			x[i] = float64(rapid.IntRange(0, k-1).Draw(t, "x"))
			y[i] = rapid.Float64Range(-1, 1).Draw(t, "y")
		}
		opt := cart
		opt.MinLeaf = rapid.IntRange(1, 5).Draw(t, "MinLeaf")
		opt, _ = opt.resolve()
		fit := func(kind columnKind) Tree {
			table, err := newTable(x, y, nil, []Column{{Lower: 0, Upper: 9}}, opt)
			if err != nil {
				t.Fatal(err)
			}
			if len(table.coded)+len(table.sorted) == 0 {
				t.Skip("constant")
			}
			if kind == sortedColumn {
				table.recode(0)
			}
			if table.kind[0] != kind {
				t.Fatalf("kind %d, want %d", table.kind[0], kind)
			}
			f, err := table.fit(t.Context(), opt)
			if err != nil {
				t.Fatal(err)
			}
			return f.Trees[0]
		}
		a, b := fit(countedColumn), fit(sortedColumn)
		for i := range x {
			p, q := a.Value[a.Leaf(x[i:i+1])], b.Value[b.Leaf(x[i:i+1])]
			if math.Abs(p-q) > 1e-12 {
				t.Fatalf("x = %v: counted %v, sorted %v", x[i], p, q)
			}
		}
	})
}

// recode makes the only column, which is counted, a sorted one.
func (t *table) recode(j int) {
	keys := make([]radix.Key, t.n)
	for i := range keys {
		keys[i] = radix.Key{Bits: radix.Bits(t.x[i*t.d+j]), Row: uint32(i)}
	}
	keys = (&radix.Sorter{Keys: keys}).Sort()
	order := make([]uint32, t.n)
	for i, k := range keys {
		order[i] = k.Row
		if i > 0 && k.Bits != keys[i-1].Bits {
			order[i] |= newValue
		}
	}
	t.kind[j], t.slot[j] = sortedColumn, 0
	t.coded, t.levels, t.width, t.codes, t.places = nil, nil, nil, codes{}, nil
	t.sorted, t.order, t.values, t.colMissing = []int32{int32(j)}, [][]uint32{order}, [][]float64{nil}, make([][]uint32, 1)
}

func TestMidpoint(t *testing.T) {
	for _, c := range []struct{ lower, upper, want float64 }{
		{0, 1, 0.5}, {-3, 1, -1}, {1, math.Nextafter(1, 2), 1},
		{math.Nextafter(1, 0), 1, math.Nextafter(1, 0)},
		{-math.MaxFloat64, math.MaxFloat64, 0}, {math.MaxFloat64 / 2, math.MaxFloat64, math.MaxFloat64 * 0.75},
		{0, 5e-324, 0}, {5e-324, 1e-323, 5e-324}, {-5e-324, 0, -5e-324},
	} {
		got := midpoint(c.lower, c.upper)
		if got != c.want {
			t.Errorf("between %v and %v: %v, want %v", c.lower, c.upper, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		a := rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "a")
		b := rapid.Float64Range(-math.MaxFloat64, math.MaxFloat64).Draw(t, "b")
		if a == b {
			return
		}
		if m := midpoint(min(a, b), max(a, b)); !(min(a, b) <= m && m < max(a, b)) {
			t.Fatalf("midpoint %v", m)
		}
	})
}

func TestScoresDoNotLoseWeights(t *testing.T) {
	// Weights so far apart that sums lose the small ones, which makes the usual
	// score infinite or undefined.
	x := []float64{1, 2, 3, 4, 5, 6}
	y := []float64{1, 1, 5, 5, 9, 9}
	for _, w := range [][]float64{
		{1e-40, 1, 1, 1, 1, 1e-40},
		{1, 1, 1e-40, 1e-40, 1e-40, 1e-40},
		{1e-40, 1e-40, 1e-40, 1e-40, 1, 1},
		{1e100, 1e-200, 1e-250, 1e100, 1, 1e-100},
	} {
		f := mustFit(t, x, y, w, []Column{{Lower: 0, Upper: 9}}, cart)
		for i := range f.Trees[0].Value {
			if v := f.Trees[0].Value[i]; !(v >= 1 && v <= 9) {
				t.Errorf("weights %v: node %d has value %v", w, i, v)
			}
		}
	}
	f := mustFit(t, x, y, []float64{1, 1, 1e-30, 1e-30, 1, 1}, []Column{{Lower: 0, Upper: 9}}, cart)
	for i, p := range f.Predict(nil, x) {
		if i < 2 && p != 1 || i > 3 && p != 9 {
			t.Errorf("row %d: predicted %v, want %v", i, p, y[i])
		}
	}
}
