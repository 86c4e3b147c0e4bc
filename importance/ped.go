package importance

import (
	"errors"
	"fmt"
	"math"
	"slices"
)

// PEDOptions of [PEDANOVA]. The zero value is Optuna's default.
type PEDOptions struct {
	// Target is the quantile gamma' of the responses to reach; 0 means 0.1.
	Target float64
	// Region is the quantile gamma > gamma' that the importance is conditional on:
	// what separates the best Target from the best Region. 0 means 1, all rows.
	Region float64
	// Uniform compares the rows of the target with the uniform distribution over the
	// domain instead of the rows of the region. The region then only scales the result.
	Uniform bool
	// Grids of the numeric columns, one entry per column; nil for the default in all.
	// Entries of categorical columns are not used.
	Grids []Grid
	// Frequencies takes the density of a categorical column from the frequencies of its
	// levels, with the prior spread evenly over them. Optuna's kernels (the default)
	// do not sharpen with the number of rows, which hides the effect of columns with
	// many levels: of one among whose 10 levels one makes all the best tenth they
	// see 0.0025 instead of 0.09, however many rows there are.
	Frequencies bool
	// PriorWeight is how many rows the uniform prior of a density counts for; 0 means 1.
	PriorWeight float64
}

// Grid is the equally spaced points that a numeric column is rounded to. The zero value
// is 50 points from bound to bound, as for floats in Optuna.
//
// For k <= 50 discrete values put the points on the values. Optuna uses at most
// 50 points, and ceil(log2(k)) + 1 for k integers on the logarithmic scale.
type Grid struct {
	Lower, Upper float64
	Steps        int
}

// defaultSteps is what the paper and Optuna discretise a float to.
const defaultSteps = 50

// PED is the answer of [PEDANOVA].
type PED struct {
	// Importance of each column: gamma'^2/gamma^2 times the Pearson divergence of the
	// density of the target from that of the region (with the factor of the
	// conditional variant for columns that are missing in some rows). NaN
	// where fewer than two rows of the region have a value.
	Importance []float64
	// Share is Importance as part of the sum over the columns.
	Share []float64
	// Target and Region are the numbers of rows in either; ties with the last
	// one are in.
	Target, Region int
	// Cutoff is the largest response in the target.
	Cutoff float64
	// Reason says why nothing can be told; empty if something can. All importances
	// are NaN then.
	Reason string
}

// PEDANOVA computes the importance of each column for reaching the best quantile of the
// responses, from the densities of the rows alone, without a model (Watanabe, Bansal
// and Hutter, "PED-ANOVA: efficiently quantifying hyperparameter importance in
// arbitrary subspaces", IJCAI 2023). Columns that are missing
// in some rows get the weight alpha^2/beta, with alpha and beta the shares of the
// target and of the region that have a value ("Conditional PED-ANOVA", arXiv
// 2601.20800, theorem 4.2).
//
// Among the region, the indicator of the target has, given column x, the mean
// gamma'/gamma p(x | target)/p(x | region), so that the variance of its marginal is
// (gamma'/gamma)^2 times the Pearson divergence. It is a main effect: interactions are not
// seen. Its largest value is that of a column which decides alone, q (1-q) for q = gamma'/gamma.
//
// The densities are mixtures on a grid: in one dimension the sums and kernels
// take O(n + grid^2), and the quantile O(n log n) once.
//
// Differences: numbers agree with the PedAnovaImportanceEvaluator of Optuna 5.0.0 to
// rounding, before its normalisation (see testdata/ped.py). Where target and region
// are the same rows, Optuna returns 0 with a warning and this function NaN with a
// reason. Domains that change with a condition, and Pareto fronts as the
// target, are not offered. Table.Weights must be nil, as densities count rows.
func PEDANOVA(t Table, opt PEDOptions) (*PED, error) {
	if err := t.check(); err != nil {
		return nil, err
	}
	if err := opt.resolve(&t); err != nil {
		return nil, err
	}
	target, cutoff := best(t.Y, opt.Target)
	region, _ := best(t.Y, opt.Region)
	d := len(t.Columns)
	p := &PED{Importance: make([]float64, d), Share: make([]float64, d), Target: count(target), Region: count(region), Cutoff: cutoff}
	if p.Target == p.Region {
		p.Reason = fmt.Sprintf("the best %v and the best %v of %d responses are the same %d rows", opt.Target, opt.Region, len(t.Y), p.Target)
		for c := range d {
			p.Importance[c], p.Share[c] = math.NaN(), math.NaN()
		}
		return p, nil
	}
	sum := 0.0
	for c, h := range opt.histograms(&t, target, region) {
		p.Importance[c] = h.importance(p, t.Columns[c].Levels > 0, &opt)
		if v := p.Importance[c]; !math.IsNaN(v) {
			sum += v
		}
	}
	for c, v := range p.Importance {
		p.Share[c] = math.NaN()
		if sum > 0 {
			p.Share[c] = v / sum
		}
	}
	return p, nil
}

