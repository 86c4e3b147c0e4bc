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

// One lost step is no verdict about the others.
func TestRankVerdict(t *testing.T) {
	for _, c := range []struct {
		intervals [][2]float64 // of each step
		verdict   string
		text      string
	}{
		{[][2]float64{{0.6, 0.9}, {0.5, 0.8}}, "partly", "From each budget to the next, yes."}, // from the first to the last it is not known
		{[][2]float64{{-0.3, 0.1}, {-0.4, 0.19}}, "no", "From each budget to the next, no."},
		{[][2]float64{{-0.3, 0.1}, {-0.1, 0.9}}, "no", "Not from each budget to the next."},
		{[][2]float64{{-0.3, 0.1}, {0.1, 0.9}}, "partly", "From each budget to the next, in part."},
		{[][2]float64{{-0.1, 0.3}, {-0.1, 0.9}}, "undecided", "From each budget to the next the intervals are too wide to say."},
	} {
		z := &analyzer{a: new(Analysis), opt: Options{Confidence: 0.95}, study: new(nasalyze.Study)}
		z.a.Budgets = make([]Budget, len(c.intervals)+1)
		for i, s := range c.intervals {
			z.a.Correlations = append(z.a.Correlations, Correlation{LowIndex: i, HighIndex: i + 1, N: 9, NLow: 9, Spearman: RankStat{Rho: (s[0] + s[1]) / 2, Lo: s[0], Hi: s[1]}})
		}
		z.a.Correlations = append(z.a.Correlations, Correlation{HighIndex: len(c.intervals), Spearman: RankStat{Rho: math.NaN(), Lo: math.NaN(), Hi: math.NaN()}})
		got := z.answerRanks()
		if got.Verdict != c.verdict || !strings.HasPrefix(got.Text, c.text) {
			t.Errorf("steps with intervals %v: %s, %q, want %s, %q", c.intervals, got.Verdict, got.Text, c.verdict, c.text)
		}
	}
}

// Fewer configurations at a larger budget are winners only if they were the better ones.
func TestPromoted(t *testing.T) {
	low := &nasalyze.Table{N: 40}
	for i := range low.N {
		low.Configs, low.Y = append(low.Configs, i), append(low.Y, float64(i*7%40))
	}
	for _, c := range []struct {
		keep func(y float64) bool
		want bool
	}{
		{func(y float64) bool { return y < 10 }, true},
		{func(y float64) bool { return int(y)%4 == 0 }, false},
		{func(y float64) bool { return y >= 30 }, false},
	} {
		high := &nasalyze.Table{}
		for i, y := range low.Y {
			if c.keep(y) {
				high.Configs = append(high.Configs, i)
			}
		}
		z := &analyzer{tables: []*nasalyze.Table{low, high}}
		if got := z.promoted(&Correlation{HighIndex: 1}); got != c.want {
			t.Errorf("the configurations %v are called promoted: %v", high.Configs, got)
		}
	}
}
