package run

import (
	"bytes"
	"context"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/trainer"
	"github.com/nasalyze/nasalyze/trainer/data"
	"github.com/nasalyze/nasalyze/trainer/engine"
)

// tiny trains fast and has shake-shake, ShakeDrop, cutout and mixup.
var tiny = trainer.Config{
	Blocks: [3]int{1, 1, 1}, Filters: 8, Widen: [3]float64{0.5, 2, 2}, Branches: [3]int{1, 2, 1},
	LearningRate: 0.1, BatchSize: 32, WeightDecay: 1e-4, Momentum: 0.9, Mixup: 0.2, Cutout: 4, DeathRate: 0.1,
}

// tick is the time between two looks at the clock of tests; a step looks three times
// and takes two of them.
const tick = 1.0 / 64

// options train tiny on digits with a clock by which every step takes 2/64 s.
func options(t testing.TB, budget float64) Options {
	t.Helper()
	digits, err := data.Digits()
	if err != nil {
		t.Fatal(err)
	}
	e, err := engine.Open("go", "")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Finalize)
	now := 0.0
	return Options{Config: tiny, Data: digits, Engine: e, Budget: budget, FirstCycle: 0.3, Seed: 1,
		Clock: func() float64 { now += tick; return now }}
}

func TestTrain(t *testing.T) {
	o := options(t, 2.1)
	var points []Point
	o.Emit = func(p Point) { points = append(points, p) }
	r, err := Train(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	// 67.2 steps of 1/32 s: 67 end nearest to the budget. 1437 training images, a fifth held out.
	if r.Steps != 67 || r.TrainSeconds != 67.0/32 || r.Train != 1150 || r.Validation != 287 || r.Test != 360 {
		t.Errorf("%d steps in %v s on %d images (%d for validation, %d for the test)", r.Steps, r.TrainSeconds, r.Train, r.Validation, r.Test)
	}
	if r.ImagesPerSecond != 32*32 || r.WaitSeconds != 67.0/64 || r.Epochs != 67.0/35 || r.ContinuedAt != 0 {
		t.Errorf("%v images/s, %v s waiting, %v epochs", r.ImagesPerSecond, r.WaitSeconds, r.Epochs)
	}
	// Compilation and each evaluation look at the clock twice and are not counted: two
	// cycles end before the end, then come validation and test.
	if r.Cycles != 3 || r.CompileSeconds != tick || r.EvaluationSeconds != 4*tick || r.CheckpointSeconds != 0 {
		t.Errorf("%d cycles, %v s of compilation, %v s of evaluation", r.Cycles, r.CompileSeconds, r.EvaluationSeconds)
	}
	// Cycles of 0.3, 0.6 and 1.2 s; the rate ends near 0.
	var ends []float64
	for _, p := range points {
		if p.ValidationError != nil {
			ends = append(ends, p.Seconds)
		}
	}
	if want := []float64{10.0 / 32, 29.0 / 32}; !slices.Equal(ends, want) {
		t.Errorf("cycles end at %v s, want %v", ends, want)
	}
	last := points[len(points)-1]
	if last.LearningRate > 0.01*tiny.LearningRate || points[0].LearningRate < 0.9*tiny.LearningRate {
		t.Errorf("learning rates from %v to %v", points[0].LearningRate, last.LearningRate)
	}
	if !(r.ValidationError < 60 && r.TestError < 60 && last.TrainLoss < points[0].TrainLoss) {
		t.Errorf("errors of %v and %v %% (chance is 90), loss from %v to %v: it does not learn", r.ValidationError, r.TestError, points[0].TrainLoss, last.TrainLoss)
	}
}

// With the clock of this machine the budget is kept as far as steps allow.
func TestBudgetIsKept(t *testing.T) {
	o := options(t, 0.4)
	o.Clock = nil
	r, err := Train(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if r.Steps < 1 || r.TrainSeconds < 0.2 || r.TrainSeconds > 0.4 && r.Steps > 1 && r.TrainSeconds > 0.4+4*r.TrainSeconds/float64(r.Steps)+0.2 {
		t.Errorf("%v s in %d steps for a budget of 0.4 s", r.TrainSeconds, r.Steps)
	}
	// One step that is longer than the budget.
	o.Budget = 1e-6
	if r, err = Train(t.Context(), o); err != nil || r.Steps != 1 {
		t.Errorf("%d steps, %v", r.Steps, err)
	}
}

// interruptAt ends the context after the given number of points.
func interruptAt(t *testing.T, o *Options, points int) context.Context {
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(cancel)
	o.Emit = func(Point) {
		if points--; points == 0 {
			cancel()
		}
	}
	return ctx
}

// A training that was interrupted twice ends with the same file, bit by bit, as one that was not.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	whole := options(t, 1)
	whole.Checkpoint, whole.Keep = filepath.Join(dir, "whole"), true
	want, err := Train(t.Context(), whole)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "parts")
	for range 2 {
		o := options(t, 1)
		o.Checkpoint = path
		_, err = Train(interruptAt(t, &o, 9), o)
		var interrupted *InterruptedError
		if !errors.As(err, &interrupted) || interrupted.Checkpoint != path || !strings.Contains(err.Error(), "goes on from "+path) {
			t.Fatalf("interrupted: error %v", err)
		}
	}
	last := options(t, 1)
	last.Checkpoint, last.Keep = path, true
	got, err := Train(t.Context(), last)
	if err != nil {
		t.Fatal(err)
	}
	if got.ContinuedAt != 18.0/32 || got.Steps != want.Steps || got.ValidationError != want.ValidationError {
		t.Errorf("went on at %v s to %d steps and %v %%, without interruption %d and %v %%", got.ContinuedAt, got.Steps, got.ValidationError, want.Steps, want.ValidationError)
	}
	a, _ := os.ReadFile(whole.Checkpoint)
	b, _ := os.ReadFile(path)
	if len(a) < 1000 || !bytes.Equal(a, b) {
		t.Errorf("files of %d and %d bytes differ", len(a), len(b))
	}
	// Nothing is left to do: the same result again.
	again, err := Train(t.Context(), last)
	if err != nil || again.ValidationError != want.ValidationError || again.Steps != want.Steps {
		t.Errorf("again: %v %% after %d steps, %v", again.ValidationError, again.Steps, err)
	}
	// Without Keep it goes when the training ends.
	last.Keep = false
	if _, err := Train(t.Context(), last); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("the checkpoint is still there")
	}
	// No temporary files.
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
}

