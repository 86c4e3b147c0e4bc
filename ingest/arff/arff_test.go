package arff_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/arff"
	"github.com/nasalyze/nasalyze/ingest/source"
)

func read(text string, opt source.Options) (*nasalyze.Study, *source.Findings, error) {
	s, err := source.NewFS(fstest.MapFS{"runs.arff": {Data: []byte(text)}}, "runs.arff")
	if err != nil {
		return nil, nil, err
	}
	var f source.Findings
	study, err := arff.Read(context.Background(), s, opt, &f)
	return study, &f, err
}

func codes(f *source.Findings) []string {
	var all []string
	for _, n := range f.All() {
		if n.Severity >= source.Warn && n.Code != "missing-value" { // absence is the matter of package source
			all = append(all, n.Code)
		}
	}
	return all
}

func show(s *nasalyze.Study) string {
	var b strings.Builder
	for _, t := range s.Trials {
		// By name: a conditional parameter comes after its parent in the space.
		var set []string
		for j, v := range s.Configs[t.Config].Values {
			if !v.IsAbsent() {
				set = append(set, fmt.Sprintf("%s=%v ", s.Space.Params[j].Name, v))
			}
		}
		slices.Sort(set)
		b.WriteString(strings.Join(set, ""))
		fmt.Fprintf(&b, "@%v -> %v %v\n", t.Budget, t.Values, t.Status)
	}
	return b.String()
}

const head = "% a comment\n@RELATION 'my runs'\n\n@ATTRIBUTE lr NUMERIC\n@attribute opt {Adam, SGD,'a, b'}\n@Attribute 'the units' integer\n@attribute loss real\n\n@DATA\n"

func TestRead(t *testing.T) {
	for _, c := range []struct {
		name, text, want string
		codes            []string
	}{
		{"plain", head + "% comment\n0.1,Adam,8,0.5\n\n1e-3, SGD ,16,0.25\n",
			"lr=0.1 opt=Adam the units=8 @0 -> [0.5] success\nlr=0.001 opt=SGD the units=16 @0 -> [0.25] success\n", nil},
		{"quotes", head + "0.1,'a, b',8,0.5\n0.2,\"SGD\",9,0.4\n0.3,'it\\'s',10,1\n",
			"lr=0.1 opt=a, b the units=8 @0 -> [0.5] success\nlr=0.2 opt=SGD the units=9 @0 -> [0.4] success\nlr=0.3 opt=it's the units=10 @0 -> [1] success\n", nil},
		{"missing", head + "?,Adam,8,0.5\n0.2,?,9,?\n0.3,'?',9,0.5\n",
			"opt=Adam the units=8 @0 -> [0.5] success\nlr=0.2 the units=9 @0 -> [NaN] unknown\nlr=0.3 opt=? the units=9 @0 -> [0.5] success\n", []string{"no-value"}},
		{"tabs and carriage returns", strings.ReplaceAll(head, "\n", "\r\n") + "0.1\tAdam\t8\t0.5\r\n0.2\tSGD\t9\t0.4\r\n",
			"lr=0.1 opt=Adam the units=8 @0 -> [0.5] success\nlr=0.2 opt=SGD the units=9 @0 -> [0.4] success\n", nil},
		{"weights", head + "0.1,Adam,8,0.5,{5}\n0.2,Adam,8,0.5\n",
			"lr=0.1 opt=Adam the units=8 @0 -> [0.5] success\nlr=0.2 opt=Adam the units=8 @0 -> [0.5] success\n", nil},
		{"odd rows", head + "0.1,Adam,8,0.5\n0.1,Adam,8\n0.1,'Adam,8,0.5\n0.1,'Adam'x,8,0.5\n0.2,Adam,8,0.",
			"lr=0.1 opt=Adam the units=8 @0 -> [0.5] success\nlr=0.2 opt=Adam the units=8 @0 -> [0] success\n", []string{"bad-line"}},
		{"torn", head + "0.1,Adam,8,0.5\n0.2,SGD,9,0.4\n0.1,Ad",
			"lr=0.1 opt=Adam the units=8 @0 -> [0.5] success\nlr=0.2 opt=SGD the units=9 @0 -> [0.4] success\n", []string{"torn-line"}},

		{"no data", "@relation x\n@attribute a real\n", "error: runs.arff:3: the file ends before @data", nil},
		{"nothing", "", "error: runs.arff:", nil},
		{"no attribute", "@relation x\n@data\n1\n", "error: runs.arff:2: @data without an @attribute", nil},
		{"date", "@relation x\n@attribute 'when it was' date yyyy\n@data\n", `error: runs.arff:2: attribute "when it was": type date is not read`, nil},
		{"relational", "@relation x\n@attribute r relational\n", `error: runs.arff:2: attribute "r": type relational is not read`, nil},
		{"unknown type", "@attribute r complex\n", `error: runs.arff:1: attribute "r": unknown type "complex"`, nil},
		{"no type", "@attribute r\n", `error: runs.arff:1: attribute "r": unknown type ""`, nil},
		{"no name", "@attribute\n", `error: runs.arff:1: attribute without a name`, nil},
		{"open list", "@attribute r {a,b\n", `error: runs.arff:1: attribute "r": the list of values has no end`, nil},
		{"empty list", "@attribute r {}\n", `error: runs.arff:1: attribute "r": an empty list`, nil},
		{"open quote", "@attribute 'r real\n", `error: runs.arff:1: attribute: quoted text without an end`, nil},
		{"not ARFF", "a,b\n1,2\n", `error: runs.arff:1: "a,b", expected @relation`, nil},
		{"sparse", head + "{0 0.1, 3 0.5}\n", "error: runs.arff:10: sparse rows are not read", nil},
		{"no objective", "@attribute a real\n@attribute b real\n@data\n1,2\n", "error: runs.arff: no column seems to be an objective", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			study, f, err := read(c.text, source.Options{})
			if err != nil {
				if got := "error: " + err.Error(); !strings.HasPrefix(got, c.want) || !strings.HasPrefix(c.want, "error") {
					t.Fatalf("%v, want %s", err, c.want)
				}
				return
			}
			if got := show(study); got != c.want {
				t.Errorf("trials:\n%swant:\n%s", got, c.want)
			}
			if got := codes(f); !slices.Equal(got, c.codes) {
				t.Errorf("findings %q, want %q: %v", got, c.codes, f.All())
			}
			if study.Name != "my runs" {
				t.Errorf("name %q, want that of the relation", study.Name)
			}
		})
	}
}

