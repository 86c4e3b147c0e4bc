package importance_test

import (
	"context"
	"fmt"
	"log"
	"math"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/importance"
)

// search is a log of 500 random configurations: the loss falls towards x0 = 0.3, a little
// with x1, and not with x2.
func search() importance.Table {
	rng := rand.New(rand.NewPCG(1, 1))
	t := importance.Table{Columns: make([]forest.Column, 3)} // numeric, in [0, 1]
	for range 500 {
		row := []float64{rng.Float64(), rng.Float64(), rng.Float64()}
		t.X = append(t.X, row...)
		t.Y = append(t.Y, 4*math.Abs(row[0]-0.3)-row[1])
	}
	return t
}

func fit(t importance.Table) *forest.Forest {
	f, err := forest.Fit(context.Background(), t.X, t.Y, nil, t.Columns, forest.Options{Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	return f
}

func print(scores []importance.Score) {
	for _, s := range scores {
		fmt.Printf("column %d: %.1f\n", s.Column, s.Mean)
	}
}

// What separates the best tenth from the rest.
func ExamplePEDANOVA() {
	p, err := importance.PEDANOVA(search(), importance.PEDOptions{Target: 0.1})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("%d of %d rows, up to a loss of %.2f\n", p.Target, p.Region, p.Cutoff)
	for c, v := range p.Share {
		fmt.Printf("column %d: %.2f\n", c, v)
	}
	// Output:
	// 50 of 500 rows, up to a loss of -0.38
	// column 0: 0.66
	// column 1: 0.33
	// column 2: 0.01
}

// What matters around a good configuration.
func ExampleLocal() {
	scores, err := importance.Local(context.Background(), fit(search()), []float64{0.3, 0.95, 0.5}, importance.LocalOptions{})
	if err != nil {
		log.Fatal(err)
	}
	print(scores)
	// Output:
	// column 0: 0.9
	// column 1: 0.1
	// column 2: 0.0
}

// Which changes lead from a default to a good configuration.
func ExampleAblate() {
	p, err := importance.Ablate(context.Background(), fit(search()), []float64{0.9, 0.5, 0.5}, []float64{0.3, 0.95, 0.1}, importance.AblationOptions{})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("from %.1f\n", p.Start.Mean)
	for _, s := range p.Steps {
		fmt.Printf("change %v: %.1f better, to %.1f\n", s.Columns, s.Gain.Mean, s.Loss.Mean)
	}
	// Output:
	// from 1.9
	// change [0]: 2.3 better, to -0.4
	// change [1]: 0.4 better, to -0.8
	// change [2]: 0.0 better, to -0.8
}

func ExampleImpurity() {
	scores, err := importance.Impurity(fit(search()))
	if err != nil {
		log.Fatal(err)
	}
	print(scores)
	// Output:
	// column 0: 0.9
	// column 1: 0.1
	// column 2: 0.0
}

func ExamplePermutationOutOfBag() {
	scores, err := importance.PermutationOutOfBag(context.Background(), search(), forest.Options{Seed: 1}, importance.PermutationOptions{})
	if err != nil {
		log.Fatal(err)
	}
	print(scores)
	// Output:
	// column 0: 1.7
	// column 1: 0.2
	// column 2: 0.0
}

// Loss and cost pull in different directions: importance against the weight of the loss.
func ExampleWeighted() {
	t := search()
	cost := make([]float64, len(t.Y))
	for i := range cost {
		cost[i] = t.X[3*i+2] // grows with x2
	}
	all, err := importance.Weighted(context.Background(), t, [][]float64{t.Y, cost}, importance.WeightedOptions{
		Weights: importance.SimplexWeights(2, 2),
		Fit:     forest.Options{Seed: 1},
	})
	if err != nil {
		log.Fatal(err)
	}
	for _, w := range all {
		fmt.Printf("weight %.1f:", w.Weights[0])
		for _, e := range w.Mains {
			fmt.Printf(" %.1f", e.Individual.Mean)
		}
		fmt.Println()
	}
	// Output:
	// weight 0.0: 0.0 0.0 1.0
	// weight 0.5: 0.3 0.0 0.6
	// weight 1.0: 0.9 0.1 0.0
}

// Are 500 rows enough to tell the order of the columns?
func ExampleGrowth() {
	points, err := importance.Growth(context.Background(), search(), importance.GrowthOptions{Fit: forest.Options{Trees: 16}, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	for _, p := range points {
		fmt.Printf("%d rows: x0 %.1f, agreement of the order %.1f\n", p.N, p.Mains[0].Mean, p.Rank.Mean)
	}
	// Output:
	// 62 rows: x0 0.9, agreement of the order 1.0
	// 125 rows: x0 0.9, agreement of the order 1.0
	// 250 rows: x0 0.9, agreement of the order 1.0
	// 500 rows: x0 0.9, agreement of the order 1.0
}
