package nasalyze

import (
	"fmt"
	"math"
	"slices"
)

// FailurePolicy says what a failed trial's loss is in a [Table].
type FailurePolicy uint8

const (
	// ExcludeFailures leaves failed trials out and counts them (the default).
	ExcludeFailures FailurePolicy = iota
	// WorstFailures gives them the worst loss measured at the budget.
	WorstFailures
	// FixedFailures gives them TableOptions.FailureValue.
	FixedFailures
)

// RepeatPolicy says how several trials of one configuration at one budget
// (seeds, instances, restarts) become one row.
type RepeatPolicy uint8

const (
	// MeanRepeats averages them (the default).
	MeanRepeats RepeatPolicy = iota
	// LastRepeats keeps the one that was logged last.
	LastRepeats
	// SeedRepeats keeps those with TableOptions.Seed only, averaged over instances.
	SeedRepeats
)

// TableOptions selects trials for a [Table]. The zero value is the documented default.
type TableOptions struct {
	Failures FailurePolicy
	// FailureValue is the value, in natural direction, that FixedFailures gives.
	FailureValue float64
	Repeats      RepeatPolicy
	// Seed that SeedRepeats keeps.
	Seed     int64
	Inactive InactivePolicy
	// Linear encodes log parameters on the linear scale.
	Linear bool
}

// Counts says what became of the trials at one budget.
type Counts struct {
	// Trials at the budget, of all kinds.
	Trials int
	// Failed trials, whether excluded or given a value.
	Failed int
	// Pending trials, always left out.
	Pending int
	// Unencodable rows were left out because a value lies outside the space.
	Unencodable int
	// Repeated configurations have more than one usable trial.
	Repeated int
	// Dropped trials were left out by the repeat policy.
	Dropped int
}

// Table is what the numerical packages work on: the encoded configurations that
// have a loss at one budget, one row each.
type Table struct {
	// N rows and D columns.
	N, D int
	// X is the N x D encoding, row-major: see [Param.Encode]. Where a parameter is
	// inactive, the [InactivePolicy] decides; by default it is NaN.
	X []float64
	// Y holds the N losses: the objective, negated if it is maximised.
	Y []float64
	// Configs are the indices of the rows' configurations in Study.Configs, ascending.
	Configs []int
	// Trials are the numbers of trials that each row's loss averages.
	Trials []int
	// Params are the indices of the columns' parameters in Space.Params.
	// Parameters with a single value have no column.
	Params []int
	// Columns are the domains of the columns, the same at all budgets of a study.
	Columns []Column
	Budget  float64
	// Objective is the index in Study.Objectives.
	Objective int
	Counts    Counts
}

// Row returns row i of X.
func (t *Table) Row(i int) []float64 { return t.X[i*t.D : (i+1)*t.D] }

// Columns returns the indices of the parameters that vary: the columns of every Table.
func (s *Space) Columns() []int {
	var cols []int
	for i := range s.Params {
		if s.Params[i].Varies() {
			cols = append(cols, i)
		}
	}
	return cols
}

// At returns the configurations with a usable loss at a budget. The error is for
// arguments that make no sense; a budget without usable trials gives a Table
// with N = 0 whose Counts say why.
func (s *Study) At(budget float64, objective int, opt TableOptions) (*Table, error) {
	if objective < 0 || objective >= len(s.Objectives) {
		return nil, fmt.Errorf("nasalyze: objective %d, expected 0 to %d", objective, len(s.Objectives)-1)
	}
	if opt.Inactive > LevelInactive {
		return nil, fmt.Errorf("nasalyze: unknown policy %d for inactive parameters", opt.Inactive)
	}
	if opt.Failures == FixedFailures && !usable(opt.FailureValue) {
		return nil, fmt.Errorf("nasalyze: value %v for failed trials, expected a finite number", opt.FailureValue)
	}
	t := &Table{Params: s.Space.Columns(), Budget: budget, Objective: objective}
	t.D = len(t.Params)
	t.Columns = s.columns(t.Params, opt.Inactive)

	losses := s.losses(budget, objective, opt, &t.Counts)
	t.Configs = make([]int, 0, len(losses))
	for c := range losses {
		t.Configs = append(t.Configs, c)
	}
	slices.Sort(t.Configs)

	t.X = make([]float64, 0, len(t.Configs)*t.D)
	kept := t.Configs[:0]
rows:
	for _, c := range t.Configs {
		start := len(t.X)
		for _, j := range t.Params {
			p, v, log := &s.Space.Params[j], s.Configs[c].Values[j], s.Space.Params[j].Log && !opt.Linear
			u, err := p.encode(v, log)
			if v.IsAbsent() {
				u, err = p.inactive(opt.Inactive, log)
			}
			if err != nil {
				t.X = t.X[:start]
				t.Counts.Unencodable++
				continue rows
			}
			t.X = append(t.X, u)
		}
		l := losses[c]
		kept = append(kept, c)
		t.Y = append(t.Y, l.sum/float64(l.n))
		t.Trials = append(t.Trials, l.n)
		if l.n > 1 {
			t.Counts.Repeated++
		}
	}
	t.Configs = kept
	t.N = len(kept)
	return t, nil
}

type meanLoss struct {
	sum float64
	n   int
}

// losses applies the policies to the trials at a budget: the loss of each configuration.
func (s *Study) losses(budget float64, k int, opt TableOptions, counts *Counts) map[int]meanLoss {
	sign := 1.0
	if s.Objectives[k].Maximize {
		sign = -1
	}
	worst := math.Inf(-1)
	for i := range s.Trials {
		if t := &s.Trials[i]; t.Budget == budget && s.valid(t, k) {
			worst = max(worst, sign*t.Values[k])
		}
	}
	losses := make(map[int]meanLoss)
	for i := range s.Trials {
		t := &s.Trials[i]
		if t.Budget != budget {
			continue
		}
		counts.Trials++
		if opt.Repeats == SeedRepeats && (!t.HasSeed || t.Seed != opt.Seed) {
			counts.Dropped++
			continue
		}
		if t.Status.Pending() {
			counts.Pending++
			continue
		}
		loss := sign * t.Values[k]
		if s.Failed(t, k) {
			counts.Failed++
			switch {
			case opt.Failures == WorstFailures && !math.IsInf(worst, -1):
				loss = worst
			case opt.Failures == FixedFailures:
				loss = sign * opt.FailureValue
			default:
				continue
			}
		}
		l := losses[t.Config]
		if opt.Repeats == LastRepeats && l.n > 0 {
			counts.Dropped++
			l = meanLoss{}
		}
		l.sum += loss
		l.n++
		losses[t.Config] = l
	}
	return losses
}

// Losses returns, for every budget of the study (ascending) and every
// configuration, the loss under the options' policies, NaN where there is none.
func (s *Study) Losses(objective int, opt TableOptions) (budgets []float64, losses [][]float64, err error) {
	if objective < 0 || objective >= len(s.Objectives) {
		return nil, nil, fmt.Errorf("nasalyze: objective %d, expected 0 to %d", objective, len(s.Objectives)-1)
	}
	budgets = s.Budgets()
	losses = make([][]float64, len(budgets))
	for b, budget := range budgets {
		col := make([]float64, len(s.Configs))
		for i := range col {
			col[i] = math.NaN()
		}
		var counts Counts
		for c, l := range s.losses(budget, objective, opt, &counts) {
			col[c] = l.sum / float64(l.n)
		}
		losses[b] = col
	}
	return budgets, losses, nil
}
