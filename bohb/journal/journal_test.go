package journal

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func open(t *testing.T, path string) *Journal {
	t.Helper()
	j, _, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func write(t *testing.T, j *Journal, line string) {
	t.Helper()
	if _, err := j.Write([]byte(line)); err != nil {
		t.Fatal(err)
	}
}

func content(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// A journal that was cut off at any byte is opened with its whole lines, and goes
// on after them.
func TestTornAnywhere(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	whole := "first\n\nsecond line\n" + strings.Repeat("long ", 20_000) + "\nlast\n"
	for _, cut := range []int{0, 1, 5, 6, 7, 8, 17, 18, 19, 70_000, 100_017, 100_018, 100_019, len(whole) - 1, len(whole)} {
		if err := os.WriteFile(path, []byte(whole[:cut]), 0o644); err != nil {
			t.Fatal(err)
		}
		j, torn, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		kept := strings.LastIndexByte(whole[:cut], '\n') + 1
		if int(torn) != cut-kept || int(j.Size()) != kept || j.Lines() != strings.Count(whole[:cut], "\n") {
			t.Errorf("cut at %d: %d bytes taken away, %d kept, want %d kept", cut, torn, j.Size(), kept)
		}
		write(t, j, "next\n")
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		if got := content(t, path); got != whole[:kept]+"next\n" {
			t.Errorf("cut at %d: the file ends with %q", cut, got[max(0, len(got)-20):])
		}
	}
}

func TestUnfinishedLineIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	for _, line := range []string{"", "no end"} {
		if _, err := j.Write([]byte(line)); err == nil {
			t.Errorf("%q is written", line)
		}
	}
	write(t, j, "whole\n") // the refusals have not broken it
	if got := content(t, path); got != "whole\n" {
		t.Errorf("the file is %q", got)
	}
}

// In one process as between two: the second who opens a journal is refused, until
// the first closes it.
func TestLock(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	if _, _, err := Open(path); !errors.Is(err, ErrLocked) {
		t.Errorf("a second writer gets %v, want ErrLocked", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	open(t, path).Close()
}

// A lock ends with a process that is killed.
func TestLockOfAKilledProcess(t *testing.T) {
	path := os.Getenv("JOURNAL_TEST_HOLD")
	if path != "" {
		j := open(t, path)
		write(t, j, "held\n")
		os.WriteFile(path+".ready", nil, 0o644)
		time.Sleep(time.Minute)
	}
	path = filepath.Join(t.TempDir(), "j")
	cmd := exec.Command(os.Args[0], "-test.run", "^TestLockOfAKilledProcess$")
	cmd.Env = append(os.Environ(), "JOURNAL_TEST_HOLD="+path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if _, err := os.Stat(path + ".ready"); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the other process does not open the journal")
		}
	}
	if _, _, err := Open(path); !errors.Is(err, ErrLocked) {
		t.Errorf("while another process holds it: %v, want ErrLocked", err)
	}
	cmd.Process.Kill()
	cmd.Wait()
	j := open(t, path)
	defer j.Close()
	if got := content(t, path); got != "held\n" {
		t.Errorf("the killed process left %q", got)
	}
}

// full is a disk with some bytes left.
type full struct {
	*os.File
	left int
}

func (f *full) Write(p []byte) (int, error) {
	n := min(len(p), f.left)
	f.left -= n
	n, err := f.File.Write(p[:n])
	if n < len(p) {
		err = syscall.ENOSPC
	}
	return n, err
}

// When the disk is full in the middle of a line, the journal is whole up to the
// line before, says why, and takes no more, though a shorter line would fit.
func TestDiskFull(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	for left := range 12 {
		os.Remove(path)
		j := open(t, path)
		j.f = &full{j.f.(*os.File), left}
		var want string
		var failed error
		for i := range 4 {
			line := fmt.Sprintf("%d...\n", i)
			if _, err := j.Write([]byte(line)); err != nil {
				failed = err
				break
			}
			want += line
		}
		if !errors.Is(failed, syscall.ENOSPC) || !strings.Contains(failed.Error(), path) {
			t.Fatalf("%d bytes left: error %v", left, failed)
		}
		if _, err := j.Write([]byte("\n")); err == nil {
			t.Error("a line is taken after one was lost")
		}
		if err := j.Sync(); err == nil {
			t.Error("Sync has no error after a line was lost")
		}
		j.f.Close()
		if got := content(t, path); got != want {
			t.Errorf("%d bytes left: the file is %q, want %q", left, got, want)
		}
	}
}

// On a real disk that is full.
func TestDevFull(t *testing.T) {
	f, err := os.OpenFile("/dev/full", os.O_RDWR, 0)
	if err != nil {
		t.Skipf("no /dev/full here: %v", err)
	}
	j := &Journal{path: "j", f: f}
	if _, err := j.Write([]byte("x\n")); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("error %v, want ENOSPC", err)
	}
}

func TestReadWhileWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "j")
	j := open(t, path)
	defer j.Close()
	write(t, j, "a\nb\n")
	if _, err := j.Seek(0, io.SeekStart); err != nil {
		t.Fatal(err)
	}
	var first [2]byte
	if _, err := io.ReadFull(j, first[:]); err != nil || !bytes.Equal(first[:], []byte("a\n")) {
		t.Fatalf("read %q, %v", first, err)
	}
	write(t, j, "c\n") // at the end, not where the reading is
	if got := content(t, path); got != "a\nb\nc\n" {
		t.Errorf("the file is %q", got)
	}
}
