package sample

import (
	"math"
	"sort"

	"github.com/nasalyze/nasalyze/reports"
)

// mains[b][j] is the individual importance of parameter j at budget index b.
var mains = [4][9]float64{
	{0.520, 0.021, 0.009, 0.102, 0.014, 0.034, 0.016, 0.012, 0.004},
	{0.405, 0.014, 0.016, 0.088, 0.011, 0.118, 0.037, 0.010, 0.006},
	{0.241, 0.008, 0.031, 0.057, 0.006, 0.262, 0.081, 0.024, 0.009},
	{0.150, 0.030, 0.040, 0.050, 0.020, 0.210, 0.090, 0.040, 0.030},
}

// pairs[b] of the strong interactions, by the indices of the two parameters.
var pairs = [4]map[[2]int]float64{
	{{0, 3}: 0.094, {0, 5}: 0.021, {0, 1}: 0.012},
	{{0, 3}: 0.081, {0, 5}: 0.033, {5, 6}: 0.027},
	{{0, 3}: 0.052, {0, 5}: 0.044, {5, 6}: 0.068},
	{{0, 3}: 0.030, {0, 5}: 0.040, {5, 6}: 0.060},
}

func budget(a *reports.Analysis, b int, value float64) reports.Budget {
	out := reports.Budget{
		Budget:  value,
		Best:    reports.Best{Config: -1, Value: math.NaN()},
		Decided: b < 3,
		Forest:  reports.ForestInfo{Trees: 64, FeatureFraction: 0.7, MinLeaf: 3, Leaves: 14 + 40/float64(b+1)},
		OOB: reports.OutOfBag{
			R2:       [4]float64{0.81, 0.74, 0.55, -0.08}[b],
			Spearman: [4]float64{0.90, 0.86, 0.72, 0.11}[b],
		},
		HigherOrder: stat(0.12, 0.03),
	}
	var results []float64
	for i, c := range a.Configs {
		v := c.Results[b]
		if math.IsNaN(v) {
			continue
		}
		results = append(results, v)
		if out.Best.Config < 0 || v < out.Best.Value {
			out.Best = reports.Best{Config: i, ID: c.ID, Value: v}
		}
	}
	sort.Float64s(results)
	out.N, out.OOB.N = len(results), len(results)
	for q := range out.Quartiles {
		out.Quartiles[q] = results[q*(len(results)-1)/4]
	}
	if !out.Decided {
		out.Reason = "the forest predicts unseen configurations no better than their mean does (out-of-bag R2 -0.08, n 35)"
	}
	importance(a, &out, b)
	marginals(a, &out, b)
	surfaces(a, &out, b)
	return out
}

func stat(mean, std float64) reports.Stat {
	return reports.Stat{Mean: mean, Std: std,
		Lo: math.Max(0, mean-1.4*std), Hi: math.Min(1, mean+1.9*std)}
}

func nan() reports.Stat {
	return reports.Stat{Mean: math.NaN(), Std: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}
}

func pairShare(b, i, j int) float64 {
	if v, ok := pairs[b][[2]int{i, j}]; ok {
		return v
	}
	return mains[b][i] * mains[b][j] / 4
}

func importance(a *reports.Analysis, out *reports.Budget, b int) {
	d := len(a.Params)
	spread := [4]float64{0.10, 0.12, 0.2, 0.5}[b]
	for i := range d {
		s := stat(mains[b][i], 0.004+spread*mains[b][i])
		total := mains[b][i]
		for j := range d {
			if j != i {
				total += pairShare(b, min(i, j), max(i, j))
			}
		}
		out.Importance = append(out.Importance, reports.Importance{
			Params: []string{a.Params[i].Name}, Individual: s, Total: s,
			Sobol: stat(math.Min(1, total+0.03), 0.01+spread*total),
		})
	}
	for i := range d {
		for j := i + 1; j < d; j++ {
			v := pairShare(b, i, j)
			out.Importance = append(out.Importance, reports.Importance{
				Params:     []string{a.Params[i].Name, a.Params[j].Name},
				Individual: stat(v, 0.002+spread*v),
				Total:      stat(v+mains[b][i]+mains[b][j], 0.005+spread*v),
				Sobol:      nan(),
			})
		}
	}
}

// points along the axis of a parameter, in natural units.
func points(p *reports.Param, n int) []float64 {
	if !p.Numeric() {
		n = len(p.Choices)
	}
	if p.Kind == "int" && p.Upper-p.Lower+1 < float64(n) {
		n = int(p.Upper-p.Lower) + 1
	}
	x := make([]float64, n)
	for i := range x {
		x[i] = natural(p, float64(i)/float64(n-1))
	}
	return x
}

// level is the mean result that the formulas give when everything is averaged out, roughly.
var level = [4]float64{27, 17, 11, 8}

func marginals(a *reports.Analysis, out *reports.Budget, b int) {
	for j := range a.Params {
		p := &a.Params[j]
		m := reports.Marginal{Param: p.Name, X: points(p, 48)}
		mean := 0.0
		for _, x := range m.X {
			mean += effect(j, b, unit(p, x)) / float64(len(m.X))
		}
		for i, x := range m.X {
			// Forests make steps: a small deterministic ripple stands for them.
			ripple := 0.15 * math.Sin(float64(i*i))
			m.Mean = append(m.Mean, level[b]+effect(j, b, unit(p, x))-mean+ripple)
			m.Std = append(m.Std, 0.35+0.25*float64(b)+0.5*math.Abs(unit(p, x)-0.5))
		}
		out.Marginals = append(out.Marginals, m)
	}
}

func surfaces(a *reports.Analysis, out *reports.Budget, b int) {
	all := [][2]int{{0, 3}, {0, 5}, {5, 6}}
	sort.SliceStable(all, func(x, y int) bool {
		return pairShare(b, all[x][0], all[x][1]) > pairShare(b, all[y][0], all[y][1])
	})
	for _, ij := range all {
		p, q := &a.Params[ij[0]], &a.Params[ij[1]]
		s := reports.Surface{
			Params: [2]string{p.Name, q.Name},
			Share:  pairShare(b, ij[0], ij[1]),
			X:      points(p, 24), Y: points(q, 24),
		}
		for _, x := range s.X {
			row := make([]float64, len(s.Y))
			for k, y := range s.Y {
				u := []float64{0.6, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5}
				u[ij[0]], u[ij[1]] = unit(p, x), unit(q, y)
				row[k] = level[b] - 3 + effect(ij[0], b, u[ij[0]]) + effect(ij[1], b, u[ij[1]]) + interaction(b, u)
			}
			s.Mean = append(s.Mean, row)
		}
		out.Surfaces = append(out.Surfaces, s)
	}
}
