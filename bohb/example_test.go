package bohb_test

import (
	"fmt"
	"log"
	"math"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
)

// A search for the learning rate and depth of an invented training whose loss
// falls with the budget.
func Example() {
	space, err := nasalyze.NewSpace("", []nasalyze.Param{
		{Name: "lr", Lower: 1e-4, Upper: 1, Log: true},
		{Name: "layers", Kind: nasalyze.Int, Lower: 1, Upper: 8},
	}, nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	search, err := bohb.New(space, bohb.Options{MinBudget: 1, MaxBudget: 27, Iterations: 8})
	if err != nil {
		log.Fatal(err)
	}
	best, trials := math.Inf(1), 0
	for {
		trial, ok := search.Ask()
		if !ok { // with one trial at a time: the search is over
			break
		}
		lr, _ := trial.Values[0].Float()
		layers, _ := trial.Values[1].Float()
		loss := math.Pow(math.Log10(lr)+2, 2) + math.Pow(layers-5, 2)/10 + 1/trial.Budget
		if err := search.Tell(trial.Number, loss); err != nil {
			log.Fatal(err)
		}
		if trial.Budget == 27 {
			best = min(best, loss)
		}
		trials++
	}
	fmt.Println(trials, "trials, done:", search.Done())
	fmt.Println("near the optimum:", best < 0.2)
	// Output:
	// 130 trials, done: true
	// near the optimum: true
}
