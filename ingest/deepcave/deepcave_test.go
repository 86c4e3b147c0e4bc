package deepcave

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

const (
	meta = `{"objectives": [
  {"name": "accuracy", "lower": 0, "upper": 1, "lock_lower": true, "lock_upper": true, "optimize": "upper"},
  {"name": "time", "lower": 0.5, "upper": Infinity, "lock_lower": true, "lock_upper": false, "optimize": "lower"}],
 "budgets": [1, 2.5], "seeds": [-1], "user": "anything"}`
	configspace = `{"name": null, "hyperparameters": [
  {"type": "uniform_float", "name": "alpha", "lower": 0.0, "upper": 1.0, "default_value": 0.5, "log": false, "meta": null},
  {"type": "categorical", "name": "kind", "choices": ["a", "b"], "weights": null, "default_value": "a", "meta": null}],
 "conditions": [], "forbiddens": [], "python_module_version": "1.2.0", "format_version": 0.4}`
	configs = `{
    "0": {"alpha": 0.54, "kind": "a"},
    "1": {"alpha": 0.25, "kind": "b"},
    "2": {
        "alpha": 7,
        "kind": "b"
    },
    "3": 5
}`
	origins = `{"0": null, "1": "Random Search", "2": "Acquisition Function Maximizer: Local Search"}`
)

