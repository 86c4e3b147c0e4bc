package jsonl_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/jsonl"
	"github.com/nasalyze/nasalyze/ingest/source"
)

var nan = math.NaN()

func read(text string, opt source.Options) (*nasalyze.Study, *source.Findings, error) {
	s, err := source.NewFS(fstest.MapFS{"log.jsonl": {Data: []byte(text)}}, "log.jsonl")
	if err != nil {
		return nil, nil, err
	}
	var f source.Findings
	study, err := jsonl.Read(context.Background(), s, opt, &f)
	return study, &f, err
}

// equal compares studies in full: kinds of values, NaN for NaN, order.
func equal(a, b *nasalyze.Study) string {
	return cmp.Diff(a, b,
		cmp.Comparer(func(v, w nasalyze.Value) bool { return v == w }),
		cmp.FilterValues(func(a, b json.RawMessage) bool { return len(a)+len(b) > 0 },
			cmp.Comparer(func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })),
		cmpopts.IgnoreUnexported(nasalyze.Space{}),
		cmpopts.EquateNaNs(), cmpopts.EquateEmpty())
}

// genText draws names: plain ones, ones that JSON must escape, ones that look
// like numbers.
func genText(t *rapid.T, label string) string {
	return rapid.OneOf(
		rapid.StringMatching(`[a-z_]{1,8}`),
		rapid.SampledFrom([]string{"1", "true", "NaN", "-Infinity", "null", "a b", "é<&>\"\\", "\u2028", "x\ty", "0,0,1"}),
	).Draw(t, label)
}

func genNames(t *rapid.T, n int, label string) []string {
	return rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) string { return genText(t, "name") }), n, n, rapid.ID[string]).Draw(t, label)
}

func genValue(t *rapid.T) nasalyze.Value {
	switch rapid.IntRange(0, 4).Draw(t, "kind of value") {
	case 0:
		return nasalyze.Null()
	case 1:
		return nasalyze.Bool(rapid.Bool().Draw(t, "bool"))
	case 2:
		return nasalyze.Integer(rapid.Int64().Draw(t, "int"))
	case 3:
		return nasalyze.Number(rapid.Float64Range(-1e300, 1e300).Draw(t, "float"))
	}
	return nasalyze.Text(genText(t, "text"))
}

func genParam(t *rapid.T, name string) nasalyze.Param {
	p := nasalyze.Param{Name: name, Kind: nasalyze.Kind(rapid.IntRange(0, 4).Draw(t, "kind"))}
	switch p.Kind {
	case nasalyze.Float, nasalyze.Int:
		p.Log = rapid.Bool().Draw(t, "log")
		lo, hi := -1e6, 1e6
		if p.Log {
			lo = 1e-8
		}
		p.Lower = rapid.Float64Range(lo, hi).Draw(t, "lower")
		if p.Kind == nasalyze.Int {
			p.Lower = math.Ceil(p.Lower)
		}
		p.Upper = p.Lower + float64(rapid.IntRange(0, 1000).Draw(t, "width"))
		if rapid.Bool().Draw(t, "stepped") {
			p.Step = float64(rapid.IntRange(1, 5).Draw(t, "step"))
		}
		p.Unit = rapid.SampledFrom([]string{"", "s", "%"}).Draw(t, "unit")
		if rapid.Bool().Draw(t, "has prior") {
			p.Prior = &nasalyze.Prior{Name: rapid.SampledFrom([]string{"normal", "beta"}).Draw(t, "prior"), A: 2.5, B: 3}
		}
	case nasalyze.Constant:
		p.Choices = []nasalyze.Value{genValue(t)}
	default:
		p.Choices = rapid.SliceOfNDistinct(rapid.Custom(genValue), 1, 5, func(v nasalyze.Value) string {
			if x, ok := v.Float(); ok {
				return fmt.Sprint("number ", x+0) // 0 and -0 are one choice
			}
			return fmt.Sprint(v.Kind(), v)
		}).Draw(t, "choices")
		if p.Kind == nasalyze.Categorical && rapid.Bool().Draw(t, "weighted") {
			for range p.Choices {
				p.Weights = append(p.Weights, rapid.Float64Range(0.1, 1).Draw(t, "weight"))
			}
		}
	}
	if rapid.Bool().Draw(t, "has default") {
		p.Default = p.Decode(rapid.Float64Range(0, 1).Draw(t, "default"))
	}
	return p
}

