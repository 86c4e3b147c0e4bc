package reports

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/stat"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

const (
	marginalPoints = 61 // of a continuous parameter
	surfacePoints  = 33 // of a continuous parameter in a pair
	surfaceCount   = 3  // pairs drawn per budget
)

// model is the forest of one budget.
type model struct {
	forest  *forest.Forest
	options forest.Options
	rows    rows
	quiet   bool // there is little noise in the results
}

// budgets fits and decomposes one forest per budget.
func (z *analyzer) budgets() error {
	z.models = make([]*model, len(z.tables))
	z.draws = make([][][]float64, len(z.tables))
	z.branchDraws = make([][][]float64, len(z.tables))
	z.findBranches()
	for b, t := range z.tables {
		out := Budget{Budget: t.Budget, N: t.N, Trials: t.Counts.Trials, Failed: t.Counts.Failed, Pending: t.Counts.Pending,
			Repeated: t.Counts.Repeated, OOB: OutOfBag{R2: math.NaN(), Spearman: math.NaN()}, HigherOrder: noStat()}
		out.Best, out.Quartiles = z.summary(t)
		z.countWarnings(t)
		z.outlierWarning(t, out.Quartiles)
		if err := z.importance(b, t, &out); err != nil {
			return fmt.Errorf("budget %v: %w", t.Budget, err)
		}
		z.a.Budgets = append(z.a.Budgets, out)
		if p := z.progress("importance"); p != nil {
			p(b+1, len(z.tables))
		}
	}
	z.warnSmooth()
	return nil
}

func (z *analyzer) countWarnings(t *nasalyze.Table) {
	z.warnUnequal(t)
	if t.Counts.Unencodable > 0 {
		z.warn("outside-space", "At %s: %d configurations were left out because a value lies outside the search space.", z.at(t.Budget), t.Counts.Unencodable)
	}
	if share := float64(t.Counts.Failed) / float64(t.Counts.Trials); share > 0.1 && z.opt.Table.Failures == nasalyze.ExcludeFailures {
		z.warn("failures", "At %s: %.0f %% of the trials failed and were left out; parameters that cause failures may look unimportant.", z.at(t.Budget), 100*share)
	}
}

// outlierWarning tells when few results carry most of the variance that is
// being attributed: functional ANOVA then explains those and little else.
func (z *analyzer) outlierWarning(t *nasalyze.Table, q [5]float64) {
	if t.N < z.opt.MinConfigs || q[0] == q[4] {
		return
	}
	if few, carried := extremes(t); carried > 0.5 {
		z.warn("outliers", "At %s: %d of %d configurations carr%s %s of the variance of %s; the importance is mostly about what sets these apart, and its intervals do not know of extremes that the log happens not to hold (cutoffs at a value leave them out of the question).",
			z.at(t.Budget), few, t.N, map[bool]string{true: "ies", false: "y"}[few == 1], share(carried), z.a.Objective.Name)
	}
}

// extremes returns the number of results in 2 % of them, at least one, and the share
// of the variance that as many of the most extreme ones carry.
func extremes(t *nasalyze.Table) (few int, carried float64) {
	mean, variance := stat.PopMeanVariance(t.Y, nil)
	few = max(1, t.N/50)
	squares := make([]float64, t.N)
	for i, y := range t.Y {
		squares[i] = (y - mean) * (y - mean)
	}
	slices.Sort(squares)
	for _, s := range squares[t.N-few:] {
		carried += s
	}
	return few, carried / (variance * float64(t.N))
}

// summary returns the best row and the quartiles of a table.
func (z *analyzer) summary(t *nasalyze.Table) (Best, [5]float64) {
	nan := math.NaN()
	if t.N == 0 {
		return Best{Config: -1, Value: nan}, [5]float64{nan, nan, nan, nan, nan}
	}
	i := incumbent(t)
	best := Best{Config: z.position[t.Configs[i]], ID: z.study.Configs[t.Configs[i]].ID, Value: z.sign * t.Y[i]}
	v := make([]float64, t.N)
	for k, y := range t.Y {
		v[k] = z.sign * y
	}
	slices.Sort(v)
	var q [5]float64
	for k := range q {
		at := float64(k) / 4 * float64(t.N-1) // linear interpolation, type 7 of Hyndman and Fan (1996)
		lo := int(at)
		q[k] = v[lo]
		if lo+1 < t.N {
			q[k] += (at - float64(lo)) * (v[lo+1] - v[lo])
		}
	}
	return best, q
}

