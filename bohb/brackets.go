package bohb

import (
	"fmt"
	"math"
)

// Rung is one level of a bracket: N configurations that run at one budget.
type Rung struct {
	N      int
	Budget float64
}

// Bracket is one run of successive halving: its rungs from the smallest budget to
// the largest.
type Bracket []Rung

// slack forgives the rounding of quotients and powers that are whole numbers on
// paper: log 27 / log 3 is 3.0000000000000004 or 2.9999999999999996 by platform.
const slack = 1e-9

// Budgets returns the budgets that Hyperband halves over, ascending: max, max/eta,
// max/eta^2 and so on, down to the last that is not below min. The smallest is
// therefore min or up to a factor of eta above it.
func Budgets(min, max, eta float64) ([]float64, error) {
	switch {
	case !(min > 0) || math.IsInf(min, 0):
		return nil, fmt.Errorf("bohb: smallest budget %v, expected a positive number", min)
	case !(max > 0) || math.IsInf(max, 0):
		return nil, fmt.Errorf("bohb: largest budget %v, expected a positive number", max)
	case min > max:
		return nil, fmt.Errorf("bohb: smallest budget %v is above the largest, %v", min, max)
	case !(eta > 1) || math.IsInf(eta, 0):
		return nil, fmt.Errorf("bohb: eta is %v, expected a number above 1", eta)
	}
	steps := math.Floor(math.Log(max/min)/math.Log(eta) + slack)
	if steps >= maxRungs {
		return nil, fmt.Errorf("bohb: eta %v makes %v budgets of [%v, %v], expected at most %d", eta, steps+1, min, max, maxRungs)
	}
	if n := math.Pow(eta, steps); n > maxConfigs {
		return nil, fmt.Errorf("bohb: eta %v makes brackets of %.3g configurations of budgets [%v, %v], expected at most %.3g", eta, n, min, max, float64(maxConfigs))
	}
	m := int(steps) + 1
	budgets := make([]float64, m)
	for i := range budgets {
		budgets[i] = max / math.Pow(eta, float64(m-1-i))
	}
	return budgets, nil
}

// maxRungs bounds the number of budgets. maxConfigs bounds the size of brackets: up to it every whole number is
// a float64, and a bracket can be counted.
const (
	maxRungs   = 64
	maxConfigs = 1 << 53
)

// BracketOf returns the bracket of one Hyperband iteration, 0, 1, ..., over M
// ascending budgets: with s = M-1 - iteration mod M, the last s+1 budgets, n_0 =
// ceil(floor(M/(s+1)) eta^s) configurations at the first of them and
// max(floor(n_0 eta^-i), 1) at the i-th after it, as HpBandSter has it
// (optimizers/bohb.py, get_next_iteration). The paper (Li et al. 2018, algorithm 1)
// rounds up.
func BracketOf(budgets []float64, eta float64, iteration int) Bracket {
	m := len(budgets)
	s := m - 1 - iteration%m
	n0 := math.Ceil(float64(m/(s+1))*math.Pow(eta, float64(s)) - slack)
	bracket := make(Bracket, s+1)
	for i := range bracket {
		n := math.Floor(n0/math.Pow(eta, float64(i)) + slack)
		bracket[i] = Rung{N: int(max(n, 1)), Budget: budgets[m-1-s+i]}
	}
	return bracket
}

// Cost is the sum of all budgets that a bracket spends.
func (b Bracket) Cost() float64 {
	sum := 0.0
	for _, r := range b {
		sum += float64(r.N) * r.Budget
	}
	return sum
}

// Runs is the number of trials of a bracket.
func (b Bracket) Runs() int {
	n := 0
	for _, r := range b {
		n += r.N
	}
	return n
}
