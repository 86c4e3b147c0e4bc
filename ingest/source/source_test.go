package source

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

func zip(t *testing.T, data []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestOpenUndoesGzipAndHashesTheFile(t *testing.T) {
	plain := []byte(strings.Repeat("hello\n", 1000))
	packed := zip(t, plain)
	fsys := fstest.MapFS{"dir/a.txt": {Data: plain}, "dir/b.txt.gz": {Data: packed}}
	s, err := NewFS(fsys, "dir")
	if err != nil {
		t.Fatal(err)
	}
	var done, total int64
	s.Watch(func(d, n int64) { done, total = d, n })
	s.Expect("a.txt", "b.txt.gz")
	for _, name := range []string{"a.txt", "b.txt.gz"} {
		if head, err := s.Head(name, 5); err != nil || string(head) != "hello" {
			t.Errorf("head of %s is %q, %v", name, head, err)
		}
		got, err := s.ReadFile(name)
		if err != nil || !bytes.Equal(got, plain) {
			t.Errorf("%s: %d bytes, %v", name, len(got), err)
		}
	}
	in := s.Inputs()
	if len(in) != 2 {
		t.Fatalf("inputs %v", in)
	}
	for i, raw := range [][]byte{plain, packed} {
		sum := sha256.Sum256(raw)
		if in[i].SHA256 != hex.EncodeToString(sum[:]) || in[i].Size != int64(len(raw)) {
			t.Errorf("input %v, expected %d bytes, sha256 %x", in[i], len(raw), sum)
		}
	}
	if want := int64(len(plain) + len(packed)); done != want || total != want {
		t.Errorf("progress %d of %d, expected %d", done, total, want)
	}
}

// A reader that stops early gives the hash of the whole file all the same.
func TestCloseHashesWhatWasNotRead(t *testing.T) {
	data := bytes.Repeat([]byte("0123456789"), 100_000)
	s, err := NewFS(fstest.MapFS{"f": {Data: data}}, "f")
	if err != nil {
		t.Fatal(err)
	}
	f, err := s.Open("f")
	if err != nil {
		t.Fatal(err)
	}
	io.ReadFull(f, make([]byte, 10))
	if err := errors.Join(f.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(data)
	if in := s.Inputs(); len(in) != 1 || in[0].SHA256 != hex.EncodeToString(sum[:]) {
		t.Errorf("inputs %v", in)
	}
}

func TestStdinIsSpooled(t *testing.T) {
	s, err := New(Stdin, strings.NewReader("a\nb"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := s.ReadFile(s.Name)
	if err != nil || string(data) != "a\nb" {
		t.Errorf("read %q, %v", data, err)
	}
	if s.Display(s.Name) != "-" || s.Title() != "stdin" || s.Dir {
		t.Errorf("display %q, title %q", s.Display(s.Name), s.Title())
	}
	temp := s.temp
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(temp); !os.IsNotExist(err) {
		t.Errorf("%s is left behind", temp)
	}
}

func TestNamesOfPaths(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"logs/run_1/x.json", "out/7/x.json", "bohb/y.csv.gz"} {
		p := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o777), os.WriteFile(p, []byte("x"), 0o666)); err != nil {
			t.Fatal(err)
		}
	}
	for path, want := range map[string]string{
		"logs/run_1": "logs/run_1", "out/7": "out/7", "bohb": "bohb", "bohb/y.csv.gz": "y", "logs/run_1/": "logs/run_1",
	} {
		s, err := New(filepath.Join(dir, path), nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Title(); got != want {
			t.Errorf("title of %s is %q, expected %q", path, got, want)
		}
	}
	s, err := New(filepath.Join(dir, "bohb/y.csv.gz"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if s.Dir || s.Name != "y.csv.gz" || !s.Has("y.csv.gz") || s.Has("z") || s.Display("z") != filepath.Join(dir, "bohb/z") {
		t.Errorf("file source %+v", s)
	}
	if _, err := New(filepath.Join(dir, "none"), nil); !os.IsNotExist(err) {
		t.Errorf("missing path: %v", err)
	}
	top, err := New(filepath.Join(dir), nil)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff([]string{"bohb", "logs", "out"}, top.Dirs()); d != "" {
		t.Error(d)
	}
}

type line struct {
	Text string
	N    int
	Torn bool
}

func readLines(t *testing.T, data []byte, maxLine int) ([]line, *Findings, error) {
	t.Helper()
	s, err := NewFS(fstest.MapFS{"f": {Data: data}}, "f")
	if err != nil {
		t.Fatal(err)
	}
	var findings Findings
	l, err := s.Lines("f", &findings)
	if err != nil {
		return nil, &findings, err
	}
	if maxLine > 0 {
		l.maxLine = maxLine
	}
	var all []line
	for l.Next() {
		all = append(all, line{string(l.Bytes()), l.Number(), l.Torn()})
	}
	return all, &findings, l.Finish()
}

func TestLines(t *testing.T) {
	long := strings.Repeat("x", 600_000) // more than the buffer
	for _, c := range []struct {
		text string
		want []line
	}{
		{"", nil},
		{"a", []line{{"a", 1, true}}},
		{"a\n", []line{{"a", 1, false}}},
		{"\ufeffa\r\n\nb", []line{{"a", 1, false}, {"", 2, false}, {"b", 3, true}}},
		{long + "\nb\n", []line{{long, 1, false}, {"b", 2, false}}},
		{"a\n" + long, []line{{"a", 1, false}, {long, 2, true}}},
	} {
		got, findings, err := readLines(t, []byte(c.text), 0)
		if d := cmp.Diff(c.want, got); d != "" || err != nil || len(findings.All()) != 0 {
			t.Errorf("%.20q: %v, findings %v\n%s", c.text, err, findings.All(), d)
		}
	}
}

func TestLongLinesAreSkipped(t *testing.T) {
	text := "a\n" + strings.Repeat("x", 600_000) + "\nb\n" + strings.Repeat("y", 600_000)
	got, findings, err := readLines(t, []byte(text), 1000)
	if d := cmp.Diff([]line{{"a", 1, false}, {"b", 3, false}}, got); d != "" || err != nil {
		t.Errorf("%v\n%s", err, d)
	}
	if f, _ := findings.Find("long-line", ""); f.Count != 2 || f.Line != 2 {
		t.Errorf("finding %v", f)
	}
}

// A gzip stream cut short gives the lines before the cut, and a finding.
func TestTruncatedGzip(t *testing.T) {
	var text strings.Builder
	for i := range 5000 {
		text.WriteString(strings.Repeat("line ", i%7) + "\n")
	}
	packed := zip(t, []byte(text.String()))
	got, findings, err := readLines(t, packed[:len(packed)/2], 0)
	if err != nil || len(got) < 100 {
		t.Errorf("%d lines, %v", len(got), err)
	}
	if _, ok := findings.Find("truncated-file", ""); !ok {
		t.Errorf("findings %v", findings.All())
	}
}
