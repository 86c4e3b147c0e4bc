//go:build linux

package run

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// On a disk that is full a checkpoint is an error that names the file, nothing is left of the
// attempt, and the checkpoint before it is still whole.
func TestFullDisk(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("none", dir, "tmpfs", 0, "size=512k"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	defer func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	}()
	path := filepath.Join(dir, "state")
	o := options(t, 1)
	o.Checkpoint = path
	var interrupted *InterruptedError
	if _, err := Train(interruptAt(t, &o, 3), o); !errors.As(err, &interrupted) {
		t.Fatalf("error %v", err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	fill(t, filepath.Join(dir, "others"))
	full := func(err error) {
		t.Helper()
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "cannot write the checkpoint "+path) {
			t.Errorf("error %v", err)
		}
		if entries, _ := os.ReadDir(dir); len(entries) != 2 {
			t.Errorf("the disk has %v", entries)
		}
		if after, _ := os.ReadFile(path); !bytes.Equal(after, before) {
			t.Error("the checkpoint before is not what it was")
		}
	}
	o = options(t, 1)
	o.Checkpoint = path
	_, err = Train(interruptAt(t, &o, 3), o) // interrupted again
	full(err)
	o = options(t, 1)
	o.Checkpoint, o.Keep = path, true
	_, err = Train(t.Context(), o) // to the end
	full(err)

	if err := os.Remove(filepath.Join(dir, "others")); err != nil {
		t.Fatal(err)
	}
	if _, err := Train(t.Context(), o); err != nil {
		t.Errorf("with room again: %v", err)
	}
}

// fill writes a file until nothing fits.
func fill(t *testing.T, path string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for err == nil {
		_, err = f.Write(make([]byte, 4096))
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}
