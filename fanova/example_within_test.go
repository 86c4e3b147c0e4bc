package fanova_test

import (
	"fmt"
	"log"

	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// A branch: column 1 matters only where column 0 has level 1. Over the whole
// space it seems to matter little; where it is active it is all there is. Switching
// the branch on is an effect of its own.
func ExampleWithin() {
	columns := []forest.Column{{Levels: 2}, {Lower: 0, Upper: 1}}
	// if x0 is level 0 then 4, else 0 for x1 <= 0.5 and 2 above.
	tree := forest.Tree{
		Feature:   []int32{0, -1, 1, -1, -1},
		Threshold: []float64{0, 0, 0.5, 0, 0},
		Subset:    []int32{0, -1, -1, -1, -1},
		Right:     []int32{2, -1, 4, -1, -1},
		Value:     []float64{0, 4, 0, 0, 2},
		Bits:      []uint64{0b01},
	}
	f := &forest.Forest{Columns: columns, Trees: []forest.Tree{tree}}
	active := fanova.Region{{Levels: []int{1}}, {}}

	all, err := fanova.New(f, fanova.Options{})
	if err != nil {
		log.Fatal(err)
	}
	part, err := fanova.Within(f, active)
	if err != nil {
		log.Fatal(err)
	}
	given, err := fanova.New(part, fanova.Options{})
	if err != nil {
		log.Fatal(err)
	}
	branch, err := fanova.SwitchEffect(f, fanova.Options{}, active)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("column 1: %.2f, given active %.2f\n", all.Mains()[1].Individual.Mean, given.Mains()[1].Individual.Mean)
	fmt.Printf("switching it on: %.2f of the variance, %+.1f on average\n", branch.Share.Mean, branch.Difference.Mean)
	// Output:
	// column 1: 0.09, given active 1.00
	// switching it on: 0.82 of the variance, -3.0 on average
}

// What matters among the best tenth: worse responses all count as the cutoff.
func ExampleQuantileCutoffs() {
	losses := []float64{0.9, 0.1, 0.5, 0.7, 0.3, 0.8, 0.2, 0.6, 0.4, 1}
	best, err := fanova.QuantileCutoffs(losses, 0, 0.3)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(best.Lower, best.Upper)
	fmt.Println(best.Rows(losses))
	// Output:
	// -Inf 0.3
	// [1 4 6]
}
