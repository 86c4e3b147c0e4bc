package main

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/correlation"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/reports"
)

// logNumbers finds what DeepCAVE's fANOVA and budget correlation find, with as
// many trees: the importance of parameters and pairs at every budget, and the
// rank correlation of every pair of budgets.
func logNumbers(ctx context.Context, r *recorder) error {
	study, _, err := ingest.Open(ctx, r.job.Path, ingest.Options{})
	if err != nil {
		return err
	}
	// DeepCAVE knows configurations by their values and keeps the last trial of each.
	study, _ = study.Distinct()
	policy := nasalyze.TableOptions{Repeats: nasalyze.LastRepeats}
	r.ready()
	budgets := study.Budgets()
	var losses [][]float64
	var ranks *correlation.Result
	err = r.phase("correlation", func() error {
		if _, losses, err = study.Losses(0, policy); err != nil {
			return err
		}
		ranks, err = correlation.Matrix(ctx, losses, correlation.Options{Resamples: -1, Workers: r.job.CPUs})
		return err
	})
	if err != nil {
		return err
	}
	r.floor("correlation", ranked(losses))
	for _, p := range ranks.Pairs {
		r.answer("correlation "+budgetText(budgets[p.I])+" "+budgetText(budgets[p.J]), p.Spearman.Rho)
	}
	for _, budget := range budgets {
		var table *nasalyze.Table
		var fitted *forest.Forest
		var mains, pairs []fanova.Effect
		err := r.phase("forest "+budgetText(budget), func() error {
			if table, err = study.At(budget, 0, policy); err != nil {
				return err
			}
			fitted, err = forest.Fit(ctx, table.X, table.Y, nil, tableColumns(table), r.forestOptions(table.D))
			return err
		})
		if err != nil {
			return err
		}
		err = r.phase("importance "+budgetText(budget), func() error {
			d, err := fanova.New(fitted, fanova.Options{Workers: r.job.CPUs})
			if err != nil {
				return err
			}
			mains = d.Mains()
			pairs, err = d.Pairs(ctx)
			return err
		})
		if err != nil {
			return err
		}
		for _, e := range slices.Concat(mains, pairs) {
			names := make([]string, len(e.Columns))
			for k, j := range e.Columns {
				names[k] = study.Space.Params[table.Params[j]].Name
			}
			r.answer(effectName(study.Space, budget, names), e.Individual.Mean)
		}
		r.forestFloor(fitted, visits(fitted, r.job.Tried, different), 1)
	}
	return nil
}

// wholeReport computes everything a report says, with its defaults; with
// NoIntervals without the bootstrap behind the intervals of the importance.
func wholeReport(ctx context.Context, r *recorder) error {
	study, _, err := ingest.Open(ctx, r.job.Path, ingest.Options{})
	if err != nil {
		return err
	}
	r.ready()
	options := reports.Options{Workers: r.job.CPUs, Table: nasalyze.TableOptions{Repeats: nasalyze.LastRepeats}} // as DeepCAVE
	if r.job.NoIntervals {
		options.Replicates = -1
	}
	var a *reports.Analysis
	err = r.phase("analyze", func() error {
		a, err = reports.Analyze(ctx, study, options)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range a.Correlations {
		r.answer("correlation "+budgetText(c.Low)+" "+budgetText(c.High), c.Spearman.Rho)
	}
	for _, b := range a.Budgets {
		for _, imp := range b.Importance {
			r.answer(effectName(study.Space, b.Budget, imp.Params), imp.Individual.Mean)
		}
	}
	return r.reportFloor(ctx, study, options.Table, a)
}

// effectName names the importance of one parameter or two at a budget, as the
// peers' scripts do. Conditional parameters are named apart, because tools
// disagree about what an inactive value is.
func effectName(space *nasalyze.Space, budget float64, names []string) string {
	kind := "main"
	if len(names) == 2 {
		kind = "pair"
	}
	if slices.ContainsFunc(names, func(name string) bool { return space.Conditional(space.Index(name)) }) {
		kind = "conditional " + kind
	}
	return kind + " " + budgetText(budget) + " " + strings.Join(slices.Sorted(slices.Values(names)), " x ")
}

func budgetText(b float64) string { return strconv.FormatFloat(b, 'g', -1, 64) }
