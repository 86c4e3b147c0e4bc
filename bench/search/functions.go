package main

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze"
)

// countingOnes is the problem of Falkner et al. 2018 (section 5.1): n binary
// categoricals and n numbers in [0, 1]. The loss is minus the sum of the categoricals and of
// the means of `budget` draws from Bernoulli(x_j). The regret is (f + 2n) / 2n.
func countingOnes(n int) func(string) (*workload, error) {
	return func(string) (*workload, error) {
		var params []nasalyze.Param
		for i := range n {
			params = append(params, nasalyze.Param{Name: fmt.Sprintf("c%d", i), Kind: nasalyze.Categorical, Choices: integers(2)})
		}
		for i := range n {
			params = append(params, nasalyze.Param{Name: fmt.Sprintf("x%d", i), Upper: 1})
		}
		space, err := nasalyze.NewSpace("", params, nil, nil)
		return &workload{
			title: fmt.Sprintf("counting ones, %d + %d", n, n), unit: "share of ones missed",
			space: space, budgets: geometric(729, 3, 5), eta: 3,
			loss: func(x []float64, budget float64, rng *rand.Rand) float64 {
				sum := 0.0
				for _, c := range x[:n] {
					sum += c
				}
				for _, p := range x[n:] {
					hits := 0
					for range int(math.Round(budget)) {
						if rng.Float64() < p {
							hits++
						}
					}
					sum += float64(hits) / budget
				}
				return -sum
			},
			regret: func(x []float64) float64 {
				sum := 0.0
				for _, v := range x {
					sum += v
				}
				return 1 - sum/float64(2*n)
			},
		}, err
	}
}

// branin is Branin's function on [-5, 10] x [0, 15] with the fidelity z = budget / 27 of
// Kandasamy, Dasarathy, Schneider, Poczos 2017 ("Multi-fidelity Bayesian Optimisation
// with Continuous Approximations", ICML, appendix), one for all three coefficients.
func branin(string) (*workload, error) {
	at := func(x, y, z float64) float64 {
		b := 5.1/(4*math.Pi*math.Pi) - 0.01*(1-z)
		c := 5/math.Pi - 0.1*(1-z)
		t := 1/(8*math.Pi) + 0.05*(1-z)
		q := y - b*x*x + c*x - 6
		return q*q + 10*(1-t)*math.Cos(x) + 10
	}
	lowest := 10 / (8 * math.Pi) // at (pi, 2.275), where the square is 0 and the cosine -1
	space, err := nasalyze.NewSpace("", []nasalyze.Param{{Name: "x", Lower: -5, Upper: 10}, {Name: "y", Upper: 15}}, nil, nil)
	return &workload{
		title: "Branin", unit: "function value", space: space, budgets: geometric(27, 3, 4), eta: 3,
		loss:   func(x []float64, budget float64, _ *rand.Rand) float64 { return at(x[0], x[1], budget/27) },
		regret: func(x []float64) float64 { return max(at(x[0], x[1], 1)-lowest, 0) },
	}, err
}

// hartmann6 is Hartmann's function in six dimensions with the fidelity z = budget / 27
// of the same appendix: it lowers the weights.
func hartmann6(string) (*workload, error) {
	a := [4][6]float64{{10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}}
	p := [4][6]float64{{1312, 1696, 5569, 124, 8283, 5886}, {2329, 4135, 8307, 3736, 1004, 9991}, {2348, 1451, 3522, 2883, 3047, 6650}, {4047, 8828, 8732, 5743, 1091, 381}}
	alpha := [4]float64{1, 1.2, 3, 3.2}
	at := func(x []float64, z float64) float64 {
		sum := 0.0
		for i := range a {
			e := 0.0
			for j := range x {
				d := x[j] - p[i][j]/1e4
				e += a[i][j] * d * d
			}
			sum += (alpha[i] - 0.1*(1-z)) * math.Exp(-e)
		}
		return -sum
	}
	const lowest = -3.3223680114155
	params := make([]nasalyze.Param, 6)
	for i := range params {
		params[i] = nasalyze.Param{Name: fmt.Sprintf("x%d", i), Upper: 1}
	}
	space, err := nasalyze.NewSpace("", params, nil, nil)
	return &workload{
		title: "Hartmann, 6 dimensions", unit: "function value", space: space, budgets: geometric(27, 3, 4), eta: 3,
		loss:   func(x []float64, budget float64, _ *rand.Rand) float64 { return at(x, budget/27) },
		regret: func(x []float64) float64 { return max(at(x, 1)-lowest, 0) },
	}, err
}
