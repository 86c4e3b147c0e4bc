//go:build unix

package main

import (
	"bytes"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var fenced = regexp.MustCompile("(?ms)^```([a-z]+)(?: (\\S+))?\n(.*?)^```$")

// docs/search.md is executed from top to bottom, in one directory: blocks that name
// a file are written, commands are run, and what they print must be what the page
// says, where "..." stands for anything.
func TestSearchDocs(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the searches of docs/search.md")
	}
	page, err := os.ReadFile("../../docs/search.md")
	if err != nil {
		t.Fatal(err)
	}
	_, noPython := exec.LookPath("python3")
	t.Chdir(t.TempDir())
	commands := 0
	for _, block := range fenced.FindAllStringSubmatch(string(page), -1) {
		language, file, body := block[1], block[2], block[3]
		if file != "" {
			if err := os.WriteFile(file, []byte(body), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if language != "console" {
			continue
		}
		for _, part := range strings.Split("\n"+body, "\n$ ")[1:] {
			command, said, _ := strings.Cut(part, "\n")
			if strings.Contains(command, "python3") && noPython != nil {
				t.Logf("not run, python3 is not here: %s", command)
				continue
			}
			commands++
			cmd := exec.Command("sh", "-c", command)
			var out, errs bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &errs
			if err := cmd.Run(); err != nil {
				t.Fatalf("%s: %v\n%s", command, err, errs.String())
			}
			// No invisible ends of lines in a page.
			printed := strings.TrimRight(regexp.MustCompile(` +\n`).ReplaceAllString(out.String(), "\n"), "\n")
			said = strings.TrimRight(said, "\n")
			pattern := strings.ReplaceAll(regexp.QuoteMeta(said), `\.\.\.`, `.*`)
			if !regexp.MustCompile(`(?s)\A` + pattern + `\z`).MatchString(printed) {
				t.Errorf("%s prints something else than docs/search.md says:\n%s", command, cmp.Diff(said, printed))
			}
		}
	}
	if commands < 7 {
		t.Errorf("only %d commands found", commands)
	}
}
