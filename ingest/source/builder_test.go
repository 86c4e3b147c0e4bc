package source

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze"
)

var loss = nasalyze.Study{Objectives: []nasalyze.Objective{{Name: "loss"}}}

// trial is a short way to write a record.
func trial(config string, budget, value float64) TrialRecord {
	r := TrialRecord{Config: config, Path: "log"}
	r.Budget, r.Values = budget, []float64{value}
	r.Submitted, r.Started, r.Finished = math.NaN(), math.NaN(), math.NaN()
	return r
}

func config(id string, kv ...any) ConfigRecord {
	c := ConfigRecord{ID: id, Path: "configs"}
	for i := 0; i < len(kv); i += 2 {
		c.Names = append(c.Names, kv[i].(string))
		var v nasalyze.Value
		switch x := kv[i+1].(type) {
		case int:
			v = nasalyze.Integer(int64(x))
		case float64:
			v = nasalyze.Number(x)
		case string:
			v = nasalyze.Text(x)
		case bool:
			v = nasalyze.Bool(x)
		case nil:
			v = nasalyze.Null()
		}
		c.Values = append(c.Values, v)
	}
	return c
}

func space(t *testing.T, params []nasalyze.Param, conditions ...nasalyze.Condition) *nasalyze.Space {
	t.Helper()
	s, err := nasalyze.NewSpace("", params, conditions, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func codes(f *Findings) map[string]int {
	m := make(map[string]int)
	for _, n := range f.All() {
		m[strings.TrimSuffix(n.Code+" "+n.Param, " ")] = n.Count
	}
	return m
}

func unit(name string) nasalyze.Param {
	return nasalyze.Param{Name: name, Kind: nasalyze.Float, Lower: 0, Upper: 1}
}

func TestDuplicatesOrphansAndGaps(t *testing.T) {
	var f Findings
	b := NewBuilder(&f, BuilderOptions{Space: space(t, []nasalyze.Param{unit("x")})})
	b.Trial(trial("a", 1, 0.5)) // before its configuration
	b.Config(config("a", "x", 0.1))
	b.Config(config("b", "x", 0.2))
	b.Config(config("b", "x", 0.2)) // the same again
	b.Config(config("a", "x", 0.9)) // another: the first counts
	b.Config(config("c", "x", 0.3)) // no trial
	b.Trial(trial("b", 1, 0.4))
	b.Trial(trial("a", 1, 0.6)) // corrects the first
	b.Trial(trial("a", 3, 0.7))
	b.Trial(trial("ghost", 1, 0.1))
	b.Trial(trial("a", math.NaN(), 0.1))
	seeded := trial("a", 1, 0.8)
	seeded.HasSeed = true // seed 0 is not the same as no seed
	b.Trial(seeded)
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, c := range s.Configs {
		ids = append(ids, c.ID+"="+c.Values[0].String())
	}
	if d := cmp.Diff([]string{"a=0.1", "b=0.2", "c=0.3"}, ids); d != "" {
		t.Error(d)
	}
	var trials []string
	for _, tr := range s.Trials {
		trials = append(trials, fmt.Sprintf("%s %v %v", s.Configs[tr.Config].ID, tr.Budget, tr.Values))
	}
	if d := cmp.Diff([]string{"b 1 [0.4]", "a 1 [0.6]", "a 3 [0.7]", "a 1 [0.8]"}, trials); d != "" {
		t.Error(d)
	}
	want := map[string]int{"duplicate-config": 1, "config-conflict": 1, "duplicate-trial": 1, "orphan-result": 1,
		"bad-budget": 1, "config-without-trials": 1}
	if d := cmp.Diff(want, codes(&f)); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

func TestKeepRepeats(t *testing.T) {
	var f Findings
	b := NewBuilder(&f, BuilderOptions{KeepRepeats: true, RepeatedConfigs: true})
	for i := range 3 {
		id := b.Config(config("", "x", 0.25, "y", i%2))
		b.Trial(trial(id, 1, float64(i)))
	}
	id := b.Config(config("", "y", 0.0, "x", 0.25)) // the same in another order and notation
	b.Trial(trial(id, 1, 3))
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Configs) != 2 || len(s.Trials) != 4 || s.Trials[0].Config != s.Trials[3].Config {
		t.Errorf("%d configurations, trials %v", len(s.Configs), s.Trials)
	}
	if n := codes(&f)["duplicate-trial"] + codes(&f)["duplicate-config"]; n != 0 {
		t.Errorf("findings %v", codes(&f))
	}
}

func TestAlignmentToTheSpace(t *testing.T) {
	sp := space(t, []nasalyze.Param{
		{Name: "opt", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("sgd"), nasalyze.Text("adam")}},
		unit("momentum"),
		{Name: "n", Kind: nasalyze.Int, Lower: 1, Upper: 2000},
		{Name: "flag", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Bool(true), nasalyze.Bool(false)}},
	}, nasalyze.Condition{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "opt", Values: []nasalyze.Value{nasalyze.Text("sgd")}}})
	var f Findings
	b := NewBuilder(&f, BuilderOptions{Space: sp})
	b.Config(config("0", "n", 3.0, "opt", "sgd", "momentum", 0.5, "flag", "True"))
	b.Config(config("1", "n", "17", "opt", "adam", "momentum", 0.5, "flag", false))
	b.Config(config("2", "n", 1322.9999999999998, "opt", "sgd", "flag", true, "note", "x"))
	b.Config(config("3", "n", 2.5, "opt", "lion", "flag", true))
	for i := range 4 {
		b.Trial(trial(fmt.Sprint(i), 1, 0))
	}
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range s.Configs {
		line := string(c.Extra)
		for _, v := range c.Values {
			line += fmt.Sprintf(" %d:%s", v.Kind(), v)
		}
		got = append(got, line)
	}
	want := []string{
		` 5:sgd 4:0.5 4:3 2:true`,
		`{"momentum":0.5} 5:adam 0: 3:17 2:false`,
		`{"note":"x"} 5:sgd 0: 3:1323 2:true`,
		` 5:lion 0: 4:2.5 2:true`,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("configurations (-want +got):\n%s", d)
	}
	wantCodes := map[string]int{"text-value flag": 1, "text-value n": 1, "inactive-value momentum": 1, "missing-value momentum": 1,
		"unknown-parameter note": 1, "rounded-integer n": 1, "value-outside-space n": 1, "value-outside-space opt": 1}
	if d := cmp.Diff(wantCodes, codes(&f)); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

