package reports

import (
	"math"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/correlation"
	"github.com/nasalyze/nasalyze/forest"
)

const (
	fewRows  = 150 // below it leaves hold one configuration by default
	fewTrees = 32  // below it bootstrap samples: more trees leave out each row

	clearly = 2.326 // as a standard score: one-sided, at the 1 % level
)

// fit fits the forest of budget b. The streams of the budgets differ.
//
// By default leaves hold two configurations, whose mean holds half of the noise of a single training, unless
// the forest with one to a leaf clearly predicts rows out of the bag better: then there is
// little noise. With few configurations boxes of one are coarse enough, and the mean of an extreme and its neighbour is
// like neither.
func (z *analyzer) fit(b int, t *nasalyze.Table) (*model, error) {
	opt := z.opt.Forest
	if opt.FeatureFraction == 0 {
		opt.FeatureFraction = forest.DefaultFeatureFraction
	}
	if opt.Subsample == 0 && !opt.NoBootstrap && (opt.Trees == 0 || opt.Trees >= fewTrees) {
		opt.Subsample = DefaultSubsample
	}
	if opt.SingleLevel == 0 {
		opt.SingleLevel = DefaultSingleLevel
	}
	opt.Seed = z.opt.Seed + uint64(b)*0x9e3779b97f4a7c15
	if opt.MinLeaf > 0 {
		return z.grow(b, t, opt)
	}
	opt.MinLeaf = 1
	one, err := z.grow(b, t, opt)
	if err != nil {
		return nil, err
	}
	opt.MinLeaf = DefaultMinLeaf
	two, err := z.grow(b, t, opt)
	if err != nil {
		return nil, err
	}
	one.quiet = closer(t.Y, one.forest.OutOfBag.Prediction, two.forest.OutOfBag.Prediction) > clearly
	if _, carried := extremes(t); one.quiet || carried > 0.5 || t.N < fewRows {
		return one, nil
	}
	return two, nil
}

func (z *analyzer) grow(b int, t *nasalyze.Table, opt forest.Options) (*model, error) {
	fitted := rows{x: t.X, y: t.Y}
	f, err := forest.Fit(z.ctx, t.X, t.Y, nil, z.columns(), z.collect(b, opt, &fitted))
	if err != nil {
		return nil, err
	}
	return &model{forest: f, options: opt, rows: fitted}, nil
}

// closer tells how clearly prediction a of y has smaller errors than b, as the standard score of the signed-rank
// test (Wilcoxon, "Individual comparisons by ranking methods", 1945): a few rows that are far off do not decide. Rows
// without both predictions (NaN) are left out; NaN if none is left.
func closer(y, a, b []float64) float64 {
	var less, size []float64 // the squared error of a less than that of b, and its size
	for i := range y {
		if d := (y[i]-b[i])*(y[i]-b[i]) - (y[i]-a[i])*(y[i]-a[i]); d == d {
			less, size = append(less, d), append(size, math.Abs(d))
		}
	}
	sum, squares := 0.0, 0.0
	for i, r := range correlation.Ranks(size) {
		squares += r * r
		switch {
		case less[i] > 0:
			sum += r
		case less[i] < 0:
			sum -= r
		}
	}
	return sum / math.Sqrt(squares)
}
