package fanova_test

import (
	"context"
	"fmt"
	"log"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// A loss that depends on the product of two columns, with a third one that does
// nothing.
func Example() {
	rng := rand.New(rand.NewPCG(1, 2))
	const n = 2000
	var x, y []float64
	for range n {
		row := []float64{rng.Float64(), rng.Float64(), rng.Float64()}
		x = append(x, row...)
		y = append(y, row[0]*row[1])
	}
	ctx := context.Background()
	columns := make([]forest.Column, 3) // numeric, in [0, 1]
	f, err := forest.Fit(ctx, x, y, nil, columns, forest.Options{Trees: 16, Seed: 1})
	if err != nil {
		log.Fatal(err)
	}
	d, err := fanova.New(f, fanova.Options{})
	if err != nil {
		log.Fatal(err)
	}
	// The truth is 3/7, 3/7 and 0 for the columns and 1/7 for the first pair.
	for _, e := range d.Mains() {
		fmt.Printf("column %v: %.2f\n", e.Columns, e.Individual.Mean)
	}
	pairs, err := d.Pairs(ctx)
	if err != nil {
		log.Fatal(err)
	}
	for _, e := range pairs {
		fmt.Printf("pair %v: %.2f, with its columns %.2f\n", e.Columns, e.Individual.Mean, e.Total.Mean)
	}
	// Output:
	// column [0]: 0.43
	// column [1]: 0.43
	// column [2]: 0.00
	// pair [0 1]: 0.15, with its columns 1.00
	// pair [0 2]: 0.00, with its columns 0.43
	// pair [1 2]: 0.00, with its columns 0.43
}

func ExampleDecomposition_Marginal() {
	columns := []forest.Column{{Lower: 0, Upper: 1}, {Levels: 2}}
	// if x0 <= 0.5 then 1, else 2 for level 0 and 5 for level 1.
	tree := forest.Tree{
		Feature:   []int32{0, -1, 1, -1, -1},
		Threshold: []float64{0.5, 0, 0, 0, 0},
		Subset:    []int32{-1, -1, 0, -1, -1},
		Right:     []int32{2, -1, 4, -1, -1},
		Value:     []float64{0, 1, 0, 2, 5},
		Bits:      []uint64{0b01},
	}
	d, err := fanova.New(&forest.Forest{Columns: columns, Trees: []forest.Tree{tree}}, fanova.Options{})
	if err != nil {
		log.Fatal(err)
	}
	mean, _, err := d.Marginal(0, []float64{0.25, 0.75})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(mean)
	// Output: [1 3.5]
}
