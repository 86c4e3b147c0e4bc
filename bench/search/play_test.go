package main

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// script asks for fixed trials, and has none where it says wait until the results of
// all before it are in.
type script struct {
	trials []trial
	next   int
	told   []float64
}

const wait = -1

func (s *script) ask() (trial, bool, error) {
	if s.next == len(s.trials) {
		return trial{}, false, nil
	}
	t := s.trials[s.next]
	if t.budget == wait {
		if len(s.told) < t.id {
			return trial{}, false, nil
		}
		s.next++
		t = s.trials[s.next]
	}
	s.next++
	return t, true, nil
}
func (s *script) tell(_ int, loss float64) error { s.told = append(s.told, loss); return nil }
func (s *script) cpu() float64                   { return 0 }
func (s *script) versions() []string             { return nil }

// identity is a workload of one number, whose loss is x at the largest budget and
// misleads below.
func identity(t *testing.T) *workload {
	t.Helper()
	space, err := nasalyze.NewSpace("", []nasalyze.Param{{Name: "x", Upper: 1}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return &workload{name: "identity", space: space, budgets: []float64{1, 3, 9}, eta: 3,
		loss: func(x []float64, b float64, _ *rand.Rand) float64 {
			if b < 9 {
				return -x[0]
			}
			return x[0]
		},
		regret: func(x []float64) float64 { return x[0] }}
}

// The regret at each checkpoint is that of the best at the largest budget so far.
func TestIncumbent(t *testing.T) {
	x := func(v ...float64) []float64 { return v }
	s := &script{trials: []trial{
		{0, x(0.5), 1}, {1, x(0.6), 1}, {2, x(0.1), 1}, // at 3: 0.6, the largest misleads
		{3, x(0.4), 9}, // at 12
		{4, x(0.7), 9}, // at 21, no better
		{5, x(0.2), 9}, // at 30
		{6, x(0.9), 3}, // at 33, at a smaller budget
		{7, x(0.0), 9}, // would end at 42, after the end
	}}
	r, err := play(identity(t), s, 0, 1, 4) // 36 units
	if err != nil {
		t.Fatal(err)
	}
	at := map[float64]float64{9: 0.6, 18: 0.4, 36: 0.2}
	for k := range checkpoints {
		clock := checkpoint(4, k) * 9
		for c, want := range at {
			if math.Abs(clock-c) < 1e-9 && float64(r.Regret[k]) != want {
				t.Errorf("regret at %v is %v, want %v", clock, r.Regret[k], want)
			}
		}
		if clock < 1 && !math.IsNaN(float64(r.Regret[k])) {
			t.Errorf("regret at %v, before the first result, is %v", clock, r.Regret[k])
		}
	}
	if len(r.Regret) != checkpoints || len(s.told) != 7 || r.Trials != 8 {
		t.Errorf("%d checkpoints, %d results told, %d trials", len(r.Regret), len(s.told), r.Trials)
	}
}

// Two workers run side by side; one that finds no trial waits for a result.
func TestWorkers(t *testing.T) {
	x := func(v ...float64) []float64 { return v }
	s := &script{trials: []trial{
		{0, x(0.5), 9}, {1, x(0.4), 3}, {2, x(0.3), 3}, // 0 until 9, 1 until 3, 2 until 6
		{3, nil, wait}, {3, x(0.1), 9}, // not before 9, so that the other idles from 6 to 9
		{4, x(0.2), 9}, // both until 18
	}}
	r, err := play(identity(t), s, 0, 2, 2)
	if err != nil {
		t.Fatal(err)
	}
	if want := (9.0 + 3 + 3 + 9 + 9) / 36; math.Abs(float64(r.Busy)-want) > 1e-12 {
		t.Errorf("busy %v of the time, want %v", r.Busy, want)
	}
	if got := float64(r.Regret[checkpoints-1]); got != 0.1 {
		t.Errorf("regret at the end is %v, want 0.1", got)
	}
	s = &script{trials: []trial{{0, x(0.5), 1}}}
	if _, err := play(identity(t), s, 0, 2, 2); err == nil {
		t.Error("a searcher that runs out of trials was not noticed")
	}
}

// Every searcher of ours plays, and the same seed gives the same run.
func TestOurs(t *testing.T) {
	w := workloadsFor(t, "hartmann6")[0]
	for _, c := range contenders {
		if c.ours == nil {
			continue
		}
		var runs []string
		for range 2 {
			s, err := c.start(t.Context(), nil, w, 5, 3, 0)
			if err != nil {
				t.Fatal(err)
			}
			r, err := play(w, s, 5, 3, 4)
			if err != nil {
				t.Fatal(err)
			}
			runs = append(runs, fmt.Sprint(r))
			if b := float64(r.Busy); !(b > 0.9 && b <= 1+1e-12) {
				t.Errorf("%s: workers are busy %v of the time", c.name, b)
			}
		}
		if runs[0] != runs[1] {
			t.Errorf("%s: two runs with one seed differ:\n%s\n%s", c.name, runs[0], runs[1])
		}
	}
}

// The protocol, with a searcher that needs nothing but Python.
func TestPeer(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3")
	}
	dir := t.TempDir()
	pythons, err := newPythons(dir, "", dir, t.Logf)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "peers", "fixed.py"), `
import harness

class Fixed:
    def __init__(self, setting):
        print("this is not the protocol")
        assert setting["params"][0] == dict(name="x", kind="float", lower=0, upper=1, log=False, choices=0), setting
        self.budgets, self.n, self.seed, self.losses = setting["budgets"], 0, setting["seed"], []
    def ask(self):
        if self.n > len(self.losses):
            return None
        self.n += 1
        return self.n - 1, [1 / (self.n + self.seed)], self.budgets[-1]
    def tell(self, number, loss):
        assert number == len(self.losses)
        self.losses.append(loss)
        if loss < 0.2:
            raise ValueError("too good")

harness.serve(Fixed, [])
`)
	p := &peer{script: "fixed.py"}
	defer p.stop()
	if err := p.launch(t.Context(), python, pythons.dir); err != nil {
		t.Fatal(err)
	}
	for seed := range 3 { // one process, a run each; with two workers one always waits
		s, err := p.start(t.Context(), pythons, identity(t), seed, 2, 0)
		if err != nil {
			t.Fatal(err)
		}
		r, err := play(identity(t), s, seed, 2, 2)
		if err != nil {
			t.Fatal(err)
		}
		if want := 1 / float64(2+seed); float64(r.Regret[checkpoints-1]) != want || r.Busy != 0.5 || !strings.HasPrefix(r.Versions[0], "Python 3") {
			t.Errorf("seed %d: %+v, want regret %v", seed, r, want)
		}
	}
	s, err := p.start(t.Context(), pythons, identity(t), 3, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := play(identity(t), s, 3, 1, 9); err == nil || !strings.Contains(err.Error(), "fixed.py") {
		t.Errorf("a peer that died: %v", err)
	}
}
