package reports

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/forest"
)

// TestLeafSize: without noise leaves of one row are better, with noise leaves of two, unless there are few rows
// or a few results carry the variance.
func TestLeafSize(t *testing.T) {
	g := fullGrid(4, 7, nasalyze.Ordinal)
	for _, c := range []struct {
		name  string
		n     int
		noise float64
		far   bool
		opt   forest.Options
		want  int
	}{
		{name: "no noise", n: 800, want: 1},
		{name: "noise", n: 800, noise: 1, want: 2},
		{name: "noise, few rows", n: 140, noise: 1, want: 1},
		{name: "noise, extremes", n: 800, noise: 1, far: true, want: 1},
		{name: "noise, one asked for", n: 800, noise: 1, opt: forest.Options{MinLeaf: 1}, want: 1},
		{name: "no noise, three asked for", n: 800, opt: forest.Options{MinLeaf: 3}, want: 3},
		{name: "no noise, no rows out of the bag", n: 800, opt: forest.Options{NoBootstrap: true}, want: 2},
	} {
		src := rand.New(rand.NewPCG(3, 4))
		g.first = nil
		for _, l := range g.level {
			y := math.Sin(float64(l[0])) + float64(l[1]*l[2])/20 + math.Abs(float64(l[3]-3))/2 + c.noise*src.NormFloat64()
			if c.far && src.IntN(100) == 0 {
				y += 100
			}
			g.first = append(g.first, y)
		}
		a := analyzed(t, g.sample(t, c.n, 1), Options{Replicates: -1, Brief: true, Forest: c.opt})
		if got := a.Budgets[0].Forest.MinLeaf; got != c.want {
			t.Errorf("%s: at least %d rows to a leaf, want %d", c.name, got, c.want)
		}
	}
}

func TestCloser(t *testing.T) {
	nan := math.NaN()
	// Squared errors are 1, 0, 4, 0, 1 and 4, 1, 0, 0, 1: 3, 1, -4 less, and twice as large: ranks 4, 3, -5 and 1.5 without a sign.
	y, a, b := []float64{1, 2, 3, 9, 9, 0, 0}, []float64{2, 2, 1, nan, 9, 0, 1}, []float64{3, 3, 3, 9, nan, 0, 1}
	if got, want := closer(y, a, b), 2/math.Sqrt(16+9+25+1.5*1.5*2); math.Abs(got-want) > 1e-12 {
		t.Errorf("standard score is %v, want %v", got, want)
	}
	if got := closer(y, b, a); got >= 0 {
		t.Errorf("the other way round it is %v", got)
	}
	if got := closer(y[:1], []float64{nan}, []float64{nan}); got == got {
		t.Errorf("without a prediction it is %v", got)
	}
}
