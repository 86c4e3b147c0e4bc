package forest_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze/forest"
)

func Example() {
	// Losses of 200 configurations: the learning rate (on a log scale of 0 to 1)
	// and the optimizer matter, momentum only where the optimizer is level 1.
	cols := []forest.Column{{}, {Levels: 2}, {}}
	var x, losses []float64
	for i := range 200 {
		rate := math.Mod(float64(i)*0.618034, 1)
		momentum := math.Mod(float64(i)*0.754878, 1)
		loss := 4 * (rate - 0.3) * (rate - 0.3)
		if i%2 == 0 {
			x = append(x, rate, 0, math.NaN())
			loss += 0.5
		} else {
			x = append(x, rate, 1, momentum)
			loss += momentum / 2
		}
		losses = append(losses, loss)
	}
	f, err := forest.Fit(context.Background(), x, losses, nil, cols, forest.Options{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("out-of-bag R2 %.2f\n", f.OutOfBag.R2)
	p := f.Predict(nil, []float64{
		0.3, 0, math.NaN(),
		0.3, 1, 0.9,
		0.3, 1, 0.1,
	})
	fmt.Printf("%.1f\n", p)
	// Output:
	// out-of-bag R2 0.98
	// [0.5 0.5 0.1]
}

func ExampleTune() {
	rng := rand.New(rand.NewPCG(1, 1))
	x, y := make([]float64, 600), make([]float64, 300)
	for i := range y {
		x[2*i], x[2*i+1] = rng.Float64(), rng.Float64()
		y[i] = x[2*i] + rng.NormFloat64() // mostly noise
	}
	cols := make([]forest.Column, 2)
	opt, tried, err := forest.Tune(context.Background(), x, y, nil, cols, forest.Options{Seed: 1}, forest.TuneOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("R2 %.1f with the default settings\n", tried[0].R2)
	fmt.Println("more than one row per leaf:", opt.MinLeaf > 1)
	// Output:
	// R2 -0.1 with the default settings
	// more than one row per leaf: true
}
