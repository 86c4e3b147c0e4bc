package table_test

import (
	"context"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/table"
)

const trials = "config_id,budget,status,seed,metric:acc [0.0; 1.0] (maximize),opt,n,lr,d,k,start_time,end_time,host\n" +
	"1,3.5,success,7,0.5,True,8,0.01,low,c,0.0,1.5,n1\n2,3.5,CRASHED,7,,a,9,0.1,high,c,1.5,2.0,n1\n"

const spaceHeader = "name,type,log,lower,upper,default,distribution,item_0,item_1,item_10,item_2,ordered,distribution_mu,distribution_sigma,distribution_alpha,distribution_beta\n"

func readDataFrame(spaceRows string, name string) (*nasalyze.Study, error) {
	s, err := source.NewFS(fstest.MapFS{
		"run/trials.csv":      {Data: []byte(trials)},
		"run/configspace.csv": {Data: []byte(spaceHeader + spaceRows)},
	}, name)
	if err != nil {
		return nil, err
	}
	return table.ReadDataFrame(context.Background(), s, source.Options{}, new(source.Findings))
}

func TestDataFrame(t *testing.T) {
	const rows = "opt,categorical,,,,a,,a,True,c,b,,,,,\n" +
		"n,integer,False,1,64,8.0,uniform,,,,,,,,,\n" +
		"lr,float,True,1e-4,1,0.01,normal,,,,,,0.01,2,,\n" +
		"d,categorical,,,,,,low,high,,,True,,,,\n" +
		"k,constant,,,,c,,,,,,,,,,\n"
	for _, name := range []string{"run", "run/trials.csv"} {
		study, err := readDataFrame(rows, name)
		if err != nil {
			t.Fatal(err)
		}
		want := []nasalyze.Param{
			{Name: "opt", Kind: nasalyze.Categorical, Default: nasalyze.Text("a"),
				Choices: []nasalyze.Value{nasalyze.Text("a"), nasalyze.Bool(true), nasalyze.Text("b"), nasalyze.Text("c")}},
			{Name: "n", Kind: nasalyze.Int, Lower: 1, Upper: 64, Default: nasalyze.Integer(8)},
			{Name: "lr", Kind: nasalyze.Float, Lower: 1e-4, Upper: 1, Log: true, Default: nasalyze.Number(0.01), Prior: &nasalyze.Prior{Name: "normal", A: 0.01, B: 2}},
			{Name: "d", Kind: nasalyze.Ordinal, Choices: []nasalyze.Value{nasalyze.Text("low"), nasalyze.Text("high")}},
			{Name: "k", Kind: nasalyze.Constant, Choices: []nasalyze.Value{nasalyze.Text("c")}, Default: nasalyze.Text("c")},
		}
		if d := diff(want, study.Space.Params); d != "" {
			t.Errorf("space (-want +got):\n%s", d)
		}
		if d := diff([]nasalyze.Objective{{Name: "acc", Maximize: true, Lower: 0, Upper: 1}}, study.Objectives); d != "" {
			t.Errorf("objectives (-want +got):\n%s", d)
		}
		if got, want := show(study), "1 opt=True n=8 lr=0.01 d=low k=c @3.5 seed 7 -> [0.5] success\n2 opt=a n=9 lr=0.1 d=high k=c @3.5 seed 7 -> [NaN] crashed\n"; got != want {
			t.Errorf("trials:\n%swant:\n%s", got, want)
		}
		if got := study.Trials[0].Duration(); got != 1.5 || !math.IsNaN(study.Trials[0].Submitted) {
			t.Errorf("duration %v, want 1.5", got)
		}
	}
}

func TestDataFrameErrors(t *testing.T) {
	for row, want := range map[string]string{
		"":                                     "configspace.csv: no parameter",
		",float,False,0,1,,,,,,,,,,,\n":        "configspace.csv:2: a parameter without a name",
		"x,real,False,0,1,,,,,,,,,,,\n":        `configspace.csv:2: parameter "x": type "real", expected float, integer or categorical`,
		"x,float,False,low,1,,,,,,,,,,,\n":     `configspace.csv:2: parameter "x": lower is "low", expected a number`,
		"x,float,True,0,1,,,,,,,,,,,\n":        `configspace.csv:2: parameter "x": lower bound 0 of a log scale`,
		"x,float,False,0,1,7,,,,,,,,,,\n":      `configspace.csv:2: default: parameter "x": value 7 is outside [0, 1]`,
		"x,float,False,0,1,,cauchy,,,,,,,,,\n": `distribution "cauchy", expected uniform, normal or beta`,
		"x,float,False,0,1,,normal,,,,,,,,,\n": `distribution_mu is "", expected a number`,
		"x,categorical,,,,,,,,,,,,,,\n":        `needs at least one choice`,
	} {
		if _, err := readDataFrame(row, "run"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: error %v, want one with %q", row, err, want)
		}
	}
}

func TestDetectDataFrame(t *testing.T) {
	files := fstest.MapFS{"run/trials.csv": {}, "run/configspace.csv": {}, "other/trials.csv": {}}
	for name, want := range map[string]bool{"run": true, "run/trials.csv": true, "run/configspace.csv": false, "other": false, "other/trials.csv": false} {
		s, err := source.NewFS(files, name)
		if err != nil {
			t.Fatal(err)
		}
		if reason, ok := table.DetectDataFrame(s); ok != want || reason == "" {
			t.Errorf("%s: %v (%s), want %v", name, ok, reason, want)
		}
	}
}

func FuzzReadDataFrame(f *testing.F) {
	f.Add(trials, spaceHeader+"opt,categorical,,,,a,,a,True,c,b,,,,,\nn,integer,False,1,64,8.0,uniform,,,,,,,,,\n")
	f.Add("config_id,budget,metric:a (minimize),x\n1,1,NaN,2\n", spaceHeader+"x,float,True,1e-4,1,0.01,beta,,,,,,,,2,3\n")
	f.Fuzz(func(t *testing.T, trials, space string) {
		s, err := source.NewFS(fstest.MapFS{"run/trials.csv": {Data: []byte(trials)}, "run/configspace.csv": {Data: []byte(space)}}, "run")
		if err != nil {
			t.Fatal(err)
		}
		study, err := table.ReadDataFrame(context.Background(), s, source.Options{}, new(source.Findings))
		if err != nil {
			return
		}
		if err := study.Validate(); err != nil {
			t.Fatal(err)
		}
		for _, b := range study.Budgets() {
			if _, err := study.At(b, 0, nasalyze.TableOptions{}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
