package correlation

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"testing"
)

// dataFile opens a file of the folder of real logs, or skips the test.
func dataFile(t *testing.T, path string) *os.File {
	t.Helper()
	root := os.Getenv("NASALYZE_DATA")
	if root == "" {
		t.Skip("NASALYZE_DATA is not set: no real logs to compare with")
	}
	f, err := os.Open(filepath.Join(root, path))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

// results holds the last loss per configuration and budget.
type results map[float64]map[string]float64

// set keeps a loss; whatever was there for the configuration is replaced.
func (r results) set(budget float64, config string, loss float64) {
	if r[budget] == nil {
		r[budget] = make(map[string]float64)
	}
	r[budget][config] = loss
}

// columns returns the budgets, ascending, and a column for each.
func (r results) columns() (budgets []float64, cols [][]float64) {
	index := make(map[string]int)
	for b, column := range r {
		budgets = append(budgets, b)
		for config := range column {
			if _, ok := index[config]; !ok {
				index[config] = len(index)
			}
		}
	}
	slices.Sort(budgets)
	for _, b := range budgets {
		col := make([]float64, len(index))
		for config, i := range index {
			col[i] = math.NaN()
			if v, ok := r[b][config]; ok {
				col[i] = v
			}
		}
		cols = append(cols, col)
	}
	return budgets, cols
}

// readLines decodes a file of one JSON list per line.
func readLines(t *testing.T, f *os.File, line func(fields []json.RawMessage) error) {
	t.Helper()
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for n := 1; sc.Scan(); n++ {
		var fields []json.RawMessage
		if err := json.Unmarshal(sc.Bytes(), &fields); err != nil {
			t.Fatalf("%s:%d: %v", f.Name(), n, err)
		}
		if err := line(fields); err != nil {
			t.Fatalf("%s:%d: %v", f.Name(), n, err)
		}
	}
	if err := sc.Err(); err != nil {
		t.Fatal(err)
	}
}

// TestHpBandSterExample compares HpBandSter's example 5 with scipy 1.17.1's spearmanr
// and kendalltau; the p-value at six items is 24 of the 720 orders.
func TestHpBandSterExample(t *testing.T) {
	f := dataFile(t, "hpbandster/example_5_run/results.json")
	r := make(results)
	readLines(t, f, func(fields []json.RawMessage) error {
		var budget float64
		var result *struct{ Loss float64 }
		if err := cmp.Or(json.Unmarshal(fields[1], &budget), json.Unmarshal(fields[3], &result)); err != nil {
			return err
		}
		if result != nil {
			r.set(budget, string(fields[0]), result.Loss)
		}
		return nil
	})
	budgets, cols := r.columns()
	if !slices.Equal(budgets, []float64{1, 3, 9}) {
		t.Fatalf("budgets %v", budgets)
	}
	m, err := Matrix(context.Background(), cols, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		i, j, n         int
		rho, p, tau, pt float64
	}{
		{0, 1, 18, 0.9028930437711759, 2.920488958359653e-07, 0.7434371417327383, 1.8164556327265218e-05},
		{0, 2, 6, 0.8857142857142858, 24.0 / 720, 0.7333333333333333, 0.05555555555555555},
		{1, 2, 11, 0.8454545454545455, 0.0010451821458586875, 0.7090909090909091, 0.0015912097162097162},
	} {
		p := m.Pair(c.i, c.j)
		what := fmt.Sprintf("budgets %v and %v: ", budgets[c.i], budgets[c.j])
		if p.N != c.n {
			t.Errorf("%s%d shared, expected %d", what, p.N, c.n)
		}
		same(t, what+"rho", p.Spearman.Rho, c.rho, 1e-14)
		same(t, what+"p", p.Spearman.P, c.p, 1e-11)
		same(t, what+"tau", p.Kendall.Tau, c.tau, 1e-14)
		same(t, what+"p of tau", p.Kendall.P, c.pt, 1e-11)
	}
}

// readDeepCAVE keeps the last-written successful trial per configuration and budget.
func readDeepCAVE(t *testing.T, f *os.File) results {
	t.Helper()
	r := make(results)
	readLines(t, f, func(fields []json.RawMessage) error {
		var budget float64
		var costs []*float64
		var status int
		err := cmp.Or(json.Unmarshal(fields[1], &budget), json.Unmarshal(fields[3], &costs), json.Unmarshal(fields[len(fields)-2], &status))
		if err != nil {
			return err
		}
		if status == 1 && costs[0] != nil {
			r.set(budget, string(fields[0]), *costs[0])
		}
		return nil
	})
	return r
}

// TestARLBench compares a log of 256 configurations, 10 budgets and many ties with
// scipy 1.17.1's spearmanr and kendalltau.
func TestARLBench(t *testing.T) {
	budgets, cols := readDeepCAVE(t, dataFile(t, "deepcave/arlbench_dqn_cc_acrobot/run_1/history.jsonl")).columns()
	if len(budgets) != 10 {
		t.Fatalf("budgets %v", budgets)
	}
	m, err := Matrix(context.Background(), cols, Options{Resamples: -1})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		i, j            int
		rho, p, tau, pt float64
	}{
		{0, 1, 0.603650594965402, 8.322816689803156e-27, 0.520430169966024, 4.3230078878370875e-23},
		{0, 9, 0.486519264265269, 1.2850280102112333e-16, 0.3992638309301009, 2.4776098865854204e-15},
		{4, 9, 0.7570341178332911, 7.414170234887706e-49, 0.6255523379566356, 1.4228165957446945e-38},
		{8, 9, 0.8282837381692015, 7.598563387658169e-66, 0.6953900599107029, 5.12818604986725e-48},
	} {
		p := m.Pair(c.i, c.j)
		what := fmt.Sprintf("budgets %v and %v: ", budgets[c.i], budgets[c.j])
		if p.N != 256 {
			t.Errorf("%s%d shared, expected 256", what, p.N)
		}
		same(t, what+"rho", p.Spearman.Rho, c.rho, 1e-13)
		same(t, what+"p", p.Spearman.P, c.p, 1e-9)
		same(t, what+"tau", p.Kendall.Tau, c.tau, 1e-13)
		same(t, what+"p of tau", p.Kendall.P, c.pt, 1e-9)
	}
}

