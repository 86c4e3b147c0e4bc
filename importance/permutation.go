package importance

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/internal/pieces"
)

// PermutationOptions of [Permutation] and [PermutationOutOfBag]. The zero value is the default.
type PermutationOptions struct {
	// Repeats is the number of permutations of each column (of each column and tree out
	// of bag); 0 means 5, as in scikit-learn.
	Repeats int
	// Seed selects the permutations.
	Seed uint64
	// Workers is the number of goroutines, 0 for GOMAXPROCS. The results do not
	// depend on it.
	Workers int
	// Progress, if not nil, is called after each finished piece, by one goroutine at a time.
	Progress func(done, total int)
}

func (o *PermutationOptions) resolve() error {
	if o.Repeats < 0 {
		return fmt.Errorf("importance: %d repeats, want 0 (default) or more", o.Repeats)
	}
	if o.Repeats == 0 {
		o.Repeats = 5
	}
	return nil
}

// Permutation returns the permutation importance of each column on given rows: how much the
// mean squared error of the forest grows when the column is permuted among the rows, as
// share of the variance of the responses, that is by how much R^2 falls (Fisher, Rudin
// and Dominici, "All models are wrong, but many are useful", JMLR 20, 2019; the
// permutation_importance of scikit-learn). The score has mean and standard deviation over the
// repeats. NaN where the responses are all equal.
//
// Rows that the forest was trained on show what it uses; use others, or
// [PermutationOutOfBag], to see what generalises.
//
// Missing entries stay where they are: a column is permuted among the rows that have a value,
// and one with fewer than two such rows scores 0.
//
// For a perfect model of independent columns the expected score is twice the total (Sobol')
// index on the distribution of the rows, since E (f(x) - f(x'))^2 = 2 E Var(f | the others).
func Permutation(ctx context.Context, f *forest.Forest, t Table, opt PermutationOptions) ([]Score, error) {
	if err := checkForest(f); err != nil {
		return nil, err
	}
	if len(f.Columns) != len(t.Columns) {
		return nil, fmt.Errorf("importance: the forest has %d columns, the table %d", len(f.Columns), len(t.Columns))
	}
	for c := range f.Columns {
		if f.Columns[c].Levels != t.Columns[c].Levels {
			return nil, fmt.Errorf("importance: column %d has %d levels in the forest, %d in the table", c, f.Columns[c].Levels, t.Columns[c].Levels)
		}
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	if err := opt.resolve(); err != nil {
		return nil, err
	}
	increase := matrix(len(t.Columns), opt.Repeats, math.NaN())
	if _, variance := spread(t.Y, t.Weights); variance > 0 && !allEqual(t.Y, t.Weights) {
		before := squaredError(&t, f.Predict(nil, t.X))
		used := splits(f)
		err := pieces.Do(ctx, len(t.Columns), opt.Workers, opt.Progress, func(_, c int) error {
			p := permuter{table: &t, forest: f, rng: stream(opt.Seed, c)}
			for r := range opt.Repeats {
				if err := ctx.Err(); err != nil {
					return err
				}
				increase[c][r] = 0
				if used[c] {
					increase[c][r] = (p.errorWithout(c) - before) / variance
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return scores(increase), nil
}

// PermutationOutOfBag fits a forest and returns the permutation importance of each column on
// the rows that each tree left out (Breiman, "Random forests", 2001): by how much
// the tree's squared error grows there, as share of the variance of all responses. The score
// has mean and standard deviation over the trees (each the mean of its repeats); trees that leave out
// fewer than two rows are NaN. All are NaN where the responses are equal.
//
// The forest has fit.Trees trees that each draw from a seed of their own; it is
// not the one that [forest.Fit] grows from the same options. Compared with the mean
// prediction of a forest, single trees are noisy, and the scores are larger than those of
// [Permutation].
func PermutationOutOfBag(ctx context.Context, t Table, fit forest.Options, opt PermutationOptions) ([]Score, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if err := opt.resolve(); err != nil {
		return nil, err
	}
	if fit.NoBootstrap {
		return nil, errors.New("importance: without a bootstrap no row is out of bag")
	}
	if fit.NoOutOfBag {
		return nil, errors.New("importance: NoOutOfBag leaves out the rows that are permuted")
	}
	trees := fit.Trees
	if trees == 0 {
		trees = forest.DefaultTrees
	}
	if trees < 0 {
		return nil, fmt.Errorf("importance: %d trees, want 0 (default) or more", trees)
	}
	increase := matrix(len(t.Columns), trees, math.NaN())
	_, variance := spread(t.Y, t.Weights)
	equal := allEqual(t.Y, t.Weights)
	err := pieces.Do(ctx, trees, opt.Workers, opt.Progress, func(_, k int) error {
		one := fit
		one.Trees, one.Workers, one.Progress, one.OutOfBag = 1, 1, nil, nil
		one.Seed = stream(fit.Seed, k).Uint64()
		f, err := forest.Fit(ctx, t.X, t.Y, t.Weights, t.Columns, one)
		if err != nil {
			return err
		}
		out := t.subset(func(i int) bool {
			return !math.IsNaN(f.OutOfBag.Prediction[i]) && weight(t.Weights, i) > 0
		})
		if len(out.Y) < 2 || equal {
			return nil
		}
		before := squaredError(&out, f.Predict(nil, out.X))
		used := splits(f)
		p := permuter{table: &out, forest: f, rng: stream(opt.Seed, k)}
		each := make([]float64, opt.Repeats)
		for c := range t.Columns {
			if err := ctx.Err(); err != nil {
				return err
			}
			increase[c][k] = 0
			if !used[c] {
				continue
			}
			for r := range each {
				each[r] = (p.errorWithout(c) - before) / variance
			}
			increase[c][k] = fanova.NewStat(each).Mean
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return scores(increase), nil
}

// permuter predicts a table with one column permuted.
type permuter struct {
	table  *Table
	forest *forest.Forest
	rng    *rand.Rand
	// Scratch: the table with a permuted column, the rows with a value in it, predictions.
	x          []float64
	rows       []int
	prediction []float64
}

// errorWithout returns the squared error with column c permuted among its values.
func (p *permuter) errorWithout(c int) float64 {
	d := len(p.table.Columns)
	p.x = append(p.x[:0], p.table.X...)
	p.rows = p.rows[:0]
	for i := range p.table.Y {
		if !math.IsNaN(p.x[i*d+c]) {
			p.rows = append(p.rows, i)
		}
	}
	p.rng.Shuffle(len(p.rows), func(i, j int) {
		a, b := p.rows[i]*d+c, p.rows[j]*d+c
		p.x[a], p.x[b] = p.x[b], p.x[a]
	})
	p.prediction = p.forest.Predict(p.prediction, p.x)
	return squaredError(p.table, p.prediction)
}

// squaredError returns the weighted mean squared error.
func squaredError(t *Table, prediction []float64) float64 {
	sum, total := 0.0, 0.0
	for i, y := range t.Y {
		w := weight(t.Weights, i)
		sum += w * (y - prediction[i]) * (y - prediction[i])
		total += w
	}
	return sum / total
}

// splits tells which columns a forest splits on; the others score 0 whatever is permuted.
func splits(f *forest.Forest) []bool {
	used := make([]bool, len(f.Columns))
	for k := range f.Trees {
		for _, c := range f.Trees[k].Feature {
			if c >= 0 {
				used[c] = true
			}
		}
	}
	return used
}

// subset returns the rows that keep selects.
func (t *Table) subset(keep func(i int) bool) Table {
	s := Table{Columns: t.Columns}
	for i, y := range t.Y {
		if !keep(i) {
			continue
		}
		s.X, s.Y = append(s.X, t.row(i)...), append(s.Y, y)
		if t.Weights != nil {
			s.Weights = append(s.Weights, t.Weights[i])
		}
	}
	return s
}

// allEqual reports whether the responses with weight are all the same.
func allEqual(y, weights []float64) bool {
	first := math.NaN()
	for i, v := range y {
		if weight(weights, i) == 0 {
			continue
		}
		if math.IsNaN(first) {
			first = v
		} else if v != first {
			return false
		}
	}
	return true
}
