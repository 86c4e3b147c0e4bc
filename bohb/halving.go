package bohb

import (
	"math"
	"slices"
)

// halving is one bracket at work: successive halving, synchronous as in the papers
// of Hyperband and BOHB, or asynchronous as ASHA.
type halving struct {
	iteration int
	rungs     Bracket
	eta       float64
	async     bool
	levels    []level
	sampled   int
}

// level is the state of one rung.
type level struct {
	queue   []*entry // to be run
	running int
	// finished with a finite loss, by loss, equal ones as they came.
	finished []*entry
	failed   int
	promoted int
}

// entry is a configuration on a rung.
type entry struct {
	candidate *candidate
	loss      float64
	promoted  bool
	trial     int // its trial on this rung
	previous  int // its trial on the rung below, -1 if there is none
}

func newHalving(iteration int, rungs Bracket, eta float64, async bool) *halving {
	return &halving{iteration: iteration, rungs: rungs, eta: eta, async: async, levels: make([]level, len(rungs))}
}

// next returns a configuration to run and its rung, if there is one now. Higher
// rungs come first: their results decide sooner.
func (h *halving) next(sample func(iteration, index int) *candidate) (*entry, int, bool) {
	for k := len(h.levels) - 1; k >= 0; k-- {
		l := &h.levels[k]
		if k == 0 && len(l.queue) == 0 && h.sampled < h.rungs[0].N {
			l.queue = append(l.queue, &entry{candidate: sample(h.iteration, h.sampled), previous: -1})
			h.sampled++
		}
		if len(l.queue) > 0 {
			e := l.queue[0]
			l.queue = l.queue[1:]
			l.running++
			return e, k, true
		}
	}
	return nil, 0, false
}

// finish takes in the loss of a configuration on a rung and promotes those who
// have earned it. A configuration that failed is never promoted; where too few are
// left, fewer are.
func (h *halving) finish(e *entry, rung int, loss float64) {
	l := &h.levels[rung]
	l.running--
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		l.failed++
	} else {
		e.loss = loss
		at, _ := slices.BinarySearchFunc(l.finished, loss, func(f *entry, x float64) int {
			if f.loss <= x {
				return -1
			}
			return 1
		})
		l.finished = slices.Insert(l.finished, at, e)
	}
	// A rung that is complete may complete the next one, which may have had to wait
	// for nothing else.
	for k := rung; k < len(h.levels)-1; k++ {
		h.promote(k)
	}
	if h.done() {
		h.levels = nil // frees the configurations
	}
}

// promote moves the best of rung k to the queue of the next.
func (h *halving) promote(k int) {
	l, above := &h.levels[k], &h.levels[k+1]
	best := 0
	if h.async {
		best = int(float64(len(l.finished)+l.failed)/h.eta + slack)
	}
	if h.complete(k) {
		best = max(best, h.rungs[k+1].N)
	}
	for _, e := range l.finished[:min(best, len(l.finished))] {
		if !e.promoted {
			e.promoted = true
			l.promoted++
			above.queue = append(above.queue, &entry{candidate: e.candidate, previous: e.trial})
		}
	}
}

// complete reports whether all that will ever run on rung k has finished.
func (h *halving) complete(k int) bool {
	if h.sampled < h.rungs[0].N {
		return false
	}
	for i := range k + 1 {
		if l := &h.levels[i]; l.running > 0 || len(l.queue) > 0 {
			return false
		}
	}
	return true
}

// done reports whether the bracket has nothing left to run.
func (h *halving) done() bool { return h.levels == nil || h.complete(len(h.levels)-1) }
