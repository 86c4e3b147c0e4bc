package correlation

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Interval is a confidence interval. Where Reason is set, Lo and Hi are NaN.
type Interval struct {
	Lo, Hi float64
	Reason string
}

// IntervalMethod is the way in which an interval was found.
type IntervalMethod string

// The methods of intervals.
const (
	// FisherZ: [BonettWright].
	FisherZ IntervalMethod = "Fisher z"
	// BootstrapPercentile: [Bootstrap].
	BootstrapPercentile IntervalMethod = "bootstrap percentile"
)

// bootstrapMin is the smallest n at which the interval of the bootstrap is
// reported: below, it covers too little (see the package comment).
const bootstrapMin = 10

func noInterval(reason string) Interval {
	return Interval{Lo: math.NaN(), Hi: math.NaN(), Reason: reason}
}

// BonettWright returns the interval of Spearman's correlation rho of n items by
// Fisher's z = artanh(rho) with standard error sqrt((1 + rho^2/2)/(n-3)) (Bonett
// and Wright, "Sample size requirements for estimating Pearson, Kendall and
// Spearman correlations", Psychometrika 65, 2000, equation 3).
//
// The transformation is infinite at rho = ±1, which would give an interval of
// length zero. A perfect correlation is taken as half way to the next value that
// n items without ties can have, 1 - 12/(n(n^2-1)), and the interval reaches to
// ±1. Fewer than
// [MinItems] items and a rho of NaN give NaN. The confidence is in (0, 1).
func BonettWright(rho float64, n int, confidence float64) (lo, hi float64) {
	if n < MinItems || math.IsNaN(rho) {
		return math.NaN(), math.NaN()
	}
	m := float64(n)
	r := rho
	if math.Abs(rho) == 1 {
		r = math.Copysign(1-6/(m*(m*m-1)), rho)
	}
	z := math.Atanh(r)
	width := distuv.UnitNormal.Quantile((1+confidence)/2) * math.Sqrt((1+r*r/2)/(m-3))
	lo, hi = math.Tanh(z-width), math.Tanh(z+width)
	switch rho {
	case 1:
		hi = 1
	case -1:
		lo = -1
	}
	return lo, hi
}
