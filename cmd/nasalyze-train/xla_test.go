//go:build xla

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A second training of one configuration compiles nothing, and is the same; a torn program is
// compiled again. NASALYZE_PJRT names a plugin.
func TestCompileCache(t *testing.T) {
	plugin := os.Getenv("NASALYZE_PJRT")
	if plugin == "" {
		t.Skip("NASALYZE_PJRT does not name a PJRT plugin")
	}
	dir := filepath.Join(t.TempDir(), "programs")
	train := func(config string, more ...string) map[string]any {
		t.Helper()
		// One step: the result does not depend on the clock.
		args := append([]string{"--data", "digits", "--config", "-", "--budget", "0.000001s", "--engine", "xla:" + plugin, "--compile-cache", dir}, more...)
		status, out, errs := command(config, args)
		if status != 0 {
			t.Fatal(errs)
		}
		lines := jsonLines(t, out)
		return lines[len(lines)-1]
	}
	check := func(what string, line map[string]any, reused, compiled float64) {
		t.Helper()
		if line["programs_reused"] != reused || line["programs_compiled"] != compiled {
			t.Errorf("%s: %v programs reused and %v compiled, want %v and %v", what, line["programs_reused"], line["programs_compiled"], reused, compiled)
		}
	}
	first := train(small)
	check("first", first, 0, 2)
	second := train(small)
	check("second", second, 2, 0)
	if first["loss"] != second["loss"] || first["train_loss"] != second["train_loss"] {
		t.Errorf("losses %v, %v with programs that were kept; they were %v, %v", second["loss"], second["train_loss"], first["loss"], first["train_loss"])
	}
	check("another configuration", train(strings.Replace(small, `"momentum":0.9`, `"momentum":0.8`, 1)), 1, 1) // evaluation knows no momentum
	files, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil || len(files) != 3 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, f := range files {
		if err := os.Truncate(f, 1000); err != nil {
			t.Fatal(err)
		}
	}
	check("torn", train(small), 0, 2)
}
