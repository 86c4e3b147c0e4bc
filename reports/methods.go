package reports

import (
	"math"
	"slices"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/correlation"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/importance"
)

// Method is the importance of the parameters by another method than functional ANOVA. The
// numbers of different methods are not comparable; their orders are.
type Method struct {
	// Method is one of MethodNames.
	Method string `json:"method"`
	// Scores of every parameter, in the order of Analysis.Params.
	Scores []Score `json:"scores,omitempty"`
	// N is the number of configurations in the target of PED-ANOVA, else of all.
	N int `json:"n"`
	// Agreement is Spearman's correlation of the scores with the individual
	// importance of functional ANOVA; NaN where that is undecided, with fewer than
	// four parameters, and where all scores are equal.
	Agreement float64 `json:"agreement"`
	// Reason says why nothing can be told.
	Reason string `json:"reason,omitempty"`
}

// Score is the importance of one parameter by a method, with its spread over
// trees or repeats; NaN where the method has none.
type Score struct {
	Param string  `json:"param"`
	Mean  float64 `json:"mean"`
	Std   float64 `json:"std"`
}

// The methods, by what they answer.
const (
	// PED: what separates the best tenth of the configurations from all, without a
	// model: shares of the sum over the parameters (PED-ANOVA).
	PED = "ped"
	// Local: what matters in the neighbourhood of the incumbent: shares of the
	// variance along the lines through it.
	Local = "local"
	// Permutation: by how much R2 falls on configurations that a tree has not seen when the
	// parameter is permuted among them.
	Permutation = "permutation"
	// Impurity: share of the training variance that splits on the parameter remove.
	Impurity = "impurity"
)

// MethodNames lists the methods in the order in which they are reported.
func MethodNames() []string { return []string{PED, Local, Permutation, Impurity} }

// permutationRepeats per tree and column; the trees average over them.
const permutationRepeats = 3

// methods computes the other importances at every budget with enough configurations;
// those that rest on a forest where its importance is decided.
func (z *analyzer) methods() error {
	for b := range z.a.Budgets {
		out := &z.a.Budgets[b]
		t := z.tables[b]
		if t.N < z.opt.MinConfigs || t.D == 0 {
			continue
		}
		for _, name := range MethodNames() {
			m := Method{Method: name, N: t.N, Agreement: math.NaN()}
			if err := z.method(b, &m); err != nil {
				return err
			}
			if m.Reason == "" && out.Decided {
				m.Agreement = z.agreement(out, m.Scores)
			}
			out.Methods = append(out.Methods, m)
		}
	}
	return nil
}

func (z *analyzer) method(b int, m *Method) error {
	t, out := z.tables[b], &z.a.Budgets[b]
	rows := importance.Table{X: t.X, Y: t.Y, Columns: z.columns()}
	if m.Method == PED {
		z.unsetInactive(&rows)
		ped, err := importance.PEDANOVA(rows, importance.PEDOptions{Target: z.opt.Target, Grids: z.grids()})
		if err != nil {
			return err
		}
		m.N, m.Reason = ped.Target, ped.Reason
		if ped.Reason == "" {
			for k, share := range ped.Share {
				m.Scores = append(m.Scores, Score{z.a.Params[k].Name, share, math.NaN()})
			}
		}
		return nil
	}
	if !out.Decided {
		m.Reason = out.Reason
		return nil
	}
	model := z.models[b]
	var scores []importance.Score
	var err error
	switch m.Method {
	case Local:
		scores, err = importance.Local(z.ctx, model.forest, t.Row(incumbent(t)), importance.LocalOptions{Workers: z.opt.Workers})
	case Permutation:
		fit := model.options
		fit.Progress = nil
		scores, err = importance.PermutationOutOfBag(z.ctx, rows, fit, importance.PermutationOptions{Repeats: permutationRepeats, Seed: z.opt.Seed, Workers: z.opt.Workers})
	case Impurity:
		scores, err = importance.Impurity(model.forest)
	}
	if err != nil {
		return err
	}
	for k, s := range scores {
		m.Scores = append(m.Scores, Score{z.a.Params[k].Name, s.Mean, s.Std})
	}
	return nil
}

