package main

import (
	"math"
	"math/rand/v2"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func workloadsFor(t *testing.T, pattern string) []*workload {
	t.Helper()
	works, err := workloads(regexp.MustCompile(pattern), os.Getenv("NASALYZE_DATA"), t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	return works
}

// The functions at points that the literature gives: Branin's three minima, Hartmann's one.
func TestFunctions(t *testing.T) {
	w := workloadsFor(t, "branin")[0]
	for _, x := range [][]float64{{-math.Pi, 12.275}, {math.Pi, 2.275}, {3 * math.Pi, 2.475}} {
		if r := w.regret(x); r > 1e-9 {
			t.Errorf("regret of Branin's minimum %v is %v", x, r)
		}
	}
	// Far from them, by hand: b x^2 and the cosine vanish at (0, 0), 36 + 10 (1-t) + 10 is left.
	if got, want := w.loss([]float64{0, 0}, 27, nil), 36+10*(1-1/(8*math.Pi))+10; math.Abs(got-want) > 1e-12 {
		t.Errorf("branin(0, 0) = %v, want %v", got, want)
	}
	if got, want := w.loss([]float64{0, 0}, 9, nil), 36+10*(1-1/(8*math.Pi)-0.05*2/3)+10; math.Abs(got-want) > 1e-12 {
		t.Errorf("branin(0, 0) at a third of the budget = %v, want %v", got, want)
	}
	w = workloadsFor(t, "hartmann6")[0]
	if r := w.regret([]float64{0.20169, 0.150011, 0.476874, 0.275332, 0.311652, 0.6573}); r > 1e-5 {
		t.Errorf("regret of Hartmann's minimum is %v", r)
	}
}

// The expected loss of counting ones is minus the sum, its variance that of the mean of
// as many draws as the budget.
func TestCountingOnes(t *testing.T) {
	w := workloadsFor(t, "ones-8")[0]
	x := make([]float64, 16)
	sum, variance := 0.0, 0.0
	for j := range x {
		x[j] = float64(j%2) * 1
		if j >= 8 {
			x[j] = float64(j) / 20
			variance += x[j] * (1 - x[j]) / 9
		}
		sum += x[j]
	}
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 20000
	losses := make([]float64, n)
	for i := range losses {
		losses[i] = w.loss(x, 9, rng)
	}
	m, s := mean(losses), 0.0
	for _, l := range losses {
		s += (l - m) * (l - m) / n
	}
	if math.Abs(m+sum) > 4*math.Sqrt(variance/n) || math.Abs(s/variance-1) > 0.05 {
		t.Errorf("mean %v, variance %v, want %v and %v", m, s, -sum, variance)
	}
	if got, want := w.regret(x), 1-sum/16; math.Abs(got-want) > 1e-12 {
		t.Errorf("regret %v, want %v", got, want)
	}
	if r := w.regret(slices.Repeat([]float64{1}, 16)); r != 0 {
		t.Errorf("regret of ones is %v", r)
	}
}

// A table of 2 x 3 cells, one of them with a single training.
func TestGrid(t *testing.T) {
	table := gridTable{seeds: "acc_seed", higher: true, categorical: []string{"op"}, budgets: []float64{1, 2}, eta: 2}
	rows := [][]string{
		{"b", "10", "0.5", "0.7"}, {"b", "2", "0.1", "0.1"}, {"b", "4", "0.2"},
		{"a", "10", "0.4", "0.4"}, {"a", "2", "0.9", "0.5"}, {"a", "4", "0.3", "0.3"},
	}
	w, err := table.workload([]string{"op", "size", "acc_seed0", "acc_seed1"}, rows)
	if err != nil {
		t.Fatal(err)
	}
	// Choices are in the order of the table (b, a), numbers sorted as such (2, 4, 10).
	for _, c := range []struct{ op, size, want float64 }{{1, 0, 0}, {0, 2, 0.1}, {0, 1, 0.5}, {1, 2, 0.3}} {
		if got := w.regret([]float64{c.op, c.size}); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("regret of %v, %v is %v, want %v", c.op, c.size, got, c.want)
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	seen := map[float64]bool{}
	for range 50 {
		seen[w.loss([]float64{0, 2}, 1, rng)] = true
		if got := w.loss([]float64{0, 2}, 2, rng); math.Abs(got+0.6) > 1e-12 {
			t.Errorf("the mean of both trainings is %v, want -0.6", got)
		}
		if got := w.loss([]float64{0, 1}, 2, rng); got != -0.2 {
			t.Errorf("the only training is %v, want -0.2", got)
		}
	}
	if len(seen) != 2 || !seen[-0.5] || !seen[-0.7] {
		t.Errorf("one training has the losses %v, want -0.5 or -0.7", seen)
	}
	if _, err := table.workload([]string{"op", "size", "acc_seed0", "acc_seed1"}, rows[1:]); err == nil {
		t.Error("a table with a missing cell was taken")
	}
}

// Real tables: a configuration of theirs has the regret that the table says, the best none.
func TestTables(t *testing.T) {
	if os.Getenv("NASALYZE_DATA") == "" {
		t.Skip("NASALYZE_DATA is not set: no tables of real trainings")
	}
	works := workloadsFor(t, "taskset|nasbench|hpo")
	if len(works) != 6 {
		t.Fatalf("%d workloads", len(works))
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for _, w := range works {
		least := math.Inf(1)
		for range 3000 {
			x := make([]float64, len(w.space.Params))
			for j := range x {
				x[j], _ = w.space.Params[j].Decode(w.randomUnit(j, rng)).Float()
			}
			r := w.regret(x)
			for _, b := range w.budgets {
				if l := w.loss(x, b, rng); math.IsNaN(l) || math.IsInf(l, 0) {
					t.Fatalf("%s: loss %v of %v at %v", w.name, l, x, b)
				}
			}
			if !(r >= 0) || math.IsInf(r, 0) {
				t.Fatalf("%s: regret %v of %v", w.name, r, x)
			}
			least = min(least, r)
		}
		if strings.HasPrefix(w.name, "taskset") && least > 0.05 {
			t.Errorf("%s: 3,000 draws over 1,000 settings come no closer than %v", w.name, least)
		}
	}
}

// randomUnit draws a coordinate: of [0, 1], or a level of a categorical.
func (w *workload) randomUnit(j int, rng *rand.Rand) float64 {
	if p := &w.space.Params[j]; len(p.Choices) > 0 {
		return float64(rng.IntN(len(p.Choices)))
	}
	return rng.Float64()
}

// Hyperband spends about what the number of trials is computed for.
func TestTrials(t *testing.T) {
	w := workloadsFor(t, "hartmann6")[0]
	// 4 brackets of 4, 3, 4 and 4 full evaluations and 40, 13, 8 and 4 runs.
	for _, c := range []struct {
		full float64
		want int
	}{{4, 40}, {7, 53}, {15, 65}, {16, 105}} {
		if got := w.trials(c.full); got != c.want {
			t.Errorf("%v full evaluations make %d trials, want %d", c.full, got, c.want)
		}
	}
}
