package importance

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// WeightedOptions of [Weighted]. The zero value is the default.
type WeightedOptions struct {
	// Weights to compute the importance at, each with one weight from 0 per response,
	// not all 0; they are scaled to a sum of 1. Nil means [SimplexWeights] in
	// steps of 1/10 for two responses and 1/4 for more.
	Weights [][]float64
	// Fit are the options of the forests. All of them draw the same bootstrap samples.
	Fit forest.Options
	// Cutoffs of the decomposition on the scale of the weighted sum, 0 to 1; may be nil.
	Cutoffs *fanova.Cutoffs
	// Progress, if not nil, is called after each forest.
	Progress func(done, total int)
}

// WeightedImportance is the importance for one weighting of several responses.
type WeightedImportance struct {
	// Weights of the responses; they add up to 1.
	Weights []float64
	// Mains are the main effects of the columns on the weighted sum.
	Mains []fanova.Effect
	// R2 is the out-of-bag coefficient of determination of the forest.
	R2 float64
}

// Weighted computes how the importance of columns moves with the weights of several
// responses (Theodorakopoulos, Stahl and Lindauer, "Hyperparameter importance analysis for
// multi-objective AutoML", ECAI 2024, arXiv 2405.07640): each response is scaled to [0, 1]
// by its smallest and largest value, a forest is fitted to the weighted sum, and its
// variance decomposed.
//
// ys holds the responses, each with one value per row of t, the smaller the better;
// Table.Y is not used. A response whose values are all equal adds nothing. Rows that lack
// a response have to be left out before.
//
// Differences from DeepCAVE's MOfANOVA: the weights are an equally spaced grid by default, with
// DeepCAVE's own choice as [ParetoWeights].
func Weighted(ctx context.Context, t Table, ys [][]float64, opt WeightedOptions) ([]WeightedImportance, error) {
	if len(ys) < 2 {
		return nil, fmt.Errorf("importance: %d responses to weigh, want at least 2", len(ys))
	}
	scaled := make([][]float64, len(ys))
	for m, y := range ys {
		t.Y = y
		if err := t.check(); err != nil {
			return nil, fmt.Errorf("response %d: %w", m, err)
		}
		scaled[m] = unit(y)
	}
	weights := opt.Weights
	if weights == nil {
		steps := 10
		if len(ys) > 2 {
			steps = 4
		}
		weights = SimplexWeights(len(ys), steps)
	}
	all := make([]WeightedImportance, len(weights))
	for i, w := range weights {
		w, err := toSum(w, len(ys))
		if err != nil {
			return nil, fmt.Errorf("importance: weights %d: %w", i, err)
		}
		y := make([]float64, len(t.Y))
		for m, v := range scaled {
			for r := range y {
				y[r] += w[m] * v[r]
			}
		}
		fit := opt.Fit
		fit.Progress, fit.OutOfBag = nil, nil
		f, err := forest.Fit(ctx, t.X, y, t.Weights, t.Columns, fit)
		if err != nil {
			return nil, err
		}
		d, err := fanova.New(f, fanova.Options{Workers: fit.Workers, Cutoffs: opt.Cutoffs})
		if err != nil {
			return nil, err
		}
		all[i] = WeightedImportance{Weights: w, Mains: d.Mains(), R2: f.OutOfBag.R2}
		if opt.Progress != nil {
			opt.Progress(i+1, len(weights))
		}
	}
	return all, nil
}

// unit scales values to [0, 1]; equal ones become 0.
func unit(y []float64) []float64 {
	lower, upper := slices.Min(y), slices.Max(y)
	scaled := make([]float64, len(y))
	if lower < upper {
		for i, v := range y {
			// Halves keep the range of the largest numbers finite.
			scaled[i] = (v/2 - lower/2) / (upper/2 - lower/2)
		}
	}
	return scaled
}

// toSum scales weights to a sum of 1.
func toSum(w []float64, n int) ([]float64, error) {
	if len(w) != n {
		return nil, fmt.Errorf("%d weights, want %d, one per response", len(w), n)
	}
	sum := 0.0
	for m, v := range w {
		if !(v >= 0) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("weight %d is %v, want a finite number from 0", m, v)
		}
		sum += v
	}
	if sum == 0 {
		return nil, errors.New("all are zero, want a positive one")
	}
	w = slices.Clone(w)
	for m := range w {
		w[m] /= sum
	}
	return w, nil
}

// SimplexWeights returns all weights of n responses that are multiples of 1/steps and add up
// to 1, the weight of the first response ascending, then that of the second one: (steps+n-1)
// over (n-1) of them.
func SimplexWeights(n, steps int) [][]float64 {
	var all [][]float64
	parts := make([]int, max(n, 0))
	var choose func(m, left int)
	choose = func(m, left int) {
		if m == n-1 {
			parts[m] = left
			w := make([]float64, n)
			for i, p := range parts {
				w[i] = float64(p) / float64(steps)
			}
			all = append(all, w)
			return
		}
		for p := range left + 1 {
			parts[m] = p
			choose(m+1, left-p)
		}
	}
	if n > 0 && steps > 0 {
		choose(0, steps)
	}
	return all
}

// ParetoWeights returns the weights that DeepCAVE uses: for each row whose responses no
// other row beats or equals in all, the scaled responses divided by their sum, ordered by
// the weight of the first. Rows whose responses are all the best there are have none.
func ParetoWeights(ys [][]float64) ([][]float64, error) {
	if len(ys) < 2 {
		return nil, fmt.Errorf("importance: %d responses to weigh, want at least 2", len(ys))
	}
	scaled := make([][]float64, len(ys))
	for m, y := range ys {
		if len(y) == 0 || len(y) != len(ys[0]) {
			return nil, fmt.Errorf("importance: response %d has %d rows, response 0 has %d", m, len(y), len(ys[0]))
		}
		if err := checkResponses(fmt.Sprintf("response %d", m), y); err != nil {
			return nil, err
		}
		scaled[m] = unit(y)
	}
	var all [][]float64
	for i := range ys[0] {
		w := make([]float64, len(ys))
		for m := range w {
			w[m] = scaled[m][i]
		}
		if w, err := toSum(w, len(w)); err == nil && efficient(ys, i) {
			all = append(all, w)
		}
	}
	slices.SortFunc(all, slices.Compare)
	return all, nil
}

// efficient reports whether every other row is worse than row i in some response.
func efficient(ys [][]float64, i int) bool {
	for j := range ys[0] {
		if j != i && !slices.ContainsFunc(ys, func(y []float64) bool { return y[j] > y[i] }) {
			return false
		}
	}
	return true
}
