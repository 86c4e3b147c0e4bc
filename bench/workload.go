package main

import (
	"context"
	"fmt"
	"math"
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
var workloads = slices.Concat(logWorkloads, forestWorkloads, effectWorkloads, totalsWorkloads, pedWorkloads, rankWorkloads, readWorkloads, growthWorkloads)

// row is one line of the table: ours against one peer, or alone.
type row struct {
	// Name of the workload that the row is of, and what it measures.
	Name     string `json:"name"`
	Workload string `json:"workload"`
	// Date and Commit of the run.
	Date   string `json:"date"`
	Commit string `json:"commit,omitempty"`
	// Machine that all contenders ran on.
	Machine machine `json:"machine"`
	// Input says what was worked on.
	Input string `json:"input"`
	// Size of the input where its growth is the point.
	Size      int        `json:"size,omitempty"`
	Ours      *outcome   `json:"ours"`
	Peer      *outcome   `json:"peer,omitempty"`
	Distances []distance `json:"distances,omitempty"`
	// Bytes of input where the speed of reading is the point.
	Bytes int64    `json:"bytes,omitempty"`
	Notes []string `json:"notes,omitempty"`
}

func (r *row) note(format string, args ...any) {
	r.Notes = append(r.Notes, fmt.Sprintf(format, args...))
}

// distance adds a comparison of the answers that begin with prefix, where both
// sides have finished.
func (r *row) distance(what, prefix string, limit float64) {
	if r.Peer == nil || !r.Ours.complete() || !r.Peer.complete() {
		return
	}
	r.Distances = append(r.Distances, compare(what, prefix, r.Ours.last().Answers, r.Peer.last().Answers, limit))
}

// agrees is false if answers that should be equal are not.
func (r *row) agrees() bool {
	return !slices.ContainsFunc(r.Distances, func(d distance) bool { return !d.agrees() })
}

// ratio of the peer's time to ours, NaN without a peer or without a time of ours.
// Where the peer did not finish it is what the ratio is at least.
func (r *row) ratio() float64 {
	if r.Peer == nil || !r.Ours.complete() {
		return math.NaN()
	}
	return r.peerSeconds() / r.Ours.seconds()
}

// cpuRatio is the ratio of the processor times, NaN where that is not known of finished work.
func (r *row) cpuRatio() float64 {
	if r.Peer == nil || !r.Ours.complete() || !r.Peer.complete() {
		return math.NaN()
	}
	return r.Peer.cpu() / r.Ours.cpu()
}

// peerSeconds is the time of the peer's work. If it was stopped, that is what its
// finished phases and the unfinished one took by then.
func (r *row) peerSeconds() float64 {
	if r.Peer.complete() || len(r.Peer.Runs) == 0 {
		return r.Peer.seconds()
	}
	last := r.Peer.last()
	sum := last.seconds() + last.Unfinished
	if last.Progress != nil {
		sum += last.Progress.Seconds
	}
	return sum
}
