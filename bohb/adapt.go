package bohb

import (
	"fmt"
	"math"
)

// Correlate estimates the rank correlation of two columns of losses, which belong
// to the same configurations at two budgets, with the ends of an interval. NaN
// means that it cannot tell. It must return the same for the same columns.
//
// It is a function, so that this package needs no statistics of its own.
type Correlate func(low, high []float64) (rho, lo, hi float64)

// DefaultMinCorrelation of [Options]: the advice of HpBandSter's authors is to
// raise the smallest budget where the rank correlation of adjacent budgets falls
// below about 0.2.
const DefaultMinCorrelation = 0.2

// carriesOver is a rank correlation at which halving works well. As long as the
// interval reaches it, a low estimate proves nothing.
const carriesOver = 0.5

// minPairs is the number of configurations with a result at both budgets below
// which the search does not judge. At 5 an interval is wide enough that only ranks that
// are turned upside down fall short of carriesOver; with 9, those that the first bracket promotes of 27, it
// still takes a correlation well below 0.
const minPairs = 5

// adapter watches the rank correlations between adjacent budgets. Both columns are
// of survivors only: configurations reach the next budget
// for being among the best at the smaller, which narrows the range and pulls the
// correlation of those who are left towards 0. The interval is corrected for that
// by the formula of Pearson and Thorndike (Thorndike 1949, case 2): with u the
// standard deviation of all by that of the survivors, r u / sqrt(1 - r^2 + r^2 u^2),
// on the normal scores of the losses at the smaller budget.
type adapter struct {
	opt *Options
	// all losses by budget, in the order of results.
	all map[float64][]measured
}

type measured struct {
	config string
	loss   float64
}

func newAdapter(opt *Options) *adapter {
	return &adapter{opt: opt, all: make(map[float64][]measured)}
}

func (a *adapter) observe(config string, budget, loss float64) {
	if !math.IsNaN(loss) && !math.IsInf(loss, 0) {
		a.all[budget] = append(a.all[budget], measured{config, loss})
	}
}

// adapt gives up budgets before an iteration begins: a budget from which ranks do not
// carry over to the next, and all below, however well they agree with it. Ranks do not carry over
// where their correlation is below MinCorrelation and its whole interval below
// carriesOver. The model forgets what was given up.
func (s *Search) adapt() {
	if s.adapter == nil {
		return
	}
	for k := len(s.budgets) - 2; k >= 0; k-- {
		low, high := s.budgets[k], s.budgets[k+1]
		c, ok := s.adapter.judge(low, high)
		if !ok || !(c.rho < s.opt.MinCorrelation && c.hi < carriesOver) {
			continue
		}
		s.budgets, s.first, s.model.least = s.budgets[k+1:], s.started, high
		given := fmt.Sprintf("budget %v is", low)
		if k > 0 {
			given = fmt.Sprintf("budget %v and all below are", low)
		}
		s.note = fmt.Sprintf("%s given up from iteration %d on: the rank correlation of its losses with those at %v is %.2f [%.2f, %.2f] over %d configurations, corrected for their selection, below %v and clearly below %v",
			given, s.started, high, c.rho, c.lo, c.hi, c.n, s.opt.MinCorrelation, carriesOver)
		return
	}
}

// carried is the rank correlation of two budgets.
type carried struct {
	rho, lo, hi float64
	n           int
}

// judge estimates how far ranks carry over, false if it cannot tell.
func (a *adapter) judge(low, high float64) (carried, bool) {
	all := a.all[low]
	at := make(map[string]int, len(all))
	losses := make([]float64, len(all))
	for i, m := range all {
		at[m.config], losses[i] = i, m.loss
	}
	scores := normalScores(losses)
	var x, y, survivors []float64
	for _, m := range a.all[high] {
		if i, ok := at[m.config]; ok {
			x, y, survivors = append(x, losses[i]), append(y, m.loss), append(survivors, scores[i])
		}
	}
	if len(x) < minPairs {
		return carried{}, false
	}
	u := deviation(scores) / deviation(survivors)
	c := carried{n: len(x)}
	c.rho, c.lo, c.hi = a.opt.RankCorrelation(x, y)
	c.rho, c.lo, c.hi = widen(c.rho, u), widen(c.lo, u), widen(c.hi, u)
	return c, !math.IsNaN(c.lo) && !math.IsNaN(c.hi)
}

// widen corrects a correlation for a range narrowed by the factor u.
func widen(r, u float64) float64 {
	if !(u > 1) || math.IsInf(u, 1) {
		return r // not narrowed
	}
	return r * u / math.Sqrt(1-r*r+r*r*u*u)
}

// normalScores are the normal quantiles of the ranks (Blom 1958); equal values get
// the mean of their ranks.
func normalScores(v []float64) []float64 {
	order := ascending(v)
	scores := make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		rank := float64(i+j+1) / 2
		q := (rank - 0.375) / (float64(len(v)) + 0.25)
		for ; i < j; i++ {
			scores[order[i]] = math.Sqrt2 * math.Erfinv(2*q-1)
		}
	}
	return scores
}

func deviation(v []float64) float64 {
	mean, squares := 0.0, 0.0
	for _, x := range v {
		mean += x / float64(len(v))
	}
	for _, x := range v {
		squares += (x - mean) * (x - mean)
	}
	return math.Sqrt(squares / float64(len(v)))
}
