package reports

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// losses at the largest budget.
func losses(t *testing.T, s *nasalyze.Study) []float64 {
	t.Helper()
	table, err := s.At(9, 0, nasalyze.TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return table.Y
}

// The best tenth, as a quantile, as a share of the best, or as its value, is one
// question; for a maximised objective it is at the other end.
func TestCutoffsOfTheBest(t *testing.T) {
	whole(t)
	s := synthetic(t, 300, 0.05, nil)
	only := func(o Options) float64 {
		o.Replicates = -1
		a := analyzed(t, s, o)
		return a.Budgets[2].Importance[0].Individual.Mean
	}
	y := losses(t, s)
	slices.Sort(y)
	value := only(Options{Cutoffs: Cutoffs{High: &Cutoff{Value: y[29]}}})
	quantile := only(Options{Cutoffs: Cutoffs{High: &Cutoff{Value: 0.1, Quantile: true}}})
	best := only(Options{Cutoffs: Cutoffs{Best: 0.1}})
	free := only(Options{})
	if value != quantile || value != best || value == free || math.IsNaN(value) {
		t.Errorf("importance by value %v, quantile %v, share of the best %v, without %v; want the first three equal", value, quantile, best, free)
	}
	for i := range s.Trials {
		s.Trials[i].Values[0] *= -1
	}
	s.Objectives[0].Maximize = true
	low := only(Options{Cutoffs: Cutoffs{Low: &Cutoff{Value: -y[29]}}})
	if got := only(Options{Cutoffs: Cutoffs{Best: 0.1}}); got != low || got != value {
		t.Errorf("maximised: share of the best %v, by value %v, want %v", got, low, value)
	}
}

// Excluding leaves the configurations out, says so, and clamps nothing.
func TestCutoffsExclude(t *testing.T) {
	s := synthetic(t, 300, 0.05, nil)
	y := losses(t, s)
	slices.Sort(y)
	a := analyzed(t, s, Options{Replicates: -1, Cutoffs: Cutoffs{Low: &Cutoff{Value: y[10]}, High: &Cutoff{Value: 0.5, Quantile: true}, Exclude: true}})
	b := a.Budgets[2]
	if b.N != 140 || b.Best.Value != y[10] || b.Quartiles[4] != y[149] {
		t.Errorf("n %d, best %v, worst %v; want 140 from %v to %v", b.N, b.Best.Value, b.Quartiles[4], y[10], y[149])
	}
	if !slices.ContainsFunc(a.Warnings, func(w Warning) bool {
		return w.Code == "cutoffs" && strings.Contains(w.Text, "160 of 300")
	}) {
		t.Errorf("warnings %v, want one that counts what was left out", a.Warnings)
	}
	// The same as a log that never had the others.
	kept := synthetic(t, 300, 0.05, nil)
	kept.Trials = slices.DeleteFunc(kept.Trials, func(trial nasalyze.Trial) bool {
		return trial.Budget != 9 || trial.Values[0] < y[10] || trial.Values[0] > y[149]
	})
	if got := analyzed(t, kept, Options{Replicates: -1}).Budgets[0]; got.N != b.N || got.Quartiles != b.Quartiles || got.Best.ID != b.Best.ID {
		t.Errorf("without the others: n %d, quartiles %v; want %d, %v", got.N, got.Quartiles, b.N, b.Quartiles)
	}
	if o := a.Provenance.Options; o.Cutoffs != "exclude" || o.High != "50%" || o.Low == "" {
		t.Errorf("recorded %+v", o)
	}
}

func TestCutoffsRefuse(t *testing.T) {
	s := synthetic(t, 30, 0.05, nil)
	for _, c := range []Cutoffs{
		{Low: &Cutoff{Value: 1}, High: &Cutoff{Value: 1}},
		{High: &Cutoff{Value: 1.5, Quantile: true}},
		{Low: &Cutoff{Value: math.NaN()}},
		{Best: 2},
		{Low: &Cutoff{Value: 100}, High: &Cutoff{Value: 0.1, Quantile: true}},
	} {
		if _, err := Analyze(context.Background(), s, Options{Cutoffs: c}); err == nil || !strings.Contains(err.Error(), "reports:") {
			t.Errorf("%+v: error %v", c, err)
		}
	}
}
