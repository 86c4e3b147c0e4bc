package arff_test

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/sjwhitworth/golearn/base"
	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/arff"
	"github.com/nasalyze/nasalyze/ingest/source"
)

func genStudy(t *rapid.T) *nasalyze.Study {
	// Choices of golearn's ARFF have no spaces and quotes.
	space, err := nasalyze.NewSpace("", []nasalyze.Param{
		{Name: "lr", Kind: nasalyze.Float, Lower: 1e-8, Upper: 1, Log: true},
		{Name: "opt", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("Adam"), nasalyze.Text("SGD"), nasalyze.Null(), nasalyze.Integer(1)}},
		{Name: "units", Kind: nasalyze.Int, Lower: 1, Upper: 512},
		{Name: "fixed", Kind: nasalyze.Constant, Choices: []nasalyze.Value{nasalyze.Integer(3)}},
		{Name: "size", Kind: nasalyze.Ordinal, Choices: []nasalyze.Value{nasalyze.Bool(false), nasalyze.Number(2), nasalyze.Text("large")}},
		{Name: "momentum", Kind: nasalyze.Float, Lower: 0, Upper: 1},
		{Name: "nesterov", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Bool(true), nasalyze.Bool(false)}},
	}, []nasalyze.Condition{
		{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "opt", Values: []nasalyze.Value{nasalyze.Text("SGD")}}},
		{Child: "nesterov", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "opt", Values: []nasalyze.Value{nasalyze.Text("SGD")}}},
	}, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Name: "r", Space: space, Objectives: []nasalyze.Objective{{Name: "loss"},
		{Name: "accuracy", Maximize: true}}}
	for i := range rapid.IntRange(1, 8).Draw(t, "configurations") {
		u := make([]float64, len(space.Params))
		for j := range u {
			u[j] = rapid.Float64Range(0, 1).Draw(t, "u") * float64(max(space.Params[j].Levels(), 1))
		}
		u[0] = (u[0] + float64(i)) / 10 // no two are equal
		s.Configs = append(s.Configs, nasalyze.Config{ID: fmt.Sprint(i), Values: space.Decode(u)})
		s.Trials = append(s.Trials, nasalyze.Trial{Config: i, Budget: 9,
			Values: []float64{rapid.Float64Range(-1e6, 1e6).Draw(t, "loss"), rapid.Float64Range(1e-6, 1).Draw(t, "accuracy")}})
	}
	return s
}

// checkGrid compares what a grid says with the configurations and values that it was made of.
func checkGrid(t *rapid.T, grid base.FixedDataGrid, s *nasalyze.Study, objective int) {
	name := s.Objectives[objective].Name
	got, findings, err := arff.FromGrid(grid, "r", source.Options{Space: s.Space, Objectives: []string{name}})
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		if f.Severity >= source.Warn && f.Code != "direction-guess" && f.Param != "fixed" { // the constant has no column
			t.Errorf("finding %v", f)
		}
	}
	if len(got.Trials) != len(s.Trials) {
		t.Fatalf("%d trials, want %d", len(got.Trials), len(s.Trials))
	}
	for i, r := range got.Trials {
		if want := s.Trials[i].Values[objective]; r.Values[0] != want {
			t.Errorf("row %d: objective %v, want %v", i, r.Values[0], want)
		}
		for j, v := range got.Configs[r.Config].Values {
			want := s.Configs[i].Values[j]
			if s.Space.Params[j].Name == "fixed" {
				continue
			}
			if v.IsAbsent() != want.IsAbsent() || !v.IsAbsent() && !v.Equal(want) {
				t.Errorf("row %d: %s is %v, want %v", i, s.Space.Params[j].Name, v, want)
			}
		}
	}
}

func TestGridRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genStudy(t)
		objective := rapid.IntRange(0, 1).Draw(t, "objective")
		grid, err := arff.ToGrid(s, 9, objective, nasalyze.TableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		class := grid.AllClassAttributes()
		if len(class) != 1 || class[0].GetName() != s.Objectives[objective].Name {
			t.Fatalf("class attributes %v, want the objective", class)
		}
		if columns, rows := grid.Size(); columns != 7 || rows != len(s.Configs) {
			t.Fatalf("%d attributes of %d rows, want 7 of %d: 6 parameters that vary and the objective", columns, rows, len(s.Configs))
		}
		// Numbers in natural units, by golearn's own accessor.
		floats := base.ResolveAttributes(grid, base.NonClassFloatAttributes(grid))
		if len(floats) != 3 {
			t.Fatalf("%d float attributes besides the class, want 3", len(floats))
		}
		for i := range s.Configs {
			want, _ := s.Configs[i].Values[0].Float()
			if got := base.UnpackBytesToFloat(grid.Get(floats[0], i)); got != want {
				t.Fatalf("row %d: lr %v, want %v", i, got, want)
			}
		}
		checkGrid(t, grid, s, objective)
	})
}

// TestGolearnWritesAndReads sends a grid through golearn's own ARFF writer and
// reader, and its CSV writer and reader, and through our ARFF reader.
func TestGolearnWritesAndReads(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		s := genStudy(t)
		for i := range s.Configs { // golearn's ARFF has no missing number
			for _, j := range []int{5, 6} {
				if s.Configs[i].Values[j].IsAbsent() {
					s.Configs[i].Values[1] = nasalyze.Text("SGD")
					s.Configs[i].Values[j] = s.Space.Params[j].Decode(0.3)
				}
			}
		}
		grid, err := arff.ToGrid(s, 9, 0, nasalyze.TableOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var text bytes.Buffer
		if err := base.SerializeInstancesToWriterDenseARFFWithAttributes(&text, grid, grid.AllAttributes(), "r"); err != nil {
			t.Fatal(err)
		}
		study, _, err := read(text.String(), source.Options{Space: s.Space, Objectives: []string{"loss"}})
		if err != nil {
			t.Fatalf("%v\n%s", err, text.Bytes())
		}
		for i, r := range study.Trials {
			for j, v := range study.Configs[r.Config].Values {
				if want := s.Configs[i].Values[j]; s.Space.Params[j].Varies() && !v.Equal(want) {
					t.Fatalf("row %d: %s is %v, want %v\n%s", i, s.Space.Params[j].Name, v, want, text.Bytes())
				}
			}
			if r.Values[0] != s.Trials[i].Values[0] {
				t.Fatalf("row %d: loss %v, want %v\n%s", i, r.Values[0], s.Trials[i].Values[0], text.Bytes())
			}
		}
		name := filepath.Join(dir, "grid.arff")
		if err := os.WriteFile(name, text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		again, err := base.ParseDenseARFFToInstances(name)
		if err != nil {
			t.Fatal(err)
		}
		checkGrid(t, again, s, 0)
	})
}

