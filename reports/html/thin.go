package html

import (
	"math"
	"slices"
	"strconv"

	"github.com/nasalyze/nasalyze/reports"
)

// Limits of what the page carries for its script. They keep a page of a log of any
// size below about 1.5 MB and its charts quick; report.json has everything.
const (
	maxConfigs = 5000
	maxNumbers = 100_000 // values and results of all configurations together
	maxEvents  = 5000
	maxPairs   = 60 // pairs of parameters per budget
)

// thinned is the part of an Analysis that the script sees.
type thinned struct {
	analysis *reports.Analysis
	// Configs and Events of so many are in it.
	configs, allConfigs int
	events, allEvents   int
}

// thin returns what the script draws of a, and no more: numbers rounded to what a chart
// can show, and of a large log every so manieth configuration and trial, the
// incumbents, the survivors of higher budgets and the improvements kept. A script that needs
// another part of the Analysis gets it here.
func thin(a *reports.Analysis) thinned {
	c := reports.Analysis{Schema: a.Schema, Study: a.Study, Objective: a.Objective, Params: a.Params, Correlations: a.Correlations}
	limit := maxConfigs
	if width := len(a.Params) + len(a.Budgets); width > 0 {
		limit = max(100, min(limit, maxNumbers/width))
	}
	kept := chooseConfigs(a, limit)
	position := make([]int, len(a.Configs))
	for i := range position {
		position[i] = -1
	}
	c.Configs = make([]reports.Config, len(kept))
	for to, from := range kept {
		position[from] = to
		c.Configs[to] = a.Configs[from]
		c.Configs[to].Values = rounded(a.Configs[from].Values, exact)
		c.Configs[to].Results = rounded(a.Configs[from].Results, exact)
	}
	move := func(config int) int {
		if config < 0 {
			return -1
		}
		return position[config]
	}
	c.Timeline = thinTimeline(a, maxEvents)
	for i := range c.Timeline {
		c.Timeline[i].Config = move(c.Timeline[i].Config)
		c.Timeline[i].Time = round(c.Timeline[i].Time, exact)
		c.Timeline[i].Value = round(c.Timeline[i].Value, exact)
	}
	c.Budgets = make([]reports.Budget, len(a.Budgets))
	for i := range c.Budgets {
		from, b := &a.Budgets[i], &c.Budgets[i]
		*b = reports.Budget{Budget: from.Budget, N: from.N, Best: from.Best, OOB: from.OOB, Decided: from.Decided, Reason: from.Reason}
		b.Best.Config = move(b.Best.Config)
		if !b.Decided {
			continue // nothing may be drawn of it
		}
		b.Importance = thinImportance(from.Importance, len(a.Params))
		b.Marginals = slices.Clone(from.Marginals)
		for j := range b.Marginals {
			m := &b.Marginals[j]
			lo, hi := make([]float64, len(m.X)), make([]float64, len(m.X))
			for k := range m.X {
				lo[k], hi[k] = m.Band(k) // one kind of band on all charts
			}
			m.Lo, m.Hi = rounded(lo, drawn), rounded(hi, drawn)
			m.X, m.Mean, m.Std = rounded(m.X, exact), rounded(m.Mean, drawn), nil
		}
		b.Surfaces = slices.Clone(from.Surfaces)
		for j := range b.Surfaces {
			s := &b.Surfaces[j]
			s.X, s.Y = rounded(s.X, drawn), rounded(s.Y, drawn)
			mean := make([][]float64, len(s.Mean))
			for k := range mean {
				mean[k] = rounded(s.Mean[k], drawn)
			}
			s.Mean = mean
		}
	}
	return thinned{analysis: &c, configs: len(kept), allConfigs: len(a.Configs), events: len(c.Timeline), allEvents: len(a.Timeline)}
}

