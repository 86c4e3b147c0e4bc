package correlation

import (
	"context"
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze/internal/pieces"
)

// Result holds all pairs of columns.
type Result struct {
	// Columns is their number B.
	Columns int
	// Observed[b] is the number of items that are not NaN at column b.
	Observed []int
	// Pairs ordered by I, then J: B(B-1)/2 of them.
	Pairs []Pair
}

// Pair returns the pair of two different columns, in either order.
func (r *Result) Pair(i, j int) *Pair {
	if i > j {
		i, j = j, i
	}
	if i < 0 || i == j || j >= r.Columns {
		panic(fmt.Sprintf("correlation: no pair of columns %d and %d of %d", i, j, r.Columns))
	}
	return &r.Pairs[i*(2*r.Columns-i-1)/2+j-i-1]
}

// Pair compares two columns over the items that both have, I the lower and J the
// higher one.
type Pair struct {
	I, J int
	// N items have a value in both.
	N int
	// Reason says why nothing can be told about the pair; empty where something can.
	Reason   string
	Spearman Estimate
	Kendall  Tau
	// TopK by ascending K; none where Reason is set.
	TopK   []Overlap
	Regret Regret
}

// Estimate is Spearman's rank correlation with its evidence. All numbers are NaN
// where Reason is set.
type Estimate struct {
	Rho float64
	// P is the two-sided p-value of no association, found by Method. PHolm is
	// corrected over all pairs with a p-value.
	P, PHolm float64
	Method   Method
	// Lo and Hi are the interval to report, that of Bootstrap from 10 items up and
	// that of Fisher below and where the bootstrap has none; IntervalMethod says
	// which. The package comment says why.
	Lo, Hi         float64
	IntervalMethod IntervalMethod
	// Fisher is the interval of [BonettWright].
	Fisher    Interval
	Bootstrap Bootstrap
	Reason    string
}

// Tau is Kendall's tau-b with its two-sided p-value, PHolm corrected over all pairs
// with a p-value. All are NaN where Reason is set.
type Tau struct {
	Tau      float64
	P, PHolm float64
	Method   Method
	Reason   string
}

// Matrix correlates every pair of columns. cols[b][i] is the loss of item i at
// column b, NaN where it was not observed; columns go from the lowest to the
// highest budget, and losses are minimised. Each pair is judged over the items
// that both columns have.
//
// Each column is sorted once; the ranks within a pair follow from the two orders
// by a scan. B columns of n items take O(B n log n + B^2 n), Kendall's tau
// another O(n log n) and the bootstrap O(n) per resample for each pair.
//
// Errors name the column and row of an infinite loss, a column of another length,
// or an option out of range; or ctx was cancelled. Whatever the data cannot tell
// is NaN with a reason in the pair.
func Matrix(ctx context.Context, cols [][]float64, opt Options) (*Result, error) {
	opt, err := opt.resolve()
	if err != nil {
		return nil, err
	}
	if err := check(cols); err != nil {
		return nil, err
	}
	r := &Result{Columns: len(cols), Observed: make([]int, len(cols))}
	orders := make([][]int32, len(cols))
	if err := pieces.Do(ctx, len(cols), opt.Workers, nil, func(_, b int) error {
		orders[b] = ascending(cols[b])
		r.Observed[b] = len(orders[b])
		return nil
	}); err != nil {
		return nil, err
	}
	for i := range cols {
		for j := i + 1; j < len(cols); j++ {
			r.Pairs = append(r.Pairs, Pair{I: i, J: j})
		}
	}
	scratch := make([]shared, max(1, min(opt.Workers, len(r.Pairs))))
	if err := pieces.Do(ctx, len(r.Pairs), opt.Workers, opt.Progress, func(worker, k int) error {
		p := &r.Pairs[k]
		s := &scratch[worker]
		s.join(cols[p.I], cols[p.J], orders[p.I], orders[p.J])
		return p.fill(ctx, s, cols[p.J], k, opt)
	}); err != nil {
		return nil, err
	}
	r.holm()
	return r, nil
}

// fill computes the k-th pair from its shared items and the higher column.
func (p *Pair) fill(ctx context.Context, s *shared, y []float64, k int, opt Options) error {
	p.N = s.n
	p.Reason = s.reason(fmt.Sprintf("column %d", p.I), fmt.Sprintf("column %d", p.J))
	if p.Reason != "" {
		nan := math.NaN()
		none := noInterval(p.Reason)
		p.Spearman = Estimate{Rho: nan, P: nan, PHolm: nan, Lo: nan, Hi: nan, Fisher: none, Bootstrap: Bootstrap{Interval: none}, Reason: p.Reason}
		p.Kendall = Tau{Tau: nan, P: nan, PHolm: nan, Reason: p.Reason}
		p.Regret = noRegret(p.Reason)
		return nil
	}
	c := s.concordance()
	p.Spearman.Rho = s.rho()
	p.Kendall.Tau = c.tau()
	if s.n <= exactPermutation {
		p.Spearman.P, p.Kendall.P = s.permutationP(c)
		p.Spearman.Method, p.Kendall.Method = ExactPermutation, ExactPermutation
	} else {
		p.Spearman.P, p.Spearman.Method = s.spearmanP(p.Spearman.Rho)
		p.Kendall.P, p.Kendall.Method = s.kendallP(c)
	}
	for _, size := range opt.sizes(s.n) {
		p.TopK = append(p.TopK, s.overlap(size))
	}
	p.Regret = s.regret(y)
	return p.Spearman.intervals(ctx, s, k, opt)
}

// intervals fills the confidence intervals of the k-th pair.
func (e *Estimate) intervals(ctx context.Context, s *shared, k int, opt Options) error {
	e.Fisher.Lo, e.Fisher.Hi = BonettWright(e.Rho, s.n, opt.Confidence)
	e.Lo, e.Hi, e.IntervalMethod = e.Fisher.Lo, e.Fisher.Hi, FisherZ
	if opt.Resamples < 0 {
		e.Bootstrap.Interval = noInterval("no bootstrap was asked for")
		return nil
	}
	if math.Abs(e.Rho) == 1 {
		e.Bootstrap.Interval = noInterval("a perfect correlation stays perfect in every resample")
		return nil
	}
	var err error
	e.Bootstrap, err = s.bootstrap(ctx, stream(opt.Seed, k), opt.Resamples, opt.Confidence)
	if s.n >= bootstrapMin && e.Bootstrap.Reason == "" {
		e.Lo, e.Hi, e.IntervalMethod = e.Bootstrap.Lo, e.Bootstrap.Hi, BootstrapPercentile
	}
	return err
}

// holm corrects the p-values over all pairs.
func (r *Result) holm() {
	rho, tau := make([]float64, len(r.Pairs)), make([]float64, len(r.Pairs))
	for k, p := range r.Pairs {
		rho[k], tau[k] = p.Spearman.P, p.Kendall.P
	}
	rho, tau = Holm(rho), Holm(tau)
	for k := range r.Pairs {
		r.Pairs[k].Spearman.PHolm, r.Pairs[k].Kendall.PHolm = rho[k], tau[k]
	}
}
