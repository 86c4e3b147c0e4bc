package fanova

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/internal/pieces"
)

// Options of a decomposition. The zero value decomposes the forest as it is.
type Options struct {
	// Workers is the number of goroutines, 0 for GOMAXPROCS. The results do
	// not depend on it.
	Workers int
	// Cutoffs clamps the predictions of the leaves; nil for none.
	Cutoffs *Cutoffs
	// Progress, if not nil, is called after each finished piece of a long
	// computation, by one goroutine at a time, with done from 1 to total.
	Progress func(done, total int)
}

// Cutoffs is the range that leaf predictions are clamped to before the
// decomposition, as the cutoffs of automl/fanova: what lies beyond a bound
// counts as the bound, so that differences there do not matter. Use infinite
// values for a side without bound. (Excluding training rows instead is a matter
// of fitting the forest.)
type Cutoffs struct {
	Lower, Upper float64
}

func (c *Cutoffs) clamp(v float64) float64 { return math.Min(math.Max(v, c.Lower), c.Upper) }

// Decomposition answers queries about the variance of one forest. It keeps the
// trees in a form of its own, 40 bytes per node, and the main effects. It may be used
// by several goroutines at once.
type Decomposition struct {
	columns []forest.Column
	trees   []*tree
	mains   [][]mainEffect // by tree and column
	opt     Options
	zero    int
}

// First returns the decomposition of the first trees of the forest alone, at no cost; for
// answers that are too dear for all of them. It panics unless there are as many.
func (d *Decomposition) First(trees int) *Decomposition {
	out := *d
	out.trees, out.mains, out.zero = d.trees[:trees:trees], d.mains[:trees:trees], 0
	for _, t := range out.trees {
		if t.variance == 0 {
			out.zero++
		}
	}
	return &out
}

// Effect is the share of variance that a set of columns explains.
type Effect struct {
	// Columns are the indices of the columns, ascending.
	Columns []int
	// Individual is the share V_U/V of the set U itself: the main effect of a
	// column or the pure interaction of several.
	Individual Stat
	// Total is the share Var(a_U)/V of the set together with all its subsets:
	// the closed effect, which automl/fanova calls "total importance". It is
	// not the total (Sobol') index, which [Decomposition.Totals] computes.
	Total Stat
	// IndividualByTree and TotalByTree hold the shares tree by tree, NaN for
	// trees without variance.
	IndividualByTree, TotalByTree []float64
}

// Stat summarises a share over the trees with variance.
type Stat struct {
	// Mean over the trees, NaN if there are none.
	Mean float64
	// Std is the population standard deviation over the trees (division by N),
	// as automl/fanova reports it. It describes how much the trees differ, and is
	// neither the standard error of the mean nor the uncertainty of the importance.
	Std float64
	// N is the number of trees with variance.
	N int
}

// NewStat summarises values by tree; those that are NaN are left out.
func NewStat(byTree []float64) Stat {
	s := Stat{Mean: math.NaN(), Std: math.NaN()}
	sum := 0.0
	for _, v := range byTree {
		if !math.IsNaN(v) {
			sum += v
			s.N++
		}
	}
	if s.N == 0 {
		return s
	}
	s.Mean = sum / float64(s.N)
	sum = 0
	for _, v := range byTree {
		if !math.IsNaN(v) {
			sum += (v - s.Mean) * (v - s.Mean)
		}
	}
	s.Std = math.Sqrt(sum / float64(s.N))
	return s
}

// New prepares the decomposition of a forest and computes its variances and
// main effects. The time is O(nodes log nodes) per tree for numeric columns and
// O(nodes x levels) for categorical ones.
//
// It is an error if the forest has no trees, bounds are not finite and ordered,
// a leaf is not finite, cutoffs are NaN or out of order, or a tree is malformed.
func New(f *forest.Forest, opt Options) (*Decomposition, error) {
	if len(f.Trees) == 0 {
		return nil, errors.New("fanova: the forest has no trees")
	}
	for c, col := range f.Columns {
		if col.Levels < 0 {
			return nil, fmt.Errorf("fanova: column %d has %d levels, want 0 (numeric) or more", c, col.Levels)
		}
		lower, upper := col.Bounds()
		if col.Levels == 0 && (!(lower <= upper) || math.IsInf(upper-lower, 0)) {
			return nil, fmt.Errorf("fanova: column %d has bounds %v and %v, want finite and ordered ones", c, lower, upper)
		}
	}
	if c := opt.Cutoffs; c != nil {
		if !(c.Lower <= c.Upper) {
			return nil, fmt.Errorf("fanova: cutoffs %v and %v, want lower <= upper", c.Lower, c.Upper)
		}
		both := *c
		opt.Cutoffs = &both
	}
	d := &Decomposition{
		columns: slices.Clone(f.Columns),
		trees:   make([]*tree, len(f.Trees)),
		mains:   make([][]mainEffect, len(f.Trees)),
		opt:     opt,
	}
	err := pieces.Do(context.Background(), len(f.Trees), d.opt.Workers, nil, func(_, k int) error {
		t, err := newTree(d.columns, &f.Trees[k], opt.Cutoffs)
		if err != nil {
			return fmt.Errorf("fanova: tree %d: %w", k, err)
		}
		d.trees[k], d.mains[k] = t, t.mains()
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, t := range d.trees {
		if t.variance == 0 {
			d.zero++
		}
	}
	return d, nil
}

// Variances returns the variance of each tree over the domain, 0 for trees that
// are constant there up to rounding.
func (d *Decomposition) Variances() []float64 {
	v := make([]float64, len(d.trees))
	for k, t := range d.trees {
		v[k] = t.variance
	}
	return v
}

// Means returns the mean of each tree over the domain.
func (d *Decomposition) Means() []float64 {
	m := make([]float64, len(d.trees))
	for k, t := range d.trees {
		m[k] = t.mean[0]
	}
	return m
}

// Zero returns the number of trees without variance. They are left out of every Stat.
func (d *Decomposition) Zero() int { return d.zero }

// Mains returns the main effect of every column, in order. Total equals
// Individual.
func (d *Decomposition) Mains() []Effect {
	effects := make([]Effect, len(d.columns))
	for c := range effects {
		effects[c] = d.newEffect(c)
	}
	for k, t := range d.trees {
		for c := range effects {
			v := d.mains[k][c].variance
			effects[c].set(k, t.variance, v, v)
		}
	}
	summarise(effects)
	return effects
}

// newEffect returns an effect with room for the shares by tree.
func (d *Decomposition) newEffect(columns ...int) Effect {
	n := len(d.trees)
	both := make([]float64, 2*n)
	return Effect{Columns: columns, IndividualByTree: both[:n:n], TotalByTree: both[n:]}
}

// set stores the share of tree k from its variances.
func (e *Effect) set(k int, variance, individual, total float64) {
	if variance == 0 {
		e.IndividualByTree[k], e.TotalByTree[k] = math.NaN(), math.NaN()
		return
	}
	// Rounding may leave a tiny negative number where there is no effect.
	e.IndividualByTree[k] = math.Max(individual, 0) / variance
	e.TotalByTree[k] = math.Max(total, 0) / variance
}

func summarise(effects []Effect) {
	for i := range effects {
		effects[i].Individual = NewStat(effects[i].IndividualByTree)
		effects[i].Total = NewStat(effects[i].TotalByTree)
	}
}
