package reports

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// Numbers of configurations from which on the one-step estimates count for
// more than the means over the trees. The error of the first falls with the number of
// configurations, that of the second less; between 100 and 2,000 configurations of full
// factorial tables these came closest to the truth (docs/accuracy.md).
const (
	correctedMains = 500
	correctedPairs = 200
)

// rows are what a forest was fitted to; w may be nil.
type rows struct {
	x, y, w []float64
	unseen  unseen
}

// unseen are, tree by tree, the rows out of its bag and its predictions of them.
type unseen struct {
	rows      [][]uint32
	predicted [][]float64
}

// collect has a fit for budget b fill what its correction needs, if it is to be corrected.
func (z *analyzer) collect(b int, opt forest.Options, r *rows) forest.Options {
	if z.correctable(b) {
		u := &r.unseen
		opt.OutOfBag = func(_ int, rows []uint32, predicted []float64) {
			u.rows, u.predicted = append(u.rows, slices.Clone(rows)), append(u.predicted, slices.Clone(predicted))
		}
	}
	return opt
}

// residuals of all rows against the trees that have not seen them, and of each of these trees
// against the others of them, NaN where there are none.
func (r *rows) residuals() (all []float64, trees []fanova.Unseen) {
	sum, n := make([]float64, len(r.y)), make([]float64, len(r.y))
	for k, rows := range r.unseen.rows {
		for j, i := range rows {
			sum[i] += r.unseen.predicted[k][j]
			n[i]++
		}
	}
	for k, rows := range r.unseen.rows {
		u := fanova.Unseen{Rows: rows, Residual: make([]float64, len(rows))}
		for j, i := range rows {
			others := math.NaN()
			if n[i] > 1 {
				others = (sum[i] - r.unseen.predicted[k][j]) / (n[i] - 1)
			}
			u.Residual[j] = r.y[i] - others
		}
		trees = append(trees, u)
	}
	all = make([]float64, len(r.y))
	for i, y := range r.y {
		all[i] = y - sum[i]/n[i] // NaN for 0/0
	}
	return all, trees
}

// correct moves the shares of mains and pairs from the means over the trees towards
// their one-step estimates (see [fanova.Decomposition.OneStep]), by n/(n + correctedMains) and
// n/(n + correctedPairs) for n configurations with an out-of-bag prediction; where they clearly show
// that the trees leave something of an effect, all of the way, and what is left is added. What more parameters do together takes up
// the difference, each effect in proportion, so that all effects still sum to 1 and total
// indices are still sums of effects. What is left of the way, and what they show
// of pairs but not clearly, is kept for the intervals.
func (z *analyzer) correct(s *shares, d *fanova.Decomposition, r rows) error {
	residual, trees := r.residuals()
	known := 0.0
	for _, e := range residual {
		if e == e {
			known++
		}
	}
	one, err := d.OneStep(z.ctx, r.x, residual, r.w, trees)
	if err != nil {
		return err
	}
	step, left := slices.Concat(one.Mains, one.Pairs), slices.Concat(one.MainsLeft, one.PairsLeft)
	if known == 0 || floats.HasNaN(step) {
		return nil
	}
	floats.Add(step, left)
	way, whole := make([]float64, len(step)), make([]float64, len(step))
	for k := range step {
		whole[k] = 1
		switch {
		case left[k] > 0:
			way[k] = 1
		case k < s.d:
			way[k] = known / (known + correctedMains)
		default:
			way[k] = known / (known + correctedPairs)
		}
	}
	ahead := s.moved(step, whole)
	s.mean = s.moved(step, way)
	floats.Sub(ahead, s.mean)
	for k, v := range one.PairsUnclear {
		if v > 0 { // what is not clear need not be 0
			ahead[s.d+k] += v
		}
	}
	s.ahead, s.step = ahead, one
	return nil
}

// mended adds what the trees leave of the marginal of parameter k at encoded values u.
func (s *shares) mended(marginal []float64, k int, u []float64) []float64 {
	if s.step != nil {
		floats.Add(marginal, s.step.CurveLeft(k, u))
	}
	return marginal
}

// moved returns the shares with mains and pairs moved by these parts of the way to those in step, and all others
// adjusted to them.
func (s *shares) moved(step, way []float64) []float64 {
	mean := slices.Clone(s.mean)
	effects := mean[:s.totalAt()]
	for k := range effects {
		effects[k] += way[k] * (max(step[k], 0) - effects[k])
	}
	if sum := floats.Sum(effects); sum > 1 || s.d < 3 {
		floats.Scale(1/sum, effects)
	}
	mean[s.orderAt()] = max(0, 1-floats.Sum(effects))
	if s.d < 3 {
		mean[s.orderAt()] = 0
	}
	rest := 0.0 // of higher orders, as a factor
	if higher := s.mean[s.orderAt()]; higher > 0 {
		rest = mean[s.orderAt()] / higher
	}
	old, now := s.upToPairs(s.mean), s.upToPairs(effects)
	for j, total := range s.mean[s.sobolAt():s.orderAt()] {
		mean[s.sobolAt()+j] = now[j] + rest*max(0, total-old[j])
	}
	k := 0
	for i := range s.d {
		for j := i + 1; j < s.d; j++ {
			mean[s.totalAt()+k] = effects[i] + effects[j] + effects[s.d+k]
			k++
		}
	}
	return mean
}

// upToPairs sums up, for each parameter, its main effect and its pairs.
func (s *shares) upToPairs(effects []float64) []float64 {
	sum := slices.Clone(effects[:s.d])
	k := s.d
	for i := range s.d {
		for j := i + 1; j < s.d; j++ {
			sum[i] += effects[k]
			sum[j] += effects[k]
			k++
		}
	}
	return sum
}

// correctable reports whether the shares of a budget are to be corrected: the residuals are
// those of responses, and cutoffs ask about clamped ones.
func (z *analyzer) correctable(b int) bool {
	return !z.opt.TreeMeans && z.cuts[b] == nil
}
