package forest

import (
	"fmt"
	"math"
	"testing"

	"github.com/sjwhitworth/golearn/base"
	"github.com/sjwhitworth/golearn/trees"
)

// grid copies a table into golearn's exchange type.
func grid(x, y []float64, d int) *base.DenseInstances {
	g := base.NewDenseInstances()
	specs := make([]base.AttributeSpec, d+1)
	for j := range specs {
		specs[j] = g.AddAttribute(base.NewFloatAttribute(fmt.Sprintf("x%d", j)))
	}
	if err := g.AddClassAttribute(specs[d].GetAttribute()); err != nil {
		panic(err)
	}
	if err := g.Extend(len(y)); err != nil {
		panic(err)
	}
	for i := range y {
		for j := range d {
			g.Set(specs[j], i, base.PackFloatToBytes(x[i*d+j]))
		}
		g.Set(specs[d], i, base.PackFloatToBytes(y[i]))
	}
	return g
}

// TestAgreesWithGolearn compares with an independent implementation of CART,
// golearn's CARTDecisionTreeRegressor (v0.0.0-20221228163002-74ae077eafb2).
func TestAgreesWithGolearn(t *testing.T) {
	for _, c := range []struct {
		n, d, depth int
		grid        bool
	}{{200, 5, 1, false}, {200, 5, 3, false}, {300, 6, 5, false}, {300, 6, 8, true}} {
		x, y := friedman(c.n, c.d, 1, uint64(c.depth))
		if c.grid { // ties, and counted columns on our side
			for i, v := range x {
				x[i] = math.Round(v*20) / 20
			}
		}
		peer := trees.NewDecisionTreeRegressor("mse", int64(c.depth))
		if err := peer.Fit(grid(x, y, c.d)); err != nil {
			t.Fatal(err)
		}
		opt := cart
		opt.MaxDepth = c.depth
		f := mustFit(t, x, y, nil, make([]Column, c.d), opt)
		if f.Trees[0].Depth() != c.depth {
			t.Errorf("depth %d, want %d", f.Trees[0].Depth(), c.depth)
		}
		compare := func(points []float64) {
			n := len(points) / c.d
			want := peer.Predict(grid(points, make([]float64, n), c.d))
			for i, got := range f.Predict(nil, points) {
				if math.Abs(got-want[i]) > 1e-9 {
					t.Fatalf("%+v: point %d: %v, golearn %v", c, i, got, want[i])
				}
			}
		}
		compare(x)
		// Deep down, where two columns separate the same few rows, other points may
		// go different ways. Above, the thresholds must be the same.
		if c.depth <= 3 {
			points, _ := friedman(1000, c.d, 0, 99)
			compare(points)
		}
	}
}
