package reports_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/examples/digits"
	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

var update = flag.Bool("update", false, "write docs/report.schema.json anew")

const (
	schemaFile = "../docs/report.schema.json"
	schemaDoc  = "../docs/report-json.md"
	schemaID   = "https://raw.githubusercontent.com/nasalyze/nasalyze/main/docs/report.schema.json"
)

// enums are the texts that a key can have. They are part of the contract: a new
// one is a new schema version.
var enums = map[string][]any{
	"StatusCount.status":      statuses(),
	"Event.status":            statuses(),
	"Param.kind":              {"float", "int", "ordinal", "categorical"},
	"RankStat.method":         {"exact permutation", "t approximation"},
	"RankStat.intervalMethod": {"Fisher z", "bootstrap percentile"},
	"Answer.verdict":          {"yes", "partly", "no", "undecided"},
	"Advice.action":           {"keep", "fix", "undecided"},
	"Config.pick":             {"unknown", "random", "model"},
	"Finding.severity":        {"note", "warning", "skipped"},
	"Method.method":           methods(),
	"Outcome.objective":       {nasalyze.FailureObjective, nasalyze.TimeObjective},
}

func statuses() []any {
	var out []any
	for _, s := range nasalyze.Statuses() {
		out = append(out, s.String())
	}
	return out
}

func methods() []any {
	var out []any
	for _, m := range reports.MethodNames() {
		out = append(out, m)
	}
	return out
}

// generator makes a JSON Schema (draft 2020-12) of the types of an Analysis.
type generator struct {
	defs  map[string]any
	docs  map[string]string // "Type" and "Type.Field"
	enums map[string]bool   // used
}