func dir(history string, more ...string) fstest.MapFS {
	fsys := fstest.MapFS{}
	files := []string{"meta.json", meta, "configspace.json", configspace, "configs.json", configs, "origins.json", origins, "history.jsonl", history}
	files = append(files, more...)
	for i := 0; i < len(files); i += 2 {
		fsys["run_1/"+files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
		if files[i+1] == "" {
			delete(fsys, "run_1/"+files[i])
		}
	}
	return fsys
}

func read(t *testing.T, opt source.Options, fsys fstest.MapFS) (*nasalyze.Study, *source.Findings, error) {
	t.Helper()
	s, err := source.NewFS(fsys, "run_1")
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

func codes(f *source.Findings) map[string]int {
	m := make(map[string]int)
	for _, n := range f.All() {
		m[strings.TrimSuffix(n.Code+" "+n.Param, " ")] = n.Count
	}
	return m
}

func describe(s *nasalyze.Study) []string {
	var lines []string
	for _, tr := range s.Trials {
		seed := "-"
		if tr.HasSeed {
			seed = fmt.Sprint(tr.Seed)
		}
		lines = append(lines, fmt.Sprintf("%s %v %s %v %v [%v %v] %s", s.Configs[tr.Config].ID, tr.Budget, seed, tr.Values, tr.Status, tr.Started, tr.Finished, tr.Info))
	}
	return lines
}

func TestRowsOfBothLengths(t *testing.T) {
	study, findings, err := read(t, source.Options{}, dir(`[0, 1, -1, [0.5, 2.25], 0.0, 0.09, 1, {}]
[0, 2.5, 9.0, [0.75, 3], 1.5, 0.09, 2.5, 1, {"a": NaN}]
["1", 1, 9, [null, null], 0.1, 0.2, 4, {"traceback": "x"}]
[1, 2.5, -1, [NaN, 1], 0, 0.1, 0.2, 1, {"b": 1}]
[2, 1, -1, [null, 1], 0.1, 0.2, 1, null]
[2, Infinity, -1, [0.5, 1], 0.1, 0.2, 6, {}]
[0, 1, 3, [0.5, 1], 0.1, 0.2, "PRUNED", {}]
[0, 1, 4, [0.5, 1], 0.1, 0.2, 12, {}]
[0, 1, 5, [0.5], 0.1, 0.2, 2, {}]
[0, 1, "x", [0.5, "y"], 0.1, 0.2, 3, {}]
[9, 1, -1, [0.5, 1], 0.1, 0.2, 1, {}]
[0, 1, -1]
[0, 1, -1, [0.5, 1], 0.1, 0.2, 1, {}`))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		`0 2.5 9 [0.75 3] success [0.09 2.5] {"cpu_time":1.5,"a": "NaN"}`,
		`1 1 9 [NaN NaN] crashed [0.1 0.2] {"traceback": "x"}`,
		`1 2.5 - [NaN 1] diverged [0.1 0.2] {"b": 1}`,
		`2 1 - [NaN 1] unknown [0.1 0.2] `,
		`2 0 - [0.5 1] running [0.1 0.2] `,
		`0 1 3 [0.5 1] pruned [0.1 0.2] `,
		`0 1 4 [0.5 1] unknown [0.1 0.2] `,
		`0 1 5 [0.5 NaN] timeout [0.1 0.2] `,
		`0 1 - [0.5 NaN] memout [0.1 0.2] `,
	}
	if d := cmp.Diff(want, describe(study)); d != "" {
		t.Errorf("trials (-want +got):\n%s", d)
	}
	wantCodes := map[string]int{"space-file": 1, "bad-line": 2, "torn-line": 1, "no-budget": 1, "unknown-status": 1,
		"bad-seed": 1, "bad-cost": 1, "objective-count": 1, "orphan-result": 1, "duplicate-trial": 1, "value-outside-space alpha": 1}
	if d := cmp.Diff(wantCodes, codes(findings)); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
	if n, _ := findings.Find("value-outside-space", "alpha"); n.Line != 4 || n.Path != "run_1/configs.json" {
		t.Errorf("value outside at %s:%d, expected run_1/configs.json:4", n.Path, n.Line)
	}
	var picks []string
	for _, c := range study.Configs {
		picks = append(picks, c.ID+" "+c.Pick.String()+" "+c.Origin)
	}
	if d := cmp.Diff([]string{"0 unknown ", "1 random Random Search", "2 model Acquisition Function Maximizer: Local Search"}, picks); d != "" {
		t.Errorf("picks (-want +got):\n%s", d)
	}
	o := study.Objectives
	if len(o) != 2 || !o[0].Maximize || o[0].Upper != 1 || o[1].Maximize || o[1].Lower != 0.5 || !math.IsInf(o[1].Upper, 1) {
		t.Errorf("objectives %+v", o)
	}
}

func TestObjectivesAreChosenByName(t *testing.T) {
	const history = "[0, 1, -1, [0.5, 2.25], 0.0, 0.09, 1, {}]\n"
	study, _, err := read(t, source.Options{Objectives: []string{"time"}, Maximize: []string{"time"}}, dir(history))
	if err != nil || len(study.Objectives) != 1 || !study.Objectives[0].Maximize || study.Trials[0].Values[0] != 2.25 {
		t.Errorf("%+v, %v", study, err)
	}
	_, _, err = read(t, source.Options{Objectives: []string{"loss"}}, dir(history))
	if err == nil || !strings.Contains(err.Error(), `no objective "loss", expected one of "accuracy", "time"`) {
		t.Errorf("unknown objective: %v", err)
	}
}

func TestWithoutMetaAndSpace(t *testing.T) {
	study, findings, err := read(t, source.Options{}, dir("[0, 1, -1, [0.5, 2.25], 0.0, 0.09, 1, {}]\n[1, 1, -1, 0.75, 0.0, 0.09, 1, {}]\n",
		"meta.json", "", "configspace.json", "", "origins.json", "{"))
	if err != nil {
		t.Fatal(err)
	}
	if len(study.Objectives) != 2 || study.Objectives[1].Name != "objective 1" || study.Objectives[0].Maximize {
		t.Errorf("objectives %+v", study.Objectives)
	}
	got := codes(findings)
	if got["no-meta"] != 1 || got["bad-origins"] != 1 || got["space-inferred"] != 1 || got["objective-count"] != 1 {
		t.Errorf("findings %v", got)
	}
}

func TestDamagedFiles(t *testing.T) {
	const history = "[0, 1, -1, [0.5, 2.25], 0.0, 0.09, 1, {}]\n"
	study, findings, err := read(t, source.Options{}, dir(history, "configs.json", configs[:70]))
	if err != nil || len(study.Configs) != 1 || codes(findings)["truncated-file"] != 1 {
		t.Errorf("cut configs.json: %v, %v", err, codes(findings))
	}
	for name, text := range map[string]string{"configs.json": "x", "meta.json": `{"objectives": [{"name": "a", "optimize": "up"}]}`} {
		if _, _, err := read(t, source.Options{}, dir(history, name, text)); err == nil || !strings.Contains(err.Error(), "run_1/"+name) {
			t.Errorf("%s %q: %v", name, text, err)
		}
	}
	if _, _, err := read(t, source.Options{}, dir("\n")); err == nil || !strings.Contains(err.Error(), "no trial") {
		t.Errorf("empty history: %v", err)
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s, err := source.NewFS(dir("\n"), "run_1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read(ctx, s, source.Options{}, &source.Findings{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if in := s.Inputs(); len(in) == 0 || !strings.HasSuffix(in[len(in)-1].Path, historyFile) {
		t.Errorf("closed: %v, want %s among them", in, historyFile)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(configs), []byte("[0, 1, -1, [0.5, NaN], 0.0, 0.09, 1, {}]\n[\"1\", 2.5, 9.0, [0.75, 3], 1.5, 0.09, 2.5, 1, { \"a\": NaN}]\n"), []byte(meta))
	f.Add([]byte(`{"0":{"x":1},"a":{"x":[1]}}`), []byte("[0, null, null, null, 1, 1, \"FAILED\", 5]\n[0, Infinity, 1, 1, 3.5, 1, 1, 6, {}]"), []byte(`{"objectives":[{"name":"o","optimize":"lower"}]}`))
	f.Fuzz(func(t *testing.T, configs, history, meta []byte) {
		fsys := fstest.MapFS{"r/configs.json": {Data: configs}, "r/history.jsonl": {Data: history}}
		if len(meta) > 0 {
			fsys["r/meta.json"] = &fstest.MapFile{Data: meta}
		}
		s, err := source.NewFS(fsys, "r")
		if err != nil {
			t.Fatal(err)
		}
		study, err := Read(context.Background(), s, source.Options{}, &source.Findings{})
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
	})
}