// genClause draws a clause about a parameter, of any operator.
func genClause(t *rapid.T, p *nasalyze.Param, other string, depth int) nasalyze.Clause {
	value := func() nasalyze.Value { return p.Decode(rapid.Float64Range(0, 5).Draw(t, "operand")) }
	switch op := nasalyze.Op(rapid.IntRange(0, 8).Draw(t, "op")); {
	case op == nasalyze.And || op == nasalyze.Or:
		if depth == 0 {
			return nasalyze.Clause{Op: nasalyze.Eq, Param: p.Name, Values: []nasalyze.Value{value()}}
		}
		return nasalyze.Clause{Op: op, Clauses: []nasalyze.Clause{genClause(t, p, other, depth-1), genClause(t, p, other, depth-1)}}
	case op == nasalyze.In:
		return nasalyze.Clause{Op: op, Param: p.Name, Values: []nasalyze.Value{value(), value()}}
	case other != "" && rapid.Bool().Draw(t, "relation"):
		return nasalyze.Clause{Op: op, Param: p.Name, Other: other}
	default:
		return nasalyze.Clause{Op: op, Param: p.Name, Values: []nasalyze.Value{value()}}
	}
}

func genSpace(t *rapid.T) *nasalyze.Space {
	names := genNames(t, rapid.IntRange(1, 5).Draw(t, "dimensions"), "parameters")
	params := make([]nasalyze.Param, len(names))
	for i, name := range names {
		params[i] = genParam(t, name)
	}
	var conditions []nasalyze.Condition
	for i := 1; i < len(params); i++ {
		if rapid.IntRange(0, 2).Draw(t, "conditional") == 0 {
			parent := rapid.IntRange(0, i-1).Draw(t, "parent")
			other := params[rapid.IntRange(0, i-1).Draw(t, "other")].Name
			conditions = append(conditions, nasalyze.Condition{Child: params[i].Name, When: genClause(t, &params[parent], other, 2)})
		}
	}
	var forbidden []nasalyze.Clause
	if rapid.Bool().Draw(t, "has forbidden") {
		forbidden = append(forbidden, genClause(t, &params[0], params[len(params)-1].Name, 1))
	}
	s, err := nasalyze.NewSpace(rapid.SampledFrom([]string{"", "space"}).Draw(t, "space name"), params, conditions, forbidden)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func genNumber(t *rapid.T, label string) float64 {
	return rapid.OneOf(rapid.Float64Range(-1e9, 1e9), rapid.SampledFrom([]float64{0, 1e-300, 1e300, nan, math.Inf(1), math.Inf(-1)})).Draw(t, label)
}

func genRaw(t *rapid.T, label string) json.RawMessage {
	s := rapid.SampledFrom([]string{"", `{"a":1}`, `{"b":[1,"NaN",{"c":null}]}`, `{}`}).Draw(t, label)
	if s == "" {
		return nil
	}
	return json.RawMessage(s)
}

func genStudy(t *rapid.T) *nasalyze.Study {
	s := &nasalyze.Study{Name: genText(t, "study"), Space: genSpace(t),
		BudgetName: rapid.SampledFrom([]string{"", "epochs"}).Draw(t, "budget name"),
		BudgetUnit: rapid.SampledFrom([]string{"", "s"}).Draw(t, "budget unit")}
	for _, name := range genNames(t, rapid.IntRange(1, 3).Draw(t, "objectives"), "objective names") {
		s.Objectives = append(s.Objectives, nasalyze.Objective{Name: name, Maximize: rapid.Bool().Draw(t, "maximize"),
			Lower: genNumber(t, "lower"), Upper: genNumber(t, "upper"), Unit: rapid.SampledFrom([]string{"", "%"}).Draw(t, "unit"),
			Outcome: rapid.Bool().Draw(t, "outcome")})
	}
	if rapid.Bool().Draw(t, "has provenance") {
		s.Provenance = nasalyze.Provenance{Format: "hpbandster", Reason: "because", Inferred: rapid.Bool().Draw(t, "inferred"),
			Inputs: []nasalyze.Input{{Path: "a/b.json", Size: 12, SHA256: "ab"}}}
	}
	for _, id := range genNames(t, rapid.IntRange(1, 5).Draw(t, "configurations"), "ids") {
		u := make([]float64, len(s.Space.Params))
		for j := range u {
			u[j] = rapid.Float64Range(0, 1).Draw(t, "u") * float64(max(s.Space.Params[j].Levels(), 1))
		}
		c := nasalyze.Config{ID: id, Values: s.Space.Decode(u), Pick: nasalyze.Pick(rapid.IntRange(0, 2).Draw(t, "pick")),
			Origin: rapid.SampledFrom([]string{"", "Sobol \"x\""}).Draw(t, "origin"), Extra: genRaw(t, "extra")}
		for j, v := range c.Values {
			// Values outside the space are kept too, infinities among them.
			if !v.IsAbsent() && s.Space.Params[j].Numeric() && !s.Space.Conditional(j) && len(s.Space.Conditions) == 0 && rapid.IntRange(0, 9).Draw(t, "outside") == 0 {
				c.Values[j] = nasalyze.Number(rapid.SampledFrom([]float64{1e12, math.Inf(1), -2e12}).Draw(t, "outlier"))
			}
		}
		s.Configs = append(s.Configs, c)
	}
	for i := range rapid.IntRange(1, 8).Draw(t, "trials") {
		r := nasalyze.Trial{Config: rapid.IntRange(0, len(s.Configs)-1).Draw(t, "config"), Budget: rapid.SampledFrom([]float64{0, 1, 1.0 / 3, 27, 1e30}).Draw(t, "budget"),
			HasSeed: rapid.Bool().Draw(t, "has seed"), Instance: rapid.SampledFrom([]string{"", "qcp-1"}).Draw(t, "instance"),
			Status:    rapid.SampledFrom(nasalyze.Statuses()).Draw(t, "status"),
			Submitted: genNumber(t, "submitted"), Started: genNumber(t, "started"), Finished: genNumber(t, "finished"), Info: genRaw(t, "info")}
		if r.Status == nasalyze.Running {
			r.Instance = fmt.Sprint("running ", i) // a second one would supersede it
		}
		if r.HasSeed {
			r.Seed = rapid.Int64().Draw(t, "seed")
		}
		for range s.Objectives {
			r.Values = append(r.Values, genNumber(t, "value"))
		}
		s.Trials = append(s.Trials, r)
	}
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := genStudy(t)
		var text bytes.Buffer
		if err := jsonl.Write(&text, want); err != nil {
			t.Fatal(err)
		}
		for _, line := range bytes.Split(bytes.TrimSuffix(text.Bytes(), []byte("\n")), []byte("\n")) {
			if !json.Valid(line) {
				t.Fatalf("not JSON: %s", line)
			}
		}
		got, _, err := read(text.String(), source.Options{})
		if err != nil {
			t.Fatalf("%v\n%s", err, text.Bytes())
		}
		if d := equal(want, got); d != "" {
			t.Fatalf("study changed (-written +read):\n%s\n%s", d, text.Bytes())
		}
	})
}

