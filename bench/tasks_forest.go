package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// forestOptions of the job for a table of d columns.
func (r *recorder) forestOptions(d int) forest.Options {
	return forest.Options{
		Trees: r.job.Trees, FeatureFraction: fraction(r.job.Tried, d),
		MinLeaf: max(1, r.job.MinLeaf), Workers: r.job.CPUs, Seed: 1,
	}
}

// fraction whose ceiling of d columns is tried, whatever the rounding; 0 means all.
func fraction(tried, d int) float64 {
	if tried == 0 || tried >= d {
		return 1
	}
	return (float64(tried) - 0.5) / float64(d)
}

// decompose fits a forest to a table whose last column is the response and finds
// all main effects and pairs.
func decompose(ctx context.Context, r *recorder) error {
	x, y, d, err := readTable(r.job.Path)
	if err != nil {
		return err
	}
	r.ready()
	var f *forest.Forest
	if err := r.repeat("forest", func() error {
		f, err = forest.Fit(ctx, x, y, nil, make([]forest.Column, d), r.forestOptions(d))
		return err
	}); err != nil {
		return err
	}
	afterFit := r.result.Peak
	r.floor("forest", visits(f, r.job.Tried, different))
	if err := r.effects(ctx, f); err != nil {
		return err
	}
	nodes := 0
	for i := range f.Trees {
		nodes += f.Trees[i].NumNodes()
	}
	r.note("%d nodes; peak memory of the fit %s", nodes, formatBytes(float64(afterFit)))
	return nil
}

// effects times the main effects, the pairs and, if the job asks for them, the total effects of a forest.
func (r *recorder) effects(ctx context.Context, f *forest.Forest) error {
	var decomposition *fanova.Decomposition
	var mains, pairs []fanova.Effect
	if err := r.repeat("mains", func() (err error) {
		if decomposition, err = fanova.New(f, fanova.Options{Workers: r.job.CPUs}); err == nil {
			mains = decomposition.Mains()
		}
		return err
	}); err != nil {
		return err
	}
	if err := r.repeat("pairs", func() (err error) {
		pairs, err = decomposition.Pairs(ctx)
		return err
	}); err != nil {
		return err
	}
	if r.job.Totals {
		if err := r.repeat("totals", func() error {
			_, err := decomposition.Totals(ctx)
			return err
		}); err != nil {
			return err
		}
	}
	for j, e := range mains {
		r.answer("main "+strconv.Itoa(j), e.Individual.Mean)
	}
	for _, e := range pairs {
		r.answer(fmt.Sprintf("pair %d %d", e.Columns[0], e.Columns[1]), e.Individual.Mean)
	}
	r.floor("mains", nodesVisited(f))
	r.floor("pairs", pairTerms(f))
	if r.job.Totals {
		r.floor("totals", totalTerms(f))
	}
	return nil
}

// decomposeGiven finds the effects of trees that a peer has fitted, over unit intervals.
func decomposeGiven(ctx context.Context, r *recorder) error {
	text, err := os.ReadFile(r.job.Export)
	if err != nil {
		return err
	}
	var trees []struct {
		Feature, Left, Right []int32
		Threshold, Value     []float64
	}
	if err := json.Unmarshal(text, &trees); err != nil {
		return fmt.Errorf("%s: %w", r.job.Export, err)
	}
	f := new(forest.Forest)
	d := 0
	for _, t := range trees {
		n := len(t.Feature)
		for i, left := range t.Left {
			if t.Feature[i] >= 0 && int(left) != i+1 {
				return fmt.Errorf("%s: node %d has the left child %d, expected preorder", r.job.Export, i, left)
			}
		}
		tree := forest.Tree{
			Feature: t.Feature, Threshold: t.Threshold, Right: t.Right, Value: t.Value,
			Variance: make([]float64, n), Weight: make([]float32, n),
		}
		f.Trees = append(f.Trees, tree)
		d = max(d, int(slices.Max(t.Feature))+1)
	}
	f.Columns = make([]forest.Column, d)
	r.ready()
	return r.effects(ctx, f)
}

// fitForest fits a forest, with out-of-bag predictions if the job asks for them, and
// predicts held-out rows.
func fitForest(ctx context.Context, r *recorder) error {
	x, y, d, err := readTable(r.job.Path)
	if err != nil {
		return err
	}
	opt := r.forestOptions(d)
	opt.NoOutOfBag = !r.job.OutOfBag
	r.ready()
	var f *forest.Forest
	if err := r.repeat("forest", func() error {
		f, err = forest.Fit(ctx, x, y, nil, make([]forest.Column, d), opt)
		return err
	}); err != nil {
		return err
	}
	r.floor("forest", visits(f, r.job.Tried, different))
	held, truth, _, err := readTable(r.job.Test)
	if err != nil {
		return err
	}
	prediction := f.Predict(nil, held)
	for i, p := range prediction {
		r.answer("prediction "+strconv.Itoa(i), p)
	}
	if r.job.OutOfBag {
		r.answer("out-of-bag R2", f.OutOfBag.R2)
	}
	r.answer("held-out R2", r2(prediction, truth))
	return nil
}

// r2 is the coefficient of determination.
func r2(prediction, truth []float64) float64 {
	mean := 0.0
	for _, v := range truth {
		mean += v / float64(len(truth))
	}
	sse, sst := 0.0, 0.0
	for i, v := range truth {
		sse += (v - prediction[i]) * (v - prediction[i])
		sst += (v - mean) * (v - mean)
	}
	return 1 - sse/sst
}

// readTable reads a matrix whose last column is the response.
func readTable(path string) (x, y []float64, d int, err error) {
	err = eachRow(path, func(rows, columns int) {
		d = columns - 1
		x, y = make([]float64, 0, rows*d), make([]float64, 0, rows)
	}, func(row []float64) {
		x, y = append(x, row[:d]...), append(y, row[d])
	})
	if err == nil && slices.ContainsFunc(y, math.IsNaN) {
		err = fmt.Errorf("%s: a response is NaN", path)
	}
	return x, y, d, err
}
