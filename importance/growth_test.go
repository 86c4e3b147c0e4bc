package importance

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// TestGrowth: with more rows the effects come nearer to the truth (3/7, 3/7 and 0 for x0 x1)
// and to each other, and their order to the final one.
func TestGrowth(t *testing.T) {
	table := product(800, 5)
	points, err := Growth(context.Background(), table, GrowthOptions{Sizes: []int{20, 100, 800}, Repeats: 8, Fit: forest.Options{Trees: 16}})
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 3 {
		t.Fatalf("%d points", len(points))
	}
	few, all := points[0], points[2]
	if few.N != 20 || all.N != 800 || len(all.RankEach) != 8 {
		t.Errorf("sizes %d and %d, %d repeats", few.N, all.N, len(all.RankEach))
	}
	for c := range 2 {
		near(t, "effect", all.Mains[c].Mean, 3.0/7, 0.03)
		if !(all.Mains[c].Std < few.Mains[c].Std/2) {
			t.Errorf("column %d: spread %v of 20 rows, %v of 800", c, few.Mains[c].Std, all.Mains[c].Std)
		}
	}
	if !(few.Rank.Mean < all.Rank.Mean) || !(all.Rank.Mean > 0.6) || !(few.R2.Mean < all.R2.Mean) {
		t.Errorf("rank correlation %v and %v, R2 %v and %v", few.Rank.Mean, all.Rank.Mean, few.R2.Mean, all.R2.Mean)
	}
}

// TestGrowthFull: at all rows a repeat is the decomposition of a forest of all rows.
// TestHookOfTheCaller: a function that is to see the trees of one fit in order is not called by many at once.
func TestHookOfTheCaller(t *testing.T) {
	table := product(60, 3)
	ctx := context.Background()
	fit := forest.Options{Trees: 4, OutOfBag: func(int, []uint32, []float64) { t.Error("called") }}
	if _, err := Growth(ctx, table, GrowthOptions{Sizes: []int{30}, Repeats: 2, Fit: fit}); err != nil {
		t.Error(err)
	}
	if _, err := PermutationOutOfBag(ctx, table, fit, PermutationOptions{}); err != nil {
		t.Error(err)
	}
	if _, err := Weighted(ctx, table, [][]float64{table.Y, table.Y}, WeightedOptions{Fit: fit}); err != nil {
		t.Error(err)
	}
}

func TestGrowthFull(t *testing.T) {
	table := product(60, 3)
	ctx := context.Background()
	opt := GrowthOptions{Sizes: []int{60}, Repeats: 1, Fit: forest.Options{Trees: 4}, Seed: 3}
	points, err := Growth(ctx, table, opt)
	if err != nil {
		t.Fatal(err)
	}
	rng := stream(opt.Seed, 0)
	rng.Perm(60)
	opt.Fit.Seed = rng.Uint64()
	f, err := forest.Fit(ctx, table.X, table.Y, nil, table.Columns, opt.Fit)
	if err != nil {
		t.Fatal(err)
	}
	d, err := fanova.New(f, fanova.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for c, e := range d.Mains() {
		near(t, "effect", points[0].Mains[c].Mean, e.Individual.Mean, 1e-15)
	}
	near(t, "rank correlation with itself", points[0].Rank.Mean, 1, 1e-15)
}

func TestGrowthBadInput(t *testing.T) {
	ctx := context.Background()
	table := product(10, 2)
	fit := forest.Options{Trees: 2}
	equal := table
	equal.Y = make([]float64, 10)
	points, err := Growth(ctx, equal, GrowthOptions{Fit: fit})
	if err != nil {
		t.Fatal(err)
	}
	if len(points) != 3 || points[0].N != 2 || points[1].N != 5 || points[2].N != 10 {
		t.Errorf("sizes of 10 rows: %+v", points)
	}
	if p := points[2]; !math.IsNaN(p.Mains[0].Mean) || !math.IsNaN(p.Rank.Mean) || p.Rank.N != 0 {
		t.Errorf("equal responses: %+v", p)
	}
	one := Table{X: table.X[:2], Y: table.Y[:1], Columns: table.Columns}
	if points, err = Growth(ctx, one, GrowthOptions{Fit: fit}); err != nil || len(points) != 1 || !math.IsNaN(points[0].Mains[0].Mean) {
		t.Errorf("one row: %+v, %v", points, err)
	}
	light := table
	light.Weights = []float64{1, 0, 0, 0, 0, 0, 0, 0, 0, 0}
	if points, err = Growth(ctx, light, GrowthOptions{Fit: fit}); err != nil || !math.IsNaN(points[0].Mains[0].Mean) {
		t.Errorf("rows without weight: %+v, %v", points, err)
	}
	groups := fit
	groups.Groups = []int{0, 0, 1, 1, 2, 2, 3, 3, 4, 4}
	if _, err = Growth(ctx, table, GrowthOptions{Fit: groups}); err != nil {
		t.Error(err)
	}
	groups.Groups = groups.Groups[1:]
	for _, c := range []struct {
		opt  GrowthOptions
		want string
	}{
		{GrowthOptions{Repeats: -1}, "-1 repeats"},
		{GrowthOptions{Sizes: []int{}}, "no sizes"},
		{GrowthOptions{Sizes: []int{5, 5}}, "ascending"},
		{GrowthOptions{Sizes: []int{11}}, "from 1 to 10"},
		{GrowthOptions{Sizes: []int{0, 5}}, "from 1 to 10"},
		{GrowthOptions{Fit: groups}, "9 groups, want 10"},
		{GrowthOptions{Fit: forest.Options{Trees: -1}}, "Trees is -1"},
	} {
		if _, err := Growth(ctx, table, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Growth(done, table, GrowthOptions{Fit: fit}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// TestSpearman has values of scipy 1.17.1's stats.spearmanr.
func TestSpearman(t *testing.T) {
	near(t, "with ties", spearman([]float64{1, 2, 2, 5, 0}, []float64{3, 1, 4, 4, 2}), 0.5, 1e-15)
	near(t, "reversed", spearman([]float64{1, 2, 3}, []float64{9, 8, 7}), -1, 0)
	near(t, "equal", spearman([]float64{1, 1}, []float64{1, 2}), nan, 0)
	near(t, "missing", spearman([]float64{1, nan}, []float64{1, 2}), nan, 0)
}
