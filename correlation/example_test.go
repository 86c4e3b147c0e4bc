package correlation_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/nasalyze/nasalyze/correlation"
)

// Twelve configurations were trained for one epoch, the better six also for nine.
func Example() {
	none := math.NaN()
	losses := [][]float64{
		{0.91, 0.22, 0.45, 0.31, 0.88, 0.27, 0.52, 0.25, 0.63, 0.29, 0.90, 0.35},
		{none, 0.11, none, 0.14, none, 0.09, none, 0.10, none, 0.13, none, 0.15},
		{none, 0.06, none, none, none, 0.05, none, 0.08, none, none, none, none},
	}
	r, err := correlation.Matrix(context.Background(), losses, correlation.Options{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range r.Pairs {
		if p.Reason != "" {
			fmt.Printf("columns %d and %d: cannot tell: %s\n", p.I, p.J, p.Reason)
			continue
		}
		s := p.Spearman
		fmt.Printf("columns %d and %d: rho %.2f [%.2f, %.2f] by %s, n %d, p %.3f by %s\n",
			p.I, p.J, s.Rho, s.Lo, s.Hi, s.IntervalMethod, p.N, s.P, s.Method)
		fmt.Printf("  choosing row %d gives up %.2f of the range\n", p.Regret.Item, p.Regret.OfRange)
	}
	// Output:
	// columns 0 and 1: rho 0.77 [-0.26, 0.98] by Fisher z, n 6, p 0.103 by exact permutation
	//   choosing row 1 gives up 0.33 of the range
	// columns 0 and 2: cannot tell: n = 3 shared items, at least 4 are needed
	// columns 1 and 2: cannot tell: n = 3 shared items, at least 4 are needed
}

func ExampleSpearman() {
	c, err := correlation.Spearman([]float64{1, 2, 2, 3, 4}, []float64{2, 1, 3, 3, 5})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%.4f, p = %.1f by %s\n", c.Value, c.P, c.Method)
	// Output: 0.7632, p = 0.2 by exact permutation
}
