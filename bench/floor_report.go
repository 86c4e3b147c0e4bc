package main

import (
	"context"
	"math"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/reports"
)

const (
	replicateTrees   = 16 // of a forest behind the intervals of a report
	countedReplicate = 10 // of its replicates; the others need as much
)

// reportFloor counts the work behind the correlations and the importance of a report, in
// forests that are fitted anew with the settings of its own. What else a
// report holds is not counted.
func (r *recorder) reportFloor(ctx context.Context, study *nasalyze.Study, policy nasalyze.TableOptions, a *reports.Analysis) error {
	study, _ = study.Distinct()
	_, losses, err := study.Losses(0, policy)
	if err != nil {
		return err
	}
	r.floor("correlation", ranked(losses))
	src := rand.New(rand.NewPCG(1, 2))
	for i := range a.Budgets {
		b := &a.Budgets[i]
		if b.Forest.Trees == 0 {
			continue // too few results to fit one to
		}
		t, err := study.At(b.Budget, 0, policy)
		if err != nil {
			return err
		}
		columns := tableColumns(t)
		options := forest.Options{
			Trees: b.Forest.Trees, FeatureFraction: b.Forest.FeatureFraction, MinLeaf: b.Forest.MinLeaf,
			Subsample: reports.DefaultSubsample, SingleLevel: reports.DefaultSingleLevel, Workers: r.job.CPUs,
		}
		tried := int(math.Ceil(options.FeatureFraction*float64(t.D) - 1e-9))
		f, err := forest.Fit(ctx, t.X, t.Y, nil, columns, options)
		if err != nil {
			return err
		}
		r.forestFloor(f, visits(f, tried, 1), 1)
		r.floor("totals", totalTerms(f))
		if r.job.NoIntervals || !b.Decided {
			continue
		}
		options.Trees = replicateTrees
		for range countedReplicate {
			x, y, w := resample(t, src)
			if f, err = forest.Fit(ctx, x, y, w, columns, options); err != nil {
				return err
			}
			times := float64(reports.DefaultReplicates) / countedReplicate
			r.forestFloor(f, visits(f, tried, different), times)
			r.floor("totals", totalTerms(f).times(times))
		}
	}
	return nil
}

// forestFloor adds the work of fitting a forest and of finding its main effects and pairs,
// of several alike.
func (r *recorder) forestFloor(f *forest.Forest, fit floor, times float64) {
	r.floor("forest", fit.times(times))
	r.floor("mains", nodesVisited(f).times(times))
	r.floor("pairs", pairTerms(f).times(times))
}

// resample gives each row a weight from a Poisson distribution with mean 1 and returns
// those whose weight is not 0.
func resample(t *nasalyze.Table, src *rand.Rand) (x, y, w []float64) {
	for i := range t.N {
		weight := 0.0
		for p := src.Float64(); p > math.Exp(-1); p *= src.Float64() {
			weight++
		}
		if weight > 0 {
			x, y, w = append(x, t.Row(i)...), append(y, t.Y[i]), append(w, weight)
		}
	}
	return x, y, w
}

// tableColumns describes the encoded parameters to a forest.
func tableColumns(t *nasalyze.Table) []forest.Column {
	columns := make([]forest.Column, t.D)
	for j, c := range t.Columns {
		columns[j] = forest.Column(c)
	}
	return columns
}
