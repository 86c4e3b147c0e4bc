package main

import (
	"context"
	"fmt"
)

var forestWorkloads = []workload{{
	name: "forest",
	what: "fit of a random forest, 64 trees, 70 % of the columns per split, leaves of one row: scikit-learn and ranger",
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
		if err := fitBoth(ctx, b, t, emit); err != nil {
			return err
		}
	}
	if b.quick {
		return nil
	}
	rows, held := factorial(1), factorial(2)
	t := table{sized(len(rows)/10, 9) + ", few values", rows, held[:2000*10], 9, 1, 2}
	return fitBoth(ctx, b, t, emit)
}

func fitBoth(ctx context.Context, b *bench, t table, emit func(*row)) error {
	path, err := b.store("rows", t.rows, t.columns+1)
	if err != nil {
		return err
	}
	held, err := b.store("held", t.held, t.columns+1)
	if err != nil {
		return err
	}
	j := job{Path: path, Test: held, Trees: 64, Tried: (7*t.columns + 9) / 10, MinLeaf: 1, Repeats: t.repeats}
	with := func(task string) job { j.Task = task; return j }
	outcomes, err := b.turns(ctx, t.rounds,
		contender{name: "forest", job: with("forest")},
		contender{name: "scikit-learn", env: science, job: with("sklearn_forest")},
		contender{name: "ranger", env: ranger, job: with("ranger_forest")})
	if err != nil {
		return err
	}
	for _, peer := range outcomes[1:] {
		r := &row{Workload: "forest", Input: t.name, Ours: outcomes[0], Peer: peer}
		r.distance("out-of-bag R2", "out-of-bag R2", 0.03)
		r.distance("held-out R2", "held-out R2", 0.03)
		r.distance("predictions", "prediction ", 0)
		if peer == outcomes[1] {
			r.note("%s", qualities(outcomes))
		}
		emit(r)
	}
	return nil
}

// qualities of the forests, side by side.
func qualities(outcomes []*outcome) string {
	s := "R2 out of bag, held out:"
	for i, o := range outcomes {
		if last := o.last(); last != nil && last.Done {
			if i > 0 {
				s += ";"
			}
			s += fmt.Sprintf(" %s %.3f, %.3f", o.Name, last.value("out-of-bag R2"), last.value("held-out R2"))
		}
	}
	return s + ". Ours includes the out-of-bag predictions in its time, the peers' do not."
}
