package bohb

import (
	"math"
	"slices"
	"testing"
)

func TestBudgets(t *testing.T) {
	for _, c := range []struct {
		min, max, eta float64
		want          []float64
	}{
		{400, 10800, 3, []float64{400, 1200, 3600, 10800}}, // log 27 / log 3 rounds to either side of 3
		{9, 729, 3, []float64{9, 27, 81, 243, 729}},
		{1, 243, 3, []float64{1, 3, 9, 27, 81, 243}},
		{1, 1000, 10, []float64{1, 10, 100, 1000}},
		{1, 1024, 2, []float64{1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024}},
		{2, 10, 3, []float64{10.0 / 3, 10}},
		{5, 5, 3, []float64{5}},
		{1, 10, 2.5, []float64{1.6, 4, 10}},
	} {
		got, err := Budgets(c.min, c.max, c.eta)
		if err != nil {
			t.Errorf("Budgets(%v, %v, %v): %v", c.min, c.max, c.eta, err)
			continue
		}
		if !slices.EqualFunc(got, c.want, sameBudget) {
			t.Errorf("Budgets(%v, %v, %v) = %v, want %v", c.min, c.max, c.eta, got, c.want)
		}
	}
	// Every power of every eta is one more budget, never one less for rounding.
	for _, eta := range []float64{2, 3, 4, 5, 7, 10} {
		for m := 1; m <= 12; m++ {
			top := math.Pow(eta, float64(m))
			for _, unit := range []float64{1, 0.1, 1.0 / 3, 400} {
				got, err := Budgets(unit, unit*top, eta)
				if err != nil || len(got) != m+1 || !sameBudget(got[0], unit) {
					t.Errorf("Budgets(%v, %v, %v) = %v, %v, want %d budgets from %v", unit, unit*top, eta, got, err, m+1, unit)
				}
			}
		}
	}
}

func TestBudgetsThatMakeNoSense(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range [][3]float64{{0, 1, 3}, {-1, 1, 3}, {1, 0, 3}, {2, 1, 3}, {1, 9, 1}, {1, 9, 0.5}, {1, 9, nan},
		{nan, 9, 3}, {1, inf, 3}, {1, 9, inf}, {1, 1e300, 1.0001},
		{1e-22, 1, 3}, {1e-300, 1e300, 3}} {
		if got, err := Budgets(c[0], c[1], c[2]); err == nil {
			t.Errorf("Budgets(%v) = %v, want an error", c, got)
		}
	}
}

// The schedule of Zela et al. 2018: budgets of 400 to 10800 s, eta 3, 32 iterations.
func TestBracketsOfZela(t *testing.T) {
	budgets, err := Budgets(400, 10800, 3)
	if err != nil {
		t.Fatal(err)
	}
	want := [][]int{{27, 9, 3, 1}, {9, 3, 1}, {6, 2}, {4}}
	runs := make(map[float64]int)
	configs, seconds := 0, 0.0
	for it := range 32 {
		b := BracketOf(budgets, 3, it)
		var n []int
		for _, r := range b {
			n = append(n, r.N)
			runs[r.Budget] += r.N
		}
		if !slices.Equal(n, want[it%4]) || b[len(b)-1].Budget != 10800 {
			t.Errorf("iteration %d: %v, want %v up to 10800", it, b, want[it%4])
		}
		configs += b[0].N
		seconds += b.Cost()
	}
	for i, n := range []int{216, 144, 96, 64} {
		if runs[budgets[i]] != n {
			t.Errorf("%d runs at %v in 32 iterations, want %d", runs[budgets[i]], budgets[i], n)
		}
	}
	if configs != 368 || seconds != 360*3600 {
		t.Errorf("%d configurations and %v hours, want 368 and 360", configs, seconds/3600)
	}
}

// HpBandSter's own expression over a range of settings:
//
//	n0 = ceil(floor(M/(s+1)) * eta**s); ns = [max(int(n0*eta**-i), 1) for i in range(s+1)]
//
// for whole eta, where its rounding is that of exact arithmetic.
func TestBracketOfIsHpBandSters(t *testing.T) {
	pow := func(b, e int) int {
		p := 1
		for range e {
			p *= b
		}
		return p
	}
	for eta := 2; eta <= 5; eta++ {
		for m := 1; m <= 6; m++ {
			budgets, err := Budgets(1, float64(pow(eta, m-1)), float64(eta))
			if err != nil || len(budgets) != m {
				t.Fatal(budgets, err)
			}
			for it := range 2 * m {
				s := m - 1 - it%m
				n0 := m / (s + 1) * pow(eta, s)
				b := BracketOf(budgets, float64(eta), it)
				if len(b) != s+1 {
					t.Fatalf("eta %d, %d budgets, iteration %d: %d rungs, want %d", eta, m, it, len(b), s+1)
				}
				for i, r := range b {
					if n := max(n0/pow(eta, i), 1); r.N != n || r.Budget != budgets[m-1-s+i] {
						t.Errorf("eta %d, %d budgets, iteration %d, rung %d: %v, want %d at %v", eta, m, it, i, r, n, budgets[m-1-s+i])
					}
				}
			}
		}
	}
}
