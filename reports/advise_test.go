package reports

import "testing"

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
