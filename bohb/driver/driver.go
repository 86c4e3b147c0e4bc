package driver

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
)

// Outcome is how a trial ended.
type Outcome struct {
	Status nasalyze.Status
	// Values of the objectives in natural direction, one per objective of the
	// search, NaN where there is none; nil means none.
	Values []float64
	// Info is anything else to be logged, a JSON object; may be nil.
	Info map[string]any
	// Reason says in a line why there is no result; empty on success.
	Reason string
	// Started and Ended are when the trial really ran, on the clock of the log, for
	// those that wait in a queue first; 0 means while Evaluate ran.
	Started, Ended float64
}

// Evaluate runs a trial and returns how it went. Worker is the number of the worker
// that does, from 0 and below Options.Workers: no two run under one number at the
// same time. When ctx ends it stops what it started and returns soon.
//
// The status nasalyze.Aborted says that the trial was not measured: it stays in the
// log as running, to be run again, and the search ends with the reason. Without a reason, while
// the search is drained, it is a trial that had not begun and was taken back; the others go on.
type Evaluate func(ctx context.Context, worker int, trial bohb.Trial) Outcome

// Sink keeps the log. The encoder of package ingest/jsonl is one.
type Sink interface {
	Config(*nasalyze.Config) error
	// Trial is called when a trial starts (status Running) and when it has ended.
	Trial(config string, t *nasalyze.Trial) error
}

// DefaultMaxFailures of [Options].
const DefaultMaxFailures = 10

// Options of [Run]. The zero value is the documented default.
type Options struct {
	// Workers is the number of trials at the same time; 0 means 1.
	Workers int
	// Objectives that are logged. The first is optimised; none means "loss", to be
	// minimised.
	Objectives []nasalyze.Objective
	// Sink of the log; nil means none.
	Sink Sink
	// Sync makes what the sink was given last; nil means that nothing need be done.
	Sync func() error
	// MaxFailures is how many trials fail, without one that succeeds, before the search
	// stops; 0 means [DefaultMaxFailures], negative means never. Trials that were asked
	// for before one of those are waited for; meanwhile nothing more starts.
	MaxFailures int
	// Drain, once closed, lets the running trials end and starts no more. Evaluate may
	// then take back what has not begun.
	Drain <-chan struct{}
	// Started and Ended, if not nil, are called after a trial is logged as started
	// or ended. Calls do not overlap.
	Started func(bohb.Trial)
	Ended   func(bohb.Trial, Outcome, *nasalyze.Trial)
	// Now is the clock of the log, in seconds; nil means seconds since 1970.
	Now func() float64
}

// now is the clock of logs: seconds since 1970.
func now() float64 { return float64(time.Now().UnixNano()) / 1e9 }

func (o Options) resolve() Options {
	if o.Workers == 0 {
		o.Workers = 1
	}
	if len(o.Objectives) == 0 {
		o.Objectives = []nasalyze.Objective{{Name: "loss", Lower: math.NaN(), Upper: math.NaN()}}
	}
	if o.MaxFailures == 0 {
		o.MaxFailures = DefaultMaxFailures
	}
	if o.Now == nil {
		o.Now = now
	}
	if o.Sync == nil {
		o.Sync = func() error { return nil }
	}
	return o
}

// FailedError ends a search of which every trial fails.
type FailedError struct {
	Trials int
	// Last is the last trial that failed, and Reason why.
	Last   bohb.Trial
	Status nasalyze.Status
	Reason string
	// Stopped is the number of later trials that still ran. They stay in the log as
	// running, to be run again.
	Stopped int
}

func (e *FailedError) Error() string {
	return fmt.Sprintf("all of the first %d trials failed; the last one, %d, is %v: %s", e.Trials, e.Last.Number, e.Status, e.Reason)
}

// job is a trial that runs.
type job struct {
	trial              bohb.Trial
	worker, after      int
	submitted, started float64
}

// ended is a job and how it went.
type ended struct {
	job
	outcome  Outcome
	finished float64
}

// loop is a search at work.
type loop struct {
	opt      Options
	searcher bohb.Searcher
	state    *State
	free     []int        // workers without a trial
	running  map[int]bool // by number
	failures int          // in a row from the first trial on; -1 after a success
	last     int          // the largest number of those
	results  chan ended
}