// TestDeclaredValues: what the header declares is a choice though no row has it,
// in the declared order; numbers widen the range.
func TestDeclaredValues(t *testing.T) {
	study, f, err := read("@relation r\n@attribute opt {SGD, Adam, RMSprop}\n@attribute b {True, False}\n@attribute n {18, 2, 20}\n@attribute c {None}\n@attribute k {x, y}\n@attribute loss real\n@data\n"+
		"SGD,False,2,None,x,0.5\nAdam,True,18,None,x,0.4\n", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []string{"categorical {SGD, Adam, RMSprop}", "categorical {true, false}", "int [2, 20]", "constant {null}", "categorical {x, y}"} {
		p := &study.Space.Params[i]
		if got := p.Kind.String() + " " + p.Range(); got != want {
			t.Errorf("parameter %s: %s, want %s", p.Name, got, want)
		}
	}
	if n, ok := f.Find("declared-choices", "opt"); !ok || !strings.Contains(n.Message, "1 of the 3") {
		t.Errorf("findings %v, want a note on the value of opt that no row has", f.All())
	}
}

func TestMapping(t *testing.T) {
	text := "@relation r\n@attribute who string\n@attribute n real\n@attribute x real\n@attribute f real\n@data\na,1,3,0.5\na,9,3,0.4\nb,1,4,0.6\n"
	study, _, err := read(text, source.Options{IDColumn: "who", BudgetColumn: "n", Objectives: []string{"f"}, Maximize: []string{"f"}})
	if err != nil {
		t.Fatal(err)
	}
	if got, want := show(study), "x=3 @1 -> [0.5] success\nx=3 @9 -> [0.4] success\nx=4 @1 -> [0.6] success\n"; got != want || !study.Objectives[0].Maximize {
		t.Errorf("trials:\n%swant:\n%s", got, want)
	}
}

func TestDetect(t *testing.T) {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write([]byte(head))
	w.Close()
	for text, want := range map[string]bool{
		head: true, z.String(): true, "\ufeff@Relation x\n": true, "@attribute x real\n": true,
		"% only a comment\n": false, "": false, "a,b\n": false, "@data\n": false,
	} {
		s, err := source.NewFS(fstest.MapFS{"x": {Data: []byte(text)}}, "x")
		if err != nil {
			t.Fatal(err)
		}
		if reason, ok := arff.Detect(s); ok != want || reason == "" {
			t.Errorf("%.20q: %v (%s), want %v", text, ok, reason, want)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(head + "0.1,'a, b',8,0.5\n?,SGD,\"9\",0.25,{2}\n")
	f.Add("@attribute a {x,'y\\'z'}\n@attribute score numeric\n@data\nx\t1\n")
	f.Fuzz(func(t *testing.T, text string) {
		study, _, err := read(text, source.Options{})
		if err == nil {
			if err := study.Validate(); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestPublished reads the random forests of a published study. The numbers by
//
//	zcat kdd2018/random_forest.arff.gz | sed 1,/@DATA/d | python3 -c '
//	import csv, sys; r = list(csv.reader(sys.stdin))
//	print(len(r), len({tuple(x[:10]) for x in r}), len({x[11] for x in r}), sum(float(x[10]) for x in r))'
func TestPublished(t *testing.T) {
	data := os.Getenv("NASALYZE_DATA")
	if data == "" {
		t.Skip("NASALYZE_DATA is not set: it names the folder with published logs")
	}
	s, err := source.New(filepath.Join(data, "kdd2018", "random_forest.arff.gz"), nil)
	if err != nil {
		t.Fatal(err)
	}
	study, err := arff.Read(context.Background(), s, source.Options{Maximize: []string{"predictive_accuracy"}}, new(source.Findings))
	if err != nil {
		t.Fatal(err)
	}
	instances := make(map[string]bool)
	sum := 0.0
	for i := range study.Trials {
		instances[study.Trials[i].Instance] = true
		sum += study.Trials[i].Values[0]
	}
	const trials, configs, tasks, total = 47000, 47000, 94, 40378.66488370614
	if len(study.Trials) != trials || len(study.Configs) != configs || len(instances) != tasks || math.Abs(sum-total) > 1e-9*total {
		t.Errorf("%d trials of %d configurations on %d data sets, sum %v; want %d of %d on %d, %v",
			len(study.Trials), len(study.Configs), len(instances), sum, trials, configs, tasks, total)
	}
	for name, want := range map[string]string{
		"randomforestclassifier__min_samples_leaf":      "int [1, 20]",
		"randomforestclassifier__min_samples_split":     "int [2, 20]",
		"randomforestclassifier__bootstrap":             "categorical {true, false}",
		"randomforestclassifier__max_depth":             "constant {null}",
		"columntransformer__numeric__imputer__strategy": "categorical {median, most_frequent, mean}",
	} {
		p := &study.Space.Params[study.Space.Index(name)]
		if got := p.Kind.String() + " " + p.Range(); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
}
