package main

import (
	"math"
	"strings"
	"testing"
)

func answers(pairs ...any) (out []answer) {
	for i := 0; i < len(pairs); i += 2 {
		out = append(out, answer{pairs[i].(string), number(pairs[i+1].(float64))})
	}
	return out
}

func TestCompare(t *testing.T) {
	ours := answers("main a", 1.0, "main b", 2.0, "main c", 4.0, "main d", math.NaN(), "pair a b", 9.0)
	for _, c := range []struct {
		name    string
		theirs  []answer
		limit   float64
		n, miss int
		max     float64
		agrees  bool
		says    string
	}{
		{"equal", answers("main a", 1.0, "main b", 2.0, "main c", 4.0), 1e-12, 3, 0, 0, true, "equal"},
		{"near", answers("main a", 1.01, "main b", 2.0, "main c", 4.0), 0.05, 3, 0, 0.01, true, "agree"},
		{"too far", answers("main a", 1.0, "main b", 2.5, "main c", 4.0), 0.1, 3, 0, 0.5, false, "DISAGREE"},
		{"free to differ", answers("main a", 9.0, "main b", 2.0, "main c", 4.0), 0, 3, 0, 8, true, "rank corr."},
		{"one missing", answers("main a", 1.0, "main b", 2.0), 0.1, 2, 1, 0, false, "1 on one side only"},
		{"one too many", answers("main a", 1.0, "main b", 2.0, "main c", 4.0, "main x", 1.0), 0.1, 3, 1, 0, false, "1 on one side only"},
		{"no finite answer", answers("main a", math.NaN()), 0.1, 0, 3, math.NaN(), false, "nothing to compare"},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := compare("mains", "main ", ours, c.theirs, c.limit)
			if d.N != c.n || d.Missing != c.miss || d.agrees() != c.agrees {
				t.Errorf("n %d, missing %d, agrees %v; want %d, %d, %v", d.N, d.Missing, d.agrees(), c.n, c.miss, c.agrees)
			}
			if got := float64(d.Max); math.Abs(got-c.max) > 1e-12 || math.IsNaN(got) != math.IsNaN(c.max) {
				t.Errorf("largest difference %v, want %v", got, c.max)
			}
			if !strings.Contains(d.String(), c.says) {
				t.Errorf("%q does not say %q", d, c.says)
			}
		})
	}
}
