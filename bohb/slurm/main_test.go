//go:build unix

package slurm

import (
	"context"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
	"github.com/nasalyze/nasalyze/bohb/local"
)

// Jobs run this program with "work" as the first argument.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "work" {
		if err := Work(context.Background(), os.Args[2], os.Stdout); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	status := m.Run()
	stopClusters()
	os.Exit(status)
}

// said collects what an engine says.
type said struct {
	mu    sync.Mutex
	lines []string
}

func (s *said) say(line string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.lines = append(s.lines, line)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.lines, "\n")
}

// heard waits until something was said.
func (s *said) heard(t testing.TB, text string) {
	t.Helper()
	wait(t, "the words "+text, func() bool { return strings.Contains(s.String(), text) })
}

// engine runs a shell script as the trials of a quick search in a directory of its own.
func engine(t testing.TB, script string) (*Engine, *said) {
	t.Helper()
	space, err := nasalyze.NewSpace("", []nasalyze.Param{{Name: "lr", Lower: 1e-4, Upper: 1, Log: true}}, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	words := new(said)
	return &Engine{
		Command: &local.Command{Args: []string{"sh", "-c", script}, Dir: dir, Scratch: filepath.Join(dir, "trials"), Space: space, Grace: 300 * time.Millisecond},
		Dir:     filepath.Join(dir, "slurm"), Run: strconv.FormatInt(time.Now().UnixNano(), 36), Worker: []string{self, "work"}, MaxBudget: 9,
		Say: words.say, Poll: 50 * time.Millisecond, Wait: 300 * time.Millisecond, Timeout: 10 * time.Second,
	}, words
}

// another is the engine of a driver that is started anew in the same directory.
func another(e *Engine) *Engine {
	return &Engine{Command: e.Command, Dir: e.Dir, Run: e.Run, Worker: e.Worker, Options: e.Options, MaxBudget: e.MaxBudget, Say: e.Say, Poll: e.Poll, Wait: e.Wait, Timeout: e.Timeout}
}

func trial(n int) bohb.Trial {
	return bohb.Trial{Number: n, Config: fmt.Sprintf("0,0,%d", n), Budget: 3, Seed: 100 + int64(n), Previous: -1, Values: []nasalyze.Value{nasalyze.Number(0.01)}}
}

// evaluate runs a trial, and returns a channel with its outcome.
func evaluate(ctx context.Context, e *Engine, n int) <-chan driver.Outcome {
	c := make(chan driver.Outcome, 1)
	go func() { c <- e.Evaluate(ctx, 0, trial(n)) }()
	return c
}

// outcomeOf waits for an outcome.
func outcomeOf(t testing.TB, c <-chan driver.Outcome) driver.Outcome {
	t.Helper()
	select {
	case o := <-c:
		return o
	case <-time.After(150 * time.Second):
		t.Fatal("no outcome")
		panic("")
	}
}

// expect compares an outcome with a status, a loss (NaN for none) and a part of the reason.
func expect(t testing.TB, o driver.Outcome, status nasalyze.Status, loss float64, reason string) {
	t.Helper()
	got := math.NaN()
	if len(o.Values) > 0 {
		got = o.Values[0]
	}
	if o.Status != status || got != loss && !(math.IsNaN(got) && math.IsNaN(loss)) || !strings.Contains(o.Reason, reason) {
		t.Errorf("%v with loss %v (%s), want %v with %v (%s)", o.Status, got, o.Reason, status, loss, reason)
	}
}

func wait(t testing.TB, what string, until func() bool) {
	t.Helper()
	for deadline := time.Now().Add(60 * time.Second); !until(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func exists(path string) bool { _, err := os.Stat(path); return err == nil }

// lines of a file that trials write to.
func linesOf(t testing.TB, path string) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(data)), "\n")
}

func touch(t testing.TB, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
