package bohb

import (
	"fmt"
	"math"
)

// Method is how configurations are proposed and how their budgets are chosen.
type Method uint8

const (
	// BOHB: Hyperband whose configurations a density model proposes.
	BOHB Method = iota
	// Hyperband: configurations drawn uniformly.
	Hyperband
	// Random search: configurations drawn uniformly, all at the largest budget.
	// An iteration is as many trials as the budget of Hyperband's iteration pays for.
	Random
)

var methodNames = [...]string{"bohb", "hyperband", "random"}

// String returns the lower-case name of the method.
func (m Method) String() string {
	if int(m) < len(methodNames) {
		return methodNames[m]
	}
	return fmt.Sprintf("Method(%d)", uint8(m))
}

// Methods lists all methods.
func Methods() []Method { return []Method{BOHB, Hyperband, Random} }

// Defaults of [Options], those of HpBandSter (optimizers/bohb.py) and of the paper
// (Falkner et al. 2018, section 4 and appendix), but for the last, which is 0.001
// there: see Differences in the package comment.
const (
	DefaultMinBudget       = 0.01
	DefaultMaxBudget       = 1.0
	DefaultEta             = 3.0
	DefaultGoodFraction    = 0.15
	DefaultRandomFraction  = 1.0 / 3
	DefaultSamples         = 64
	DefaultBandwidthFactor = 3.0
	DefaultMinBandwidth    = 0.03
)

// Options of [New]. The zero value is the documented default.
type Options struct {
	Method Method
	// MinBudget and MaxBudget bound the budgets, in any unit; see [Budgets]. Both 0
	// means [DefaultMinBudget] and [DefaultMaxBudget].
	MinBudget, MaxBudget float64
	// Eta is the factor between budgets; of the configurations at one, 1 in Eta is
	// promoted to the next. 0 means [DefaultEta].
	Eta float64
	// Iterations is the number of brackets; 0 means no end.
	Iterations int
	// Async promotes a configuration as soon as it is among the best 1/Eta of those
	// that have finished on its rung, as ASHA does (Li et al. 2020, algorithm 2),
	// instead of when the whole rung has. All that sequential halving would promote
	// are promoted; beside them, those that were ahead only for a while.
	Async bool
	// Seed of everything random. Proposal i draws from its own stream (Seed, i).
	Seed uint64

	// MinPoints is the smallest number of good and of bad configurations that a
	// density is fitted to, N_min of the paper; a model needs two configurations more. 0
	// means d+1 with d the number of parameters that vary, which is also the least allowed.
	MinPoints int
	// GoodFraction is the share of configurations that count as good; 0 means
	// [DefaultGoodFraction].
	GoodFraction float64
	// Samples is the number of candidates per proposal, N_s of the paper; 0 means
	// [DefaultSamples].
	Samples int
	// RandomFraction is the share of proposals drawn uniformly whatever the model,
	// rho of the paper; 0 means [DefaultRandomFraction], negative means none.
	RandomFraction float64
	// BandwidthFactor widens the numeric kernels that candidates are drawn from,
	// b_w of the paper; 0 means [DefaultBandwidthFactor].
	BandwidthFactor float64
	// MinBandwidth is the least bandwidth of a kernel; 0 means [DefaultMinBandwidth].
	MinBandwidth float64

	// RankCorrelation, if not nil, lets the search give up its smallest budgets where
	// ranks clearly do not carry over from them to the next; see [Correlate].
	RankCorrelation Correlate
	// MinCorrelation is what the rank correlation of adjacent budgets must fall short
	// of, and its interval exclude 0.5, for the lower one to be given up; 0 means
	// [DefaultMinCorrelation].
	MinCorrelation float64
}

// resolve replaces zero values by defaults and checks the rest. d is the number of
// parameters that vary.
func (o Options) resolve(d int) (Options, error) {
	if o.MinBudget == 0 && o.MaxBudget == 0 {
		o.MinBudget, o.MaxBudget = DefaultMinBudget, DefaultMaxBudget
	}
	if o.MinPoints == 0 {
		o.MinPoints = d + 1
	}
	if o.Samples == 0 {
		o.Samples = DefaultSamples
	}
	for _, x := range []struct {
		field    *float64
		standard float64
	}{
		{&o.Eta, DefaultEta}, {&o.GoodFraction, DefaultGoodFraction}, {&o.RandomFraction, DefaultRandomFraction},
		{&o.BandwidthFactor, DefaultBandwidthFactor}, {&o.MinBandwidth, DefaultMinBandwidth}, {&o.MinCorrelation, DefaultMinCorrelation},
	} {
		if *x.field == 0 {
			*x.field = x.standard
		}
	}
	o.RandomFraction = max(o.RandomFraction, 0)
	switch {
	case o.Method > Random:
		return o, fmt.Errorf("bohb: unknown method %v", o.Method)
	case o.Iterations < 0:
		return o, fmt.Errorf("bohb: Iterations is %d, expected 0 (no end) or more", o.Iterations)
	case o.MinPoints < d+1:
		return o, fmt.Errorf("bohb: MinPoints is %d, expected at least the number of parameters and one, %d", o.MinPoints, d+1)
	case !(o.GoodFraction > 0 && o.GoodFraction < 1):
		return o, fmt.Errorf("bohb: GoodFraction is %v, expected a number between 0 and 1", o.GoodFraction)
	case o.Samples < 1:
		return o, fmt.Errorf("bohb: Samples is %d, expected at least 1", o.Samples)
	case !(o.RandomFraction <= 1):
		return o, fmt.Errorf("bohb: RandomFraction is %v, expected at most 1 (or negative for none)", o.RandomFraction)
	case !(o.BandwidthFactor > 0) || math.IsInf(o.BandwidthFactor, 0):
		return o, fmt.Errorf("bohb: BandwidthFactor is %v, expected a positive number", o.BandwidthFactor)
	case !(o.MinBandwidth > 0 && o.MinBandwidth < 1):
		return o, fmt.Errorf("bohb: MinBandwidth is %v, expected a number between 0 and 1", o.MinBandwidth)
	case !(o.MinCorrelation > -1 && o.MinCorrelation < 1):
		return o, fmt.Errorf("bohb: MinCorrelation is %v, expected a number between -1 and 1", o.MinCorrelation)
	}
	return o, nil
}
