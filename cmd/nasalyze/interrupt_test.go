package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// A process that gets ^C while it computes or while it writes says so, ends with
// status 1, and leaves whole files only.
func TestInterruptedProcess(t *testing.T) {
	if testing.Short() {
		t.Skip("starts reports and interrupts them")
	}
	if runtime.GOOS == "windows" {
		t.Skip("processes cannot be interrupted here")
	}
	for _, c := range []struct {
		name  string
		files int // interrupt when there are as many
		args  []string
	}{
		// The bootstrap alone would take minutes.
		{"computing", 0, []string{"--replicates", "5000"}},
		{"first figure", 1, []string{"--replicates", "-1", "--trees", "8", "--resamples", "50"}},
		{"figures", 20, []string{"--replicates", "-1", "--trees", "8", "--resamples", "50"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out := filepath.Join(t.TempDir(), "out")
			cmd := exec.Command("nasalyze", append([]string{"report", "-o", out}, c.args...)...)
			var errs bytes.Buffer
			cmd.Stderr = &errs
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- cmd.Wait() }()
			deadline := time.After(time.Minute)
			for sent := false; ; {
				select {
				case err := <-ended:
					var exit *exec.ExitError
					if !sent || !errors.As(err, &exit) || exit.ExitCode() != exitFailure || !strings.Contains(errs.String(), "interrupted") {
						t.Fatalf("ended with %v (interrupted: %v), said:\n%s", err, sent, errs.String())
					}
					checkWhole(t, out)
					return
				case <-deadline:
					cmd.Process.Kill()
					t.Fatalf("does not end; said:\n%s", errs.String())
				case <-time.After(time.Millisecond):
					// The directory of the figures is made just before the computing.
					entries, err := os.ReadDir(filepath.Join(out, "figures"))
					if !sent && err == nil && len(entries) >= c.files {
						if err := cmd.Process.Signal(os.Interrupt); err != nil {
							t.Fatal(err)
						}
						sent = true
					}
				}
			}
		})
	}
}

// checkWhole finds files that are not what their names say, temporary ones, and a
// page, which is written last.
func checkWhole(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // nothing was written: the directory is taken away again
		}
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		whole := false
		switch filepath.Ext(path) {
		case ".svg":
			whole = bytes.HasSuffix(bytes.TrimSpace(data), []byte("</svg>"))
		case ".pdf":
			whole = bytes.HasSuffix(bytes.TrimSpace(data), []byte("%%EOF"))
		case ".png":
			_, err := png.Decode(bytes.NewReader(data))
			whole = err == nil
		case ".json":
			whole = json.Valid(data)
		}
		if !whole {
			t.Errorf("%s, %d bytes, is left", path, len(data))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
