package driver_test

import (
	"context"
	"fmt"
	"log"
	"math"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
)

// A search in the same process: four trials at a time of a function.
func ExampleRun() {
	space, err := nasalyze.NewSpace("", []nasalyze.Param{{Name: "lr", Lower: 1e-4, Upper: 1, Log: true}}, nil, nil)
	if err != nil {
		log.Fatal(err)
	}
	search, err := bohb.New(space, bohb.Options{MinBudget: 1, MaxBudget: 9, Iterations: 3})
	if err != nil {
		log.Fatal(err)
	}
	train := func(_ context.Context, worker int, t bohb.Trial) driver.Outcome {
		lr, _ := t.Values[0].Float()
		return driver.Outcome{Values: []float64{math.Abs(math.Log10(lr)+2) + 1/t.Budget}}
	}
	trials := 0
	err = driver.Run(context.Background(), search, train, nil, driver.Options{
		Workers: 4,
		Ended:   func(bohb.Trial, driver.Outcome, *nasalyze.Trial) { trials++ },
	})
	fmt.Println(trials, "trials, error:", err)
	// Output: 20 trials, error: <nil>
}