// unsetInactive puts NaN in place of the level beside its range that an inactive number may have: densities are of values.
func (z *analyzer) unsetInactive(rows *importance.Table) {
	if z.opt.Table.Inactive != nasalyze.LevelInactive {
		return
	}
	rows.X = slices.Clone(rows.X)
	d := len(rows.Columns)
	for k := range rows.Columns {
		c := &rows.Columns[k]
		if c.Levels > 0 || c.Lower >= 0 {
			continue
		}
		c.Lower = 0
		for i := k; i < len(rows.X); i += d {
			if rows.X[i] < 0 {
				rows.X[i] = math.NaN()
			}
		}
	}
}

// grids puts the points of densities on the values of parameters with few of them, and
// as many as Optuna takes on others.
func (z *analyzer) grids() []importance.Grid {
	const most = 50 // points of a continuous parameter
	out := make([]importance.Grid, len(z.params))
	for k, p := range z.params {
		steps := 0
		switch {
		case p.Kind == nasalyze.Ordinal:
			steps = len(p.Choices)
		case p.Kind == nasalyze.Int && p.Log && !z.opt.Table.Linear:
			steps = int(math.Ceil(math.Log2(p.Upper-p.Lower+1))) + 1
		case p.Kind == nasalyze.Int:
			steps = int((p.Upper-p.Lower)/max(p.Step, 1)) + 1
		}
		if steps < 2 || steps > most {
			continue
		}
		lower, upper := 0.5/float64(steps), 1-0.5/float64(steps) // of an ordinal
		if p.Numeric() {
			_, ends := z.axis(k, 2)
			lower, upper = ends[0], ends[len(ends)-1]
		}
		out[k] = importance.Grid{Lower: lower, Upper: upper, Steps: steps}
	}
	return out
}

// incumbent is the row of the best configuration of a table, the first of equal ones.
func incumbent(t *nasalyze.Table) int {
	best := 0
	for i, y := range t.Y {
		if y < t.Y[best] {
			best = i
		}
	}
	return best
}

// agreement is the rank correlation of scores with the main effects of a budget.
func (z *analyzer) agreement(out *Budget, scores []Score) float64 {
	a, b := make([]float64, len(scores)), make([]float64, len(scores))
	for k, s := range scores {
		a[k], b[k] = s.Mean, out.Importance[k].Individual.Mean
	}
	c, err := correlation.Spearman(a, b)
	if err != nil {
		return math.NaN()
	}
	return c.Value
}

// focus is the budget that is looked at more closely: the one that was asked for or
// the largest decided one; -1 if it is not decided.
func (z *analyzer) focus() int {
	if z.opt.At == nil {
		return z.highestDecided()
	}
	return slices.IndexFunc(z.a.Budgets, func(b Budget) bool { return b.Budget == *z.opt.At && b.Decided })
}

// scores names the scores of columns.
func (z *analyzer) scores(scores []importance.Score) []Score {
	out := make([]Score, len(scores))
	for k, s := range scores {
		out[k] = Score{z.a.Params[k].Name, s.Mean, s.Std}
	}
	return out
}

// refit returns the options of budget b's forest for fits beside it.
func (z *analyzer) refit(b, trees int) forest.Options {
	opt := z.models[b].options
	opt.Trees, opt.Progress = min(trees, len(z.models[b].forest.Trees)), nil
	return opt
}

// Spread is a mean over trees or repeats with the standard deviation over them.
type Spread struct {
	Mean float64 `json:"mean"`
	Std  float64 `json:"std"`
}

func spreadOf(s fanova.Stat, factor float64) Spread { return Spread{factor * s.Mean, s.Std} }

func methodTable(a *Analysis) Table {
	t := Table{Name: "methods", Caption: "Importance by other methods", Header: []string{"budget", "method", "parameter", "score", "std", "n", "agreement", "reason"}}
	for _, b := range a.Budgets {
		for _, m := range b.Methods {
			for _, s := range m.Scores {
				t.Rows = append(t.Rows, []any{b.Budget, m.Method, s.Param, s.Mean, s.Std, m.N, m.Agreement, ""})
			}
			if m.Reason != "" {
				t.Rows = append(t.Rows, []any{b.Budget, m.Method, "", math.NaN(), math.NaN(), m.N, math.NaN(), m.Reason})
			}
		}
	}
	return t
}
