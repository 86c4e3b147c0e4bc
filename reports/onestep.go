package reports

import (
	"slices"

	"gonum.org/v1/gonum/floats"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// correctedHalf is the number of configurations from which on the one-step estimate counts for
// more than the mean over the trees. The error of the first falls with the number of
// configurations, that of the second less; between 100 and 2,000 configurations of full
// factorial tables this came closest to the truth (docs/accuracy.md).
const correctedHalf = 500

// rows are what a forest was fitted to; w may be nil.
type rows struct{ x, y, w []float64 }

// correct moves the shares of mains and pairs from the means over the trees towards
// their one-step estimates (see [fanova.Decomposition.OneStep]), by n/(n + correctedHalf) for n
// configurations with an out-of-bag prediction. What more parameters do together takes up
// the difference, each effect in proportion, so that all effects still sum to 1 and total
// indices are still sums of effects.
func (z *analyzer) correct(s *shares, f *forest.Forest, d *fanova.Decomposition, r rows) error {
	residual := make([]float64, len(r.y))
	known := 0.0
	for i, p := range f.OutOfBag.Prediction {
		residual[i] = r.y[i] - p
		if p == p {
			known++
		}
	}
	one, err := d.OneStep(z.ctx, r.x, residual, r.w)
	if err != nil {
		return err
	}
	step := slices.Concat(one.Mains, one.Pairs)
	if known == 0 || floats.HasNaN(step) {
		return nil
	}
	effects := s.mean[:s.totalAt()]
	before := slices.Clone(effects)
	for k := range effects {
		effects[k] += known / (known + correctedHalf) * (max(step[k], 0) - effects[k])
	}
	higher := s.mean[s.orderAt()]
	if sum := floats.Sum(effects); sum > 1 || s.d < 3 {
		floats.Scale(1/sum, effects)
	}
	s.mean[s.orderAt()] = max(0, 1-floats.Sum(effects))
	if s.d < 3 {
		s.mean[s.orderAt()] = 0
	}
	rest := 0.0 // of higher orders, as a factor
	if higher > 0 {
		rest = s.mean[s.orderAt()] / higher
	}
	old, now := s.upToPairs(before), s.upToPairs(effects)
	for j, total := range s.mean[s.sobolAt():s.orderAt()] {
		s.mean[s.sobolAt()+j] = now[j] + rest*max(0, total-old[j])
	}
	k := 0
	for i := range s.d {
		for j := i + 1; j < s.d; j++ {
			s.mean[s.totalAt()+k] = effects[i] + effects[j] + effects[s.d+k]
			k++
		}
	}
	return nil
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
