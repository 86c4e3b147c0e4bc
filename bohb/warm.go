package bohb

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze"
)

// ascending returns the indices of v by value, equal ones in order.
func ascending(v []float64) []int {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
	return order
}

// Learn gives the model the trials of an earlier search of the same parameters, by
// name, before the first trial: each counts like a result of this search at its
// budget. The objective is the k-th of the study; failed trials count as bad. It
// returns how many trials were taken in, and how many not because a value of their
// configuration is missing or not legal in the space of this search.
//
// A parameter that only this search has must not vary; one that only the study has
// is ignored.
func (s *Search) Learn(study *nasalyze.Study, k int) (used, skipped int, err error) {
	if s.trials > 0 {
		return 0, 0, fmt.Errorf("bohb: Learn after the first trial")
	}
	if k < 0 || k >= len(study.Objectives) {
		return 0, 0, fmt.Errorf("bohb: objective %d of a study that has %d", k, len(study.Objectives))
	}
	space := s.proposer.space
	from := make([]int, len(space.Params))
	for i := range space.Params {
		p := &space.Params[i]
		if from[i] = study.Space.Index(p.Name); from[i] < 0 && p.Varies() {
			return 0, 0, fmt.Errorf("bohb: the earlier search has no parameter %q", p.Name)
		}
	}
	points := make([][]float64, len(study.Configs))
	for i := range study.Configs {
		points[i] = s.learnConfig(study.Configs[i].Values, from)
	}
	sign := 1.0
	if study.Objectives[k].Maximize {
		sign = -1
	}
	for i := range study.Trials {
		t := &study.Trials[i]
		switch {
		case t.Status.Pending():
			continue
		case points[t.Config] == nil:
			skipped++
			continue
		}
		loss := sign * t.Values[k]
		if study.Failed(t, k) {
			loss = math.Inf(1)
		}
		s.model.observe(t.Budget, points[t.Config], loss)
		if top := s.budgets[len(s.budgets)-1]; t.Budget > top || sameBudget(t.Budget, top) {
			s.seen.mark(points[t.Config]) // there is nothing left to learn of it
		}
		used++
	}
	return used, skipped, nil
}

// learnConfig returns the coordinates of a configuration of another study, nil if it is not
// legal here. from[i] is where parameter i stands there.
func (s *Search) learnConfig(values []nasalyze.Value, from []int) []float64 {
	space := s.proposer.space
	own := make([]nasalyze.Value, len(space.Params))
	for i, j := range from {
		switch {
		case j >= 0:
			own[i] = values[j]
		default:
			own[i] = space.Params[i].Decode(0.5)
		}
	}
	for i, active := range space.Active(own) {
		if !active {
			own[i] = nasalyze.Value{}
		}
	}
	if space.Check(own) != nil {
		return nil
	}
	u, err := s.proposer.encode(own)
	if err != nil {
		return nil
	}
	return u
}
