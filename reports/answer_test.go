package reports

import (
	"math"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// Where no interval of a main effect is clear of 0 it is not settled what matters.
func TestUnsettled(t *testing.T) {
	for _, c := range []struct {
		lo   [2]float64
		want string
	}{{[2]float64{0, 0}, "partly"}, {[2]float64{0.2, 0}, "yes"}, {[2]float64{math.NaN(), math.NaN()}, "yes"}} {
		b := Budget{Decided: true, HigherOrder: Stat{Mean: math.NaN()}}
		for i, mean := range []float64{0.5, 0.3} {
			b.Importance = append(b.Importance, Importance{Individual: Stat{Mean: mean, Lo: c.lo[i], Hi: 0.9}})
		}
		z := &analyzer{params: make([]*nasalyze.Param, 2), tables: make([]*nasalyze.Table, 1),
			a: &Analysis{Budgets: []Budget{b}, Params: []Param{{Name: "u"}, {Name: "v"}}}}
		got := z.answerImportance()
		if got.Verdict != c.want || strings.Contains(got.Text, "not settled") != (c.want == "partly") {
			t.Errorf("intervals from %v: %s, %q, want %s", c.lo, got.Verdict, got.Text, c.want)
		}
	}
}
