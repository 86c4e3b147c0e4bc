package sample

import (
	"fmt"
	"math"
	"sort"
	"strconv"

	"github.com/nasalyze/nasalyze/reports"
)

// wobble is a factor around 1 that differs from number to number, of the given size.
func wobble(size float64, i, j int) float64 {
	return 1 + size*math.Sin(float64(7*i+3*j+i*j))
}

// active fills the conditional parameters of a decided budget: within their part of the
// space they have gain times the share that they have over all of it.
func active(a *reports.Analysis, b int, gain, volume, difference, switched float64) {
	out := &a.Budgets[b]
	if !out.Decided {
		return
	}
	for j := range a.Params {
		p := &a.Params[j]
		if p.Condition == "" {
			continue
		}
		m := reports.Active{Param: p.Name, Condition: p.Condition, Volume: volume,
			Individual: stat(math.Min(0.9, gain*out.Importance[j].Individual.Mean), 0.02),
			Sobol:      trees(math.Min(0.95, gain*out.Importance[j].Sobol.Mean), 0.03),
			Switch:     stat(switched, 0.01), Difference: trees(difference, math.Abs(difference)/4)}
		for _, c := range a.Configs {
			if !math.IsNaN(c.Results[b]) && !math.IsNaN(c.Values[j]) {
				m.N++
			}
		}
		if m.N < 10 {
			m.Individual, m.Sobol = nan(), nan()
			m.Reason = fmt.Sprintf("only %d configurations have it, at least 10 are needed", m.N)
		}
		out.Active = append(out.Active, m)
	}
}

// trees is an estimate without an interval.
func trees(mean, std float64) reports.Stat {
	return reports.Stat{Mean: mean, Std: std, Lo: math.NaN(), Hi: math.NaN()}
}

// methods fills the other importances of a budget, around those of functional ANOVA.
func methods(a *reports.Analysis, b int) {
	out := &a.Budgets[b]
	scales := []float64{1, 1, 1.6, 1} // permutation is not a share
	for i, name := range reports.MethodNames() {
		m := reports.Method{Method: name, N: out.N, Agreement: math.NaN()}
		if name == reports.PED {
			m.N = (out.N + 9) / 10
		} else if !out.Decided {
			m.Reason = out.Reason
			out.Methods = append(out.Methods, m)
			continue
		}
		sum := 0.0
		var mains, scores []float64
		for j := range a.Params {
			mains = append(mains, out.Importance[j].Individual.Mean)
			v := (mains[j] + 0.01) * wobble(0.5, i, j)
			scores = append(scores, v)
			sum += v
		}
		for j, p := range a.Params {
			s := reports.Score{Param: p.Name, Mean: scales[i] * scores[j] / sum, Std: 0.02 + 0.1*scores[j]}
			if name == reports.PED {
				s.Std = math.NaN()
			}
			if name == reports.Permutation && scores[j] < 0.01 {
				s.Mean = -0.002 // noise may fall below 0
			}
			m.Scores = append(m.Scores, s)
		}
		if out.Decided && len(mains) > 1 {
			m.Agreement = pearson(ranks(mains), ranks(scores))
		}
		out.Methods = append(out.Methods, m)
	}
}

// path goes greedily from a configuration to the incumbent of budget b, by the results
// that predict gives. Parameters with a condition change with the one before them.
func path(a *reports.Analysis, b int, from string, start []float64, predict func([]float64) float64) {
	best := a.Configs[a.Budgets[b].Best.Config]
	spread := func(v float64) reports.Spread {
		return reports.Spread{Mean: v, Std: math.Abs(v-predict(best.Values))/3 + math.Abs(v)/50}
	}
	at := append([]float64(nil), start...)
	out := &reports.Path{Budget: a.Budgets[b].Budget, From: from, To: best.ID, Start: spread(predict(start)), End: spread(predict(best.Values))}
	changed := func(j int) bool { return at[j] != best.Values[j] && !(math.IsNaN(at[j]) && math.IsNaN(best.Values[j])) }
	set := func(row []float64, j int) {
		row[j] = best.Values[j]
		if k := j + 1; k < len(row) && a.Params[k].Condition != "" && math.IsNaN(at[k]) != math.IsNaN(best.Values[k]) {
			row[k] = best.Values[k]
		}
	}
	for {
		next, least := -1, math.Inf(1)
		for j := range at {
			if !changed(j) || a.Params[j].Condition != "" && math.IsNaN(at[j]) != math.IsNaN(best.Values[j]) {
				continue
			}
			row := append([]float64(nil), at...)
			set(row, j)
			v := predict(row)
			if a.Objective.Maximize {
				v = -v
			}
			if v < least {
				next, least = j, v
			}
		}
		if next < 0 {
			break
		}
		before := append([]float64(nil), at...)
		set(at, next)
		gain := predict(before) - predict(at)
		if a.Objective.Maximize {
			gain = -gain
		}
		step := reports.PathStep{Result: spread(predict(at)), Gain: reports.Spread{Mean: gain, Std: 0.2*math.Abs(gain) + 0.01*math.Abs(predict(at))}}
		for j := range at {
			if v, w := before[j], at[j]; v != w && !(math.IsNaN(v) && math.IsNaN(w)) {
				step.Changes = append(step.Changes, reports.Change{Param: a.Params[j].Name, From: text(&a.Params[j], v), To: text(&a.Params[j], w)})
			}
		}
		// The one that was chosen comes first.
		sort.SliceStable(step.Changes, func(x, _ int) bool { return step.Changes[x].Param == a.Params[next].Name })
		out.Steps = append(out.Steps, step)
	}
	a.Path = out
}

