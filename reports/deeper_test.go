package reports

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/forest"
)

// branched is a search over a space with a branch, in closed form. With s = 1 for sgd,
//
//	loss = 3 s + s m + 2 lr,   m, lr uniform on [0, 1], sgd or adam alike:
//
// within sgd Var = 1/12 + 4/12, of which momentum has 1/5. Over the whole space the
// mean is 3.5 s + 1, so that switching sgd on explains 3.5^2/4 and costs 3.5. A trial
// with lr above 0.8 crashes; it takes 10 + 50 units seconds, on which the loss does
// not depend.
func branched(t *testing.T, n int) *nasalyze.Study {
	t.Helper()
	space, err := nasalyze.NewSpace("", []nasalyze.Param{
		{Name: "optimizer", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("sgd"), nasalyze.Text("adam")}, Default: nasalyze.Text("sgd")},
		{Name: "lr", Upper: 1, Default: nasalyze.Number(0.5)},
		{Name: "momentum", Upper: 1, Default: nasalyze.Number(0.9)},
		{Name: "units", Kind: nasalyze.Int, Lower: 1, Upper: 64, Default: nasalyze.Integer(8)},
	}, []nasalyze.Condition{{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "optimizer", Values: []nasalyze.Value{nasalyze.Text("sgd")}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	rng := rand.New(rand.NewPCG(3, 4))
	for i := range n {
		sgd, lr, m, units := i%2 == 0, rng.Float64(), rng.Float64(), 1+rng.IntN(64)
		values := []nasalyze.Value{space.Params[0].Choices[1], nasalyze.Number(lr), {}, nasalyze.Integer(int64(units))}
		loss := 2 * lr
		if sgd {
			values[0], values[2] = space.Params[0].Choices[0], nasalyze.Number(m)
			loss += 3 + m
		}
		trial := nasalyze.Trial{Config: i, Budget: 1, Values: []float64{loss}, Submitted: 0, Started: 0, Finished: 10 + 50*float64(units)}
		if lr > 0.8 {
			trial.Status, trial.Values[0] = nasalyze.Crashed, math.NaN()
		}
		s.Configs = append(s.Configs, nasalyze.Config{ID: fmt.Sprint(i), Values: values})
		s.Trials = append(s.Trials, trial)
	}
	return s
}

// whole skips a test that analyses large logs where tests are to be short.
func whole(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("analyses large logs")
	}
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) {
		t.Errorf("%s is %.4f, want %.4f within %v", what, got, want, tolerance)
	}
}

func TestActiveInClosedForm(t *testing.T) {
	whole(t)
	s := branched(t, 1000)
	for i := range s.Trials { // without failures lr is uniform on all of [0, 1]
		s.Trials[i].Status = nasalyze.Success
		v := s.Configs[i].Values
		lr, _ := v[1].Float()
		s.Trials[i].Values[0] = 2 * lr
		if m, ok := v[2].Float(); ok {
			s.Trials[i].Values[0] += 3 + m
		}
	}
	a := analyzed(t, s, Options{Replicates: -1, Forest: forest.Options{Trees: 16}})
	if len(a.Budgets[0].Active) != 1 {
		t.Fatalf("%d conditional parameters, want 1", len(a.Budgets[0].Active))
	}
	m := a.Budgets[0].Active[0]
	if m.Param != "momentum" || m.N != 500 || m.Reason != "" || m.Condition != "optimizer == sgd" {
		t.Errorf("%+v", m)
	}
	total := 3.5*3.5/4 + 4.0/12 + 1.0/24
	near(t, "volume", m.Volume, 0.5, 0)
	near(t, "importance given active", m.Individual.Mean, 0.2, 0.02)
	near(t, "total index given active", m.Sobol.Mean, 0.2, 0.02)
	near(t, "share of the switch", m.Switch.Mean, 3.5*3.5/4/total, 0.02)
	near(t, "difference", m.Difference.Mean, 3.5, 0.05)
	// Over the whole space momentum has a twentieth of that.
	near(t, "importance over the space", a.Budgets[0].Importance[2].Individual.Mean, 1.0/48/total, 0.005)

	a = analyzed(t, s, Options{Replicates: -1, Forest: forest.Options{Trees: 2}, Table: nasalyze.TableOptions{Inactive: nasalyze.LevelInactive}})
	if a.Budgets[0].Active != nil {
		t.Error("given active although being inactive is a level of its own")
	}
}