// Text choices of a PCS file take the type that the log has, in clauses too.
func TestRetypedChoices(t *testing.T) {
	text := func(s ...string) (all []nasalyze.Value) {
		for _, x := range s {
			all = append(all, nasalyze.Text(x))
		}
		return all
	}
	sp := space(t, []nasalyze.Param{
		{Name: "flag", Kind: nasalyze.Categorical, Choices: text("True", "False"), Default: nasalyze.Text("False")},
		{Name: "mode", Kind: nasalyze.Categorical, Choices: text("1", "2", "0.5", "auto")},
		{Name: "none", Kind: nasalyze.Categorical, Choices: text("None", "l2")},
		unit("x"), unit("y"),
	},
		nasalyze.Condition{Child: "x", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "flag", Values: text("True")}},
		nasalyze.Condition{Child: "y", When: nasalyze.Clause{Op: nasalyze.In, Param: "mode", Values: text("1", "auto")}})
	var f Findings
	b := NewBuilder(&f, BuilderOptions{Space: sp})
	b.Config(config("0", "flag", true, "mode", 1, "none", nil, "x", 0.5, "y", 0.5))
	b.Config(config("1", "flag", true, "mode", "auto", "none", "l2", "x", 0.5, "y", 0.5))
	b.Trial(trial("0", 1, 0))
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	got := []string{s.Space.Conditions[0].String(), s.Space.Conditions[1].String()}
	for _, p := range s.Space.Params[:3] {
		line := p.Name
		for _, c := range p.Choices {
			line += fmt.Sprintf(" %d:%s", c.Kind(), c)
		}
		got = append(got, line)
	}
	want := []string{"x | flag == true", "y | mode in {1, auto}",
		"flag 2:true 2:false", "mode 3:1 3:2 4:0.5 5:auto", "none 1:null 5:l2"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("space (-want +got):\n%s", d)
	}
	if s.Space.Params[0].Default != nasalyze.Bool(false) {
		t.Errorf("default %v", s.Space.Params[0].Default)
	}
	for _, c := range s.Configs {
		if errs := s.Space.Check(c.Values); errs != nil {
			t.Errorf("configuration %s: %v", c.ID, errs)
		}
	}
	if got := codes(&f); got["retyped-choices flag"] != 1 || got["retyped-choices mode"] != 1 || got["retyped-choices none"] != 1 || got["value-outside-space flag"] != 0 {
		t.Errorf("findings %v", got)
	}
	if _, ok := sp.Params[0].Choices[0].Text(); !ok {
		t.Error("the given space was changed")
	}
}

func TestBoundsFromPriorAreWidened(t *testing.T) {
	sp := space(t, []nasalyze.Param{{Name: "x", Kind: nasalyze.Float, Lower: -4, Upper: 4, Prior: &nasalyze.Prior{Name: "normal", B: 1}}, unit("y")})
	var f Findings
	f.Note(BoundsFromPrior, "x", "bounded at mu +- 4 sigma")
	b := NewBuilder(&f, BuilderOptions{Space: sp})
	b.Config(config("0", "x", 5.5, "y", 2.0))
	b.Trial(trial("0", 1, 0))
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Space.Params[0]; p.Lower != -4 || p.Upper != 5.5 || s.Space.Params[1].Upper != 1 {
		t.Errorf("x %s, y %s", p.Range(), s.Space.Params[1].Range())
	}
	if got := codes(&f); got["value-outside-space x"] != 0 || got["value-outside-space y"] != 1 {
		t.Errorf("findings %v", got)
	}
}

