package sample

import (
	"fmt"
	"math"
	"sort"

	"github.com/nasalyze/nasalyze/reports"
)

func correlations(a *reports.Analysis) {
	for l := range a.Budgets {
		for h := l + 1; h < len(a.Budgets); h++ {
			a.Correlations = append(a.Correlations, correlation(a, l, h))
		}
	}
}

func correlation(a *reports.Analysis, l, h int) reports.Correlation {
	c := reports.Correlation{
		Low: a.Budgets[l].Budget, High: a.Budgets[h].Budget, LowIndex: l, HighIndex: h,
		NLow: a.Budgets[l].N, NHigh: a.Budgets[h].N,
		Surrogate: reports.Surrogate{
			Rho: math.NaN(), Points: 2048,
			LowR2: a.Budgets[l].OOB.R2, HighR2: a.Budgets[h].OOB.R2,
			Reason: "the forest at 10800 s predicts no better than the mean",
		},
	}
	if a.Budgets[l].Decided && a.Budgets[h].Decided {
		c.Surrogate.Rho = math.Pow(0.93, float64((h-l)*(h-l)+h-l)/2)
		c.Surrogate.Reason = ""
	}
	var ids []string
	var x, y []float64
	for _, g := range a.Configs {
		if lo, hi := g.Results[l], g.Results[h]; !math.IsNaN(lo) && !math.IsNaN(hi) {
			ids, x, y = append(ids, g.ID), append(x, lo), append(y, hi)
		}
	}
	c.N = len(x)
	if c.N < 4 {
		reason := fmt.Sprintf("%d configurations have a result at both budgets; at least 4 are needed", c.N)
		n := math.NaN()
		c.Spearman = reports.RankStat{Rho: n, P: n, PHolm: n, Lo: n, Hi: n, BootLo: n, BootHi: n, Reason: reason}
		c.Kendall = reports.Kendall{Tau: n, P: n, Reason: reason}
	} else {
		rho := pearson(ranks(x), ranks(y))
		// Bonett and Wright (2000): the standard error of Fisher's z of a rank correlation.
		se := math.Sqrt((1 + rho*rho/2) / float64(c.N-3))
		z := math.Atanh(rho)
		lo, hi := math.Tanh(z-1.96*se), math.Tanh(z+1.96*se)
		p := math.Erfc(math.Abs(z) / se / math.Sqrt2)
		c.Spearman = reports.RankStat{Rho: rho, P: p, PHolm: math.Min(1, 5*p),
			Lo: lo, Hi: hi, BootLo: lo - 0.02*(1+lo), BootHi: hi, Method: "t approximation"}
		c.Kendall = reports.Kendall{Tau: tau(x, y), P: p}
	}
	byLow, byHigh := order(x), order(y)
	for _, k := range []int{(c.N + 9) / 10, (c.N + 2) / 3} { // the best tenth and the best third
		shared := 0.0
		for _, i := range byHigh[:k] {
			for _, j := range byLow[:k] {
				if i == j {
					shared++
				}
			}
		}
		c.TopK = append(c.TopK, reports.Overlap{K: k, Shared: shared, Chance: float64(k*k) / float64(c.N)})
	}
	pick, best, worst := byLow[0], byHigh[0], byHigh[c.N-1]
	c.Regret = reports.Regret{Config: ids[pick], Value: y[pick], Best: y[best],
		Regret: y[pick] - y[best], Relative: (y[pick] - y[best]) / (y[worst] - y[best])}
	return c
}

// order returns the indices of x from the smallest value to the largest.
func order(x []float64) []int {
	idx := make([]int, len(x))
	for i := range idx {
		idx[i] = i
	}
	sort.SliceStable(idx, func(i, j int) bool { return x[idx[i]] < x[idx[j]] })
	return idx
}

// ranks of values without ties.
func ranks(x []float64) []float64 {
	r := make([]float64, len(x))
	for k, i := range order(x) {
		r[i] = float64(k + 1)
	}
	return r
}

