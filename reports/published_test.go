package reports

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/correlation"
	"github.com/nasalyze/nasalyze/ingest"
)

// The importances that van Rijn and Hutter published for random forests ("Hyperparameter
// importance across datasets", KDD 2018; computed with automl/fanova, 500 settings per
// data set) agree with ours in order and in size over the data sets.
//
// Theirs are leaves of one row and 16 trees; ours average noise away, so that small
// shares differ, and the tolerances are what was found.
func TestPublishedImportances(t *testing.T) {
	dir := os.Getenv("NASALYZE_DATA")
	if dir == "" {
		t.Skip("NASALYZE_DATA is not set: no published importances to compare with")
	}
	if testing.Short() {
		t.Skip("fits a forest per data set")
	}
	published := readPublished(t, filepath.Join(dir, "kdd2018", "random_forest_fanova.json.gz"))
	all, _, err := ingest.Open(context.Background(), filepath.Join(dir, "kdd2018", "random_forest.arff.gz"),
		ingest.Options{Objectives: []string{"predictive_accuracy"}, Maximize: []string{"predictive_accuracy"}, InstanceColumn: "task_id"})
	if err != nil {
		t.Fatal(err)
	}
	byTask := make(map[string][]nasalyze.Trial)
	for _, trial := range all.Trials {
		byTask[trial.Instance] = append(byTask[trial.Instance], trial)
	}
	var orders, mains, pairs []float64
	strongest, undecided := 0, 0
	for task, trials := range byTask {
		theirs, ok := published[task]
		if !ok {
			continue
		}
		s := *all
		s.Trials = trials
		z, err := newAnalyzer(context.Background(), &s, Options{Replicates: -1, Brief: true})
		if err != nil {
			t.Fatal(err)
		}
		for _, stage := range []func() error{z.describe, z.configs, z.budgets} {
			if err := stage(); err != nil {
				t.Fatalf("task %s: %v", task, err)
			}
		}
		b := z.a.Budgets[0]
		if !b.Decided {
			undecided++
			continue
		}
		var ours, want []float64
		for _, imp := range b.Importance {
			names := slices.Clone(imp.Params)
			for i, n := range names {
				names[i] = n[strings.LastIndex(n, "__")+2:]
			}
			slices.Sort(names)
			v, ok := theirs[strings.Join(names, "__")]
			if !ok && len(names) == 2 {
				continue // of some data sets only main effects are published
			}
			if !ok {
				t.Fatalf("task %s: nothing published about %v", task, names)
			}
			if len(names) == 2 {
				pairs = append(pairs, math.Abs(v-imp.Individual.Mean))
				continue
			}
			ours, want = append(ours, imp.Individual.Mean), append(want, v)
			mains = append(mains, math.Abs(v-imp.Individual.Mean))
		}
		if slices.Index(ours, slices.Max(ours)) == slices.Index(want, slices.Max(want)) {
			strongest++
		}
		rho, err := correlation.Spearman(ours, want)
		if err != nil {
			t.Fatal(err)
		}
		orders = append(orders, rho.Value)
	}
	n := len(orders)
	t.Logf("%d data sets, %d undecided: order of the main effects correlates with %.3f on average (least %.3f), the strongest is the same in %d, mean difference of main effects %.4f, of pairs %.4f",
		n, undecided, stat.Mean(orders, nil), slices.Min(orders), strongest, stat.Mean(mains, nil), stat.Mean(pairs, nil))
	if n < 80 || stat.Mean(orders, nil) < 0.9 || float64(strongest) < 0.95*float64(n) || stat.Mean(mains, nil) > 0.02 || stat.Mean(pairs, nil) > 0.01 {
		t.Error("the published importances are not found again")
	}
}

// readPublished returns the importances by data set and by parameters, whose sorted names are joined by __.
func readPublished(t *testing.T, path string) map[string]map[string]float64 {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	r, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var out map[string]map[string]float64
	if err := json.NewDecoder(r).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}
