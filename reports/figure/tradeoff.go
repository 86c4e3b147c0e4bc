package figure

import (
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze/reports"
)

var tradeoff = kind{
	Kind{"tradeoff", "importance against the weight of two objectives: what matters for one, for the other, and between"},
	func(a *reports.Analysis) (*Figure, string) {
		t := a.Tradeoff
		switch {
		case len(decided(a)) == 0:
			return nil, noneDecided(a)
		case t == nil:
			return nil, "the log has one objective and no times"
		case t.Reason != "":
			return nil, t.Reason
		}
		var x []float64
		var scores [][]reports.Score
		r2 := trust{name: "R²"}
		most := make([]float64, len(a.Params))
		quality, known := "", 0
		for k, p := range t.Points {
			if len(p.Importance) != len(a.Params) {
				continue
			}
			x, scores = append(x, p.Weight), append(scores, p.Importance)
			r2.mean = append(r2.mean, p.R2)
			for j, s := range p.Importance {
				if s.Mean > most[j] {
					most[j] = s.Mean
				}
			}
			if !math.IsNaN(p.Importance[0].Mean) {
				known++
			}
			if k > 0 {
				quality += ","
			}
			quality += fmt.Sprintf(" %s at %s", fixed(p.R2, 2), short(p.Weight, 2))
		}
		first, second := objectiveWord(t.Objectives[0]), objectiveWord(t.Objectives[1])
		if known < 2 {
			return nil, fmt.Sprintf("the forests of %s and %s predict no better than the mean", first, second)
		}
		f := newCurves(a, x, scores, func(j int) float64 { return most[j] })
		f.bands, f.below = true, []trust{r2}
		f.axis = plain("Weight of " + first)
		f.ends = [2]string{"only " + second, "only " + first}
		caption := fmt.Sprintf("Importance (share of the variance that each parameter explains alone, functional ANOVA) for weighted sums of %s and %s, both scaled to [0, 1] and such that less is better, against the weight of the first,"+
			"%s over the n = %d configurations with both; bands of the strongest lines: standard deviation over the trees. Below: the forest's out-of-bag R².", first, second, atBudget(a, t.Budget), t.N)
		if known < len(x) {
			caption += " Gaps: the forest predicts no better than the mean."
		}
		return &Figure{
			Title:   "Importance for " + first + " and " + second,
			Caption: caption + f.named("at any weight"),
			Alt:     "Lines of importance over the weight of " + first + "." + f.alt(func(k int) string { return "at " + short(x[k], 2) }) + " Out-of-bag R2:" + quality + ".",
			layout:  f.layout,
		}, ""
	},
}

// objectiveWord is an objective in a sentence.
func objectiveWord(name string) string {
	switch name {
	case "@time":
		return "time"
	case "@failure":
		return "failure"
	}
	return lowerFirst(name)
}
