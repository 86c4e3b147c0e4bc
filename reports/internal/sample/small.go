package sample

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze/reports"
)

// Small returns what is left where a log holds little: one budget without a unit, twelve
// configurations, 45 parameters with long names, nothing decided, no times, no
// picks. The objective is maximised and its values are negative.
func Small() *reports.Analysis {
	rng := rand.New(rand.NewPCG(seed, 2))
	a := &reports.Analysis{
		Schema:    reports.Schema,
		Objective: reports.Objective{Name: "log likelihood", Maximize: true},
	}
	a.Study = reports.StudyInfo{Name: "small", BudgetName: "epochs", Configs: 12, Trials: 13,
		Statuses: []reports.StatusCount{{Status: "success", N: 12}, {Status: "crashed", N: 1}}}
	long := []string{
		"SimpleLearningrateSchedulerSelector:cosine_annealing:T_max",
		"NetworkSelector:shapedresnet:dropout_shape",
		"PreprocessorSelector:truncated_svd:target_dim",
		"OptimizerSelector:adam:learning_rate",
		"lr",
	}
	for j := range 45 {
		p := reports.Param{Name: long[j%len(long)], Kind: "float", Upper: 1}
		if j >= len(long) {
			p.Name = fmt.Sprintf("%s_%d", p.Name, j/len(long))
		}
		switch j % 3 {
		case 1:
			p.Lower, p.Log = 1e-5, true
		case 2:
			p.Kind, p.Lower, p.Upper = "categorical", math.NaN(), math.NaN()
			p.Choices = []string{"a_rather_long_choice", "funnel", "brick"}
		}
		a.Params = append(a.Params, p)
	}
	b := reports.Budget{Budget: 50, N: 12, Trials: 13, Failed: 1,
		Best: reports.Best{Config: -1, Value: math.NaN()},
		OOB:  reports.OutOfBag{N: 12, R2: math.NaN(), Spearman: math.NaN()},
		Forest: reports.ForestInfo{
			Trees: 64, FeatureFraction: 0.7, MinLeaf: 3, Leaves: 2.5, Flat: 11,
		},
		Reason:      "12 configurations have a result; at least 30 are needed",
		HigherOrder: nan(),
	}
	for i := range b.N {
		c := reports.Config{ID: fmt.Sprint(i), Pick: "unknown", Results: []float64{-1200 + 80*rng.NormFloat64()}}
		for j := range a.Params {
			p := &a.Params[j]
			u := rng.Float64()
			if !p.Numeric() {
				u = float64(rng.IntN(len(p.Choices))) / float64(len(p.Choices)-1)
			}
			c.Values = append(c.Values, natural(p, u))
		}
		a.Configs = append(a.Configs, c)
		if v := c.Results[0]; b.Best.Config < 0 || v > b.Best.Value {
			b.Best = reports.Best{Config: i, ID: c.ID, Value: v}
		}
	}
	all := make([]float64, b.N)
	for i, c := range a.Configs {
		all[i] = c.Results[0]
	}
	sorted := order(all)
	for q := range b.Quartiles {
		b.Quartiles[q] = all[sorted[q*(b.N-1)/4]]
	}
	for j := range a.Params {
		p := &a.Params[j]
		b.Importance = append(b.Importance, reports.Importance{Params: []string{p.Name}, Individual: nan(), Total: nan(), Sobol: nan()})
		m := reports.Marginal{Param: p.Name, X: points(p, 12)}
		for range m.X {
			m.Mean, m.Std = append(m.Mean, math.NaN()), append(m.Std, math.NaN())
		}
		b.Marginals = append(b.Marginals, m)
		a.Advice = append(a.Advice, reports.Advice{Param: p.Name, Action: "undecided", Evidence: b.Reason})
	}
	for i := range a.Params {
		for j := i + 1; j < len(a.Params); j++ {
			b.Importance = append(b.Importance, reports.Importance{
				Params:     []string{a.Params[i].Name, a.Params[j].Name},
				Individual: nan(), Total: nan(), Sobol: nan()})
		}
	}
	a.Budgets = []reports.Budget{b}
	a.Outcomes = []reports.Outcome{{Objective: "@failure", Budgets: []reports.OutcomeBudget{{Budget: b.Budget, N: b.Trials, Mean: 1.0 / 13,
		OOB: reports.OutOfBag{R2: math.NaN(), Spearman: math.NaN()}, Reason: "1 of 13 configurations failed, at least 5 of either kind are needed"}}}}
	a.Answers = []reports.Answer{
		{Question: "Do rankings at a small budget carry over to a large one?", Verdict: "undecided",
			Text: "There is one budget only."},
		{Question: "What matters at the full budget?", Verdict: "undecided", Text: "At 50 epochs " + b.Reason + "."},
	}
	a.Warnings = []reports.Warning{{Code: "undecided-budget", Text: "Importance at 50 epochs is undecided: " + b.Reason + "."}}
	a.Provenance = reports.Provenance{Version: "v0.0.0-sample", Seed: seed, Format: "csv",
		Options: reports.ProvenanceOption{Objective: a.Objective.Name, Scale: "encoded", Failures: "exclude", Repeats: "mean", Inactive: "uniform",
			Trees: 64, Features: 0.7, Replicates: 200, Resamples: 2000, Confidence: 0.95},
		Inputs: []reports.Input{{Path: "runs.csv", SHA256: "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae"}}}
	return a
}
