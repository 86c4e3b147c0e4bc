package trainer

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
)

func TestSpace(t *testing.T) {
	s := Space()
	if len(s.Params) != 17 {
		t.Errorf("%d dimensions, the paper has 17", len(s.Params))
	}
	for _, p := range s.Params {
		if !p.Numeric() || !p.Varies() {
			t.Errorf("%s is a %v", p.Name, p.Kind)
		}
	}
	// death_rate is there exactly where one of the groups has a single branch.
	rate := s.Index("death_rate")
	for a := range int64(5) {
		for b := range int64(5) {
			for c := range int64(5) {
				values := s.Defaults()
				for g, n := range []int64{a, b, c} {
					values[s.Index(numbered("res_branches", g))] = nasalyze.Integer(n + 1)
				}
				if got, want := s.Active(values)[rate], a == 0 || b == 0 || c == 0; got != want {
					t.Errorf("branches %d, %d, %d: death_rate active is %v", a+1, b+1, c+1, got)
				}
			}
		}
	}
}

const example = `{"nr_residual_blocks_1": 1, "nr_residual_blocks_2": 2, "nr_residual_blocks_3": 3,
	"initial_filters": 8, "widen_factor_1": 0.5, "widen_factor_2": 1.5, "widen_factor_3": 4,
	"res_branches_1": 1, "res_branches_2": 2, "res_branches_3": 5,
	"learning_rate": 0.1, "batch_size": 32, "weight_decay": 1e-4, "momentum": 0.9,
	"alpha": 0.3, "length": 4, "death_rate": 0.5}`

func TestReadConfig(t *testing.T) {
	got, err := ReadConfig(strings.NewReader(example))
	if err != nil {
		t.Fatal(err)
	}
	want := Config{Blocks: [3]int{1, 2, 3}, Filters: 8, Widen: [3]float64{0.5, 1.5, 4}, Branches: [3]int{1, 2, 5},
		LearningRate: 0.1, BatchSize: 32, WeightDecay: 1e-4, Momentum: 0.9, Mixup: 0.3, Cutout: 4, DeathRate: 0.5}
	if got != want {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	// The configuration that a search writes.
	values := Space().Defaults()
	object := make(map[string]nasalyze.Value)
	for i, p := range Space().Params {
		if !values[i].IsAbsent() {
			object[p.Name] = values[i]
		}
	}
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	fromText, err := ReadConfig(strings.NewReader(string(text)))
	if err != nil {
		t.Fatal(err)
	}
	if fromValues, err := FromValues(values); err != nil || fromText != fromValues || fromText.DeathRate != 0 {
		t.Errorf("%+v and %+v, %v", fromText, fromValues, err)
	}
}

func TestReadConfigRefuses(t *testing.T) {
	for _, c := range []struct {
		old, new string
		says     []string
	}{
		{`"alpha": 0.3, `, ``, []string{`"alpha"`, "no value", "[0, 1]"}},
		{`"alpha": 0.3`, `"alpha": 1.3`, []string{`"alpha"`, "1.3", "outside [0, 1]"}},
		{`"alpha": 0.3`, `"alpha": null`, []string{`"alpha"`, "not a number"}},
		{`"alpha": 0.3`, `"alpha": "0.3"`, []string{`"alpha"`, "not a number"}},
		{`"length": 4`, `"length": 4.5`, []string{`"length"`, "4.5", "not an integer"}},
		{`"alpha"`, `"alhpa"`, []string{`"alhpa"`, "expected", "alpha"}},
		{`"res_branches_1": 1`, `"res_branches_1": 2`, []string{`"death_rate"`, "condition does not hold"}},
		{`0.5}`, `0.5`, []string{"JSON"}},
		{`0.5}`, `0.5} {}`, []string{"after"}},
	} {
		text := strings.Replace(example, c.old, c.new, 1)
		if text == example {
			t.Fatalf("%q is not in the example", c.old)
		}
		_, err := ReadConfig(strings.NewReader(text))
		if err == nil {
			t.Errorf("%s: no error", c.new)
			continue
		}
		for _, s := range c.says {
			if !strings.Contains(err.Error(), s) {
				t.Errorf("%s: error %q does not say %q", c.new, err, s)
			}
		}
	}
}
