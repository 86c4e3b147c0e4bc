package source

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasalyze/nasalyze"
)

func TestInferredKinds(t *testing.T) {
	var f Findings
	b := NewBuilder(&f, BuilderOptions{})
	r := rand.New(rand.NewPCG(1, 2))
	for i := range 100 {
		c := config(fmt.Sprint(i),
			"lr", math.Exp(r.Float64()*math.Log(1e5))*1e-6, // log-uniform over five decades
			"decade", math.Pow(50, float64(i)/99), // too short a range to tell
			"dropout", r.Float64()*0.9, // uniform, but it begins near 0
			"units", 1+r.IntN(64),
			"whole", float64(r.IntN(10)), // integers logged as floats
			"flag", i%2 == 0,
			"bits", i%2,
			"opt", []string{"sgd", "adam"}[i%2],
			"const", 7,
			"signed", r.Float64()*2000-1000,
		)
		if i%3 == 0 {
			c.Names, c.Values = append(c.Names, "mix"), append(c.Values, nasalyze.Text("auto"))
		} else {
			c.Names, c.Values = append(c.Names, "mix"), append(c.Values, nasalyze.Integer(int64(i%3)))
		}
		b.Config(c)
		b.Trial(trial(c.ID, 1, 0))
	}
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for i := range s.Space.Params {
		p := &s.Space.Params[i]
		line := fmt.Sprintf("%s %v log=%v", p.Name, p.Kind, p.Log)
		if !p.Numeric() || p.Kind == nasalyze.Int {
			line += " " + p.Range()
		}
		got = append(got, line)
	}
	want := []string{
		"lr float log=true", "decade float log=false", "dropout float log=false", "units int log=false [1, 60]", "whole int log=false [0, 9]",
		"flag categorical log=false {false, true}", "bits int log=false [0, 1]", "opt categorical log=false {adam, sgd}",
		"const constant log=false {7}", "signed float log=false", "mix categorical log=false {1, 2, auto}",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("space (-want +got):\n%s", d)
	}
	if !s.Provenance.Inferred {
		t.Error("not marked as inferred")
	}
	for _, p := range s.Space.Params {
		n, ok := f.Find("inferred-parameter", p.Name)
		if !ok || !strings.Contains(n.Message, p.Name) {
			t.Errorf("no finding for %s", p.Name)
		}
	}
	for _, c := range s.Configs {
		if errs := s.Space.Check(c.Values); errs != nil {
			t.Errorf("configuration %s is outside the space inferred from it: %v", c.ID, errs)
		}
	}
}

// However many choices a parameter has, every configuration is in the space that
// is inferred from all of them, and the finding counts them.
func TestInferredManyValues(t *testing.T) {
	const n = 1500
	var f Findings
	b := NewBuilder(&f, BuilderOptions{})
	for i := range 2 * n {
		c := config(fmt.Sprint(i), "cell", fmt.Sprint("cell ", i%n), "x", float64(i)/7, "id", fmt.Sprint("run ", i))
		b.Config(c)
		b.Trial(trial(c.ID, 1, 0))
	}
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	if got := s.Space.Params[0].Levels(); got != n {
		t.Errorf("%d choices, want %d", got, n)
	}
	for _, c := range s.Configs {
		if errs := s.Space.Check(c.Values); errs != nil {
			t.Fatalf("configuration %s is outside the space inferred from it: %v", c.ID, errs)
		}
	}
	if f, ok := f.Find("free-text", ""); !ok || !strings.Contains(f.Message, "3000 different texts in 3000") || s.Space.Index("id") >= 0 {
		t.Errorf("a text of its own in each configuration is taken as a parameter, or nothing says that it is not: %v", f)
	}
	for name, count := range map[string]string{"cell": "1500 of them", "x": "more than 1000 distinct"} {
		if n, _ := f.Find("inferred-parameter", name); !strings.Contains(n.Message, count) {
			t.Errorf("%s: %q, want %q in it", name, n.Message, count)
		}
	}
}

// A known conditional space is found again from its configurations.
func TestInferredConditions(t *testing.T) {
	var f Findings
	b := NewBuilder(&f, BuilderOptions{})
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 200 {
		opt := []string{"adam", "sgd", "rmsprop"}[r.IntN(3)]
		layers := 1 + r.IntN(3)
		c := config(fmt.Sprint(i), "opt", opt, "layers", layers, "lr", r.Float64())
		add := func(name string, v any) {
			more := config("", name, v)
			c.Names, c.Values = append(c.Names, more.Names...), append(c.Values, more.Values...)
		}
		if opt == "sgd" {
			nesterov := r.IntN(2) == 0
			add("nesterov", nesterov)
			if nesterov {
				add("dampening", r.Float64()) // a child of a child
			}
		}
		if layers >= 2 {
			add("units2", 8+r.IntN(50))
		}
		if opt != "rmsprop" {
			add("shared", r.Float64()) // there with nesterov, but not only then
		}
		if opt == "sgd" || i%2 == 0 {
			add("partly", r.Float64()) // always with sgd, sometimes else
		}
		if r.IntN(2) == 0 {
			add("sometimes", r.Float64()) // nothing explains it
		}
		if i < 2 {
			add("rare", r.Float64())
		}
		b.Config(c)
		b.Trial(trial(c.ID, 1, 0))
	}
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	got := make(map[string]string)
	for _, c := range s.Space.Conditions {
		got[c.Child] = c.When.String()
	}
	want := map[string]string{"nesterov": "opt == sgd", "dampening": "nesterov == true", "units2": "layers in {2, 3}", "shared": "opt in {adam, sgd}"}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("conditions (-want +got):\n%s", d)
	}
	for _, name := range []string{"sometimes", "rare", "partly"} {
		if n, ok := f.Find("unexplained-absence", name); !ok || !strings.Contains(n.Message, "of 200 configurations") {
			t.Errorf("finding for %s: %v", name, n)
		}
	}
}

func TestOddNumbersAreNoBounds(t *testing.T) {
	var f Findings
	b := NewBuilder(&f, BuilderOptions{})
	for i, x := range []float64{math.NaN(), math.Inf(1), 1, 2.5} {
		b.Config(config(fmt.Sprint(i), "x", x, "gone", math.NaN(), "y", i))
		b.Trial(trial(fmt.Sprint(i), 1, 0))
	}
	s, err := b.Study(loss)
	if err != nil {
		t.Fatal(err)
	}
	if p := s.Space.Params[s.Space.Index("x")]; p.Lower != 1 || p.Upper != 2.5 {
		t.Errorf("x %s", p.Range())
	}
	if s.Space.Index("gone") >= 0 {
		t.Error("a parameter without finite values is in the space")
	}
	if got := codes(&f); got["value-outside-space x"] != 2 {
		t.Errorf("findings %v", got)
	}
}
