package run_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/nasalyze/nasalyze/trainer"
	"github.com/nasalyze/nasalyze/trainer/data"
	"github.com/nasalyze/nasalyze/trainer/engine"
	"github.com/nasalyze/nasalyze/trainer/run"
)

// A tenth of a second of training.
func ExampleTrain() {
	config, err := trainer.ReadConfig(strings.NewReader(`{
		"nr_residual_blocks_1": 1, "nr_residual_blocks_2": 1, "nr_residual_blocks_3": 1,
		"initial_filters": 8, "widen_factor_1": 1, "widen_factor_2": 1, "widen_factor_3": 1,
		"res_branches_1": 2, "res_branches_2": 2, "res_branches_3": 2,
		"learning_rate": 0.1, "batch_size": 32, "weight_decay": 1e-4, "momentum": 0.9, "alpha": 0, "length": 0}`))
	if err != nil {
		panic(err)
	}
	digits, err := data.Digits()
	if err != nil {
		panic(err)
	}
	cpu, err := engine.Open("go", "")
	if err != nil {
		panic(err)
	}
	defer cpu.Finalize()
	result, err := run.Train(context.Background(), run.Options{Config: config, Data: digits, Engine: cpu, Budget: 0.1})
	if err != nil {
		panic(err)
	}
	fmt.Println(result.Parameters, "parameters,", result.Validation, "images held out")
	fmt.Println("trained:", result.Steps > 0 && !result.Diverged)
	// Output:
	// 7442 parameters, 287 images held out
	// trained: true
}
