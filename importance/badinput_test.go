package importance

import (
	"context"
	"math"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// badTables are tables that a search may leave, each with whether importances can be told.
func badTables() map[string]struct {
	Table
	told bool
} {
	type named = struct {
		Table
		told bool
	}
	from := func(n, d int, change func(t *Table, i int)) Table {
		t := product(n, d)
		for i := range n {
			change(&t, i)
		}
		return t
	}
	first := func(t *Table, i int) { t.Y[i] = t.row(i)[0] }
	return map[string]named{
		"one row":      {from(1, 2, first), false},
		"equal losses": {from(30, 2, func(t *Table, i int) { t.Y[i] = 0.1 }), false},
		"equal rows": {from(30, 2, func(t *Table, i int) {
			first(t, i)
			t.row(i)[0], t.row(i)[1] = 0.5, 0.5
		}), true},
		"constant column": {from(40, 2, func(t *Table, i int) {
			first(t, i)
			t.Columns[1] = forest.Column{Lower: 3, Upper: 3}
			t.row(i)[1] = 3
		}), true},
		"more columns than rows": {from(10, 30, first), true},
		"200 categories": {from(400, 2, func(t *Table, i int) {
			t.Columns[0].Levels = 200
			t.row(i)[0] = float64(i % 199)
			t.Y[i] = math.Mod(t.row(i)[0], 2)
		}), true},
		"duplicated rows": {from(60, 2, func(t *Table, i int) {
			copy(t.row(i), t.row(i/3*3))
			first(t, i)
		}), true},
		"never active": {from(40, 2, func(t *Table, i int) {
			first(t, i)
			t.row(i)[1] = nan
		}), true},
		"never active at all": {from(40, 2, func(t *Table, i int) {
			first(t, i)
			t.row(i)[0], t.row(i)[1] = nan, nan
		}), true},
	}
}

// TestBadTables asks everything of tables that hold little: no panic, no error, no number
// that is infinite or negative where it cannot be, and NaN where nothing can be told.
func TestBadTables(t *testing.T) {
	ctx := context.Background()
	for name, bad := range badTables() {
		for _, trees := range []int{1, 8} {
			table := bad.Table
			f, err := forest.Fit(ctx, table.X, table.Y, nil, table.Columns, forest.Options{Trees: trees})
			if err != nil {
				t.Fatal(err)
			}
			all := map[string][]Score{}
			keep := func(method string, s []Score, err error) {
				if err != nil {
					t.Errorf("%s, %s: %v", name, method, err)
				}
				all[method] = s
			}
			s, err := Local(ctx, f, table.row(0), LocalOptions{})
			keep("local", s, err)
			s, err = Impurity(f)
			keep("impurity", s, err)
			s, err = Permutation(ctx, f, table, PermutationOptions{})
			keep("permutation", s, err)
			s, err = PermutationOutOfBag(ctx, table, forest.Options{Trees: trees}, PermutationOptions{})
			keep("out of bag", s, err)
			p, err := PEDANOVA(table, PEDOptions{Target: 0.3})
			if err != nil {
				t.Errorf("%s: %v", name, err)
				continue
			}
			points, err := Growth(ctx, table, GrowthOptions{Repeats: 2, Fit: forest.Options{Trees: trees}})
			keep("growth", points[len(points)-1].Mains, err)
			w, err := Weighted(ctx, table, [][]float64{table.Y, table.Y}, WeightedOptions{Weights: [][]float64{{1, 1}}, Fit: forest.Options{Trees: trees}})
			if err != nil || len(w) != 1 {
				t.Errorf("%s: %v", name, err)
			}
			path, err := Ablate(ctx, f, table.row(0), table.row(len(table.Y)-1), AblationOptions{})
			if err != nil || math.IsNaN(path.Gain.Mean) {
				t.Errorf("%s: %v, %v", name, path, err)
			}
			for method, s := range all {
				for _, v := range s {
					for _, e := range v.Each {
						share := method != "permutation" && method != "out of bag"
						if math.IsInf(e, 0) || share && (e < 0 || e > 1+1e-12) {
							t.Errorf("%s, %s, column %d: %v", name, method, v.Column, e)
						}
					}
					if !bad.told && !math.IsNaN(v.Mean) {
						t.Errorf("%s, %s, column %d: %v, want NaN", name, method, v.Column, v.Mean)
					}
				}
			}
			for c, v := range p.Importance {
				if bad.told && v < 0 || !bad.told && !math.IsNaN(v) {
					t.Errorf("%s, PED-ANOVA, column %d: %v", name, c, v)
				}
			}
		}
	}
}
