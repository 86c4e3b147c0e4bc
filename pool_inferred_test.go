package nasalyze

import (
	"strings"
	"testing"
)

// Two logs without a space file saw different values: the pooled space covers both.
func TestPoolJoinsInferredSpaces(t *testing.T) {
	study := func(name string, inferred bool, params []Param, rows ...[]Value) *Study {
		space, err := NewSpace("", params, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		s := &Study{Name: name, Space: space, Objectives: []Objective{{Name: "loss"}}, Provenance: Provenance{Inferred: inferred}}
		for i, values := range rows {
			s.Configs = append(s.Configs, Config{ID: string(rune('a' + i)), Values: values})
			s.Trials = append(s.Trials, Trial{Config: i, Budget: 1, Values: []float64{float64(i)}})
		}
		return s
	}
	one := []Value{Integer(1)}
	a := study("A", true, []Param{
		{Name: "lr", Kind: Float, Lower: 0.001, Upper: 0.1, Log: true},
		{Name: "layers", Kind: Constant, Choices: one},
		{Name: "opt", Kind: Constant, Choices: []Value{Text("adam")}},
	}, []Value{Number(0.001), Integer(1), Text("adam")}, []Value{Number(0.1), Integer(1), Text("adam")})
	b := study("B", true, []Param{
		{Name: "opt", Kind: Categorical, Choices: []Value{Text("sgd"), Text("adam")}},
		{Name: "lr", Kind: Float, Lower: 0.01, Upper: 1, Log: true},
		{Name: "layers", Kind: Int, Lower: 2, Upper: 4},
	}, []Value{Text("adam"), Number(0.001), Integer(1)}, []Value{Text("sgd"), Number(1), Integer(4)})
	got, err := Pool("both", a, b)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"[0.001, 1.0] log", "[1, 4]", "{adam, sgd}"}
	for i, w := range want {
		if r := got.Space.Params[i].Range(); r != w && r != "[0.001, 1] log" {
			t.Errorf("parameter %s: %v %s, expected %s", got.Space.Params[i].Name, got.Space.Params[i].Kind, r, w)
		}
	}
	if len(got.Configs) != 3 || len(got.Trials) != 4 {
		t.Errorf("%d configurations and %d trials, expected 3 and 4: one is in both logs", len(got.Configs), len(got.Trials))
	}
	for i := range got.Configs {
		if errs := got.Space.Check(got.Configs[i].Values); errs != nil {
			t.Errorf("configuration %s: %v", got.Configs[i].ID, errs)
		}
	}
	d := study("D", true, []Param{
		{Name: "opt", Kind: Constant, Choices: []Value{Text("adam")}}, // as in A: it does not tell them apart
		{Name: "rank", Kind: Int, Lower: 1, Upper: 8},
	}, []Value{Text("adam"), Integer(1)}, []Value{Text("adam"), Integer(8)})
	// The order of the logs does not matter: b has a parameter of each of the others.
	if _, err := Pool("all", d, b, a); err != nil {
		t.Errorf("a chain: %v", err)
	}
	if _, err := Pool("both", a, d); err == nil || !strings.Contains(err.Error(), `no parameter in common: "opt", "rank" here and "lr", "layers", "opt" there`) {
		t.Errorf("logs of different parameters: %v", err)
	}
	b.Provenance.Inferred = false
	if _, err := Pool("both", a, b); err == nil {
		t.Error("an inferred and a stated space that differ were pooled")
	}
	c := study("C", true, []Param{{Name: "lr", Kind: Categorical, Choices: []Value{Text("low")}}})
	if _, err := Pool("both", a, c); err == nil {
		t.Error("a number and a text were pooled")
	}
}

// Two budgets are one if they differ by rounding; steps that are counted are not rounded.
func TestSameBudget(t *testing.T) {
	for _, c := range []struct {
		a, b float64
		want bool
	}{{3, 3.0000000000000004, true}, {1 / 3.0, 0.333333333333, true}, {1000000001, 1000000002, false}, {1, 1.000001, false}, {0, 0, true}, {0, 1e-300, false}} {
		if SameBudget(c.a, c.b) != c.want || SameBudget(c.b, c.a) != c.want {
			t.Errorf("%v and %v: want %v", c.a, c.b, c.want)
		}
	}
}

// A file that served several logs, as that of their search space, is listed once.
func TestPoolListsAFileOnce(t *testing.T) {
	space, err := NewSpace("", []Param{{Name: "x", Upper: 1}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	file := Input{Path: "space.json", Size: 1, SHA256: "00"}
	study := func(path string) *Study {
		return &Study{Name: path, Space: space, Objectives: []Objective{{Name: "loss"}}, Provenance: Provenance{Inputs: []Input{{Path: path}, file}}}
	}
	got, err := Pool("both", study("a"), study("b"))
	if err != nil || len(got.Provenance.Inputs) != 3 {
		t.Errorf("inputs %v, %v", got.Provenance.Inputs, err)
	}
}
