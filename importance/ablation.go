package importance

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// AblationOptions of [Ablate]. The zero value changes one column at a time.
type AblationOptions struct {
	// Groups are sets of columns that change together. Columns in none change alone.
	Groups [][]int
	// Active, if not nil, sets active[c] to whether column c has an influence for
	// the values in x: the conditions of the space. It must not keep x. Columns
	// that a change makes active take the target's value with it, those that it
	// makes inactive lose theirs, both as part of the same step.
	Active func(x []float64, active []bool)
	// Legal, if not nil, tells whether a row may occur: the forbidden combinations
	// of the space. A change to a row that is not legal has to wait for others.
	Legal func(x []float64) bool
}

// Path is an ablation path from one row to another.
type Path struct {
	// Start and End are the predicted losses of both ends.
	Start, End fanova.Stat
	// Gain is Start less End: positive where the path leads to a better row. Its
	// spread is that of the difference within each tree.
	Gain  fanova.Stat
	Steps []Step
}

// Step is one change of an ablation path.
type Step struct {
	// Columns that changed, ascending: the columns of the group, then of those that
	// became active or inactive by it.
	Columns []int
	// Row after the step.
	Row []float64
	// Loss after the step, over the trees.
	Loss fanova.Stat
	// Gain is how much smaller the loss is than before the step; negative
	// where even the best change is one for the worse. Its spread is that of the
	// difference within each tree, which is smaller than the losses' own where the trees agree
	// about the change.
	Gain fanova.Stat
	// Forced marks a step that changed all the rest at once because no single change
	// was possible.
	Forced bool
}

// Ablate finds the ablation path between two rows, such as from the default
// configuration to the incumbent: of all columns that still differ, it changes the one
// whose change predicts the smallest loss, then the next (Fawcett and Hoos, "Analysing
// differences between algorithm configurations through ablation", Journal of Heuristics 22,
// 2016; with predictions in place of runs, Biedenkapp, Lindauer, Eggensperger,
// Hutter, Fawcett and Hoos, "Efficient parameter importance analysis via ablation with
// surrogates", AAAI 2017). Of equal changes, the one with the first column is taken. The
// columns changed first explain most of the difference, but an early change takes
// what it shares with later ones.
//
// Both rows have one entry per column, NaN where a column is inactive; equal entries
// make no step. The time is O(c^2 trees (depth + columns)) for c columns that differ.
//
// Differences: DeepCAVE gives up where the end is predicted worse than the start and
// leaves out columns that are inactive at either end; here the path is complete and
// its gains may be negative. DeepCAVE adds up the variances of both losses for the spread
// of a gain, as if they were independent.
func Ablate(ctx context.Context, f *forest.Forest, from, to []float64, opt AblationOptions) (*Path, error) {
	if err := checkForest(f); err != nil {
		return nil, err
	}
	if err := checkRow(from, f.Columns); err != nil {
		return nil, fmt.Errorf("importance: the row to start from%w", err)
	}
	if err := checkRow(to, f.Columns); err != nil {
		return nil, fmt.Errorf("importance: the row to end at%w", err)
	}
	groups, err := opt.groups(len(from))
	if err != nil {
		return nil, err
	}
	ends := byTree(f, slices.Concat(from, to))
	p := &Path{Start: fanova.NewStat(ends[0]), End: fanova.NewStat(ends[1]), Gain: difference(ends[0], ends[1])}
	at, loss := slices.Clone(from), ends[0]
	// Each group is chosen once, which ends the path whatever Active and Legal say; what
	// a later change makes inactive comes back with the change that makes it active.
	done := make([]bool, len(groups))
	for {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if len(differ(at, to)) == 0 {
			return p, nil
		}
		var rows []float64
		var tried []int
		for i, g := range groups {
			if done[i] {
				continue
			}
			if next, ok := opt.change(at, to, g); ok {
				rows, tried = append(rows, next...), append(tried, i)
			}
		}
		forced := len(rows) == 0
		if forced {
			rows = slices.Clone(to)
		}
		losses := byTree(f, rows)
		best, smallest := 0, math.Inf(1)
		for i, l := range losses {
			if mean := fanova.NewStat(l).Mean; mean < smallest {
				best, smallest = i, mean
			}
		}
		if !forced {
			done[tried[best]] = true
		}
		next := slices.Clone(rows[best*len(at) : (best+1)*len(at)])
		p.Steps = append(p.Steps, Step{
			Columns: differ(at, next),
			Row:     next,
			Loss:    fanova.NewStat(losses[best]),
			Gain:    difference(loss, losses[best]),
			Forced:  forced,
		})
		at, loss = next, losses[best]
	}
}

// groups returns the sets of columns that change together, in the order of their first columns.
func (o *AblationOptions) groups(columns int) ([][]int, error) {
	in := make([]bool, columns)
	var groups [][]int
	for _, g := range o.Groups {
		g = slices.Sorted(slices.Values(g))
		for _, c := range g {
			if c < 0 || c >= columns {
				return nil, fmt.Errorf("importance: column %d in a group, want one of 0..%d", c, columns-1)
			}
			if in[c] {
				return nil, fmt.Errorf("importance: column %d is in a group twice", c)
			}
			in[c] = true
		}
		if len(g) > 0 {
			groups = append(groups, g)
		}
	}
	for c := range columns {
		if !in[c] {
			groups = append(groups, []int{c})
		}
	}
	slices.SortFunc(groups, func(a, b []int) int { return a[0] - b[0] })
	return groups, nil
}

// change returns the row in which a group has changed to the target, with all that
// follows from it, and whether this is a change that can be made.
func (o *AblationOptions) change(at, to []float64, group []int) ([]float64, bool) {
	next := slices.Clone(at)
	for _, c := range group {
		// What is inactive in the end loses its value when its conditions say so.
		if o.Active == nil || !math.IsNaN(to[c]) {
			next[c] = to[c]
		}
	}
	if o.Active != nil {
		o.settle(next, to)
	}
	// A value that its conditions take back at once is no change.
	changed := slices.ContainsFunc(group, func(c int) bool { return !same(at[c], next[c]) })
	return next, changed && (o.Legal == nil || o.Legal(next))
}

// settle gives active columns a value and takes it from inactive ones. Activity may pass
// down a chain of conditions, one link a pass.
func (o *AblationOptions) settle(x, to []float64) {
	active := make([]bool, len(x))
	for range x {
		o.Active(x, active)
		settled := true
		for c := range x {
			switch {
			case !active[c] && !math.IsNaN(x[c]):
				x[c], settled = math.NaN(), false
			case active[c] && math.IsNaN(x[c]) && !math.IsNaN(to[c]):
				x[c], settled = to[c], false
			}
		}
		if settled {
			return
		}
	}
}

// differ lists the columns in which two rows differ.
func differ(a, b []float64) []int {
	var columns []int
	for c := range a {
		if !same(a[c], b[c]) {
			columns = append(columns, c)
		}
	}
	return columns
}

func same(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// difference summarises a - b tree by tree.
func difference(a, b []float64) fanova.Stat {
	d := make([]float64, len(a))
	for k := range d {
		d[k] = a[k] - b[k]
	}
	return fanova.NewStat(d)
}
