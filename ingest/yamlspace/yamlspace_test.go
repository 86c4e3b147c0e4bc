package yamlspace

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/ingest/source"
)

const example = `# a space
name: example
parameters:
  lr: {float: [1e-5, 1], log: true, default: 1e-3}
  layers: {int: [1, 8], unit: layers}
  dropout: {float: [0, 0.5], step: 0.1}
  optimizer: [adam, sgd, rmsprop]
  mixed: {choice: [1, 1.5, true, null, "1", yes], weights: [1, 2, 1, 1, 1, 1], default: null}
  size:
    ordered: [small, medium, large]
  momentum: {float: [0, 0.99], when: {optimizer: [sgd, rmsprop], layers: {min: 2, max: 5}}}
  nesterov: {choice: [true, false], when: {optimizer: {not: adam}}}
  epochs: 30
forbidden:
  - {optimizer: adam, size: large}
  - {layers: 8}
`

func read(t testing.TB, text string) (*nasalyze.Space, error) {
	t.Helper()
	return Read(strings.NewReader(text), "space.yaml")
}

func TestExample(t *testing.T) {
	s, err := read(t, example)
	if err != nil {
		t.Fatal(err)
	}
	texts := func(names ...string) (v []nasalyze.Value) {
		for _, n := range names {
			v = append(v, nasalyze.Text(n))
		}
		return v
	}
	want, err := nasalyze.NewSpace("example", []nasalyze.Param{
		{Name: "lr", Lower: 1e-5, Upper: 1, Log: true, Default: nasalyze.Number(1e-3)},
		{Name: "layers", Kind: nasalyze.Int, Lower: 1, Upper: 8, Unit: "layers"},
		{Name: "dropout", Lower: 0, Upper: 0.5, Step: 0.1},
		{Name: "optimizer", Kind: nasalyze.Categorical, Choices: texts("adam", "sgd", "rmsprop")},
		{Name: "mixed", Kind: nasalyze.Categorical, Weights: []float64{1, 2, 1, 1, 1, 1}, Default: nasalyze.Null(),
			Choices: []nasalyze.Value{nasalyze.Integer(1), nasalyze.Number(1.5), nasalyze.Bool(true), nasalyze.Null(), nasalyze.Text("1"), nasalyze.Text("yes")}},
		{Name: "size", Kind: nasalyze.Ordinal, Choices: texts("small", "medium", "large")},
		{Name: "momentum", Lower: 0, Upper: 0.99},
		{Name: "nesterov", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Bool(true), nasalyze.Bool(false)}},
		{Name: "epochs", Kind: nasalyze.Constant, Choices: []nasalyze.Value{nasalyze.Integer(30)}},
	}, []nasalyze.Condition{
		{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.And, Clauses: []nasalyze.Clause{
			{Op: nasalyze.In, Param: "optimizer", Values: texts("sgd", "rmsprop")},
			{Op: nasalyze.Ge, Param: "layers", Values: []nasalyze.Value{nasalyze.Integer(2)}},
			{Op: nasalyze.Le, Param: "layers", Values: []nasalyze.Value{nasalyze.Integer(5)}}}}},
		{Child: "nesterov", When: nasalyze.Clause{Op: nasalyze.Ne, Param: "optimizer", Values: texts("adam")}},
	}, []nasalyze.Clause{
		{Op: nasalyze.And, Clauses: []nasalyze.Clause{
			{Op: nasalyze.Eq, Param: "optimizer", Values: texts("adam")}, {Op: nasalyze.Eq, Param: "size", Values: texts("large")}}},
		{Op: nasalyze.Eq, Param: "layers", Values: []nasalyze.Value{nasalyze.Integer(8)}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, s, cmpopts.IgnoreUnexported(nasalyze.Space{}), cmp.AllowUnexported(nasalyze.Value{})); diff != "" {
		t.Errorf("space (-want +got):\n%s", diff)
	}
	// It can be written for ConfigSpace, and says the same there.
	var b bytes.Buffer
	if err := configspace.Write(&b, s); err != nil {
		t.Fatal(err)
	}
	if _, err := configspace.Read(&b, "configspace.json", new(source.Findings)); err != nil {
		t.Error(err)
	}
}

// Errors name the line, what is wrong there, and what is expected.
func TestErrors(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", "the file is empty"},
		{"[1, 2]", "space.yaml:1: the file is no object"},
		{"parameter:\n  x: 1", `space.yaml:2: key "parameter", expected name, parameters or forbidden`},
		{"name: x", "space.yaml:1: no parameters"},
		{"parameters:\n  x: {float: [0, 1]}\n  x: {float: [0, 1]}", `space.yaml:3: "x" is there twice`},
		{"parameters:\n  x: {float: [0, 1], lgo: true}", `space.yaml:2: parameter "x": key "lgo"`},
		{"parameters:\n  x: {float: [0]}", "float has 1 numbers"},
		{"parameters:\n  x: {float: 3}", "is no list"},
		{"parameters:\n  x: {float: [a, 1]}", `bound "a" is no number`},
		{"parameters:\n  x: {float: [0, 1], int: [0, 1]}", "both float and int"},
		{"parameters:\n  x: {log: true}", "neither float, int, choice nor ordered"},
		{"parameters:\n  x: {float: [1, 2], log: maybe}", `space.yaml:2: parameter "x": log is "maybe"`},
		{"parameters:\n  x: {float: [0, 1], log: true}", "log scale is not positive"},
		{"parameters:\n  x: {float: [2, 1]}", "above upper bound"},
		{"parameters:\n  x: {float: [0, 1], default: 2}", "outside [0, 1]"},
		{"parameters:\n  x: {choice: [a, b], step: 1}", "log and step are of numbers"},
		{"parameters:\n  x: {int: [0, 3], weights: [1]}", "weights are of a choice"},
		{"parameters:\n  x: {choice: [a, [b]]}", "a list or an object"},
		{"parameters:\n  x: {float: [0, 1], when: {y: 1}}", `names "y", which is no parameter`},
		{"parameters:\n  y: [a, b]\n  x: {float: [0, 1], when: {y: c}}", `space.yaml:3: when of "x": parameter "y": value "c" is not one of {a, b}`},
		{"parameters:\n  y: [a, b]\n  x: {float: [0, 1], when: {y: {min: a}}}", "has no order"},
		{"parameters:\n  y: [a, b]\n  x: {float: [0, 1], when: {y: {above: a}}}", "expected min, max or not"},
		{"parameters:\n  y: [a, b]\n  x: {float: [0, 1], when: {}}", "is empty"},
		{"parameters:\n  x: {float: [0, 1], when: {x: 1}}", "circle"},
		{"parameters:\n  y: [a, b]\nforbidden: {y: a}", "forbidden is no list"},
		{"parameters:\n\t- x", "space.yaml"},
	} {
		s, err := read(t, c.text)
		if err == nil {
			t.Errorf("%q is read as %v", c.text, s)
		} else if !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "space.yaml") {
			t.Errorf("%q: %v, want %q in it", c.text, err, c.want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(example)
	f.Add("parameters: &a\n  x: *a")
	f.Add("a: &a [*a]")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := read(t, text)
		if err == nil && len(s.Params) > 0 {
			s.Defaults()
		}
	})
}
