package importance

import (
	"context"
	"errors"
	"math"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// node is a tree to write down by hand.
type node struct {
	column      int
	at          float64
	levels      uint64 // that go left, instead of at
	left, right *node
	value       float64
}

func leaf(v float64) *node { return &node{value: v} }

// plant writes trees down as a forest, every leaf of weight 1.
func plant(columns []forest.Column, roots ...*node) *forest.Forest {
	f := &forest.Forest{Columns: columns}
	for _, root := range roots {
		var t forest.Tree
		var add func(n *node) int32
		add = func(n *node) int32 {
			i := len(t.Feature)
			t.Feature = append(t.Feature, -1)
			t.Threshold = append(t.Threshold, n.at)
			t.Subset = append(t.Subset, -1)
			t.Right = append(t.Right, -1)
			t.Value, t.Variance, t.Weight = append(t.Value, n.value), append(t.Variance, 0), append(t.Weight, 1)
			if n.left == nil {
				return int32(i)
			}
			t.Feature[i] = int32(n.column)
			if columns[n.column].Levels > 0 {
				t.Subset[i] = int32(len(t.Bits))
				t.Bits = append(t.Bits, n.levels)
			}
			l, r := add(n.left), int32(0)
			r = add(n.right)
			t.Right[i] = r
			t.Weight[i] = t.Weight[l] + t.Weight[r]
			t.Value[i] = (float64(t.Weight[l])*t.Value[l] + float64(t.Weight[r])*t.Value[r]) / float64(t.Weight[i])
			return int32(i)
		}
		add(root)
		f.Trees = append(f.Trees, t)
	}
	return f
}

// TestLocalByHand: around (0.2, 0.9, level 1) the line in x0 has a step of height 8 at 1/4,
// that in x1 one of height 2 at 1/2, that in the levels one of height 1 for one of three.
// Beyond x0 = 1/4 nothing else matters, which the lines do not see.
func TestLocalByHand(t *testing.T) {
	columns := []forest.Column{{}, {}, {Levels: 3}, {Lower: 3, Upper: 3}}
	level := func(v float64) *node { return &node{column: 2, levels: 0b001, left: leaf(v + 1), right: leaf(v)} }
	root := &node{column: 0, at: 0.25, right: leaf(10),
		left: &node{column: 1, at: 0.5, left: level(0), right: level(2)}}
	f := plant(columns, root, leaf(1))
	got, err := Local(context.Background(), f, []float64{0.2, 0.9, 1, 3}, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	v := []float64{64 * 3.0 / 16, 4 * 1.0 / 4, 2.0 / 9, 0}
	sum := v[0] + v[1] + v[2]
	for c := range v {
		near(t, "importance", got[c].Mean, v[c]/sum, 1e-15)
		if got[c].N != 1 || !math.IsNaN(got[c].Each[1]) {
			t.Errorf("column %d: %+v, want one tree without variance", c, got[c])
		}
	}
	// A missing entry is not varied, and predictions average over it.
	got, err = Local(context.Background(), f, []float64{0.2, nan, 1, 3}, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	v[0], v[1] = 81*3.0/16, 0
	sum = v[0] + v[2]
	for c := range v {
		near(t, "importance beside a missing entry", got[c].Mean, v[c]/sum, 1e-15)
	}
	// Splits on both sides of one on a missing entry are on the line.
	half := func(at, v float64) *node { return &node{column: 0, at: at, left: leaf(0), right: leaf(v)} }
	f2 := plant(columns, &node{column: 1, at: 0.5, left: half(0.2, 2), right: &node{column: 2, levels: 0b001, left: half(0.6, 4), right: leaf(4)}})
	got, err = Local(context.Background(), f2, []float64{0.5, nan, 0, 3}, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	// The sides weigh 2/5 and 3/5.
	line := []float64{0, 0.8, 0.8 + 0.6*4}
	_, want := spread(line, []float64{0.2, 0.4, 0.4})
	_, other := spread([]float64{0.8, 0.8 + 0.6*4, 0.8 + 0.6*4}, nil)
	near(t, "importance across a missing entry", got[0].Mean, want/(want+other), 1e-14)
	mean, std, err := Along(f, []float64{0.2, 0.9, 1, 3}, 0, []float64{0.25, 0.26})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "prediction", mean[0], 1.5, 0)
	near(t, "prediction", mean[1], 5.5, 0)
	near(t, "spread", std[1], 4.5, 0)
}

func TestLocalRefuses(t *testing.T) {
	columns := []forest.Column{{}, {Levels: 2}}
	f := plant(columns, &node{column: 0, at: 0.5, left: leaf(1), right: leaf(2)})
	ctx := context.Background()
	for _, c := range []struct {
		f    *forest.Forest
		at   []float64
		opt  LocalOptions
		want string
	}{
		{&forest.Forest{Columns: columns}, []float64{0, 0}, LocalOptions{}, "no trees"},
		{f, []float64{0}, LocalOptions{}, "the row has 1 entries, want 2"},
		{f, []float64{0, 2}, LocalOptions{}, "the row, column 1 is 2, want a level"},
		{f, []float64{math.Inf(1), 0}, LocalOptions{}, "column 0 is +Inf"},
		{f, []float64{0, 0}, LocalOptions{Points: [][]float64{{1}}}, "points of 1 columns, want 2"},
		{f, []float64{0, 0}, LocalOptions{Points: [][]float64{{nan}, nil}}, "a point of column 0 is NaN"},
		{f, []float64{0, 0}, LocalOptions{Points: [][]float64{nil, {0.5}}}, "a point of column 1 is 0.5"},
	} {
		if _, err := Local(ctx, c.f, c.at, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
	if _, _, err := Along(f, []float64{0, 0}, 2, nil); err == nil {
		t.Error("no error for a column that does not exist")
	}
	done, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := Local(done, f, []float64{0, 0}, LocalOptions{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	// No variance along any line: nothing can be told.
	got, err := Local(ctx, f, []float64{nan, nan}, LocalOptions{})
	if err != nil || !math.IsNaN(got[0].Mean) || got[0].N != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}
