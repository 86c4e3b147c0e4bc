package forest

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// friedman is the benchmark function of Friedman (1991) on the first five
// columns of a uniform table, plus noise.
func friedman(n, d int, noise float64, seed uint64) (x, y []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	x, y = make([]float64, n*d), make([]float64, n)
	for i := range n {
		r := x[i*d : (i+1)*d]
		for j := range r {
			r[j] = rng.Float64()
		}
		y[i] = 10*math.Sin(math.Pi*r[0]*r[1]) + 20*(r[2]-0.5)*(r[2]-0.5) + 10*r[3] + 5*r[4] + noise*rng.NormFloat64()
	}
	return x, y
}

func BenchmarkFit(b *testing.B) {
	for _, size := range []struct{ n, d int }{{1e3, 17}, {1e4, 17}, {1e5, 17}} {
		b.Run(fmt.Sprintf("rows=%d/columns=%d", size.n, size.d), func(b *testing.B) {
			x, y := friedman(size.n, size.d, 1, 1)
			cols := make([]Column, size.d)
			b.ReportAllocs()
			for b.Loop() {
				f, err := Fit(context.Background(), x, y, nil, cols, Options{Seed: 1})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(f.OutOfBag.R2, "R2")
			}
		})
	}
}
