package nasalyze_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasalyze/nasalyze/ingest"
)

var update = flag.Bool("update", false, "write the outputs in README.md and docs/ anew, and the pictures in docs/images")

// The pages whose console blocks are executed. A line that begins with "$ " is a
// command, what follows it is its standard output; "..." stands for any lines.
var pages = []string{"README.md", "docs/guide.md", "docs/experiment.md"}

var console = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// TestDocs runs every command in the documents, in the order of the pages and
// in one directory, and compares what it prints with what the page says.
func TestDocs(t *testing.T) {
	switch {
	case testing.Short():
		t.Skip("runs whole reports")
	case runtime.GOOS == "windows":
		t.Skip("needs a POSIX shell")
	case runtime.GOARCH != "amd64":
		t.Skip("the outputs were written on amd64; other processors round sums differently")
	}
	bin, dir := t.TempDir(), t.TempDir()
	build := exec.Command("go", "build", "-o", filepath.Join(bin, "nasalyze"), "./cmd/nasalyze")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	commands := 0
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		fresh := console.ReplaceAllFunc(text, func(block []byte) []byte {
			body := strings.TrimPrefix(strings.TrimSuffix(string(block), "```"), "```console\n")
			var out strings.Builder
			for _, part := range strings.SplitAfter("\n"+body, "\n$ ")[1:] {
				part = strings.TrimSuffix(part, "$ ")
				command, said, _ := strings.Cut(part, "\n")
				commands++
				printed := execute(t, page, command, bin, dir)
				if !*update || strings.Contains(said, "\n...\n") || strings.HasPrefix(said, "...\n") {
					if diff := disagree(said, printed); diff != "" {
						t.Errorf("%s: %s prints something else; run go test -run Docs -update . (-page +command):\n%s", page, command, diff)
					}
					printed = said
				}
				out.WriteString("$ " + command + "\n" + printed)
			}
			return []byte("```console\n" + out.String() + "```")
		})
		if *update {
			if err := os.WriteFile(page, fresh, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	if commands < 10 {
		t.Errorf("only %d commands found in %v", commands, pages)
	}
	pictures(t, dir)
}

// execute runs one command line and returns its standard output.
func execute(t *testing.T, page, command, bin, dir string) string {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "PATH="+bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		t.Fatalf("%s: %s: %v\n%s", page, command, err, stderr.String())
	}
	var out strings.Builder
	for line := range strings.Lines(stdout.String()) {
		out.WriteString(strings.TrimRight(line, " \n") + "\n") // no invisible ends of lines in a page
	}
	return out.String()
}

// disagree compares what a page says with what was printed.
func disagree(said, printed string) string {
	var pattern strings.Builder
	pattern.WriteString(`(?s)\A`)
	for line := range strings.Lines(said) {
		if line == "...\n" {
			pattern.WriteString(`.*`)
		} else {
			pattern.WriteString(regexp.QuoteMeta(line))
		}
	}
	pattern.WriteString(`\z`)
	if regexp.MustCompile(pattern.String()).MatchString(printed) {
		return ""
	}
	return cmp.Diff(said, printed)
}

var picture = regexp.MustCompile(`\]\((?:docs/)?images/([^)]+)\)`)

// pictures checks that every picture shown is there and, if it is a figure, that a
// command on the page makes it; -update copies it.
func pictures(t *testing.T, dir string) {
	t.Helper()
	for _, page := range pages {
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range picture.FindAllStringSubmatch(string(text), -1) {
			stored := filepath.Join("docs", "images", m[1])
			made, err := os.ReadFile(filepath.Join(dir, m[1]))
			switch {
			case err != nil && strings.HasSuffix(m[1], ".svg"):
				t.Errorf("%s shows %s, which no command on the pages makes", page, m[1])
			case err == nil && *update:
				if err := os.WriteFile(stored, made, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := os.Stat(stored); err != nil {
				t.Errorf("%s shows a picture that is not there: %v", page, err)
			}
		}
	}
}

var goBlock = regexp.MustCompile("(?ms)^```go\n(.*?)^```$")

// The program in the README is that of the Example, but for the log it opens.
func TestReadmeProgramIsTheExample(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	example, err := os.ReadFile("example_report_test.go")
	if err != nil {
		t.Fatal(err)
	}
	block := goBlock.FindSubmatch(text)
	if block == nil {
		t.Fatal("README.md has no Go program")
	}
	program := strings.Replace(string(block[1]), `ingest.Open(ctx, "path/to/bohb-run",`, `ingest.OpenFS(ctx, digits.Log(), ".",`, 1)
	var indented strings.Builder
	for line := range strings.Lines(program) {
		indented.WriteString("\t" + line)
	}
	if !strings.Contains(string(example), indented.String()) {
		t.Errorf("the program in README.md is not that of example_report_test.go:\n%s", cmp.Diff(indented.String(), string(example)))
	}
}

// The formats that the README lists are those that are read.
func TestReadmeNamesTheFormats(t *testing.T) {
	text, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed, read []string
	for _, m := range regexp.MustCompile("(?m)^\\|[^|]+\\| `([a-z0-9]+)` \\|").FindAllStringSubmatch(string(text), -1) {
		listed = append(listed, m[1])
	}
	for _, f := range ingest.Formats() {
		read = append(read, f.Name)
	}
	slices.Sort(listed)
	slices.Sort(read)
	if diff := cmp.Diff(listed, read); diff != "" {
		t.Errorf("formats (-README.md +ingest.Formats):\n%s", diff)
	}
}