const header = `{"nasalyze":1,"name":"s","space":{"hyperparameters":[{"type":"uniform_float","name":"lr","lower":0,"upper":1,"log":false}],"conditions":[],"forbiddens":[]},"objectives":[{"name":"loss"}],"budget":{"name":"epochs"}}` + "\n"

func TestOddLines(t *testing.T) {
	const config = `{"config":"a","values":{"lr":0.5}}` + "\n"
	const trial = `{"trial":"a","budget":1,"values":[0.25]}` + "\n"
	for _, c := range []struct {
		name, lines string
		trials      int
		code        string // expected finding
		line        int
	}{
		{"plain", config + trial, 1, "", 0},
		{"trial first", trial + config, 1, "", 0},
		{"empty lines", "\n" + config + "\r\n" + trial + "\n", 1, "", 0},
		{"torn", config + trial + `{"trial":"a","budget":3,"val`, 1, "torn-line", 4},
		{"complete without newline", config + trial + strings.TrimSpace(trial), 2, "", 0},
		{"torn and closed", config + `{"trial":"a","bud` + "\n" + trial, 1, "bad-line", 3},
		{"joined", config + trial + header + trial, 2, "second-header", 4},
		{"orphan", config + trial + `{"trial":"b","budget":1,"values":[1]}` + "\n", 1, "orphan-result", 4},
		{"neither", config + trial + `{"note":"x"}` + "\n", 1, "bad-line", 4},
		{"unknown keys", config + `{"trial":"a","budget":1,"values":[1],"gpu":3}` + "\n", 1, "unknown-key", 3},
		{"unknown status", config + trial + `{"trial":"a","budget":1,"values":[1],"status":"exploded"}` + "\n", 2, "unknown-status", 4},
		{"superseded", config + `{"trial":"a","budget":1,"status":"running"}` + "\n" + trial, 1, "superseded-trial", 0},
		{"numeric ids", `{"config":7,"values":{"lr":0.5}}` + "\n" + `{"trial":7,"budget":1,"values":[1]}` + "\n", 1, "", 0},
		{"bare tokens", config + `{"trial":"a","budget":1,"values":[NaN],"finished":Infinity}` + "\n", 1, "", 0},
		{"bad number", config + trial + `{"trial":"a","budget":1,"values":["high"]}` + "\n", 1, "bad-line", 4},
		{"no id", config + trial + `{"trial":"","budget":1,"values":[1]}` + "\n", 1, "bad-line", 4},
		{"too many values", config + `{"trial":"a","budget":1,"values":[1,2]}` + "\n", 1, "objective-count", 3},
		{"bad budget", config + trial + `{"trial":"a","budget":"Infinity","values":[1]}` + "\n", 1, "bad-budget", 4},
	} {
		study, f, err := read(header+c.lines, source.Options{})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if len(study.Trials) != c.trials {
			t.Errorf("%s: %d trials, want %d", c.name, len(study.Trials), c.trials)
		}
		all := f.All()
		if c.code == "" {
			if len(all) > 0 {
				t.Errorf("%s: findings %v, want none", c.name, all)
			}
			continue
		}
		if n, ok := f.Find(c.code, ""); !ok || n.Line != c.line {
			t.Errorf("%s: findings %v, want %s at line %d", c.name, all, c.code, c.line)
		}
	}
}