// Going on at the next budget starts at the end of the last one with a new cycle.
func TestContinue(t *testing.T) {
	dir := t.TempDir()
	low := options(t, 0.5)
	low.Checkpoint, low.Keep = filepath.Join(dir, "low"), true
	before, err := Train(t.Context(), low)
	if err != nil {
		t.Fatal(err)
	}
	high := options(t, 1.5)
	high.Continue, high.Checkpoint, high.Keep = low.Checkpoint, filepath.Join(dir, "high"), true
	var first *Point
	high.Emit = func(p Point) {
		if first == nil {
			first = &p
		}
	}
	r, err := Train(t.Context(), high)
	if err != nil {
		t.Fatal(err)
	}
	if before.Steps != 16 || r.ContinuedAt != 0.5 || r.Steps != 48 || r.ImagesPerSecond != 1024 {
		t.Errorf("from %d steps, at %v s, to %d steps", before.Steps, r.ContinuedAt, r.Steps)
	}
	if first.LearningRate != tiny.LearningRate || first.Step != 17 {
		t.Errorf("the first step there is %d at a rate of %v", first.Step, first.LearningRate)
	}
	// It is not gone on from twice: its own checkpoint is done.
	if r, err = Train(t.Context(), high); err != nil || r.Steps != 48 || r.ContinuedAt != 1.5 {
		t.Errorf("again: %d steps from %v s, %v", r.Steps, r.ContinuedAt, err)
	}

	refuse := func(change func(*Options), says string) {
		t.Helper()
		o := options(t, 1.5)
		o.Continue = low.Checkpoint
		change(&o)
		if _, err := Train(t.Context(), o); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("error %v, expected one that says %q", err, says)
		}
	}
	refuse(func(o *Options) { o.Budget = 0.5 }, "leaves nothing of a budget of 0.5")
	refuse(func(o *Options) { o.Config.Filters = 9 }, "another configuration")
	refuse(func(o *Options) { o.Seed = 2 }, "seed 1, not 2")
	refuse(func(o *Options) { o.Validation = 100 }, "another number of validation images")
	refuse(func(o *Options) { o.Continue = filepath.Join(dir, "none") }, "there is no checkpoint")
	refuse(func(o *Options) { o.Checkpoint, o.Budget = low.Checkpoint, 2 }, "move it away")

	content, _ := os.ReadFile(low.Checkpoint)
	broken := filepath.Join(dir, "broken")
	for _, c := range []struct {
		content []byte
		says    string
	}{
		{content[:len(content)-5], "torn"},
		{content[:30], "torn"},
		{append(bytes.Clone(content[:len(content)-40]), bytes.Repeat([]byte{1}, 40)...), "torn"},
		{[]byte("something else"), "is no checkpoint"},
	} {
		if err := os.WriteFile(broken, c.content, 0o644); err != nil {
			t.Fatal(err)
		}
		refuse(func(o *Options) { o.Continue = broken }, c.says)
		refuse(func(o *Options) { o.Checkpoint = broken }, c.says)
	}
	o := options(t, 1)
	o.Checkpoint = broken
	os.Remove(broken)
	if _, err := Train(interruptAt(t, &o, 3), o); err == nil {
		t.Fatal("not interrupted")
	}
	refuse(func(o *Options) { o.Continue = broken }, "was interrupted at")
}

