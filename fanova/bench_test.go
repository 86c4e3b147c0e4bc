package fanova

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// BenchmarkMainsAndPairs is the whole decomposition into main effects and pairs
// of random trees, grown to as many leaves as a bootstrap sample has distinct rows.
func BenchmarkMainsAndPairs(b *testing.B) {
	for _, c := range []struct{ trees, rows, columns int }{
		{64, 1_000, 17}, {64, 10_000, 17}, {64, 10_000, 32},
	} {
		b.Run(fmt.Sprintf("trees=%d/rows=%d/columns=%d", c.trees, c.rows, c.columns), func(b *testing.B) {
			f := grownForest(1, make([]forest.Column, c.columns), c.trees, c.rows)
			b.ReportAllocs()
			for b.Loop() {
				d, err := New(f, Options{})
				if err != nil {
					b.Fatal(err)
				}
				d.Mains()
				if _, err := d.Pairs(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkGrowth shows how the cost for one tree grows with its leaves.
func BenchmarkGrowth(b *testing.B) {
	for _, leaves := range []int{1_000, 10_000, 100_000, 1_000_000} {
		f := sync.OnceValue(func() *forest.Forest {
			return grownForest(1, make([]forest.Column, 17), 1, leaves)
		})
		b.Run(fmt.Sprintf("New/leaves=%d", leaves), func(b *testing.B) {
			f := f()
			b.ReportAllocs()
			for b.Loop() {
				if _, err := New(f, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("Pairs/leaves=%d", leaves), func(b *testing.B) {
			d := decompose(b, f(), Options{})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Pairs(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkTotals(b *testing.B) {
	for _, c := range []struct{ trees, rows, columns int }{
		{64, 1_000, 17}, {1, 1_000, 17}, {1, 10_000, 17}, {1, 1_000, 5}, {1, 10_000, 5},
	} {
		b.Run(fmt.Sprintf("trees=%d/rows=%d/columns=%d", c.trees, c.rows, c.columns), func(b *testing.B) {
			f := grownForest(1, make([]forest.Column, c.columns), c.trees, c.rows)
			d := decompose(b, f, Options{})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Totals(context.Background()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSubset(b *testing.B) {
	for _, c := range []struct{ order, rows int }{{3, 1_000}, {3, 10_000}, {5, 1_000}, {5, 10_000}} {
		b.Run(fmt.Sprintf("order=%d/rows=%d/columns=17", c.order, c.rows), func(b *testing.B) {
			f := grownForest(1, make([]forest.Column, 17), 1, c.rows)
			d := decompose(b, f, Options{})
			b.ReportAllocs()
			for b.Loop() {
				if _, err := d.Subset(context.Background(), []int{0, 1, 2, 3, 4}[:c.order]...); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
