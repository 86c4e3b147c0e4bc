package main

import (
	"bytes"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// Rows of workloads that were not run stay; the others are replaced.
func TestSaveMerges(t *testing.T) {
	path := filepath.Join(t.TempDir(), "b.json")
	save := func(rows ...*row) []string {
		t.Helper()
		if err := (report{Rows: rows}).save(path); err != nil {
			t.Fatal(err)
		}
		rep, err := load(path)
		if err != nil {
			t.Fatal(err)
		}
		var inputs []string
		for _, r := range rep.Rows {
			inputs = append(inputs, r.Name+" "+r.Input)
			if len(r.Ours.Runs[0].Answers) > 0 {
				t.Error("answers were saved")
			}
			if r.Ours.Job.Path != "rows.npy" {
				t.Errorf("the path %s was saved", r.Ours.Job.Path)
			}
		}
		return inputs
	}
	of := func(name, input string) *row {
		r := &row{Name: name, Input: input, Ours: done("ours", 1)}
		r.Ours.Runs[0].Answers = answers("x", math.NaN())
		r.Ours.Job.Path = "/folder/rows.npy"
		return r
	}
	old := of("ranks", "old")
	save(old, of("ranks", "old too"), of("log", "a"))
	if len(old.Ours.Runs[0].Answers) == 0 {
		t.Error("saving took the answers away from a row that others are still compared with")
	}
	if got, want := save(of("ranks", "new")), []string{"log a", "ranks new"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	there := of("read", "x")
	there.Machine = machine{CPU: "other"}
	if got, want := save(there), []string{"log a", "ranks new", "read x"}; !slices.Equal(got, want) {
		t.Errorf("on another machine: got %q, want %q", got, want)
	}
	if rep, err := load(path); err != nil || rep.Rows[2].Machine != there.Machine || rep.Rows[0].Machine == there.Machine {
		t.Errorf("the machines of the rows are mixed up (error %v)", err)
	}
}

// docs/benchmarks.md and its pictures are what the bench makes of the record.
func TestDocsAreOfTheRecord(t *testing.T) {
	docs := filepath.Join("..", "docs")
	dir := t.TempDir()
	text, err := os.ReadFile(filepath.Join(docs, "benchmarks.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "benchmarks.json"), text, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := writeDocs(dir); err != nil {
		t.Fatal(err)
	}
	drawn, err := filepath.Glob(filepath.Join(dir, "images", "*.svg"))
	if err != nil || len(drawn) == 0 {
		t.Fatalf("no pictures: %v", err)
	}
	names := []string{"benchmarks.md"}
	for _, path := range drawn {
		names = append(names, filepath.Join("images", filepath.Base(path)))
	}
	for _, name := range names {
		want, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := os.ReadFile(filepath.Join(docs, name))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Errorf("docs/%s is not what go run ./bench -docs docs writes", name)
		}
	}
}

func TestEveryWorkloadHasASection(t *testing.T) {
	seen := map[string]bool{}
	for _, w := range workloads {
		if seen[w.name] {
			t.Errorf("two workloads %s", w.name)
		}
		seen[w.name] = true
		if !slices.ContainsFunc(sections, func(s section) bool { return s.name == w.name }) {
			t.Errorf("workload %s has no section in docs/benchmarks.md", w.name)
		}
	}
	for _, s := range sections {
		if !seen[s.name] {
			t.Errorf("section %q is of no workload", s.title)
		}
	}
}

// All versions are pinned, and scripts of peers are there under the names of tasks.
func TestRequirements(t *testing.T) {
	entries, err := files.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	pinned := regexp.MustCompile(`^[A-Za-z0-9_.-]+==[0-9][0-9a-z.]*$`)
	lists := 0
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), "requirements-") {
			continue
		}
		lists++
		text, err := files.ReadFile(e.Name())
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			line = strings.TrimSpace(line)
			if line != "" && line[0] != '#' && !pinned.MatchString(line) {
				t.Errorf("%s: %q is not pinned", e.Name(), line)
			}
		}
	}
	for _, env := range []*environment{deepcave, automl, science} {
		if _, err := files.ReadFile("requirements-" + env.name + ".txt"); err != nil {
			t.Error(err)
		}
	}
	if lists != 3 {
		t.Errorf("%d lists of requirements, 3 environments", lists)
	}
}

func TestLastResult(t *testing.T) {
	out := []byte(`{"done": false, "base": 1}` + "\n" + `{"done": false, "base": 2, "answers": [{"name": "x", "value": null}]}` + "\nnoise\n" + `{"done": true, "ba`)
	r := lastResult(out)
	if r == nil || r.Base != 2 || !math.IsNaN(r.value("x")) {
		t.Errorf("got %+v, want the last complete line that is a result", r)
	}
	if r := lastResult([]byte("no line")); r != nil {
		t.Errorf("got %+v of nothing", r)
	}
}
