package fanova

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// legendre is the orthonormal polynomial of degree k on [0, 1].
func legendre(k int, x float64) float64 {
	t := 2*x - 1
	switch k {
	case 1:
		return math.Sqrt(3) * t
	case 2:
		return math.Sqrt(5) * (3*t*t - 1) / 2
	case 3:
		return math.Sqrt(7) * (5*t*t*t - 3*t) / 2
	case 4:
		return math.Sqrt(9) * (35*t*t*t*t - 30*t*t + 3) / 8
	}
	return 1
}

func TestPolynomials(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, cells := range []int{1, 2, 3, 7, 64} {
		x := division{weight: make([]float64, cells), numeric: true}
		sum := 0.0
		for i := range x.weight {
			x.weight[i] = rng.ExpFloat64()
			sum += x.weight[i]
		}
		for i := range x.weight {
			x.weight[i] /= sum
		}
		all := x.polynomials(4)
		if want := min(4, cells-1); len(all) != want {
			t.Fatalf("%d cells: %d polynomials, want %d", cells, len(all), want)
		}
		for k, p := range all {
			mean := 0.0
			for i, w := range x.weight {
				mean += w * p[i]
			}
			near(t, "mean", mean, 0, 1e-12)
			for l, q := range all {
				near(t, "product", x.product(p, q), map[bool]float64{true: 1}[k == l], 1e-12)
			}
		}
	}
	fine := division{weight: make([]float64, 1000), numeric: true}
	for i := range fine.weight {
		fine.weight[i] = 1e-3
	}
	for k, p := range fine.polynomials(4) {
		for i := range p {
			near(t, "Legendre's", p[i], legendre(k+1, (float64(i)+0.5)/1000), 1e-4)
		}
	}
}

