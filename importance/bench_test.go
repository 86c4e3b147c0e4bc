package importance

import (
	"context"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// The benchmarks take 64 trees of 17 columns, as a search over many parameters has.
func benchForest(b *testing.B, n int) (*forest.Forest, Table) {
	t := product(n, 17)
	f, err := forest.Fit(context.Background(), t.X, t.Y, nil, t.Columns, forest.Options{})
	if err != nil {
		b.Fatal(err)
	}
	return f, t
}

func BenchmarkLocal(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		b.Run(size(n), func(b *testing.B) {
			f, t := benchForest(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Local(context.Background(), f, t.row(0), LocalOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAblate(b *testing.B) {
	f, t := benchForest(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Ablate(context.Background(), f, t.row(0), t.row(1), AblationOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkImpurity(b *testing.B) {
	f, _ := benchForest(b, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := Impurity(f); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkPermutationOutOfBag(b *testing.B) {
	t := product(1000, 17)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := PermutationOutOfBag(context.Background(), t, forest.Options{}, PermutationOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
