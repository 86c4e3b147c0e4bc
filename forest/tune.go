package forest

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
)

// TuneOptions says what [Tune] tries. The zero value is the default.
type TuneOptions struct {
	// MinLeaf are the leaf sizes to try; nil means 1, 2, 3, 5, 8, 13, 21.
	MinLeaf []int
	// FeatureFraction are the shares of columns to try; nil means 0.4, 0.7, 1.
	FeatureFraction []float64
	// Trees is the number of trees grown for each candidate; 0 means 32. Errors
	// are extrapolated to the number of trees that the forest will have.
	Trees int
	// Margin is by how many standard errors a candidate must be better than the
	// setting it would replace; 0 means 1.
	Margin float64
	// SingleTree compares the error of one tree instead of that of the forest: for
	// statistics that are computed tree by tree and then averaged, such as the
	// importances of functional ANOVA. It leads to larger leaves.
	SingleTree bool
}

// Candidate is a setting that [Tune] tried.
type Candidate struct {
	MinLeaf         int
	FeatureFraction float64
	// R2 is the out-of-bag coefficient of determination of a forest with as many
	// trees as asked for, TreeR2 the mean of that of its trees. NaN where the
	// responses are all equal or no row has two out-of-bag predictions.
	R2, TreeR2 float64
	// Gain is how much smaller the squared error is than that of the first
	// candidate, in units of the variance of the responses, and GainErr its
	// standard error, from the differences row by row.
	Gain, GainErr float64
}

// Tune chooses MinLeaf and FeatureFraction by out-of-bag error and returns opt
// with both replaced, and all candidates in the order in which they were tried.
//
// The setting in opt comes first and is kept unless another one is better by more
// than Margin standard errors: out-of-bag errors of a few hundred rows are noisy,
// and on full factorial benchmark tables taking the smallest one predicted worse
// than not choosing at all. Leaf sizes are tried first, in both directions as long
// as the error does not clearly grow, then the shares of columns for the best of
// them. All candidates see the same bootstrap samples.
//
// A forest of k trees has the error of one with infinitely many plus v/k, where v
// is the variance of the trees' predictions of a row. Both are estimated from the
// trees that were grown, which removes the disadvantage that small leaves have in
// small forests.
//
// The result depends on Seed but not on Workers. Progress is called with the
// number of finished trees out of the largest number that may be needed.
func Tune(ctx context.Context, x, y, weights []float64, cols []Column, opt Options, tune TuneOptions) (Options, []Candidate, error) {
	resolved, err := opt.resolve()
	if err != nil {
		return opt, nil, err
	}
	if tune, err = tune.resolve(); err != nil {
		return opt, nil, err
	}
	switch {
	case opt.NoBootstrap, opt.Subsample == 1:
		return opt, nil, errors.New("forest: NoBootstrap or all rows as the sample leave none out of the bag, Tune needs them")
	case opt.NoOutOfBag:
		return opt, nil, errors.New("forest: NoOutOfBag leaves out the predictions that Tune compares")
	}
	t, err := newTable(x, y, weights, cols, resolved)
	if err != nil {
		return opt, nil, err
	}
	s := &tuner{t: t, opt: resolved, tune: tune}
	s.start()
	if err := s.run(ctx); err != nil {
		return opt, nil, err
	}
	best := s.tried[s.best].Candidate
	opt.MinLeaf, opt.FeatureFraction = best.MinLeaf, best.FeatureFraction
	candidates := make([]Candidate, len(s.tried))
	for i, c := range s.tried {
		candidates[i] = c.Candidate
	}
	return opt, candidates, nil
}

func (o TuneOptions) resolve() (TuneOptions, error) {
	if o.MinLeaf == nil {
		o.MinLeaf = []int{1, 2, 3, 5, 8, 13, 21}
	}
	if o.FeatureFraction == nil {
		o.FeatureFraction = []float64{0.4, 0.7, 1}
	}
	if o.Trees == 0 {
		o.Trees = 32
	}
	if o.Margin == 0 {
		o.Margin = 1
	}
	if o.Trees < 2 {
		return o, fmt.Errorf("forest: Trees of TuneOptions is %d, expected 0 (default) or at least 2", o.Trees)
	}
	if !(o.Margin >= 0) {
		return o, fmt.Errorf("forest: Margin of TuneOptions is %v, expected 0 (default) or more", o.Margin)
	}
	for _, k := range o.MinLeaf {
		if k < 1 {
			return o, fmt.Errorf("forest: MinLeaf of TuneOptions has %d, expected 1 or more", k)
		}
	}
	for _, f := range o.FeatureFraction {
		if !(f > 0 && f <= 1) {
			return o, fmt.Errorf("forest: FeatureFraction of TuneOptions has %v, expected more than 0 and at most 1", f)
		}
	}
	return o, nil
}

// tuner is the state of Tune.
type tuner struct {
	t     *table
	opt   Options
	tune  TuneOptions
	tried []trial
	best  int // index into tried
	total int // trees if nothing is skipped
	done  int

	weight   []float64 // of each row, summing to 1
	variance float64   // of the responses
}

// trial is a candidate with its error.
type trial struct {
	Candidate
	errs []float64 // of each row, NaN where it is not known
}

