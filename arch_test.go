package nasalyze_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/nasalyze/nasalyze"

// direction says what the code of a package may import of this module. A pattern
// that ends in /... stands for a package and everything below it; the first
// pattern that matches a package decides. "." is the module root.
var direction = []struct {
	packages string
	mayUse   []string
}{
	{".", nil},
	{"internal/pieces", nil},
	{"internal/radix", nil},
	{"forest", []string{"internal/radix"}},
	{"fanova", []string{"forest", "internal/pieces"}},
	{"correlation", []string{"internal/pieces", "internal/radix"}},
	{"importance", []string{"forest", "fanova", "correlation", "internal/pieces"}},
	{"bohb", []string{"."}},
	{"bohb/...", []string{".", "bohb/..."}},
	{"trainer", []string{"."}},
	{"trainer/data", nil},
	{"trainer/augment", nil},
	{"trainer/network", []string{"trainer"}},
	{"trainer/engine", nil},
	{"trainer/run", []string{"trainer/..."}},
	{"cmd/nasalyze-train", []string{".", "trainer/...", "ingest/configspace", "ingest/source"}},
	{"ingest/...", []string{".", "ingest/..."}},
	{"reports/figure/internal/...", nil},
	{"reports/figure/...", []string{"reports", "reports/figure/internal/..."}},
	{"reports/html", []string{"reports"}},
	{"reports/latex", []string{"reports"}},
	{"reports/internal/sample", []string{"reports"}},
	{"reports", []string{".", "forest", "fanova", "correlation", "importance"}},
	{"examples/...", nil},
	{"cmd/...", []string{".", "forest", "fanova", "correlation", "importance", "bohb/...", "ingest/...", "reports/...", "examples/...", "trainer"}},
	{"bench/...", []string{".", "forest", "fanova", "correlation", "importance", "bohb/...", "ingest/...", "reports/...", "examples/...", "bench/..."}},
}

// inTests is what tests may use beside that: a log to work on, and analyses to draw.
var inTests = map[string][]string{
	".":              {"forest", "fanova", "correlation", "ingest/...", "reports", "examples/..."},
	"examples/...":   {"ingest/...", "."},
	"bohb/...":       {"ingest/..."},
	"ingest/arff":    {"examples/..."},
	"reports":        {"ingest/...", "examples/...", "reports/internal/sample"},
	"reports/html":   {"reports/internal/sample", "reports/figure", "ingest/...", "examples/..."},
	"reports/latex":  {"reports/internal/sample"},
	"reports/figure": {"reports/internal/sample", "ingest/...", "examples/..."},
}

// outside says where a dependency is used, so that each can be replaced at one place.
// Packages without a line use the standard library only.
var outside = []struct {
	dependency string
	by         []string
}{
	{"gonum.org/v1/plot", []string{"reports/figure/..."}},
	{"gonum.org/v1/gonum", []string{"bohb", "correlation", "reports"}},
	{"codeberg.org/go-pdf/fpdf", []string{"reports/figure/internal/..."}},
	{"codeberg.org/go-fonts/liberation", []string{"reports/figure/internal/..."}},
	{"golang.org/x/image", []string{"reports/figure/internal/..."}},
	{"github.com/go-json-experiment/json", []string{"reports"}},
	{"github.com/sjwhitworth/golearn", []string{"ingest/arff"}},
	{"go.yaml.in/yaml/v4", []string{"ingest/yamlspace"}},
	{"github.com/gomlx", []string{"trainer/network", "trainer/engine"}},
	{"github.com/spf13", []string{"cmd/..."}},
	{"github.com/vbauerster/mpb", []string{"cmd/..."}},
	{"golang.org/x/term", []string{"cmd/..."}},
}

// testsOnly are dependencies that no command and no library contains.
var testsOnly = []string{
	"github.com/google/go-cmp", "pgregory.net/rapid", "github.com/rogpeppe/go-internal",
	"github.com/chromedp", "go.uber.org/goleak", "github.com/sjwhitworth/golearn", "gonum.org/v1/gonum", "golang.org/x/image",
}

