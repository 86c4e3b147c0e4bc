package reports

import (
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// Active is what a conditional parameter matters where it is active. The plain
// importance is a share of the variance over the whole space, which includes the
// configurations that do not have the parameter at all.
type Active struct {
	Param string `json:"param"`
	// Condition as text, those of its parents not included.
	Condition string `json:"condition"`
	// Volume is the share of the space in which the parameter is active, 0 to 1.
	Volume float64 `json:"volume"`
	// N configurations with a result have a value of it.
	N int `json:"n"`
	// Individual and Sobol are the importance within that part of the space: shares of
	// the variance there. Sobol has no interval.
	Individual Stat `json:"individual"`
	Sobol      Stat `json:"sobol"`
	// Switch is the share of the variance over the whole space that is explained by
	// whether the parameter is active: what switching its branch on does. It is
	// part of the importance of the parameters that the condition is about.
	Switch Stat `json:"switch"`
	// Difference is the mean result where it is active less that where it is not, in
	// natural units.
	Difference Stat `json:"difference"`
	// Reason says why the numbers cannot be told.
	Reason string `json:"reason,omitempty"`
}

// branch is a conditional parameter with the part of the space in which it is active.
type branch struct {
	k       int // the parameter, in Analysis.Params
	regions []fanova.Region
	// reason says why that part is not known.
	reason string
}

// branches finds the conditional parameters.
func (z *analyzer) findBranches() {
	if z.opt.Brief || z.opt.Table.Inactive == nasalyze.LevelInactive {
		return // being inactive is a level among the others then
	}
	for k, j := range z.cols {
		if !z.study.Space.Conditional(j) {
			continue
		}
		br := branch{k: k}
		var err error
		switch br.regions, err = z.regions(k); {
		case err != nil:
			br.reason = err.Error()
		case len(br.regions) == 0:
			br.reason = "the condition never holds"
		}
		z.branches = append(z.branches, br)
	}
}

// active describes the conditional parameters at every decided budget.
func (z *analyzer) active() error {
	for b := range z.a.Budgets {
		if !z.a.Budgets[b].Decided {
			continue
		}
		for i := range z.branches {
			out, err := z.whereActive(b, i)
			if err != nil {
				return err
			}
			z.a.Budgets[b].Active = append(z.a.Budgets[b].Active, out)
		}
	}
	return nil
}

// whereActive describes branch i at budget b.
func (z *analyzer) whereActive(b, i int) (Active, error) {
	br := &z.branches[i]
	out := Active{Param: z.a.Params[br.k].Name, Condition: z.a.Params[br.k].Condition, Volume: math.NaN(),
		Individual: noStat(), Sobol: noStat(), Switch: noStat(), Difference: noStat(), Reason: br.reason}
	t := z.tables[b]
	for _, c := range t.Configs {
		if !z.study.Configs[c].Values[z.cols[br.k]].IsAbsent() {
			out.N++
		}
	}
	if br.reason != "" {
		return out, nil
	}
	f := z.models[b].forest
	effect, err := fanova.SwitchEffect(f, z.decomposition(b), br.regions...)
	if err != nil {
		out.Reason = err.Error()
		return out, nil
	}
	out.Volume = effect.Probability
	out.Switch = z.bounded(overTrees(effect.Share, 1), b, 3*i, 0, 1)
	out.Difference = z.bounded(overTrees(effect.Difference, z.sign), b, 3*i+1, math.Inf(-1), math.Inf(1))
	switch {
	case len(br.regions) > 1:
		out.Reason = fmt.Sprintf("it is active in %d alternatives, over which its parents are not independent", len(br.regions))
		return out, nil
	case out.N < z.opt.MinConfigs:
		out.Reason = fmt.Sprintf("only %d configurations have it, at least %d are needed", out.N, z.opt.MinConfigs)
		return out, nil
	}
	d, err := z.within(b, f, br)
	if err != nil {
		return out, err
	}
	if d.Zero() == len(f.Trees) {
		out.Reason = "the forest has no variance there"
		return out, nil
	}
	totals, err := z.totals(f, d, totalsTrees(f, false))
	if err != nil {
		return out, err
	}
	out.Individual = z.bounded(overTrees(d.Mains()[br.k].Individual, 1), b, 3*i+2, 0, 1)
	out.Sobol = overTrees(totals[br.k].Stat, 1)
	return out, nil
}

// within decomposes a forest of budget b where a branch is active.
func (z *analyzer) within(b int, f *forest.Forest, br *branch) (*fanova.Decomposition, error) {
	part, err := fanova.Within(f, br.regions[0])
	if err != nil {
		return nil, err
	}
	return fanova.New(part, z.decomposition(b))
}

// branchDraw returns what whereActive says of all branches for a replicate's forest: three numbers
// each, NaN where it says nothing.
func (z *analyzer) branchDraw(b int, f *forest.Forest) ([]float64, error) {
	var draw []float64
	for i := range z.branches {
		br := &z.branches[i]
		nan := math.NaN()
		change, difference, individual := nan, nan, nan
		if br.reason == "" {
			effect, err := fanova.SwitchEffect(f, z.decomposition(b), br.regions...)
			if err != nil {
				return nil, err
			}
			change, difference = effect.Share.Mean, z.sign*effect.Difference.Mean
		}
		if len(br.regions) == 1 {
			d, err := z.within(b, f, br)
			if err != nil {
				return nil, err
			}
			individual = d.Mains()[br.k].Individual.Mean
		}
		draw = append(draw, change, difference, individual)
	}
	return draw, nil
}

// bounded adds the interval from number at of the replicates, cut to a range.
func (z *analyzer) bounded(s Stat, b, at int, lowest, highest float64) Stat {
	var known [][]float64
	for _, draw := range z.branchDraws[b] {
		if draw != nil && !math.IsNaN(draw[at]) {
			known = append(known, draw[at:at+1])
		}
	}
	if len(known) < MinReplicates || len(known) < z.opt.Replicates/2 || math.IsNaN(s.Mean) {
		return s
	}
	half := z.quantile() * replicateError(known, s.Mean, biasFactor, func(draw []float64) float64 { return draw[0] })
	s.Lo, s.Hi = max(s.Mean-half, lowest), min(s.Mean+half, highest)
	return s
}

// regions returns where parameter k is active as regions of the columns of a forest.
func (z *analyzer) regions(k int) ([]fanova.Region, error) {
	boxes, err := z.study.Space.ActiveBoxes(z.cols[k], z.opt.Table.Linear)
	if err != nil {
		return nil, err
	}
	column := make(map[int]int, len(z.cols))
	for c, j := range z.cols {
		column[j] = c
	}
	regions := make([]fanova.Region, len(boxes))
	for i, box := range boxes {
		regions[i] = make(fanova.Region, len(z.cols))
		for _, p := range box {
			part := &regions[i][column[p.Param]]
			part.Levels = p.Levels
			for _, r := range p.Ranges {
				part.Intervals = append(part.Intervals, fanova.Interval{Lower: r.Lower, Upper: r.Upper})
			}
		}
	}
	return regions, nil
}

// overTrees is an estimate without an interval.
func overTrees(s fanova.Stat, factor float64) Stat {
	return Stat{Mean: factor * s.Mean, Std: s.Std, Lo: math.NaN(), Hi: math.NaN()}
}

func activeTable(a *Analysis) Table {
	t := Table{Name: "active", Caption: "What conditional parameters matter where they are active",
		Header: []string{"budget", "parameter", "condition", "volume", "n", "individual", "individual_std", "lo", "hi", "sobol_total", "sobol_std", "switch", "switch_std", "switch_lo", "switch_hi", "difference", "difference_std", "difference_lo", "difference_hi", "reason"}}
	for _, b := range a.Budgets {
		for _, c := range b.Active {
			t.Rows = append(t.Rows, []any{b.Budget, c.Param, c.Condition, c.Volume, c.N, c.Individual.Mean, c.Individual.Std, c.Individual.Lo, c.Individual.Hi, c.Sobol.Mean, c.Sobol.Std,
				c.Switch.Mean, c.Switch.Std, c.Switch.Lo, c.Switch.Hi, c.Difference.Mean, c.Difference.Std, c.Difference.Lo, c.Difference.Hi, c.Reason})
		}
	}
	return t
}
