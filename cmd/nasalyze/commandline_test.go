package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestCommandLine: the line says what was typed, and a shell that takes it apart hands over words that mean the same.
func TestCommandLine(t *testing.T) {
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "nasalyze report"},
		{[]string{"a.csv", "-o", "out", "--workers", "1", "--seed=7"}, "nasalyze report a.csv --seed 7"},
		{[]string{"it's.csv", "--objective", "val loss", "--min-leaf", "2", "b"}, `nasalyze report 'it'\''s.csv' b --min-leaf 2 --objective 'val loss'`},
		{[]string{"--seed", "7", "--", "-x.csv", "-"}, "nasalyze report ./-x.csv - --seed 7"},
		{[]string{"--only", "importance", "--only", "marginals", "--compare", "--tree-means=true", "--replicates=-1"},
			"nasalyze report --compare --only importance,marginals --replicates -1 --tree-means"},
		{[]string{"--maximize", `"a,b",c`, "--space", "", "--compare=false"}, `nasalyze report --compare=false --maximize '"a,b",c' --space ''`},
	} {
		got := commandOf(t, c.args)
		if got != c.want {
			t.Errorf("%q is written\n%s, want\n%s", c.args, got, c.want)
		}
		if _, err := exec.LookPath("sh"); err != nil {
			t.Skip(err)
		}
		words, err := exec.Command("sh", "-c", strings.Replace(got, "nasalyze report", `printf '%s\n'`, 1)).Output()
		if err != nil {
			t.Fatal(err)
		}
		again := strings.Split(strings.TrimSuffix(string(words), "\n"), "\n")
		again = slices.DeleteFunc(again, func(w string) bool { return len(c.args) == 0 })
		if diff := cmp.Diff(got, commandOf(t, again)); diff != "" {
			t.Errorf("typed again (-first +again):\n%s", diff)
		}
	}
}

// commandOf is the line of a report with these arguments.
func commandOf(t *testing.T, args []string) string {
	t.Helper()
	root := newRoot(&streams{})
	cmd, rest, err := root.Find(append([]string{"report"}, args...))
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.ParseFlags(rest); err != nil {
		t.Fatal(err)
	}
	return commandLine(cmd, cmd.Flags().Args())
}
