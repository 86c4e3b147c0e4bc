package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// logWorkloads are about a whole log of several budgets.
var logWorkloads = []workload{{
	name: "log",
	what: "importance at every budget and correlation of budgets, of a HpBandSter log: DeepCAVE's fANOVA (16 trees, parameters and pairs) and budget correlation against the same numbers and against the whole report",
	run:  runLog,
}}

func runLog(ctx context.Context, b *bench, emit func(*row)) error {
	for _, l := range b.logs {
		if err := compareLog(ctx, b, l, emit); err != nil {
			return err
		}
	}
	return nil
}

func compareLog(ctx context.Context, b *bench, l namedLog, emit func(*row)) error {
	ours := []contender{
		{name: "same numbers", job: job{Task: "log", Path: l.dir, Trees: 16}},
		{name: "report without intervals", job: job{Task: "report", Path: l.dir, NoIntervals: true}},
		{name: "whole report", job: job{Task: "report", Path: l.dir}},
	}
	peer := contender{name: "DeepCAVE", env: deepcave, job: job{Task: "deepcave_log", Path: l.dir, Trees: 16}}
	outcomes, err := b.turns(ctx, 1, append(ours, peer)...)
	if err != nil {
		return err
	}
	theirs := outcomes[len(ours)]
	for i, o := range outcomes[:len(ours)] {
		r := &row{Workload: "log, " + o.Name, Input: l.name, Ours: o, Peer: theirs}
		r.distance("correlation", "correlation ", 1e-12)
		r.distance("mains", "main ", 0)
		r.distance("pairs", "pair ", 0)
		if hasConditional(r.Ours) {
			r.distance("conditional", "conditional ", 0)
		}
		switch i {
		case 0:
			describeLog(r)
		case 1:
			r.note("Beyond what DeepCAVE was asked for: 64 trees, total effects, marginals, Kendall's tau, top-k, regret, forests compared over the whole space.")
		case 2:
			r.note("%d bootstrap replicates on top.", reports.DefaultReplicates)
		}
		if theirs.complete() {
			r.note("Whole process, with start and reading: %s, DeepCAVE %s.", formatSeconds(o.process()), formatSeconds(theirs.process()))
		}
		emit(r)
	}
	return nil
}

// describeLog says where the peer's time went.
func describeLog(r *row) {
	run := r.Peer.last()
	if run == nil {
		return
	}
	var parts []string
	for _, what := range []string{"correlation", "forest", "importance"} {
		peer, ours := run.phaseTime(what, phase.clock), r.Ours.last().phaseTime(what, phase.clock)
		parts = append(parts, fmt.Sprintf("%s %s against %s", what, formatSeconds(peer), formatSeconds(ours)))
	}
	r.note("DeepCAVE's time against ours by part: %s.", strings.Join(parts, ", "))
	for _, n := range run.Notes {
		r.note("%s.", n)
	}
}

// hasConditional tells whether the space has conditional parameters at all.
func hasConditional(o *outcome) bool {
	return o.complete() && slices.ContainsFunc(o.last().Answers, func(a answer) bool { return strings.HasPrefix(a.Name, "conditional ") })
}