// TestGolearnCSV reads a CSV file through golearn and directly: both must agree.
func TestGolearnCSV(t *testing.T) {
	name := filepath.Join(t.TempDir(), "runs.csv")
	if err := os.WriteFile(name, []byte("epochs,lr,opt,loss\n1,0.1,Adam,0.5\n3,0.1,Adam,0.4\n1,0.02,SGD,0.75\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	grid, err := base.ParseCSVToInstances(name, true) // the last column is the class
	if err != nil {
		t.Fatal(err)
	}
	study, _, err := arff.FromGrid(grid, "r", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	want := "lr=0.1 opt=Adam @1 -> [0.5] success\nlr=0.1 opt=Adam @3 -> [0.4] success\nlr=0.02 opt=SGD @1 -> [0.75] success\n"
	if got := show(study); got != want {
		t.Errorf("trials:\n%swant:\n%s", got, want)
	}
	if len(study.Configs) != 2 || study.BudgetName != "epochs" {
		t.Errorf("%d configurations, budget %q; want 2, epochs", len(study.Configs), study.BudgetName)
	}
}

func TestFromGridBinaryAndErrors(t *testing.T) {
	grid := base.NewDenseInstances()
	flag, y := base.NewBinaryAttribute("flag"), base.NewFloatAttribute("out")
	flagSpec, ySpec := grid.AddAttribute(flag), grid.AddAttribute(y)
	if err := grid.AddClassAttribute(y); err != nil {
		t.Fatal(err)
	}
	grid.Extend(3)
	for i, on := range []byte{1, 0, 1} {
		grid.Set(flagSpec, i, []byte{on})
		grid.Set(ySpec, i, base.PackFloatToBytes([]float64{1, 2, math.NaN()}[i]))
	}
	study, _, err := arff.FromGrid(grid, "r", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	// The class is the objective though its name does not suggest one.
	if got, want := show(study), "flag=true @0 -> [1] success\nflag=false @0 -> [2] success\nflag=true @0 -> [NaN] diverged\n"; got != want {
		t.Errorf("trials:\n%swant:\n%s", got, want)
	}

	words := base.NewDenseInstances()
	a := base.NewCategoricalAttribute()
	a.SetName("class")
	words.AddAttribute(base.NewFloatAttribute("x"))
	aSpec := words.AddAttribute(a)
	words.AddClassAttribute(a)
	words.Extend(1)
	if _, _, err := arff.FromGrid(words, "r", source.Options{}); err == nil || !strings.Contains(err.Error(), `class attribute "class"`) {
		t.Errorf("a class of words: %v", err)
	}
	words.Set(aSpec, 0, base.PackU64ToBytes(7))
	if _, _, err := arff.FromGrid(words, "r", source.Options{Objectives: []string{"x"}}); err == nil || !strings.Contains(err.Error(), "no column is left") && !strings.Contains(err.Error(), "level 7") {
		t.Errorf("an index without a level: %v", err)
	}
}

func TestToGridErrors(t *testing.T) {
	make := func(choices ...nasalyze.Value) *nasalyze.Study {
		s, err := nasalyze.NewSpace("", []nasalyze.Param{{Name: "x", Kind: nasalyze.Categorical, Choices: choices}}, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		return &nasalyze.Study{Space: s, Objectives: []nasalyze.Objective{{Name: "loss"}, {Name: "x"}},
			Configs: []nasalyze.Config{{ID: "a", Values: choices[:1]}}, Trials: []nasalyze.Trial{{Budget: 1, Values: []float64{1, 2}}}}
	}
	good := make(nasalyze.Text("a"), nasalyze.Text("b"))
	for _, c := range []struct {
		study     *nasalyze.Study
		budget    float64
		objective int
		want      string
	}{
		{good, 3, 0, "no usable trial at budget 3"},
		{good, 1, 9, "objective 9"},
		{good, 1, 1, `parameter "x" has the name of the objective`},
		{make(nasalyze.Text("1"), nasalyze.Integer(1)), 1, 0, `two choices are both written "1"`},
		{make(nasalyze.Text("?"), nasalyze.Integer(1)), 1, 0, `stands for a missing value`},
		{make(nasalyze.Text(""), nasalyze.Integer(1)), 1, 0, `stands for a missing value`},
	} {
		if _, err := arff.ToGrid(c.study, c.budget, c.objective, nasalyze.TableOptions{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	if _, err := arff.ToGrid(good, 1, 0, nasalyze.TableOptions{}); err != nil {
		t.Error(err)
	}
}

func Example() {
	text := "@relation demo\n@attribute epochs integer\n@attribute lr real\n@attribute opt {Adam, SGD}\n@attribute loss real\n@data\n1,0.1,Adam,0.5\n3,0.1,Adam,0.4\n3,0.02,SGD,0.3\n"
	study, _, err := read(text, source.Options{})
	if err != nil {
		panic(err)
	}
	grid, err := arff.ToGrid(study, 3, 0, nasalyze.TableOptions{})
	if err != nil {
		panic(err)
	}
	if err := base.SerializeInstancesToWriterDenseARFFWithAttributes(os.Stdout, grid, grid.AllAttributes(), "epoch3"); err != nil {
		panic(err)
	}
	// Output:
	// @relation epoch3
	//
	// @attribute lr real
	// @attribute loss real
	// @attribute opt {Adam, SGD}
	//
	// @data
	// 0.10,0.4,Adam
	// 0.02,0.3,SGD
}
