package nasalyze_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasalyze/nasalyze"
)

// at is a short way to write a trial of a study with one objective.
func at(config int, budget, value float64) nasalyze.Trial {
	return nasalyze.Trial{Config: config, Budget: budget, Values: []float64{value},
		Submitted: math.NaN(), Started: math.NaN(), Finished: math.NaN()}
}

func seeded(t nasalyze.Trial, seed int64) nasalyze.Trial {
	t.Seed, t.HasSeed = seed, true
	return t
}

func status(t nasalyze.Trial, s nasalyze.Status) nasalyze.Trial {
	t.Status = s
	return t
}

// study makes a study of n configurations with x = 0, 1/10, 2/10, ...
func study(t testing.TB, n int, trials ...nasalyze.Trial) *nasalyze.Study {
	t.Helper()
	s := &nasalyze.Study{Name: "s", Space: mustSpace(t, []nasalyze.Param{
		{Name: "fixed", Kind: nasalyze.Constant, Choices: texts("f")},
		{Name: "x", Kind: nasalyze.Float, Lower: 0, Upper: 1},
	}, nil), Objectives: []nasalyze.Objective{{Name: "loss"}}, Trials: trials}
	for i := range n {
		s.Configs = append(s.Configs, nasalyze.Config{ID: fmt.Sprint(i), Values: []nasalyze.Value{nasalyze.Text("f"), nasalyze.Number(float64(i) / 10)}})
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBudgetsAreSortedAndDistinct(t *testing.T) {
	s := study(t, 1, at(0, 9, 0), at(0, 1, 0), at(0, 1./3, 0), at(0, 9, 1))
	if d := cmp.Diff([]float64{1. / 3, 1, 9}, s.Budgets()); d != "" {
		t.Error(d)
	}
}

func TestValidate(t *testing.T) {
	for want, break_ := range map[string]func(*nasalyze.Study){
		"has no search space":            func(s *nasalyze.Study) { s.Space = nil },
		"has no objective":               func(s *nasalyze.Study) { s.Objectives = nil },
		"configuration 1 has 0 values":   func(s *nasalyze.Study) { s.Configs[1].Values = nil },
		"id 0 is used twice":             func(s *nasalyze.Study) { s.Configs[1].ID = "0" },
		"trial 0 is of configuration 2":  func(s *nasalyze.Study) { s.Trials[0].Config = 2 },
		"trial 0 is of configuration -1": func(s *nasalyze.Study) { s.Trials[0].Config = -1 },
		"trial 0 has 2 objective values": func(s *nasalyze.Study) { s.Trials[0].Values = []float64{1, 2} },
		"trial 0 has the budget NaN":     func(s *nasalyze.Study) { s.Trials[0].Budget = math.NaN() },
	} {
		s := study(t, 2, at(0, 1, 0))
		break_(s)
		if err := s.Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, expected %s", err, want)
		}
	}
}

func TestObjectiveByName(t *testing.T) {
	s := study(t, 1)
	s.Objectives = append(s.Objectives, nasalyze.Objective{Name: "accuracy", Maximize: true})
	for name, want := range map[string]int{"": 0, "loss": 0, "accuracy": 1} {
		if k, err := s.Objective(name); k != want || err != nil {
			t.Errorf("%q: %d, %v", name, k, err)
		}
	}
	if _, err := s.Objective("time"); err == nil || !strings.Contains(err.Error(), `expected one of "loss", "accuracy"`) {
		t.Errorf("unknown objective: %v", err)
	}
}

func TestFailed(t *testing.T) {
	s := study(t, 1)
	for _, c := range []struct {
		trial nasalyze.Trial
		want  bool
	}{
		{at(0, 1, 0.5), false},
		{status(at(0, 1, 0.5), nasalyze.Pruned), false},
		{status(at(0, 1, 0.5), nasalyze.Crashed), true},
		{status(at(0, 1, 0.5), nasalyze.Capped), true},
		{status(at(0, 1, math.NaN()), nasalyze.Running), false},
		{at(0, 1, math.NaN()), true},
		{at(0, 1, math.Inf(1)), true},
		{at(0, 1, math.MaxInt32), true}, // what SMAC writes for a crash
	} {
		if got := s.Failed(&c.trial, 0); got != c.want {
			t.Errorf("%v with %v failed: %v, expected %v", c.trial.Status, c.trial.Values[0], got, c.want)
		}
	}
}

func TestStatusNames(t *testing.T) {
	for _, s := range nasalyze.Statuses() {
		if got, err := nasalyze.ParseStatus(strings.ToUpper(s.String())); got != s || err != nil {
			t.Errorf("%v: %v, %v", s, got, err)
		}
	}
	if _, err := nasalyze.ParseStatus("done"); err == nil || !strings.Contains(err.Error(), "expected one of success, pruned") {
		t.Errorf("unknown status: %v", err)
	}
}
