package forest

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func tuned(t *testing.T, x, y, w []float64, cols []Column, opt Options, tune TuneOptions) (Options, []Candidate) {
	t.Helper()
	got, candidates, err := Tune(context.Background(), x, y, w, cols, opt, tune)
	if err != nil {
		t.Fatal(err)
	}
	return got, candidates
}

func TestTuneFollowsTheNoise(t *testing.T) {
	// Without noise small leaves are best; under noise, larger ones.
	cols := make([]Column, 5)
	x, y := friedman(500, 5, 0, 1)
	if got, c := tuned(t, x, y, nil, cols, Options{}, TuneOptions{}); got.MinLeaf > 2 {
		t.Errorf("no noise: MinLeaf %d\n%+v", got.MinLeaf, c)
	}
	x, y = friedman(500, 5, 15, 1)
	noisy, c := tuned(t, x, y, nil, cols, Options{Seed: 4}, TuneOptions{})
	if noisy.MinLeaf < 5 {
		t.Errorf("noise: MinLeaf %d\n%+v", noisy.MinLeaf, c)
	}
	truth, want := friedman(2000, 5, 0, 2)
	loss := func(opt Options) (sum float64) {
		for i, p := range mustFit(t, x, y, nil, cols, opt).Predict(nil, truth) {
			sum += (p - want[i]) * (p - want[i])
		}
		return sum
	}
	if a, b := loss(noisy), loss(Options{Seed: 4}); a > 0.8*b {
		t.Errorf("noise: tuned error %v, default %v", a, b)
	}
	// A single tree does not average: it wants larger leaves than the forest.
	x, y = friedman(500, 5, 3, 1)
	forest, _ := tuned(t, x, y, nil, cols, Options{}, TuneOptions{})
	tree, _ := tuned(t, x, y, nil, cols, Options{}, TuneOptions{SingleTree: true})
	if tree.MinLeaf <= forest.MinLeaf {
		t.Errorf("MinLeaf %d for a tree, %d for the forest", tree.MinLeaf, forest.MinLeaf)
	}
}

func TestTuneSameForAnyWorkers(t *testing.T) {
	x, y, w, cols := mixed(300, 5)
	var calls, last, total int
	opt := Options{Seed: 2, Workers: 1, Progress: func(done, of int) {
		calls++
		if done != last+1 || done > of {
			t.Errorf("progress %d of %d after %d", done, of, last)
		}
		last, total = done, of
	}}
	chosen, want := tuned(t, x, y, w, cols, opt, TuneOptions{Trees: 8})
	if calls != 8*len(want) || total != 8*(7+2) {
		t.Errorf("%d calls for %d candidates, total %d", calls, len(want), total)
	}
	if first := want[0]; first.MinLeaf != 1 || first.FeatureFraction != 0.7 || first.Gain != 0 || first.GainErr != 0 {
		t.Errorf("first candidate %+v, want the default", first)
	}
	last = 0 // a setting that is on neither list is tried as well
	opt.MinLeaf, opt.FeatureFraction = 4, 0.5
	tuned(t, x, y, w, cols, opt, TuneOptions{MinLeaf: []int{3}, FeatureFraction: []float64{1}, Trees: 8})
	opt.MinLeaf, opt.FeatureFraction, opt.Progress = 0, 0, nil
	for _, workers := range []int{2, 7} {
		opt.Workers = workers
		again, got := tuned(t, x, y, w, cols, opt, TuneOptions{Trees: 8})
		if d := cmp.Diff(want, got); d != "" || again.MinLeaf != chosen.MinLeaf || again.FeatureFraction != chosen.FeatureFraction {
			t.Errorf("%d workers (-1 worker +%d):\n%s", workers, workers, d)
		}
	}
}

func TestTuneExtrapolates(t *testing.T) {
	// The error of the forest to come does not depend on how many trees are grown
	// to estimate it.
	x, y := friedman(400, 5, 2, 1)
	r2 := func(trees, many int) float64 {
		_, c := tuned(t, x, y, nil, make([]Column, 5), Options{Trees: many, Seed: 7}, TuneOptions{Trees: trees, MinLeaf: []int{1}, FeatureFraction: []float64{0.7}})
		return c[0].R2
	}
	for _, many := range []int{2, 64} {
		few, lots := r2(24, many), r2(400, many)
		if math.Abs(few-lots) > 0.02 {
			t.Errorf("R2 of %d trees: %v from 24 trees, %v from 400", many, few, lots)
		}
	}
	if a, b := r2(400, 2), r2(400, 64); a > b-0.1 {
		t.Errorf("R2 %v of 2 trees, %v of 64", a, b)
	}
	// Without extrapolation it is the out-of-bag R2: of 400 trees, a row has not been in 147.
	got, want := r2(400, 147), mustFit(t, x, y, nil, make([]Column, 5), Options{Trees: 400, Seed: 7}).OutOfBag.R2
	if math.Abs(got-want) > 1e-3 {
		t.Errorf("R2 %v, out of bag %v", got, want)
	}
}

