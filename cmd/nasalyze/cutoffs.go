package main

import (
	"math"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"github.com/nasalyze/nasalyze/reports"
)

// cutoffFlags restrict the question to a range of results.
type cutoffFlags struct {
	low, high, how string
	best           float64
}

func (f *cutoffFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.low, "cutoff-low", "", "`bound`: treat predictions below this value of the objective, or quantile such as 10%, as equal to it")
	flags.StringVar(&f.high, "cutoff-high", "", "`bound`: treat predictions above this value, or quantile, as equal to it: what matters among the results up to there")
	flags.Float64Var(&f.best, "best", 0, "what matters among this `share` of the best results at each budget, such as 0.1: a cutoff for either direction")
	flags.StringVar(&f.how, "cutoffs", "clamp", "`what` becomes of results beyond the cutoffs: clamp, or exclude (configurations are left out before the fit)")
}

func (f *cutoffFlags) options() (c reports.Cutoffs, err error) {
	if c.Low, err = bound("--cutoff-low", f.low); err != nil {
		return c, err
	}
	if c.High, err = bound("--cutoff-high", f.high); err != nil {
		return c, err
	}
	if c.Low != nil && c.High != nil && c.Low.Quantile == c.High.Quantile && !(c.Low.Value < c.High.Value) {
		return c, usagef("--cutoff-low is %v and --cutoff-high %v, expected the lower to be below the higher", c.Low, c.High)
	}
	if !(f.best >= 0 && f.best < 1) {
		return c, usagef("--best is %v, expected a share between 0 and 1, such as 0.1", f.best)
	}
	c.Best = f.best
	switch f.how {
	case "clamp":
	case "exclude":
		c.Exclude = true
	default:
		return c, usagef("--cutoffs is %q, expected clamp or exclude", f.how)
	}
	return c, nil
}

// bound reads a value or a quantile in percent.
func bound(flag, text string) (*reports.Cutoff, error) {
	if text == "" {
		return nil, nil
	}
	number, quantile := strings.CutSuffix(text, "%")
	v, err := strconv.ParseFloat(number, 64)
	switch {
	case err != nil || math.IsNaN(v) || math.IsInf(v, 0):
		return nil, usagef("%s is %q, expected a number such as 0.5, or a quantile such as 10%%", flag, text)
	case quantile && !(v > 0 && v < 100):
		return nil, usagef("%s is %q, expected a quantile between 0%% and 100%%", flag, text)
	case quantile:
		v /= 100
	}
	return &reports.Cutoff{Value: v, Quantile: quantile}, nil
}
