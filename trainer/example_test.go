package trainer_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/trainer"
)

func ExampleSpace() {
	space := trainer.Space()
	fmt.Println(len(space.Params), "parameters")
	fmt.Println(&space.Conditions[0])
	// Output:
	// 17 parameters
	// death_rate | res_branches_1 == 1 || res_branches_2 == 1 || res_branches_3 == 1
}

func ExampleNewSchedule() {
	for _, budget := range []float64{400, 1200, 3600, 10800} {
		s := trainer.NewSchedule(0.1, 0, budget, 400)
		fmt.Printf("%5.0f s: %d cycles, the first of %.2f s\n", budget, s.Cycles, s.First)
	}
	// Output:
	//   400 s: 1 cycles, the first of 400.00 s
	//  1200 s: 2 cycles, the first of 400.00 s
	//  3600 s: 3 cycles, the first of 514.29 s
	// 10800 s: 4 cycles, the first of 720.00 s
}

func ExampleReadConfig() {
	_, err := trainer.ReadConfig(strings.NewReader(`{"learning_rate": 0.1, "layers": 3}`))
	fmt.Println(strings.Split(err.Error(), ",")[0])
	// Output:
	// configuration: no parameter ["layers"]
}

func FuzzReadConfig(f *testing.F) {
	f.Add(`{"learning_rate": 0.1}`)
	f.Add(`{"nr_residual_blocks_1": 1, "nr_residual_blocks_2": 2, "nr_residual_blocks_3": 3, "initial_filters": 8, "widen_factor_1": 0.5,
		"widen_factor_2": 1.5, "widen_factor_3": 4, "res_branches_1": 1, "res_branches_2": 2, "res_branches_3": 5, "learning_rate": 0.1,
		"batch_size": 32, "weight_decay": 1e-4, "momentum": 0.9, "alpha": 0.3, "length": 4, "death_rate": 0.5}`)
	f.Fuzz(func(t *testing.T, text string) {
		c, err := trainer.ReadConfig(strings.NewReader(text))
		if err == nil && (c.BatchSize < 32 || c.BatchSize > 128 || c.Filters < 8 || c.Blocks[0] < 1 || !(c.LearningRate > 0)) {
			t.Errorf("%s is taken for %+v", text, c)
		}
	})
}
