package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/stat/distmv"
	"gonum.org/v1/gonum/stat/samplemv"

	"github.com/nasalyze/nasalyze/correlation"
)

// surrogatePoints of the space at which the forests of two budgets are compared.
// The standard error of a correlation over them is below 0.025, less than what
// the forests themselves leave open.
const surrogatePoints = 2048

// correlations compares all pairs of budgets: the measured results of shared
// configurations, and the forests over the whole space.
func (z *analyzer) correlations() error {
	cols := make([][]float64, len(z.tables))
	for b, t := range z.tables {
		cols[b] = make([]float64, len(z.a.Configs))
		for i := range cols[b] {
			cols[b][i] = math.NaN()
		}
		for i, c := range t.Configs {
			cols[b][z.position[c]] = t.Y[i]
		}
	}
	m, err := correlation.Matrix(z.ctx, cols, correlation.Options{Resamples: z.opt.Resamples, Confidence: z.opt.Confidence,
		Seed: z.opt.Seed, Workers: z.opt.Workers, Progress: z.progress("rank correlations")})
	if err != nil {
		return err
	}
	predictions := z.predictions()
	for k := range m.Pairs {
		p := &m.Pairs[k]
		low, high := &z.a.Budgets[p.I], &z.a.Budgets[p.J]
		// The later column first: "column 1" begins "column 10".
		naming := strings.NewReplacer(fmt.Sprintf("column %d", p.J), z.at(high.Budget), fmt.Sprintf("column %d", p.I), z.at(low.Budget))
		s := p.Spearman
		out := Correlation{Low: low.Budget, High: high.Budget, LowIndex: p.I, HighIndex: p.J, N: p.N, NLow: m.Observed[p.I], NHigh: m.Observed[p.J],
			Spearman: RankStat{Rho: s.Rho, P: s.P, PHolm: s.PHolm, Lo: s.Lo, Hi: s.Hi, IntervalMethod: string(s.IntervalMethod), BootLo: s.Bootstrap.Lo, BootHi: s.Bootstrap.Hi,
				Method: string(s.Method), Reason: naming.Replace(s.Reason)},
			Kendall: Kendall{Tau: p.Kendall.Tau, P: p.Kendall.P, Reason: naming.Replace(p.Kendall.Reason)},
			Regret:  z.regret(p, naming.Replace(p.Regret.Reason)),
		}
		for _, o := range p.TopK {
			out.TopK = append(out.TopK, Overlap{K: o.K, Shared: o.Shared, Chance: o.Chance})
		}
		if out.Surrogate, err = z.surrogate(p.I, p.J, predictions); err != nil {
			return err
		}
		z.a.Correlations = append(z.a.Correlations, out)
	}
	if z.shared() == 0 && len(z.a.Budgets) > 1 {
		z.warn("no-shared-configuration", "No configuration has a result at two budgets, so ranks cannot be compared; the forests' correlation over the space is all there is.")
	}
	return nil
}

// shared is the largest number of configurations that two budgets share.
func (z *analyzer) shared() int {
	n := 0
	for i := range z.a.Correlations {
		n = max(n, z.a.Correlations[i].N)
	}
	return n
}

func (z *analyzer) regret(p *correlation.Pair, reason string) Regret {
	r := p.Regret
	out := Regret{Value: z.sign * r.Value, Best: z.sign * r.Best, Regret: r.Loss, Relative: r.OfRange, Reason: reason}
	if r.Item >= 0 {
		out.Config = z.a.Configs[r.Item].ID
	}
	return out
}

// predictions evaluates every forest at the same quasi-random points; entries
// are nil where a budget has no decided forest.
func (z *analyzer) predictions() [][]float64 {
	d := len(z.params)
	var x []float64
	out := make([][]float64, len(z.models))
	for b, m := range z.models {
		if m == nil || !z.a.Budgets[b].Decided {
			continue
		}
		if x == nil {
			x = z.points(d)
		}
		out[b] = m.forest.Predict(nil, x)
	}
	return out
}

// points returns surrogatePoints x d encoded points of a scrambled Halton
// sequence (Owen 2017), which covers the space more evenly than random ones.
func (z *analyzer) points(d int) []float64 {
	x := make([]float64, surrogatePoints*d)
	src := rand.NewPCG(z.opt.Seed, 1<<33)
	samplemv.Halton{Kind: samplemv.Owen, Q: distmv.NewUnitUniform(d, nil), Src: src}.Sample(mat.NewDense(surrogatePoints, d, x))
	cols := z.columns()
	for i := range x {
		if k := cols[i%d].Levels; k > 0 {
			x[i] = math.Min(math.Floor(x[i]*float64(k)), float64(k-1))
			continue
		}
		lower, upper := cols[i%d].Bounds()
		x[i] = lower + x[i]*(upper-lower)
	}
	return x
}

func (z *analyzer) surrogate(low, high int, predictions [][]float64) (Surrogate, error) {
	out := Surrogate{Rho: math.NaN(), LowR2: z.a.Budgets[low].OOB.R2, HighR2: z.a.Budgets[high].OOB.R2}
	for _, b := range []int{low, high} {
		if predictions[b] == nil {
			out.Reason = fmt.Sprintf("no forest to trust at %s: %s", z.at(z.a.Budgets[b].Budget), z.a.Budgets[b].Reason)
			return out, nil
		}
	}
	c, err := correlation.Spearman(predictions[low], predictions[high])
	out.Rho, out.Points, out.Reason = c.Value, c.N, c.Reason
	return out, err
}