// deepCAVEWord is DeepCAVE's word for a rank correlation, rounded to two decimals
// as there (plugins/budget/budget_correlation.py of DeepCAVE 1.4.1).
func deepCAVEWord(rho float64) string {
	r, err := strconv.ParseFloat(strconv.FormatFloat(rho, 'f', 2, 64), 64)
	switch {
	case err != nil:
		return err.Error()
	case r >= 0.7:
		return "very strong"
	case r >= 0.4:
		return "strong"
	case r >= 0.3:
		return "moderate"
	case r >= 0.2:
		return "weak"
	}
	return "not given"
}

var (
	wordGroup  = regexp.MustCompile(`((?:\([0-9.]+, [0-9.]+\)(?:, )?)+) is ([a-z ]+?)[,.]`)
	budgetPair = regexp.MustCompile(`\(([0-9.]+), ([0-9.]+)\)`)
)

// TestPublishedWords compares with the words that DeepCAVE published for logs of
// ARLBench, for as many of these logs as are there.
func TestPublishedWords(t *testing.T) {
	var sentences map[string]string
	if err := json.NewDecoder(dataFile(t, "deepcave/arlbench_budget_correlations_dqn.json")).Decode(&sentences); err != nil {
		t.Fatal(err)
	}
	compared := 0
	for study, sentence := range sentences {
		words := make(map[[2]string]string)
		for _, group := range wordGroup.FindAllStringSubmatch(sentence, -1) {
			for _, pair := range budgetPair.FindAllStringSubmatch(group[1], -1) {
				words[[2]string{pair[1], pair[2]}] = group[2]
			}
		}
		if len(words) != 45 {
			t.Errorf("%s: words for %d pairs of budgets, expected 45", study, len(words))
		}
		path := filepath.Join("deepcave", "arlbench_"+filepath.Base(study), "run_1", "history.jsonl")
		if _, err := os.Stat(filepath.Join(os.Getenv("NASALYZE_DATA"), path)); err != nil {
			t.Logf("no log of %s: its words are not compared", study)
			continue
		}
		compared++
		budgets, cols := readDeepCAVE(t, dataFile(t, path)).columns()
		m, err := Matrix(context.Background(), cols, Options{Resamples: -1})
		if err != nil {
			t.Fatal(err)
		}
		if len(m.Pairs) != len(words) {
			t.Errorf("%s: %d pairs of budgets, expected %d", study, len(m.Pairs), len(words))
		}
		for _, p := range m.Pairs {
			low, high := strconv.FormatFloat(budgets[p.I], 'f', 1, 64), strconv.FormatFloat(budgets[p.J], 'f', 1, 64)
			if got, want := deepCAVEWord(p.Spearman.Rho), words[[2]string{low, high}]; got != want {
				t.Errorf("%s: budgets %s and %s: rho %v is %q, published %q", study, low, high, p.Spearman.Rho, got, want)
			}
		}
	}
	if compared == 0 {
		t.Skip("none of the logs with published words is there")
	}
}
