package ingest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasalyze/nasalyze"
)

// data returns the folder of real logs, which the repository does not hold.
func data(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("NASALYZE_DATA")
	if dir == "" {
		t.Skip("NASALYZE_DATA is not set: the real logs that this test reads are not part of the repository")
	}
	return dir
}

// The expected counts come from the logs themselves, by this Python 3 script:
//
//	for p in hpbandster folders:
//	    configs = {str(json.loads(l)[0]) for l in open(p + "configs.json") if l.strip()}
//	    rows = [json.loads(l) for l in open(p + "results.json") if l.strip()]
//	    trials = {(str(r[0]), r[1]) for r in rows if str(r[0]) in configs}
//	    ok = sum(1 for r in rows if r[3] and r[3]["loss"] is not None and abs(r[3]["loss"]) < float("inf"))
//	    print(len(configs), len(trials), len({b for _, b in trials}), ok)
//	for p in deepcave folders:
//	    configs = json.load(open(p + "configs.json"))
//	    rows = [json.loads(l) for l in open(p + "history.jsonl") if l.strip()]
//	    trials = {(r[0], r[1], r[2]) for r in rows if str(r[0]) in configs}
//	    ok = sum(1 for r in rows if r[-2] == 1 and r[3][0] is not None and r[3][0] == r[3][0])
//	    print(len(configs), len(trials), len({t[1] for t in trials}), ok)
//	for p in smac3 folders:
//	    d = json.load(open(p + "runhistory.json"))
//	    rows = [r[0] + [0] * (4 - len(r[0])) + r[1][:3] if len(r) == 2 else r[:7] for r in d["data"]]
//	    trials = {tuple(r[:4]) for r in rows}
//	    ok = sum(1 for r in rows if r[6] == 1 or r[6] == {"__enum__": "StatusType.SUCCESS"})
//	    print(len(d["configs"]), len(trials), len({t[3] for t in trials}), ok)
var conformance = []struct {
	folder                        string
	configs, trials, budgets, oks int
}{
	{"hpbandster/boah_bnn", 46, 65, 4, 56},
	{"hpbandster/cave_autopytorch", 79, 88, 2, 25},
	{"hpbandster/cave_bohb", 148, 256, 5, 256},
	{"hpbandster/deepcave_run_1", 46, 65, 4, 65},
	{"hpbandster/deepcave_run_2", 84, 113, 3, 113},
	{"hpbandster/deepcave_run_4", 1285, 1768, 5, 1764},
	{"hpbandster/example_5_run", 84, 113, 3, 113},
	{"deepcave/arlbench_dqn_cc_acrobot", 256, 25600, 10, 25600},
	{"deepcave/arlbench_ppo_cc_cartpole", 256, 25600, 10, 25600},
	{"deepcave/arlbench_sac_cc_pendulum", 256, 25600, 10, 23993},
	{"deepcave/digits_sklearn", 200, 2000, 10, 2000},
	{"deepcave/mnist_pytorch", 1000, 3000, 3, 2267},
	{"smac3/v0_spear_qcp", 234, 729, 1, 639},
	{"smac3/v1_outlier_DEHB-pendigits-015-0-0", 501, 501, 3, 492},
	{"smac3/v1_outlier_SMAC-pendigits-015-0-0", 502, 673, 3, 650},
	{"smac3/v1_outlier_SMAC-pendigits-015-0-25", 502, 671, 3, 640},
	{"smac3/v2_multi_fidelity", 143, 179, 3, 179},
	{"smac3/v2_multi_objective", 56, 112, 1, 110},
	{"smac3/v2_nondeterministic", 61, 154, 1, 154},
}

func TestConformance(t *testing.T) {
	dir := data(t)
	for _, c := range conformance {
		t.Run(c.folder, func(t *testing.T) {
			study, findings, err := Open(context.Background(), filepath.Join(dir, c.folder), Options{})
			if err != nil {
				t.Fatal(err)
			}
			oks := 0
			for _, tr := range study.Trials {
				if tr.Status == nasalyze.Success {
					oks++
				}
			}
			got := []int{len(study.Configs), len(study.Trials), len(study.Budgets()), oks}
			want := []int{c.configs, c.trials, c.budgets, c.oks}
			if d := cmp.Diff(want, got); d != "" {
				t.Errorf("configurations, trials, budgets, successes (-want +got):\n%s", d)
			}
			for _, f := range findings {
				if f.Severity != Note {
					t.Errorf("these logs give notes only, not: %v", f)
				}
			}
			for _, conf := range study.Configs {
				if errs := study.Space.Check(conf.Values); errs != nil {
					t.Fatalf("configuration %s: %v", conf.ID, errs)
				}
			}
		})
	}
}

// Every folder of these formats is in the table above.
func TestConformanceIsComplete(t *testing.T) {
	dir := data(t)
	known := make(map[string]bool)
	for _, c := range conformance {
		known[c.folder] = true
	}
	for _, kind := range []string{"hpbandster", "deepcave", "smac3"} {
		entries, err := os.ReadDir(filepath.Join(dir, kind))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			// The DataFrame format is another one.
			if folder := kind + "/" + e.Name(); e.IsDir() && e.Name() != "dataframe" && !known[folder] {
				t.Errorf("%s is not tested", folder)
			}
		}
	}
}

// The space of HpBandSter's example 5, which its worker defines in code, is
// found again from the configurations alone.
func TestInferredSpaceOfExample5(t *testing.T) {
	study, _, err := Open(context.Background(), filepath.Join(data(t), "hpbandster/example_5_run"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if !study.Provenance.Inferred {
		t.Error("the space is not marked as inferred")
	}
	kinds := make(map[string]string)
	for _, p := range study.Space.Params {
		kinds[p.Name] = p.Kind.String()
		if p.Log {
			kinds[p.Name] += " log"
		}
	}
	// num_filters_* are on the log scale from 4 to 64, which is less than the two
	// decades that the inference asks for.
	want := map[string]string{
		"lr": "float log", "optimizer": "categorical", "sgd_momentum": "float", "dropout_rate": "float",
		"num_conv_layers": "int", "num_fc_units": "int", "num_filters_1": "int", "num_filters_2": "int", "num_filters_3": "int",
	}
	if d := cmp.Diff(want, kinds); d != "" {
		t.Errorf("parameters (-want +got):\n%s", d)
	}
	conditions := make(map[string]string)
	for _, c := range study.Space.Conditions {
		conditions[c.Child] = c.When.String()
	}
	want = map[string]string{"sgd_momentum": "optimizer == SGD", "num_filters_2": "num_conv_layers in {2, 3}", "num_filters_3": "num_conv_layers == 3"}
	if d := cmp.Diff(want, conditions); d != "" {
		t.Errorf("conditions (-want +got):\n%s", d)
	}
}
