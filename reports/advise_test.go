package reports

import (
	"strings"
	"testing"
)

// TestUnlikely: of 2^24 outcomes 536155 have 17 hits or more and 190051 have 18 or more, 0.0320 and 0.0113 of them; 0.05 on both sides is 0.025 on one.
func TestUnlikely(t *testing.T) {
	for _, c := range []struct {
		hits, params int
		more, fewer  bool
	}{
		{17, 1, false, false}, {18, 1, true, false}, {6, 1, false, true}, {7, 1, false, false},
		{18, 3, false, false}, // 0.025/3 is less than 0.0113
		{19, 3, true, false}, {24, 100, true, false}, {0, 100, false, true},
	} {
		if more, fewer := unlikely(c.hits, c.params); more != c.more || fewer != c.fewer {
			t.Errorf("%d hits of one of %d parameters: more than chance %v, fewer %v", c.hits, c.params, more, fewer)
		}
	}
}

// A forest that explains next to nothing clears no parameter.
func TestNoAdviceOfNothing(t *testing.T) {
	s := synthetic(t, 1000, 2.9, func(_, b int) bool { return b == 0 })
	a := analyzed(t, s, Options{Resamples: -1})
	if r2 := a.Budgets[0].OOB.R2; !(r2 > 0 && r2 < clearing) {
		t.Fatalf("R2 of %v is no case in point", r2)
	}
	for _, adv := range a.Advice {
		if adv.Action == "fix" || adv.Action == "undecided" && !strings.Contains(adv.Evidence, "explains too little") {
			t.Errorf("%s: %s, %s", adv.Param, adv.Action, adv.Evidence)
		}
	}
}
