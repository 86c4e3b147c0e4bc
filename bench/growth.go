package main

import (
	"context"
	"math"

	"github.com/nasalyze/nasalyze/reports"
)

var growthWorkloads = []workload{{
	name: "growth",
	what: "fit, main effects and pairs of 64 trees, 1,000 to 1,000,000 rows of 17 columns, ours alone: growth and memory",
	slow: true,
	run:  runGrowth,
}}

func runGrowth(ctx context.Context, b *bench, emit func(*row)) error {
	sizes := []int{1_000, 10_000, 100_000, 1_000_000}
	if b.quick {
		sizes = sizes[:2]
	}
	for _, n := range sizes {
		path, err := b.store("rows", friedman(n, 17, 1), 18)
		if err != nil {
			return err
		}
		repeats := max(1, min(5, 20_000/n))
		outcomes, err := b.turns(ctx, 1, contender{name: "fit, mains, pairs", job: job{Task: "fanova", Path: path, Trees: 64, Tried: 12, MinLeaf: 1, Repeats: repeats}})
		if err != nil {
			return err
		}
		r := &row{Workload: "growth", Input: sized(n, 17), Ours: outcomes[0], Size: n}
		if last := r.Ours.last(); last != nil {
			for _, p := range last.Phases {
				r.note("%s %s.", p.Name, formatSeconds(median(p.Seconds)))
			}
			for _, n := range last.Notes {
				r.note("%s.", n)
			}
		}
		emit(r)
	}
	return nil
}

var totalsWorkloads = []workload{{
	name: "totals",
	what: "fit, main effects, pairs and total effects of 64 trees, leaves of two rows, ours alone",
	run:  runTotals,
}}

func runTotals(ctx context.Context, b *bench, emit func(*row)) error {
	sizes := []int{1_000, 3_000, 10_000}
	if b.quick {
		sizes = []int{300, 1_000}
	}
	for _, n := range sizes {
		path, err := b.store("rows", friedman(n, 17, 1), 18)
		if err != nil {
			return err
		}
		j := job{Task: "fanova", Path: path, Trees: 64, Tried: 12, MinLeaf: reports.DefaultMinLeaf, Totals: true, Repeats: max(1, 5_000/n)}
		outcomes, err := b.turns(ctx, 1, contender{name: "fit, mains, pairs, totals", job: j})
		if err != nil {
			return err
		}
		emit(&row{Workload: "fit, mains, pairs, totals", Input: sized(n, 17), Ours: outcomes[0], Size: n})
	}
	return nil
}

// slope of seconds against size on logarithmic axes: time grows as size to that
// power. Least squares; NaN below two sizes.
func slope(size, seconds []float64) float64 {
	var mx, my, sxx, sxy float64
	n := float64(len(size))
	for i := range size {
		mx += math.Log(size[i]) / n
		my += math.Log(seconds[i]) / n
	}
	for i := range size {
		dx := math.Log(size[i]) - mx
		sxx += dx * dx
		sxy += dx * (math.Log(seconds[i]) - my)
	}
	return sxy / sxx
}
