package hpbandster_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
	"github.com/nasalyze/nasalyze/bohb/hpbandster"
	"github.com/nasalyze/nasalyze/ingest/configspace"
)

func space(t *testing.T) *nasalyze.Space {
	t.Helper()
	text := func(names ...string) (v []nasalyze.Value) {
		for _, n := range names {
			v = append(v, nasalyze.Text(n))
		}
		return v
	}
	s, err := nasalyze.NewSpace("", []nasalyze.Param{
		{Name: "lr", Lower: 1e-4, Upper: 1, Log: true},
		{Name: "units", Kind: nasalyze.Int, Lower: 16, Upper: 256, Log: true},
		{Name: "size", Kind: nasalyze.Ordinal, Choices: text("s", "m", "l")},
		{Name: "opt", Kind: nasalyze.Categorical, Choices: text("adam", "sgd <fast>")},
		{Name: "momentum", Lower: 0, Upper: 0.99},
	}, []nasalyze.Condition{{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "opt", Values: text("sgd <fast>")}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var objectives = []nasalyze.Objective{{Name: "accuracy", Maximize: true}, {Name: "flops"}}

func TestLines(t *testing.T) {
	s := space(t)
	var configs, results bytes.Buffer
	w := hpbandster.New(&configs, &results, s, objectives)
	if err := w.Config(&nasalyze.Config{ID: "3,0,17", Pick: nasalyze.ModelPick,
		Values: []nasalyze.Value{nasalyze.Number(0.5), nasalyze.Integer(32), nasalyze.Text("m"), nasalyze.Text("sgd <fast>"), {}}}); err != nil {
		t.Fatal(err)
	}
	if want := `[[3,0,17],{"lr":0.5,"units":32,"size":"m","opt":"sgd \u003cfast\u003e"},{"model_based_pick":true}]` + "\n"; configs.String() != want {
		t.Errorf("configs.json has %s, want %s", &configs, want)
	}
	nan := math.NaN()
	for _, tr := range []nasalyze.Trial{
		{Budget: 9, Values: []float64{nan, nan}, Status: nasalyze.Running, Submitted: 1, Started: 1, Finished: nan},
		{Budget: 9, Values: []float64{0.75, 1e6}, Submitted: 1, Started: 2, Finished: 3.5},
		{Budget: 2.5, Values: []float64{nan, 5}, Status: nasalyze.Crashed, Submitted: 1, Started: nan, Finished: 3, Info: json.RawMessage(`{"reason": "exit status 1"}`)},
		{Budget: 2.5, Values: []float64{math.Inf(1), 5}, Status: nasalyze.Diverged, Submitted: nan, Started: nan, Finished: nan},
	} {
		if err := w.Trial("3,0,17", &tr); err != nil {
			t.Fatal(err)
		}
	}
	want := `[[3,0,17],9,{"submitted":1,"started":2,"finished":3.5},{"loss":-0.75,"info":{"accuracy":0.75,"flops":1000000}},null]
[[3,0,17],2.5,{"submitted":1,"finished":3},null,"crashed: exit status 1"]
[[3,0,17],2.5,{},null,"diverged"]
`
	if results.String() != want {
		t.Errorf("results.json has\n%swant\n%s", &results, want)
	}
	for _, id := range []string{"17", "a,b,c", "1,2,3,4"} {
		if w.Config(&nasalyze.Config{ID: id, Values: make([]nasalyze.Value, 5)}) == nil || w.Trial(id, &nasalyze.Trial{Values: []float64{1, 1}}) == nil {
			t.Errorf("the id %q is written", id)
		}
	}
}

// HpBandSter's own reader and DeepCAVE find the same search in the files, and
// ConfigSpace says that every configuration is legal. NASALYZE_HPBANDSTER names a
// Python that has them, such as one with bench/requirements-deepcave.txt (HpBandSter
// 0.7.4, DeepCAVE 1.4.1, ConfigSpace 1.2.0).
func TestReadByOthers(t *testing.T) {
	python := os.Getenv("NASALYZE_HPBANDSTER")
	if python == "" {
		t.Skip("NASALYZE_HPBANDSTER does not name a Python with HpBandSter and DeepCAVE")
	}
	dir, s := t.TempDir(), space(t)
	var files []*os.File
	for _, name := range []string{"configs.json", "results.json", "configspace.json"} {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files = append(files, f)
	}
	if err := configspace.Write(files[2], s); err != nil {
		t.Fatal(err)
	}
	search, err := bohb.New(s, bohb.Options{MinBudget: 1, MaxBudget: 9, Iterations: 6})
	if err != nil {
		t.Fatal(err)
	}
	want := make(map[string]float64)
	configs, models := make(map[string]bool), 0
	err = driver.Run(t.Context(), search, func(_ context.Context, _ int, tr bohb.Trial) driver.Outcome {
		if tr.Seed%7 == 0 {
			return driver.Outcome{Status: nasalyze.Crashed, Reason: "exit status 1"}
		}
		units, _ := tr.Values[1].Float()
		return driver.Outcome{Values: []float64{units/256 - 1/(1+tr.Budget), units}}
	}, nil, driver.Options{Sink: hpbandster.New(files[0], files[1], s, objectives), Objectives: objectives,
		Ended: func(tr bohb.Trial, o driver.Outcome, _ *nasalyze.Trial) {
			want[fmt.Sprintf("%s@%v", tr.Config, tr.Budget)] = -o.Values[0]
			if !configs[tr.Config] && tr.Pick == nasalyze.ModelPick {
				models++
			}
			configs[tr.Config] = true
		}})
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "testdata/read.py", dir)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, errs.String())
	}
	var got struct {
		HpBandSter struct {
			Configs, Runs, Models int
			Losses                map[string]*float64
		}
		DeepCAVE struct {
			Configs, Trials int
			Budgets         []float64
		}
	}
	if err := json.Unmarshal(out, &got); err != nil {
		t.Fatal(err)
	}
	h, d := got.HpBandSter, got.DeepCAVE
	if h.Configs != len(configs) || h.Runs != len(want) || h.Models != models || d.Configs != len(configs) || d.Trials != len(want) || fmt.Sprint(d.Budgets) != "[1 3 9]" {
		t.Errorf("HpBandSter finds %d configurations, %d of the model, %d runs; DeepCAVE %d, %d trials, budgets %v; want %d, %d of the model, %d trials",
			h.Configs, h.Models, h.Runs, d.Configs, d.Trials, d.Budgets, len(configs), models, len(want))
	}
	for key, loss := range want {
		if l := h.Losses[key]; (l == nil) != math.IsNaN(loss) || l != nil && *l != loss {
			t.Errorf("%s: HpBandSter reads the loss %v, want %v", key, l, loss)
		}
	}
}
