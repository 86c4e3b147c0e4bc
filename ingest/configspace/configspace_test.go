package configspace

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

var compareSpaces = []cmp.Option{
	cmpopts.IgnoreUnexported(nasalyze.Space{}),
	cmp.Comparer(func(a, b nasalyze.Value) bool { return a == b }),
	cmpopts.EquateEmpty(),
}

func TestWriteReadsBack(t *testing.T) {
	for _, path := range []string{"testdata/space_1x.json", "testdata/space_0x.json"} {
		s, _ := readSpace(t, path)
		var first bytes.Buffer
		if err := Write(&first, s); err != nil {
			t.Fatal(err)
		}
		var findings source.Findings
		back, err := Read(bytes.NewReader(first.Bytes()), "written", &findings)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(s, back, compareSpaces...); d != "" {
			t.Errorf("%s: written and read back (-want +got):\n%s", path, d)
		}
		if all := findings.All(); len(all) != 0 {
			t.Errorf("%s: findings on reading what was written: %v", path, all)
		}
	}
}

func TestOldDialect(t *testing.T) {
	s, findings := readSpace(t, "testdata/space_0x.json")
	param := func(name string) nasalyze.Param { return s.Params[s.Index(name)] }
	if p := param("qf"); p.Step != 0.5 || p.Default != nasalyze.Number(5) {
		t.Errorf("qf has step %v and default %v, expected 0.5 and 5", p.Step, p.Default)
	}
	if p := param("weighted"); !cmp.Equal(p.Weights, []float64{0.75, 0.25}) {
		t.Errorf("weights %v", p.Weights)
	}
	if p := param("flag"); p.Choices[0] != nasalyze.Bool(true) {
		t.Errorf("choice %v is no boolean", p.Choices[0])
	}
	// mu = 1, sigma = 2, no bounds: 1 +- 4 * 2; on the log scale exp(0 +- 4).
	if p := param("nf"); p.Lower != -7 || p.Upper != 9 || *p.Prior != (nasalyze.Prior{Name: "normal", A: 1, B: 2}) {
		t.Errorf("nf: %s, prior %v", p.Range(), p.Prior)
	}
	if p := param("nfl"); p.Lower != math.Exp(-4) || p.Upper != math.Exp(4) || !p.Log {
		t.Errorf("nfl: %s", p.Range())
	}
	if p := param("nfb"); p.Lower != -1 || p.Upper != 3 {
		t.Errorf("nfb: %s", p.Range())
	}
	var codes []string
	for _, f := range findings.All() {
		codes = append(codes, f.Code+" "+f.Param)
	}
	if d := cmp.Diff([]string{"bounds-from-prior nf", "bounds-from-prior nfl", "bounds-from-prior ni"}, codes); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
}

