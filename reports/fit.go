package reports

import (
	"math"

	"gonum.org/v1/gonum/stat"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/forest"
)

const (
	fewRows  = 150 // below it leaves hold one configuration by default
	fewTrees = 32  // below it bootstrap samples: more trees leave out each row

	clearly = 1.645 // standard errors: one-sided, at the 5 % level
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
	if _, carried := extremes(t); carried > 0.5 || t.N < fewRows {
		return z.grow(b, t, opt)
	}
	one, err := z.grow(b, t, opt)
	if err != nil {
		return nil, err
	}
	opt.MinLeaf = DefaultMinLeaf
	two, err := z.grow(b, t, opt)
	if err != nil {
		return nil, err
	}
	if gain, se := lessError(t.Y, one.forest.OutOfBag.Prediction, two.forest.OutOfBag.Prediction); gain > clearly*se {
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
	return &model{f, opt, fitted}, nil
}

// lessError returns how much smaller the mean squared error of prediction a is than that of b, and the
// standard error of that difference. Both are NaN where no row has both predictions (NaN for none).
func lessError(y, a, b []float64) (gain, se float64) {
	var gains []float64
	for i := range y {
		if g := (y[i]-b[i])*(y[i]-b[i]) - (y[i]-a[i])*(y[i]-a[i]); g == g {
			gains = append(gains, g)
		}
	}
	gain, sd := stat.MeanStdDev(gains, nil)
	return gain, sd / math.Sqrt(float64(len(gains)))
}