func (o *PEDOptions) resolve(t *Table) error {
	if o.Target == 0 {
		o.Target = 0.1
	}
	if o.Region == 0 {
		o.Region = 1
	}
	if o.PriorWeight == 0 {
		o.PriorWeight = 1
	}
	switch {
	case t.Weights != nil:
		return errors.New("importance: PED-ANOVA counts rows, want no weights")
	case !(0 < o.Target && o.Target < o.Region && o.Region <= 1):
		return fmt.Errorf("importance: target quantile %v and region quantile %v, want 0 < target < region <= 1", o.Target, o.Region)
	case !(o.PriorWeight > 0) || math.IsInf(o.PriorWeight, 0):
		return fmt.Errorf("importance: prior weight %v, want a positive number", o.PriorWeight)
	case o.Grids != nil && len(o.Grids) != len(t.Columns):
		return fmt.Errorf("importance: %d grids, want %d, one per column", len(o.Grids), len(t.Columns))
	}
	grids := make([]Grid, len(t.Columns))
	copy(grids, o.Grids)
	for c := range grids {
		g := &grids[c]
		if t.Columns[c].Levels > 0 {
			continue
		}
		if *g == (Grid{}) {
			g.Lower, g.Upper = t.Columns[c].Bounds()
			g.Steps = defaultSteps
			if g.Lower == g.Upper {
				g.Steps = 1
			}
		}
		if g.Steps < 1 || !(g.Lower <= g.Upper) || math.IsInf(g.Upper-g.Lower, 0) || g.Steps > 1 && g.Lower == g.Upper {
			return fmt.Errorf("importance: column %d: grid of %d points from %v to %v, want at least one and an ascending range", c, g.Steps, g.Lower, g.Upper)
		}
	}
	o.Grids = grids
	return nil
}

// best marks the responses that the quantile q does not exceed and returns it. The quantile
// is the smallest response that at least the share q does not exceed.
func best(y []float64, q float64) (in []bool, cutoff float64) {
	sorted := slices.Clone(y)
	slices.Sort(sorted)
	// Rounded as in Optuna: 0.07 of 100 are 8.
	cutoff = sorted[int(math.Ceil(q*float64(len(y))))-1]
	in = make([]bool, len(y))
	for i, v := range y {
		in[i] = v <= cutoff
	}
	return in, cutoff
}

func count(in []bool) int {
	n := 0
	for _, b := range in {
		if b {
			n++
		}
	}
	return n
}

// histogram counts the rows of target and region that have a value, by cell of the grid.
type histogram struct {
	target, region   []int
	nTarget, nRegion int
}

// histograms counts all columns in one pass over the rows.
func (o *PEDOptions) histograms(t *Table, target, region []bool) []histogram {
	all := make([]histogram, len(t.Columns))
	for c, col := range t.Columns {
		cells := col.Levels
		if cells == 0 {
			cells = o.Grids[c].Steps
		}
		all[c].target, all[c].region = make([]int, cells), make([]int, cells)
	}
	for i, in := range region {
		if !in {
			continue
		}
		for c, v := range t.row(i) {
			if math.IsNaN(v) {
				continue
			}
			h := &all[c]
			cell := o.Grids[c].cell(v, t.Columns[c].Levels)
			h.region[cell]++
			h.nRegion++
			if target[i] {
				h.target[cell]++
				h.nTarget++
			}
		}
	}
	return all
}

// importance returns the importance of the column.
func (h *histogram) importance(p *PED, categorical bool, o *PEDOptions) float64 {
	cells := len(h.region)
	switch {
	case h.nRegion < 2:
		return math.NaN()
	case cells == 1 || h.nTarget == 0:
		return 0
	}
	const floor = 1e-12 // of a density, as in Optuna
	density := numericDensity
	if categorical {
		density = categoricalDensity
		if o.Frequencies {
			density = frequencies
		}
	}
	top := density(h.target, o.PriorWeight)
	var all []float64
	if !o.Uniform {
		all = density(h.region, o.PriorWeight)
	}
	divergence := 0.0
	for i := range top {
		q := 1 / float64(cells)
		if all != nil {
			q = all[i] + floor
		}
		r := (top[i]+floor)/q - 1
		divergence += q * r * r
	}
	alpha, beta := float64(h.nTarget)/float64(p.Target), float64(h.nRegion)/float64(p.Region)
	quantile := float64(p.Target) / float64(p.Region)
	return alpha * alpha / beta * divergence * quantile * quantile
}

// cell returns the grid point that v is rounded to, ties downwards.
func (g *Grid) cell(v float64, levels int) int {
	if levels > 0 {
		return int(v)
	}
	if g.Steps == 1 {
		return 0
	}
	step := (g.Upper - g.Lower) / float64(g.Steps-1)
	// Clamped as a number: a distant value is no integer.
	return int(min(max(math.Ceil((v-g.Lower)/step-0.5), 0), float64(g.Steps-1)))
}
