package latex_test

import (
	"math"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

// Names, conditions and values are text here too, what cannot be told is a dash, and what is
// undecided is left out.
func TestDeeperTables(t *testing.T) {
	a := sample.Analysis()
	b := &a.Budgets[2]
	a.Params[3].Name, a.Params[4].Condition = "a&b_{x}", "a&b_{x} == $gd"
	b.Active[0].Condition, b.Active[0].Sobol.Mean = a.Params[4].Condition, math.NaN()
	b.Methods[0].Scores[1].Mean = math.NaN()
	b.Methods[3].Scores, b.Methods[3].Reason = nil, "not today"
	a.Path.To = "7_1"
	a.Path.Steps[0].Changes = []reports.Change{{Param: "learning_rate", From: "2.5e-07", To: ""}, {Param: "a&b_{x}", From: "50%", To: "1e-07"}}
	a.Outcomes[0].Budgets[0].Importance[0].Params = []string{"a&b_{x}"}
	got := write(t, a)
	for _, want := range []string{
		`momentum & a\&b\_\{x\} == \$gd & $25$ & 15 & $1.9$ & -- &`,
		`a\&b\_\{x\} & $5.7$ & $14.5$ & $9.2$`,
		`batch\_size & $0.8$ & $3.9$ & -- &`,
		`parameter & fANOVA & total & PED-ANOVA & local & permutation \\`,
		`incumbent (configuration 7\_1)`,
		`1 & learning\_rate & $2.5 \cdot 10^{-7}$ $\to$ inactive &`,
		` & a\&b\_\{x\} & 50\% $\to$ 1e-07 &  &  \\`, // a choice stays as it is written
		`failure & $400$\,s & $2.2$\,\% & 178 & $0.43$ & a\&b\_\{x\} $46.0$, $57.2$;`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	if strings.Contains(got, `failure & $1200$`) {
		t.Error("an undecided budget has a row")
	}

	got = write(t, sample.Small())
	for _, name := range []string{"active", "methods", "path", "outcomes"} {
		if strings.Contains(got, "{tab:"+name+"}") {
			t.Errorf("table %s of an analysis in which nothing is decided", name)
		}
	}
}
