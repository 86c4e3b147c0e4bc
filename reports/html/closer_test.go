package html

import (
	"fmt"
	"html"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

// The numbers of the closer look, and of failures, times and weights, are in tables.
func TestCloserNumbersAreInTables(t *testing.T) {
	a := sample.Analysis()
	text := page(t, a, nil)
	in := func(table, what string, values ...float64) {
		t.Helper()
		for _, v := range values {
			if !math.IsNaN(v) && !strings.Contains(tableOf(t, text, table), fmt.Sprintf(`data-v="%s"`, html.EscapeString(sortKey(v)))) {
				t.Errorf("%s %v is not in %s", what, v, table)
			}
		}
	}
	b := &a.Budgets[decidedBudget(a)]
	for _, m := range b.Methods {
		in("table-methods", "agreement of "+m.Method, m.Agreement)
		for _, s := range m.Scores {
			in("table-methods", m.Method+" of "+s.Param, s.Mean)
		}
		// The largest has the full shade.
		most := slices.MaxFunc(m.Scores, func(x, y reports.Score) int { return descending(y.Mean, x.Mean) })
		if want := fmt.Sprintf(`shade h10" data-v="%s"`, sortKey(most.Mean)); !strings.Contains(tableOf(t, text, "table-methods"), want) {
			t.Errorf("%s: no %s", m.Method, want)
		}
	}
	for _, m := range b.Active {
		in("table-active", m.Param, m.Volume, m.Individual.Mean, m.Switch.Mean, m.Difference.Mean)
	}
	for _, p := range a.Growth.Points {
		in("table-growth", "order and R2", p.Order.Mean, p.R2.Mean)
	}
	in("table-path", "start", a.Path.Start.Mean)
	for _, s := range a.Path.Steps {
		in("table-path", "step", s.Result.Mean, s.Gain.Mean)
		for _, c := range s.Changes {
			if !strings.Contains(tableOf(t, text, "table-path"), "<code>"+c.Param+"</code>") {
				t.Errorf("the change of %s is missing", c.Param)
			}
		}
	}
	for _, p := range a.Tradeoff.Points {
		in("table-tradeoff", "R2", p.R2)
		for _, s := range p.Importance {
			in("table-tradeoff", s.Param, s.Mean)
		}
	}
	for _, o := range a.Outcomes {
		id := map[string]string{"@failure": "table-failure", "@time": "table-time"}[o.Objective]
		for _, at := range o.Budgets {
			if !at.Decided {
				if !strings.Contains(text, at.Reason) {
					t.Errorf("%s at %v: no reason", o.Objective, at.Budget)
				}
				continue
			}
			in(id, "mean and R2", at.Mean, at.OOB.R2)
			for _, m := range at.Importance {
				in(id, m.Params[0], m.Individual.Mean)
			}
		}
	}
}

// What cannot be told has its reason, and what is not there has no section.
func TestCloserSaysWhatItCannot(t *testing.T) {
	has := func(text string, words ...string) {
		t.Helper()
		for _, w := range words {
			if !strings.Contains(text, w) {
				t.Errorf("no %q", w)
			}
		}
	}
	a := sample.Make(sample.Spec{Budgets: 2, Params: 3, Configs: 40, Undecided: func(int) bool { return true }})
	text := page(t, a, nil)
	has(tableOf(t, text, "table-methods"), "PED-ANOVA")
	has(text, "Cannot tell</span> by local: it was asked to be undecided")
	for _, id := range []string{"table-active", "table-growth", "table-path", "table-tradeoff"} {
		if strings.Contains(text, `id="`+id+`"`) {
			t.Errorf("%s is on the page", id)
		}
	}
	if strings.Contains(tableOf(t, text, "table-methods"), "fANOVA") {
		t.Error("functional ANOVA has a column although it is undecided")
	}

	a = sample.Analysis()
	a.Path.Steps, a.Path.Reason = nil, "the search space states no default of width"
	a.Tradeoff.Points, a.Tradeoff.Reason = nil, "too few configurations have a result of both objectives"
	a.Budgets[2].Active[0].Individual.Mean, a.Budgets[2].Active[0].Reason = math.NaN(), "only 7 configurations have it"
	has(page(t, a, nil), a.Path.Reason, a.Tradeoff.Reason, "Cannot tell: "+a.Budgets[2].Active[0].Reason)

	a.Path, a.Growth, a.Tradeoff, a.Outcomes = nil, nil, nil, nil
	for i := range a.Budgets {
		a.Budgets[i].Methods, a.Budgets[i].Active = nil, nil
	}
	for _, id := range []string{"closer", "outcomes"} {
		if text := page(t, a, nil); strings.Contains(text, `id="`+id+`"`) || strings.Contains(text, "#"+id) {
			t.Errorf("section %s has nothing to say and is there", id)
		}
	}
}

// The table can be sorted by each method.
func TestSortingByMethod(t *testing.T) {
	a := sample.Analysis()
	p := open(t, start(t), write(t, a), desk())
	ped := a.Budgets[decidedBudget(a)].Methods[0]
	slices.SortStableFunc(ped.Scores, func(x, y reports.Score) int { return descending(x.Mean, y.Mean) })
	p.pick("#table-methods thead th:nth-child(4) button")
	got := eval[[]string](p, "[...document.querySelectorAll('#table-methods tbody th')].map(e => e.textContent)")
	for i, s := range ped.Scores {
		if got[i] != s.Param {
			t.Fatalf("by PED-ANOVA the order is %v, want %s at %d", got, s.Param, i)
		}
	}
	if head := p.text("#table-methods thead th[aria-sort=descending]"); !strings.HasPrefix(head, "PED-ANOVA") {
		t.Errorf("sorted by %q", head)
	}
	p.quiet()
}
