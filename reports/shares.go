package reports

import (
	"fmt"
	"math"
	"math/rand/v2"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// replicateTrees is the size of a replicate's forest. A mean over few trees is
// unbiased for the mean over many; what they add to its spread makes the
// intervals slightly too wide, not too narrow.
const replicateTrees = 16

// MinReplicates is the number of replicates with any variance below which there is no interval.
const MinReplicates = 10

// shares are all the estimates of one decomposition, in one row of numbers, so
// that replicates of them are a matrix.
type shares struct {
	d    int
	mean []float64 // mains, pairs, pairs' totals, Sobol' totals, higher order
	std  []float64
	se   []float64 // bootstrap errors, nil without bootstrap
	// step are the one-step estimates, ahead what is left of the way to them; nil if not corrected.
	step  *fanova.OneStep
	ahead []float64
	// noisy is the way to where they were if all that the forest leaves unexplained were noise, nil
	// where there is little.
	noisy []float64
	draws [][]float64 // replicates of mean, nil where a replicate has no variance
	// curves are replicates of all marginals, one after the other, nil as draws.
	curves [][]float64
	z      float64 // half width of an interval in standard errors
}

// layout of the rows of shares.
func (s *shares) pairs() int   { return s.d * (s.d - 1) / 2 }
func (s *shares) totalAt() int { return s.d + s.pairs() }
func (s *shares) sobolAt() int { return s.d + 2*s.pairs() }
func (s *shares) orderAt() int { return 2*s.d + 2*s.pairs() }

// Total indices cost about the 1.8th power of a tree's leaves. They are taken
// over as many trees of the forest as fit below totalsWork, and left out of the
// replicates of trees larger than replicateLeaves.
const (
	totalsWork      = 1.5e9 // trees times leaves^1.8: some 20 s of one core
	replicateLeaves = 3000
)

// totalsTrees is the number of trees that total indices are computed for.
func totalsTrees(f *forest.Forest, replicate bool) int {
	leaves := meanLeaves(f)
	if replicate && leaves > replicateLeaves {
		return 0
	}
	return min(len(f.Trees), int(totalsWork/math.Pow(leaves, 1.8)))
}

func meanLeaves(f *forest.Forest) float64 {
	sum := 0
	for i := range f.Trees {
		sum += f.Trees[i].NumLeaves()
	}
	return float64(sum) / float64(len(f.Trees))
}

// totals returns the total index of every column over the first trees of a forest,
// NaN for none.
func (z *analyzer) totals(f *forest.Forest, d *fanova.Decomposition, trees int) ([]fanova.TotalIndex, error) {
	if trees == 0 {
		out := make([]fanova.TotalIndex, len(f.Columns))
		for i := range out {
			out[i] = fanova.TotalIndex{Column: i, Stat: fanova.NewStat(nil)}
		}
		return out, nil
	}
	return d.First(trees).Totals(z.ctx)
}

// shares evaluates every estimate for budget b on the decomposition d of f, which was fitted
// to rows, total indices on some of its trees.
func (z *analyzer) shares(b int, f *forest.Forest, d *fanova.Decomposition, fitted rows, trees int) (*shares, error) {
	pairs, err := d.Pairs(z.ctx)
	if err != nil {
		return nil, err
	}
	sobol, err := z.totals(f, d, trees)
	if err != nil {
		return nil, err
	}
	mains := d.Mains()
	s := &shares{d: len(mains)}
	add := func(st fanova.Stat) {
		s.mean, s.std = append(s.mean, st.Mean), append(s.std, st.Std)
	}
	rest := make([]float64, len(d.Variances()))
	for t := range rest {
		rest[t] = 1
	}
	for _, effects := range [][]fanova.Effect{mains, pairs} {
		for i := range effects {
			add(effects[i].Individual)
			for t, v := range effects[i].IndividualByTree {
				rest[t] -= v
			}
		}
	}
	for i := range pairs {
		add(pairs[i].Total)
	}
	for i := range sobol {
		add(sobol[i].Stat)
	}
	for t := range rest {
		rest[t] = max(rest[t], 0) // rounding; NaN stays
	}
	add(fanova.NewStat(rest))
	if z.correctable(b) {
		err = z.correct(s, d, fitted)
	}
	return s, err
}

// intervals adds bootstrap errors: the configurations are resampled (each gets a
// Poisson(1) weight, the same at every budget, so that differences between budgets
// can be formed), and the forest is fitted and decomposed again.
func (z *analyzer) intervals(b int, t *nasalyze.Table, m *model, s *shares) error {
	opt := m.options
	opt.Trees = min(replicateTrees, len(m.forest.Trees))
	opt.NoOutOfBag = !z.correctable(b)
	opt.Progress = nil
	report := z.progress(fmt.Sprintf("intervals at %s", z.at(t.Budget)))
	cols := z.columns()
	x := make([]float64, 0, len(t.X))
	y, w := make([]float64, 0, t.N), make([]float64, 0, t.N)
	drawn := 0
	z.branchDraws[b] = make([][]float64, z.opt.Replicates)
	for r := range z.opt.Replicates {
		x, y, w = x[:0], y[:0], w[:0]
		weights := z.poisson(r)
		for i, c := range t.Configs {
			if weights[c] > 0 {
				x, y, w = append(x, t.Row(i)...), append(y, t.Y[i]), append(w, weights[c])
			}
		}
		s.draws = append(s.draws, nil)
		s.curves = append(s.curves, nil)
		if len(y) < 2 {
			continue
		}
		opt.Seed = m.options.Seed + uint64(r+1)*0xd1342543de82ef95
		fitted := rows{x: x, y: y, w: w}
		f, err := forest.Fit(z.ctx, x, y, w, cols, z.collect(b, opt, &fitted))
		if err != nil {
			return err
		}
		d, err := fanova.New(f, z.decomposition(b))
		if err != nil {
			return err
		}
		draw, err := z.shares(b, f, d, fitted, totalsTrees(f, true))
		if err != nil {
			return err
		}
		if d.Zero() < len(f.Trees) {
			s.draws[r] = draw.mean
			if s.curves[r], err = z.curve(d, draw); err != nil {
				return err
			}
			if z.branchDraws[b][r], err = z.branchDraw(b, f); err != nil {
				return err
			}
			drawn++
		}
		if report != nil {
			report(r+1, z.opt.Replicates)
		}
	}
	if drawn < MinReplicates || drawn < z.opt.Replicates/2 {
		z.warn("no-interval", "At %s: only %d of %d bootstrap replicates had any variance; the importance has no intervals.", z.at(t.Budget), drawn, z.opt.Replicates)
		s.draws, s.curves = nil, nil
		return nil
	}
	s.se = make([]float64, len(s.mean))
	for k := range s.se {
		factor := biasFactor
		if k >= s.sobolAt() && k < s.orderAt() {
			factor = totalBiasFactor
		}
		s.se[k] = replicateError(s.draws, s.mean[k], factor, func(draw []float64) float64 { return draw[k] })
	}
	s.z = z.quantile()
	z.draws[b] = s.draws
	return nil
}

// quantile is the half width of a two-sided interval in standard errors.
func (z *analyzer) quantile() float64 {
	return distuv.UnitNormal.Quantile(0.5 + z.opt.Confidence/2)
}

// poisson returns the weights of all configurations in replicate r.
func (z *analyzer) poisson(r int) []float64 {
	src := rand.New(rand.NewPCG(z.opt.Seed, uint64(r)+1))
	weights := make([]float64, len(z.study.Configs))
	for i := range weights {
		// Knuth's product method, exact and short for a mean of 1.
		for p := src.Float64(); p > math.Exp(-1); p *= src.Float64() {
			weights[i]++
		}
	}
	return weights
}

// stat returns estimate k.
func (s *shares) stat(k int) Stat {
	out := Stat{Mean: s.mean[k], Std: s.std[k], Lo: math.NaN(), Hi: math.NaN()}
	if s.se != nil && !math.IsNaN(s.se[k]) {
		below, above := s.se[k], s.se[k]
		reach := func(factor float64, way []float64) {
			if way != nil {
				below = math.Hypot(below, factor*min(way[k], 0))
				above = math.Hypot(above, factor*max(way[k], 0))
			}
		}
		reach(biasFactor, s.ahead)
		reach(noiseFactor, s.noisy)
		out.Lo, out.Hi = max(out.Mean-s.z*below, 0), min(out.Mean+s.z*above, 1)
	}
	return out
}

// entries arranges the estimates for the Analysis.
func (s *shares) entries(params []Param) ([]Importance, Stat) {
	var out []Importance
	for i := range s.d {
		main := s.stat(i)
		out = append(out, Importance{Params: []string{params[i].Name}, Individual: main, Total: main, Sobol: s.stat(s.sobolAt() + i)})
	}
	k := 0
	for i := range s.d {
		for j := i + 1; j < s.d; j++ {
			out = append(out, Importance{Params: []string{params[i].Name, params[j].Name},
				Individual: s.stat(s.d + k), Total: s.stat(s.totalAt() + k), Sobol: noStat()})
			k++
		}
	}
	return out, s.stat(s.orderAt())
}

// shifts compares the importance at the lowest and the highest decided budget.
func (z *analyzer) shifts() error {
	low, high := -1, -1
	for b := range z.a.Budgets {
		if z.a.Budgets[b].Decided {
			if low < 0 {
				low = b
			}
			high = b
		}
	}
	if low == high {
		return nil
	}
	from, to := z.draws[low], z.draws[high]
	for i, p := range z.a.Params {
		a, b := z.a.Budgets[low].Importance[i].Individual, z.a.Budgets[high].Importance[i].Individual
		s := Shift{Param: p.Name, Low: z.a.Budgets[low].Budget, High: z.a.Budgets[high].Budget,
			Change: Stat{Mean: b.Mean - a.Mean, Std: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}}
		if from != nil && to != nil {
			joint := make([][]float64, len(from))
			for r := range joint {
				if from[r] != nil && to[r] != nil {
					joint[r] = []float64{to[r][i] - from[r][i]}
				}
			}
			se := replicateError(joint, s.Change.Mean, biasFactor, func(draw []float64) float64 { return draw[0] })
			s.Change.Lo, s.Change.Hi = s.Change.Mean-z.quantile()*se, s.Change.Mean+z.quantile()*se
			s.Decided = s.Change.Lo > 0 || s.Change.Hi < 0
		}
		z.a.Shifts = append(z.a.Shifts, s)
	}
	return nil
}

// The error of an estimate is sqrt((spreadFactor sd)^2 + (biasFactor bias)^2), with
// the standard deviation sd of its replicates and the distance bias of their mean from it.
//
// A replicate has 63 % of the configurations and misses the estimate in the way in which
// the estimate misses the truth. If such an error falls as 1/n, the step from 63 % to
// all of them is 0.58 of what is left, so biasFactor would be 1.7; as errors of
// forests fall more slowly it is 2. spreadFactor is measured: without it intervals
// held the truth too seldom (TestCoverage). Total indices, which are about interactions that trees see late,
// need totalBiasFactor.
//
// Where the correction moves an estimate towards another with less bias, but not all the way since
// that has more variance, the rest of the way is a bias that the replicates share. It counts as
// the other does, on its side of the estimate only. So does the way to where it would be if all that the forest leaves
// unexplained were noise, times noiseFactor: anything from none to all may be, and 1/sqrt(3) is the root mean square of
// a uniform distribution from 0 to 1.
const (
	spreadFactor    = 1.3
	biasFactor      = 2.0
	totalBiasFactor = 3.0
	noiseFactor     = 0.58
)

// replicateError is the error of one estimate from the replicates there are.
func replicateError(draws [][]float64, estimate, bias float64, of func(draw []float64) float64) float64 {
	values := make([]float64, 0, len(draws))
	for _, draw := range draws {
		if draw != nil {
			values = append(values, of(draw))
		}
	}
	mean, variance := stat.MeanVariance(values, nil)
	return math.Hypot(spreadFactor*math.Sqrt(variance), bias*(mean-estimate))
}
