package bohb

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// counting is the space of the counting ones problem (Falkner et al. 2018,
// section 5.1): binary categoricals and numbers in [0, 1].
func counting(t testing.TB, categoricals, floats int) *nasalyze.Space {
	var params []nasalyze.Param
	for i := range categoricals {
		params = append(params, nasalyze.Param{Name: fmt.Sprintf("c%d", i), Kind: nasalyze.Categorical,
			Choices: []nasalyze.Value{nasalyze.Integer(0), nasalyze.Integer(1)}})
	}
	for i := range floats {
		params = append(params, nasalyze.Param{Name: fmt.Sprintf("x%d", i), Lower: 0, Upper: 1})
	}
	return mustSpace(t, params, nil, nil)
}

// ones is the loss of counting ones: minus the categoricals and minus the means of
// `budget` draws from Bernoulli(x_j). At an infinite budget it is exact.
func ones(values []nasalyze.Value, budget float64, rng *rand.Rand) float64 {
	sum := 0.0
	for _, v := range values {
		x, _ := v.Float()
		if v.Kind() == nasalyze.IntValue || math.IsInf(budget, 1) {
			sum += x
			continue
		}
		hits := 0.0
		for range int(budget) {
			if rng.Float64() < x {
				hits++
			}
		}
		sum += hits / budget
	}
	return -sum
}

// branin is the function of Branin on [-5, 10] x [0, 15], minimum 0.397887, with the
// fidelity of Kandasamy et al. 2017 (appendix, "BOCA"): coefficients move with 1-z.
func branin(x, y, z float64) float64 {
	b := 5.1/(4*math.Pi*math.Pi) - 0.01*(1-z)
	c := 5/math.Pi - 0.1*(1-z)
	s := 1/(8*math.Pi) + 0.05*(1-z)
	q := y - b*x*x + c*x - 6
	return q*q + 10*(1-s)*math.Cos(x) + 10
}

// hartmann6 is Hartmann's function in six dimensions, minimum -3.32237, with the
// weights lowered by the fidelity as in the same appendix.
func hartmann6(x []float64, z float64) float64 {
	a := [4][6]float64{{10, 3, 17, 3.5, 1.7, 8}, {0.05, 10, 17, 0.1, 8, 14}, {3, 3.5, 1.7, 10, 17, 8}, {17, 8, 0.05, 10, 0.1, 14}}
	p := [4][6]float64{{1312, 1696, 5569, 124, 8283, 5886}, {2329, 4135, 8307, 3736, 1004, 9991}, {2348, 1451, 3522, 2883, 3047, 6650}, {4047, 8828, 8732, 5743, 1091, 381}}
	alpha := [4]float64{1, 1.2, 3, 3.2}
	sum := 0.0
	for i := range 4 {
		e := 0.0
		for j := range 6 {
			d := x[j] - p[i][j]/1e4
			e += a[i][j] * d * d
		}
		sum += (alpha[i] - 0.1*(1-z)) * math.Exp(-e)
	}
	return -sum
}

type problem struct {
	name     string
	space    *nasalyze.Space
	min, max float64
	loss     func(values []nasalyze.Value, budget float64, rng *rand.Rand) float64
	optimum  float64
}

func problems(t testing.TB) []problem {
	number := func(v nasalyze.Value) float64 { x, _ := v.Float(); return x }
	var six []nasalyze.Param
	for i := range 6 {
		six = append(six, nasalyze.Param{Name: fmt.Sprintf("x%d", i), Lower: 0, Upper: 1})
	}
	return []problem{
		{"counting ones 8+8", counting(t, 8, 8), 9, 729, ones, -16},
		{"branin", mustSpace(t, []nasalyze.Param{{Name: "x", Lower: -5, Upper: 10}, {Name: "y", Lower: 0, Upper: 15}}, nil, nil), 1, 27,
			func(v []nasalyze.Value, budget float64, _ *rand.Rand) float64 {
				return branin(number(v[0]), number(v[1]), min(budget/27, 1))
			}, 0.397887},
		{"hartmann6", mustSpace(t, six, nil, nil), 1, 27, func(v []nasalyze.Value, budget float64, _ *rand.Rand) float64 {
			x := make([]float64, 6)
			for i := range x {
				x[i] = number(v[i])
			}
			return hartmann6(x, min(budget/27, 1))
		}, -3.32237},
	}
}

// The functions themselves, at points that the literature gives.
func TestFunctions(t *testing.T) {
	for _, at := range [][2]float64{{-math.Pi, 12.275}, {math.Pi, 2.275}, {9.42478, 2.475}} {
		if got := branin(at[0], at[1], 1); math.Abs(got-0.397887) > 1e-5 {
			t.Errorf("branin(%v) = %v, want 0.397887", at, got)
		}
	}
	if got := hartmann6([]float64{0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573}, 1); math.Abs(got+3.32237) > 1e-5 {
		t.Errorf("hartmann6 = %v, want -3.32237", got)
	}
}

// regret is the difference between the true loss of the incumbent, which is the best at the
// largest budget that has a result, and the optimum after a search.
func regret(t testing.TB, p problem, method Method, seed uint64, iterations int, async bool) float64 {
	s, err := New(p.space, Options{Method: method, MinBudget: p.min, MaxBudget: p.max, Iterations: iterations, Seed: seed, Async: async})
	if err != nil {
		t.Fatal(err)
	}
	best, bestBudget := math.Inf(1), 0.0
	var incumbent []nasalyze.Value
	drive(t, s, rand.New(rand.NewPCG(seed, 77)), 4, func(tr Trial) float64 {
		loss := p.loss(tr.Values, tr.Budget, rand.New(rand.NewPCG(uint64(tr.Seed), uint64(tr.Rung))))
		if tr.Budget > bestBudget || tr.Budget == bestBudget && loss < best {
			best, bestBudget, incumbent = loss, tr.Budget, tr.Values
		}
		return loss
	}, nil)
	return p.loss(incumbent, math.Inf(1), nil) - p.optimum
}

// On each problem BOHB, synchronous or not, ends with a smaller regret than random
// search for the same budget: over 30 seeds by a one-sided sign test, p = 0.02 (21 of
// 30). Seeds are fixed, so the test is no lottery. Than Hyperband's its regret is
// smaller where there are more than two dimensions.
func TestBOHBBeatsRandom(t *testing.T) {
	if testing.Short() {
		t.Skip("runs 360 searches")
	}
	const seeds = 30
	for _, p := range problems(t) {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			run := func(m Method, async bool) []float64 {
				r := make([]float64, seeds)
				for seed := range r {
					r[seed] = regret(t, p, m, uint64(seed), 12, async)
				}
				return r
			}
			random, hyperband, ours, async := run(Random, false), run(Hyperband, false), run(BOHB, false), run(BOHB, true)
			for _, versus := range []struct {
				name     string
				ours, of []float64
				needed   int
			}{{"random search", ours, random, 21}, {"Hyperband", ours, hyperband, map[bool]int{true: 21}[len(p.space.Params) > 2]}, {"random search, asynchronous", async, random, 21}} {
				wins := 0
				for i := range seeds {
					if versus.ours[i] < versus.of[i] {
						wins++
					}
				}
				if wins < versus.needed {
					t.Errorf("regret smaller than of %s in %d of %d searches", versus.name, wins, seeds)
				}
			}
			t.Logf("median regret: random %.3g, Hyperband %.3g, BOHB %.3g, asynchronous %.3g", median(random), median(hyperband), median(ours), median(async))
		})
	}
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	return (v[(len(v)-1)/2] + v[len(v)/2]) / 2
}
