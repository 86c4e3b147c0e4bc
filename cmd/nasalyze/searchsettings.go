package main

import (
	"context"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/correlation"
)

// searchSettings are kept in search.json: what a search must be resumed with.
type searchSettings struct {
	Version    int      `json:"nasalyze_search"`
	Space      string   `json:"space"`
	Command    []string `json:"command"`
	Dir        string   `json:"dir"`
	Method     string   `json:"method"`
	MinBudget  float64  `json:"min_budget"`
	MaxBudget  float64  `json:"max_budget"`
	Eta        float64  `json:"eta"`
	Iterations int      `json:"iterations"`
	Async      bool     `json:"async"`
	Adaptive   bool     `json:"adaptive"`
	Seed       uint64   `json:"seed"`
	Objectives []string `json:"objectives"`
	Maximize   []string `json:"maximize,omitempty"`
	BudgetName string   `json:"budget_name,omitempty"`
	BudgetUnit string   `json:"budget_unit,omitempty"`
	Workers    int      `json:"workers"`
	GPUs       []string `json:"gpus,omitempty"`
	// Slurm is nil where trials run on this machine.
	Slurm           *slurmSettings `json:"slurm,omitempty"`
	TimeFactor      float64        `json:"time_factor,omitempty"`
	Flags           bool           `json:"flags,omitempty"`
	MaxFailures     int            `json:"max_failures"`
	Warm            bool           `json:"warm_start,omitempty"`
	MinPoints       int            `json:"min_points,omitempty"`
	GoodFraction    float64        `json:"good_fraction"`
	Samples         int            `json:"samples"`
	RandomFraction  float64        `json:"random_fraction"`
	BandwidthFactor float64        `json:"bandwidth_factor"`
	MinBandwidth    float64        `json:"min_bandwidth"`
}

// searchVersion is the version of search.json that is written.
const searchVersion = 1

// check refuses settings that make no sense, by the names of their flags. What
// package bohb refuses is left to it.
func (s *searchSettings) check() error {
	if _, err := methodOf(s.Method); err != nil {
		return err
	}
	switch {
	case s.Iterations < 0:
		return usagef("--iterations is %d, expected 0 (as many as there are budgets) or more", s.Iterations)
	case s.Workers < 1:
		return usagef("--workers is %d, expected at least 1", s.Workers)
	case !(s.TimeFactor >= 0) || math.IsInf(s.TimeFactor, 0):
		return usagef("--time-factor is %v, expected 0 (no limit) or a positive number of seconds per unit of budget", s.TimeFactor)
	case !(s.RandomFraction >= 0 && s.RandomFraction <= 1):
		return usagef("--random-fraction is %v, expected a share from 0 to 1", s.RandomFraction)
	case !(s.GoodFraction > 0 && s.GoodFraction < 1):
		return usagef("--good-fraction is %v, expected a share between 0 and 1", s.GoodFraction)
	case s.Samples < 1:
		return usagef("--samples is %d, expected at least 1", s.Samples)
	case !(s.BandwidthFactor > 0):
		return usagef("--bandwidth-factor is %v, expected a positive number", s.BandwidthFactor)
	case !(s.MinBandwidth > 0 && s.MinBandwidth < 1):
		return usagef("--min-bandwidth is %v, expected a number between 0 and 1", s.MinBandwidth)
	case s.MaxFailures == 0 || s.MaxFailures < -1:
		return usagef("--max-failures is %d, expected at least 1, or -1 for never", s.MaxFailures)
	case len(s.Objectives) == 0:
		return usagef("--objective names nothing, expected what the command reports, such as loss")
	}
	for i, name := range s.Objectives {
		if name == "" || slices.Contains(s.Objectives[:i], name) {
			return usagef("--objective has %q, expected different names", name)
		}
	}
	for _, name := range s.Maximize {
		if !slices.Contains(s.Objectives, name) {
			return usagef("--maximize names %q, which is no objective: %s", name, oneOf(name, s.Objectives))
		}
	}
	return nil
}

// objectives of the log.
func (s *searchSettings) objectives() []nasalyze.Objective {
	var all []nasalyze.Objective
	for _, name := range s.Objectives {
		all = append(all, nasalyze.Objective{Name: name, Maximize: slices.Contains(s.Maximize, name), Lower: math.NaN(), Upper: math.NaN()})
	}
	return all
}

// options of the searcher.
func (s *searchSettings) options() (bohb.Options, error) {
	method, err := methodOf(s.Method)
	if err != nil {
		return bohb.Options{}, err
	}
	budgets, err := bohb.Budgets(s.MinBudget, s.MaxBudget, s.Eta)
	if err != nil {
		return bohb.Options{}, usageError{err}
	}
	if s.Iterations == 0 {
		s.Iterations = len(budgets)
	}
	opt := bohb.Options{Method: method, MinBudget: s.MinBudget, MaxBudget: s.MaxBudget, Eta: s.Eta, Iterations: s.Iterations, Async: s.Async, Seed: s.Seed,
		MinPoints: s.MinPoints, GoodFraction: s.GoodFraction, Samples: s.Samples, RandomFraction: s.RandomFraction,
		BandwidthFactor: s.BandwidthFactor, MinBandwidth: s.MinBandwidth}
	if opt.RandomFraction == 0 {
		opt.RandomFraction = -1 // none; 0 is the default there
	}
	if s.Adaptive {
		opt.RankCorrelation = rankCorrelation
	}
	return opt, nil
}

// rankCorrelation is Spearman's correlation with the interval that the reports
// show. It depends on nothing but the losses.
func rankCorrelation(low, high []float64) (rho, lo, hi float64) {
	r, err := correlation.Matrix(context.Background(), [][]float64{low, high}, correlation.Options{Workers: 1})
	if err != nil {
		return math.NaN(), math.NaN(), math.NaN()
	}
	e := r.Pair(0, 1).Spearman
	return e.Rho, e.Lo, e.Hi
}
