package nasalyze_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nasalyze/nasalyze"
)

// Six configurations at budget 1: 0 measured three times, 1 once, 2 failed with a
// number, 3 failed then measured, 4 running, 5 without a trial.
func mixed(t testing.TB) *nasalyze.Study {
	return study(t, 6,
		seeded(at(0, 1, 0.3), 7), at(1, 1, 0.9), status(at(2, 1, 0.1), nasalyze.Crashed),
		seeded(at(0, 1, 0.6), 8), at(3, 1, math.NaN()), at(3, 1, 0.5),
		status(at(4, 1, 0.2), nasalyze.Running), at(0, 3, 0.05), seeded(at(0, 1, 0.0), 7))
}

func TestAtPolicies(t *testing.T) {
	for _, c := range []struct {
		name    string
		opt     nasalyze.TableOptions
		configs []int
		y       []float64
		trials  []int
		counts  nasalyze.Counts
	}{
		{"default", nasalyze.TableOptions{}, []int{0, 1, 3}, []float64{0.3, 0.9, 0.5}, []int{3, 1, 1},
			nasalyze.Counts{Trials: 8, Failed: 2, Pending: 1, Repeated: 1}},
		{"last", nasalyze.TableOptions{Repeats: nasalyze.LastRepeats}, []int{0, 1, 3}, []float64{0, 0.9, 0.5}, []int{1, 1, 1},
			nasalyze.Counts{Trials: 8, Failed: 2, Pending: 1, Dropped: 2}},
		{"one seed", nasalyze.TableOptions{Repeats: nasalyze.SeedRepeats, Seed: 7}, []int{0}, []float64{0.15}, []int{2},
			nasalyze.Counts{Trials: 8, Repeated: 1, Dropped: 6}},
		// The worst measured loss is 0.9; 2 and the first trial of 3 get it.
		{"worst", nasalyze.TableOptions{Failures: nasalyze.WorstFailures}, []int{0, 1, 2, 3}, []float64{0.3, 0.9, 0.9, 0.7}, []int{3, 1, 1, 2},
			nasalyze.Counts{Trials: 8, Failed: 2, Pending: 1, Repeated: 2}},
		{"fixed", nasalyze.TableOptions{Failures: nasalyze.FixedFailures, FailureValue: 2}, []int{0, 1, 2, 3}, []float64{0.3, 0.9, 2, 1.25}, []int{3, 1, 1, 2},
			nasalyze.Counts{Trials: 8, Failed: 2, Pending: 1, Repeated: 2}},
	} {
		s := mixed(t)
		tab, err := s.At(1, 0, c.opt)
		if err != nil {
			t.Fatal(err)
		}
		want := &nasalyze.Table{N: len(c.configs), D: 1, Y: c.y, Configs: c.configs, Trials: c.trials, Params: []int{1}, Columns: []nasalyze.Column{{Upper: 1}}, Budget: 1, Counts: c.counts}
		for _, k := range c.configs {
			want.X = append(want.X, float64(k)/10)
		}
		if d := cmp.Diff(want, tab, cmpopts.EquateApprox(0, 1e-15)); d != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, d)
		}
	}
}

// A maximised objective is negated, and so are its worst and fixed values.
func TestAtMaximize(t *testing.T) {
	s := mixed(t)
	s.Objectives[0].Maximize = true
	tab, err := s.At(1, 0, nasalyze.TableOptions{Failures: nasalyze.WorstFailures})
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float64{-0.3, -0.9, 0, -0.25}, tab.Y, cmpopts.EquateApprox(0, 1e-15)); d != "" {
		t.Error(d)
	}
	tab, err = s.At(1, 0, nasalyze.TableOptions{Failures: nasalyze.FixedFailures, FailureValue: -1})
	if err != nil || tab.Y[2] != 1 {
		t.Errorf("fixed: %v, %v", tab, err)
	}
}

