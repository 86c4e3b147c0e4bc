package digits_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"math"
	"regexp"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze/examples/digits"
)

// read returns one file of the log.
func read(t *testing.T, name string) []byte {
	t.Helper()
	data, err := fs.ReadFile(digits.Log(), name)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// nan finds the token that Python's json module writes for a loss that is not
// a number and that Go's refuses. It is the only such token the search writes.
var nan = regexp.MustCompile(`"loss": NaN\b`)

// lines decodes a file of JSON arrays, one a line, each of the given length.
func lines(t *testing.T, name string, fields int) [][]json.RawMessage {
	t.Helper()
	var all [][]json.RawMessage
	scanner := bufio.NewScanner(bytes.NewReader(read(t, name)))
	for scanner.Scan() {
		var row []json.RawMessage
		text := nan.ReplaceAll(scanner.Bytes(), []byte(`"loss": null`))
		if err := json.Unmarshal(text, &row); err != nil {
			t.Fatalf("%s:%d: %v", name, len(all)+1, err)
		}
		if len(row) != fields {
			t.Fatalf("%s:%d: %d fields, want %d", name, len(all)+1, len(row), fields)
		}
		all = append(all, row)
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

func decode(t *testing.T, text json.RawMessage, into any) {
	t.Helper()
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}

type space struct {
	Hyperparameters []struct {
		Name         string
		Type         string
		Lower, Upper float64
		Choices      []string
	}
	Conditions []struct {
		Child, Parent, Type string
		Value               any
	}
}

// active reports whether the space's conditions leave the named parameter on.
func (s space) active(t *testing.T, name string, config map[string]any) bool {
	t.Helper()
	for _, c := range s.Conditions {
		if c.Child != name {
			continue
		}
		switch c.Type {
		case "EQ":
			if config[c.Parent] != c.Value {
				return false
			}
		case "GT":
			if config[c.Parent].(float64) <= c.Value.(float64) {
				return false
			}
		default:
			t.Fatalf("condition of type %q", c.Type)
		}
	}
	return true
}

func TestConfigurationsLieInTheSpace(t *testing.T) {
	var s space
	decode(t, read(t, "configspace.json"), &s)
	if len(s.Hyperparameters) != 13 || len(s.Conditions) != 2 {
		t.Fatalf("%d parameters and %d conditions, want 13 and 2", len(s.Hyperparameters), len(s.Conditions))
	}
	seen := map[string]bool{}
	modelBased := 0
	for _, row := range lines(t, "configs.json", 3) {
		id := string(row[0])
		if seen[id] {
			t.Errorf("%s occurs twice", id)
		}
		seen[id] = true
		var config map[string]any
		decode(t, row[1], &config)
		var pick struct {
			Model bool `json:"model_based_pick"`
		}
		decode(t, row[2], &pick)
		if pick.Model {
			modelBased++
		}
		known := 0
		for _, p := range s.Hyperparameters {
			value, given := config[p.Name]
			if given != s.active(t, p.Name, config) {
				t.Errorf("%s: %s given: %v, against the conditions", id, p.Name, given)
			}
			if !given {
				continue
			}
			known++
			if p.Type == "categorical" {
				if choice, ok := value.(string); !ok || !slices.Contains(p.Choices, choice) {
					t.Errorf("%s: %s is %v, want one of %v", id, p.Name, value, p.Choices)
				}
				continue
			}
			number, ok := value.(float64)
			if !ok || number < p.Lower || number > p.Upper {
				t.Errorf("%s: %s is %v, want a number in [%v, %v]", id, p.Name, value, p.Lower, p.Upper)
			}
			if p.Type == "uniform_int" && number != math.Trunc(number) {
				t.Errorf("%s: %s is %v, want a whole number", id, p.Name, value)
			}
		}
		if known != len(config) {
			t.Errorf("%s: %d values, of which the space knows %d", id, len(config), known)
		}
	}
	if len(seen) < 200 {
		t.Errorf("%d configurations, want 200 at least", len(seen))
	}
	if modelBased == 0 || modelBased == len(seen) {
		t.Errorf("%d of %d picks are model-based, want some of both kinds", modelBased, len(seen))
	}
}

func TestResults(t *testing.T) {
	configs := map[string]bool{}
	for _, row := range lines(t, "configs.json", 3) {
		configs[string(row[0])] = true
	}
	runs := map[float64]int{}
	seen := map[string]bool{}
	failed := 0
	for _, row := range lines(t, "results.json", 5) {
		id := string(row[0])
		if !configs[id] {
			t.Errorf("%s has a result and no configuration", id)
		}
		var budget float64
		decode(t, row[1], &budget)
		runs[budget]++
		if run := fmt.Sprint(id, budget); seen[run] {
			t.Errorf("%s has two results at budget %v", id, budget)
		} else {
			seen[run] = true
		}
		var clock struct{ Submitted, Started, Finished float64 }
		decode(t, row[2], &clock)
		if !(0 < clock.Submitted && clock.Submitted <= clock.Started && clock.Started <= clock.Finished) {
			t.Errorf("%s at %v: times out of order: %+v", id, budget, clock)
		}
		var result struct {
			Loss *float64
			Info map[string]any
		}
		decode(t, row[3], &result)
		_, failure := result.Info["failure"]
		switch {
		case result.Loss == nil:
			failed++
			if !failure {
				t.Errorf("%s at %v: no loss and no reason", id, budget)
			}
		case failure || *result.Loss < 0 || *result.Loss > 100:
			t.Errorf("%s at %v: loss %v, info %v", id, budget, *result.Loss, result.Info)
		}
		if string(row[4]) != "null" {
			t.Errorf("%s at %v: exception %s, want null", id, budget, row[4])
		}
	}
	budgets := slices.Sorted(maps.Keys(runs))
	if !slices.Equal(budgets, []float64{3, 9, 27, 81}) {
		t.Fatalf("budgets %v, want 3, 9, 27, 81", budgets)
	}
	for i, b := range budgets {
		if runs[b] < 40 || i > 0 && runs[b] > runs[budgets[i-1]] {
			t.Errorf("runs per budget %v: want 40 at least, and no more than at the budget below", runs)
		}
	}
	if failed == 0 {
		t.Error("no failed run; the log is meant to have some")
	}
}

func TestLogIsSmall(t *testing.T) {
	const limit = 1 << 20
	total := 0
	for _, name := range []string{"configs.json", "results.json", "configspace.json"} {
		total += len(read(t, name))
	}
	if total > limit {
		t.Errorf("%d bytes, want %d at most", total, limit)
	}
}
