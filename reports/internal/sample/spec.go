package sample

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze/reports"
)

// Spec asks for an invented analysis of a given shape, to try a drawing with.
type Spec struct {
	Budgets, Params, Configs int
	Maximize                 bool
	// Value turns a standard result, about 0.1 (best) to 1 (worst), into that of the search. Nil keeps it.
	Value func(float64) float64
	// Undecided tells which budgets have no decided importance. Nil: none.
	Undecided func(budget int) bool
	// LongNames makes parameters, choices and configurations have names that are too long for their place.
	LongNames bool
	// All runs every configuration at every budget; otherwise the better half goes on.
	All bool
}

// Make returns the analysis. Budgets are 1, 3, 9, ... without a unit.
func Make(s Spec) *reports.Analysis {
	rng := rand.New(rand.NewPCG(seed, 3))
	a := &reports.Analysis{Schema: reports.Schema, Objective: reports.Objective{Name: "loss", Maximize: s.Maximize}}
	a.Study = reports.StudyInfo{Name: "made", BudgetName: "budget", Configs: s.Configs}
	long := ""
	if s.LongNames {
		long = "NetworkSelector:shapedresnet:"
	}
	for j := range s.Params {
		p := reports.Param{Name: fmt.Sprintf("%sx%d", long, j), Kind: "float", Upper: 1}
		if j%5 == 4 {
			p.Condition = fmt.Sprintf("%[1]sx%[2]d in {%[1]schoice 1, %[1]schoice 4}", long, j-1)
		}
		switch j % 4 {
		case 1:
			p.Lower, p.Upper, p.Log = 1e-7, 10, true
		case 2:
			p.Kind, p.Lower, p.Upper = "int", 1, 3
		case 3:
			p.Kind, p.Lower, p.Upper = "categorical", math.NaN(), math.NaN()
			for c := range 12 {
				p.Choices = append(p.Choices, fmt.Sprintf("%schoice %d", long, c))
			}
		}
		a.Params = append(a.Params, p)
	}
	value := func(v float64) float64 {
		if s.Value != nil {
			return s.Value(v)
		}
		return v
	}
	for i := range s.Configs {
		c := reports.Config{ID: fmt.Sprintf("%s%d", long, i), Pick: []string{"random", "model"}[i%2]}
		for j := range a.Params {
			u := rng.Float64()
			if !a.Params[j].Numeric() {
				u = float64(rng.IntN(12)) / 11
			}
			c.Values = append(c.Values, natural(&a.Params[j], u))
		}
		base := 0.1 + 0.9*math.Pow(rng.Float64(), 2)
		for b := range s.Budgets {
			v := math.NaN()
			if s.All || i%(1<<b) == 0 {
				v = value(math.Max(0.1, base+0.1*rng.NormFloat64()))
				a.Timeline = append(a.Timeline, reports.Event{Time: float64(len(a.Timeline)), Budget: b, Config: i, Value: v, Status: "success"})
			}
			c.Results = append(c.Results, v)
		}
		a.Configs = append(a.Configs, c)
	}
	a.Study.Trials = len(a.Timeline)
	for b := range s.Budgets {
		a.Budgets = append(a.Budgets, s.budget(a, b, value))
	}
	for l := range a.Budgets {
		for h := l + 1; h < len(a.Budgets); h++ {
			a.Correlations = append(a.Correlations, correlation(a, l, h))
		}
	}
	a.Provenance.Options.Confidence = 0.95
	s.deeper(a, value)
	return a
}

// deeper fills what goes beyond importances and ranks, at the largest decided budget.
func (s Spec) deeper(a *reports.Analysis, value func(float64) float64) {
	focus := -1
	for b := range a.Budgets {
		if a.Budgets[b].Decided {
			focus = b
		}
		a.Budgets[b].Failed = a.Budgets[b].Trials / 4
		a.Budgets[b].Trials += a.Budgets[b].Failed
		active(a, b, 2, 1.0/6, value(0.5)-value(0.2), 0.07)
		methods(a, b)
	}
	even := func(j int) float64 { return 1 / float64(2+(j+1)%len(a.Params)) / 2 }
	outcomes(a, even, even, 40)
	if focus < 0 {
		return
	}
	best := a.Configs[a.Budgets[focus].Best.Config].Values
	start := make([]float64, len(best))
	for j, p := range a.Params {
		if p.Numeric() {
			start[j] = p.Lower
		}
	}
	path(a, focus, "default", start, func(values []float64) float64 {
		far := 0.0
		for j, v := range values {
			far += math.Abs(unit(&a.Params[j], v)-unit(&a.Params[j], best[j])) / float64(len(values)*(1+j%3))
		}
		return value(0.1 + 0.9*far)
	})
	growth(a, focus)
	tradeoff(a, focus, even, true)
}

func (s Spec) budget(a *reports.Analysis, b int, value func(float64) float64) reports.Budget {
	out := reports.Budget{Budget: math.Pow(3, float64(b)), Best: reports.Best{Config: -1, Value: math.NaN()},
		Decided: s.Undecided == nil || !s.Undecided(b), Forest: reports.ForestInfo{Trees: 64}, HigherOrder: stat(0.1, 0.02)}
	if !out.Decided {
		out.Reason = "it was asked to be undecided"
	}
	for i, c := range a.Configs {
		v := c.Results[b]
		if math.IsNaN(v) {
			continue
		}
		out.N++
		if out.Best.Config < 0 || s.Maximize == (v > out.Best.Value) && v != out.Best.Value {
			out.Best = reports.Best{Config: i, ID: c.ID, Value: v}
		}
	}
	out.Trials = out.N
	out.OOB = reports.OutOfBag{N: out.N, R2: 0.5, Spearman: 0.7}
	d := len(a.Params)
	for j := range d {
		p := &a.Params[j]
		st := stat(0.5/math.Pow(1.6, float64((j*7+b)%d)), 0.02)
		out.Importance = append(out.Importance, reports.Importance{Params: []string{p.Name}, Individual: st, Total: st, Sobol: st})
		m := reports.Marginal{Param: p.Name, X: points(p, 30)}
		for _, x := range m.X {
			lo, hi := value(0.3+0.4*unit(p, x)), value(0.35+0.4*unit(p, x))
			m.Mean, m.Std = append(m.Mean, (lo+hi)/2), append(m.Std, math.Abs(hi-lo))
		}
		out.Marginals = append(out.Marginals, m)
	}
	for i := range d {
		for j := i + 1; j < d; j++ {
			p, q := &a.Params[i], &a.Params[j]
			out.Importance = append(out.Importance, reports.Importance{Params: []string{p.Name, q.Name},
				Individual: stat(0.03/float64(1+i+j), 0.001), Total: stat(0.1, 0.01), Sobol: nan()})
			if len(out.Surfaces) == 4 {
				continue
			}
			f := reports.Surface{Params: [2]string{p.Name, q.Name}, Share: 0.03 / float64(1+i+j), X: points(p, 20), Y: points(q, 20)}
			for _, x := range f.X {
				row := make([]float64, len(f.Y))
				for k, y := range f.Y {
					row[k] = value(0.2 + 0.4*unit(p, x) + 0.3*math.Pow(unit(q, y)-0.5, 2))
				}
				f.Mean = append(f.Mean, row)
			}
			out.Surfaces = append(out.Surfaces, f)
		}
	}
	return out
}
