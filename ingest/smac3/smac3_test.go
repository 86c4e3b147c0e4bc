package smac3

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

const configspace = `{"hyperparameters": [
  {"type": "uniform_float", "name": "lr", "lower": 0.0, "upper": 1.0, "default_value": 0.5, "log": false},
  {"type": "categorical", "name": "opt", "choices": ["adam", "sgd"], "default_value": "adam"},
  {"type": "uniform_float", "name": "momentum", "lower": 0.0, "upper": 1.0, "default_value": 0.5, "log": false}],
 "conditions": [{"type": "EQ", "child": "momentum", "parent": "opt", "value": "sgd"}], "forbiddens": []}`

const configs = `"configs": {"1": {"lr": 0.25, "opt": "adam", "momentum": null}, "2": {"lr": 0.5, "opt": "sgd", "momentum": 0.75}, "3": {"lr": 0.75, "opt": "adam"}}`

func dir(files ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for i := 0; i < len(files); i += 2 {
		fsys["run/"+files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return fsys
}

func read(t *testing.T, opt source.Options, files ...string) (*nasalyze.Study, *source.Findings, error) {
	t.Helper()
	s, err := source.NewFS(dir(files...), "run")
	if err != nil {
		t.Fatal(err)
	}
	if reason, ok := Detect(s); !ok {
		t.Fatalf("not detected: %s", reason)
	}
	var findings source.Findings
	study, err := Read(context.Background(), s, opt, &findings)
	return study, &findings, err
}

func describe(s *nasalyze.Study) (lines []string) {
	for _, tr := range s.Trials {
		seed := "-"
		if tr.HasSeed {
			seed = fmt.Sprint(tr.Seed)
		}
		lines = append(lines, fmt.Sprintf("%s %q %s @%v %v %v [%v %v] %s", s.Configs[tr.Config].ID, tr.Instance, seed, tr.Budget, tr.Values, tr.Status, tr.Started, tr.Finished, tr.Info))
	}
	return lines
}

func check(t *testing.T, s *nasalyze.Study, f *source.Findings, trials []string, codes map[string]int) {
	t.Helper()
	if d := cmp.Diff(trials, describe(s)); d != "" {
		t.Errorf("trials (-want +got):\n%s", d)
	}
	got := make(map[string]int)
	for _, n := range f.All() {
		if n.Code != "space-file" {
			got[n.Code] = n.Count
		}
	}
	if d := cmp.Diff(codes, got); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

// Rows of 1.x and before, by hand.
func TestRowsOfOldVersions(t *testing.T) {
	s, f, err := read(t, source.Options{}, "configspace.json", configspace, "scenario.txt", "run_obj = quality\n", "runhistory.json",
		`{"data": [
[[1, "inst", 7, 11.11111111111111], [0.5, 1.5, {"__enum__": "StatusType.SUCCESS"}, 100.0, 101.5, {"auc": 0.5, "bad": NaN}]],
[[2, null, 0, 0.0], [2147483647.0, 2.0, {"__enum__": "StatusType.CRASHED"}, 0.0, 0.0, {"error": "x"}]],
[[1, null, 8], [10, 1.25, {"__enum__": "StatusType.CAPPED"}, {}]],
[[3, null, 0, 33.0], [0.25, 1.0, {"__enum__": "StatusType.DONOTADVANCE"}, 1, 2, null]],
[[2, null, 0, 33.0], [2147483647.0, 0.0, {"__enum__": "StatusType.RUNNING"}, 0.0, 0.0, null]],
[[3, null, 0, 11.0], [0.75, 1.0, {"__enum__": "StatusType.STOP"}, 3, 2, {}]],
[[3, null, 0, 12.0], [Infinity, 1.0, {"__enum__": "StatusType.SUCCESS"}, 1, 2, "text"]],
[[3, null, 0, 13.0], [null, 1.0, {"__enum__": "StatusType.SUCCESS"}, 1, 2, {}]],
[[3, null, "x", 14.0], [0.5, 1.0, {"__enum__": "StatusType.NEW"}, 1, 2, {}]],
[[9, null, 0, 11.0], [0.5, 1.0, {"__enum__": "StatusType.SUCCESS"}, 1, 2, {}]],
[[1], [0.5]],
[[1, null, 0, "high"], [0.5, 1.0, {"__enum__": "StatusType.SUCCESS"}, 1, 2, {}]],
{}
], "config_origins": {"1": "Default", "2": "Local Search"}, `+configs+`}`)
	if err != nil {
		t.Fatal(err)
	}
	check(t, s, f, []string{
		`1 "inst" 7 @11.11111111111111 [0.5] success [100 101.5] {"auc": 0.5, "bad": "NaN"}`,
		`2 "" 0 @0 [2.147483647e+09] crashed [NaN NaN] {"time":2,"error": "x"}`,
		`1 "" 8 @0 [10] capped [NaN NaN] {"time":1.25}`,
		`3 "" 0 @33 [0.25] success [1 2] `,
		`2 "" 0 @33 [2.147483647e+09] running [NaN NaN] `,
		`3 "" 0 @11 [0.75] aborted [3 2] `,
		`3 "" 0 @12 [+Inf] diverged [1 2] "text"`,
		`3 "" 0 @13 [NaN] unknown [1 2] `,
		`3 "" - @14 [0.5] unknown [1 2] `,
	}, map[string]int{"bad-row": 3, "bad-seed": 1, "unknown-status": 1, "orphan-result": 1, "negative-duration": 1})
	if n, _ := f.Find("bad-row", ""); n.Line != 12 || n.Path != "run/runhistory.json" || n.More[1].Line != 14 {
		t.Errorf("bad rows at %s:%d and %v, expected lines 12, 13 and 14", n.Path, n.Line, n.More)
	}
	if n, _ := f.Find("orphan-result", ""); n.Line != 11 {
		t.Errorf("orphan at line %d, expected 11", n.Line)
	}
	if c := s.Configs; c[0].Pick != nasalyze.RandomPick || c[1].Pick != nasalyze.ModelPick || c[2].Pick != nasalyze.PickUnknown || !c[0].Values[2].IsAbsent() {
		t.Errorf("configurations %+v", c)
	}
}

// Rows of 2.x in their three forms, and two objectives.
func TestRowsOfNewVersions(t *testing.T) {
	s, f, err := read(t, source.Options{}, "configspace.json", configspace,
		"scenario.json", `{"objectives": ["1 - accuracy", "size"], "crash_cost": Infinity, "_meta": {"x": NaN}}`,
		"runhistory.json", `{"stats": {"submitted": 4}, "data": [
[1, null, 209652396, 2.7777777777777777, [0.5, 100], 1.5, 1, 10, 11.5, {}],
[2, "a", 1, null, [0.25, 200.0], 1.5, 0.75, 3, 10, 11.5, {"k": 1}],
{"config_id": 3, "instance": 4, "seed": null, "budget": 25.0, "cost": [null, "big"], "time": 1.0, "cpu_time": 0.5, "status": 4, "starttime": 5.0, "endtime": 6.0, "additional_info": {}},
{"config_id": 3, "budget": 2.0, "cost": [0.125], "status": 0}
], `+configs+`, "config_origins": {}}`)
	if err != nil {
		t.Fatal(err)
	}
	check(t, s, f, []string{
		`1 "" 209652396 @2.7777777777777777 [0.5 100] success [10 11.5] `,
		`2 "a" 1 @0 [0.25 200] timeout [10 11.5] {"cpu_time":0.75,"k": 1}`,
		`3 "4" - @25 [NaN NaN] memout [5 6] {"cpu_time":0.5}`,
		`3 "" - @2 [0.125 NaN] running [NaN NaN] `,
	}, map[string]int{"bad-cost": 1, "objective-count": 1})
	if o := s.Objectives; len(o) != 2 || o[0].Name != "1 - accuracy" || o[1].Name != "size" || o[0].Maximize {
		t.Errorf("objectives %+v", o)
	}
	s, _, err = read(t, source.Options{Objectives: []string{"size"}}, "scenario.json", `{"objectives": ["a", "size"]}`,
		"runhistory.json", `{`+configs+`, "data": [[1, null, 1, null, [0.5, 100], 1.5, 1, 10, 11.5, {}]]}`)
	if err != nil || s.Objectives[0].Name != "size" || s.Trials[0].Values[0] != 100 || !s.Provenance.Inferred {
		t.Errorf("%+v, %v", s, err)
	}
}

// The space file that scenario.txt names, wherever it was when the run was made.
func TestSpaceNamedByTheScenario(t *testing.T) {
	s, _, err := read(t, source.Options{}, "scenario.txt", "deterministic = 1\nparamfile = /somewhere/else/my.pcs\n", "my.pcs", "lr [0, 2] [1]\n",
		"runhistory.json", `{"configs": {"1": {"lr": 0.5}}, "data": [[[1, null, 0], [0.5, 1, {"__enum__": "StatusType.SUCCESS"}, {}]]]}`)
	if err != nil || s.Provenance.Inferred || s.Space.Params[0].Upper != 2 {
		t.Errorf("%+v, %v", s, err)
	}
}

func TestDamaged(t *testing.T) {
	whole := `{` + configs + `, "data": [` + "\n" + `[1, null, 1, null, 0.5, 1.5, 1, 10, 11.5, {}],` + "\n" + `[2, null, 1, null, 0.5, 1.5, 1, 10, 11.5, {}]]}`
	s, f, err := read(t, source.Options{}, "runhistory.json", whole[:len(whole)-20], "scenario.json", "{")
	if err != nil {
		t.Fatal(err)
	}
	n, torn := f.Find("truncated-file", "")
	_, scenario := f.Find("bad-scenario", "")
	if len(s.Trials) != 1 || !torn || n.Line != 3 || !scenario {
		t.Errorf("%d trials, findings %v", len(s.Trials), f.All())
	}
	for text, want := range map[string]string{
		`{"data": {"1": []}, ` + configs + `}`: `"data" begins with '{', expected a list of trials`,
		`{"data": []}`:                         "no configuration found",
		`{` + configs + `}`:                    "no trial of a known configuration",
		"{\n\"data\": x}":                      "run/runhistory.json:2: ",
	} {
		if _, _, err := read(t, source.Options{}, "runhistory.json", text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, expected %s", text, err, want)
		}
	}
	s2, err := source.NewFS(dir("runhistory.json", whole), "run")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, s2, source.Options{}, new(source.Findings)); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestDetect(t *testing.T) {
	for name, want := range map[string]bool{"run": true, "run/runhistory.json": true, "run/other.json": false} {
		s, err := source.NewFS(dir("runhistory.json", " {}", "other.json", "{}"), name)
		if err != nil {
			t.Fatal(err)
		}
		if reason, ok := Detect(s); ok != want || reason == "" {
			t.Errorf("%s: %v (%s)", name, ok, reason)
		}
	}
	s, err := source.NewFS(dir("runhistory.json", "[]"), "run")
	if err != nil {
		t.Fatal(err)
	}
	if reason, ok := Detect(s); ok || reason != "runhistory.json is not a JSON object" {
		t.Errorf("a list: %v (%s)", ok, reason)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"data":[[[1,null,7,11.1],[0.5,1.5,{"__enum__":"StatusType.SUCCESS"},1,2,{"a":NaN}]],[[1,"i",8],[10,1,{"__enum__":"StatusType.CAPPED"},{}]]],"configs":{"1":{"x":0.5}}}`), []byte("pcs_fn = a.pcs\n"))
	f.Add([]byte(`{"data":[[1,null,2,2.5,[0.5,1],1.5,1,1,2,{}],[2,"a",1,null,0.25,1.5,0.75,3,1,2,{}]],"configs":{"1":{"x":1},"2":{"x":true}},"config_origins":{"1":"Sobol"}}`), []byte(`{"objectives":["a","b"]}`))
	f.Add([]byte(`{"configs":{"3":{"x":"y"}},"data":[{"config_id":3,"instance":4,"seed":null,"budget":25.0,"cost":0.5,"time":1.0,"cpu_time":0.5,"status":4,"starttime":5.0,"endtime":6.0,"additional_info":[]}]}`), []byte{})
	f.Fuzz(func(t *testing.T, history, scenario []byte) {
		name := scenarioOld
		if len(scenario) > 0 && scenario[0] == '{' {
			name = scenarioNew
		}
		s, err := source.NewFS(dir("runhistory.json", string(history), name, string(scenario)), "run")
		if err != nil {
			t.Fatal(err)
		}
		study, err := Read(context.Background(), s, source.Options{}, new(source.Findings))
		if err != nil {
			return
		}
		if err := study.Validate(); err != nil {
			t.Fatal(err)
		}
		for _, tr := range study.Trials {
			if tr.Info != nil && !json.Valid(tr.Info) {
				t.Fatalf("info is no JSON: %q", tr.Info)
			}
		}
		for _, b := range study.Budgets() {
			if _, err := study.At(b, 0, nasalyze.TableOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// Runs that SMAC3 itself wrote, by testdata/generate.py with each version: the
// cost of every trial is what that script computes from the configuration.
func TestWrittenBySMAC3(t *testing.T) {
	for _, version := range []string{"v2.0.2", "v2.3.1"} {
		s, err := source.New("testdata/"+version, nil)
		if err != nil {
			t.Fatal(err)
		}
		var findings source.Findings
		study, err := Read(context.Background(), s, source.Options{}, &findings)
		if err != nil {
			t.Fatal(err)
		}
		if len(study.Configs) != 15 || len(study.Trials) != 20 || !cmp.Equal(study.Budgets(), []float64{1, 3, 9}) || study.Provenance.Inferred {
			t.Errorf("%s: %d configurations, %d trials at %v", version, len(study.Configs), len(study.Trials), study.Budgets())
		}
		for _, n := range findings.All() {
			if n.Code != "space-file" {
				t.Errorf("%s: %v", version, n)
			}
		}
		crashed := 0
		for _, tr := range study.Trials {
			c := study.Configs[tr.Config]
			value := func(name string, otherwise float64) float64 {
				if x, ok := c.Values[study.Space.Index(name)].Float(); ok {
					return x
				}
				return otherwise
			}
			lr, layers := value("lr", math.NaN()), value("layers", math.NaN())
			if errs := study.Space.Check(c.Values); errs != nil {
				t.Errorf("%s: configuration %s: %v", version, c.ID, errs)
			}
			if layers == 4 && lr > 0.01 {
				crashed++
				if tr.Status != nasalyze.Crashed || !study.Failed(&tr, 0) {
					t.Errorf("%s: configuration %s: %v", version, c.ID, tr.Status)
				}
				continue
			}
			want := (lr-0.1)*(lr-0.1) + 0.1*layers + value("momentum", 0.5)/tr.Budget
			if tr.Status != nasalyze.Success || math.Abs(tr.Values[0]-want) > 1e-12 || !(tr.Duration() > 0) {
				t.Errorf("%s: configuration %s at %v: %v (%v, %v s), expected %v", version, c.ID, tr.Budget, tr.Values[0], tr.Status, tr.Duration(), want)
			}
		}
		if crashed != 1 {
			t.Errorf("%s: %d trials crashed, expected 1", version, crashed)
		}
	}
}
