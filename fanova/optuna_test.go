package fanova

import (
	"context"
	"encoding/json"
	"math/bits"
	"os"
	"strconv"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// TestOptuna compares with what Optuna's _FanovaTree computes from the same
// tree arrays, fitted by scikit-learn; testdata/optuna_trees.py made the file and
// names the versions.
func TestOptuna(t *testing.T) {
	data, err := os.ReadFile("testdata/optuna_trees.json")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Bounds [][2]float64 `json:"bounds"`
		Trees  []struct {
			Feature   []int32            `json:"feature"`
			Threshold []float64          `json:"threshold"`
			Left      []int32            `json:"left"`
			Right     []int32            `json:"right"`
			Value     []float64          `json:"value"`
			Variance  float64            `json:"variance"`
			Closed    map[string]float64 `json:"closed"`
		} `json:"trees"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		t.Fatal(err)
	}
	f := &forest.Forest{}
	for _, b := range file.Bounds {
		f.Columns = append(f.Columns, forest.Column{Lower: b[0], Upper: b[1]})
	}
	for _, s := range file.Trees {
		tree := forest.Tree{Feature: s.Feature, Threshold: s.Threshold, Right: s.Right, Value: s.Value}
		for i, c := range s.Feature {
			if c < 0 {
				tree.Feature[i] = -1 // scikit-learn's -2
			}
			if c >= 0 && s.Left[i] != int32(tree.Left(i)) {
				t.Fatal("scikit-learn grew a tree that is not in preorder")
			}
		}
		f.Trees = append(f.Trees, tree)
	}
	d := decompose(t, f, Options{})
	const eps = 1e-12
	closed := func(k, mask int) float64 { return file.Trees[k].Closed[strconv.Itoa(mask)] }
	mains, both := d.Mains(), pairs(t, d)
	totals, err := d.Totals(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	for k, s := range file.Trees {
		v := d.Variances()[k]
		near(t, "variance", v, s.Variance, eps)
		for c, e := range mains {
			near(t, "main", e.IndividualByTree[k]*v, closed(k, 1<<c), eps)
			near(t, "total", totals[c].ByTree[k]*v, s.Variance-closed(k, 15&^(1<<c)), eps)
		}
		for _, e := range both {
			near(t, "pair", e.TotalByTree[k]*v, closed(k, 1<<e.Columns[0]|1<<e.Columns[1]), eps)
		}
	}
	for mask := 1; mask < 16; mask++ {
		e, err := d.Subset(context.Background(), columnsOf(mask)...)
		if err != nil {
			t.Fatal(err)
		}
		for k := range file.Trees {
			v := d.Variances()[k]
			near(t, "closed subset", e.TotalByTree[k]*v, closed(k, mask), eps)
			// The individual effect by inclusion and exclusion of theirs.
			want := 0.0
			for w := mask; w > 0; w = (w - 1) & mask {
				sign := 1 - 2*float64(bits.OnesCount(uint(mask&^w))&1)
				want += sign * closed(k, w)
			}
			near(t, "individual subset", e.IndividualByTree[k]*v, want, eps)
		}
	}
}
