package forest

import (
	"math"
	"math/rand/v2"
	"testing"
)

// branch is a space with a switch: x1 and the level x2 act only where x0 >= 0.5
// and are missing elsewhere.
func branch(n int, seed uint64) (x, y []float64, cols []Column) {
	rng := rand.New(rand.NewPCG(seed, 3))
	x, y = make([]float64, 3*n), make([]float64, n)
	for i := range y {
		r := x[3*i : 3*i+3]
		r[0], r[1], r[2] = rng.Float64(), 4+2*rng.Float64(), float64(rng.IntN(3))
		if r[0] < 0.5 {
			r[1], r[2] = nan, nan
			y[i] = -1
		} else {
			y[i] = r[1] + r[2]
		}
	}
	return x, y, []Column{{}, {Lower: 4, Upper: 6}, {Levels: 3}}
}

func TestMissingIsConstant(t *testing.T) {
	x, y, cols := branch(600, 1)
	f := mustFit(t, x, y, nil, cols, Options{Trees: 64, Seed: 1})
	for _, v := range []float64{4, 4.7, 5.9} {
		for _, c := range []float64{0, 1, 2} {
			p := f.Predict(nil, []float64{0.25, v, c, 0.75, v, c})
			if math.Abs(p[0]+1) > 0.2 {
				t.Errorf("inactive, x1 = %v, x2 = %v: predicted %v, want -1", v, c, p[0])
			}
			if want := v + c; math.Abs(p[1]-want) > 0.2 {
				t.Errorf("active, x1 = %v, x2 = %v: predicted %v, want %v", v, c, p[1], want)
			}
		}
	}
	if r := f.OutOfBag.R2; !(r > 0.98) {
		t.Errorf("out-of-bag R2 %v", r)
	}
}

func TestMissingDraws(t *testing.T) {
	x, y, cols := branch(2000, 1)
	opt, _ := Options{}.resolve()
	tb, err := newTable(x, y, nil, cols, opt)
	if err != nil {
		t.Fatal(err)
	}
	b := newBuilder(tb, opt)
	b.bag(0)
	first := append([]float64(nil), b.draws...)
	b.bag(1)
	// Uniform over the domain, independent from tree to tree: the statistics
	// are within 5 standard errors.
	var sum, squares, product, n float64
	count := [3]float64{}
	for k, v := range b.draws {
		if tb.missCol[k] == 2 {
			count[int(v)]++
			continue
		}
		u, p := (v-4)/2, (first[k]-4)/2
		if !(u > 0 && u < 1) {
			t.Fatalf("draw %v outside of the domain", v)
		}
		n++
		sum += u - 0.5
		squares += (u - 0.5) * (u - 0.5)
		product += (u - 0.5) * (p - 0.5)
	}
	if n < 900 || math.Abs(sum/n) > 5*math.Sqrt(1/12.0/n) || math.Abs(squares/n-1/12.0) > 5*math.Sqrt(1/180.0/n) ||
		math.Abs(product/n) > 5/12.0/math.Sqrt(n) {
		t.Errorf("%v draws: mean %v, mean square %v, mean product %v", n, sum/n, squares/n, product/n)
	}
	for c, k := range count {
		if math.Abs(k/n-1.0/3) > 5*math.Sqrt(2/9.0/n) {
			t.Errorf("level %d was drawn %v times of %v", c, k, n)
		}
	}
	// Sorted columns with draws are sorted, and ranks are equal exactly where values are.
	for s, j := range tb.sorted {
		col := b.entries[s]
		if len(col) != len(b.row) {
			t.Fatalf("column %d has %d of %d rows", j, len(col), len(b.row))
		}
		for i := 1; i < len(col); i++ {
			p, q := b.value(b.row[col[i-1].label()], j), b.value(b.row[col[i].label()], j)
			if p > q || (p == q) != sameValue(col[i-1], col[i]) || col[i-1]>>32 > col[i]>>32 {
				t.Fatalf("column %d: %v (%x) before %v (%x)", j, p, col[i-1], q, col[i])
			}
		}
	}
}

func TestNeverActiveIsNeverSplitOn(t *testing.T) {
	x, y := friedman(200, 7, 1, 1)
	for i := range y {
		x[7*i+5], x[7*i+6] = nan, nan
	}
	cols := make([]Column, 7)
	cols[6].Levels = 4
	f := mustFit(t, x, y, nil, cols, Options{Trees: 8})
	for _, tree := range f.Trees {
		for _, j := range tree.Feature {
			if j > 4 {
				t.Fatalf("split on column %d, which has no value", j)
			}
		}
	}
}
