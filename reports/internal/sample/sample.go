// Package sample makes analyses of invented searches, for the tests of the packages
// that draw a report. The numbers hang together as those of a real search do
// (results follow from the parameters, correlations from the results), but they
// come from formulas and random draws and say nothing about any real network.
package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"sort"

	"github.com/nasalyze/nasalyze/reports"
)

const seed = 20180718

// Analysis returns a search over nine parameters and four budgets in seconds: 300
// configurations in brackets of successive halving, failures, model-based and random picks,
// three parameters that matter, a largest budget that is undecided, and a
// farthest pair of budgets whose correlation cannot be told. Every call returns an equal,
// fresh value.
func Analysis() *reports.Analysis {
	a := &reports.Analysis{
		Schema:    reports.Schema,
		Objective: reports.Objective{Name: "validation error", Unit: "%"},
		Params:    params(),
	}
	a.Study = reports.StudyInfo{Name: "sample search", BudgetName: "training time", BudgetUnit: "s"}
	budgets := []float64{400, 1200, 3600, 10800}
	drawTrials(a, budgets)
	for i, b := range budgets {
		a.Budgets = append(a.Budgets, budget(a, i, b))
	}
	countTrials(a)
	correlations(a)
	shifts(a)
	deeper(a)
	words(a)
	return a
}

// deeper fills what goes beyond importances and ranks. The three parameters that make a
// network large take its time, and large steps make it fail.
func deeper(a *reports.Analysis) {
	const focus = 2 // the largest decided budget
	for b := range a.Budgets {
		late := float64(b) / 3
		active(a, b, 3.2, 0.25, 1.3-2.2*late, 0.3*mains[b][3])
		methods(a, b)
	}
	worst := -1 // of those with all parameters
	for i, c := range a.Configs {
		if v := c.Results[focus]; c.Values[3] == 0 && !math.IsNaN(v) && (worst < 0 || v > a.Configs[worst].Results[focus]) {
			worst = i
		}
	}
	path(a, focus, a.Configs[worst].ID, a.Configs[worst].Values, func(values []float64) float64 { return loss(a.Params, focus, values) })
	growth(a, focus)
	cost := [9]float64{0.01, 0.19, 0, 0.03, 0, 0.42, 0.24, 0.02, 0.01}
	fails := [9]float64{0.46, 0.03, 0.01, 0.17, 0.04, 0.02, 0.08, 0.01, 0}
	tradeoff(a, focus, func(j int) float64 { return cost[j] }, false)
	outcomes(a, func(j int) float64 { return fails[j] }, func(j int) float64 { return cost[j] }, 1.06)
}

func params() []reports.Param {
	return []reports.Param{
		{Name: "learning_rate", Kind: "float", Lower: 1e-4, Upper: 1e-1, Log: true, Default: "0.01"},
		{Name: "batch_size", Kind: "int", Lower: 16, Upper: 256, Log: true, Unit: "images"},
		{Name: "weight_decay", Kind: "float", Lower: 1e-6, Upper: 1e-2, Log: true},
		{Name: "optimizer", Kind: "categorical", Lower: math.NaN(), Upper: math.NaN(),
			Choices: []string{"sgd", "adam", "adamw", "rmsprop"}},
		{Name: "momentum", Kind: "float", Lower: 0, Upper: 0.99, Condition: "optimizer == sgd"},
		{Name: "num_layers", Kind: "int", Lower: 1, Upper: 8},
		{Name: "width", Kind: "int", Lower: 16, Upper: 512, Log: true, Unit: "channels"},
		{Name: "augmentation", Kind: "ordinal", Lower: math.NaN(), Upper: math.NaN(),
			Choices: []string{"none", "weak", "medium", "strong"}},
		{Name: "dropout", Kind: "float", Lower: 0, Upper: 0.5},
	}
}

// unit maps a natural value to [0, 1], on the log scale where the parameter is log.
func unit(p *reports.Param, v float64) float64 {
	if !p.Numeric() {
		return v / float64(len(p.Choices)-1)
	}
	if p.Log {
		return math.Log(v/p.Lower) / math.Log(p.Upper/p.Lower)
	}
	return (v - p.Lower) / (p.Upper - p.Lower)
}

// natural is the inverse of unit.
func natural(p *reports.Param, u float64) float64 {
	var v float64
	switch {
	case !p.Numeric():
		return math.Round(u * float64(len(p.Choices)-1))
	case p.Log:
		v = p.Lower * math.Exp(u*math.Log(p.Upper/p.Lower))
	default:
		v = p.Lower + u*(p.Upper-p.Lower)
	}
	if p.Kind == "int" {
		v = math.Round(v)
	}
	return v
}