func TestUnknownKeysAreKept(t *testing.T) {
	study, _, err := read(header+
		`{"config":"a","values":{"lr":0.5,"old":[1,2]},"extra":{"x":1},"host":"n1","y":NaN}`+"\n"+
		`{"trial":"a","budget":1,"values":[1],"gpu":3}`+"\n"+
		`{"trial":"a","budget":2,"values":[1],"gpu":4,"info":{"z":2}}`+"\n"+
		`{"trial":"a","budget":3,"values":[1],"gpu":5,"info":"text"}`+"\n", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(study.Configs[0].Extra), `{"x":1,"host":"n1","y":"NaN","old":"[1,2]"}`; got != want {
		t.Errorf("extra %s, want %s", got, want)
	}
	for i, want := range []string{`{"gpu":3}`, `{"z":2,"gpu":4}`, `{"info":"text","gpu":5}`} {
		if got := string(study.Trials[i].Info); got != want {
			t.Errorf("info of trial %d: %s, want %s", i, got, want)
		}
	}
}

func TestImpliedStatus(t *testing.T) {
	study, _, err := read(header+`{"config":"a","values":{"lr":0.5}}`+"\n"+
		`{"trial":"a","budget":1,"values":[1]}`+"\n"+
		`{"trial":"a","budget":2,"values":["-Infinity"]}`+"\n"+
		`{"trial":"a","budget":3}`+"\n"+
		`{"trial":"a","budget":4,"status":"timeout"}`+"\n", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []nasalyze.Status{nasalyze.Success, nasalyze.Diverged, nasalyze.Unknown, nasalyze.TimedOut} {
		if got := study.Trials[i].Status; got != want {
			t.Errorf("trial %d: status %v, want %v", i, got, want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"empty", "", "log.jsonl"},
		{"no header", `{"config":"a","values":{}}` + "\n", "no header"},
		{"not JSON", "hello\n", "log.jsonl:1"},
		{"future", `{"nasalyze":99,"objectives":[{"name":"loss"}]}` + "\n", "version 99"},
		{"no objective", `{"nasalyze":1,"objectives":[]}` + "\n", "no objective"},
		{"nameless objective", `{"nasalyze":1,"objectives":[{}]}` + "\n", "no name"},
		{"bad space", `{"nasalyze":1,"space":{"hyperparameters":[{"type":"weird","name":"x"}]},"objectives":[{"name":"l"}]}` + "\n", "weird"},
		{"no trials", header + `{"config":"a","values":{"lr":0.5}}` + "\n", "no trial"},
	} {
		_, _, err := read(c.text, source.Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", c.name, err, c.want)
		}
	}
	if _, _, err := read(header+`{"config":"a","values":{"lr":0.5}}`+"\n"+`{"trial":"a","budget":1,"values":[1]}`+"\n",
		source.Options{Objectives: []string{"acc"}}); err == nil || !strings.Contains(err.Error(), `"loss"`) {
		t.Errorf("unknown objective: error %v, want one that lists the objectives", err)
	}
}

func TestDetect(t *testing.T) {
	for text, want := range map[string]bool{
		header:                         true,
		"\ufeff\n { \"nasalyze\" : 1}": true,
		`{"nasalyzed":1}`:              false,
		`{"op_code":0}`:                false,
		"a,b\n1,2\n":                   false,
		"":                             false,
	} {
		s, err := source.NewFS(fstest.MapFS{"x": {Data: []byte(text)}}, "x")
		if err != nil {
			t.Fatal(err)
		}
		if reason, ok := jsonl.Detect(s); ok != want || reason == "" {
			t.Errorf("%.30q: %v (%s), want %v", text, ok, reason, want)
		}
	}
}

// TestAppend kills a writer at every byte of a line and goes on.
func TestAppend(t *testing.T) {
	study, _, err := read(header+`{"config":"a","values":{"lr":0.5}}`+"\n"+`{"trial":"a","budget":1,"values":[0.25]}`+"\n", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var whole bytes.Buffer
	if err := jsonl.Write(&whole, study); err != nil {
		t.Fatal(err)
	}
	last := bytes.LastIndexByte(bytes.TrimSpace(whole.Bytes()), '\n') + 1
	for cut := last; cut <= whole.Len(); cut++ {
		name := filepath.Join(t.TempDir(), "log.jsonl")
		if err := os.WriteFile(name, whole.Bytes()[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		f, err := os.OpenFile(name, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		e, err := jsonl.Append(f, study)
		if err != nil {
			t.Fatal(err)
		}
		next := study.Trials[0]
		next.Budget = 3
		if err := errors.Join(e.Trial("a", &next), f.Close()); err != nil {
			t.Fatal(err)
		}
		text, _ := os.ReadFile(name)
		got, findings, err := read(string(text), source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		want := 1
		if cut >= whole.Len()-1 { // the line is complete, with or without its end
			want = 2
		}
		if len(got.Trials) != want {
			t.Fatalf("cut at %d: %d trials, want %d; findings %v\n%s", cut, len(got.Trials), want, findings.All(), text)
		}
	}
}

func TestAppendRefuses(t *testing.T) {
	study, _, err := read(header+`{"config":"a","values":{"lr":0.5}}`+"\n"+`{"trial":"a","budget":1,"values":[0.25]}`+"\n", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"other space":      strings.Replace(header, `"upper":1`, `"upper":2`, 1),
		"other objective":  strings.Replace(header, `"loss"`, `"acc"`, 1),
		"unfinished":       header[:50],
		"not our log":      "a,b\n",
		"without a space ": `{"nasalyze":1,"objectives":[{"name":"loss"}]}` + "\n",
	} {
		f := filepath.Join(t.TempDir(), "log")
		if err := os.WriteFile(f, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		file, err := os.OpenFile(f, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jsonl.Append(file, study); err == nil {
			t.Errorf("%s: appended", name)
		}
		file.Close()
		if after, _ := os.ReadFile(f); string(after) != text {
			t.Errorf("%s: the file was changed", name)
		}
	}
	f, err := os.Create(filepath.Join(t.TempDir(), "new"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := jsonl.Append(f, study); err != nil {
		t.Errorf("empty file: %v", err)
	}
}

// countingWriter counts the calls of Write and fails after some.
type countingWriter struct{ calls, failAfter int }

func (w *countingWriter) Write(p []byte) (int, error) {
	w.calls++
	if w.failAfter > 0 && w.calls > w.failAfter {
		return 0, io.ErrShortWrite
	}
	return len(p), nil
}

func TestEncoder(t *testing.T) {
	study, _, err := read(header+`{"config":"a","values":{"lr":0.5}}`+"\n"+`{"trial":"a","budget":1,"values":[0.25]}`+"\n", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var w countingWriter
	e, err := jsonl.NewEncoder(&w, study)
	if err := errors.Join(err, e.Config(&study.Configs[0]), e.Trial("a", &study.Trials[0])); err != nil {
		t.Fatal(err)
	}
	if w.calls != 3 {
		t.Errorf("%d calls of Write for 3 lines: a killed writer could tear more than one", w.calls)
	}
	bad := study.Trials[0]
	bad.Values = nil
	if e.Trial("a", &bad) == nil {
		t.Error("a trial with too few values was written")
	}
	bad = study.Trials[0]
	bad.Budget = nan
	if e.Trial("a", &bad) == nil {
		t.Error("a trial at budget NaN was written")
	}
	if e.Config(&nasalyze.Config{ID: "b"}) == nil {
		t.Error("a configuration without values was written")
	}
	if e.Config(&nasalyze.Config{ID: "\xff", Values: study.Configs[0].Values}) == nil {
		t.Error("an id that is not UTF-8 was written")
	}
	if err := jsonl.Write(&countingWriter{failAfter: -1}, &nasalyze.Study{}); err == nil {
		t.Error("an invalid study was written")
	}
	e, err = jsonl.NewEncoder(&countingWriter{failAfter: 1}, study)
	if err != nil {
		t.Fatal(err)
	}
	if err := e.Trial("a", &study.Trials[0]); !errors.Is(err, io.ErrShortWrite) {
		t.Errorf("error %v of the writer is lost", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add(header + `{"config":"a","values":{"lr":0.5}}` + "\n" + `{"trial":"a","budget":1,"values":[0.25]}` + "\n")
	f.Add(header + `{"config":1,"values":{"lr":"NaN"},"extra":{}}` + "\n" + `{"trial":1,"budget":1,"values":["Infinity"],"info":[1]}`)
	f.Add(`{"nasalyze":1,"objectives":[{"name":"l","lower":"-Infinity"}],"clauses":{"conditions":[]}}` + "\n")
	f.Fuzz(func(t *testing.T, text string) {
		study, _, err := read(text, source.Options{})
		if err != nil {
			return
		}
		if err := study.Validate(); err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := jsonl.Write(&out, study); err != nil {
			t.Skip(err) // spaces with NaN defaults and the like have no JSON
		}
		again, _, err := read(out.String(), source.Options{})
		if err != nil {
			t.Fatalf("what was written is not read: %v\n%s", err, out.Bytes())
		}
		if len(again.Trials) != len(study.Trials) || len(again.Configs) != len(study.Configs) {
			t.Fatalf("%d trials of %d configurations became %d of %d", len(study.Trials), len(study.Configs), len(again.Trials), len(again.Configs))
		}
	})
}

func Example() {
	space, _ := nasalyze.NewSpace("", []nasalyze.Param{{Name: "lr", Kind: nasalyze.Float, Lower: 1e-4, Upper: 0.1, Log: true}}, nil, nil)
	log := &nasalyze.Study{Name: "demo", Space: space, BudgetName: "epochs",
		Objectives: []nasalyze.Objective{{Name: "loss", Lower: 0, Upper: math.Inf(1)}}}
	e, err := jsonl.NewEncoder(os.Stdout, log)
	if err != nil {
		panic(err)
	}
	e.Config(&nasalyze.Config{ID: "0", Values: []nasalyze.Value{nasalyze.Number(0.01)}, Pick: nasalyze.RandomPick})
	e.Trial("0", &nasalyze.Trial{Budget: 9, Values: []float64{0.25}, Submitted: nan, Started: 0, Finished: 3.5})
	e.Trial("0", &nasalyze.Trial{Budget: 27, Values: []float64{nan}, Status: nasalyze.Crashed, Submitted: nan, Started: nan, Finished: nan})
	// Output:
	// {"nasalyze":1,"name":"demo","space":{"name":null,"hyperparameters":[{"type":"uniform_float","name":"lr","lower":0.0001,"upper":0.1,"log":true,"meta":null}],"conditions":[],"forbiddens":[],"python_module_version":"1.2.0","format_version":0.4},"objectives":[{"name":"loss","lower":0,"upper":"Infinity"}],"budget":{"name":"epochs"}}
	// {"config":"0","values":{"lr":0.01},"pick":"random"}
	// {"trial":"0","budget":9,"values":[0.25],"started":0,"finished":3.5}
	// {"trial":"0","budget":27,"status":"crashed"}
}
