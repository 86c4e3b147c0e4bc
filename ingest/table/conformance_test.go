package table_test

import (
	"context"
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/table"
)

func diff(want, got any) string {
	return cmp.Diff(want, got, cmp.Comparer(func(v, w nasalyze.Value) bool { return v == w }), cmpopts.EquateNaNs())
}

// The numbers were counted by (d the file, P the number of leading columns that
// are parameters of a wide table, or hp_config.* of a long one):
//
//	zcat -f $d | python3 -c '
//	import csv, sys; r = list(csv.DictReader(sys.stdin)); h = list(r[0])
//	hp = [c for c in h if c.startswith(("hp_config.", "param_"))] or h[:P]
//	print(len({tuple(x[c] for c in hp) for x in r}), len(hp))
//	ys = [c for c in h if c in ("performance", "mean_test_score")] or h[P:]
//	ys = [float(x[c]) for x in r for c in ys if x[c]]; print(len(ys), sum(ys))'
//
// P is 5 for hpobench, 9 for hpolib and 6 for nasbench201, where 7,456 rows lack
// their last cell. The numbers of budgets, and those of deepcave/dataframe, by
//
//	python3 -c '
//	import csv; r = list(csv.reader(open("deepcave/dataframe/trials.csv")))[1:]
//	print(len(r), len({x[0] for x in r}), len({x[1] for x in r}), sum(float(x[4]) for x in r))'
var published = []struct {
	path                    string
	configs, params, trials int
	sum                     float64 // of the objective over all trials
	budgets                 int
	read                    func(context.Context, *source.Source, source.Options, *source.Findings) (*nasalyze.Study, error)
}{
	{"csv/cc_acrobot_dqn.csv.gz", 256, 12, 25600, -8270850.452399979, 10, table.Read},
	{"csv/cc_cartpole_ppo.csv.gz", 256, 9, 25600, 7081489.781608005, 10, table.Read},
	{"grid/hpobench_australian.csv.gz", 30000, 5, 150000, 126238.48722767006, 1, table.Read},
	{"grid/hpolib_naval_propulsion.csv.gz", 62208, 9, 248832, 174582.06725279553, 1, table.Read},
	{"grid/nasbench201_cifar10.csv.gz", 15625, 6, 39419, 3284569.7678421307, 1, table.Read},
	{"grid/hyanova_iris.csv", 25, 2, 25, 15.333333333333337, 1, table.Read},
	{"deepcave/dataframe", 68, 2, 88, 83.99999999999993, 3, table.ReadDataFrame},
}

func TestPublished(t *testing.T) {
	data := os.Getenv("NASALYZE_DATA")
	if data == "" {
		t.Skip("NASALYZE_DATA is not set: it names the folder with published logs")
	}
	for _, c := range published {
		t.Run(c.path, func(t *testing.T) {
			if testing.Short() && c.trials > 100_000 {
				t.Skip("a large table")
			}
			s, err := source.New(filepath.Join(data, filepath.FromSlash(c.path)), nil)
			if err != nil {
				t.Fatal(err)
			}
			var f source.Findings
			study, err := c.read(context.Background(), s, source.Options{}, &f)
			if err != nil {
				t.Fatal(err)
			}
			sum := 0.0
			for i := range study.Trials {
				sum += study.Trials[i].Values[0]
			}
			if len(study.Configs) != c.configs || len(study.Space.Params) != c.params || len(study.Trials) != c.trials || len(study.Budgets()) != c.budgets {
				t.Errorf("%d configurations of %d parameters, %d trials at %d budgets; want %d of %d, %d at %d", len(study.Configs), len(study.Space.Params),
					len(study.Trials), len(study.Budgets()), c.configs, c.params, c.trials, c.budgets)
			}
			if math.Abs(sum-c.sum) > 1e-9*math.Abs(c.sum) {
				t.Errorf("sum of the objective %v, want %v", sum, c.sum)
			}
			for _, n := range f.All() {
				if n.Severity == source.Skip {
					t.Errorf("left out: %v", n)
				}
			}
		})
	}
}