func (s *tuner) start() {
	s.weight = make([]float64, s.t.n)
	sum, mean := 0.0, 0.0
	for i := range s.weight {
		s.weight[i] = 1
		if s.t.w != nil {
			s.weight[i] = s.t.w[i]
		}
		sum += s.weight[i]
	}
	for i, y := range s.t.y {
		s.weight[i] /= sum
		mean += s.weight[i] * y
	}
	if slices.Min(s.t.y) < slices.Max(s.t.y) { // else rounding would leave some
		for i, y := range s.t.y {
			s.variance += s.weight[i] * (y - mean) * (y - mean)
		}
	}
	most := 1 // the setting in opt comes first
	for _, k := range s.tune.MinLeaf {
		if k != s.opt.MinLeaf {
			most++
		}
	}
	for _, v := range s.tune.FeatureFraction {
		if v != s.opt.FeatureFraction {
			most++
		}
	}
	s.total = s.tune.Trees * most
}

func (s *tuner) run(ctx context.Context) error {
	first := s.opt.MinLeaf
	if _, err := s.try(ctx, first, s.opt.FeatureFraction); err != nil {
		return err
	}
	larger := slices.Clone(s.tune.MinLeaf)
	slices.Sort(larger)
	larger = slices.Compact(larger)
	smaller := slices.Clone(larger)
	slices.Reverse(smaller)
	larger = slices.DeleteFunc(larger, func(k int) bool { return k <= first })
	smaller = slices.DeleteFunc(smaller, func(k int) bool { return k >= first })
	for _, sizes := range [][]int{larger, smaller} {
		for _, k := range sizes {
			worse, err := s.try(ctx, k, s.opt.FeatureFraction)
			if err != nil {
				return err
			}
			if worse {
				break
			}
		}
	}
	leaf := s.tried[s.best].MinLeaf
	for _, f := range s.tune.FeatureFraction {
		if s.opt.tried(s.t.d) == (Options{FeatureFraction: f}).tried(s.t.d) {
			continue // the same number of columns
		}
		if _, err := s.try(ctx, leaf, f); err != nil {
			return err
		}
	}
	return nil
}

// try grows the trees of a candidate and makes it the best one if it is. It
// reports whether it is clearly worse than the best.
func (s *tuner) try(ctx context.Context, minLeaf int, fraction float64) (worse bool, err error) {
	t := s.t
	opt := s.opt
	opt.Trees, opt.MinLeaf, opt.FeatureFraction = s.tune.Trees, minLeaf, fraction
	sum := newSums(t.n)
	squares := make([]float64, t.n)
	err = t.each(ctx, opt, func(int, *builder) {}, func(_ int, rows []uint32, predicted []float64) {
		sum.add(rows, predicted)
		for i, r := range rows {
			e := predicted[i] - t.y[r]
			squares[r] += e * e
		}
		s.done++
		if opt.Progress != nil {
			opt.Progress(s.done, s.total)
		}
	})
	if err != nil {
		return false, err
	}
	one := make([]float64, t.n)
	many := make([]float64, t.n)
	for i := range one {
		k := float64(sum.n[i])
		if k < 2 {
			one[i], many[i] = math.NaN(), math.NaN()
			continue
		}
		bias := sum.sum[i]/k - t.y[i]
		v := max(squares[i]/k-bias*bias, 0) * k / (k - 1)
		one[i] = squares[i] / k
		many[i] = bias*bias - v/k + v/float64(s.opt.Trees)
	}
	c := trial{Candidate{MinLeaf: minLeaf, FeatureFraction: fraction, R2: s.r2(many), TreeR2: s.r2(one)}, many}
	if s.tune.SingleTree {
		c.errs = one
	}
	if len(s.tried) > 0 {
		c.Gain, c.GainErr = s.gain(s.tried[0].errs, c.errs)
	}
	s.tried = append(s.tried, c)
	gain, margin := s.gain(s.tried[s.best].errs, c.errs)
	if gain > s.tune.Margin*margin {
		s.best = len(s.tried) - 1
	}
	return gain < -2*margin, nil
}

// r2 turns squared errors into a coefficient of determination.
func (s *tuner) r2(errs []float64) float64 {
	weight, sse := 0.0, 0.0
	for i, e := range errs {
		if e == e {
			weight += s.weight[i]
			sse += s.weight[i] * e
		}
	}
	if s.variance == 0 {
		return math.NaN()
	}
	return 1 - sse/weight/s.variance
}

// gain returns the mean difference of two errors and its standard error. Rows of
// one group are one observation.
func (s *tuner) gain(from, to []float64) (mean, stderr float64) {
	weights, sums := make([]float64, s.t.groups), make([]float64, s.t.groups)
	total := 0.0
	for i := range from {
		if d := from[i] - to[i]; d == d {
			g := s.t.groupOf(i)
			weights[g] += s.weight[i]
			sums[g] += s.weight[i] * d
			total += s.weight[i]
			mean += s.weight[i] * d
		}
	}
	mean /= total
	n, squares := 0.0, 0.0
	for g, w := range weights {
		if w > 0 {
			e := (sums[g] - w*mean) / total
			squares += e * e
			n++
		}
	}
	return mean / s.variance, math.Sqrt(squares*n/(n-1)) / s.variance
}
