package forest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// factorial is a full grid of 62,208 rows x 9 columns with few values each, three
// of them categorical: the shape of a tabular benchmark.
func factorial() (x, y []float64, cols []Column) {
	width := []int{2, 2, 4, 3, 3, 6, 2, 6, 6}
	cols = make([]Column, len(width))
	for _, j := range []int{0, 1, 6} {
		cols[j].Levels = width[j]
	}
	rng := rand.New(rand.NewPCG(1, 1))
	n := 1
	for _, k := range width {
		n *= k
	}
	x, y = make([]float64, n*len(width)), make([]float64, n)
	for i := range y {
		rest := i
		for j, k := range width {
			v := float64(rest % k)
			rest /= k
			if cols[j].Levels == 0 {
				v /= float64(k)
			}
			x[i*len(width)+j] = v
			y[i] += math.Sin(float64(j+1)*v) * (1 + x[i*len(width)]*v)
		}
		y[i] += 0.3 * rng.NormFloat64()
	}
	return x, y, cols
}

func BenchmarkFit(b *testing.B) {
	run := func(name string, x, y []float64, cols []Column) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f := mustFit(b, x, y, nil, cols, Options{Seed: 1})
				b.ReportMetric(f.OutOfBag.R2, "R2")
			}
		})
	}
	for _, n := range []int{1e3, 1e4, 1e5} {
		x, y := friedman(n, 17, 1, 1)
		run(fmt.Sprintf("rows=%d/columns=17", n), x, y, make([]Column, 17))
	}
	x, y, cols := factorial()
	run("rows=62208/columns=9/few-values", x, y, cols)
	x, y, _, cols = mixed(1e4, 1)
	run("rows=10000/columns=8/missing", x, y, cols)
}

func BenchmarkPredict(b *testing.B) {
	x, y := friedman(1e4, 17, 1, 1)
	f := mustFit(b, x, y, nil, make([]Column, 17), Options{Seed: 1})
	points, _ := friedman(1e4, 17, 1, 2)
	dst := make([]float64, 1e4)
	b.Run("rows=10000/trees=64", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			f.Predict(dst, points)
		}
	})
}
