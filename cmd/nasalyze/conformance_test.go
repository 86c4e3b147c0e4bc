package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// published are the logs that the command reports on: a folder of runs, or files
// with the flags that their owner would give.
var published = []struct {
	pattern string
	flags   []string
}{
	{pattern: "hpbandster/*"},
	{pattern: "deepcave/*"},
	{pattern: "smac3/*"},
	{pattern: "csv/*"},
	{pattern: "grid/hyanova_iris.csv", flags: []string{"--maximize", "mean_test_score"}},
	{pattern: "grid/hpobench_*", flags: []string{"--maximize", "valid_balanced_accuracy"}},
	{pattern: "grid/hpolib_*"},
	{pattern: "grid/nasbench201_*", flags: []string{"--maximize", "valid_accuracy_pct"}},
	{pattern: "kdd2018/*.arff.gz", flags: []string{"--maximize", "predictive_accuracy"}},
}

// data returns the folder of real logs, which the repository does not hold.
func data(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("NASALYZE_DATA")
	if dir == "" {
		t.Skip("NASALYZE_DATA is not set: the real logs that this test reads are not part of the repository")
	}
	return dir
}

// Every published log ends in a whole report, whose numbers are in their ranges.
func TestReportOnPublishedLogs(t *testing.T) {
	dir := data(t)
	if testing.Short() {
		t.Skip("reports on all published logs, which takes most of a minute")
	}
	for _, p := range published {
		paths, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(p.pattern)))
		if err != nil || len(paths) == 0 {
			t.Errorf("%s: %v, %v", p.pattern, paths, err)
		}
		for _, path := range paths {
			if filepath.Ext(path) == ".json" {
				continue // published numbers to compare with, no log
			}
			name, _ := filepath.Rel(dir, path)
			t.Run(name, func(t *testing.T) {
				out := filepath.Join(t.TempDir(), "out")
				said := mustRun(t, append([]string{"report", path, "-o", out, "--replicates", "-1", "--resamples", "50", "--trees", "4",
					"--only", "importance,rank-correlation"}, p.flags...)...)
				if !strings.Contains(said, "Do ranks carry over") {
					t.Errorf("no answer in words:\n%s", said)
				}
				for _, file := range []string{"index.html", "tables/budgets.csv", "tables/importance.csv", "tables/budgets.tex"} {
					if info, err := os.Stat(filepath.Join(out, file)); err != nil || info.Size() == 0 {
						t.Errorf("%s: %v", file, err)
					}
				}
				checkReport(t, filepath.Join(out, "report.json"))
			})
		}
	}
}

// reportJSON are the parts of report.json that others rely on.
type reportJSON struct {
	Budgets []struct {
		N          int
		OOB        struct{ R2 *float64 }
		Importance []struct {
			Params            []string
			Individual, Total struct{ Mean *float64 }
		}
	}
	Correlations []struct {
		Low, High float64
		N         int
		Spearman  struct {
			Rho, P, Lo, Hi *float64
			Reason         string
		}
	}
	Warnings []struct{ Code string }
}

func readReport(t *testing.T, path string) (r reportJSON) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

func checkReport(t *testing.T, path string) {
	t.Helper()
	r := readReport(t, path)
	between := func(what string, x *float64, lo, hi float64) {
		if x != nil && !(*x >= lo-1e-9 && *x <= hi+1e-9) {
			t.Errorf("%s is %v, expected %v to %v", what, *x, lo, hi)
		}
	}
	if n := len(r.Budgets); n == 0 || len(r.Correlations) != n*(n-1)/2 {
		t.Errorf("%d budgets, %d correlations", n, len(r.Correlations))
	}
	for _, b := range r.Budgets {
		if b.OOB.R2 != nil && *b.OOB.R2 > 1 {
			t.Errorf("R² is %v", *b.OOB.R2)
		}
		sum := 0.0
		for _, imp := range b.Importance {
			between("an importance", imp.Individual.Mean, 0, 1)
			between("a total", imp.Total.Mean, 0, 1)
			if imp.Individual.Mean != nil {
				sum += *imp.Individual.Mean
			}
		}
		between("the sum of the shares", &sum, 0, 1)
	}
	for _, c := range r.Correlations {
		between("rho", c.Spearman.Rho, -1, 1)
		between("p", c.Spearman.P, 0, 1)
		if (c.N < 4) != (c.Spearman.Rho == nil) && c.Spearman.Reason == "" {
			t.Errorf("budgets %v and %v, n = %d: rho %v without a reason", c.Low, c.High, c.N, c.Spearman.Rho)
		}
	}
}

