package hpbandster

import (
	"fmt"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Every way in which a log is odd is a finding with file and line, and the rest
// of the log is read.
func TestFindingsNameFileAndLine(t *testing.T) {
	const space = "x integer [1, 2] [1]\ny real [0, 1] [0.5]\n"
	for _, c := range []struct {
		name             string
		configs, results string // after twoConfigs and one good result
		code, param      string
		want             string // path:line: severity
		trials           int
	}{
		{"torn last line", "", `[[0,0,1], 1, {}, {"lo`, "torn-line", "", "run/results.json:2: skipped", 1},
		{"torn last configuration", `[[0,0,5], {"x": 1, `, "", "torn-line", "", "run/configs.json:3: skipped", 1},
		{"object instead of a list", "", `{"config": [0,0,1], "loss": 1}` + "\n", "bad-line", "", "run/results.json:2: skipped", 1},
		{"object instead of a configuration", `{"0": {"x": 1}}` + "\n", "", "bad-line", "", "run/configs.json:3: skipped", 1},
		{"result without configuration", "", `[[4,0,0], 1, {}, {"loss": 1}, null]` + "\n", "orphan-result", "", "run/results.json:2: skipped", 1},
		{"configuration without result", `[[5,0,0], {"x": 1, "y": 0}, {}]` + "\n", "", "config-without-trials", "", "run/configs.json:2: note", 1},
		{"duplicate id, other values", `[[0,0,0], {"x": 2, "y": 0.25}, {}]` + "\n", "", "config-conflict", "", "run/configs.json:3: warning", 1},
		{"duplicate id, same values", `[[0,0,0], {"x": 1, "y": 0.5}, {}]` + "\n", "", "duplicate-config", "", "run/configs.json:3: warning", 1},
		{"duplicate result", "", `[[0,0,0], 1, {}, {"loss": 2}, null]` + "\n", "duplicate-trial", "", "run/results.json:1: warning", 1},
		{"value outside the space", `[[0,0,2], {"x": 7, "y": 0}, {}]` + "\n", "", "value-outside-space", "x", "run/configs.json:3: warning", 1},
		{"infinite budget", "", `[[0,0,1], Infinity, {}, {"loss": 1}, null]` + "\n", "bad-budget", "", "run/results.json:2: skipped", 1},
		{"negative time", "", `[[0,0,1], 1, {"submitted": 1, "started": 5, "finished": 3}, {"loss": 1}, null]` + "\n", "negative-duration", "", "run/results.json:2: warning", 2},
		{"started before submitted", "", `[[0,0,1], 1, {"submitted": 9, "started": 5, "finished": 10}, {"loss": 1}, null]` + "\n", "times-out-of-order", "", "run/results.json:2: warning", 2},
		{"time that is no number", "", `[[0,0,1], 1, {"submitted": "noon"}, {"loss": 1}, null]` + "\n", "bad-time", "", "run/results.json:2: warning", 2},
	} {
		study, findings, err := read(t, source.Options{}, map[string]string{"configspace.pcs": space,
			"configs.json": twoConfigs + c.configs, "results.json": `[[0,0,0], 1, {}, {"loss": 0.5, "info": null}, null]` + "\n" + c.results})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		n, ok := findings.Find(c.code, c.param)
		if got := fmt.Sprintf("%s:%d: %v", n.Path, n.Line, n.Severity); !ok || got != c.want || !strings.HasPrefix(n.String(), c.want) {
			t.Errorf("%s: %s, expected %s of %s; all: %v", c.name, got, c.want, c.code, findings.All())
		}
		if len(study.Trials) != c.trials {
			t.Errorf("%s: %d trials, expected %d", c.name, len(study.Trials), c.trials)
		}
	}
}

// Results that are no numbers are no findings, but statuses: they are counted
// per budget, and none of them is a loss.
func TestResultsThatAreNoNumbers(t *testing.T) {
	for result, want := range map[string]nasalyze.Status{
		"null":                         nasalyze.Crashed,
		`{"loss": null, "info": null}`: nasalyze.Crashed,
		`{"loss": NaN, "info": {}}`:    nasalyze.Diverged,
		`{"loss": Infinity}`:           nasalyze.Diverged,
		`{"loss": -Infinity}`:          nasalyze.Diverged,
		`{"loss": 0.5, "info": [NaN]}`: nasalyze.Success,
		`{"loss": 2147483647.0}`:       nasalyze.Success, // a number, but none that is used
	} {
		study, _, err := read(t, source.Options{}, map[string]string{"configs.json": twoConfigs,
			"results.json": `[[0,0,0], 1, {}, {"loss": 0.5}, null]` + "\n" + `[[0,0,1], 1, {}, ` + result + `, null]` + "\n"})
		if err != nil {
			t.Errorf("%s: %v", result, err)
			continue
		}
		tr := &study.Trials[1]
		if tr.Status != want {
			t.Errorf("%s: %v, expected %v", result, tr.Status, want)
		}
		if failed := !strings.Contains(result, "0.5"); study.Failed(tr, 0) != failed {
			t.Errorf("%s: failed is %v", result, !failed)
		}
	}
}
