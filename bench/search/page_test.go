package main

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A record in which Optuna is better than ours on one workload and random search worse on
// all makes a page that says so, with pictures.
func TestPage(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "images"), 0o755); err != nil {
		t.Fatal(err)
	}
	rec, err := load(filepath.Join(dir, "search-benchmarks.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	works := workloadsFor(t, "ones|branin|hartmann")
	factor := map[string]float64{"ours": 1, "optuna": 1, "random": 3, "smac": 1.001}
	for _, w := range works {
		for name, f := range factor {
			for seed := range 20 {
				r := run{Workload: w.name, Searcher: name, Workers: 1, Seed: seed, Limit: 32}
				if seed == 0 {
					r.Versions = []string{name + " 1.2"}
				}
				if w.name == "branin" && name == "optuna" {
					f = 0.2
				}
				for k := range checkpoints {
					r.Regret = append(r.Regret, number(f*math.Exp(-float64(k)/4)*(1+float64((seed*7)%20)/40)))
				}
				if name == "optuna" {
					r.Regret[0] = number(math.NaN())
				}
				if !(name == "smac" && (seed > 4 || w.name == "branin")) {
					if err := rec.add(r, true); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	}
	if err := writeDocs(dir, works); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "search-benchmarks.md"))
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	// Medians: exp(-3) times 1.2375, by hand.
	m := 1.2375 * math.Exp(-3)
	for _, want := range []string{
		fmt.Sprintf("| Branin | %.3g | %.3g **-** |  | %.3g + |", m, 0.2*m, 3*m),
		fmt.Sprintf("| Hartmann, 6 dimensions | %.3g | %.3g |", m, m),
		"(5) |", "| Optuna | 32 | 0 | 4 | 1: Branin |", "optuna 1.2",
		// Ranks over the searchers with all workloads: ours and Optuna tie on four, Optuna wins one.
		"| nasalyze | 1.60 |", "| Optuna | 1.40 |", "| random search | 3.00 |",
		"| random search | 32 | 5 of 5 | 100.0 % |", "| Optuna | 32 | 2 of 5 | 40.0 % |", "| SMAC3 | 32 | 0 of 4 |",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in the page", want)
		}
	}
	if strings.Contains(page, "| SMAC3 | 2") || regexp.MustCompile(`NaN|Inf|%!`).MatchString(page) {
		t.Error("SMAC3 has a rank without all workloads, or a number is none")
	}
	for _, name := range []string{"search-regret.svg", "search-ranks.svg"} {
		picture, err := os.ReadFile(filepath.Join(dir, "images", name))
		if err != nil {
			t.Fatal(err)
		}
		d := xml.NewDecoder(strings.NewReader(string(picture)))
		for {
			if _, err := d.Token(); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				t.Fatal(err)
			}
		}
		if !strings.Contains(page, "images/"+name) {
			t.Errorf("the page does not show %s", name)
		}
	}
}

// The page in the repository is what its record makes.
func TestPageIsCurrent(t *testing.T) {
	if os.Getenv("NASALYZE_DATA") == "" {
		t.Skip("NASALYZE_DATA is not set: the names of workloads on tables are not known")
	}
	dir := t.TempDir()
	docs := filepath.Join("..", "..", "docs")
	record, err := os.ReadFile(filepath.Join(docs, "search-benchmarks.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, filepath.Join(dir, "search-benchmarks.jsonl"), string(record))
	if err := os.Mkdir(filepath.Join(dir, "images"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := writeDocs(dir, workloadsFor(t, "")); err != nil {
		t.Fatal(err)
	}
	made, err := filepath.Glob(filepath.Join(dir, "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	pictures, err := filepath.Glob(filepath.Join(dir, "images", "*.svg"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(made, pictures...) {
		rel, _ := filepath.Rel(dir, path)
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := os.ReadFile(filepath.Join(docs, rel)); err != nil || string(got) != string(want) {
			t.Errorf("docs/%s is not what go run ./bench/search -docs docs writes (%v)", rel, err)
		}
	}
}