func TestAtLeavesOutWhatCannotBeEncoded(t *testing.T) {
	s := study(t, 3, at(0, 1, 0.1), at(1, 1, 0.2), at(2, 1, 0.3))
	s.Configs[1].Values[1] = nasalyze.Number(7)
	s.Configs[2].Values[1] = nasalyze.Value{} // inactive
	tab, err := s.At(1, 0, nasalyze.TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if tab.N != 2 || tab.Counts.Unencodable != 1 || len(tab.X) != 2 || !math.IsNaN(tab.Row(1)[0]) {
		t.Errorf("table %+v", tab)
	}
	if d := cmp.Diff([]float64{0.1, 0.3}, tab.Y); d != "" {
		t.Error(d)
	}
}

// The codes of an inactive parameter of each kind, by hand from the comments of
// the policies. At budget 1 only the active rows have a result; the columns do
// not depend on that.
func TestAtInactive(t *testing.T) {
	space := mustSpace(t, []nasalyze.Param{
		{Name: "on", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Bool(true), nasalyze.Bool(false)}},
		{Name: "log", Kind: nasalyze.Float, Lower: 1e-4, Upper: 1, Log: true, Default: nasalyze.Number(1e-3)},
		{Name: "int", Kind: nasalyze.Int, Lower: 1, Upper: 4}, // no default: the middle is the cell of 3
		{Name: "ord", Kind: nasalyze.Ordinal, Choices: texts("s", "m", "l", "xl"), Default: nasalyze.Text("l")},
		{Name: "cat", Kind: nasalyze.Categorical, Choices: texts("a", "b", "c"), Default: nasalyze.Text("c")},
	}, nil)
	on := []nasalyze.Value{nasalyze.Bool(true), nasalyze.Number(1), nasalyze.Integer(1), nasalyze.Text("s"), nasalyze.Text("b")}
	off := []nasalyze.Value{nasalyze.Bool(false), {}, {}, {}, {}}
	s := &nasalyze.Study{Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}},
		Configs: []nasalyze.Config{{ID: "on", Values: on}, {ID: "off", Values: off}},
		Trials:  []nasalyze.Trial{at(0, 1, 0.5), at(0, 3, 0.5), at(1, 3, 0.75)}}
	nan := math.NaN()
	unit := nasalyze.Column{Upper: 1}
	plain := []nasalyze.Column{{Levels: 2, Upper: 1}, unit, unit, unit, {Levels: 3, Upper: 1}}
	apart := nasalyze.Column{Lower: -1, Upper: 1}
	for _, c := range []struct {
		opt     nasalyze.TableOptions
		row     []float64
		columns []nasalyze.Column
	}{
		{nasalyze.TableOptions{}, []float64{1, nan, nan, nan, nan}, plain},
		{nasalyze.TableOptions{Inactive: nasalyze.DefaultInactive}, []float64{1, 0.25, 5. / 8, 5. / 8, 2}, plain},
		{nasalyze.TableOptions{Inactive: nasalyze.DefaultInactive, Linear: true}, []float64{1, (1e-3 - 1e-4) / (1 - 1e-4), 5. / 8, 5. / 8, 2}, plain},
		{nasalyze.TableOptions{Inactive: nasalyze.LevelInactive}, []float64{1, -1, -1, -1, 3},
			[]nasalyze.Column{{Levels: 2, Upper: 1}, apart, apart, apart, {Levels: 4, Upper: 1}}},
	} {
		for _, budget := range []float64{1, 3} {
			tab, err := s.At(budget, 0, c.opt)
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(c.columns, tab.Columns); d != "" {
				t.Errorf("%+v at %v, columns (-want +got):\n%s", c.opt, budget, d)
			}
			if d := cmp.Diff([]float64{0, 1, 1. / 8, 1. / 8, 1}, tab.Row(0), cmpopts.EquateApprox(0, 1e-15)); d != "" {
				t.Errorf("%+v at %v, active row (-want +got):\n%s", c.opt, budget, d)
			}
			if budget == 1 {
				continue
			}
			if d := cmp.Diff(c.row, tab.Row(1), cmpopts.EquateApprox(0, 1e-15), cmpopts.EquateNaNs()); d != "" {
				t.Errorf("%+v, inactive row (-want +got):\n%s", c.opt, d)
			}
		}
	}
	if _, err := s.At(1, 0, nasalyze.TableOptions{Inactive: 9}); err == nil {
		t.Error("an unknown policy is accepted")
	}
}

