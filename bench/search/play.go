package main

import (
	"container/heap"
	"fmt"
	"hash/fnv"
	"math"
	"math/rand/v2"
)

// run is the record of one search.
type run struct {
	Workload string  `json:"workload"`
	Searcher string  `json:"searcher"`
	Workers  int     `json:"workers"`
	Seed     int     `json:"seed"`
	Limit    float64 `json:"limit"`
	// Regret of the incumbent at limit * 2^(-k/2) full evaluations on the clock, k from
	// checkpoints-1 to 0. NaN is written as null: nothing was known by then.
	Regret []number `json:"regret"`
	Trials int      `json:"trials"`
	// Busy is the share of the workers' time that was spent on trials, if there are several.
	Busy number `json:"busy,omitempty"`
	// CPU is the processor time of a peer.
	CPU      number   `json:"cpu,omitempty"`
	Versions []string `json:"versions,omitempty"`
}

// checkpoints is the number of times at which the regret is recorded.
const checkpoints = 13

// checkpoint is the k-th of them in full evaluations.
func checkpoint(limit float64, k int) float64 {
	return limit * math.Pow(2, -float64(checkpoints-1-k)/2)
}

// event is the end of an evaluation.
type event struct {
	trial
	at   float64
	turn int // breaks ties: first started, first told
	loss float64
}

// events is a heap by time.
type events []event

func (e events) Len() int { return len(e) }
func (e events) Less(i, j int) bool {
	return e[i].at < e[j].at || e[i].at == e[j].at && e[i].turn < e[j].turn
}
func (e events) Swap(i, j int) { e[i], e[j] = e[j], e[i] }
func (e *events) Push(x any)   { *e = append(*e, x.(event)) }
func (e *events) Pop() any {
	last := (*e)[len(*e)-1]
	*e = (*e)[:len(*e)-1]
	return last
}

// play lets a searcher search with so many workers until the simulated clock reaches
// limit full evaluations.
func play(w *workload, s searcher, seed, workers int, limit float64) (run, error) {
	r := run{Workload: w.name, Workers: workers, Seed: seed, Limit: limit}
	name := fnv.New64a()
	name.Write([]byte(w.name))
	noise := func(turn int) *rand.Rand {
		return rand.New(rand.NewPCG(name.Sum64(), uint64(seed)<<32|uint64(turn)))
	}
	var (
		running   events
		now, busy float64
		end       = limit * w.full()
		incumbent event
		regret    = math.NaN()
	)
	note := func(until float64) {
		for len(r.Regret) < checkpoints && checkpoint(limit, len(r.Regret))*w.full() < until-1e-9*end {
			r.Regret = append(r.Regret, number(regret))
		}
	}
	for {
		for now < end && len(running) < workers {
			t, ok, err := s.ask()
			if err != nil {
				return r, err
			}
			if !ok {
				break
			}
			if len(t.x) != len(w.space.Params) || !(t.budget > 0) {
				return r, fmt.Errorf("asked for %v at budget %v", t.x, t.budget)
			}
			heap.Push(&running, event{t, now + t.budget, r.Trials, w.loss(t.x, t.budget, noise(r.Trials))})
			busy += min(t.budget, end-now)
			r.Trials++
		}
		if len(running) == 0 && now < end {
			return r, fmt.Errorf("no trial to run and none to wait for after %d", r.Trials)
		}
		if len(running) == 0 || running[0].at > end*(1+1e-9) {
			break
		}
		e := heap.Pop(&running).(event)
		note(e.at)
		now = e.at
		if b := incumbent.budget; e.budget > b*(1+1e-6) || e.budget*(1+1e-6) > b && e.loss < incumbent.loss {
			incumbent, regret = e, w.regret(e.x)
		}
		if err := s.tell(e.id, e.loss); err != nil {
			return r, err
		}
	}
	note(math.Inf(1))
	if workers > 1 {
		r.Busy = number(busy / (end * float64(workers)))
	}
	r.CPU, r.Versions = number(s.cpu()), s.versions()
	return r, nil
}