func text(p *reports.Param, v float64) string {
	switch {
	case math.IsNaN(v):
		return ""
	case !p.Numeric():
		return p.Choices[int(v)]
	}
	return strconv.FormatFloat(v, 'g', 4, 64)
}

// growth fills what subsets of budget b say: the fewer, the less the parameters differ.
func growth(a *reports.Analysis, b int) {
	full := &a.Budgets[b]
	out := &reports.Growth{Budget: full.Budget, Repeats: 10}
	for part := 8; part >= 1; part /= 2 {
		n := full.N / part
		if n < 10 {
			continue
		}
		lost := float64(part-1) / 8
		p := reports.GrowthPoint{N: n, R2: reports.Spread{Mean: full.OOB.R2 - 0.9*lost, Std: 0.02 + 0.2*lost},
			Order: reports.Spread{Mean: 0.98 - 0.6*lost*lost, Std: 0.01 + 0.2*lost}}
		for j := range a.Params {
			v := full.Importance[j].Individual.Mean
			p.Importance = append(p.Importance, reports.Score{Param: a.Params[j].Name,
				Mean: ((1-0.6*lost)*v + 0.03*lost) * wobble(0.3*lost, part, j), Std: 0.004 + 0.25*lost*v})
		}
		out.Points = append(out.Points, p)
	}
	a.Growth = out
}

// tradeoff weighs the objective against time, of which each parameter explains what cost
// says. Where gap, the forest predicts nothing at one of the weights.
func tradeoff(a *reports.Analysis, b int, cost func(j int) float64, gap bool) {
	full := &a.Budgets[b]
	out := &reports.Tradeoff{Budget: full.Budget, Objectives: [2]string{a.Objective.Name, "@time"}, N: full.N}
	for k := range 11 {
		w := float64(k) / 10
		p := reports.TradeoffPoint{Weight: w, R2: 0.9 + w*(full.OOB.R2-0.9)}
		if gap && k == 3 {
			p.R2 = -0.04
		}
		for j := range a.Params {
			s := reports.Score{Param: a.Params[j].Name, Mean: (w*w*full.Importance[j].Individual.Mean + (1-w)*(1-w)*cost(j)) / (w*w + (1-w)*(1-w)), Std: 0.02}
			if !(p.R2 > 0) {
				s.Mean, s.Std = math.NaN(), math.NaN()
			}
			p.Importance = append(p.Importance, s)
		}
		out.Points = append(out.Points, p)
	}
	a.Tradeoff = out
}

// minFailures is less than what is asked of a log: few trials of the sample fail.
const minFailures = 4

// outcomes fills what decides about failures and times, by what each parameter explains of
// them. Failures are too few to tell but where minFailures trials or more failed.
func outcomes(a *reports.Analysis, fails, cost func(j int) float64, seconds float64) {
	failure, time := reports.Outcome{Objective: "@failure"}, reports.Outcome{Objective: "@time"}
	any := false
	for b := range a.Budgets {
		at := &a.Budgets[b]
		any = any || at.Failed > 0
		f := outcome(a, at.Budget, at.Trials, float64(at.Failed)/float64(max(1, at.Trials)), 0.43, fails)
		if at.Failed < minFailures {
			f.Decided, f.Importance, f.OOB = false, nil, reports.OutOfBag{R2: math.NaN(), Spearman: math.NaN()}
			f.Reason = fmt.Sprintf("%d of %d configurations failed, at least %d of either kind are needed", at.Failed, at.Trials, minFailures)
		}
		failure.Budgets = append(failure.Budgets, f)
		time.Budgets = append(time.Budgets, outcome(a, at.Budget, at.N, seconds*at.Budget, 0.35-0.1*float64(b), cost))
	}
	if any {
		a.Outcomes = append(a.Outcomes, failure)
	}
	a.Outcomes = append(a.Outcomes, time)
}

func outcome(a *reports.Analysis, budget float64, n int, mean, r2 float64, share func(j int) float64) reports.OutcomeBudget {
	out := reports.OutcomeBudget{Budget: budget, N: n, Mean: mean, OOB: reports.OutOfBag{N: n, R2: r2, Spearman: math.Max(0, r2)}, Decided: r2 > 0}
	if !out.Decided {
		out.Reason = "the forest predicts no better than the mean"
		return out
	}
	for j := range a.Params {
		v := share(j)
		s := trees(v, 0.01+0.2*v)
		out.Importance = append(out.Importance, reports.Importance{Params: []string{a.Params[j].Name}, Individual: s, Total: s, Sobol: trees(math.Min(1, 1.2*v+0.02), 0.02+0.2*v)})
	}
	return out
}
