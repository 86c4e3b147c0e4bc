package importance

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/correlation"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/internal/pieces"
)

// GrowthOptions of [Growth]. The zero value is the default.
type GrowthOptions struct {
	// Sizes are the numbers of rows, ascending; nil means n/8, n/4, n/2 and n as far as
	// they are at least 2.
	Sizes []int
	// Repeats is the number of subsamples of each size; 0 means 10. Those of all rows
	// differ in the forest alone.
	Repeats int
	// Fit are the options of the forests; their seeds come from Seed.
	Fit forest.Options
	// Cutoffs of the decomposition; may be nil.
	Cutoffs *fanova.Cutoffs
	// Seed selects the rows and the seeds of the forests.
	Seed uint64
	// Workers is the number of subsamples worked on at the same time, 0 for
	// GOMAXPROCS. The results do not depend on it.
	Workers int
	// Progress, if not nil, is called after each subsample, by one goroutine at a time.
	Progress func(done, total int)
}

// GrowthPoint is what subsamples of one size say.
type GrowthPoint struct {
	// N is the number of rows.
	N int
	// Mains are the main effects of the columns (mean over the trees), with mean and
	// standard deviation over the repeats.
	Mains []Score
	// Rank is the Spearman correlation of a repeat's main effects with their mean at
	// the largest size, over the repeats; RankEach holds the values. NaN for a single
	// column, or where all effects are equal.
	Rank     fanova.Stat
	RankEach []float64
	// R2 is the out-of-bag coefficient of determination.
	R2     fanova.Stat
	R2Each []float64
}

// Growth tells whether there are enough rows: it computes the main effects from random
// subsamples of growing size, drawn without replacement. Where importances and their order
// still move at the end, or repeats disagree, more rows would change the answer; where
// they have settled, they would not.
//
// Subsamples of one table overlap, the more the larger they are, so that their spread understates
// that of fresh samples: for a mean by the factor sqrt(1 - size/n). At all rows it is
// that of the forest alone. The bootstrap over rows is the better measure of
// uncertainty at the full size; this is for the trend.
func Growth(ctx context.Context, t Table, opt GrowthOptions) ([]GrowthPoint, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	n, d := len(t.Y), len(t.Columns)
	if err := opt.resolve(n); err != nil {
		return nil, err
	}
	points := make([]GrowthPoint, len(opt.Sizes))
	effects := make([][][]float64, len(opt.Sizes)) // by size, column and repeat
	for i, size := range opt.Sizes {
		effects[i] = matrix(d, opt.Repeats, math.NaN())
		points[i] = GrowthPoint{N: size, RankEach: make([]float64, opt.Repeats), R2Each: make([]float64, opt.Repeats)}
	}
	err := pieces.Do(ctx, len(opt.Sizes)*opt.Repeats, opt.Workers, opt.Progress, func(_, piece int) error {
		i, r := piece/opt.Repeats, piece%opt.Repeats
		rng := stream(opt.Seed, piece)
		rows := rng.Perm(n)[:opt.Sizes[i]]
		slices.Sort(rows)
		in := make([]bool, n)
		for _, row := range rows {
			in[row] = true
		}
		part := t.subset(func(i int) bool { return in[i] })
		points[i].R2Each[r] = math.NaN()
		if !slices.ContainsFunc(rows, func(row int) bool { return weight(t.Weights, row) > 0 }) {
			return nil // nothing to fit: no effects
		}
		fit := opt.Fit
		fit.Workers, fit.Progress, fit.OutOfBag, fit.Seed = 1, nil, nil, rng.Uint64()
		if fit.Groups != nil {
			fit.Groups = nil
			for _, row := range rows {
				fit.Groups = append(fit.Groups, opt.Fit.Groups[row])
			}
		}
		f, err := forest.Fit(ctx, part.X, part.Y, part.Weights, part.Columns, fit)
		if err != nil {
			return err
		}
		dec, err := fanova.New(f, fanova.Options{Workers: 1, Cutoffs: opt.Cutoffs})
		if err != nil {
			return err
		}
		points[i].R2Each[r] = f.OutOfBag.R2
		for c, e := range dec.Mains() {
			effects[i][c][r] = e.Individual.Mean
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range points {
		points[i].Mains = scores(effects[i])
	}
	final := make([]float64, d)
	for c, s := range points[len(points)-1].Mains {
		final[c] = s.Mean
	}
	each := make([]float64, d)
	for i := range points {
		p := &points[i]
		for r := range p.RankEach {
			for c := range each {
				each[c] = effects[i][c][r]
			}
			p.RankEach[r] = spearman(each, final)
		}
		p.Rank, p.R2 = fanova.NewStat(p.RankEach), fanova.NewStat(p.R2Each)
	}
	return points, nil
}

func (o *GrowthOptions) resolve(n int) error {
	if o.Repeats < 0 {
		return fmt.Errorf("importance: %d repeats, want 0 (default) or more", o.Repeats)
	}
	if o.Repeats == 0 {
		o.Repeats = 10
	}
	if o.Fit.Groups != nil && len(o.Fit.Groups) != n {
		return fmt.Errorf("importance: %d groups, want %d, one per row", len(o.Fit.Groups), n)
	}
	if o.Sizes == nil {
		for _, part := range []int{8, 4, 2} {
			if size := n / part; size >= 2 {
				o.Sizes = append(o.Sizes, size)
			}
		}
		o.Sizes = append(o.Sizes, n)
	}
	last := 0
	for _, size := range o.Sizes {
		if size <= last || size > n {
			return fmt.Errorf("importance: sizes %v, want ascending ones from 1 to %d", o.Sizes, n)
		}
		last = size
	}
	if last == 0 {
		return fmt.Errorf("importance: no sizes, want at least one")
	}
	return nil
}

// spearman returns the rank correlation, NaN where an entry is or a side has no variance.
func spearman(a, b []float64) float64 {
	if slices.ContainsFunc(a, math.IsNaN) || slices.ContainsFunc(b, math.IsNaN) {
		return math.NaN()
	}
	ra, rb := correlation.Ranks(a), correlation.Ranks(b)
	ma, va := spread(ra, nil)
	mb, vb := spread(rb, nil)
	if !(va > 0 && vb > 0) {
		return math.NaN()
	}
	sum := 0.0
	for i := range ra {
		sum += (ra[i] - ma) * (rb[i] - mb)
	}
	return min(max(sum/float64(len(ra))/math.Sqrt(va*vb), -1), 1)
}