// A search that shares no configuration between budgets has no correlation: not
// 0, but none, and the report says why.
func TestNoSharedConfigurationNoCorrelation(t *testing.T) {
	paths, err := filepath.Glob(filepath.Join(data(t), "smac3", "v1_outlier_DEHB*"))
	if err != nil || len(paths) != 1 {
		t.Fatalf("%v, %v", paths, err)
	}
	out := filepath.Join(t.TempDir(), "out")
	said := mustRun(t, "report", paths[0], "-o", out, "--replicates", "-1", "--trees", "16", "--only", "rank-correlation")
	if !strings.Contains(said, "Do ranks carry over from small budgets to large ones? Cannot be told.") {
		t.Errorf("said:\n%s", said)
	}
	r := readReport(t, filepath.Join(out, "report.json"))
	if len(r.Correlations) != 3 {
		t.Fatalf("%d correlations of 3 budgets", len(r.Correlations))
	}
	for _, c := range r.Correlations {
		if c.N != 0 || c.Spearman.Rho != nil || c.Spearman.P != nil || c.Spearman.Lo != nil || c.Spearman.Reason == "" {
			t.Errorf("budgets %v and %v: n %d, %+v", c.Low, c.High, c.N, c.Spearman)
		}
	}
	warned := false
	for _, w := range r.Warnings {
		warned = warned || w.Code == "no-shared-configuration"
	}
	if !warned {
		t.Error("no warning of it")
	}
	var table, words bytes.Buffer
	if status := run(context.Background(), []string{"correlation", paths[0], "--trees", "8", "--format", "csv"}, strings.NewReader(""), &table, &words); status != 0 {
		t.Fatalf("exit status %d: %s", status, words.String())
	}
	for line := range strings.Lines(table.String()) {
		if cells := strings.Split(line, ","); cells[0] != "low" && (cells[2] != "0" || cells[5] != "") {
			t.Errorf("n and rho in %q", line)
		}
	}
}

// What is not read is refused: what it is, and what is read instead.
func TestRefusesWhatItDoesNotRead(t *testing.T) {
	dir := data(t)
	for path, want := range map[string]string{
		"amltk/optuna":                         "an AMLTK history in Parquet",
		"amltk/smac_mf":                        "an AMLTK history in Parquet",
		"raytune/deepcave_run_1":               "a Ray Tune experiment",
		"optuna":                               "an SQLite database",
		"optuna/wildshapes.db":                 "an SQLite database",
		"optuna/dissertacao.db":                "an SQLite database",
		"taskset":                              "not a log of a known format",
		"csv":                                  "holds files that are; give one of them",
		"hpbandster":                           "holds 7 runs; give one of them",
		"kdd2018/random_forest_fanova.json.gz": "not a log of a known format",
	} {
		var out, errs bytes.Buffer
		status := run(context.Background(), []string{"report", filepath.Join(dir, filepath.FromSlash(path)), "-o", filepath.Join(t.TempDir(), "out")}, strings.NewReader(""), &out, &errs)
		if status != exitFailure || !strings.Contains(errs.String(), want) || out.Len() > 0 {
			t.Errorf("%s: exit status %d, expected %s:\n%s", path, status, want, errs.String())
		}
		if !strings.Contains(want, "give one") && !strings.Contains(errs.String(), "hpbandster: ") {
			t.Errorf("%s: does not say what is read:\n%s", path, errs.String())
		}
	}
}