// The intervals of 300 configurations hold the closed form and are narrow.
func TestActiveIntervals(t *testing.T) {
	whole(t)
	s := branched(t, 300)
	for i := range s.Trials {
		v := s.Configs[i].Values
		lr, _ := v[1].Float()
		s.Trials[i].Status, s.Trials[i].Values[0] = nasalyze.Success, 2*lr
		if m, ok := v[2].Float(); ok {
			s.Trials[i].Values[0] += 3 + m
		}
	}
	m := analyzed(t, s, Options{Replicates: 20, Forest: forest.Options{Trees: 16}}).Budgets[0].Active[0]
	for what, c := range map[string]struct {
		stat         Stat
		truth, width float64
	}{
		"importance given active": {m.Individual, 0.2, 0.3},
		"share of the switch":     {m.Switch, 3.5 * 3.5 / 4 / (3.5*3.5/4 + 4.0/12 + 1.0/24), 0.2},
		"difference":              {m.Difference, 3.5, 1},
	} {
		if !(c.stat.Lo <= c.truth && c.truth <= c.stat.Hi && c.stat.Hi-c.stat.Lo < c.width) {
			t.Errorf("%s: %+v, want an interval narrower than %v around %v", what, c.stat, c.width, c.truth)
		}
	}
	if !math.IsNaN(m.Sobol.Lo) {
		t.Errorf("total index given active %+v, want no interval", m.Sobol)
	}
}

func TestActiveSaysWhatItCannot(t *testing.T) {
	s := branched(t, 60)
	for i := range s.Configs {
		if i%2 == 0 && i > 8 { // five are left
			s.Configs[i].Values[0], s.Configs[i].Values[2] = nasalyze.Text("adam"), nasalyze.Value{}
			s.Trials[i].Values[0] -= 3
		}
	}
	a := analyzed(t, s, Options{Replicates: -1})
	if !a.Budgets[0].Decided {
		t.Fatal("undecided")
	}
	m := a.Budgets[0].Active[0]
	if !strings.Contains(m.Reason, "configurations have it") || !math.IsNaN(m.Individual.Mean) || math.IsNaN(m.Switch.Mean) {
		t.Errorf("%+v, want no importance given active from so few", m)
	}
}

func TestPath(t *testing.T) {
	whole(t)
	s := branched(t, 400)
	a := analyzed(t, s, Options{Replicates: -1})
	p := a.Path
	if p == nil || p.Reason != "" || len(p.Steps) == 0 {
		t.Fatalf("path %+v", p)
	}
	// The optimiser matters most, and takes momentum with it.
	want := []Change{{"optimizer", "sgd", "adam"}, {"momentum", "0.9", ""}}
	if p.From != "default" || !slices.Equal(p.Steps[0].Changes, want) {
		t.Errorf("first step %+v from %s, want %v", p.Steps[0], p.From, want)
	}
	near(t, "its gain", p.Steps[0].Gain.Mean, 3.9, 0.3)
	near(t, "start", p.Start.Mean, 4.9, 0.3)
	if p.To != a.Budgets[0].Best.ID {
		t.Errorf("to %s, want the incumbent %s", p.To, a.Budgets[0].Best.ID)
	}

	from := analyzed(t, s, Options{Replicates: -1, From: "2"}).Path
	if from.From != "2" || from.Reason != "" {
		t.Errorf("path %+v, want one from configuration 2", from)
	}
	if _, err := Analyze(context.Background(), s, Options{From: "no"}); err == nil || !strings.Contains(err.Error(), `"no"`) {
		t.Errorf("error %v, want one that names the configuration", err)
	}
	s.Space.Params[1].Default = nasalyze.Value{}
	if p := analyzed(t, s, Options{Replicates: -1}).Path; !strings.Contains(p.Reason, "lr") {
		t.Errorf("reason %q, want one that names the parameter without a default", p.Reason)
	}
}

// The gains of a maximised objective are positive where it grows.
func TestPathOfMaximised(t *testing.T) {
	whole(t)
	s := branched(t, 400)
	s.Objectives[0].Maximize = true
	for i := range s.Trials {
		s.Trials[i].Values[0] *= -1
	}
	p := analyzed(t, s, Options{Replicates: -1}).Path
	if p.Steps[0].Gain.Mean < 3 || p.End.Mean < p.Start.Mean || p.End.Mean > 0 {
		t.Errorf("from %v to %v, first gain %v", p.Start, p.End, p.Steps[0].Gain)
	}
}

