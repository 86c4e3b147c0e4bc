package arff

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/examples/digits"
	"github.com/nasalyze/nasalyze/ingest/hpbandster"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// The embedded search goes to ARFF and back with every trial, value and loss.
func TestWriteReadsBack(t *testing.T) {
	var findings source.Findings
	src, err := source.NewFS(digits.Log(), ".")
	if err != nil {
		t.Fatal(err)
	}
	want, err := hpbandster.Read(context.Background(), src, source.Options{}, &findings)
	if err != nil {
		t.Fatal(err)
	}
	want.Name = "it's a 100 % test"
	var buf bytes.Buffer
	if err := Write(&buf, want); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "search.arff")
	if err := os.WriteFile(path, buf.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	file, err := source.New(path, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	got, err := Read(context.Background(), file, source.Options{Space: want.Space}, &findings)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Trials) != len(want.Trials) {
		t.Fatalf("%d trials, expected %d", len(got.Trials), len(want.Trials))
	}
	for i := range want.Trials {
		w, g := &want.Trials[i], &got.Trials[i]
		if g.Budget != w.Budget || g.Status != w.Status || g.Values[0] != w.Values[0] && !want.Failed(w, 0) {
			t.Fatalf("trial %d is %+v, expected %+v", i, g, w)
		}
		a, b := got.Configs[g.Config], want.Configs[w.Config]
		if a.ID != b.ID {
			t.Fatalf("trial %d is of %s, expected %s", i, a.ID, b.ID)
		}
		for j := range b.Values {
			if !a.Values[j].Equal(b.Values[j]) && !(a.Values[j].IsAbsent() && b.Values[j].IsAbsent()) {
				t.Fatalf("configuration %s: %s is %v, expected %v", a.ID, want.Space.Params[j].Name, a.Values[j], b.Values[j])
			}
		}
	}
}

// Every value that is written is one that the header declares: as the choice that it
// is, or after the choices.
func TestWriteDeclaresValues(t *testing.T) {
	p := nasalyze.Param{Name: "x", Kind: nasalyze.Ordinal, Choices: []nasalyze.Value{nasalyze.Number(1), nasalyze.Number(2)}}
	space, err := nasalyze.NewSpace("", []nasalyze.Param{p}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Name: "s", Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	for i, v := range []nasalyze.Value{nasalyze.Integer(1), nasalyze.Number(2), nasalyze.Text("far")} {
		s.Configs = append(s.Configs, nasalyze.Config{ID: string(rune('a' + i)), Values: []nasalyze.Value{v}})
		s.Trials = append(s.Trials, nasalyze.Trial{Config: i, Values: []float64{0}})
	}
	var buf bytes.Buffer
	if err := Write(&buf, s); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"@attribute config.x {1.0,2.0,far}\n", ",1.0,", ",2.0,", ",far,"} {
		if !strings.Contains(buf.String(), want) {
			t.Errorf("no %q in\n%s", want, buf.String())
		}
	}
}
