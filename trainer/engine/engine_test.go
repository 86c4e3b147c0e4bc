package engine

import (
	"strings"
	"testing"
)

func TestOpen(t *testing.T) {
	e, err := Open("go", "")
	if err != nil {
		t.Fatal(err)
	}
	defer e.Finalize()
	// A test does not know the versions of its modules; a program does.
	if !strings.HasPrefix(e.About, "Go backend of gomlx/compute ") {
		t.Errorf("the engine says of itself %q", e.About)
	}
	if _, err := Open("cuda", ""); err == nil || !strings.Contains(err.Error(), `no engine "cuda"`) || !strings.Contains(err.Error(), "go") {
		t.Errorf("unknown engine: error %v", err)
	}
	if err := Known("cuda"); err == nil {
		t.Error("engine cuda is known")
	}
	if err := Known("go"); err != nil {
		t.Error(err)
	}
}
