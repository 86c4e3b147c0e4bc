package reports

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// Outcome is what decides about how, or how long, trials run: the rate of failure or
// the time as an objective of its own.
type Outcome struct {
	// Objective is "@failure" or "@time".
	Objective string          `json:"objective"`
	Budgets   []OutcomeBudget `json:"budgets"`
}

// OutcomeBudget is an outcome at one budget.
type OutcomeBudget struct {
	Budget float64 `json:"budget"`
	// N is the number of configurations of which the outcome is known.
	N int `json:"n"`
	// Mean over the configurations: the share that failed, or the seconds that a trial took.
	Mean float64  `json:"mean"`
	OOB  OutOfBag `json:"oob"`
	// Decided, Reason and Importance as in Budget, without pairs and intervals.
	Decided    bool         `json:"decided"`
	Reason     string       `json:"reason,omitempty"`
	Importance []Importance `json:"importance,omitempty"`
}

// minFailures of either kind, failed or not, make a question of what decides between them.
const minFailures = 5

// outcomes analyses the failures and the times of the trials.
func (z *analyzer) outcomes() error {
	for _, name := range []string{nasalyze.FailureObjective, nasalyze.TimeObjective} {
		study, err := z.study.Derive(name)
		if err != nil {
			return err
		}
		k, err := study.Objective(name)
		if err != nil {
			return err
		}
		if k == z.objective {
			continue // that is what the report is about
		}
		out := Outcome{Objective: name}
		known := false
		for b, budget := range study.Budgets() {
			opt := z.opt.Table
			opt.Failures = nasalyze.ExcludeFailures
			t, err := study.At(budget, k, opt)
			if err != nil {
				return err
			}
			o, err := z.outcome(name, b, t)
			if err != nil {
				return fmt.Errorf("%s at budget %v: %w", name, budget, err)
			}
			known = known || t.N > 0 && o.Mean > 0
			out.Budgets = append(out.Budgets, o)
		}
		if known { // else no trial failed, or the log has no times
			z.a.Outcomes = append(z.a.Outcomes, out)
		}
	}
	return nil
}

func (z *analyzer) outcome(name string, b int, t *nasalyze.Table) (OutcomeBudget, error) {
	out := OutcomeBudget{Budget: t.Budget, N: t.N, Mean: math.NaN(), OOB: OutOfBag{R2: math.NaN(), Spearman: math.NaN()}}
	if t.N > 0 {
		out.Mean = stat.Mean(t.Y, nil)
	}
	failed := 0
	for _, y := range t.Y {
		if y > 0 {
			failed++
		}
	}
	out.Reason = z.tooLittle(t)
	if out.Reason == "" && name == nasalyze.FailureObjective && min(failed, t.N-failed) < minFailures {
		out.Reason = fmt.Sprintf("%d of %d configurations failed, at least %d of either kind are needed", failed, t.N, minFailures)
	}
	if out.Reason != "" {
		return out, nil
	}
	m, err := z.fit(b, t)
	if err != nil {
		return out, err
	}
	oob := m.forest.OutOfBag
	out.OOB = OutOfBag{N: oob.N, R2: oob.R2, Spearman: oob.Spearman}
	if out.Reason = noForecast(oob); out.Reason != "" {
		return out, nil
	}
	return out, z.outcomeImportance(m.forest, &out)
}

func (z *analyzer) outcomeImportance(f *forest.Forest, out *OutcomeBudget) error {
	d, err := fanova.New(f, fanova.Options{Workers: z.opt.Workers})
	if err != nil {
		return err
	}
	if d.Zero() == len(f.Trees) {
		out.Reason = flatForest
		return nil
	}
	totals, err := z.totals(f, d, totalsTrees(f, false))
	if err != nil {
		return err
	}
	out.Decided = true
	for k, main := range d.Mains() {
		individual := overTrees(main.Individual, 1)
		out.Importance = append(out.Importance, Importance{Params: []string{z.a.Params[k].Name}, Individual: individual, Total: individual, Sobol: overTrees(totals[k].Stat, 1)})
	}
	return nil
}

// answerFailures names what decides about failing at the lowest budget where that can be told.
func (z *analyzer) answerFailures() (Answer, bool) {
	ans := Answer{Question: "What makes trials fail?", Verdict: "yes"}
	for _, o := range z.a.Outcomes {
		if o.Objective != nasalyze.FailureObjective {
			continue
		}
		for _, b := range o.Budgets {
			if !b.Decided {
				continue
			}
			mains := slices.Clone(b.Importance)
			slices.SortStableFunc(mains, func(x, y Importance) int { return cmp.Compare(y.Sobol.Mean, x.Sobol.Mean) })
			var text []string
			for i, m := range mains {
				if i < 3 && m.Sobol.Mean >= 0.05 {
					text = append(text, fmt.Sprintf("%s (%s alone, %s with its interactions)", m.Params[0], share(m.Individual.Mean), share(m.Sobol.Mean)))
				}
			}
			if len(text) == 0 {
				continue
			}
			ans.Text = fmt.Sprintf("At %s, %s of the configurations failed. Whether one fails is explained by %s. The forest predicts it with R² = %s.",
				z.at(b.Budget), share(b.Mean), list(text), rho(b.OOB.R2))
			return ans, true
		}
	}
	return ans, false
}

func outcomeTable(a *Analysis) Table {
	t := Table{Name: "outcomes", Caption: "What decides about failures and times", Header: []string{"objective", "budget", "n", "mean", "r2", "parameter", "individual", "std", "sobol_total", "sobol_std", "reason"}}
	for _, o := range a.Outcomes {
		for _, b := range o.Budgets {
			for _, m := range b.Importance {
				t.Rows = append(t.Rows, []any{o.Objective, b.Budget, b.N, b.Mean, b.OOB.R2, m.Params[0], m.Individual.Mean, m.Individual.Std, m.Sobol.Mean, m.Sobol.Std, ""})
			}
			if b.Reason != "" {
				t.Rows = append(t.Rows, []any{o.Objective, b.Budget, b.N, b.Mean, b.OOB.R2, "", math.NaN(), math.NaN(), math.NaN(), math.NaN(), b.Reason})
			}
		}
	}
	return t
}
