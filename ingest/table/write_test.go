package table_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/table"
)

// genStudy draws a study of what a table can say: text that does not read as
// another choice, a trial for each configuration in their order, no info.
func genStudy(t *rapid.T) *nasalyze.Study {
	space, err := nasalyze.NewSpace("", []nasalyze.Param{
		{Name: "lr", Kind: nasalyze.Float, Lower: 1e-8, Upper: 1, Log: true},
		{Name: "units, hidden", Kind: nasalyze.Int, Lower: 1, Upper: 512},
		{Name: "opt\"", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("a,b;c\td"), nasalyze.Text("x\n\"y\""), nasalyze.Null(), nasalyze.Bool(true), nasalyze.Text("1")}},
		{Name: "size", Kind: nasalyze.Ordinal, Choices: []nasalyze.Value{nasalyze.Integer(1), nasalyze.Number(2.5), nasalyze.Text("nan")}},
		{Name: "momentum", Kind: nasalyze.Float, Lower: 0, Upper: 1},
	}, []nasalyze.Condition{{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "opt\"", Values: []nasalyze.Value{nasalyze.Bool(true)}}}}, nil)
	if err != nil {
		t.Fatal(err)
	}
	bound := func(label string) float64 {
		return rapid.SampledFrom([]float64{math.NaN(), math.Inf(-1), math.Inf(1), 0, 1, 0.1, 1e-9}).Draw(t, label)
	}
	s := &nasalyze.Study{Name: "runs", Space: space, BudgetName: "budget", Objectives: []nasalyze.Objective{
		{Name: "loss", Lower: bound("lower"), Upper: bound("upper")},
		{Name: "acc [%]; (top, 5)", Maximize: true, Lower: bound("lower"), Upper: bound("upper")}}}
	clock := rapid.OneOf(rapid.Float64Range(0, 2e9), rapid.Just(math.NaN()))
	seeded := rapid.Bool().Draw(t, "seeded")
	for i := range rapid.IntRange(1, 5).Draw(t, "configurations") {
		u := make([]float64, len(space.Params))
		for j := range u {
			u[j] = rapid.Float64Range(0, 1).Draw(t, "u") * float64(max(space.Params[j].Levels(), 1))
		}
		s.Configs = append(s.Configs, nasalyze.Config{ID: fmt.Sprintf("%d,0 %d", i, i), Values: space.Decode(u),
			Pick: nasalyze.Pick(rapid.IntRange(0, 2).Draw(t, "pick")), Origin: rapid.SampledFrom([]string{"", "Sobol, 2"}).Draw(t, "origin")})
		for k := range rapid.IntRange(1, 3).Draw(t, "trials") {
			r := nasalyze.Trial{Config: i, Budget: rapid.SampledFrom([]float64{1, 1.0 / 3, 1e-12, 1e25}).Draw(t, "budget"),
				HasSeed: seeded, Instance: rapid.SampledFrom([]string{"", "a\"b"}).Draw(t, "instance"),
				Status:    rapid.SampledFrom(nasalyze.Statuses()).Draw(t, "status"),
				Submitted: clock.Draw(t, "submitted"), Started: clock.Draw(t, "started"), Finished: clock.Draw(t, "finished")}
			if seeded {
				r.Seed = int64(k) // the last trial of one seed would count
			}
			for range s.Objectives {
				r.Values = append(r.Values, rapid.OneOf(rapid.Float64(), rapid.SampledFrom([]float64{math.NaN(), math.Inf(1), math.Inf(-1)})).Draw(t, "value"))
			}
			s.Trials = append(s.Trials, r)
		}
	}
	return s
}

func TestWriteReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := genStudy(t)
		delimiter := rapid.SampledFrom([]rune{',', ';', '\t'}).Draw(t, "delimiter")
		var text bytes.Buffer
		if err := table.Write(&text, want, delimiter); err != nil {
			t.Fatal(err)
		}
		got, _, err := readFiles(fstest.MapFS{"runs.csv": {Data: text.Bytes()}}, "runs.csv", source.Options{Space: want.Space})
		if err != nil {
			t.Fatalf("%v\n%s", err, text.Bytes())
		}
		if d := cmp.Diff(want, got, cmp.Comparer(nasalyze.Value.Equal), cmpopts.IgnoreUnexported(nasalyze.Space{}),
			cmpopts.EquateNaNs(), cmpopts.EquateEmpty()); d != "" {
			t.Fatalf("study changed (-written +read):\n%s\n%s", d, text.Bytes())
		}
	})
}

type failingWriter struct{ left int }

func (w *failingWriter) Write(p []byte) (int, error) {
	if w.left -= len(p); w.left < 0 {
		return 0, io.ErrClosedPipe
	}
	return len(p), nil
}

func TestWriteErrors(t *testing.T) {
	study, _, err := readText("x,loss\n1,0.5\n2,0.25\n", source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := table.Write(&failingWriter{10}, study, ','); !errors.Is(err, io.ErrClosedPipe) {
		t.Errorf("error %v of the writer is lost", err)
	}
	if err := table.Write(io.Discard, study, '|'); err == nil || !strings.Contains(err.Error(), "delimiter") {
		t.Errorf("delimiter |: %v", err)
	}
	if err := table.Write(io.Discard, &nasalyze.Study{}, ','); err == nil {
		t.Error("a study without a space was written")
	}
}
