package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"

	"github.com/nasalyze/nasalyze/examples/digits"
)

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == searchJob {
		main() // the job of a search that a test runs in its own process
	}
	testscript.Main(m, map[string]func(){
		"nasalyze": main,
	})
}

// The scripts are the behaviour that users see: output, exit status, files.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: func(env *testscript.Env) error { return exampleLogs(env.WorkDir) },
	})
}

// exampleLogs writes digits, a whole log of HpBandSter, and the logs that the examples of the
// help name: parts of it, whose first and second half make complete logs.
func exampleLogs(dir string) error {
	for _, name := range []string{"digits", "path/to/bohb-run", "run1", "run2"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o755); err != nil {
			return err
		}
		for _, file := range []string{"configs.json", "results.json", "configspace.json"} {
			data, err := fs.ReadFile(digits.Log(), file)
			if err != nil {
				return err
			}
			if file != "configspace.json" && name != "digits" {
				data = iterations(data, name)
			}
			if err := os.WriteFile(filepath.Join(dir, name, file), data, 0o644); err != nil {
				return err
			}
		}
	}
	var packed bytes.Buffer
	w := gzip.NewWriter(&packed)
	if _, err := w.Write(trialsCSV()); err != nil {
		return err
	}
	if err := w.Close(); err != nil {
		return err
	}
	return errors.Join(os.WriteFile(filepath.Join(dir, "trials.csv"), trialsCSV(), 0o644),
		os.WriteFile(filepath.Join(dir, "trials.csv.gz"), packed.Bytes(), 0o644))
}

// iterations keeps the lines of the first Hyperband iterations; run2 gets others than run1.
func iterations(data []byte, name string) []byte {
	var out []byte
	for line := range bytes.SplitAfterSeq(data, []byte("\n")) {
		var iteration int
		if _, err := fmt.Sscanf(string(line), "[[%d,", &iteration); err == nil && iteration < 20 == (name != "run2") {
			out = append(out, line...)
		}
	}
	return out
}

// trialsCSV is a table of 40 configurations at epochs 9, 27 and 81.
func trialsCSV() []byte {
	var b bytes.Buffer
	b.WriteString("epoch,lr,depth,val_error\n")
	for i := range 40 {
		lr, depth := float64(i+1)/41, i%5
		for _, epoch := range []int{9, 27, 81} {
			fmt.Fprintf(&b, "%d,%.4f,%d,%.6f\n", epoch, lr, depth, (lr-0.4)*(lr-0.4)+float64(depth)/20+1/float64(epoch))
		}
	}
	return b.Bytes()
}

// Every example of every command's help runs.
func TestHelpExamples(t *testing.T) {
	if testing.Short() {
		t.Skip("runs every example of the help")
	}
	root := newRoot(&streams{strings.NewReader(""), &bytes.Buffer{}, &bytes.Buffer{}})
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		for _, c := range cmd.Commands() {
			walk(c)
		}
		if own := cmd.Name() != "help" && cmd.Name() != "completion" && cmd.Parent() != nil && cmd.Parent().Name() != "completion"; own && cmd.Example == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			args := strings.Fields(line)
			if len(args) == 0 || args[0] != "nasalyze" {
				continue
			}
			t.Run(strings.Join(args, "_"), func(t *testing.T) {
				t.Chdir(t.TempDir())
				if err := exampleLogs("."); err != nil {
					t.Fatal(err)
				}
				finished := strings.Contains(line, "nasalyze-report/report.json")
				if finished {
					mustRun(t, "report", "path/to/bohb-run", "--only", "marginals", "--replicates", "-1")
				}
				// The examples stand for themselves; fewer trees and no bootstrap make them quick.
				args := args[1:]
				if cmd.Flags().Lookup("replicates") != nil && !finished {
					args = append(args, "--replicates", "-1", "--trees", "8", "--resamples", "50")
				}
				mustRun(t, args...)
			})
		}
	}
	walk(root)
}

