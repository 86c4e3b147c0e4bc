package spacefile

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

const (
	jsonSpace = `{"hyperparameters": [{"name": "j", "type": "uniform_float", "lower": 0, "upper": 1}]}`
	pcsSpace  = "{p=0.5}\np real [0, 1] [0.5]\n" // begins with a brace as JSON does
)

func beside(t *testing.T, opt source.Options, files map[string]string) (*nasalyze.Space, string, *source.Findings) {
	t.Helper()
	fsys := fstest.MapFS{"run/log": {Data: []byte("x")}}
	for name, text := range files {
		fsys["run/"+name] = &fstest.MapFile{Data: []byte(text)}
	}
	s, err := source.NewFS(fsys, "run/log")
	if err != nil {
		t.Fatal(err)
	}
	var findings source.Findings
	space, path := Beside(s, opt, &findings)
	return space, path, &findings
}

func TestWhichFileIsTaken(t *testing.T) {
	for _, c := range []struct {
		files       map[string]string
		param, path string
	}{
		{map[string]string{"configspace.json": jsonSpace, "configspace.pcs": pcsSpace}, "j", "run/configspace.json"},
		{map[string]string{"configspace.pcs": pcsSpace}, "p", "run/configspace.pcs"},
		{map[string]string{"configspace.json": pcsSpace}, "p", "run/configspace.json"}, // content decides
		{map[string]string{"configspace.json": "{", "configspace.pcs": pcsSpace}, "p", "run/configspace.pcs"},
	} {
		space, path, findings := beside(t, source.Options{}, c.files)
		if space == nil || space.Params[0].Name != c.param || path != c.path {
			t.Errorf("%v: %v from %q", c.files, space, path)
			continue
		}
		if f, ok := findings.Find("space-file", ""); !ok || f.Path != c.path {
			t.Errorf("%v: findings %v", c.files, findings.All())
		}
	}
}

func TestNoneAndBad(t *testing.T) {
	if space, _, findings := beside(t, source.Options{}, nil); space != nil || len(findings.All()) != 0 {
		t.Errorf("nothing beside: %v, %v", space, findings.All())
	}
	space, _, findings := beside(t, source.Options{}, map[string]string{"configspace.json": `{"a": 1}`})
	f, ok := findings.Find("bad-space-file", "")
	if space != nil || !ok || f.Severity != source.Skip || !strings.Contains(f.Message, "hyperparameters") {
		t.Errorf("unreadable: %v, %v", space, findings.All())
	}
	given, err := Read(strings.NewReader(pcsSpace), "given.pcs", &source.Findings{})
	if err != nil {
		t.Fatal(err)
	}
	space, path, _ := beside(t, source.Options{Space: given, SpacePath: "given.pcs"}, map[string]string{"configspace.json": jsonSpace})
	if space != given || path != "given.pcs" {
		t.Errorf("the given space is not taken: %v from %q", space, path)
	}
}

func TestReadFile(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "space.pcs")
	if err := os.WriteFile(path, []byte(pcsSpace), 0o666); err != nil {
		t.Fatal(err)
	}
	if s, from, err := ReadFile(path, &source.Findings{}); err != nil || len(s.Params) != 1 || len(s.Forbidden) != 1 {
		t.Errorf("%v, %v", s, err)
	} else if sum := fmt.Sprintf("%x", sha256.Sum256([]byte(pcsSpace))); from.Path != path || from.SHA256 != sum {
		t.Errorf("read from %v, want %s with checksum %s", from, path, sum)
	}
	if _, _, err := ReadFile(dir, &source.Findings{}); err == nil || !strings.Contains(err.Error(), "is a directory") {
		t.Errorf("directory: %v", err)
	}
}