// schema is the whole document.
func schema(t *testing.T) []byte {
	t.Helper()
	g := &generator{defs: map[string]any{}, docs: comments(t), enums: map[string]bool{}}
	root := g.object(reflect.TypeFor[reports.Analysis]())
	root["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	root["$id"] = schemaID
	root["title"] = "report.json of nasalyze"
	root["$defs"] = g.defs
	root["properties"].(map[string]any)["schema"] = map[string]any{"const": reports.Schema, "description": "The version of this form."}
	for key := range enums {
		if !g.enums[key] {
			t.Errorf("%s has a list of texts, but there is no such key", key)
		}
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf) // sorts the keys of maps
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(root); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// object describes a struct.
func (g *generator) object(typ reflect.Type) map[string]any {
	properties := map[string]any{}
	required := []string{}
	for i := range typ.NumField() {
		f := typ.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		at := typ.Name() + "." + name
		p := g.value(f.Type)
		if list, ok := enums[at]; ok {
			p["enum"] = list
			g.enums[at] = true
		}
		if doc := g.docs[typ.Name()+"."+f.Name]; doc != "" {
			p["description"] = doc
		}
		properties[name] = p
		if options != "omitempty" {
			required = append(required, name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "required": required}
	if doc := g.docs[typ.Name()]; doc != "" {
		out["description"] = doc
	}
	return out
}

// value describes anything. A number that cannot be told is null.
func (g *generator) value(typ reflect.Type) map[string]any {
	switch typ.Kind() {
	case reflect.Float64:
		return map[string]any{"type": []string{"number", "null"}}
	case reflect.Int, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": g.value(typ.Elem())}
	case reflect.Array:
		return map[string]any{"type": "array", "items": g.value(typ.Elem()), "minItems": typ.Len(), "maxItems": typ.Len()}
	case reflect.Pointer: // left out where nil
		return g.value(typ.Elem())
	case reflect.Struct:
		if _, ok := g.defs[typ.Name()]; !ok {
			g.defs[typ.Name()] = nil // in case of a cycle
			g.defs[typ.Name()] = g.object(typ)
		}
		return map[string]any{"$ref": "#/$defs/" + typ.Name()}
	}
	panic(fmt.Sprintf("no schema for %v", typ))
}

var paragraph = regexp.MustCompile(`\s+`)

// comments returns the doc comments of the types of the package and of their fields.
func comments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	var decls []ast.Decl
	for _, file := range files {
		f, err := parser.ParseFile(token.NewFileSet(), file, nil, parser.ParseComments)
		if err != nil {
			t.Fatal(err)
		}
		if f.Name.Name == "reports" {
			decls = append(decls, f.Decls...)
		}
	}
	clean := func(groups ...*ast.CommentGroup) string {
		for _, g := range groups {
			if g != nil {
				return strings.TrimSpace(paragraph.ReplaceAllString(g.Text(), " "))
			}
		}
		return ""
	}
	for _, decl := range decls {
		gen, ok := decl.(*ast.GenDecl)
		if !ok {
			continue
		}
		for _, spec := range gen.Specs {
			ts, ok := spec.(*ast.TypeSpec)
			if !ok {
				continue
			}
			docs[ts.Name.Name] = clean(ts.Doc, gen.Doc)
			if st, ok := ts.Type.(*ast.StructType); ok {
				for _, field := range st.Fields.List {
					for _, name := range field.Names {
						docs[ts.Name.Name+"."+name.Name] = clean(field.Doc, field.Comment)
					}
				}
			}
		}
	}
	return docs
}

// The schema in docs/ is the one that the types say; -update writes it.
func TestSchemaIsUpToDate(t *testing.T) {
	want := schema(t)
	if *update {
		if err := os.WriteFile(schemaFile, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(got), string(want)); diff != "" {
		t.Errorf("%s is stale; run go test ./reports -run Schema -update (-file +types):\n%s", schemaFile, diff)
	}
}

// The words about report.json mention every key.
func TestSchemaDocNamesEveryKey(t *testing.T) {
	text, err := os.ReadFile(schemaDoc)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), reports.Schema) {
		t.Errorf("%s does not name the version %s", schemaDoc, reports.Schema)
	}
	var walk func(node any)
	walk = func(node any) {
		m, ok := node.(map[string]any)
		if !ok {
			return
		}
		if properties, ok := m["properties"].(map[string]any); ok {
			for _, name := range slices.Sorted(maps.Keys(properties)) {
				if !strings.Contains(string(text), "`"+name+"`") && !strings.Contains(string(text), "."+name+"`") {
					t.Errorf("%s does not name the key `%s`", schemaDoc, name)
				}
			}
		}
		for _, def := range m {
			walk(def)
		}
	}
	root := parse(t, schema(t)).(map[string]any)
	walk(root)
	for _, def := range root["$defs"].(map[string]any) {
		walk(def)
	}
}

func parse(t *testing.T, data []byte) any {
	t.Helper()
	var v any
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// checker validates against the part of JSON Schema that the generator uses.
type checker struct {
	root map[string]any
	errs []string
}

func (c *checker) fail(at, format string, args ...any) {
	c.errs = append(c.errs, at+": "+fmt.Sprintf(format, args...))
}

func (c *checker) check(at string, s map[string]any, v any) {
	if ref, ok := s["$ref"].(string); ok {
		s = c.root["$defs"].(map[string]any)[strings.TrimPrefix(ref, "#/$defs/")].(map[string]any)
	}
	if want, ok := s["const"]; ok && v != want {
		c.fail(at, "is %v, expected %v", v, want)
	}
	if list, ok := s["enum"].([]any); ok && !slices.Contains(list, v) {
		c.fail(at, "is %v, expected one of %v", v, list)
	}
	if s["type"] != nil && !c.hasType(s["type"], v) {
		c.fail(at, "is %T, expected %v", v, s["type"])
		return
	}
	switch v := v.(type) {
	case map[string]any:
		properties := s["properties"].(map[string]any)
		for _, key := range s["required"].([]any) {
			if _, ok := v[key.(string)]; !ok {
				c.fail(at, "has no key %s", key)
			}
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			p, ok := properties[key].(map[string]any)
			if !ok {
				c.fail(at, "has the key %s, which the schema does not know", key)
				continue
			}
			c.check(at+"."+key, p, v[key])
		}
	case []any:
		if n, ok := s["minItems"].(float64); ok && float64(len(v)) < n {
			c.fail(at, "has %d items, expected at least %v", len(v), n)
		}
		if n, ok := s["maxItems"].(float64); ok && float64(len(v)) > n {
			c.fail(at, "has %d items, expected at most %v", len(v), n)
		}
		for i := range v {
			c.check(fmt.Sprintf("%s[%d]", at, i), s["items"].(map[string]any), v[i])
		}
	}
}

func (c *checker) hasType(want, v any) bool {
	if list, ok := want.([]any); ok {
		return slices.ContainsFunc(list, func(w any) bool { return c.hasType(w, v) })
	}
	switch v := v.(type) {
	case nil:
		return want == "null"
	case bool:
		return want == "boolean"
	case string:
		return want == "string"
	case float64:
		return want == "number" || want == "integer" && v == math.Trunc(v)
	case []any:
		return want == "array"
	case map[string]any:
		return want == "object"
	}
	return false
}

// validate returns what is wrong with a document.
func validate(t *testing.T, document []byte) []string {
	t.Helper()
	file, err := os.ReadFile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	c := &checker{root: parse(t, file).(map[string]any)}
	c.check("$", c.root, parse(t, document))
	return c.errs
}

func written(t *testing.T, a *reports.Analysis) []byte {
	t.Helper()
	var buf bytes.Buffer
	if err := reports.Write(&buf, a); err != nil {
		t.Fatal(err)
	}
	return buf.Bytes()
}

// Reports of every kind obey the schema: a real log, an invented one with holes,
// one without anything.
func TestReportsObeyTheSchema(t *testing.T) {
	ctx := context.Background()
	study, found, err := ingest.OpenFS(ctx, digits.Log(), ".", ingest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	opt := reports.Options{Forest: forest.Options{Trees: 4, MinLeaf: 5, FeatureFraction: 0.7}, Replicates: 4, Resamples: 100, Version: "test"}
	for _, f := range found {
		opt.Findings = append(opt.Findings, reports.Finding{Severity: f.Severity.String(), Code: f.Code, Path: f.Path, Line: f.Line, Message: f.Message, Count: f.Count})
	}
	a, err := reports.Analyze(ctx, study, opt)
	if err != nil {
		t.Fatal(err)
	}
	for name, a := range map[string]*reports.Analysis{"digits": a, "sample": sample.Analysis(), "small": sample.Small(), "empty": {Schema: reports.Schema}} {
		for _, e := range validate(t, written(t, a)) {
			t.Errorf("%s: %s", name, e)
		}
	}
}

// The checker notices what the schema forbids; else the test above says nothing.
func TestCheckerNotices(t *testing.T) {
	good := string(written(t, sample.Small()))
	if errs := validate(t, []byte(good)); len(errs) > 0 {
		t.Fatal(errs)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"schema": "` + reports.Schema + `"`, `"schema": "nasalyze-report/0"`, "$.schema: is nasalyze-report/0"},
		{`"trials": `, `"runs": `, "has no key trials"},
		{`"verdict": "`, `"verdict": "perhaps`, "$.answers[0].verdict: is perhaps"},
		{`"name": "`, `"name": 1, "x": "`, "$.study.name: is float64, expected string"},
		{`"quartiles": [`, `"quartiles": [0,`, "has 6 items, expected at most 5"},
		{`"seed": `, `"seed": 0.5, "x": `, "$.provenance.seed: is float64, expected integer"},
		{`"maximize": `, `"maximize": null, "x": `, "$.objective.maximize: is <nil>, expected boolean"},
	} {
		bad := strings.Replace(good, c.old, c.new, 1)
		if bad == good {
			t.Fatalf("nothing to replace: %s", c.old)
		}
		if errs := strings.Join(validate(t, []byte(bad)), "\n"); !strings.Contains(errs, c.want) {
			t.Errorf("%s for %s: got %q, expected %q", c.new, c.old, errs, c.want)
		}
	}
}