func mustRun(t *testing.T, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(context.Background(), args, strings.NewReader(""), &out, &errs); status != 0 {
		t.Fatalf("nasalyze %s: exit status %d\n%s", strings.Join(args, " "), status, errs.String())
	}
	return out.String()
}

func TestReportKeys(t *testing.T) {
	t.Chdir(t.TempDir())
	if err := exampleLogs("."); err != nil {
		t.Fatal(err)
	}
	mustRun(t, "report", "run1", "--only", "importance", "--replicates", "10", "--resamples", "100")
	data, err := os.ReadFile("nasalyze-report/report.json")
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Budgets []struct {
			Budget     *float64
			N, Failed  *int
			OOB        map[string]*float64
			Importance []struct {
				Params            []string
				Individual, Total map[string]*float64
			}
		}
		Correlations []struct {
			Low, High *float64
			N         *int
			Spearman  map[string]any
			Kendall   map[string]any
			Surrogate map[string]any
		}
		Findings, Warnings []map[string]any
		Provenance         struct {
			Version *string
			Seed    *uint64
			Options map[string]any
			Inputs  []struct{ Path, SHA256 string }
		}
	}
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Budgets) != 4 || got.Budgets[0].Budget == nil || got.Budgets[0].N == nil || got.Budgets[0].Failed == nil {
		t.Errorf("budgets: %+v", got.Budgets)
	}
	for _, key := range []string{"r2", "spearman"} {
		if _, ok := got.Budgets[0].OOB[key]; !ok {
			t.Errorf("budgets[0].oob has no %q", key)
		}
	}
	imp := got.Budgets[0].Importance
	if len(imp) == 0 || len(imp[0].Params) != 1 || imp[0].Individual["mean"] == nil || imp[0].Individual["std"] == nil || imp[0].Total["mean"] == nil {
		t.Errorf("budgets[0].importance: %+v", imp)
	}
	if len(got.Correlations) != 6 {
		t.Fatalf("%d correlations of 4 budgets", len(got.Correlations))
	}
	for _, key := range []string{"rho", "p", "lo", "hi"} {
		if _, ok := got.Correlations[0].Spearman[key]; !ok {
			t.Errorf("correlations[0].spearman has no %q", key)
		}
	}
	if got.Correlations[0].Kendall["tau"] == nil || got.Correlations[0].N == nil {
		t.Errorf("correlations[0]: %+v", got.Correlations[0])
	}
	if got.Findings == nil || got.Warnings == nil || got.Provenance.Version == nil || got.Provenance.Seed == nil || got.Provenance.Options == nil {
		t.Errorf("findings, warnings or provenance missing: %s", data[max(0, len(data)-800):])
	}
	if in := got.Provenance.Inputs; len(in) != 3 || len(in[0].SHA256) != 64 {
		t.Errorf("inputs: %+v", in)
	}
	if leftovers, _ := filepath.Glob("nasalyze-report/.*"); len(leftovers) > 0 {
		t.Errorf("temporary files left: %v", leftovers)
	}
}

// Logs that are compared make one JSON document.
func TestComparedJSON(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a", "b"} {
		if err := os.WriteFile(name+".csv", []byte("budget,x,loss\n1,0.1,0.5\n1,0.5,0.7\n1,0.7,0.9\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, command := range []string{"importance", "correlation"} {
		var got []struct{ Study struct{ Name string } }
		if err := json.Unmarshal([]byte(mustRun(t, command, "a.csv", "b.csv", "--compare", "--format", "json")), &got); err != nil {
			t.Fatal(command, err)
		}
		if len(got) != 2 || got[0].Study.Name != "a" || got[1].Study.Name != "b" {
			t.Errorf("%s: %+v", command, got)
		}
	}
}

// An interrupted report leaves whole files or none.
func TestInterrupt(t *testing.T) {
	t.Chdir(t.TempDir())
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	var out, errs bytes.Buffer
	if status := run(ctx, []string{"report"}, strings.NewReader(""), &out, &errs); status != exitFailure || !strings.Contains(errs.String(), "interrupted") {
		t.Errorf("exit status %d, said %q", status, errs.String())
	}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			t.Errorf("left %s", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
