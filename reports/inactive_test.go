package reports_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/reports"
)

// The loss depends on a switch alone; a child that is active for one of its
// values does nothing. By default the child has no importance to speak of. As a
// level of its own, being inactive says what the switch says, so the child takes a
// part of its importance: that is why it is not the default.
func TestInactivePolicies(t *testing.T) {
	space, err := nasalyze.NewSpace("", []nasalyze.Param{
		{Name: "switch", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("on"), nasalyze.Text("off")}},
		{Name: "child", Kind: nasalyze.Float, Upper: 1},
		{Name: "idle", Kind: nasalyze.Float, Upper: 1}, // sets the configurations apart
	}, []nasalyze.Condition{{Child: "child", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "switch", Values: []nasalyze.Value{nasalyze.Text("on")}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		idle := nasalyze.Number(r.Float64())
		values, loss := []nasalyze.Value{nasalyze.Text("off"), {}, idle}, 1.0
		if i%2 == 0 {
			values, loss = []nasalyze.Value{nasalyze.Text("on"), nasalyze.Number(r.Float64()), idle}, 0
		}
		s.Configs = append(s.Configs, nasalyze.Config{ID: fmt.Sprint(i), Values: values})
		s.Trials = append(s.Trials, nasalyze.Trial{Config: i, Budget: 1, Values: []float64{loss}})
	}
	for _, c := range []struct {
		policy   nasalyze.InactivePolicy
		name     string
		from, to float64 // importance of the child
	}{
		{nasalyze.UniformInactive, "uniform", 0, 0.02},
		{nasalyze.LevelInactive, "level", 0.1, 1},
	} {
		opt := reports.Options{Replicates: -1}
		opt.Table.Inactive = c.policy
		opt.Forest.FeatureFraction = 0.5 // each column is tried alone
		a, err := reports.Analyze(context.Background(), s, opt)
		if err != nil {
			t.Fatal(err)
		}
		if got := a.Provenance.Options.Inactive; got != c.name {
			t.Errorf("recorded as %q, expected %q", got, c.name)
		}
		for _, imp := range a.Budgets[0].Importance {
			if len(imp.Params) == 1 && imp.Params[0] == "child" && !(imp.Individual.Mean >= c.from && imp.Individual.Mean <= c.to) {
				t.Errorf("%s: the child explains %.3f, expected %v to %v", c.name, imp.Individual.Mean, c.from, c.to)
			}
		}
	}
}