func TestOutcomes(t *testing.T) {
	whole(t)
	a := analyzed(t, branched(t, 400), Options{Replicates: -1})
	if len(a.Outcomes) != 2 || a.Outcomes[0].Objective != "@failure" || a.Outcomes[1].Objective != "@time" {
		t.Fatalf("outcomes %+v", a.Outcomes)
	}
	failure, time := a.Outcomes[0].Budgets[0], a.Outcomes[1].Budgets[0]
	if !failure.Decided || failure.N != 400 || !time.Decided || time.N >= 400 {
		t.Fatalf("failure %+v, time %+v", failure, time)
	}
	near(t, "failure rate", failure.Mean, 0.2, 0.03)
	near(t, "lr for failing", failure.Importance[1].Individual.Mean, 1, 0.05)
	near(t, "units for time", time.Importance[3].Individual.Mean, 1, 0.02)
	if i := slices.IndexFunc(a.Answers, func(x Answer) bool { return strings.Contains(x.Question, "fail") }); i < 0 || !strings.Contains(a.Answers[i].Text, "lr (") {
		t.Errorf("answers %+v, want one that says what makes trials fail", a.Answers)
	}

	s := branched(t, 100)
	for i := range s.Trials {
		s.Trials[i].Status, s.Trials[i].Values[0] = nasalyze.Success, s.Trials[i].Budget
		s.Trials[i].Started = math.NaN()
		s.Trials[i].Values[0] = float64(i)
	}
	if a := analyzed(t, s, Options{Replicates: -1}); a.Outcomes != nil || a.Tradeoff != nil {
		t.Errorf("outcomes %+v and %+v of a log without failures and times", a.Outcomes, a.Tradeoff)
	}
}

// The loss is all about the optimiser, the time about units.
func TestTradeoff(t *testing.T) {
	whole(t)
	a := analyzed(t, branched(t, 400), Options{Replicates: -1})
	w := a.Tradeoff
	if w == nil || w.Reason != "" || w.Objectives != [2]string{"loss", "@time"} || len(w.Points) != 11 || w.Points[0].Weight != 0 || w.Points[10].Weight != 1 {
		t.Fatalf("tradeoff %+v", w)
	}
	near(t, "units where only time counts", w.Points[0].Importance[3].Mean, 1, 0.02)
	near(t, "optimizer where only time counts", w.Points[0].Importance[0].Mean, 0, 0.01)
	near(t, "units where only loss counts", w.Points[10].Importance[3].Mean, 0, 0.02)
	if v := w.Points[10].Importance[0].Mean; v < 0.8 {
		t.Errorf("optimizer where only loss counts: %v", v)
	}
}

// A value for trials that failed is one of the loss; it says nothing about their time.
func TestTradeoffOfFailures(t *testing.T) {
	whole(t)
	a := analyzed(t, branched(t, 400), Options{Replicates: -1, Table: nasalyze.TableOptions{Failures: nasalyze.FixedFailures, FailureValue: 1e5}})
	near(t, "units where only time counts", a.Tradeoff.Points[0].Importance[3].Mean, 1, 0.02)
}

// A path would change what stands in for inactive parameters.
func TestNoPathOfStandIns(t *testing.T) {
	for _, policy := range []nasalyze.InactivePolicy{nasalyze.DefaultInactive, nasalyze.LevelInactive} {
		a := analyzed(t, branched(t, 100), Options{Replicates: -1, Table: nasalyze.TableOptions{Inactive: policy}})
		if a.Path == nil || a.Path.Steps != nil || !strings.Contains(a.Path.Reason, "stand in") {
			t.Errorf("path %+v", a.Path)
		}
	}
}

// A result that has no square leaves ranks, and one budget undecided.
func TestHugeResult(t *testing.T) {
	s := synthetic(t, 40, 0.1, nil)
	s.Trials[0].Values[0] = math.MaxFloat64
	a := analyzed(t, s, Options{})
	if b := a.Budgets[0]; b.Decided || !strings.Contains(b.Reason, "configuration 0 has the result 1.797") || !a.Budgets[1].Decided {
		t.Errorf("decided %v and %v, because %q", b.Decided, a.Budgets[1].Decided, b.Reason)
	}
	if c := a.Correlations[0]; math.IsNaN(c.Spearman.Rho) {
		t.Errorf("ranks %+v", c)
	}
}

// What separates the best from all is a question about values; being inactive is none of a number's.
func TestDensitiesOfLevels(t *testing.T) {
	s := branched(t, 400)
	shares := func(policy nasalyze.InactivePolicy) []Score {
		b := analyzed(t, s, Options{Replicates: -1, Resamples: -1, Table: nasalyze.TableOptions{Inactive: policy}}).Budgets[0]
		return b.Methods[slices.IndexFunc(b.Methods, func(m Method) bool { return m.Method == PED })].Scores
	}
	level, uniform := shares(nasalyze.LevelInactive), shares(nasalyze.UniformInactive)
	for k := range uniform {
		near(t, uniform[k].Param, level[k].Mean, uniform[k].Mean, 1e-12)
	}
}