// fineForest splits every numeric column into m equal cells and predicts next to nothing.
func fineForest(t *testing.T, columns []forest.Column, m int) *Decomposition {
	t.Helper()
	f := &forest.Forest{Columns: columns}
	for c, col := range columns {
		if col.Levels > 0 {
			continue
		}
		root := leaf(1)
		for i := m - 1; i > 0; i-- {
			root = &node{column: c, at: float64(i) / float64(m), left: leaf(float64(i % 2)), right: root}
		}
		f.Trees = append(f.Trees, flatten(columns, root))
	}
	d, err := New(f, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestLeftClosedForm: all points of a grid and a residual that is a sum of polynomials, among them one of too high a
// degree: the squares of their factors, but for what single rows are of all pairs of rows.
func TestLeftClosedForm(t *testing.T) {
	const m = 32
	columns := make([]forest.Column, 3)
	d := fineForest(t, columns, m)
	var x, e []float64
	for i := range m * m * m {
		p := make([]float64, 3)
		for j, k := 0, i; j < 3; j, k = j+1, k/m {
			p[j] = (float64(k%m) + 0.5) / m
		}
		x = append(x, p...)
		e = append(e, 5+2*legendre(1, p[0])-legendre(3, p[0])+0.5*legendre(4, p[2])+
			3*legendre(1, p[0])*legendre(2, p[1])+legendre(2, p[1])*legendre(3, p[2])+legendre(1, p[0])*legendre(1, p[1])*legendre(1, p[2]))
	}
	s, err := d.OneStep(context.Background(), x, e, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	v := 0.0
	for _, u := range d.Variances() {
		v += u / float64(len(d.Variances()))
	}
	for c, want := range []float64{4 + 1, 0, 0.25} {
		near(t, "main", s.MainsLeft[c]*v, want, 0.05)
	}
	for k, want := range []float64{9, 0, 0} { // of 1 and 2 the degree is 5
		near(t, "pair", s.PairsLeft[k]*v, want, 0.1)
		near(t, "unclear", s.PairsUnclear[k]*v, 0, 0.1)
	}
	grid := []float64{-1, 0.1, 0.5, 0.9}
	cell := func(x float64) float64 { return (min(max(math.Ceil(x*m), 1), m) - 0.5) / m } // its middle
	curve := func(x float64) float64 { return 5 + 2*legendre(1, cell(x)) - legendre(3, cell(x)) }
	for i, got := range s.CurveLeft(0, grid) {
		near(t, "curve", got, curve(grid[i]), 0.02)
	}
	for i, got := range s.SurfaceLeft(0, 1, grid, grid) {
		x, y := grid[i/len(grid)], grid[i%len(grid)]
		near(t, "surface", got, curve(x)+3*legendre(1, cell(x))*legendre(2, cell(y)), 0.05)
	}
}

// TestCoefficientOfPairs: the definition, a mean over pairs of different rows, by their weights.
func TestCoefficientOfPairs(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	const n = 40
	e, w, p := make([]float64, n), make([]float64, n), make([]float64, n)
	for i := range e {
		e[i], w[i], p[i] = rng.NormFloat64()+1, float64(rng.IntN(4)), rng.NormFloat64()
		if i%9 == 0 {
			e[i] = math.NaN()
		}
	}
	s := &oneStep{}
	s.center(e, w)
	mean, _ := knownMean(e, w)
	want, weight := 0.0, 0.0
	for i := range e {
		for k := range e {
			if i != k && e[i] == e[i] && e[k] == e[k] {
				want += w[i] * w[k] * (e[i] - mean) * p[i] * (e[k] - mean) * p[k]
				weight += w[i] * w[k]
			}
		}
	}
	z := make([]float64, n)
	for i := range z {
		z[i] = s.residual[i] * p[i]
	}
	near(t, "square", s.coefficient(0, 0, z).square, want/weight, 1e-14)
}

// TestLevelPair: the definition, a mean over pairs of different rows, summed over products of orthonormal functions. Which
// functions of levels these are does not matter; here they are polynomials of their order.
func TestLevelPair(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	const n = 30 // more than 3 times 4 levels
	s := &oneStep{lattices: make([]lattice, 3), cell: make([][]int32, 3), different: 0.9}
	basis := make([][][]float64, 3)
	for c, cells := range []int{3, 4, 7} {
		l := &s.lattices[c]
		l.weight, l.numeric = make([]float64, cells), c == 2
		for i := range l.weight {
			l.weight[i] = 1 / float64(cells)
		}
		for range n {
			s.cell[c] = append(s.cell[c], int32(rng.IntN(cells+1)-1)) // -1 is missing
		}
		basis[c] = l.polynomials(cells - 1)
	}
	for range n {
		s.residual = append(s.residual, rng.NormFloat64())
	}
	for _, pair := range [][2]int{{0, 1}, {1, 0}, {0, 2}, {1, 2}} {
		a, b := pair[0], pair[1]
		of := basis[b]
		if b == 2 {
			of = of[:leftDegree-1]
		}
		want := 0.0
		one, both := make([]float64, n), make([]float64, n)
		for _, p := range basis[a] {
			s.times(one, s.residual, a, p)
			for _, q := range of {
				s.times(both, one, b, q)
				want += s.coefficient(0, 0, both).square
			}
		}
		near(t, "square", s.levelPair(a, b, basis[b]), want, 1e-10)
	}
	s.residual = s.residual[:11] // fewer rows than combinations of levels
	if got := s.levelPair(0, 1, nil); got != 0 {
		t.Errorf("square of a pair with more cells than rows: %v", got)
	}
}

// TestEvident: of the p-values 0.001, 0.02, 0.04, 0.5 and one that is not known the first two are
// below 0.05 times their rank over 4, so these count, and none above.
func TestEvident(t *testing.T) {
	square := func(v, p float64) coefficient { return coefficient{square: v, p: p} }
	left := squares(evident([][]coefficient{{square(1, 0.5), square(2, 0.02)}, {square(4, 0.04), square(8, 0.001)}, {square(16, math.NaN())}, nil}), 10)
	for i, want := range []float64{20, 80, 0, 0} {
		near(t, "left", left[i], want, 0)
	}
	// A larger one draws a smaller one with it that is not below its own bound.
	left = squares(evident([][]coefficient{{square(1, 0.03)}, {square(2, 0.04)}}), 1)
	for i, want := range []float64{1, 2} {
		near(t, "left", left[i], want, 0)
	}
}

// TestLeftOfNoise: where responses are nothing but noise hardly anything is found; of a smooth
// function it is what the trees leave.
func TestLeftOfNoise(t *testing.T) {
	const seeds, n, d = 40, 200, 5
	var mains, pairs int       // seeds in which any is found
	var found, missing float64 // of the effect of a parabola, with and without what is left
	for seed := range uint64(seeds) {
		for _, smooth := range []bool{false, true} {
			rng := rand.New(rand.NewPCG(seed, 5))
			x, y := make([]float64, n*d), make([]float64, n)
			for i := range x {
				x[i] = rng.Float64()
			}
			for i := range y {
				y[i] = rng.NormFloat64()
				if smooth {
					y[i] = 0.5*y[i] + 3*legendre(1, x[i*d]) + legendre(2, x[i*d+1])
				}
			}
			f, err := forest.Fit(context.Background(), x, y, nil, make([]forest.Column, d), forest.Options{Trees: 32, MinLeaf: 2, Seed: seed})
			if err != nil {
				t.Fatal(err)
			}
			for i := range y {
				y[i] -= f.OutOfBag.Prediction[i]
			}
			dec, err := New(f, Options{})
			if err != nil {
				t.Fatal(err)
			}
			s, err := dec.OneStep(context.Background(), x, y, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if smooth {
				v := 0.0
				for _, u := range dec.Variances() {
					v += u / float64(len(dec.Variances()))
				}
				found += v * (s.Mains[1] + s.MainsLeft[1]) / seeds
				missing += v * s.Mains[1] / seeds
				continue
			}
			any := func(v []float64) (n int) {
				for _, v := range v {
					if v > 0 {
						return 1
					}
				}
				return 0
			}
			mains, pairs = mains+any(s.MainsLeft), pairs+any(s.PairsLeft)
		}
	}
	t.Logf("found in %d and %d of %d samples of noise; of an effect of variance 1, %.3f with and %.3f without", mains, pairs, seeds, found, missing)
	if mains > seeds/8 || pairs > seeds/8 {
		t.Errorf("main effects are found in %d of %d samples of noise, pairs in %d", mains, seeds, pairs)
	}
	if math.Abs(found-1) > 0.1 || missing > 0.9 {
		t.Errorf("of a parabola of variance 1 the estimate is %.3f with what is left, %.3f without; want 1 and at most 0.9", found, missing)
	}
}