// chooseConfigs returns the indices of at most limit configurations, ascending. First
// come the incumbents, then the configurations with results at several budgets, then the
// others; a group that does not fit is taken evenly.
func chooseConfigs(a *reports.Analysis, limit int) []int {
	if len(a.Configs) <= limit {
		return span(len(a.Configs))
	}
	const incumbent, survivor, other = 0, 1, 2
	groups := make([][]int, 3)
	best := make(map[int]bool)
	for i := range a.Budgets {
		best[a.Budgets[i].Best.Config] = true
	}
	for i := range a.Configs {
		results := 0
		for _, v := range a.Configs[i].Results {
			if !math.IsNaN(v) {
				results++
			}
		}
		g := other
		switch {
		case best[i]:
			g = incumbent
		case results > 1:
			g = survivor
		}
		groups[g] = append(groups[g], i)
	}
	var kept []int
	for _, g := range groups {
		kept = append(kept, evenly(g, limit-len(kept))...)
	}
	slices.Sort(kept)
	return kept
}

// thinTimeline keeps every event that improves on all earlier ones of its budget, and
// of the others at most limit, evenly.
func thinTimeline(a *reports.Analysis, limit int) []reports.Event {
	if len(a.Timeline) <= limit {
		return slices.Clone(a.Timeline)
	}
	best := make([]float64, len(a.Budgets))
	for i := range best {
		best[i] = math.NaN()
	}
	var improving, other []int
	for i, e := range a.Timeline {
		better := !math.IsNaN(e.Value) && (math.IsNaN(best[e.Budget]) ||
			e.Value < best[e.Budget] && !a.Objective.Maximize || e.Value > best[e.Budget] && a.Objective.Maximize)
		if better {
			best[e.Budget] = e.Value
			improving = append(improving, i)
		} else {
			other = append(other, i)
		}
	}
	kept := append(improving, evenly(other, max(0, limit-len(improving)))...)
	slices.Sort(kept)
	events := make([]reports.Event, len(kept))
	for to, from := range kept {
		events[to] = a.Timeline[from]
	}
	return events
}

// thinImportance keeps all single parameters and the strongest pairs.
func thinImportance(all []reports.Importance, params int) []reports.Importance {
	kept := slices.Clone(all)
	if len(all) > params+maxPairs {
		kept = append(kept[:params], strongest(all[params:], maxPairs)...)
	}
	for i := range kept {
		for _, s := range []*reports.Stat{&kept[i].Individual, &kept[i].Total, &kept[i].Sobol} {
			*s = reports.Stat{Mean: round(s.Mean, drawn), Std: round(s.Std, drawn), Lo: round(s.Lo, drawn), Hi: round(s.Hi, drawn)}
		}
	}
	return kept
}

// strongest returns at most limit of the list, ordered by individual importance.
func strongest(list []reports.Importance, limit int) []reports.Importance {
	sorted := slices.Clone(list)
	slices.SortStableFunc(sorted, func(x, y reports.Importance) int {
		return descending(x.Individual.Mean, y.Individual.Mean)
	})
	return sorted[:min(limit, len(sorted))]
}

// descending orders numbers from large to small, NaN last.
func descending(x, y float64) int {
	switch {
	case x > y || math.IsNaN(y) && !math.IsNaN(x):
		return -1
	case y > x || math.IsNaN(x) && !math.IsNaN(y):
		return 1
	}
	return 0
}

// evenly returns limit elements of the list at equal distances, all if they fit.
func evenly(list []int, limit int) []int {
	if len(list) <= limit {
		return list
	}
	out := make([]int, max(0, limit))
	for i := range out {
		out[i] = list[i*len(list)/limit]
	}
	return out
}

func span(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

// Significant digits: what a 32-bit number has, for what identifies a point; one more
// than the page prints, for what is only drawn.
const exact, drawn = 7, 5

func rounded(v []float64, digits int) []float64 {
	out := make([]float64, len(v))
	for i, x := range v {
		out[i] = round(x, digits)
	}
	return out
}

// round keeps so many significant digits.
func round(v float64, digits int) float64 {
	if v == 0 || math.IsNaN(v) || math.IsInf(v, 0) || v == math.Trunc(v) {
		return v
	}
	// Through the decimal text: the nearest number that is printed with so few digits.
	short, err := strconv.ParseFloat(strconv.FormatFloat(v, 'e', digits-1, 64), 64)
	if err != nil {
		return v // out of range, the only error there is; the number as it was
	}
	return short
}
