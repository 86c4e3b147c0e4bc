package bohb

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// zela is the search space of Zela et al. 2018: 17 dimensions.
func zela(t testing.TB) *nasalyze.Space {
	var params []nasalyze.Param
	add := func(name string, kind nasalyze.Kind, lo, hi float64, log bool) {
		params = append(params, nasalyze.Param{Name: name, Kind: kind, Lower: lo, Upper: hi, Log: log})
	}
	for i := 1; i <= 3; i++ {
		add(fmt.Sprintf("nr_residual_blocks_%d", i), nasalyze.Int, 1, 16, true)
		add(fmt.Sprintf("res_branches_%d", i), nasalyze.Int, 1, 5, false)
		add(fmt.Sprintf("widen_factor_%d", i), nasalyze.Float, 0.5, 4, true)
	}
	add("initial_filters", nasalyze.Int, 8, 32, true)
	add("learning_rate", nasalyze.Float, 1e-3, 1, true)
	add("batch_size", nasalyze.Int, 32, 128, true)
	add("weight_decay", nasalyze.Float, 1e-5, 1e-3, true)
	add("momentum", nasalyze.Float, 1e-3, 0.99, false)
	add("alpha", nasalyze.Float, 0, 1, false)
	add("length", nasalyze.Int, 0, 20, false)
	add("death_rate", nasalyze.Float, 0, 1, false)
	return mustSpace(t, params, nil, nil)
}

// searchWith returns a search that knows n results at its one budget and proposes
// from the model only, and what draws more.
func searchWith(t testing.TB, space *nasalyze.Space, n int) (*Search, func() []float64) {
	t.Helper()
	p := newProposer(space)
	s, err := New(space, Options{MinBudget: 1, MaxBudget: 1, RandomFraction: -1})
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	result := func() []float64 {
		u, err := p.random(rng)
		if err != nil {
			t.Fatal(err)
		}
		return u
	}
	for range n {
		u := result()
		s.model.observe(1, u, u[0]+u[1]*u[1]+0.1*rng.Float64())
	}
	s.model.current()
	return s, result
}

// Ask of a search with n results at the budget that is modelled: as it is, and with
// a new result before each, so that the densities are fitted again.
func BenchmarkAsk(b *testing.B) {
	for _, c := range []struct {
		name  string
		space *nasalyze.Space
	}{{"zela", zela(b)}, {"everyKind", everyKind(b)}, {"counting32+32", counting(b, 32, 32)}} {
		for _, n := range []int{1000, 10_000} {
			for _, tell := range []bool{false, true} {
				b.Run(fmt.Sprintf("%s/n=%d/tell=%v", c.name, n, tell), func(b *testing.B) {
					s, result := searchWith(b, c.space, n)
					b.ReportAllocs()
					for b.Loop() {
						if tell {
							u := result()
							s.model.observe(1, u, u[0])
						}
						if _, ok := s.Ask(); !ok {
							b.Fatal("nothing to run")
						}
					}
				})
			}
		}
	}
}