// Run runs a search to its end, from the state that [Replay] returned or from the
// start if it is nil. It returns nil when the search is done or drained, the cause
// when ctx ends (the trials that ran are then run again by the next Replay), a
// *FailedError when every trial fails, and the error of the sink when the log cannot be written,
// before anything that is not in the log starts.
func Run(ctx context.Context, searcher bohb.Searcher, evaluate Evaluate, state *State, opt Options) error {
	if opt.Workers < 0 {
		return fmt.Errorf("driver: %d workers, expected at least 1, or 0 for that", opt.Workers)
	}
	opt = opt.resolve()
	if state == nil {
		state = new(State)
	}
	l := &loop{opt: opt, searcher: searcher, state: state, running: make(map[int]bool), results: make(chan ended, opt.Workers)}
	if state.Succeeded {
		l.failures = -1
	}
	for w := range opt.Workers {
		l.free = append(l.free, opt.Workers-1-w)
	}
	work, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	stop := func(err error) error { // ends what runs, and waits for it
		cancel(err)
		for range l.running {
			<-l.results
		}
		return err
	}
	for {
		batch, err := l.startable()
		if err == nil {
			err = opt.Sync()
		}
		if err != nil {
			return stop(err)
		}
		for _, j := range batch {
			l.running[j.trial.Number] = true
			j.started = opt.Now()
			go func() {
				o := evaluate(work, j.worker, j.trial)
				l.results <- ended{j, o, opt.Now()}
			}()
		}
		if len(l.running) == 0 {
			return nil
		}
		select {
		case e := <-l.results:
			err = l.finish(ctx, e)
		case <-ctx.Done():
			return stop(context.Cause(ctx))
		}
		for more := true; more && err == nil; {
			select {
			case e := <-l.results:
				err = l.finish(ctx, e)
			default:
				more = false
			}
		}
		if err != nil {
			return stop(err)
		}
	}
}

// draining reports whether nothing more may start.
func (l *loop) draining() bool {
	select {
	case <-l.opt.Drain:
		return true
	default:
		return false
	}
}

// failing reports whether enough trials have failed for the search to end, if those
// that were asked for before one of them fail too.
func (l *loop) failing() bool {
	return l.opt.MaxFailures > 0 && l.failures >= l.opt.MaxFailures
}

// undecided reports whether a trial runs that was asked for before one that failed.
func (l *loop) undecided() bool {
	for number := range l.running {
		if number < l.last {
			return true
		}
	}
	return false
}

// startable takes trials for the free workers and writes them down.
func (l *loop) startable() ([]job, error) {
	var batch []job
	for len(l.free) > 0 && !l.draining() && !l.failing() {
		j := job{}
		if len(l.state.pending) > 0 {
			j.trial, j.after = l.state.pending[0].trial, l.state.pending[0].after
			l.state.pending = l.state.pending[1:]
		} else {
			var ok bool
			if j.trial, ok = l.searcher.Ask(); !ok {
				break
			}
			j.after = l.state.told
		}
		j.worker = l.free[len(l.free)-1]
		l.free = l.free[:len(l.free)-1]
		j.submitted = l.opt.Now()
		j.started = j.submitted
		if err := l.start(j); err != nil {
			return nil, err
		}
		batch = append(batch, j)
	}
	return batch, nil
}

// start writes down that a trial is about to run.
func (l *loop) start(j job) error {
	if s := l.opt.Sink; s != nil {
		if j.trial.Previous < 0 && !l.state.known(j.trial.Config) {
			if err := s.Config(&nasalyze.Config{ID: j.trial.Config, Values: j.trial.Values, Pick: j.trial.Pick}); err != nil {
				return err
			}
		}
		t, err := l.record(j, Outcome{Status: nasalyze.Running}, math.NaN())
		if err != nil {
			return err
		}
		if err := s.Trial(j.trial.Config, t); err != nil {
			return err
		}
	}
	if l.opt.Started != nil {
		l.opt.Started(j.trial)
	}
	return nil
}

