package arff

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestDecimals(t *testing.T) {
	for x, want := range map[float64]int{0: 0, 3: 0, 1e22: 0, 0.5: 1, 1.25e-3: 5, math.Inf(1): 0, 5.225680706521042e-200: 216} {
		if got := decimals(x); got != want {
			t.Errorf("%v: %d, expected %d", x, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64().Draw(t, "x")
		if y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', decimals(x), 64), 64); err != nil || y != x {
			t.Fatalf("%v with %d decimals is %v (%v)", x, decimals(x), y, err)
		}
	})
}
