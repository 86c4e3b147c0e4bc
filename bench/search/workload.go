package main

import (
	"fmt"
	"math/rand/v2"
	"regexp"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
)

// workload is a function of a configuration and a budget whose optimum is known.
// Configurations are vectors of numbers in the order of the parameters: the values of
// numeric ones, the index of the choice of categoricals.
type workload struct {
	name, title string
	// regret says what the regret is and its unit.
	unit  string
	space *nasalyze.Space
	// budgets ascend by the factor eta.
	budgets []float64
	eta     float64
	// loss is what a searcher is told.
	loss func(x []float64, budget float64, rng *rand.Rand) float64
	// regret of a configuration, 0 or more.
	regret func(x []float64) float64
}

// full is the largest budget, that of a full evaluation.
func (w *workload) full() float64 { return w.budgets[len(w.budgets)-1] }

// trials is about how many evaluations Hyperband makes of a number of full ones.
func (w *workload) trials(full float64) int {
	n := 0
	for i := 0; full > 0; i++ {
		b := bohb.BracketOf(w.budgets, w.eta, i)
		n += b.Runs()
		full -= b.Cost() / w.full()
	}
	return n
}

// workloads returns those whose name matches, with tables from the folder data, and
// says which are left out for want of it.
func workloads(match *regexp.Regexp, data string, say func(string, ...any)) ([]*workload, error) {
	all := []struct {
		name string
		make func(name string) (*workload, error)
	}{
		{"ones-8", countingOnes(8)},
		{"ones-16", countingOnes(16)},
		{"ones-32", countingOnes(32)},
		{"branin", branin},
		{"hartmann6", hartmann6},
		{"taskset-lstm128", taskset(data, "FixedTextRNNClassification_imdb_patch128_LSTM128_avg_bs64", "LSTM 128")},
		{"taskset-gru64", taskset(data, "FixedTextRNNClassification_imdb_patch32_GRU64_avg_bs128", "GRU 64")},
		{"taskset-vrnn128", taskset(data, "FixedTextRNNClassification_imdb_patch32_VRNN128_tanh_bs128", "RNN 128")},
		{"nasbench201", grid(data, nasbench201)},
		{"hpobench-mlp", grid(data, australian)},
		{"hpolib-mlp", grid(data, navalPropulsion)},
	}
	var chosen []*workload
	for i, candidate := range all {
		if !match.MatchString(candidate.name) {
			continue
		}
		if data == "" && i >= 5 {
			say("%s: left out, -data or NASALYZE_DATA names no folder of tables", candidate.name)
			continue
		}
		w, err := candidate.make(candidate.name)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", candidate.name, err)
		}
		w.name = candidate.name
		chosen = append(chosen, w)
	}
	return chosen, nil
}

// integers returns n choices 0, 1, ...
func integers(n int) []nasalyze.Value {
	v := make([]nasalyze.Value, n)
	for i := range v {
		v[i] = nasalyze.Integer(int64(i))
	}
	return v
}

// geometric returns n budgets up to the largest, each eta times the one before.
func geometric(largest, eta float64, n int) []float64 {
	b := make([]float64, n)
	for i := n - 1; i >= 0; i-- {
		b[i] = largest
		largest /= eta
	}
	return b
}
