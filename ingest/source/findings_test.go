package source

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestFindingsCountEverythingAndKeepFew(t *testing.T) {
	var f Findings
	for i := 1; i <= 1000; i++ {
		f.At(Skip, "bad-line", "log", i, "line %d", i)
	}
	f.Note("inferred", "x", "x is %d", 1)
	f.Note("inferred", "y", "y is %d", 2)
	want := []Finding{
		{Severity: Skip, Code: "bad-line", Path: "log", Line: 1, Message: "line 1", Count: 1000,
			More: []Place{{"log", 2, "line 2"}, {"log", 3, "line 3"}, {"log", 4, "line 4"}, {"log", 5, "line 5"}}},
		{Severity: Note, Code: "inferred", Param: "x", Message: "x is 1", Count: 1},
		{Severity: Note, Code: "inferred", Param: "y", Message: "y is 2", Count: 1},
	}
	if d := cmp.Diff(want, f.All()); d != "" {
		t.Errorf("findings (-want +got):\n%s", d)
	}
	if got := f.All()[0].String(); got != "log:1: skipped: line 1 [bad-line, 1000 times]" {
		t.Errorf("text %q", got)
	}
}

func TestFindingsBoundParameters(t *testing.T) {
	var f Findings
	for i := range 10_000 {
		f.Note("unknown-parameter", fmt.Sprintf("p%d", i), "unknown")
	}
	all := f.All()
	if len(all) != maxParams+1 {
		t.Fatalf("%d findings, expected %d", len(all), maxParams+1)
	}
	total := 0
	for _, n := range all {
		total += n.Count
	}
	if total != 10_000 || all[maxParams].Param != "" || all[maxParams].Count != 10_000-maxParams {
		t.Errorf("counted %d in all, %d beyond the bound", total, all[maxParams].Count)
	}
}
