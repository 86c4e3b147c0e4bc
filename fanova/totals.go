package fanova

import (
	"context"
	"math"
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
func (d *Decomposition) Totals(ctx context.Context) ([]TotalIndex, error) {
	n := len(d.columns)
	out := make([]TotalIndex, n)
	for c := range out {
		out[c] = TotalIndex{Column: c, ByTree: make([]float64, len(d.trees))}
	}
	err := d.parallel(ctx, len(d.trees), d.opt.Progress, func(_, k int) error {
		t := d.trees[k]
		if t.variance == 0 {
			for c := range out {
				out[c].ByTree[k] = math.NaN()
			}
			return nil
		}
		o := newOverlap(ctx, t)
		variance := t.variances()
		has := make([]bool, len(t.column))
		for c := range out {
			if d.mains[k][c].step == nil {
				continue // never split
			}
			for i := len(has) - 1; i >= 0; i-- {
				has[i] = t.column[i] >= 0 && (int(t.column[i]) == c || has[i+1] || has[t.right[i]])
			}
			o.share(func(s int) bool { return s != c })
			out[c].ByTree[k] = o.unexplained(0, has, variance) / t.variance
			if o.done {
				return ctx.Err()
			}
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
