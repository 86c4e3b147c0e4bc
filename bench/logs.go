package main

import (
	"context"
	"fmt"
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
	outcomes, err := b.turns(ctx, 1,
		contender{name: "nasalyze, same numbers", job: job{Task: "log", Path: b.logDir, Trees: 16, Features: 1}},
		contender{name: "nasalyze, whole report", job: job{Task: "report", Path: b.logDir}},
		contender{name: "DeepCAVE", env: deepcave, job: job{Task: "deepcave_log", Path: b.logDir, Trees: 16}},
	)
	if err != nil {
		return err
	}
	same, report, peer := outcomes[0], outcomes[1], outcomes[2]
	for i, ours := range []*outcome{same, report} {
		r := &row{Workload: []string{"log, same numbers", "log, whole report"}[i], Input: b.logName, Ours: ours, Peer: peer}
		if peer.complete() {
			r.distance("correlation", "correlation ", 1e-12)
			r.distance("mains", "main ", 0)
			r.distance("pairs", "pair ", 0)
		}
		if i == 0 {
			describeLog(r)
		} else {
			r.note("The report has also what DeepCAVE was not asked for: 64 trees, tuned leaves and features, total effects, marginals, %d bootstrap replicates behind every interval, Kendall's tau, top-k, regret, forests compared over the whole space.", reports.DefaultReplicates)
		}
		if peer.complete() {
			r.note("Whole process, with start and reading: %s, DeepCAVE %s.", formatSeconds(ours.process()), formatSeconds(peer.process()))
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
		peer, ours := phaseSum(run, what), phaseSum(r.Ours.last(), what)
		parts = append(parts, fmt.Sprintf("%s %s against %s", what, formatSeconds(peer), formatSeconds(ours)))
	}
	r.note("DeepCAVE's time against ours by part: %s.", strings.Join(parts, ", "))
	for _, n := range run.Notes {
		r.note("%s.", n)
	}
}

// phaseSum adds up the phases whose names begin with a word.
func phaseSum(r *result, word string) float64 {
	if r == nil {
		return 0
	}
	sum := 0.0
	for _, p := range r.Phases {
		if p.Name == word || strings.HasPrefix(p.Name, word+" ") {
			sum += median(p.Seconds)
		}
	}
	return sum
}