// imported is one import of one file.
type imported struct {
	pkg, file, path string
	test            bool
}

// imports parses the import clauses of all Go files of the module.
func imports(t *testing.T) (packages []string, all []imported) {
	t.Helper()
	err := filepath.WalkDir(".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if entry.IsDir() {
			base := entry.Name()
			if base == "testdata" || base == "node_modules" || name != "." && (base[0] == '.' || base[0] == '_') {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(name, ".go") {
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		pkg := path.Dir(filepath.ToSlash(name))
		if !slices.Contains(packages, pkg) {
			packages = append(packages, pkg)
		}
		for _, spec := range f.Imports {
			p, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			all = append(all, imported{pkg, filepath.ToSlash(name), p, strings.HasSuffix(name, "_test.go")})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(packages) < 10 {
		t.Fatalf("found the packages %v only; is this the root of the module?", packages)
	}
	return packages, all
}

// matches reports whether a pattern of the tables above covers a package.
func matches(pattern, pkg string) bool {
	if root, ok := strings.CutSuffix(pattern, "/..."); ok {
		return pkg == root || strings.HasPrefix(pkg, root+"/")
	}
	return pkg == pattern
}

func anyMatches(patterns []string, pkg string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return matches(p, pkg) })
}

// within returns the package of this module that an import path names.
func within(importPath string) (string, bool) {
	if importPath == module {
		return ".", true
	}
	return strings.CutPrefix(importPath, module+"/")
}

// Imports point one way: numerics know no domain, formats know no statistic,
// drawings do not know each other, and nothing knows the command.
func TestImportsPointOneWay(t *testing.T) {
	packages, all := imports(t)
	rule := func(pkg string) int {
		for i := range direction {
			if matches(direction[i].packages, pkg) {
				return i
			}
		}
		return -1
	}
	for _, pkg := range packages {
		if rule(pkg) < 0 {
			t.Errorf("package %s has no place in the house: add it to the table in arch_test.go and to ARCHITECTURE.md", pkg)
		}
	}
	for _, imp := range all {
		target, ok := within(imp.path)
		i := rule(imp.pkg)
		if !ok || i < 0 || target == imp.pkg {
			continue
		}
		allowed := anyMatches(direction[i].mayUse, target)
		if imp.test {
			for pattern, more := range inTests {
				allowed = allowed || matches(pattern, imp.pkg) && anyMatches(more, target)
			}
		}
		if !allowed {
			t.Errorf("%s imports %s, but package %s may import of this module only %v", imp.file, target, imp.pkg, direction[i].mayUse)
		}
	}
}

// A dependency is used where the table says, and nowhere else.
func TestDependenciesStayWhereTheyBelong(t *testing.T) {
	_, all := imports(t)
	for _, imp := range all {
		first, _, _ := strings.Cut(imp.path, "/")
		if _, own := within(imp.path); own || !strings.Contains(first, ".") {
			continue
		}
		under := func(dependency string) bool {
			return imp.path == dependency || strings.HasPrefix(imp.path, dependency+"/")
		}
		if imp.test && slices.ContainsFunc(testsOnly, under) {
			continue
		}
		allowed := false
		for _, o := range outside {
			allowed = allowed || under(o.dependency) && anyMatches(o.by, imp.pkg)
		}
		if !allowed {
			t.Errorf("%s imports %s, which package %s may not use: see the tables in arch_test.go", imp.file, imp.path, imp.pkg)
		}
	}
}

// Every package has a line in ARCHITECTURE.md.
func TestArchitectureNamesEveryPackage(t *testing.T) {
	text, err := os.ReadFile("ARCHITECTURE.md")
	if err != nil {
		t.Fatal(err)
	}
	packages, _ := imports(t)
	for _, pkg := range packages {
		if !strings.Contains(string(text), "`"+pkg+"`") && pkg != "." {
			t.Errorf("ARCHITECTURE.md does not name the package `%s`", pkg)
		}
	}
}