// effect is the change of the error, in percent, that parameter j at u causes at
// budget index b: the learning rate matters most early, depth and width late.
func effect(j, b int, u float64) float64 {
	late := float64(b) / 3
	switch j {
	case 0: // learning rate: a valley that moves down with the budget
		d := u - (0.72 - 0.18*late)
		return (26 - 14*late) * d * d / 0.3
	case 1:
		return (1.8 - 1.5*late) * u
	case 2:
		d := u - 0.6
		return 3 * d * d * (0.5 + late)
	case 3: // index of the choice, times 1/3
		return [4]float64{2.6 - 2.2*late, 0.4, 0, 3.5}[int(math.Round(u*3))]
	case 4:
		return -1.2 * u
	case 5:
		return 1.5 - (1+5*late)*u + 3*late*u*u
	case 6:
		return (0.2 - 2.2*late) * u
	case 7:
		return (0.8 - 1.8*late) * u
	case 8:
		d := u - 0.25
		return 2 * d * d * (1 + late)
	}
	return 0
}

// interaction of learning rate and optimizer, then of depth and width.
func interaction(b int, u []float64) float64 {
	s := 0.0
	if u[3] == 0 {
		s += 6 * (0.6 - u[0])
	}
	return s + float64(b)*1.2*(u[5]-0.5)*(0.5-u[6])
}

// loss at budget index b of a configuration in natural units, without noise.
func loss(ps []reports.Param, b int, values []float64) float64 {
	u := make([]float64, len(values))
	sum := [4]float64{21, 13, 9.5, 7.5}[b]
	for j, v := range values {
		if math.IsNaN(v) {
			continue
		}
		u[j] = unit(&ps[j], v)
		sum += effect(j, b, u[j])
	}
	return math.Max(2.5, sum+interaction(b, u))
}

// drawTrials fills Configs and Timeline: brackets of successive halving with a third kept.
func drawTrials(a *reports.Analysis, budgets []float64) {
	rng := rand.New(rand.NewPCG(seed, 1))
	clock := make([]float64, 10) // when each worker is free
	start := [4]int{178, 78, 30, 14}
	for first := range budgets {
		var alive []int
		for range start[first] {
			c := reports.Config{
				ID:      fmt.Sprintf("%d-%d", first, len(a.Configs)),
				Values:  make([]float64, len(a.Params)),
				Results: []float64{math.NaN(), math.NaN(), math.NaN(), math.NaN()},
				Pick:    "random",
			}
			// Model-based picks lean to the good region.
			if len(alive) > 20 && rng.Float64() < 0.6 {
				c.Pick = "model"
			}
			for j := range a.Params {
				u := rng.Float64()
				if c.Pick == "model" && j == 0 {
					u = math.Min(1, math.Max(0, 0.66+0.14*rng.NormFloat64()))
				}
				if !a.Params[j].Numeric() {
					u = float64(rng.IntN(4)) / 3
				}
				c.Values[j] = natural(&a.Params[j], u)
			}
			if c.Values[3] != 0 {
				c.Values[4] = math.NaN()
			}
			alive = append(alive, len(a.Configs))
			a.Configs = append(a.Configs, c)
		}
		for b := first; b < len(budgets); b++ {
			if first == 0 && b == 3 {
				alive = alive[:min(len(alive), 3)]
			}
			for _, i := range alive {
				runTrial(a, rng, clock, i, b, budgets[b])
			}
			sort.SliceStable(alive, func(x, y int) bool {
				l, r := a.Configs[alive[x]].Results[b], a.Configs[alive[y]].Results[b]
				return l < r || math.IsNaN(r) && !math.IsNaN(l)
			})
			alive = alive[:len(alive)/3]
		}
	}
	// As the search saw it: by time, with the brackets one after another.
	sort.SliceStable(a.Timeline, func(x, y int) bool { return a.Timeline[x].Time < a.Timeline[y].Time })
}

func runTrial(a *reports.Analysis, rng *rand.Rand, clock []float64, i, b int, budget float64) {
	worker := 0
	for w := range clock {
		if clock[w] < clock[worker] {
			worker = w
		}
	}
	clock[worker] += budget * (1.02 + 0.08*rng.Float64())
	e := reports.Event{Time: clock[worker], Budget: b, Config: i, Value: math.NaN(), Status: "success"}
	noise := rng.NormFloat64() * [4]float64{0.45, 0.3, 0.25, 0.5}[b]
	switch r := rng.Float64(); {
	case r < 0.02 && b < 3:
		e.Status, e.Config = "crashed", -1
	case r < 0.03 && b < 3:
		e.Status, e.Config = "timeout", -1
	default:
		e.Value = loss(a.Params, b, a.Configs[i].Values) + noise
		if e.Value < 2.2 {
			e.Value = 2.2 + math.Abs(noise)/4
		}
		a.Configs[i].Results[b] = e.Value
	}
	a.Timeline = append(a.Timeline, e)
}

func countTrials(a *reports.Analysis) {
	ok := 0
	count := map[string]int{}
	for _, e := range a.Timeline {
		b := &a.Budgets[e.Budget]
		b.Trials++
		count[e.Status]++
		if e.Status == "success" {
			ok++
		} else {
			b.Failed++
		}
	}
	a.Study.Trials = len(a.Timeline)
	a.Study.Configs = len(a.Configs)
	for _, s := range []string{"success", "timeout", "crashed"} {
		a.Study.Statuses = append(a.Study.Statuses, reports.StatusCount{Status: s, N: count[s]})
	}
}
