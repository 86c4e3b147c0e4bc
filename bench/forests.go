package main

import (
	"context"
	"fmt"
	"strings"
)

var forestWorkloads = []workload{{
	name: "forest",
	what: "fit of a random forest, 64 trees, 70 % of the columns per split, leaves of one row, without and with out-of-bag predictions: scikit-learn and ranger",
	run:  runForest,
}}

// table of a forest's training rows, with held-out rows of the same kind.
type table struct {
	name       string
	rows, held []float64
	columns    int
	repeats    int
	rounds     int
}

func runForest(ctx context.Context, b *bench, emit func(*row)) error {
	sizes := []struct{ n, repeats, rounds int }{{1_000, 5, 3}, {10_000, 1, 3}, {100_000, 1, 1}}
	if b.quick {
		sizes = sizes[:2]
	}
	for _, s := range sizes {
		t := table{sized(s.n, 17), friedman(s.n, 17, 1), friedman(2000, 17, 2), 17, s.repeats, s.rounds}
		if err := fitTable(ctx, b, t, emit); err != nil {
			return err
		}
	}
	if b.quick {
		return nil
	}
	rows, held := factorial(1), factorial(2)
	t := table{sized(len(rows)/10, 9) + ", few values", rows, held[:2000*10], 9, 1, 2}
	return fitTable(ctx, b, t, emit)
}

// fitTable has all contenders fit a table, first without and then with out-of-bag predictions.
func fitTable(ctx context.Context, b *bench, t table, emit func(*row)) error {
	path, err := b.store("rows", t.rows, t.columns+1)
	if err != nil {
		return err
	}
	held, err := b.store("held", t.held, t.columns+1)
	if err != nil {
		return err
	}
	j := job{Path: path, Test: held, Trees: 64, Tried: (7*t.columns + 9) / 10, MinLeaf: 1, Repeats: t.repeats}
	if err := fitAll(ctx, b, "forest", t, j, emit); err != nil {
		return err
	}
	j.OutOfBag = true
	return fitAll(ctx, b, "forest, out of bag", t, j, emit)
}

func fitAll(ctx context.Context, b *bench, workload string, t table, j job, emit func(*row)) error {
	with := func(task string) job { j.Task = task; return j }
	outcomes, err := b.turns(ctx, t.rounds,
		contender{name: "forest", job: with("forest")},
		contender{name: "scikit-learn", env: science, job: with("sklearn_forest")},
		contender{name: "ranger", env: ranger, job: with("ranger_forest")})
	if err != nil {
		return err
	}
	qualities := []string{"held-out R2"}
	if j.OutOfBag {
		qualities = []string{"out-of-bag R2", "held-out R2"}
	}
	for _, peer := range outcomes[1:] {
		r := &row{Workload: workload, Input: t.name, Ours: outcomes[0], Peer: peer}
		for _, q := range qualities {
			r.distance(q, q, 0.03)
		}
		r.distance("predictions", "prediction ", 0)
		if peer == outcomes[1] {
			for _, q := range qualities {
				r.note("%s: %s.", q, sideBySide(outcomes, q))
			}
		}
		emit(r)
	}
	return nil
}

// sideBySide lists an answer of all who gave it.
func sideBySide(outcomes []*outcome, name string) string {
	var all []string
	for _, o := range outcomes {
		if last := o.last(); last != nil && last.Done {
			all = append(all, fmt.Sprintf("%s %.3f", o.Name, last.value(name)))
		}
	}
	return strings.Join(all, ", ")
}
