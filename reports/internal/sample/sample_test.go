package sample_test

import (
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

func TestEveryCallIsEqual(t *testing.T) {
	for _, f := range []func() *reports.Analysis{sample.Analysis, sample.Small} {
		if d := cmp.Diff(f(), f(), cmpopts.EquateNaNs()); d != "" {
			t.Errorf("two calls differ:\n%s", d)
		}
	}
}

// TestShape asks for what the tests that use the samples count on.
func TestShape(t *testing.T) {
	a := sample.Analysis()
	if len(a.Configs) != 300 || len(a.Budgets) != 4 || len(a.Params) != 9 || len(a.Correlations) != 6 {
		t.Fatalf("%d configurations, %d budgets, %d parameters, %d correlations",
			len(a.Configs), len(a.Budgets), len(a.Params), len(a.Correlations))
	}
	far := a.Correlations[2]
	if far.LowIndex != 0 || far.HighIndex != 3 || far.N != 3 || !math.IsNaN(far.Spearman.Rho) || far.Spearman.Reason == "" {
		t.Errorf("the farthest pair is %+v", far)
	}
	for i, c := range a.Correlations {
		t.Logf("%g-%g: n %d rho %.2f [%.2f, %.2f]", c.Low, c.High, c.N, c.Spearman.Rho, c.Spearman.Lo, c.Spearman.Hi)
		if r := c.Spearman.Rho; i != 2 && (math.IsNaN(r) || r < -1 || r > 1) {
			t.Errorf("pair %d: rho is %v", i, r)
		}
	}
	failed := 0
	for i, b := range a.Budgets {
		if len(b.Importance) != 9+36 || len(b.Marginals) != 9 || b.Decided != (i < 3) {
			t.Errorf("budget %g: %d importances, %d marginals, decided %v", b.Budget, len(b.Importance), len(b.Marginals), b.Decided)
		}
		sum := 0.0
		for _, m := range b.Importance {
			sum += m.Individual.Mean
		}
		if sum > 1 {
			t.Errorf("budget %g: the importances sum to %v", b.Budget, sum)
		}
		if b.N+b.Failed != b.Trials {
			t.Errorf("budget %g: %d results and %d failures of %d trials", b.Budget, b.N, b.Failed, b.Trials)
		}
		failed += b.Failed
		t.Logf("%g: n %d failed %d best %.2f quartiles %.3g", b.Budget, b.N, b.Failed, b.Best.Value, b.Quartiles)
	}
	if failed == 0 {
		t.Error("no trial failed")
	}
	last := 0.0
	for _, e := range a.Timeline {
		if e.Time < last {
			t.Fatalf("the timeline goes back from %v to %v", last, e.Time)
		}
		last = e.Time
	}
}
