package nasalyze_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasalyze/nasalyze"
)

func TestPoolByHand(t *testing.T) {
	a := study(t, 3, at(0, 1, 0.1), at(1, 1, 0.2), at(2, 3.0000000000000004, 0.3))
	a.Name = "a"
	b := study(t, 3, at(0, 1, 0.4), at(1, 1, 0.5), at(2, 3, 0.6))
	b.Name = "b"
	// The same space with its parameters in another order, and other values.
	b.Space = mustSpace(t, []nasalyze.Param{b.Space.Params[1], b.Space.Params[0]}, nil)
	for i := range b.Configs {
		b.Configs[i].Values = []nasalyze.Value{nasalyze.Number([]float64{0.1, 0.55, 0.1}[i]), nasalyze.Text("f")}
	}
	a.Provenance.Inputs = []nasalyze.Input{{Path: "a.json"}}
	b.Provenance = nasalyze.Provenance{Inputs: []nasalyze.Input{{Path: "b.json"}}, Inferred: true}
	p, err := nasalyze.Pool("both", a, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Validate(); err != nil {
		t.Fatal(err)
	}
	var configs, trials []string
	for _, c := range p.Configs {
		configs = append(configs, fmt.Sprint(c.ID, " ", c.Values))
	}
	for _, tr := range p.Trials {
		trials = append(trials, fmt.Sprint(tr.Config, " ", tr.Budget, " ", tr.Values))
	}
	// b's 0 and 2 are a's 1; b's 1 is new, and its id is taken.
	if d := cmp.Diff([]string{"0 [f 0]", "1 [f 0.1]", "2 [f 0.2]", "b#1:1 [f 0.55]"}, configs); d != "" {
		t.Errorf("configurations (-want +got):\n%s", d)
	}
	want := []string{"0 1 [0.1]", "1 1 [0.2]", "2 3.0000000000000004 [0.3]", "1 1 [0.4]", "3 1 [0.5]", "1 3.0000000000000004 [0.6]"}
	if d := cmp.Diff(want, trials); d != "" {
		t.Errorf("trials (-want +got):\n%s", d)
	}
	if len(p.Budgets()) != 2 || len(p.Provenance.Inputs) != 2 || !p.Provenance.Inferred || p.Name != "both" {
		t.Errorf("budgets %v, provenance %+v", p.Budgets(), p.Provenance)
	}
	tab, err := p.At(1, 0, nasalyze.TableOptions{})
	if err != nil || tab.Counts.Repeated != 1 || math.Abs(tab.Y[1]-0.3) > 1e-15 {
		t.Errorf("table %+v, %v", tab, err)
	}
	if a.Configs[0].ID != "0" || len(a.Configs) != 3 || b.Trials[2].Config != 2 || b.Trials[2].Budget != 3 {
		t.Error("the pooled studies were changed")
	}
}

// Equal configurations within one study become one too.
func TestPoolOfOne(t *testing.T) {
	s := study(t, 2, at(0, 1, 0.25), at(1, 1, 0.75))
	s.Configs[1].Values = s.Configs[0].Values
	p, err := nasalyze.Pool("one", s)
	if err != nil || len(p.Configs) != 1 || len(p.Trials) != 2 || p.Trials[1].Config != 0 {
		t.Errorf("%+v, %v", p, err)
	}
}

func TestPoolRefuses(t *testing.T) {
	base := func() *nasalyze.Study { return study(t, 1, at(0, 1, 0)) }
	change := func(f func(*nasalyze.Param)) *nasalyze.Study {
		s := base()
		p := s.Space.Params[1]
		f(&p)
		s.Space = mustSpace(t, []nasalyze.Param{s.Space.Params[0], p}, nil)
		s.Name = "other"
		return s
	}
	direction := base()
	direction.Objectives[0].Maximize = true
	more := base()
	more.Objectives = append(more.Objectives, nasalyze.Objective{Name: "time"})
	fewer := base()
	fewer.Space = mustSpace(t, fewer.Space.Params[:1], nil)
	for want, other := range map[string]*nasalyze.Study{
		`parameter "x" is in one space only`:                change(func(p *nasalyze.Param) { p.Name = "z" }),
		`"x" is float [0, 1] in one space and float [0, 2]`: change(func(p *nasalyze.Param) { p.Upper = 2 }),
		`"x" is float [0, 1] in one space and int [0, 1]`:   change(func(p *nasalyze.Param) { p.Kind = nasalyze.Int }),
		"has another direction":                             direction,
		"1 objectives and 2":                                more,
		"2 parameters and 1":                                fewer,
	} {
		if _, err := nasalyze.Pool("p", base(), other); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, expected %s", err, want)
		}
	}
	if _, err := nasalyze.Pool("p"); err == nil {
		t.Error("nothing is pooled")
	}
}
