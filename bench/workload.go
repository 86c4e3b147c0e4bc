package main

import (
	"context"
	"fmt"
	"slices"
)

// workload is something to measure. Its rows are printed as they come.
type workload struct {
	name string
	what string
	// slow workloads are run with -slow only, or when -run names them fully.
	slow bool
	run  func(ctx context.Context, b *bench, emit func(*row)) error
}

// workloads in the order in which they are run.
var workloads = slices.Concat(logWorkloads)

// row is one line of the table: ours against one peer.
type row struct {
	Workload string `json:"workload"`
	// Input says what was worked on.
	Input     string     `json:"input"`
	Ours      *outcome   `json:"ours"`
	Peer      *outcome   `json:"peer"`
	Distances []distance `json:"distances,omitempty"`
	// Bytes of input where the speed of reading is the point.
	Bytes int64    `json:"bytes,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

func (r *row) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// distance adds a comparison of the answers that begin with prefix, where both
// sides have some.
func (r *row) distance(what, prefix string, limit float64) {
	ours, theirs := r.Ours.last(), r.Peer.last()
	if ours == nil || theirs == nil || len(theirs.Answers) == 0 {
		return
	}
	r.Distances = append(r.Distances, compare(what, prefix, ours.Answers, theirs.Answers, limit))
}

// agrees is false if answers that should be equal are not.
func (r *row) agrees() bool {
	return !slices.ContainsFunc(r.Distances, func(d distance) bool { return !d.agrees() })
}

// ratio of the peer's time to ours. Where the peer did not finish it is what
// the ratio is at least.
func (r *row) ratio() float64 {
	ours := r.Ours.seconds()
	return r.peerSeconds() / ours
}

func (r *row) peerSeconds() float64 {
	if r.Peer.complete() || len(r.Peer.Runs) == 0 {
		return r.Peer.seconds()
	}
	return sumOf(r.Peer.last())
}

// sumOf the phases that were finished.
func sumOf(r *result) float64 {
	if len(r.Phases) == 0 {
		return r.Process
	}
	return r.seconds()
}