// Keys decide, not versions: real files have old and new keys side by side.
func TestMixedKeys(t *testing.T) {
	const text = `{"hyperparameters": [
	 {"name": "a", "type": "uniform_float", "lower": 0, "upper": 1, "default": 0.25},
	 {"name": "b", "type": "uniform_int", "lower": 1.0, "upper": 8.0, "default_value": 2.0, "log": true, "q": null},
	 {"name": "c", "type": "categorical", "choices": [true, "true", 1, null], "probabilities": [0.1, 0.2, 0.3, 0.4], "default": null},
	 {"name": "d", "type": "unparametrized", "value": "x"},
	 {"name": "e", "type": "categorical", "choices": [[1, 2], {"k": NaN}]},
	 {"name": "bad", "type": "uniform_int", "lower": 0, "upper": 5, "default": 9}],
	 "conditions": [{"type": "AND", "conditions": [{"type": "EQ", "child": "a", "parent": "c", "value": true}, {"type": "GT", "child": "a", "parent": "b", "value": 2}]}],
	 "forbiddens": [{"left": "a", "right": "b", "type": "RELATION", "lambda": "LT"}],
	 "json_format_version": 0.4, "format_version": 0.4}`
	var findings source.Findings
	s, err := Read(strings.NewReader(text), "mixed.json", &findings)
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]nasalyze.Value{"a": nasalyze.Number(0.25), "b": nasalyze.Integer(2), "c": nasalyze.Null(), "bad": {}}
	for name, v := range want {
		if got := s.Params[s.Index(name)].Default; got != v {
			t.Errorf("default of %s is %v, expected %v", name, got, v)
		}
	}
	if got := s.Params[s.Index("e")].Range(); got != `{[1, 2], {"k": "NaN"}}` {
		t.Errorf("choices that are no scalars: %s", got)
	}
	if got := s.Conditions[0].String(); got != "a | c == true && b > 2" {
		t.Errorf("condition %q", got)
	}
	if f := findings.All(); len(f) != 1 || f[0].Code != "bad-default" || f[0].Param != "bad" {
		t.Errorf("findings %v, expected bad-default of bad", f)
	}
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	for text, want := range map[string]string{
		`{`:  "the end",
		`[]`: `expected '{'`,
		`{}`: `no key "hyperparameters"`,
		`{"hyperparameters": [{"name": "x", "type": "gamma_float"}]}`:                                                         `"hyperparameters"[0]: parameter "x": unknown type "gamma_float"`,
		`{"hyperparameters": [{"name": "x", "type": "uniform_float", "lower": "0", "upper": 1}]}`:                             `parameter "x": "lower" is "0", expected a number`,
		`{"hyperparameters": [{"name": "x", "type": "uniform_float", "lower": 0, "upper": Infinity}]}`:                        `parameter "x": uniform_float needs finite "lower" and "upper"`,
		`{"hyperparameters": [{"name": "x", "type": "uniform_float", "lower": 0, "upper": 1, "log": true}]}`:                  `parameter "x": lower bound 0 of a log scale is not positive`,
		`{"hyperparameters": [{"name": "x", "type": "constant", "value": 1}], "conditions": [{"type": "XOR"}]}`:               `"conditions"[0]: unknown condition type "XOR"`,
		`{"hyperparameters": [{"name": "x", "type": "constant", "value": 1}], "forbiddens": [{"type": "IN"}]}`:                `"forbiddens"[0]: forbidden IN without "name"`,
		`{"hyperparameters": [{"name": "x", "type": "constant", "value": 1}, {"name": "x", "type": "constant", "value": 1}]}`: `"x" is defined twice`,
	} {
		_, err := Read(strings.NewReader(text), "space.json", &source.Findings{})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.HasPrefix(err.Error(), "space.json: ") {
			t.Errorf("%s\n got error %v\nexpected space.json: ... %s", text, err, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	// Small seeds: the fuzzer spends its time on making large ones smaller.
	for _, space := range []string{
		`{"hyperparameters":[{"name":"x","type":"uniform_float","lower":1e-6,"upper":0.1,"default":0.01,"log":true,"q":null}],"json_format_version":0.4}`,
		`{"hyperparameters":[{"name":"x","type":"uniform_int","lower":1,"upper":9,"default_value":3,"log":false,"q":2}],"conditions":[],"forbiddens":[]}`,
		`{"hyperparameters":[{"name":"b","type":"beta_float","alpha":2,"beta":5,"lower":-1,"upper":1},{"name":"k","type":"constant","value":4}]}`,
		`{"hyperparameters":[{"name":"c","type":"categorical","choices":["a",true,1],"weights":[1,2,3]},{"name":"o","type":"ordinal","sequence":["s","l"]},{"name":"x","type":"uniform_float","lower":0,"upper":1}],` +
			`"conditions":[{"child":"x","type":"AND","conditions":[{"child":"x","parent":"c","type":"IN","values":["a",1]},{"child":"x","parent":"o","type":"GT","value":"s"}]}],` +
			`"forbiddens":[{"type":"AND","clauses":[{"name":"c","type":"EQUALS","value":"a"},{"name":"o","type":"IN","values":["l"]}]}]}`,
		`{"hyperparameters":[{"name":"x","type":"uniform_int","lower":0,"upper":3},{"name":"y","type":"uniform_int","lower":0,"upper":3}],"forbiddens":[{"left":"x","right":"y","type":"RELATION","lambda":"LESS"},{"type":"CLAUSE_GE","name":"x","value":2}]}`,
	} {
		f.Add([]byte(space))
	}
	f.Add([]byte(`{"hyperparameters":[{"name":"x","type":"normal_int","mu":1,"sigma":1e9,"log":true}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := Read(bytes.NewReader(data), "fuzz", &source.Findings{})
		if err != nil {
			return
		}
		// What is accepted can be used and written.
		u := make([]float64, len(s.Params))
		for i := range u {
			u[i] = 0.5
		}
		s.Check(s.Decode(u))
		s.Defaults()
		var b bytes.Buffer
		if Write(&b, s) != nil {
			return
		}
		back, err := Read(&b, "again", &source.Findings{})
		if err != nil {
			t.Fatalf("written space cannot be read: %v", err)
		}
		if len(back.Params) != len(s.Params) || len(back.Forbidden) != len(s.Forbidden) {
			t.Fatalf("written space differs")
		}
	})
}

func ExampleRead() {
	const text = `{"hyperparameters": [
	  {"name": "optimizer", "type": "categorical", "choices": ["Adam", "SGD"]},
	  {"name": "momentum", "type": "uniform_float", "lower": 0, "upper": 0.99}],
	 "conditions": [{"type": "EQ", "child": "momentum", "parent": "optimizer", "value": "SGD"}]}`
	var findings source.Findings
	space, err := Read(strings.NewReader(text), "configspace.json", &findings)
	if err != nil {
		fmt.Println(err)
		return
	}
	for i := range space.Params {
		fmt.Println(space.Params[i].Name, space.Params[i].Kind, space.Params[i].Range())
	}
	fmt.Println(&space.Conditions[0])
	// Output:
	// optimizer categorical {Adam, SGD}
	// momentum float [0, 0.99]
	// momentum | optimizer == SGD
}
