package bohb

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze"
)

// line is a space of one parameter.
func line(t testing.TB) *nasalyze.Space {
	t.Helper()
	s, err := nasalyze.NewSpace("", []nasalyze.Param{{Name: "x", Lower: 0, Upper: 1}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// lossOf invents the loss of a configuration at a budget; some fail.
func lossOf(seed uint64, config string, budget, failures float64) float64 {
	h := seed
	for _, c := range config {
		h = h*1099511628211 + uint64(c)
	}
	rng := rand.New(rand.NewPCG(h, math.Float64bits(budget)))
	if rng.Float64() < failures {
		return []float64{math.NaN(), math.Inf(1), math.Inf(-1)}[rng.IntN(3)]
	}
	return math.Round(rng.Float64()*8) / 8 // with ties
}

// drive runs a search to its end with a number of workers whose trials end in
// random order, and returns the trials in the order of Ask.
func drive(t interface {
	Helper()
	Fatal(...any)
}, s Searcher, rng *rand.Rand, workers int, loss func(Trial) float64, told func(Trial)) []Trial {
	t.Helper()
	var all, running []Trial
	for {
		for len(running) < workers {
			tr, ok := s.Ask()
			if !ok {
				break
			}
			all, running = append(all, tr), append(running, tr)
		}
		if len(running) == 0 {
			if !s.Done() {
				t.Fatal("nothing runs, nothing is asked for, and the search is not done")
			}
			return all
		}
		i := rng.IntN(len(running))
		tr := running[i]
		running = slices.Delete(running, i, i+1)
		if err := s.Tell(tr.Number, loss(tr)); err != nil {
			t.Fatal(err)
		}
		if told != nil {
			told(tr)
		}
	}
}

// Whatever the order in which trials end, a synchronous bracket promotes exactly
// those that sorting the whole rung would.
func TestSynchronousHalvingIsSorting(t *testing.T) {
	space := line(t)
	rapid.Check(t, func(t *rapid.T) {
		eta := rapid.SampledFrom([]float64{2, 2.5, 3, 4}).Draw(t, "eta")
		rungs := rapid.IntRange(1, 4).Draw(t, "rungs")
		seed := rapid.Uint64().Draw(t, "seed")
		workers := rapid.IntRange(1, 20).Draw(t, "workers")
		failures := rapid.SampledFrom([]float64{0, 0.2, 0.9, 1}).Draw(t, "failures")
		s, err := New(space, Options{Method: Hyperband, MinBudget: 1, MaxBudget: math.Pow(eta, float64(rungs-1)), Eta: eta, Iterations: rungs + 1})
		if err != nil {
			t.Fatal(err)
		}
		order := make(map[string]int) // rank of a result within its rung, for ties
		trials := drive(t, s, rand.New(rand.NewPCG(seed, 1)), workers, func(tr Trial) float64 { return lossOf(seed, tr.Config, tr.Budget, failures) },
			func(tr Trial) { order[fmt.Sprint(tr.Config, tr.Rung)] = len(order) })
		ran := make(map[[2]int][]string)
		for _, tr := range trials {
			key := [2]int{tr.Iteration, tr.Rung}
			ran[key] = append(ran[key], tr.Config)
		}
		for it := range rungs + 1 {
			bracket := s.Bracket(it)
			if got := len(ran[[2]int{it, 0}]); got != bracket[0].N {
				t.Fatalf("iteration %d: %d configurations on the first rung, want %d", it, got, bracket[0].N)
			}
			for k := 1; k < len(bracket); k++ {
				var finite []string
				for _, c := range ran[[2]int{it, k - 1}] {
					if x := lossOf(seed, c, bracket[k-1].Budget, failures); !math.IsNaN(x) && !math.IsInf(x, 0) {
						finite = append(finite, c)
					}
				}
				slices.SortFunc(finite, func(a, b string) int {
					x, y := lossOf(seed, a, bracket[k-1].Budget, failures), lossOf(seed, b, bracket[k-1].Budget, failures)
					if x != y {
						return map[bool]int{true: -1, false: 1}[x < y]
					}
					return order[fmt.Sprint(a, k-1)] - order[fmt.Sprint(b, k-1)]
				})
				want := slices.Clone(finite[:min(bracket[k].N, len(finite))])
				got := slices.Clone(ran[[2]int{it, k}])
				slices.Sort(want)
				slices.Sort(got)
				if !slices.Equal(got, want) {
					t.Fatalf("iteration %d, rung %d: ran %v, sorting promotes %v", it, k, got, want)
				}
			}
		}
	})
}

// An asynchronous bracket promotes all that sorting its rungs would, each that it
// promotes was among the best 1/eta of those finished at that moment, and it never
// has nothing to run while a promotion is due.
func TestAsynchronousHalving(t *testing.T) {
	space := line(t)
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		workers := rapid.IntRange(1, 30).Draw(t, "workers")
		failures := rapid.SampledFrom([]float64{0, 0.3}).Draw(t, "failures")
		s, err := New(space, Options{Method: Hyperband, MinBudget: 1, MaxBudget: 27, Iterations: 1, Async: true})
		if err != nil {
			t.Fatal(err)
		}
		loss := func(config string, rung int) float64 {
			return lossOf(seed, config, math.Pow(3, float64(rung)), failures) + lossOf(seed, config, -1, 0)*1e-3
		}
		finished := make(map[int][]float64) // by rung, failures as +Inf
		ran := make(map[int][]string)
		rng := rand.New(rand.NewPCG(seed, 2))
		trials := drive(t, s, rng, workers, func(tr Trial) float64 {
			x := loss(tr.Config, tr.Rung)
			if math.IsNaN(x) || math.IsInf(x, 0) {
				x = math.Inf(1)
			}
			finished[tr.Rung] = append(finished[tr.Rung], x)
			return x
		}, nil)
		for _, tr := range trials {
			ran[tr.Rung] = append(ran[tr.Rung], tr.Config)
			if slices.Contains(ran[tr.Rung][:len(ran[tr.Rung])-1], tr.Config) {
				t.Fatalf("%s ran twice on rung %d", tr.Config, tr.Rung)
			}
			if (tr.Previous < 0) != (tr.Rung == 0) {
				t.Fatalf("trial %d on rung %d has the previous trial %d", tr.Number, tr.Rung, tr.Previous)
			}
			if tr.Rung > 0 && trials[tr.Previous].Config != tr.Config || tr.Rung > 0 && trials[tr.Previous].Rung != tr.Rung-1 {
				t.Fatalf("the previous trial of %+v is %+v", tr, trials[tr.Previous])
			}
		}
		for k := range 3 {
			sorted := slices.Clone(finished[k])
			slices.Sort(sorted)
			n := max(len(sorted)/3, s.Bracket(0)[k+1].N)
			for _, c := range ran[k] {
				x := loss(c, k)
				if math.IsNaN(x) || math.IsInf(x, 0) {
					if slices.Contains(ran[k+1], c) {
						t.Fatalf("%s failed on rung %d and was promoted", c, k)
					}
					continue
				}
				if below, _ := slices.BinarySearch(sorted, x); below < n && !slices.Contains(ran[k+1], c) && !slices.Contains(sorted[below+1:min(n+1, len(sorted))], x) && countOf(sorted, x) == 1 {
					t.Fatalf("%s with loss %v is %d-th of %v on rung %d and was not promoted", c, x, below, sorted, k)
				}
			}
		}
	})
}

func countOf(v []float64, x float64) int {
	n := 0
	for _, y := range v {
		if x == y {
			n++
		}
	}
	return n
}

// With one worker and results worse and worse, the first third of a rung is
// promoted long before the rung is complete.
func TestAsynchronousPromotesEarly(t *testing.T) {
	s, err := New(line(t), Options{Method: Hyperband, MinBudget: 1, MaxBudget: 27, Iterations: 1, Async: true})
	if err != nil {
		t.Fatal(err)
	}
	trials := drive(t, s, rand.New(rand.NewPCG(0, 0)), 1, func(tr Trial) float64 { return float64(tr.Number) }, nil)
	var rungs []int
	for _, tr := range trials[:8] {
		rungs = append(rungs, tr.Rung)
	}
	// After 3 results one is promoted, and after 3 more the next.
	if want := []int{0, 0, 0, 1, 0, 0, 0, 1}; !slices.Equal(rungs, want) {
		t.Errorf("rungs of the first trials: %v, want %v", rungs, want)
	}
	if len(trials) != 27+9+3+1 {
		t.Errorf("%d trials, want 40", len(trials))
	}
}