func TestGrowth(t *testing.T) {
	whole(t)
	a := analyzed(t, branched(t, 500), Options{Replicates: -1})
	g := a.Growth
	if g == nil || len(g.Points) != 4 || g.Points[3].N != a.Budgets[0].N {
		t.Fatalf("growth %+v", g)
	}
	if first, last := g.Points[0].R2.Mean, g.Points[3].R2.Mean; first > last {
		t.Errorf("R2 falls from %v to %v with more rows", first, last)
	}
	if !slices.ContainsFunc(a.Answers, func(x Answer) bool { return x.Question == "Are there enough configurations?" && x.Verdict != "" }) {
		t.Errorf("answers %+v, want one about the number of configurations", a.Answers)
	}
}

func TestMethods(t *testing.T) {
	whole(t)
	a := analyzed(t, branched(t, 500), Options{Replicates: -1})
	b := a.Budgets[0]
	for i, name := range MethodNames() {
		m := b.Methods[i]
		if m.Method != name || m.Reason != "" || len(m.Scores) != len(a.Params) {
			t.Fatalf("method %+v, want %s", m, name)
		}
		if m.Scores[0].Mean < m.Scores[3].Mean || m.Scores[1].Mean < m.Scores[3].Mean {
			t.Errorf("%s: %+v, want units below optimizer and lr", name, m.Scores)
		}
	}
	if n := b.Methods[0].N; n != b.N/10 && n != b.N/10+1 {
		t.Errorf("PED-ANOVA aims at %d of %d, want a tenth", n, b.N)
	}
	// Where the forest says nothing, PED-ANOVA still does.
	s := branched(t, 40)
	rng := rand.New(rand.NewPCG(5, 6))
	for i := range s.Trials {
		s.Trials[i].Status, s.Trials[i].Values[0] = nasalyze.Success, rng.Float64()
	}
	b = analyzed(t, s, Options{Replicates: -1}).Budgets[0]
	if b.Decided {
		t.Skip("the forest takes noise for something")
	}
	if b.Methods[0].Reason != "" || b.Methods[1].Reason == "" || b.Methods[1].Scores != nil {
		t.Errorf("methods %+v at an undecided budget", b.Methods)
	}
}

// No parameter is to leave the space because it does not matter for time.
func TestNoAdviceOnTime(t *testing.T) {
	whole(t)
	s, err := branched(t, 200).Derive(nasalyze.TimeObjective)
	if err != nil {
		t.Fatal(err)
	}
	a := analyzed(t, s, Options{Replicates: 20, Objective: nasalyze.TimeObjective})
	for _, adv := range a.Advice {
		if adv.Action != "undecided" || !strings.Contains(adv.Evidence, "@time") {
			t.Errorf("%+v, want none", adv)
		}
	}
	if !a.Budgets[0].Decided || slices.ContainsFunc(a.Answers, func(x Answer) bool { return strings.Contains(x.Question, "leave") }) {
		t.Errorf("answers %+v", a.Answers)
	}
}

// A log that states every configuration twice under another id, as after a warm start, says
// what it would say once: equal configurations are one.
func TestEqualConfigurationsAreOne(t *testing.T) {
	whole(t)
	once := synthetic(t, 100, 0.1, nil)
	twice := *once
	twice.Configs, twice.Trials = slices.Clone(once.Configs), slices.Clone(once.Trials)
	for _, c := range once.Configs {
		c.ID = "again-" + c.ID
		twice.Configs = append(twice.Configs, c)
	}
	for _, trial := range once.Trials {
		trial.Config += len(once.Configs)
		twice.Trials = append(twice.Trials, trial)
	}
	a, b := analyzed(t, once, Options{Replicates: -1}), analyzed(t, &twice, Options{Replicates: -1, From: "again-7"})
	if got, want := b.Budgets[2].OOB, a.Budgets[2].OOB; got != want {
		t.Errorf("out of bag %+v, want %+v", got, want)
	}
	if got, want := b.Correlations[0].N, a.Correlations[0].N; got != want || b.Study.Configs != 100 {
		t.Errorf("%d shared of %d configurations, want %d of 100", got, b.Study.Configs, want)
	}
	if b.Path.From != "7" {
		t.Errorf("path from %q, want 7, of which again-7 is a repeat", b.Path.From)
	}
	if !slices.ContainsFunc(b.Warnings, func(w Warning) bool {
		return w.Code == "equal-configurations" && strings.Contains(w.Text, "100 configurations")
	}) {
		t.Errorf("warnings %v", b.Warnings)
	}
}
