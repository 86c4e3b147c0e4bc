package experiment_test

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/examples/experiment"
)

// line is one of the journal: a configuration, or a trial that starts or ends.
type line struct {
	Config string
	Pick   string
	Trial  string
	Budget float64
	Status string

	Values   json.RawMessage
	Started  float64
	Finished float64
	Info     struct {
		Reason string
		Result struct {
			Budget     float64
			Loss       any
			Train      float64 `json:"train_seconds"`
			Steps      int
			Digest     string `json:"data_sha256"`
			Validation int    `json:"validation_images"`
		}
	}
}

func journal(t *testing.T) (all []line, size int) {
	t.Helper()
	f, err := experiment.Log().Open("nasalyze.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	unpacked, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	text, err := io.ReadAll(unpacked)
	if err != nil {
		t.Fatal(err)
	}
	for row := range strings.Lines(string(text)) {
		var l line
		if strings.TrimSpace(row) == "" || strings.HasPrefix(row, `{"nasalyze"`) { // the header
			continue
		}
		if err := json.Unmarshal([]byte(row), &l); err != nil {
			t.Fatalf("%v: %s", err, row)
		}
		all = append(all, l)
	}
	info, err := fs.Stat(experiment.Log(), "nasalyze.jsonl.gz")
	if err != nil {
		t.Fatal(err)
	}
	return all, int(info.Size())
}

// What README.md says of the log: how many configurations and trials at which budgets,
// trained on one division of the data for as long as the budget says, each ended once.
func TestLog(t *testing.T) {
	all, size := journal(t)
	if size > 1<<20 {
		t.Errorf("%d bytes, want 1 MiB at most", size)
	}
	picks, ended, runs := map[string]int{}, map[string]int{}, map[float64]int{}
	digests := map[string]bool{}
	for _, l := range all {
		switch {
		case l.Config != "" && l.Trial == "":
			picks[l.Pick]++
		case l.Trial != "" && l.Status != "running":
			runs[l.Budget]++
			ended[fmt.Sprint(l.Trial, " at ", l.Budget)]++
			if !(l.Started < l.Finished) {
				t.Errorf("%s: started at %v, finished at %v", l.Trial, l.Started, l.Finished)
			}
			r := l.Info.Result
			if l.Status != "" {
				if l.Info.Reason == "" && l.Status != "diverged" {
					t.Errorf("%s at %v: %s without a reason", l.Trial, l.Budget, l.Status)
				}
				continue
			}
			digests[r.Digest] = true
			// The step whose end is nearest to the budget is the last, or the first where that is longer.
			slack := max(3*r.Train/float64(r.Steps), 0.02*l.Budget)
			if r.Budget != l.Budget || r.Steps > 1 && math.Abs(r.Train-l.Budget) > slack {
				t.Errorf("%s: %v s of training in %d steps at a budget of %v", l.Trial, r.Train, r.Steps, l.Budget)
			}
			if r.Validation != 287 {
				t.Errorf("%s: %d validation images", l.Trial, r.Validation)
			}
		}
	}
	if n := picks["model"] + picks["random"]; n != 211 || picks["model"] == 0 || picks["random"] == 0 {
		t.Errorf("picks %v, want 211 of both kinds", picks)
	}
	for trial, n := range ended {
		if n != 1 {
			t.Errorf("%s ended %d times", trial, n)
		}
	}
	if want := map[float64]int{2: 135, 6: 81, 18: 51, 54: 33}; !maps.Equal(runs, want) {
		t.Errorf("runs per budget %v, want %v", runs, want)
	}
	if len(digests) != 1 {
		t.Errorf("data of %d kinds: %v", len(digests), slices.Sorted(maps.Keys(digests)))
	}
}
