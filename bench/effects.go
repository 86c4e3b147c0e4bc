package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/jsonl"
)

var effectWorkloads = []workload{{
	name: "optuna",
	what: "fit, main effects and all pairs, 64 trees, against Optuna's FanovaImportanceEvaluator, which gives main effects only",
	run: func(ctx context.Context, b *bench, emit func(*row)) error {
		sizes := []int{1_000, 3_000}
		if b.quick {
			sizes = []int{300, 1_000}
		}
		for _, n := range sizes {
			if err := againstOptuna(ctx, b, n, 17, emit); err != nil {
				return err
			}
		}
		return nil
	},
}, {
	name: "optuna-large",
	what: "the same with 10,000 rows of 32 columns; Optuna takes 20 minutes",
	slow: true,
	run: func(ctx context.Context, b *bench, emit func(*row)) error {
		return againstOptuna(ctx, b, 10_000, 32, emit)
	},
}, {
	name: "automl-fanova",
	what: "fit, main effects and all pairs, 16 trees, against automl/fanova, and 100 bootstrap replicates of ours against one decomposition of it",
	run:  againstAutoML,
}}

func againstOptuna(ctx context.Context, b *bench, n, d int, emit func(*row)) error {
	path, err := b.store("rows", friedman(n, d, 1), d+1)
	if err != nil {
		return err
	}
	repeats := 1
	if n <= 1_000 {
		repeats = 5
	}
	export := filepath.Join(b.dir, "trees.json")
	outcomes, err := b.turns(ctx, 1,
		contender{name: "fit, mains, pairs", job: job{Task: "fanova", Path: path, Trees: 64, Repeats: repeats}},
		contender{name: "Optuna fANOVA", env: science, job: job{Task: "optuna_fanova", Path: path, Trees: 64, Export: export}})
	if err != nil {
		return err
	}
	r := &row{Workload: "fit, mains, pairs", Input: sized(n, d), Ours: outcomes[0], Peer: outcomes[1]}
	if r.Peer.complete() {
		// Two forests of the same kind: what differs is the random numbers.
		r.distance("mains", "main ", 0.05)
		if err := sameTrees(ctx, b, r, export); err != nil {
			return err
		}
	}
	describeProgress(r)
	emit(r)
	return nil
}

// sameTrees lets ours decompose the trees that the peer has fitted: the answers
// must then be equal.
func sameTrees(ctx context.Context, b *bench, r *row, export string) error {
	result, err := b.run(ctx, contender{name: "the peer's trees", job: job{Task: "given trees", Export: export, CPUs: b.cpus}})
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil {
		return fmt.Errorf("the peer's trees: %w", err)
	}
	r.Distances = append(r.Distances, compare("mains of its trees", "main ", result.Answers, r.Peer.last().Answers, 1e-9))
	return nil
}

// describeProgress says how far a peer got that was stopped, and what its time
// would have been at that pace.
func describeProgress(r *row) {
	last := r.Peer.last()
	if r.Peer.complete() || last == nil || last.Progress == nil {
		return
	}
	p := last.Progress
	whole := last.seconds() + p.Seconds/float64(p.Done)*float64(p.Total)
	r.note("%s had done %d of %d equal parts of its last phase in %s; at that pace the whole takes %s, which would be %s. That is extrapolated, not measured.",
		r.Peer.Name, p.Done, p.Total, formatSeconds(p.Seconds), formatSeconds(whole), formatRatio(whole/r.Ours.seconds()))
}

func againstAutoML(ctx context.Context, b *bench, emit func(*row)) error {
	n := 1_000
	if b.quick {
		n = 300
	}
	const d = 17
	data := friedman(n, d, 1)
	path, err := b.store("rows", data, d+1)
	if err != nil {
		return err
	}
	log := filepath.Join(b.dir, "log.jsonl")
	if err := writeLog(log, data, d); err != nil {
		return err
	}
	outcomes, err := b.turns(ctx, 1,
		contender{name: "fit, mains, pairs", job: job{Task: "fanova", Path: path, Trees: 16, Tried: 7 * d / 10, Repeats: 5}},
		contender{name: "whole report, 100 replicates", job: job{Task: "report", Path: log}},
		contender{name: "automl/fanova", env: automl, job: job{Task: "automl_fanova", Path: path, Trees: 16, Tried: 7 * d / 10}})
	if err != nil {
		return err
	}
	r := &row{Workload: "fit, mains, pairs, 16 trees", Input: sized(n, d), Ours: outcomes[0], Peer: outcomes[2]}
	r.distance("mains", "main ", 0.05)
	r.distance("pairs", "pair ", 0.05)
	describeProgress(r)
	emit(r)
	r = &row{Workload: "whole report, 100 replicates", Input: sized(n, d), Ours: outcomes[1], Peer: outcomes[2]}
	r.note("Ours is a whole report: 64 trees, leaf size and columns per split chosen, main, pair and total effects, marginals, 100 bootstrap replicates of the importance. Theirs is one decomposition of 16 trees.")
	describeProgress(r)
	emit(r)
	return nil
}

// writeLog stores rows as a log of one budget.
func writeLog(path string, data []float64, d int) error {
	params := make([]nasalyze.Param, d)
	for j := range params {
		params[j] = nasalyze.Param{Name: fmt.Sprintf("x%02d", j), Kind: nasalyze.Float, Upper: 1}
	}
	space, err := nasalyze.NewSpace("unit cube", params, nil, nil)
	if err != nil {
		return err
	}
	study := &nasalyze.Study{Name: "friedman", Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	for i := range len(data) / (d + 1) {
		row := data[i*(d+1) : (i+1)*(d+1)]
		values := make([]nasalyze.Value, d)
		for j := range values {
			values[j] = nasalyze.Number(row[j])
		}
		study.Configs = append(study.Configs, nasalyze.Config{ID: strconv.Itoa(i), Values: values})
		study.Trials = append(study.Trials, nasalyze.Trial{Config: i, Budget: 1, Values: []float64{row[d]}, Status: nasalyze.Success})
	}
	return writeFile(path, func(w io.Writer) error { return jsonl.Write(w, study) })
}
