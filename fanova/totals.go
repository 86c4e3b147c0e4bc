package fanova

import (
	"context"
	"math"

	"github.com/nasalyze/nasalyze/internal/pieces"
)

// TotalIndex is the total (Sobol') index of a column: the share of the
// variance in all subsets that contain it, E[Var(f | all other columns)]/V. The
// indices of all columns add up to 1 or more.
type TotalIndex struct {
	Column int
	Stat
	// ByTree holds the index tree by tree, NaN for trees without variance.
	ByTree []float64
}

// Totals returns the total index of every column, in order. It stops with the
// error of the context when that is done.
//
// Two points that differ in column j alone part at exactly one node of a tree,
// one that splits on j. So the index needs the covariance of the two sides of
// each such node over the other columns, from the pairs of leaves whose boxes
// meet there.
//
// The number of these pairs grows faster than the leaves: with 17 columns about as
// leaves^1.8 (see BenchmarkTotals). In the worst case no method much below the square of the
// leaves can be expected when the columns are many, since the product of two
// trees answers whether two sets of vectors hold an orthogonal pair. Larger
// leaves help: three rows to a leaf instead of one make it some ten times faster.
func (d *Decomposition) Totals(ctx context.Context) ([]TotalIndex, error) {
	n := len(d.columns)
	out := make([]TotalIndex, n)
	for c := range out {
		out[c] = TotalIndex{Column: c, ByTree: make([]float64, len(d.trees))}
	}
	// A piece is one column of one tree; a worker keeps what it prepared for a
	// tree from one column to the next.
	type state struct {
		tree     int
		overlap  *overlap
		variance []float64
		has      []bool
	}
	states := make([]state, pieces.Workers(d.opt.Workers, len(d.trees)*n))
	err := pieces.Do(ctx, len(d.trees)*n, d.opt.Workers, d.opt.Progress, func(worker, piece int) error {
		k, c := piece/n, piece%n
		t, s := d.trees[k], &states[worker]
		if t.variance == 0 {
			out[c].ByTree[k] = math.NaN()
			return nil
		}
		if d.mains[k][c].step == nil {
			return nil // never split
		}
		if s.overlap == nil || s.tree != k {
			*s = state{k, newOverlap(ctx, t), t.variances(), make([]bool, len(t.column))}
		}
		for i := len(s.has) - 1; i >= 0; i-- {
			s.has[i] = t.column[i] >= 0 && (int(t.column[i]) == c || s.has[i+1] || s.has[t.right[i]])
		}
		s.overlap.share(func(other int) bool { return other != c })
		out[c].ByTree[k] = s.overlap.unexplained(0, s.has, s.variance) / t.variance
		if s.overlap.done {
			return ctx.Err()
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for c := range out {
		out[c].Stat = NewStat(out[c].ByTree)
	}
	return out, nil
}
