package main

import (
	"fmt"
	"slices"
	"strings"
)

// introduction of the page: what is measured and how, with the versions of the peers.
func introduction(rec *record) string {
	var versions []string
	for _, r := range rec.sorted() {
		for _, v := range r.Versions {
			if !slices.Contains(versions, v) {
				versions = append(versions, v)
			}
		}
	}
	slices.Sort(versions)
	var b strings.Builder
	fmt.Fprintf(&b, `# Searchers side by side

How far the best configuration is from the optimum when a budget is spent: nasalyze's searchers and others, on the same
work. Everything below is written from [search-benchmarks.jsonl](search-benchmarks.jsonl), which has every run:

    go run ./bench/search -json docs/search-benchmarks.jsonl     # what it does not have yet; hours
    go run ./bench/search -docs docs

Peers get virtual environments of their own with pinned versions (`+"`bench/search/requirements-*.txt`"+`). An interrupted bench goes on
where it was. `+"`-searchers ours`"+` runs ours alone, in seconds, and prints it beside the record.

## What is compared

| searcher | what it is |
|---|---|
| nasalyze | BOHB of this project, as `+"`nasalyze search`"+` has it by default |
| nasalyze, asynchronous | the same with `+"`--async`"+` |
| nasalyze, adaptive | the same with `+"`--adaptive`"+`, which may give up small budgets |
| Hyperband | of this project |
| random search | of this project, all at the largest budget |
| HpBandSter | its BOHB, the authors' program: sampler and brackets, without the name server |
| Optuna | TPE sampler with Hyperband pruner |
| DEHB | differential evolution with Hyperband |
| SMAC3 | multi-fidelity facade: random forests with Hyperband |

All have the options they have by default, but for eta, which is that of the workload. Versions: %s.

| workload | parameters | budgets | loss | regret |
|---|---|---|---|---|
| counting ones, d + d | d binary, d in [0, 1] | 9 to 729, eta 3 | minus the sum of the binary ones and of the means of *budget* Bernoulli draws each (Falkner et al. 2018) | share of ones missed |
| Branin | 2 | 1 to 27, eta 3 | coefficients move with the budget (Kandasamy et al. 2017) | function value |
| Hartmann, 6 dimensions | 6 | 1 to 27, eta 3 | weights move with the budget (the same) | function value |
| TaskSet | 8, logarithmic | 1.85 to 50, eta 3 | real learning curves of Adam on a text task (Metz et al. 2020), the nearest of 1,000 settings, at the step nearest to the budget; at most 2 ln 2 | validation loss |
| NAS-Bench-201 | 6 categoricals | 1 and 3 | mean error of so many of the trainings of a cell on CIFAR-10 | validation error, %% |
| HPOBench, australian | 5 integers | 1 to 4, eta 2 | the same of 5 trainings of a multilayer perceptron | balanced error |
| HPOlib, naval propulsion | 6 integers, 3 categoricals | 1 to 4, eta 2 | the same of 4 trainings | mean squared error |

Values with an order are integers, because HpBandSter has no ordinals. The noise of trial i is the same for all searchers.

- **Cost.** An evaluation costs its budget, from scratch. Whoever promotes a configuration pays the whole larger budget,
  everybody alike; continuing from a checkpoint would make all cheaper that promote. Optuna's trials pay for the rungs of their bracket. A full evaluation is
  one at the largest budget. Time to think is not counted.
- **Incumbent.** The configuration with the smallest loss at the largest budget that has a result. The searcher sees the noisy loss; the
  regret is that of the true one at the largest budget, less the optimum (of a table: its best cell).
- **Tests.** + behind a number: nasalyze's regret is significantly smaller than that searcher's; **-**: larger. Two-sided rank-sum
  test (Wilcoxon, Mann, Whitney), 5 %% level, Holm's correction over the searchers of the workload. A number in parentheses is that of seeds where it
  is not nasalyze's: SMAC3's models, and HpBandSter's on the larger counting ones, take most of the time of the bench.

The tables say where others are better. How they differ explains most of it: Optuna promotes every trial that is among the
best so far, so that its first ones all run at the largest budget. That costs it the beginning. Later its model, of the results of all
budgets together and parameter by parameter, has more results at the largest budget than BOHB's. nasalyze's BOHB, too, models the results of all
budgets until the largest has enough, and is less greedy than HpBandSter's; all differences are in the comment of package bohb.

## What was tried

nasalyze's model was chosen on 15 other functions, of 2 to 24 parameters (Currin, borehole, Hartmann in 3 dimensions, Rosenbrock, Levy, Ackley, counting
ones of 4 + 4 and 12 + 12, random smooth ones with learning curves, some with integers and categoricals): how often a run of 32 full evaluations
with the change has the smaller regret than one without, mean over the functions, 60 seeds or more each. The standard error is about 0.01. The least bandwidth
and when a model begins were looked at on the workloads above too.

| instead of the present model | smaller regret |
|---|---:|
| bandwidths of 0.001 or more (HpBandSter's), 0.01, 0.05, 0.1 | 0.44, 0.47, 0.54, 0.53 (above, 0.05 and 0.1 are both 0.47) |
| a model from 2 (d+1) results (HpBandSter's), not from d + 3 | 0.49 |
| both of HpBandSter's | 0.44 |
| 24 candidates, not 64 | 0.53 (left at the number of BOHB) |
| candidates 4 times as wide, not 3 times | 0.51 |
| good ones 10 %%, 25 %%, not 15 %% | 0.50, 0.47 |
| random ones a fifth, a half, not a third | 0.51, 0.46 |

And what else was tried on the same functions, beside a model like the present one but for 24 candidates, 4 times as wide, bandwidths of
0.01 and a model from 2 (d+1) results:

| instead | smaller regret |
|---|---:|
| ranks within each budget not carried over to the next | 0.50 (after 11 full evaluations 0.48) |
| whoever was promoted before all others | 0.45 |
| results of all budgets for ever | 0.50 |
| a uniform kernel in both densities | 0.50 |
`, strings.Join(versions, ", "))
	return b.String()
}