func TestTuneKeepsWhatItCannotBetter(t *testing.T) {
	cols := make([]Column, 5)
	x, y := friedman(60, 5, 1, 1)
	opt := Options{MinLeaf: 3, FeatureFraction: 0.5, Trees: 10}
	if got, c := tuned(t, x, y, nil, cols, opt, TuneOptions{Margin: 100}); got.MinLeaf != 3 || got.FeatureFraction != 0.5 || len(c) < 3 {
		t.Errorf("margin of 100 standard errors: %+v\n%+v", got, c)
	}
	for i := range y {
		y[i] = 0.1
	}
	got, c := tuned(t, x, y, nil, cols, Options{}, TuneOptions{Trees: 4})
	if got.MinLeaf != 1 || got.FeatureFraction != 0.7 || !math.IsNaN(c[0].R2) || !math.IsNaN(c[0].TreeR2) {
		t.Errorf("equal responses: %+v\n%+v", got, c)
	}
	got, c = tuned(t, x[:5], y[:1], nil, cols, Options{}, TuneOptions{Trees: 4})
	if got.MinLeaf != 1 || !math.IsNaN(c[0].R2) {
		t.Errorf("one row: %+v\n%+v", got, c)
	}
}

func TestTuneGroupsAreOneObservation(t *testing.T) {
	// Every row four times over: with groups, the standard error is as large as
	// from the rows alone, not half of it.
	x, y := friedman(150, 5, 2, 1)
	var x4, y4 []float64
	var groups []int
	for i := range y {
		for range 4 {
			x4 = append(x4, x[5*i:5*i+5]...)
			y4 = append(y4, y[i])
			groups = append(groups, i)
		}
	}
	cols := make([]Column, 5)
	tune := TuneOptions{MinLeaf: []int{1}, FeatureFraction: []float64{0.7, 0.2}, Trees: 100}
	_, alone := tuned(t, x, y, nil, cols, Options{}, tune)
	_, grouped := tuned(t, x4, y4, nil, cols, Options{Groups: groups}, tune)
	a, g := alone[len(alone)-1], grouped[len(grouped)-1]
	if r := g.GainErr / a.GainErr; r < 0.8 || r > 1.25 {
		t.Errorf("standard error %v from rows, %v from groups of four", a.GainErr, g.GainErr)
	}
}

func TestTuneRefuses(t *testing.T) {
	x, y := friedman(20, 5, 1, 1)
	cols := make([]Column, 5)
	for _, c := range []struct {
		opt  Options
		tune TuneOptions
		want string
	}{
		{Options{NoBootstrap: true}, TuneOptions{}, "NoBootstrap"},
		{Options{NoOutOfBag: true}, TuneOptions{}, "NoOutOfBag"},
		{Options{MinLeaf: -1}, TuneOptions{}, "MinLeaf is -1"},
		{Options{}, TuneOptions{Trees: 1}, "Trees of TuneOptions is 1"},
		{Options{}, TuneOptions{Margin: -1}, "Margin of TuneOptions is -1"},
		{Options{}, TuneOptions{MinLeaf: []int{2, 0}}, "MinLeaf of TuneOptions has 0"},
		{Options{}, TuneOptions{FeatureFraction: []float64{0}}, "FeatureFraction of TuneOptions has 0"},
	} {
		if _, _, err := Tune(context.Background(), x, y, nil, cols, c.opt, c.tune); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v %+v: error %v, want one with %q", c.opt, c.tune, err, c.want)
		}
	}
	if _, _, err := Tune(context.Background(), x, y[:3], nil, cols, Options{}, TuneOptions{}); !errors.Is(err, ErrTable) {
		t.Errorf("short y: %v", err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, c, err := Tune(ctx, x, y, nil, cols, Options{}, TuneOptions{}); c != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v, %v", c, err)
	}
	sizes := []int{5, 1, 3}
	tuned(t, x, y, nil, cols, Options{}, TuneOptions{MinLeaf: sizes, Trees: 2})
	if !slices.Equal(sizes, []int{5, 1, 3}) {
		t.Error("the caller's sizes were sorted")
	}
}
