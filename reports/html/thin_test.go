package html

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

// large is a log of so many configurations, a third of which go on to each next budget.
func large(configs int) *reports.Analysis {
	a := sample.Make(sample.Spec{Budgets: 5, Params: 12, Configs: configs})
	for i := range a.Timeline {
		a.Timeline[i].Time *= 1.7
	}
	return a
}

func TestThin(t *testing.T) {
	a := large(20_000)
	c := thin(a)
	if n := len(c.analysis.Configs); n > maxConfigs || n < maxConfigs/2 || n != c.configs || c.allConfigs != len(a.Configs) {
		t.Errorf("%d configurations of %d are kept, %d and %d are said", n, len(a.Configs), c.configs, c.allConfigs)
	}
	for i := range a.Budgets {
		from, to := a.Budgets[i].Best, c.analysis.Budgets[i].Best
		if to.Config < 0 || c.analysis.Configs[to.Config].ID != from.ID {
			t.Errorf("budget %v: the incumbent %s has gone", a.Budgets[i].Budget, from.ID)
		}
	}
	// The best so far at each budget is that of the whole log, at every time.
	best := func(events []reports.Event) (all []string) {
		at := map[int]float64{}
		for _, e := range events {
			if old, ok := at[e.Budget]; !math.IsNaN(e.Value) && (!ok || e.Value < old) {
				at[e.Budget] = e.Value
				all = append(all, fmt.Sprintf("%d: %.6g", e.Budget, e.Value))
			}
		}
		return all
	}
	whole, part := best(a.Timeline), best(c.analysis.Timeline)
	if fmt.Sprint(whole) != fmt.Sprint(part) {
		t.Errorf("improvements %v\nare thinned to %v", whole, part)
	}
	if n := len(c.analysis.Timeline); n > maxEvents || c.allEvents != len(a.Timeline) {
		t.Errorf("%d events of %d are kept", n, c.allEvents)
	}
	for _, e := range c.analysis.Timeline {
		if e.Config >= 0 && math.Abs(c.analysis.Configs[e.Config].Results[e.Budget]-e.Value) > 1e-6*math.Abs(e.Value) {
			t.Fatalf("event %+v points to configuration %+v", e, c.analysis.Configs[e.Config])
		}
	}
	if small := thin(sample.Analysis()); small.configs != len(sample.Analysis().Configs) || small.events != len(sample.Analysis().Timeline) {
		t.Error("a small log is thinned")
	}
}

// A page of a large log stays small, and quick to look at.
func TestLargeLog(t *testing.T) {
	a := large(26_000) // 50 375 trials
	if len(a.Timeline) < 50_000 {
		t.Fatalf("%d trials only", len(a.Timeline))
	}
	var out bytes.Buffer
	began := time.Now()
	if err := Write(&out, a, nil); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d trials: %d bytes in %v", len(a.Timeline), out.Len(), time.Since(began).Round(time.Millisecond))
	if out.Len() > 3_000_000 {
		t.Errorf("%d bytes", out.Len())
	}
	p := open(t, start(t), write(t, a), desk())
	ready := eval[float64](p, "performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart")
	t.Logf("ready after %v ms", ready)
	if ready > 10_000 { // a bound for slow machines; about 0.5 s on a free one
		t.Errorf("the page takes %v ms", ready)
	}
	for _, id := range plots {
		began := time.Now()
		p.drawn(id)
		t.Logf("%s in %v", id, time.Since(began).Round(time.Millisecond))
	}
	p.pick("button[data-select='0.1']")
	if count := p.text("#parallel-count"); len(count) < 10 {
		t.Error(count)
	}
	p.quiet()
}

