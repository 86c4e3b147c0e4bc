package main

import (
	"context"
	"fmt"
)

var rankWorkloads = []workload{{
	name: "ranks",
	what: "rank correlation of budgets, against DeepCAVE's budget correlation, by configurations and by budgets",
	run:  runRanks,
}}

func runRanks(ctx context.Context, b *bench, emit func(*row)) error {
	sizes := []struct{ n, budgets int }{{250, 4}, {500, 4}, {1_000, 4}, {2_000, 4}, {500, 2}, {500, 8}}
	if b.quick {
		sizes = sizes[:2]
	}
	for _, s := range sizes {
		path, err := b.store("losses", curves(s.n, s.budgets), s.budgets)
		if err != nil {
			return err
		}
		outcomes, err := b.turns(ctx, 1,
			contender{name: "correlation", job: job{Task: "ranks", Path: path, Repeats: 5}},
			contender{name: "DeepCAVE", env: deepcave, job: job{Task: "deepcave_ranks", Path: path}})
		if err != nil {
			return err
		}
		r := &row{Workload: "rank correlation", Input: fmt.Sprintf("%s x %d budgets", thousands(s.n), s.budgets), Ours: outcomes[0], Peer: outcomes[1], Size: s.n}
		if s.budgets != 4 {
			r.Size = 0
		}
		r.distance("correlation", "correlation ", 1e-12)
		emit(r)
	}
	return nil
}