func TestTrainRefuses(t *testing.T) {
	for _, c := range []struct {
		change func(*Options)
		says   string
	}{
		{func(o *Options) { o.Budget = 0 }, "budget is 0 seconds"},
		{func(o *Options) { o.Budget = math.NaN() }, "budget is NaN"},
		{func(o *Options) { o.Budget = math.Inf(1) }, "budget is +Inf"},
		{func(o *Options) { o.FirstCycle = -1 }, "first cycle is -1"},
		{func(o *Options) { o.Validation = 1437 }, "cannot hold out 1437 of 1437"},
		{func(o *Options) { o.Validation = 1420 }, "batch_size is 32, but there are only 17 images to train on"},
		{func(o *Options) { o.Checkpoint = filepath.Join("no", "such", "directory", "c") }, "cannot write a checkpoint"},
	} {
		o := options(t, 0.1)
		c.change(&o)
		if _, err := Train(t.Context(), o); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("error %v, expected one that says %q", err, c.says)
		}
	}
}

// A network that does not fit is refused before anything is allocated: the largest of the space has 25 thousand
// million parameters.
func TestMemory(t *testing.T) {
	o := options(t, 1)
	o.Config.Blocks, o.Config.Filters, o.Config.Widen, o.Config.Branches = [3]int{16, 16, 16}, 32, [3]float64{8, 4, 4}, [3]int{5, 5, 5}
	o.MemoryLimit = 8 << 30
	_, err := Train(t.Context(), o)
	var memory *MemoryError
	if !errors.As(err, &memory) || memory.Needs < 300<<30 || !strings.Contains(err.Error(), "out of memory") {
		t.Errorf("error %v", err)
	}
	err = deviceError(errors.New("RESOURCE_EXHAUSTED: Out of memory while trying to allocate 1 bytes"))
	if !strings.HasPrefix(err.Error(), "out of memory on the device") {
		t.Errorf("a device without memory: %v", err)
	}
	if err := deviceError(memory); err != error(memory) {
		t.Errorf("another error became %v", err)
	}
	if free := available(); free < 0 || free > 1<<50 {
		t.Errorf("%d bytes are said to be available", free)
	}
}

// A loss that is no number ends the training at once.
func TestDivergence(t *testing.T) {
	o := options(t, 1000)
	o.Config.LearningRate = 1e38
	r, err := Train(t.Context(), o)
	if err != nil || !r.Diverged || r.Steps > 20 || !math.IsNaN(r.ValidationError) || !math.IsNaN(r.TestError) {
		t.Errorf("diverged is %v after %d steps, error of %v %%, %v", r.Diverged, r.Steps, r.ValidationError, err)
	}
}
