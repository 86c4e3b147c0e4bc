package correlation

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
)

// curves makes columns that agree better the closer they are, without gaps.
func curves(columns, items int) [][]float64 {
	rng := rand.New(rand.NewPCG(11, uint64(items)))
	cols := make([][]float64, columns)
	for b := range cols {
		cols[b] = make([]float64, items)
	}
	for i := range items {
		v := rng.NormFloat64()
		for b := range cols {
			v += 0.3 * rng.NormFloat64()
			cols[b][i] = v
		}
	}
	return cols
}

func BenchmarkMatrix(b *testing.B) {
	for _, resamples := range []int{-1, DefaultResamples} {
		for _, items := range []int{100, 1000, 10000} {
			cols := curves(10, items)
			b.Run(fmt.Sprintf("columns=10/items=%d/resamples=%d", items, max(0, resamples)), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if _, err := Matrix(context.Background(), cols, Options{Resamples: resamples}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

func BenchmarkSpearman(b *testing.B) {
	for _, items := range []int{9, 1000, 10000, 100000} {
		cols := curves(2, items)
		b.Run(fmt.Sprintf("items=%d", items), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Spearman(cols[0], cols[1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkKendall(b *testing.B) {
	for _, items := range []int{10000} {
		cols := curves(2, items)
		b.Run(fmt.Sprintf("items=%d", items), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Kendall(cols[0], cols[1]); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
