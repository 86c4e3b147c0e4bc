package reports

import (
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze/importance"
)

// Growth is how the importance would look with fewer configurations: whether there
// are enough of them.
type Growth struct {
	Budget float64 `json:"budget"`
	// Repeats is the number of random subsets of each size.
	Repeats int           `json:"repeats"`
	Points  []GrowthPoint `json:"points"`
}

// GrowthPoint is what subsets of one size say.
type GrowthPoint struct {
	N int `json:"n"`
	// R2 is the out-of-bag quality of the forests.
	R2 Spread `json:"r2"`
	// Order is Spearman's correlation of a subset's main effects with those of all
	// configurations.
	Order Spread `json:"order"`
	// Importance of every parameter: mean and spread over the subsets.
	Importance []Score `json:"importance"`
}

const (
	growthRepeats = 10
	growthTrees   = 32
	// growthRows bounds the work where there is no doubt that there are enough.
	growthRows = 20000
)

// growth subsamples the table of the largest decided budget.
func (z *analyzer) growth() error {
	b := z.focus()
	if b < 0 || z.tables[b].N > growthRows {
		return nil
	}
	t := z.tables[b]
	var sizes []int
	for part := 8; part >= 1; part /= 2 {
		if n := t.N / part; n >= z.opt.MinConfigs {
			sizes = append(sizes, n)
		}
	}
	points, err := importance.Growth(z.ctx, importance.Table{X: t.X, Y: t.Y, Columns: z.columns()}, importance.GrowthOptions{
		Sizes: sizes, Repeats: growthRepeats, Fit: z.refit(b, growthTrees), Cutoffs: z.decomposition(b).Cutoffs, Seed: z.opt.Seed, Workers: z.opt.Workers,
		Progress: z.progress(fmt.Sprintf("subsets at %s", z.at(t.Budget)))})
	if err != nil {
		return err
	}
	out := &Growth{Budget: t.Budget, Repeats: growthRepeats}
	for _, p := range points {
		out.Points = append(out.Points, GrowthPoint{N: p.N, R2: spreadOf(p.R2, 1), Order: spreadOf(p.Rank, 1), Importance: z.scores(p.Mains)})
	}
	z.a.Growth = out
	return nil
}

// Thresholds of the verdict on the number of configurations: the correlation of the
// order of importance from half of them with that from all.
const (
	orderSettled = 0.9
	orderMoves   = 0.7
)

// answerGrowth judges by what half of the configurations would have said.
func (z *analyzer) answerGrowth() (Answer, bool) {
	ans := Answer{Question: "Are there enough configurations?", Verdict: "undecided"}
	if z.a.Growth == nil || len(z.a.Growth.Points) < 2 {
		return ans, false
	}
	points := z.a.Growth.Points
	half, all := points[len(points)-2], points[len(points)-1]
	order := half.Order.Mean
	if math.IsNaN(order) {
		return ans, false
	}
	switch {
	case order >= orderSettled:
		ans.Verdict = "yes"
	case order >= orderMoves:
		ans.Verdict = "partly"
	default:
		ans.Verdict = "no"
	}
	ans.Text = fmt.Sprintf("At %s, the order of importance from %d of the %d configurations correlates with that from all of them with %s on average (%d random subsets), and the R² of these smaller forests goes from %s to %s.",
		z.at(z.a.Growth.Budget), half.N, all.N, rho(order), z.a.Growth.Repeats, rho(half.R2.Mean), rho(all.R2.Mean))
	switch ans.Verdict {
	case "yes":
		ans.Text += " More would change little in the order."
	default:
		ans.Text += " More would still change the order."
	}
	return ans, true
}

func growthTable(a *Analysis) Table {
	t := Table{Name: "growth", Caption: "Importance from subsets of the configurations", Header: []string{"n", "parameter", "individual", "std", "order", "order_std", "r2", "r2_std"}}
	if a.Growth == nil {
		return t
	}
	for _, p := range a.Growth.Points {
		for _, s := range p.Importance {
			t.Rows = append(t.Rows, []any{p.N, s.Param, s.Mean, s.Std, p.Order.Mean, p.Order.Std, p.R2.Mean, p.R2.Std})
		}
	}
	return t
}
