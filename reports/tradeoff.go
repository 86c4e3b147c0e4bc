package reports

import (
	"math"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/importance"
)

// Tradeoff is the importance for weighted sums of two objectives: which parameters
// matter for the one, for the other, and for compromises between them.
type Tradeoff struct {
	Budget float64 `json:"budget"`
	// Objectives are the two that are weighed; the second may be "@time".
	Objectives [2]string `json:"objectives"`
	// N configurations have a result of both.
	N int `json:"n"`
	// Points in ascending order of the weight of the first objective.
	Points []TradeoffPoint `json:"points,omitempty"`
	// Reason says why nothing can be told.
	Reason string `json:"reason,omitempty"`
}

// TradeoffPoint is one weighting.
type TradeoffPoint struct {
	// Weight of the first objective, 0 to 1; the second has the rest.
	Weight float64 `json:"weight"`
	// R2 is the out-of-bag quality of the forest.
	R2 float64 `json:"r2"`
	// Importance of every parameter, with its spread over the trees.
	Importance []Score `json:"importance"`
}

// tradeoff weighs the objective against another one of the study, or else against time,
// at the largest decided budget.
func (z *analyzer) tradeoff() error {
	b := z.focus()
	if b < 0 {
		return nil
	}
	study, other, err := z.otherObjective()
	if err != nil {
		return err
	}
	t := z.tables[b]
	opt := z.opt.Table
	opt.Failures = nasalyze.ExcludeFailures // a value for failed trials is one of the first objective
	with, err := study.At(t.Budget, other, opt)
	if err != nil {
		return err
	}
	var x, first, second []float64
	value := make(map[int]float64, with.N)
	for i, c := range with.Configs {
		value[c] = with.Y[i]
	}
	for i, c := range t.Configs {
		if v, ok := value[c]; ok {
			x, first, second = append(x, t.Row(i)...), append(first, t.Y[i]), append(second, v)
		}
	}
	if len(first) == 0 {
		return nil // the log has nothing else
	}
	out := &Tradeoff{Budget: t.Budget, Objectives: [2]string{z.a.Objective.Name, study.Objectives[other].Name}, N: len(first)}
	z.a.Tradeoff = out
	if len(first) < z.opt.MinConfigs {
		out.Reason = "too few configurations have a result of both objectives"
		return nil
	}
	points, err := importance.Weighted(z.ctx, importance.Table{X: x, Columns: z.columns()}, [][]float64{first, second}, importance.WeightedOptions{
		Fit: z.refit(b, growthTrees), Progress: z.progress("weights of objectives")})
	if err != nil {
		return err
	}
	for _, p := range points {
		q := TradeoffPoint{Weight: p.Weights[0], R2: p.R2}
		for k, e := range p.Mains {
			s := Score{z.a.Params[k].Name, e.Individual.Mean, e.Individual.Std}
			if !(p.R2 > 0) { // as everywhere: no importance from a forest that predicts nothing
				s.Mean, s.Std = math.NaN(), math.NaN()
			}
			q.Importance = append(q.Importance, s)
		}
		out.Points = append(out.Points, q)
	}
	return nil
}

// otherObjective is the first objective of the study that the report is not about, or
// else the time.
func (z *analyzer) otherObjective() (*nasalyze.Study, int, error) {
	for k := range z.study.Objectives {
		if k != z.objective && !z.study.Objectives[k].Outcome {
			return z.study, k, nil
		}
	}
	study, err := z.study.Derive(nasalyze.TimeObjective)
	if err != nil {
		return nil, 0, err
	}
	k, err := study.Objective(nasalyze.TimeObjective)
	return study, k, err
}

func tradeoffTable(a *Analysis) Table {
	t := Table{Name: "tradeoff", Caption: "Importance for weighted sums of two objectives", Header: []string{"weight", "first", "second", "parameter", "individual", "std", "r2"}}
	if a.Tradeoff == nil {
		return t
	}
	for _, p := range a.Tradeoff.Points {
		for _, s := range p.Importance {
			t.Rows = append(t.Rows, []any{p.Weight, a.Tradeoff.Objectives[0], a.Tradeoff.Objectives[1], s.Param, s.Mean, s.Std, p.R2})
		}
	}
	return t
}
