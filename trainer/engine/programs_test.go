package engine

import (
	"os"
	"path/filepath"
	"testing"
)

// A program is there for who compiles the same, with the same compiler, and for nobody else;
// torn files are no programs.
func TestPrograms(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "new", "directory")
	p, err := openPrograms(dir)
	if err != nil {
		t.Fatal(err)
	}
	p.identity = "compiler 1"
	file := p.file([]byte("code"), []byte("options"))
	if p.load(file) != nil {
		t.Error("a program is there before it was compiled")
	}
	p.store(file, []byte("program"))
	if _, _, err := p.Counts(); err != nil {
		t.Fatal(err)
	}
	q, err := openPrograms(dir)
	if err != nil {
		t.Fatal(err)
	}
	q.identity = "compiler 1"
	if got := q.load(q.file([]byte("code"), []byte("options"))); string(got) != "program" {
		t.Errorf("the program is %q", got)
	}
	if q.file([]byte("codeo"), []byte("ptions")) == file {
		t.Error("where a part ends makes no difference")
	}
	q.identity = "compiler 2"
	if q.file([]byte("code"), []byte("options")) == file {
		t.Error("another compiler gets the same program")
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for n := range content { // cut off anywhere
		if err := os.WriteFile(file, content[:n], 0o644); err != nil {
			t.Fatal(err)
		}
		if p.load(file) != nil {
			t.Fatalf("%d of %d bytes are taken for a program", n, len(content))
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d files are there, want 1", len(entries))
	}
}

// A directory that cannot be made is an error at the start, one that cannot be
// written later is only said.
func TestProgramsWithoutADirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := openPrograms(file); err == nil {
		t.Error("a file is taken for a directory")
	}
	p, err := openPrograms(filepath.Join(filepath.Dir(file), "directory"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(p.dir); err != nil {
		t.Fatal(err)
	}
	p.store(p.file([]byte("code")), []byte("program"))
	if _, _, err := p.Counts(); err == nil {
		t.Error("nothing is said of a program that could not be kept")
	}
	if _, err := Open("go", p.dir); err == nil {
		t.Error("engine go keeps programs")
	}
}