// importance fits the forest of one budget and decomposes it. Where nothing can
// be told, out says why and keeps what could be computed.
func (z *analyzer) importance(b int, t *nasalyze.Table, out *Budget) error {
	out.Reason = z.tooLittle(t)
	if out.Reason == "" && out.Quartiles[0] == out.Quartiles[4] {
		out.Reason = "all results are equal"
	}
	if out.Reason != "" {
		return nil
	}
	m, err := z.fit(b, t)
	if err != nil {
		return err
	}
	z.models[b] = m
	oob := m.forest.OutOfBag
	out.OOB = OutOfBag{N: oob.N, R2: oob.R2, Spearman: oob.Spearman}
	out.Reason = noForecast(oob)
	out.Decided = out.Reason == ""
	d, err := fanova.New(m.forest, z.decomposition(b))
	if err != nil {
		return err
	}
	out.Forest = ForestInfo{Trees: len(m.forest.Trees), FeatureFraction: m.options.FeatureFraction, MinLeaf: m.options.MinLeaf, Flat: d.Zero()}
	out.Forest.Leaves = meanLeaves(m.forest)
	if d.Zero() == len(m.forest.Trees) {
		out.Decided, out.Reason = false, flatForest
		return nil
	}
	trees := totalsTrees(m.forest, false)
	if trees < len(m.forest.Trees) {
		z.warn("totals", "At %s: the trees are so large that total (Sobol') indices were computed for %d of %d of them.", z.at(t.Budget), trees, len(m.forest.Trees))
	}
	fitted := m.rows
	m.rows = rows{} // as large as the forest, and not needed beyond this
	shares, err := z.shares(b, m.forest, d, fitted, trees)
	if err != nil {
		return err
	}
	var seen []float64
	if out.Decided && z.opt.Replicates > 0 {
		if !m.quiet {
			variance := stat.Mean(d.Variances(), nil)
			seen = confirmed(m.forest, fitted, variance)
			shares.ifNoise(seen, variance/(oob.R2*stat.PopVariance(t.Y, nil)))
		}
		if err := z.intervals(b, t, m, shares); err != nil {
			return err
		}
	}
	out.Importance, out.HigherOrder = shares.entries(z.a.Params)
	z.warnUnconfirmed(out, shares, seen)
	if h := out.HigherOrder.Mean; out.Decided && h > 0.5 {
		z.warn("high-order", "At %s: interactions of three parameters or more explain %s of the variance. Forests see these late: single parameters and pairs may look too important, and intervals may not hold the truth.", z.at(t.Budget), share(h))
	}
	if err := z.marginals(d, shares, out); err != nil {
		return err
	}
	z.warnCurves(t, m.forest, shares, out)
	return nil
}

// columns describes the encoded table to the forest.
func (z *analyzer) columns() []forest.Column {
	cols := make([]forest.Column, len(z.params))
	for k, c := range z.tables[0].Columns { // the same at all budgets
		cols[k] = forest.Column(c)
	}
	return cols
}

// axis returns points that cover a parameter: natural units (indices of the
// choices for the others) and encoded.
func (z *analyzer) axis(k, points int) (natural, encoded []float64) {
	p := z.params[k]
	linear := z.opt.Table.Linear
	encode, decode := p.Encode, p.Decode
	if linear {
		encode, decode = p.EncodeLinear, p.DecodeLinear
	}
	if !p.Numeric() {
		for i, c := range p.Choices {
			u, _ := encode(c)
			natural, encoded = append(natural, float64(i)), append(encoded, u)
		}
		return natural, encoded
	}
	last := math.NaN()
	for i := range points {
		x, _ := decode(float64(i) / float64(points-1)).Float()
		if x == last {
			continue // a discrete parameter with fewer values than points
		}
		last = x
		v := nasalyze.Number(x)
		u, err := encode(v)
		if err != nil {
			continue
		}
		natural, encoded = append(natural, x), append(encoded, u)
	}
	return natural, encoded
}

// curve evaluates the marginals of all parameters, in natural direction, one after
// the other.
func (z *analyzer) curve(d *fanova.Decomposition, s *shares) ([]float64, error) {
	var all []float64
	for k := range z.params {
		_, u := z.axis(k, marginalPoints)
		mean, _, err := d.Marginal(k, u)
		if err != nil {
			return nil, err
		}
		for _, v := range s.mended(mean, k, u) {
			all = append(all, z.sign*v)
		}
	}
	return all, nil
}

// marginals fills the curves of all parameters and the surfaces of the strongest pairs.
func (z *analyzer) marginals(d *fanova.Decomposition, s *shares, out *Budget) error {
	at := 0
	for k := range z.params {
		x, u := z.axis(k, marginalPoints)
		mean, std, err := d.Marginal(k, u)
		if err != nil {
			return err
		}
		m := Marginal{Param: z.a.Params[k].Name, X: x, Mean: s.mended(mean, k, u), Std: std}
		for i := range mean {
			mean[i] *= z.sign
			if s.curves != nil {
				e := s.z * replicateError(s.curves, mean[i], biasFactor, func(curve []float64) float64 { return curve[at] })
				m.Lo, m.Hi = append(m.Lo, mean[i]-e), append(m.Hi, mean[i]+e)
			}
			at++
		}
		out.Marginals = append(out.Marginals, m)
	}
	pairs := slices.Clone(out.Importance[len(z.params):])
	slices.SortStableFunc(pairs, func(a, b Importance) int {
		switch {
		case a.Individual.Mean > b.Individual.Mean:
			return -1
		case a.Individual.Mean < b.Individual.Mean:
			return 1
		}
		return 0
	})
	for _, pair := range pairs[:min(surfaceCount, len(pairs))] {
		i, j := z.param(pair.Params[0]), z.param(pair.Params[1])
		x, u := z.axis(i, surfacePoints)
		y, v := z.axis(j, surfacePoints)
		flat, _, err := d.Marginal2(i, j, u, v)
		if err != nil {
			return err
		}
		if s.step != nil {
			floats.Add(flat, s.step.SurfaceLeft(i, j, u, v))
		}
		s := Surface{Params: [2]string{pair.Params[0], pair.Params[1]}, Share: pair.Individual.Mean, X: x, Y: y}
		for r := range x {
			row := slices.Clone(flat[r*len(y) : (r+1)*len(y)])
			for c := range row {
				row[c] *= z.sign
			}
			s.Mean = append(s.Mean, row)
		}
		out.Surfaces = append(out.Surfaces, s)
	}
	return nil
}

// param returns the index of a parameter in Analysis.Params.
func (z *analyzer) param(name string) int {
	return slices.IndexFunc(z.a.Params, func(p Param) bool { return p.Name == name })
}

func noStat() Stat {
	nan := math.NaN()
	return Stat{nan, nan, nan, nan}
}