func TestAtWithoutUsableTrials(t *testing.T) {
	s := mixed(t)
	if tab, err := s.At(27, 0, nasalyze.TableOptions{}); err != nil || tab.N != 0 || tab.Counts != (nasalyze.Counts{}) {
		t.Errorf("unknown budget: %+v, %v", tab, err)
	}
	s = study(t, 1, status(at(0, 1, 5), nasalyze.Crashed))
	// Without a measured loss there is no worst one.
	if tab, err := s.At(1, 0, nasalyze.TableOptions{Failures: nasalyze.WorstFailures}); err != nil || tab.N != 0 || tab.Counts.Failed != 1 {
		t.Errorf("only failures: %+v, %v", tab, err)
	}
	if _, err := s.At(1, 1, nasalyze.TableOptions{}); err == nil {
		t.Error("objective 1 of 1 is accepted")
	}
	if _, err := s.At(1, 0, nasalyze.TableOptions{Failures: nasalyze.FixedFailures, FailureValue: math.Inf(1)}); err == nil {
		t.Error("an infinite value for failures is accepted")
	}
}

func TestLosses(t *testing.T) {
	s := mixed(t)
	budgets, losses, err := s.Losses(0, nasalyze.TableOptions{})
	if err != nil {
		t.Fatal(err)
	}
	nan := math.NaN()
	want := [][]float64{{0.3, 0.9, nan, 0.5, nan, nan}, {0.05, nan, nan, nan, nan, nan}}
	if d := cmp.Diff(want, losses, cmpopts.EquateNaNs(), cmpopts.EquateApprox(0, 1e-15)); d != "" || !cmp.Equal(budgets, []float64{1, 3}) {
		t.Errorf("budgets %v, losses (-want +got):\n%s", budgets, d)
	}
	if _, _, err := s.Losses(3, nasalyze.TableOptions{}); err == nil || !strings.Contains(err.Error(), "objective 3, expected 0 to 0") {
		t.Errorf("unknown objective: %v", err)
	}
}

func TestColumnsAreWhatVaries(t *testing.T) {
	s := mustSpace(t, []nasalyze.Param{
		{Name: "const", Kind: nasalyze.Constant, Choices: texts("x")},
		{Name: "point", Kind: nasalyze.Float, Lower: 1, Upper: 1},
		{Name: "step", Kind: nasalyze.Int, Lower: 1, Upper: 3, Step: 5}, // a step beyond the range
		{Name: "single", Kind: nasalyze.Categorical, Choices: texts("x")},
		{Name: "x", Kind: nasalyze.Float, Upper: 1},
		{Name: "o", Kind: nasalyze.Ordinal, Choices: texts("a", "b")},
	}, nil)
	if d := cmp.Diff([]int{4, 5}, s.Columns()); d != "" {
		t.Error(d)
	}
}

func ExampleStudy_At() {
	space, err := nasalyze.NewSpace("", []nasalyze.Param{{Name: "x", Kind: nasalyze.Float, Lower: 0, Upper: 10}}, nil, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	study := &nasalyze.Study{
		Space:      space,
		Objectives: []nasalyze.Objective{{Name: "accuracy", Maximize: true}},
		Configs: []nasalyze.Config{
			{ID: "a", Values: []nasalyze.Value{nasalyze.Number(2.5)}},
			{ID: "b", Values: []nasalyze.Value{nasalyze.Number(5)}},
		},
		Trials: []nasalyze.Trial{
			{Config: 0, Budget: 1, Values: []float64{0.5}},
			{Config: 1, Budget: 1, Values: []float64{0.75}},
			{Config: 1, Budget: 3, Status: nasalyze.Crashed, Values: []float64{math.NaN()}},
		},
	}
	for _, budget := range study.Budgets() {
		table, err := study.At(budget, 0, nasalyze.TableOptions{})
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(budget, table.X, table.Y, "failed:", table.Counts.Failed)
	}
	// Output:
	// 1 [0.25 0.5] [-0.5 -0.75] failed: 0
	// 3 [] [] failed: 1
}
