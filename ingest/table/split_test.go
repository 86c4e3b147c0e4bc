package table

import (
	"bytes"
	"context"
	"encoding/csv"
	"io"
	"reflect"
	"strings"
	"testing"
	"testing/fstest"

	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze/ingest/source"
)

// cut returns the records of a text, by the code under test.
func cut(t interface{ Fatal(...any) }, text string, delimiter byte) ([][]string, *source.Findings) {
	s, err := source.NewFS(fstest.MapFS{"t.csv": {Data: []byte(text)}}, "t.csv")
	if err != nil {
		t.Fatal(err)
	}
	var f source.Findings
	lines, err := s.Lines("t.csv", &f)
	if err != nil {
		t.Fatal(err)
	}
	r := &records{splitter: splitter{delimiter: delimiter}, lines: lines, findings: &f}
	var all [][]string
	for cells := r.next(); cells != nil; cells = r.next() {
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = string(c)
		}
		all = append(all, row)
	}
	if err := lines.Finish(); err != nil {
		t.Fatal(err)
	}
	return all, &f
}

// oracle returns the records of a text by encoding/csv, ok if it has no complaint.
func oracle(text string, delimiter byte) (all [][]string, ok bool) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma = rune(delimiter)
	r.FieldsPerRecord = -1
	for {
		row, err := r.Read()
		if err == io.EOF {
			return all, true
		}
		if err != nil {
			return nil, false
		}
		all = append(all, row)
	}
}

// comparableText excludes what the two differ in by intent: a byte order mark, gzip, more
// lines in a cell than maxQuotedLines, and the carriage return at the end of the
// last line, which encoding/csv keeps.
func comparableText(text string) bool {
	return !strings.HasPrefix(text, "\ufeff") && !strings.HasPrefix(text, "\x1f\x8b") && strings.Count(text, "\n") < maxQuotedLines &&
		!strings.Contains(strings.ReplaceAll(text, "\r\n", ""), "\r")
}

func checkSplit(t interface {
	Fatal(...any)
	Fatalf(string, ...any)
}, text string, delimiter byte) {
	want, ok := oracle(text, delimiter)
	got, _ := cut(t, text, delimiter)
	if ok && !reflect.DeepEqual(got, want) {
		t.Fatalf("%q: %q, encoding/csv has %q", text, got, want)
	}
}

func TestSplitAgainstEncodingCSV(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOfN(rapid.SampledFrom([]rune("ab1,\"\"\n; \té")), 0, 40, -1).Draw(t, "text")
		if comparableText(text) {
			checkSplit(t, text, rapid.SampledFrom([]byte{',', ';', '\t'}).Draw(t, "delimiter"))
		}
	})
}

func TestStrayQuoteCostsOneLine(t *testing.T) {
	text := "a,b\n\"stray,1\n" + strings.Repeat("x,2\n", 3*maxQuotedLines)
	rows, f := cut(t, text, ',')
	if len(rows) != 1+3*maxQuotedLines {
		t.Errorf("%d rows, want %d", len(rows), 1+3*maxQuotedLines)
	}
	if n, ok := f.Find("bad-line", ""); !ok || n.Line != 2 || n.Count != 1 {
		t.Errorf("findings %v, want one bad-line at line 2", f.All())
	}
}

func FuzzSplit(f *testing.F) {
	f.Add("a,b\n\"x \"\"y\"\"\nz\",2\n", byte(','))
	f.Add("a;b\r\n1,5;2\r\n", byte(';'))
	f.Fuzz(func(t *testing.T, text string, delimiter byte) {
		if !comparableText(text) || bytes.IndexByte([]byte(",;\t"), delimiter) < 0 {
			return
		}
		checkSplit(t, text, delimiter)
	})
}

func FuzzRead(f *testing.F) {
	f.Add("config_id,budget,loss,config.x\n0,1,0.5,3\n0,3,0.4,3\n", "", "")
	f.Add("x;y;loss@1;loss@3\n1;a;0,5;0,25\n2;b;nan;\n", "loss@{budget}", "")
	f.Add("number\tvalue\tparams_x\tstate\n0\t1.5\t2\tCOMPLETE\n", "", "value")
	f.Add("a,\"metric:acc [0.0; 1.0] (maximize)\",seed\n1,2,3\n", "", "")
	f.Fuzz(func(t *testing.T, text, wide, objective string) {
		s, err := source.NewFS(fstest.MapFS{"t.csv": {Data: []byte(text)}}, "t.csv")
		if err != nil {
			t.Fatal(err)
		}
		opt := source.Options{Wide: wide}
		if objective != "" {
			opt.Objectives = []string{objective}
		}
		var findings source.Findings
		Detect(s)
		study, err := Read(context.Background(), s, opt, &findings)
		if err != nil {
			return
		}
		if err := study.Validate(); err != nil {
			t.Fatal(err)
		}
		if err := Write(io.Discard, study, ','); err != nil {
			t.Fatal(err)
		}
	})
}

