package hpbandster

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

const pcsSpace = `
lr real [1e-5, 1] [0.1]log
opt categorical {Adam, SGD} [Adam]
momentum real [0, 0.99] [0.9]
flag categorical {True, False} [True]
momentum | opt == SGD
`

func dir(files map[string]string) fstest.MapFS {
	fsys := fstest.MapFS{}
	for name, text := range files {
		fsys["run/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	return fsys
}

func read(t *testing.T, opt source.Options, files map[string]string) (*nasalyze.Study, *source.Findings, error) {
	t.Helper()
	s, err := source.NewFS(dir(files), "run")
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

// One log with everything that real ones have; the expectations are by hand.
func TestReadsEverythingOdd(t *testing.T) {
	study, findings, err := read(t, source.Options{}, map[string]string{
		"configspace.pcs": pcsSpace,
		"configs.json": `[[0, 0, 0], {"lr": 0.1, "opt": "Adam", "flag": true}, {"model_based_pick": false}]
[[0,0,1], {"lr": 1e-05, "opt": "SGD", "momentum": 0.5, "flag": false}, {"model_based_pick": true, "note": NaN}]

[[-1, 0, 0], {"lr": 1, "opt": "Adam", "flag": true}]
[[0, 0, 2], {"lr": 0.5, "opt": "Adam", "flag": true}, {}]
not json
[[0, 0, 3], {"lr": 0.5, "op`,
		"results.json": `[[0, 0, 0], 1.1111111111111112, {"submitted": 10, "started": 11.5, "finished": 12}, {"loss": 0.5, "info": {"acc": NaN, "nested": {"n": 3}}}, null]
[[0, 0, 1], 1.1111111111111112, {"submitted": 10.0, "started": 11, "finished": 9}, null, "Traceback (most recent call last):\n  File x\nValueError: \"bad\" lr\n"]
[[-1, 0, 0], 3, {"started": 11}, {"loss": null, "info": null}, null]
[[0, 0, 2], 3.0, null, {"loss": Infinity, "info": "text"}, null]
[[0, 0, 0], 3.0, {}, {"loss": NaN, "info": {"state": "CRASHED"}}, null]
[[0, 0, 1], 3.0, {}, {"loss": 0.25, "info": {"state": "RUNNING"}}, null]
[[0, 0, 2], 9.0, {}, {"loss": 0.25, "info": {"state": "TIMEOUT"}}, null]
[[0, 0, 1], 9.0, {}, {"loss": 0.25, "info": {"state": "SLEEPING"}}, null]
[[0, 0, 0], 9.0, {"submitted": "soon"}, {"loss": 0.125, "info": [1, 2]}]
[[7, 0, 0], 9.0, {}, {"loss": 0.1, "info": 1}, null]
[[0, 0, 2], 1.1111111111111112, {}, {"loss": 2, "info": null}, null]
[[0, 0, 2], 1.1111111111111112, {}, {"loss": 1, "info": null}, null]
[[0, 0, 2], Infinity, {}, {"loss": 1, "info": null}, null]
{"object": 1}
[[0, 0, 2], 27.0, {}, {"loss": 1, "inf`,
	})
	if err != nil {
		t.Fatal(err)
	}
	var configs []string
	for _, c := range study.Configs {
		configs = append(configs, fmt.Sprintf("%s %v %v %q %s", c.ID, c.Values, c.Pick, c.Origin, c.Extra))
	}
	wantConfigs := []string{
		`0,0,0 [0.1 Adam  true] ` + nasalyze.RandomPick.String() + ` "" `,
		`0,0,1 [1e-05 SGD 0.5 false] ` + nasalyze.ModelPick.String() + ` "" {"model_based_pick": true, "note": "NaN"}`,
		`-1,0,0 [1 Adam  true] ` + nasalyze.PickUnknown.String() + ` "warm start" `,
		`0,0,2 [0.5 Adam  true] ` + nasalyze.PickUnknown.String() + ` "" `,
	}
	if d := cmp.Diff(wantConfigs, configs); d != "" {
		t.Errorf("configurations (-want +got):\n%s", d)
	}
	var trials []string
	for _, tr := range study.Trials {
		trials = append(trials, fmt.Sprintf("%s %v %v %v [%v %v %v] %s", study.Configs[tr.Config].ID, tr.Budget, tr.Values[0], tr.Status,
			tr.Submitted, tr.Started, tr.Finished, tr.Info))
	}
	wantTrials := []string{
		`0,0,0 1.1111111111111112 0.5 success [10 11.5 12] {"acc": "NaN", "nested": {"n": 3}}`,
		`0,0,1 1.1111111111111112 NaN crashed [10 11 9] {"exception":"ValueError: \"bad\" lr"}`,
		`-1,0,0 3 NaN crashed [NaN 11 NaN] `,
		`0,0,2 3 +Inf diverged [NaN NaN NaN] "text"`,
		`0,0,0 3 NaN diverged [NaN NaN NaN] {"state": "CRASHED"}`,
		`0,0,1 3 0.25 running [NaN NaN NaN] {"state": "RUNNING"}`,
		`0,0,2 9 0.25 timeout [NaN NaN NaN] {"state": "TIMEOUT"}`,
		`0,0,1 9 0.25 success [NaN NaN NaN] {"state": "SLEEPING"}`,
		`0,0,0 9 0.125 success [NaN NaN NaN] [1, 2]`,
		`0,0,2 1.1111111111111112 1 success [NaN NaN NaN] `,
	}
	if d := cmp.Diff(wantTrials, trials); d != "" {
		t.Errorf("trials (-want +got):\n%s", d)
	}
	wantCodes := map[string]int{
		"space-file": 1, "bad-line": 2, "torn-line": 2, "unknown-state": 1, "bad-time": 1, "orphan-result": 1,
		"duplicate-trial": 1, "bad-budget": 1, "negative-duration": 1, "more-objectives": 1, "retyped-choices flag": 1,
	}
	if d := cmp.Diff(wantCodes, codes(findings)); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
	if n, _ := findings.Find("bad-line", ""); n.Path != "run/configs.json" || n.Line != 6 || n.More[0].Line != 14 {
		t.Errorf("bad lines at %s:%d and %v", n.Path, n.Line, n.More)
	}
	for _, tr := range study.Trials {
		if tr.Info != nil && !json.Valid(tr.Info) {
			t.Errorf("info is no JSON: %s", tr.Info)
		}
	}
}

const twoConfigs = `[[0,0,0], {"x": 1, "y": 0.5}, {}]
[[0,0,1], {"x": 2, "y": 0.25}, {}]
`

func TestObjectives(t *testing.T) {
	files := map[string]string{
		"configs.json": twoConfigs,
		"results.json": `[[0,0,0], 1, {}, {"loss": 0.5, "info": {"test accuracy": 0.75, "a.b": 1, "a": {"c": 2}, "text": "x"}, "extra": 7}, null]
[[0,0,1], 1, {}, {"loss": 0.25, "info": {"test accuracy": NaN}}, null]
`}
	study, _, err := read(t, source.Options{Objectives: []string{"info.test accuracy", "loss", "info.a.b", "info.a.c", "extra"},
		Maximize: []string{"info.test accuracy"}, BudgetName: "epochs"}, files)
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	got := [][]float64{study.Trials[0].Values, study.Trials[1].Values}
	want := [][]float64{{0.75, 0.5, 1, 2, 7}, {nan, 0.25, nan, nan, nan}}
	if d := cmp.Diff(want, got, cmpopts.EquateNaNs()); d != "" {
		t.Errorf("values (-want +got):\n%s", d)
	}
	if o := study.Objectives; !o[0].Maximize || o[1].Maximize || o[0].Name != "info.test accuracy" || study.BudgetName != "epochs" {
		t.Errorf("objectives %+v, budget %q", o, study.BudgetName)
	}
	_, _, err = read(t, source.Options{Objectives: []string{"accuracy"}}, files)
	if want := `no result has the objective "accuracy", expected loss or a numeric entry of info: info.a.b, info.a.c, info.test accuracy; did you mean info.test accuracy?`; err == nil || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("unknown objective: %v", err)
	}
	if _, _, err = read(t, source.Options{Maximize: []string{"accuracy"}}, files); err == nil || !strings.Contains(err.Error(), `"accuracy"`) {
		t.Errorf("unknown direction: %v", err)
	}
}

func TestGzipAndSingleFile(t *testing.T) {
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	w.Write([]byte(`[[0,0,0], 1, {}, {"loss": 0.5, "info": null}, null]` + "\n"))
	w.Close()
	fsys := dir(map[string]string{"configs.json": twoConfigs, "results.json.gz": packed.String()})
	for _, path := range []string{"run", "run/configs.json", "run/results.json.gz"} {
		s, err := source.NewFS(fsys, path)
		if err != nil {
			t.Fatal(err)
		}
		if reason, ok := Detect(s); !ok {
			t.Fatalf("%s: %s", path, reason)
		}
		study, err := Read(context.Background(), s, source.Options{}, &source.Findings{})
		if err != nil || len(study.Trials) != 1 || study.Name != "run" {
			t.Errorf("%s: %v, %v", path, study, err)
		}
	}
}

func TestDetectSaysWhyNot(t *testing.T) {
	for want, files := range map[string]map[string]string{
		"no configs.json and results.json together": {"configs.json": "[]"},
		"configs.json begins with '{'":              {"configs.json": `{"0": {}}`, "results.json": "[]"},
		"results.json begins with '{'":              {"configs.json": `[[0,0,0],{}]`, "results.json": " {}"},
	} {
		s, err := source.NewFS(dir(files), "run")
		if err != nil {
			t.Fatal(err)
		}
		if reason, ok := Detect(s); ok || !strings.Contains(reason, want) {
			t.Errorf("reason %q (%v), expected %q", reason, ok, want)
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	s, err := source.NewFS(dir(map[string]string{"configs.json": twoConfigs, "results.json": strings.Repeat("\n", 10_000) + "["}), "run")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Read(ctx, s, source.Options{}, &source.Findings{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := len(s.Inputs()); n != 1 {
		t.Errorf("%d files were closed, want the one that was open", n)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(twoConfigs), []byte(`[[0,0,0], 9.0, {"submitted": 1, "started": NaN}, {"loss": 0.5, "info": {"a": {"b": NaN}}}, null]`))
	f.Add([]byte(`["a", {"x": [1]}, null]`+"\n"+`[1, {"x": true}]`), []byte(`["a", 1, null, 0.5, "E\nx"]`+"\n"+`[1, 3, {}, null, null]`))
	f.Fuzz(func(t *testing.T, configs, results []byte) {
		s, err := source.NewFS(dir(map[string]string{"configs.json": string(configs), "results.json": string(results)}), "run")
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
		for _, c := range study.Configs {
			if c.Extra != nil && !json.Valid(c.Extra) {
				t.Fatalf("extra is no JSON: %q", c.Extra)
			}
		}
		for _, b := range study.Budgets() {
			if _, err := study.At(b, 0, nasalyze.TableOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
