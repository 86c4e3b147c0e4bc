package figure_test

import (
	"fmt"
	"math"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/figure"
)

func Example() {
	nan := math.NaN()
	a := &reports.Analysis{
		Study:     reports.StudyInfo{BudgetName: "training time", BudgetUnit: "s"},
		Objective: reports.Objective{Name: "validation error", Unit: "%"},
		Budgets:   []reports.Budget{{Budget: 400, N: 72, Reason: "no forest was asked for"}, {Budget: 1200, N: 24, Reason: "no forest was asked for"}},
		Correlations: []reports.Correlation{{Low: 400, High: 1200, HighIndex: 1, N: 24,
			Spearman:  reports.RankStat{Rho: 0.87, Lo: 0.71, Hi: 0.94},
			Surrogate: reports.Surrogate{Rho: nan, Reason: "no forest was asked for"}}},
	}
	figures, skipped := figure.All(a)
	for _, f := range figures {
		var svg strings.Builder
		if err := f.Write(&svg, "svg", figure.Column); err != nil {
			fmt.Println(err)
		}
		fmt.Println(f.Name + ": " + f.Alt)
	}
	fmt.Println(skipped[0].Name + ": " + skipped[0].Reason)
	// Output:
	// rank-correlation: Matrix of Spearman's rank correlations between budgets. 400 s to 20 min: 0.87, interval 0.71 to 0.94, n 24.
	// surrogate-correlation: no two budgets have a forest that predicts better than the mean
}
