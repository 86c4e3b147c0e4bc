package forest

import (
	"math"
	"slices"
	"testing"
)

// TestSubsample counts how often each row is drawn: never twice, always as many, all
// equally often, and the other rows are predicted out of the bag.
func TestSubsample(t *testing.T) {
	x, y, _, cols := mixed(50, 7)
	opt, err := Options{Trees: 4000, Subsample: 0.8, Seed: 5}.resolve()
	if err != nil {
		t.Fatal(err)
	}
	tb, err := newTable(x, y, nil, cols, opt)
	if err != nil {
		t.Fatal(err)
	}
	b := newBuilder(tb, opt)
	drawn := make([]float64, len(y))
	for k := range opt.Trees {
		b.bag(k)
		if len(b.row) != 40 || !slices.IsSorted(b.row) || len(slices.Compact(slices.Clone(b.row))) != 40 {
			t.Fatalf("tree %d has rows %v, want 40 different ones", k, b.row)
		}
		for i, r := range b.row {
			drawn[r]++
			if b.responses[i].w != 1 {
				t.Fatalf("tree %d: row %d has weight %v, want 1", k, r, b.responses[i].w)
			}
		}
	}
	// The counts are binomial, negatively correlated: the statistic has 49 degrees
	// of freedom and is above 85 once in a thousand times.
	chi := 0.0
	for _, n := range drawn {
		chi += (n - 3200) * (n - 3200) / (4000 * 0.8 * 0.2)
	}
	if chi *= 49. / 50; chi > 85 {
		t.Errorf("rows were drawn %v times: chi-squared is %.1f with 49 degrees of freedom", drawn, chi)
	}
	opt.Trees = 30
	f := mustFit(t, x, y, nil, cols, opt)
	if f.OutOfBag.N < 45 || math.IsNaN(f.OutOfBag.R2) {
		t.Errorf("%d rows out of the bag of some tree, R2 %v", f.OutOfBag.N, f.OutOfBag.R2)
	}
}

// TestSubsampleOfGroups: all rows of a group are drawn or none.
func TestSubsampleOfGroups(t *testing.T) {
	x, y, _, cols := mixed(60, 7)
	groups := make([]int, len(y))
	for i := range groups {
		groups[i] = i / 3
	}
	opt, _ := Options{Trees: 20, Subsample: 0.5, Groups: groups}.resolve()
	tb, err := newTable(x, y, nil, cols, opt)
	if err != nil {
		t.Fatal(err)
	}
	b := newBuilder(tb, opt)
	for k := range opt.Trees {
		b.bag(k)
		if len(b.row) != 30 {
			t.Fatalf("%d rows, want 30", len(b.row))
		}
		for i := 0; i < 30; i += 3 {
			if b.row[i]%3 != 0 || b.row[i+2] != b.row[i]+2 {
				t.Fatalf("rows %v break a group", b.row)
			}
		}
	}
}

func TestSubsampleOptions(t *testing.T) {
	for _, opt := range []Options{{Subsample: -0.1}, {Subsample: 1.1}, {Subsample: math.NaN()}, {Subsample: 0.5, NoBootstrap: true}} {
		if _, err := Fit(t.Context(), []float64{0, 1}, []float64{0, 1}, nil, make([]Column, 1), opt); err == nil {
			t.Errorf("Subsample %v, NoBootstrap %v: no error", opt.Subsample, opt.NoBootstrap)
		}
	}
	// All rows are in the sample of every tree: as without bootstrap.
	x, y, w, cols := mixed(80, 7)
	all := mustFit(t, x, y, w, cols, Options{Trees: 1, Subsample: 1, FeatureFraction: 1, Seed: 9})
	none := mustFit(t, x, y, w, cols, Options{Trees: 1, NoBootstrap: true, FeatureFraction: 1, Seed: 9})
	if !math.IsNaN(all.OutOfBag.R2) || !slices.Equal(all.Trees[0].Weight[:1], none.Trees[0].Weight[:1]) {
		t.Errorf("R2 out of bag is %v, weight of the root %v, want NaN and %v", all.OutOfBag.R2, all.Trees[0].Weight[0], none.Trees[0].Weight[0])
	}
}
