package main

import (
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze/correlation"
)

// distance says how far two contenders' answers are apart.
type distance struct {
	What string `json:"what"`
	// N answers have the same name and are finite on both sides.
	N int `json:"n"`
	// Max and Mean of the absolute differences, NaN if N is 0.
	Max  number `json:"max"`
	Mean number `json:"mean"`
	// Rank is Spearman's correlation of the answers, NaN where it cannot be told.
	Rank number `json:"rank"`
	// Missing answers of one side are finite on the other only, or not there at all.
	Missing int `json:"missing"`
	// Limit is the largest difference of equal answers; 0 where they need not be equal.
	Limit float64 `json:"limit,omitempty"`
}

// estimates is the limit above which answers are two estimates of one thing, not
// the same number computed twice.
const estimates = 1e-6

// compare pairs the answers whose names begin with prefix. With a limit, answers
// should be equal up to that, and all should be there.
func compare(what, prefix string, ours, theirs []answer, limit float64) distance {
	d := distance{What: what, Limit: limit, Max: number(math.NaN()), Mean: number(math.NaN()), Rank: number(math.NaN())}
	index := make(map[string]float64, len(theirs))
	for _, a := range theirs {
		if hasPrefix(a.Name, prefix) && finite(a.Value) {
			index[a.Name] = float64(a.Value)
		}
	}
	var x, y []float64
	for _, a := range ours {
		if !hasPrefix(a.Name, prefix) || !finite(a.Value) {
			continue
		}
		v, ok := index[a.Name]
		if !ok {
			d.Missing++
			continue
		}
		x, y = append(x, float64(a.Value)), append(y, v)
	}
	d.Missing += len(index) - len(x)
	if d.N = len(x); d.N == 0 {
		return d
	}
	largest, sum := 0.0, 0.0
	for i := range x {
		delta := math.Abs(x[i] - y[i])
		largest, sum = max(largest, delta), sum+delta
	}
	d.Max, d.Mean = number(largest), number(sum/float64(d.N))
	if c, err := correlation.Spearman(x, y); err == nil {
		d.Rank = number(c.Value)
	}
	return d
}

func hasPrefix(name, prefix string) bool {
	return len(name) >= len(prefix) && name[:len(prefix)] == prefix
}

func finite(n number) bool { return !math.IsNaN(float64(n)) && !math.IsInf(float64(n), 0) }

// agrees is false if the answers should be equal and are not. A comparison of
// nothing does not agree.
func (d distance) agrees() bool {
	return d.Limit == 0 || d.N > 0 && d.Missing == 0 && float64(d.Max) <= d.Limit
}

func (d distance) String() string {
	if d.N == 0 {
		return d.What + ": nothing to compare"
	}
	s := ""
	switch {
	case d.Limit > estimates && d.agrees():
		s = fmt.Sprintf("%s: agree, max diff. %.2g of at most %g (n %d)", d.What, float64(d.Max), d.Limit, d.N)
	case d.Limit > 0 && d.agrees():
		s = fmt.Sprintf("%s: equal, max diff. %.1g (n %d)", d.What, float64(d.Max), d.N)
	case d.Limit > 0:
		s = fmt.Sprintf("%s: DISAGREE, max diff. %.2g, limit %.1g (n %d)", d.What, float64(d.Max), d.Limit, d.N)
	default:
		s = fmt.Sprintf("%s: rank corr. %.3f, mean diff. %.2g, max %.2g (n %d)", d.What, float64(d.Rank), float64(d.Mean), float64(d.Max), d.N)
	}
	if d.Missing > 0 {
		s += fmt.Sprintf(", %d on one side only", d.Missing)
	}
	return s
}