func TestRound(t *testing.T) {
	for _, c := range []struct {
		v      float64
		digits int
		want   float64
	}{
		{1.0 / 3, 5, 0.33333}, {2.0 / 3 * 1e-9, 5, 6.6667e-10}, {123456.789, 7, 123456.8}, {-0.1, 7, -0.1}, {12345678, 5, 12345678},
		{0, 5, 0}, {math.Inf(1), 5, math.Inf(1)}, {5e-324, 7, 5e-324},
	} {
		if got := round(c.v, c.digits); got != c.want {
			t.Errorf("round(%v, %d) = %v, want %v", c.v, c.digits, got, c.want)
		}
	}
	if !math.IsNaN(round(math.NaN(), 5)) {
		t.Error("NaN is rounded to a number")
	}
}

func TestNumber(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 1: "1", -1: "−1", 1.0 / 3: "0.3333", 1234.56: "1235", 81: "81", 123456: "123456", 1e9: "1×10⁹", 1234567: "1234567",
		1234567.8: "1.23×10⁶", 0.001: "0.001", 0.00025: "2.5×10⁻⁴", -3e-12: "−3×10⁻¹²", math.Inf(-1): "−∞",
	} {
		if got := number(v); got != want {
			t.Errorf("number(%v) = %q, want %q", v, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0 %", 1e-5: "< 0.1 %", 0.0123: "1.2 %", 0.5: "50 %", -0.08: "−8.0 %", 0.0996: "10 %"} {
		if got := percent(v); got != want {
			t.Errorf("percent(%v) = %q, want %q", v, got, want)
		}
	}
	for i, want := range map[int]string{0: "a", 25: "z", 26: "aa", 27: "ab", 701: "zz", 702: "aaa"} {
		if got := letter(i); got != want {
			t.Errorf("letter(%d) = %q, want %q", i, got, want)
		}
	}
}

// TestFewerBudgets writes the page of learning curves: some budgets, from the first to the last, each with its own numbers.
func TestFewerBudgets(t *testing.T) {
	a := sample.Make(sample.Spec{Budgets: 90, Params: 4, Configs: 60, All: true, Undecided: func(b int) bool { return b > 80 || b%7 == 0 }})
	for i := range a.Budgets {
		a.Budgets[i].Budget = float64(i + 1)
	}
	c := fewer(a)
	if n := len(c.Budgets); n > maxBudgets+2 || c.Budgets[0].Budget != 1 || c.Budgets[n-1].Budget != 90 || c.Budgets[decidedBudget(c)].Budget != a.Budgets[decidedBudget(a)].Budget {
		t.Errorf("%d budgets, from %v to %v, the last that is decided is %v", n, c.Budgets[0].Budget, c.Budgets[n-1].Budget, c.Budgets[decidedBudget(c)].Budget)
	}
	if n := len(c.Budgets); len(c.Correlations) != n*(n-1)/2 {
		t.Errorf("%d correlations of %d budgets", len(c.Correlations), n)
	}
	for _, r := range c.Correlations {
		from := slices.IndexFunc(a.Correlations, func(o reports.Correlation) bool {
			return o.LowIndex == int(c.Budgets[r.LowIndex].Budget)-1 && o.HighIndex == int(c.Budgets[r.HighIndex].Budget)-1
		})
		if got, want := r.Spearman.Rho, a.Correlations[from].Spearman.Rho; got != want && !math.IsNaN(want) {
			t.Errorf("%v to %v: %v, want %v", r.LowIndex, r.HighIndex, got, want)
		}
	}
	for i := range c.Configs {
		for b, v := range c.Configs[i].Results {
			if v != a.Configs[i].Results[int(c.Budgets[b].Budget)-1] {
				t.Fatalf("configuration %d, budget %v: %v", i, c.Budgets[b].Budget, v)
			}
		}
	}
	for _, e := range c.Timeline {
		if e.Config >= 0 && c.Configs[e.Config].Results[e.Budget] != e.Value {
			t.Fatalf("event %+v has another budget", e)
		}
	}
	if len(a.Configs[0].Results) != 90 {
		t.Error("the analysis is changed")
	}
	text := page(t, a, nil)
	if len(text) > 2_000_000 || !strings.Contains(text, "Shown are ") || strings.Count(tableOf(t, text, "table-counts"), "<tr>") < 90 {
		t.Errorf("a page of %d bytes", len(text))
	}
}
