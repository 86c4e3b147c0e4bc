package reports

import (
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/fanova"
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
	// the variance there.
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

// active describes the conditional parameters at every decided budget.
func (z *analyzer) active() error {
	if z.opt.Table.Inactive == nasalyze.LevelInactive {
		return nil // being inactive is a level among the others then
	}
	for b := range z.a.Budgets {
		if !z.a.Budgets[b].Decided {
			continue
		}
		for k, j := range z.cols {
			if !z.study.Space.Conditional(j) {
				continue
			}
			out, err := z.whereActive(b, k)
			if err != nil {
				return err
			}
			z.a.Budgets[b].Active = append(z.a.Budgets[b].Active, out)
		}
	}
	return nil
}

// whereActive describes parameter k at budget b.
func (z *analyzer) whereActive(b, k int) (Active, error) {
	out := Active{Param: z.a.Params[k].Name, Condition: z.a.Params[k].Condition, Volume: math.NaN(),
		Individual: noStat(), Sobol: noStat(), Switch: noStat(), Difference: noStat()}
	t := z.tables[b]
	for i := range t.N {
		if c := t.Configs[i]; !z.study.Configs[c].Values[z.cols[k]].IsAbsent() {
			out.N++
		}
	}
	regions, err := z.regions(k)
	switch {
	case err != nil:
		out.Reason = err.Error()
		return out, nil
	case len(regions) == 0:
		out.Volume, out.Reason = 0, "the condition never holds"
		return out, nil
	}
	f := z.models[b].forest
	effect, err := fanova.SwitchEffect(f, z.decomposition(b), regions...)
	if err != nil {
		out.Reason = err.Error()
		return out, nil
	}
	out.Volume = effect.Probability
	out.Switch = overTrees(effect.Share, 1)
	out.Difference = overTrees(effect.Difference, z.sign)
	switch {
	case len(regions) > 1:
		out.Reason = fmt.Sprintf("it is active in %d alternatives, over which its parents are not independent", len(regions))
		return out, nil
	case out.N < z.opt.MinConfigs:
		out.Reason = fmt.Sprintf("only %d configurations have it, at least %d are needed", out.N, z.opt.MinConfigs)
		return out, nil
	}
	return out, z.within(b, regions[0], k, &out)
}

// within decomposes the forest of budget b on the region in which parameter k is active.
func (z *analyzer) within(b int, region fanova.Region, k int, out *Active) error {
	part, err := fanova.Within(z.models[b].forest, region)
	if err != nil {
		return err
	}
	d, err := fanova.New(part, z.decomposition(b))
	if err != nil {
		return err
	}
	if d.Zero() == len(part.Trees) {
		out.Reason = "the forest has no variance there"
		return nil
	}
	totals, err := z.totals(part, d, totalsTrees(part, false))
	if err != nil {
		return err
	}
	out.Individual = overTrees(d.Mains()[k].Individual, 1)
	out.Sobol = overTrees(totals[k].Stat, 1)
	return nil
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
		Header: []string{"budget", "parameter", "condition", "volume", "n", "individual", "individual_std", "sobol_total", "sobol_std", "switch", "switch_std", "difference", "difference_std", "reason"}}
	for _, b := range a.Budgets {
		for _, c := range b.Active {
			t.Rows = append(t.Rows, []any{b.Budget, c.Param, c.Condition, c.Volume, c.N, c.Individual.Mean, c.Individual.Std, c.Sobol.Mean, c.Sobol.Std,
				c.Switch.Mean, c.Switch.Std, c.Difference.Mean, c.Difference.Std, c.Reason})
		}
	}
	return t
}