func TestInfoLimit(t *testing.T) {
	var f Findings
	b := NewBuilder(&f, BuilderOptions{InfoLimit: 10})
	b.Config(config("0", "x", 1, "y", 2))
	b.Config(config("1", "x", 2, "y", 2))
	for i := range 3 {
		r := trial("0", float64(i), 0)
		r.Info = json.RawMessage(`"12"`)
		b.Trial(r)
	}
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	if string(s.Trials[1].Info) != `"12"` || s.Trials[2].Info != nil || codes(&f)["info-dropped"] != 1 {
		t.Errorf("info %s, %s, findings %v", s.Trials[1].Info, s.Trials[2].Info, codes(&f))
	}
}

func TestNothingUsable(t *testing.T) {
	b := NewBuilder(&Findings{}, BuilderOptions{})
	b.Trial(trial("a", 1, 0))
	if _, err := b.Study(loss); err == nil || !strings.Contains(err.Error(), "no configuration") {
		t.Errorf("without configurations: %v", err)
	}
	b = NewBuilder(&Findings{}, BuilderOptions{})
	b.Config(config("a", "x", 1))
	if _, err := b.Study(loss); err == nil || !strings.Contains(err.Error(), "no trial") {
		t.Errorf("without trials: %v", err)
	}
}

// Whatever goes in, every trial is accounted for and the study is valid.
func TestNothingIsLostUncounted(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f Findings
		repeats := rapid.Bool().Draw(t, "repeats")
		b := NewBuilder(&f, BuilderOptions{KeepRepeats: repeats})
		ids := rapid.SampledFrom([]string{"a", "b", "c", "d"})
		type key struct {
			id     string
			budget float64
			seed   int64
		}
		distinct := make(map[key]bool)
		stated := make(map[string]bool)
		n := rapid.IntRange(0, 30).Draw(t, "n")
		for range n {
			r := trial(ids.Draw(t, "id"), float64(rapid.IntRange(1, 3).Draw(t, "budget")), 0.5)
			r.Seed, r.HasSeed = int64(rapid.IntRange(0, 1).Draw(t, "seed")), true
			b.Trial(r)
			distinct[key{r.Config, r.Budget, r.Seed}] = true
			if rapid.Bool().Draw(t, "config") {
				id := ids.Draw(t, "config id")
				b.Config(config(id, "x", rapid.IntRange(0, 5).Draw(t, "x"), "y", 1.5))
				stated[id] = true
			}
		}
		s, err := b.Study(loss)
		if err != nil {
			return
		}
		if err := s.Validate(); err != nil {
			t.Fatal(err)
		}
		c := codes(&f)
		if got := len(s.Trials) + c["orphan-result"] + c["duplicate-trial"]; got != n {
			t.Fatalf("%d trials kept, %d orphans, %d duplicates of %d", len(s.Trials), c["orphan-result"], c["duplicate-trial"], n)
		}
		want := 0
		for k := range distinct {
			if stated[k.id] {
				want++
			}
		}
		if !repeats && len(s.Trials) != want {
			t.Fatalf("%d trials kept, expected %d", len(s.Trials), want)
		}
	})
}

// A second statement of a configuration says what differs.
func TestConflictNamesValues(t *testing.T) {
	var f Findings
	b := NewBuilder(&f, BuilderOptions{})
	b.Config(config("a", "x", 1, "opt", "sgd", "n", 1, "m", 0.5, "z", 1))
	b.Config(config("a", "x", 1.0, "opt", "adam", "n", "1", "m", 0.25))
	b.Trial(trial("a", 1, 0))
	if _, err := b.Study(loss); err != nil {
		t.Fatal(err)
	}
	n, _ := f.Find("config-conflict", "")
	if want := `"opt" was "sgd" and is "adam", "n" was 1 and is "1", "m" was 0.5 and is 0.25, and 1 more`; !strings.HasSuffix(n.Message, want) {
		t.Errorf("%q, want %s at its end", n.Message, want)
	}
}

// Budgets that differ by rounding alone are one, before it is seen which trials
// are of one configuration at one budget.
func TestMergedBudgets(t *testing.T) {
	var f Findings
	b := NewBuilder(&f, BuilderOptions{})
	third := 1.0 / 3
	budgets := []float64{third * (1 + 1e-12), third, third * (1 - 1e-12), third, 1, 1 + 1e-6, -1, 0, 1e-300, third * (1 + 2e-12)}
	for i, x := range budgets {
		c := config(fmt.Sprint(i), "x", i)
		b.Config(c)
		b.Trial(trial(c.ID, x, 0))
	}
	b.Trial(trial("0", third*(1-2e-12), 5)) // a correction of the first
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]float64{-1, 0, 1e-300, third, 1, 1 + 1e-6}, s.Budgets()); d != "" {
		t.Errorf("budgets (-want +got):\n%s", d)
	}
	if len(s.Trials) != len(budgets) || s.Trials[len(s.Trials)-1].Values[0] != 5 {
		t.Errorf("trials %+v", s.Trials)
	}
	if n, _ := f.Find("merged-budgets", ""); n.Severity != Note || !strings.HasSuffix(n.Message, "one: 5 values as 0.3333333333333333") {
		t.Errorf("finding %v", n)
	}
}
