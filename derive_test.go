package nasalyze_test

import (
	"math"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
)

func ended(config int, status nasalyze.Status, value, started, finished float64) nasalyze.Trial {
	return nasalyze.Trial{Config: config, Budget: 1, Status: status, Values: []float64{value}, Submitted: started, Started: started, Finished: finished}
}

func TestDerive(t *testing.T) {
	nan := math.NaN()
	space, err := nasalyze.NewSpace("", []nasalyze.Param{{Name: "x", Kind: nasalyze.Float, Upper: 1}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	for i, id := range []string{"a", "b", "c", "d", "e"} {
		s.Configs = append(s.Configs, nasalyze.Config{ID: id, Values: []nasalyze.Value{nasalyze.Number(float64(i) / 4)}})
	}
	s.Trials = []nasalyze.Trial{
		ended(0, nasalyze.Success, 0.5, 0, 10), ended(0, nasalyze.Success, 0.7, 10, 14),
		ended(1, nasalyze.Success, 0.4, 0, 2), ended(1, nasalyze.Crashed, nan, 2, 3),
		ended(2, nasalyze.TimedOut, nan, 0, 100),
		ended(3, nasalyze.Aborted, nan, 0, 5), ended(3, nasalyze.Running, nan, 5, nan),
		ended(4, nasalyze.Success, math.Inf(1), 0, 1), ended(4, nasalyze.Success, 0.1, 9, 8),
	}
	for _, c := range []struct {
		name   string
		y      map[string]float64
		failed int
	}{
		// The aborted trial counts neither way: that is a failure of the table, not a row.
		{nasalyze.FailureObjective, map[string]float64{"a": 0, "b": 0.5, "c": 1, "e": 0.5}, 1},
		// Only trials with a usable status have a time; one ran backwards.
		{nasalyze.TimeObjective, map[string]float64{"a": 7, "b": 2, "e": 1}, 4},
	} {
		d, err := s.Derive(c.name)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := d.Derive(c.name); err != nil || again != d {
			t.Errorf("%s: derived twice: %v", c.name, err)
		}
		k, err := d.Objective(c.name)
		if err != nil || d.Validate() != nil {
			t.Fatal(err, d.Validate())
		}
		table, err := d.At(1, k, nasalyze.TableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		got := map[string]float64{}
		for i, config := range table.Configs {
			got[d.Configs[config].ID] = table.Y[i]
		}
		if len(got) != len(c.y) || table.Counts.Failed != c.failed {
			t.Errorf("%s: %v with %d failed, want %v with %d", c.name, got, table.Counts.Failed, c.y, c.failed)
		}
		for id, y := range c.y {
			if got[id] != y {
				t.Errorf("%s of %s is %v, want %v", c.name, id, got[id], y)
			}
		}
	}
	d, err := s.Derive(nasalyze.FailureObjective)
	if err != nil {
		t.Fatal(err)
	}
	// As read from a log that cannot say what an outcome is.
	d.Objectives[1].Outcome = false
	again, err := d.Derive(nasalyze.FailureObjective)
	if err != nil || !again.Objectives[1].Outcome || d.Objectives[1].Outcome || len(again.Objectives) != 2 {
		t.Errorf("failures that a log has as an objective: %+v, %v, expected an outcome", again.Objectives, err)
	}
	if len(s.Objectives) != 1 || len(s.Trials[0].Values) != 1 {
		t.Error("the study was changed")
	}
	if _, err := s.Derive("@x"); err == nil || !strings.Contains(err.Error(), `"@x"`) || !strings.Contains(err.Error(), nasalyze.TimeObjective) {
		t.Errorf("error %v, want one that lists what there is", err)
	}
}