// finish writes down how a trial ended and tells the searcher.
func (l *loop) finish(ctx context.Context, e ended) error {
	delete(l.running, e.trial.Number)
	l.free = append(l.free, e.worker)
	if e.outcome.Status == nasalyze.Aborted || ctx.Err() != nil {
		// It was stopped, not measured: it stays in the log as running.
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case e.outcome.Reason == "" && l.draining():
			return nil
		}
		return fmt.Errorf("trial %d: %s", e.trial.Number, e.outcome.Reason)
	}
	// Clocks of machines differ.
	if e.outcome.Started > 0 {
		e.started = max(e.outcome.Started, e.submitted)
	}
	if e.outcome.Ended > 0 {
		e.finished = max(e.outcome.Ended, e.started)
	}
	loss := l.loss(&e.outcome)
	t, err := l.record(e.job, e.outcome, e.finished)
	if err != nil {
		return err
	}
	if l.opt.Sink != nil {
		if err := l.opt.Sink.Trial(e.trial.Config, t); err != nil {
			return err
		}
	}
	if err := l.searcher.Tell(e.trial.Number, loss); err != nil {
		return err
	}
	l.state.told++
	if l.opt.Ended != nil {
		l.opt.Ended(e.trial, e.outcome, t)
	}
	switch {
	case !math.IsNaN(loss) || l.failures < 0:
		l.failures = -1
	default:
		l.failures, l.last = l.failures+1, max(l.last, e.trial.Number)
		if l.failing() && !l.undecided() {
			if err := l.opt.Sync(); err != nil {
				return err
			}
			return &FailedError{l.failures, e.trial, e.outcome.Status, e.outcome.Reason, len(l.running)}
		}
	}
	return nil
}

// loss is what the searcher is told: the first objective, to be minimised, NaN for
// a failure. A success without a finite value is none.
func (l *loop) loss(o *Outcome) float64 {
	for len(o.Values) < len(l.opt.Objectives) {
		o.Values = append(o.Values, math.NaN())
	}
	x := o.Values[0]
	if o.Status.Valid() && (math.IsNaN(x) || math.IsInf(x, 0)) {
		o.Status = nasalyze.Diverged
		if o.Reason == "" {
			o.Reason = fmt.Sprintf("%s is %v", l.opt.Objectives[0].Name, x)
		}
	}
	return lossOf(l.opt.Objectives[0], o.Status, x)
}

// lossOf is the loss of a logged value.
func lossOf(o nasalyze.Objective, status nasalyze.Status, x float64) float64 {
	switch {
	case !status.Valid() || math.IsNaN(x) || math.IsInf(x, 0):
		return math.NaN()
	case o.Maximize:
		return -x
	}
	return x
}

// searchInfo is what the log says of a trial beside its result: enough to ask and
// tell again in the same order.
type searchInfo struct {
	Number int `json:"number"`
	// After is how many results had been told when the trial was asked for.
	After     int    `json:"after"`
	Iteration int    `json:"iteration"`
	Rung      int    `json:"rung"`
	Note      string `json:"note,omitempty"`
}

// infoKey is where searchInfo stands in the info of a trial.
const infoKey = "search"

// record makes the line of the log.
func (l *loop) record(j job, o Outcome, finished float64) (*nasalyze.Trial, error) {
	info := make(map[string]any, len(o.Info)+2)
	for k, v := range o.Info {
		info[k] = v
	}
	if o.Reason != "" {
		info["reason"] = o.Reason
	}
	info[infoKey] = searchInfo{j.trial.Number, j.after, j.trial.Iteration, j.trial.Rung, j.trial.Note}
	raw, err := json.Marshal(info)
	if err != nil {
		return nil, fmt.Errorf("trial %d: what it reported has no JSON form: %w", j.trial.Number, err)
	}
	values := o.Values
	if values == nil {
		values = make([]float64, len(l.opt.Objectives))
		for k := range values {
			values[k] = math.NaN()
		}
	}
	return &nasalyze.Trial{Budget: j.trial.Budget, Seed: j.trial.Seed, HasSeed: true, Values: values, Status: o.Status,
		Submitted: j.submitted, Started: j.started, Finished: finished, Info: raw}, nil
}
