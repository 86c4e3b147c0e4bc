package table

import (
	"strings"

	"github.com/nasalyze/nasalyze"
)

// statusWords are the words of searchers for how a trial ended, in lower case.
var statusWords = map[string]nasalyze.Status{
	"success": nasalyze.Success, "successful": nasalyze.Success, "succeeded": nasalyze.Success, "ok": nasalyze.Success,
	"complete": nasalyze.Success, "completed": nasalyze.Success, "finished": nasalyze.Success, "done": nasalyze.Success,
	"terminated": nasalyze.Success, "donotadvance": nasalyze.Success,
	"pruned": nasalyze.Pruned, "stopped": nasalyze.Pruned, "stopping": nasalyze.Pruned, "early_stopped": nasalyze.Pruned,
	"earlystopped": nasalyze.Pruned,
	"crashed":      nasalyze.Crashed, "crash": nasalyze.Crashed, "fail": nasalyze.Crashed, "failed": nasalyze.Crashed,
	"error": nasalyze.Crashed, "errored": nasalyze.Crashed, "metricsunavailable": nasalyze.Crashed,
	"diverged": nasalyze.Diverged,
	"timeout":  nasalyze.TimedOut, "timedout": nasalyze.TimedOut, "timed_out": nasalyze.TimedOut,
	"memout": nasalyze.OutOfMemory, "memoryout": nasalyze.OutOfMemory, "oom": nasalyze.OutOfMemory, "out_of_memory": nasalyze.OutOfMemory,
	"capped":  nasalyze.Capped,
	"aborted": nasalyze.Aborted, "abort": nasalyze.Aborted, "killed": nasalyze.Aborted, "cancelled": nasalyze.Aborted,
	"canceled": nasalyze.Aborted, "user_canceled": nasalyze.Aborted, "sys_canceled": nasalyze.Aborted, "abandoned": nasalyze.Aborted,
	"running": nasalyze.Running, "waiting": nasalyze.Running, "pending": nasalyze.Running, "queued": nasalyze.Running,
	"created": nasalyze.Running, "scheduled": nasalyze.Running, "not_evaluated": nasalyze.Running, "preempting": nasalyze.Running,
	"unknown": nasalyze.Unknown,
}

// runningWords say that the trial goes on after the row was written, so that a
// value in the row is a measurement at its budget: each report of Syne Tune is a row.
var runningWords = map[string]bool{"inprogress": true, "in_progress": true, "paused": true}

// parseStatus reads a word for how a trial ended; measured tells that the row has a value.
func parseStatus(cell string, measured bool) (nasalyze.Status, bool) {
	w := normal(cell)
	if i := strings.LastIndexByte(w, '.'); i >= 0 { // StatusType.SUCCESS
		w = w[i+1:]
	}
	if runningWords[w] {
		if measured {
			return nasalyze.Success, true
		}
		return nasalyze.Running, true
	}
	if s, ok := statusWords[w]; ok {
		return s, true
	}
	return nasalyze.Unknown, false
}