func pearson(x, y []float64) float64 {
	var mx, my, sxy, sxx, syy float64
	for i := range x {
		mx += x[i] / float64(len(x))
		my += y[i] / float64(len(y))
	}
	for i := range x {
		sxy += (x[i] - mx) * (y[i] - my)
		sxx += (x[i] - mx) * (x[i] - mx)
		syy += (y[i] - my) * (y[i] - my)
	}
	return sxy / math.Sqrt(sxx*syy)
}

func tau(x, y []float64) float64 {
	s, n := 0.0, 0.0
	for i := range x {
		for j := range i {
			n++
			if (x[i] < x[j]) == (y[i] < y[j]) {
				s++
			} else {
				s--
			}
		}
	}
	return s / n
}

func shifts(a *reports.Analysis) {
	low, high := &a.Budgets[0], &a.Budgets[2]
	for j, p := range a.Params {
		l, h := low.Importance[j].Individual, high.Importance[j].Individual
		d := h.Mean - l.Mean
		w := 1.7 * math.Hypot(l.Std, h.Std)
		a.Shifts = append(a.Shifts, reports.Shift{
			Param: p.Name, Low: low.Budget, High: high.Budget,
			Change:  reports.Stat{Mean: d, Std: w / 1.96, Lo: d - w, Hi: d + w},
			Decided: math.Abs(d) > w,
		})
	}
}

// words fills what is said rather than counted.
func words(a *reports.Analysis) {
	a.Answers = []reports.Answer{
		{Question: "Do rankings at a small budget carry over to a large one?", Verdict: "partly",
			Text: "Between neighbouring budgets they do; between 400 s and 10800 s it cannot be told, because only 3 configurations ran at both."},
		{Question: "What matters at the full budget?", Verdict: "undecided",
			Text: "At 10800 s the forest predicts no better than the mean. At 3600 s, the largest budget that can be decided, num_layers and learning_rate explain half of the variance."},
		{Question: "Does importance move with the budget?", Verdict: "yes",
			Text: "learning_rate loses from 0.52 at 400 s to 0.24 at 3600 s, num_layers gains from 0.03 to 0.26."},
	}
	for _, p := range a.Params {
		v := reports.Advice{Param: p.Name, Action: "undecided", Evidence: "its share is small, but the interval reaches 0.05"}
		switch p.Name {
		case "learning_rate", "num_layers", "optimizer", "width":
			v.Action, v.Evidence = "keep", "it explains more than 5 % of the variance at some budget"
		case "dropout", "momentum":
			v.Action, v.Value, v.Evidence = "fix", "0.12", "it explains less than 2 % of the variance at every decided budget"
		}
		a.Advice = append(a.Advice, v)
	}
	a.Findings = []reports.Finding{
		{Severity: "warning", Code: "null-result", Path: "results.json", Line: 118, Message: "a trial without a result; it counts as failed", Count: 9},
		{Severity: "note", Code: "no-default", Path: "configspace.json", Line: 4, Message: "learning_rate has no default value", Count: 1},
	}
	a.Warnings = []reports.Warning{
		{Code: "range-restricted", Text: "Only the best third of the configurations at a budget continue: correlations over them are range-restricted."},
		{Code: "undecided-budget", Text: "Importance at 10800 s is undecided: " + a.Budgets[3].Reason + "."},
	}
	a.Provenance = reports.Provenance{
		Version: "v0.0.0-sample", Seed: seed, Format: "hpbandster",
		Options: reports.ProvenanceOption{Objective: a.Objective.Name, Scale: "encoded", Failures: "exclude", Repeats: "mean", Inactive: "uniform",
			Trees: 64, Features: 0.7, Replicates: 200, Resamples: 2000, Confidence: 0.95},
		Inputs: []reports.Input{
			{Path: "configs.json", SHA256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"},
			{Path: "results.json", SHA256: "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"},
		},
	}
}