func TestParseWide(t *testing.T) {
	at := func(objective string, budget float64) cellPlace {
		return cellPlace{objective: objective, budget: budget, hasBudget: true}
	}
	with := func(p cellPlace, key string) cellPlace { p.budgetKey = key; return p }
	seed := func(p cellPlace, n int64) cellPlace { p.seed, p.hasSeed = n, true; return p }
	for name, want := range map[string]cellPlace{
		"loss@1":                at("loss", 1),
		"loss_3":                at("loss", 3),
		"loss@0.333":            at("loss", 0.333),
		"val_loss_epoch_10":     with(at("val_loss", 10), "epoch"),
		"val_loss_epoch10":      with(at("val_loss", 10), "epoch"),
		"loss (budget=9)":       with(at("loss", 9), "budget"),
		"loss[27]":              at("loss", 27),
		"acc.81":                at("acc", 81),
		"accuracy_seed0":        seed(cellPlace{objective: "accuracy"}, 0),
		"valid_accuracy_pct_s1": {},
		"x@3":                   at("x", 3),
		"loss@9_seed2":          seed(at("loss", 9), 2),
		"loss_seed2@9":          seed(at("loss", 9), 2),
		"cost_27":               at("cost", 27),
		"layer_1":               {},
		"Op0":                   {},
		"dropout_2":             {},
		"activation_fn_1":       {},
		"loss1":                 {},
		"loss":                  {},
		"value_3":               {},
		"n_units_step_2":        {},
		"@3":                    {},
		"3":                     {},
	} {
		got, ok := parseWide(name)
		if !ok {
			got = cellPlace{}
		}
		if got != want {
			t.Errorf("%s: %+v, want %+v", name, got, want)
		}
	}
}

func TestCompileWide(t *testing.T) {
	for _, c := range []struct {
		pattern, column string
		want            cellPlace
	}{
		{"loss@{budget}", "loss@2.5e3", cellPlace{objective: "loss", budget: 2500, hasBudget: true}},
		{"{objective}|{budget}|{seed}", "acc|9|-4", cellPlace{objective: "acc", budget: 9, hasBudget: true, seed: -4, hasSeed: true}},
		{"b{budget}", "b3", cellPlace{objective: "b", budget: 3, hasBudget: true}},
		{"epoch_{budget}_err", "epoch_3_err", cellPlace{objective: "err", budget: 3, hasBudget: true}},
	} {
		w, err := compileWide(c.pattern, "")
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		if got, ok := w.match(c.column); !ok || got != c.want {
			t.Errorf("%s on %s: %+v %v, want %+v", c.pattern, c.column, got, ok, c.want)
		}
	}
	for _, pattern := range []string{"loss", "{budget}{budget}", ""} {
		if _, err := compileWide(pattern, ""); err == nil {
			t.Errorf("pattern %q was taken", pattern)
		}
	}
}

func TestSniff(t *testing.T) {
	for _, c := range []struct {
		head string
		want byte // 0: refused
	}{
		{"a,b\n1,2\n", ','},
		{"a;b\n1,5;2,5\n", ';'},
		{"a\tb c,d\n1\t2\n", '\t'},
		{"\"a;x\",b\n1,2\n", ','},
		{"a,b\n", ','},
		{"a\n1\n", 0},
		{"{\"a\":1,\"b\":2}\n", 0},
		{"[1,2]\n", 0},
		{"@relation x,y\n", 0},
		{"a,b;c\n1\n2\n3\n", ','},
		{"a,b;c\n1,2\n2;3;3\n3,4\n", ','},
		{"a,b,c;d\n1;2\n2;3\n", ';'},
		{"\xff\xfea\x00", 0},
		{"a,b\x00c\n", 0},
		{"", 0},
	} {
		d, err := sniff([]byte(c.head))
		if (err != nil) != (c.want == 0) || err == nil && d.delimiter != c.want {
			t.Errorf("%q: delimiter %q, error %v, want %q", c.head, d.delimiter, err, c.want)
		}
	}
}
