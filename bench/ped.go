package main

import (
	"context"
	"strconv"

	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/importance"
)

var pedWorkloads = []workload{{
	name: "ped-anova",
	what: "PED-ANOVA of 17 columns, best 10 % against all, against Optuna's PedAnovaImportanceEvaluator",
	run:  runPED,
}}

func runPED(ctx context.Context, b *bench, emit func(*row)) error {
	sizes := []int{1_000, 10_000, 100_000}
	if b.quick {
		sizes = sizes[:1]
	}
	for _, n := range sizes {
		path, err := b.store("rows", friedman(n, 17, 1), 18)
		if err != nil {
			return err
		}
		repeats := max(1, min(5, 50_000/n))
		outcomes, err := b.turns(ctx, 2,
			contender{name: "PED-ANOVA", job: job{Task: "ped", Path: path, Repeats: repeats}},
			contender{name: "Optuna PED-ANOVA", env: science, job: job{Task: "optuna_ped", Path: path, Repeats: repeats}})
		if err != nil {
			return err
		}
		r := &row{Workload: "PED-ANOVA", Input: sized(n, 17), Ours: outcomes[0], Peer: outcomes[1], Size: n}
		r.distance("importance", "column ", 1e-9)
		emit(r)
	}
	return nil
}

// pedANOVA of a table whose last column is the response.
func pedANOVA(_ context.Context, r *recorder) error {
	x, y, d, err := readTable(r.job.Path)
	if err != nil {
		return err
	}
	r.ready()
	var ped *importance.PED
	if err := r.repeat("ped-anova", func() error {
		ped, err = importance.PEDANOVA(importance.Table{X: x, Y: y, Columns: make([]forest.Column, d)}, importance.PEDOptions{})
		return err
	}); err != nil {
		return err
	}
	for j, v := range ped.Importance {
		r.answer("column "+strconv.Itoa(j), v)
	}
	r.floor("ped-anova", floor{Unit: "value", Units: float64(len(x)), Bytes: 8 * float64(len(x)+len(y))})
	return nil
}
