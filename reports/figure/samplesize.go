package figure

import (
	"fmt"

	"github.com/nasalyze/nasalyze/reports"
)

var sampleSize = kind{
	Kind{"sample-size", "importance against the number of configurations: whether there are enough of them"},
	func(a *reports.Analysis) (*Figure, string) {
		g := a.Growth
		switch {
		case len(decided(a)) == 0:
			return nil, noneDecided(a)
		case g == nil:
			return nil, "the analysis has no importance from subsets of the configurations"
		case len(g.Points) < 2:
			return nil, "there are too few configurations" + atBudget(a, g.Budget) + " to look at subsets of them"
		}
		var x []float64
		var scores [][]reports.Score
		order, r2 := trust{name: "order (ρ)"}, trust{name: "R²"}
		last := g.Points[len(g.Points)-1]
		quality := ""
		for _, p := range g.Points {
			if len(p.Importance) != len(a.Params) {
				return nil, "the analysis has no importance from subsets of the configurations"
			}
			x, scores = append(x, float64(p.N)), append(scores, p.Importance)
			order.mean, order.std = append(order.mean, p.Order.Mean), append(order.std, p.Order.Std)
			r2.mean, r2.std = append(r2.mean, p.R2.Mean), append(r2.std, p.R2.Std)
			quality += fmt.Sprintf(" At n %d the order correlates with %s and R2 is %s.", p.N, fixed(p.Order.Mean, 2), fixed(p.R2.Mean, 2))
		}
		f := newCurves(a, x, scores, func(j int) float64 { return last.Importance[j].Mean })
		f.log, f.below = true, []trust{order, r2}
		f.axis = join(plain("Number of configurations, "), italic("n"))
		budget := atBudget(a, g.Budget)
		return &Figure{
			Title: "Importance against the number of configurations" + budget,
			Caption: fmt.Sprintf("Importance%s (share of the variance that each parameter explains alone, functional ANOVA) from %d random subsets of each size n, up to all %d configurations, logarithmic axis; "+
				"error bars: standard deviation over the subsets. Below: Spearman's correlation of a subset's order of the parameters with that from all configurations, and the forest's out-of-bag R². "+
				"Lines that are still moving at the right end, or an order that changes, say that there are not enough configurations.", budget, g.Repeats, last.N) + f.named("with all configurations"),
			Alt:    "Lines of importance over the number of configurations." + f.alt(func(k int) string { return "at n " + short(x[k], 6) }) + quality,
			layout: f.layout,
		}, ""
	},
}
