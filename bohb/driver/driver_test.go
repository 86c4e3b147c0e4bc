package driver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/hpbandster"
	"github.com/nasalyze/nasalyze/bohb/journal"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/ingest/jsonl"
)

func space(t testing.TB) *nasalyze.Space {
	t.Helper()
	s, err := nasalyze.NewSpace("", []nasalyze.Param{
		{Name: "lr", Lower: 1e-4, Upper: 1, Log: true},
		{Name: "layers", Kind: nasalyze.Int, Lower: 1, Upper: 8},
		{Name: "opt", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("adam"), nasalyze.Text("sgd")}},
		{Name: "momentum", Lower: 0, Upper: 0.99},
	}, []nasalyze.Condition{{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "opt", Values: []nasalyze.Value{nasalyze.Text("sgd")}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// train is an invented training: quick, and now and then failing.
func train(t bohb.Trial) Outcome {
	lr, _ := t.Values[0].Float()
	layers, _ := t.Values[1].Float()
	loss := math.Pow(math.Log10(lr)+2, 2) + math.Abs(layers-5)/8 + 1/t.Budget
	switch t.Seed % 11 {
	case 0:
		return Outcome{Status: nasalyze.Crashed, Reason: "exit status 1"}
	case 1:
		return Outcome{Values: []float64{math.NaN(), 3}}
	}
	return Outcome{Values: []float64{loss, layers}, Info: map[string]any{"note": "ends well"}}
}

var objectives = []nasalyze.Objective{{Name: "loss", Lower: math.NaN(), Upper: math.NaN()}, {Name: "layers", Maximize: true, Lower: math.NaN(), Upper: math.NaN()}}

func search(t testing.TB, opt bohb.Options) *bohb.Search {
	t.Helper()
	opt.MinBudget, opt.MaxBudget = 1, 9
	if opt.Iterations == 0 {
		opt.Iterations = 6
	}
	s, err := bohb.New(space(t), opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// resume opens the log at path, replays it, and goes on with it to the end or to the error.
func resume(t testing.TB, path string, opt bohb.Options, run Options, evaluate Evaluate) error {
	t.Helper()
	j, _, err := journal.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	searcher := search(t, opt)
	var state *State
	if j.Lines() > 2 { // a header, a configuration, a trial: nothing runs before all three are there
		study, findings, err := ingest.Open(t.Context(), path, ingest.Options{InfoLimit: math.MaxInt64})
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range findings {
			if f.Severity > ingest.Note {
				t.Errorf("finding in the log: %+v", f)
			}
		}
		if state, err = Replay(searcher, study); err != nil || state.Corrected > 0 {
			t.Fatalf("%v, %d proposals differ from the log", err, state.Corrected)
		}
	}
	encoder, err := jsonl.Append(j, &nasalyze.Study{Space: space(t), Objectives: objectives})
	if err != nil {
		t.Fatal(err)
	}
	run.Sink, run.Sync, run.Objectives = encoder, j.Sync, objectives
	return Run(t.Context(), searcher, evaluate, state, run)
}

func quick(_ context.Context, _ int, t bohb.Trial) Outcome { return train(t) }

// trials are what the log says in the end: everything but times.
func trials(t testing.TB, path string) []string {
	t.Helper()
	study, _, err := ingest.Open(t.Context(), path, ingest.Options{InfoLimit: math.MaxInt64})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, tr := range study.Trials {
		c := study.Configs[tr.Config]
		all = append(all, fmt.Sprint(c.ID, c.Values, c.Pick, tr.Budget, tr.Seed, tr.Status, tr.Values, string(tr.Info)))
	}
	return all
}

// A log that was cut off at any byte, as by a kill in the middle of a write, leads
// to the same trials in the same order as the search that was never disturbed.
func TestResumeFromAnyByte(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "nasalyze.jsonl")
	if err := resume(t, path, bohb.Options{Seed: 3}, Options{}, quick); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := trials(t, path)
	if len(want) < 30 {
		t.Fatalf("%d trials", len(want))
	}
	header := bytes.IndexByte(whole, '\n') + 1
	second := header + bytes.IndexByte(whole[header:], '\n') + 1
	cuts := []int{0, 10, header - 1, header, header + 1, second - 1, second, second + 1, len(whole) - 1, len(whole)}
	rng := rand.New(rand.NewPCG(1, 1))
	n := 100
	if testing.Short() {
		n = 20
	}
	for range n {
		cuts = append(cuts, header+rng.IntN(len(whole)-header))
	}
	for _, cut := range cuts {
		part := filepath.Join(dir, fmt.Sprintf("cut%d.jsonl", cut))
		if err := os.WriteFile(part, whole[:cut], 0o644); err != nil {
			t.Fatal(err)
		}
		if err := resume(t, part, bohb.Options{Seed: 3}, Options{}, quick); err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if got := trials(t, part); !slices.Equal(got, want) {
			t.Fatalf("cut at %d: %d trials, want the %d of the undisturbed search", cut, len(got), len(want))
		}
	}
}

// With several workers, stopped at random moments: no trial is lost, none that had
// ended runs again, and what the next Replay finds it verifies.
func TestResumeWithWorkers(t *testing.T) {
	for _, async := range []bool{false, true} {
		path := filepath.Join(t.TempDir(), "nasalyze.jsonl")
		opt := bohb.Options{Seed: 5, Async: async}
		rng := rand.New(rand.NewPCG(2, 2))
		var mu sync.Mutex
		completed := make(map[int]int)
		stopped := errors.New("stopped")
		for rounds := 0; ; rounds++ {
			ctx, cancel := context.WithCancelCause(t.Context())
			left := rng.IntN(6) + 1
			run := Options{Workers: 4, Ended: func(tr bohb.Trial, _ Outcome, _ *nasalyze.Trial) {
				completed[tr.Number]++
				if left--; left == 0 {
					cancel(stopped)
				}
			}}
			err := func() error {
				j, _, err := journal.Open(path)
				if err != nil {
					t.Fatal(err)
				}
				defer j.Close()
				searcher := search(t, opt)
				var state *State
				if j.Lines() > 2 { // a header, a configuration, a trial: nothing runs before all three are there
					study, _, err := ingest.Open(t.Context(), path, ingest.Options{})
					if err != nil {
						t.Fatal(err)
					}
					if state, err = Replay(searcher, study); err != nil || state.Corrected > 0 {
						t.Fatalf("%v, %d proposals differ from the log", err, state.Corrected)
					}
				}
				encoder, err := jsonl.Append(j, &nasalyze.Study{Space: space(t), Objectives: objectives})
				if err != nil {
					t.Fatal(err)
				}
				run.Sink, run.Sync, run.Objectives = encoder, j.Sync, objectives
				return Run(ctx, searcher, func(ctx context.Context, _ int, tr bohb.Trial) Outcome {
					mu.Lock()
					d := time.Duration(rng.IntN(500)) * time.Microsecond
					mu.Unlock()
					select {
					case <-time.After(d):
					case <-ctx.Done():
						return Outcome{Status: nasalyze.Aborted}
					}
					return train(tr)
				}, state, run)
			}()
			cancel(nil)
			if err == nil {
				t.Logf("async %v: %d interruptions", async, rounds)
				break
			}
			if !errors.Is(err, stopped) {
				t.Fatal(err)
			}
		}
		study, _, err := ingest.Open(t.Context(), path, ingest.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for n := range len(study.Trials) {
			if completed[n] != 1 {
				t.Errorf("trial %d ended %d times", n, completed[n])
			}
		}
		searcher := search(t, opt)
		state, err := Replay(searcher, study)
		if err != nil || state.Pending() != 0 || !searcher.Done() {
			t.Errorf("after the end: %v, state %+v, done %v", err, state, searcher.Done())
		}
	}
}

// A log of other options is not gone on with.
func TestReplayRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nasalyze.jsonl")
	if err := resume(t, path, bohb.Options{Seed: 3}, Options{}, quick); err != nil {
		t.Fatal(err)
	}
	study, _, err := ingest.Open(t.Context(), path, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, opt := range map[string]bohb.Options{"seed": {Seed: 4}, "async": {Seed: 3, Async: true}, "iterations": {Seed: 3, Iterations: 2}} {
		if _, err := Replay(search(t, opt), study); err == nil {
			t.Errorf("another %s is not noticed", name)
		}
	}
	study.Trials = slices.Delete(study.Trials, 7, 8)
	if _, err := Replay(search(t, bohb.Options{Seed: 3}), study); err == nil {
		t.Error("a missing trial is not noticed")
	}
	study.Trials[3].Info = nil
	if _, err := Replay(search(t, bohb.Options{Seed: 3}), study); err == nil {
		t.Error("a log of another program is taken")
	}
}

// The log counts where the searcher would have proposed something else: the search
// goes on with the configurations of the log, and its results.
func TestReplayCorrects(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nasalyze.jsonl")
	if err := resume(t, path, bohb.Options{Seed: 3, Iterations: 3}, Options{}, quick); err != nil {
		t.Fatal(err)
	}
	study, _, err := ingest.Open(t.Context(), path, ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	changed := slices.IndexFunc(study.Configs, func(c nasalyze.Config) bool {
		return c.ID == study.Configs[study.Trials[len(study.Trials)-1].Config].ID
	})
	study.Configs[changed].Values[0] = nasalyze.Number(0.0123)
	pending := study.Trials[len(study.Trials)-1]
	study.Trials[len(study.Trials)-1].Status = nasalyze.Running
	searcher := search(t, bohb.Options{Seed: 3, Iterations: 3})
	state, err := Replay(searcher, study)
	if err != nil || state.Corrected != 1 {
		t.Fatalf("%v, %+v", err, state)
	}
	err = Run(t.Context(), searcher, func(_ context.Context, _ int, tr bohb.Trial) Outcome {
		if x, _ := tr.Values[0].Float(); tr.Budget != pending.Budget || x != 0.0123 {
			t.Errorf("the trial that was running is run again as %+v", tr)
		}
		return train(tr)
	}, state, Options{Objectives: objectives})
	if err != nil || !searcher.Done() {
		t.Error(err)
	}
	study.Configs[changed].Values[0] = nasalyze.Number(7) // not legal
	if _, err := Replay(search(t, bohb.Options{Seed: 3, Iterations: 3}), study); err == nil {
		t.Error("an illegal configuration is taken from the log")
	}
}

// failingSink fails after some lines.
type failingSink struct{ left int }

var errSink = errors.New("disk full")

func (s *failingSink) Config(*nasalyze.Config) error { return s.line() }
func (s *failingSink) Trial(string, *nasalyze.Trial) error {
	return s.line()
}
func (s *failingSink) line() error {
	if s.left--; s.left < 0 {
		return errSink
	}
	return nil
}

// When the log cannot be written, nothing starts that is not in it, what runs is
// stopped, and the error says why.
func TestSinkFails(t *testing.T) {
	for left := range 12 {
		var mu sync.Mutex
		begun, over := 0, 0
		var logged int
		sink := &failingSink{left: left}
		err := Run(t.Context(), search(t, bohb.Options{}), func(ctx context.Context, _ int, tr bohb.Trial) Outcome {
			mu.Lock()
			begun++
			mu.Unlock()
			defer func() { mu.Lock(); over++; mu.Unlock() }()
			if tr.Number%2 == 0 {
				return train(tr)
			}
			<-ctx.Done()
			return Outcome{Status: nasalyze.Aborted}
		}, nil, Options{Workers: 3, Sink: sink, Objectives: objectives, Started: func(bohb.Trial) { logged++ }})
		if !errors.Is(err, errSink) {
			t.Errorf("%d lines: error %v", left, err)
		}
		if begun != over || begun > logged {
			t.Errorf("%d lines: %d trials begun, %d over, %d in the log", left, begun, over, logged)
		}
	}
	syncError := errors.New("cannot sync")
	err := Run(t.Context(), search(t, bohb.Options{}), func(context.Context, int, bohb.Trial) Outcome {
		t.Error("a trial runs though the log is not synced")
		return Outcome{}
	}, nil, Options{Sync: func() error { return syncError }})
	if !errors.Is(err, syncError) {
		t.Errorf("error %v", err)
	}
}

// A search of which every trial fails ends after a few, with the reason.
func TestAllFail(t *testing.T) {
	n := 0
	err := Run(t.Context(), search(t, bohb.Options{}), func(context.Context, int, bohb.Trial) Outcome {
		return Outcome{Status: nasalyze.Crashed, Reason: "no module named torch"}
	}, nil, Options{MaxFailures: 5, Ended: func(bohb.Trial, Outcome, *nasalyze.Trial) { n++ }})
	var failed *FailedError
	if !errors.As(err, &failed) || failed.Trials != 5 || n != 5 || !strings.Contains(err.Error(), "no module named torch") {
		t.Errorf("after %d trials: %v", n, err)
	}
	// One result, and failures are bad luck.
	n = 0
	err = Run(t.Context(), search(t, bohb.Options{}), func(_ context.Context, _ int, tr bohb.Trial) Outcome {
		if tr.Number == 3 {
			return train(bohb.Trial{Number: 3, Values: tr.Values, Budget: 1, Seed: 5})
		}
		return Outcome{Status: nasalyze.Crashed}
	}, nil, Options{MaxFailures: 5, Objectives: objectives, Ended: func(bohb.Trial, Outcome, *nasalyze.Trial) { n++ }})
	if err != nil || n < 20 {
		t.Errorf("after %d trials: %v", n, err)
	}
}

// A trial that began before one of those that failed has a say in whether all fail; nothing
// more starts before it is heard. One that began later is stopped, and counted.
func TestAllFailButOne(t *testing.T) {
	failed := Outcome{Status: nasalyze.Crashed, Reason: "exit status 3"}
	for _, succeeds := range []bool{true, false} {
		release := make(chan struct{})
		n := 0
		err := Run(t.Context(), search(t, bohb.Options{}), func(_ context.Context, _ int, tr bohb.Trial) Outcome {
			switch {
			case tr.Number == 1 && succeeds:
				<-release
				return Outcome{Values: []float64{1, 1}}
			case tr.Number == 1:
				<-release
			}
			return failed
		}, nil, Options{Workers: 2, MaxFailures: 2, Objectives: objectives, Ended: func(bohb.Trial, Outcome, *nasalyze.Trial) {
			if n++; n == 2 { // trials 0 and 2
				time.AfterFunc(20*time.Millisecond, func() { close(release) })
			}
		}})
		var all *FailedError
		switch {
		case succeeds && (err != nil || n < 20):
			t.Errorf("after %d trials, of which one succeeds: %v", n, err)
		case !succeeds && (!errors.As(err, &all) || all.Trials != 3 || n != 3 || all.Last.Number != 1 || all.Stopped != 0):
			t.Errorf("after %d trials that failed: %+v", n, err)
		}
	}
	err := Run(t.Context(), search(t, bohb.Options{}), func(ctx context.Context, _ int, tr bohb.Trial) Outcome {
		if tr.Number > 1 {
			<-ctx.Done()
			return Outcome{Status: nasalyze.Aborted}
		}
		time.Sleep(time.Duration(tr.Number) * 20 * time.Millisecond)
		return failed
	}, nil, Options{Workers: 2, MaxFailures: 2})
	var all *FailedError
	if !errors.As(err, &all) || all.Trials != 2 || all.Stopped != 1 {
		t.Errorf("with a later trial that runs: %+v", err)
	}
}

// Drained, a search ends what runs and starts no more; the log resumes.
func TestDrain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nasalyze.jsonl")
	drain := make(chan struct{})
	n := 0
	var once sync.Once
	err := resume(t, path, bohb.Options{}, Options{Workers: 3, Drain: drain, Ended: func(bohb.Trial, Outcome, *nasalyze.Trial) {
		if n++; n == 10 {
			once.Do(func() { close(drain) })
		}
	}}, quick)
	if err != nil || n < 10 || n > 12 {
		t.Fatalf("drained after %d trials: %v", n, err)
	}
	if err := resume(t, path, bohb.Options{}, Options{}, quick); err != nil {
		t.Fatal(err)
	}
	want := filepath.Join(t.TempDir(), "nasalyze.jsonl")
	if err := resume(t, want, bohb.Options{}, Options{}, quick); err != nil {
		t.Fatal(err)
	}
	if got := len(trials(t, path)); got != len(trials(t, want)) {
		t.Errorf("%d trials in two parts, want %d", got, len(trials(t, want)))
	}
}

// No two trials run under one worker number at a time, and all workers are busy
// when there is enough to do.
func TestWorkers(t *testing.T) {
	var mu sync.Mutex
	busy := make(map[int]bool)
	most := 0
	err := Run(t.Context(), search(t, bohb.Options{}), func(_ context.Context, w int, tr bohb.Trial) Outcome {
		mu.Lock()
		if w < 0 || w >= 4 || busy[w] {
			t.Errorf("worker %d given a second trial", w)
		}
		busy[w] = true
		most = max(most, len(busy))
		mu.Unlock()
		time.Sleep(100 * time.Microsecond)
		mu.Lock()
		delete(busy, w)
		mu.Unlock()
		return train(tr)
	}, nil, Options{Workers: 4, Objectives: objectives})
	if err != nil || most != 4 {
		t.Errorf("at most %d workers busy: %v", most, err)
	}
}

// What package hpbandster writes of a search is read back as the same search.
func TestHpBandSterFiles(t *testing.T) {
	dir := t.TempDir()
	var configs, results bytes.Buffer
	w := hpbandster.New(&configs, &results, space(t), objectives)
	type logged struct {
		config, budget string
		loss           float64
	}
	var want []logged
	err := Run(t.Context(), search(t, bohb.Options{Seed: 1}), quick, nil, Options{Sink: w, Objectives: objectives,
		Ended: func(tr bohb.Trial, o Outcome, _ *nasalyze.Trial) {
			want = append(want, logged{tr.Config, fmt.Sprint(tr.Budget), lossOf(objectives[0], o.Status, o.Values[0])})
		}})
	if err != nil {
		t.Fatal(err)
	}
	var cs bytes.Buffer
	if err := configspace.Write(&cs, space(t)); err != nil {
		t.Fatal(err)
	}
	for name, b := range map[string]*bytes.Buffer{"configs.json": &configs, "results.json": &results, "configspace.json": &cs} {
		if err := os.WriteFile(filepath.Join(dir, name), b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	study, findings, err := ingest.Open(t.Context(), dir, ingest.Options{Objectives: []string{"loss", "info.layers"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Severity > ingest.Note {
			t.Errorf("finding: %+v", f)
		}
	}
	if study.Provenance.Format != "hpbandster" || len(study.Trials) != len(want) {
		t.Fatalf("read as %s, %d trials, want %d", study.Provenance.Format, len(study.Trials), len(want))
	}
	for i := range study.Trials {
		tr := &study.Trials[i]
		got := logged{study.Configs[tr.Config].ID, fmt.Sprint(tr.Budget), tr.Values[0]}
		if got.config != want[i].config || got.budget != want[i].budget || got.loss != want[i].loss && !(math.IsNaN(got.loss) && math.IsNaN(want[i].loss)) {
			t.Errorf("trial %d is %v, want %v", i, got, want[i])
		}
		if errs := study.Space.Check(study.Configs[tr.Config].Values); errs != nil {
			t.Errorf("configuration %s: %v", got.config, errs)
		}
	}
}

// At least a thousand trials a second, every line of the log synced.
func TestWorkersThatMakeNoSense(t *testing.T) {
	err := Run(t.Context(), search(t, bohb.Options{}), nil, nil, Options{Workers: -1})
	if err == nil || !strings.Contains(err.Error(), "-1 workers, expected at least 1") {
		t.Errorf("error %v", err)
	}
}

func BenchmarkRun(b *testing.B) {
	for _, method := range []bohb.Method{bohb.BOHB, bohb.Hyperband} {
		b.Run(method.String(), func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "nasalyze.jsonl")
			n := 0
			drain := make(chan struct{})
			b.ReportAllocs()
			b.ResetTimer()
			err := resume(b, path, bohb.Options{Method: method, Iterations: 1 << 30}, Options{Workers: 10, Drain: drain, Ended: func(bohb.Trial, Outcome, *nasalyze.Trial) {
				if n++; n == b.N {
					close(drain)
				}
			}}, quick)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "trials/s")
		})
	}
}
