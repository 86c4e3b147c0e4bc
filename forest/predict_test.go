package forest

import (
	"context"
	"math"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// pair of trees on one numeric and one categorical column with three levels.
func twoTrees() *Forest {
	return &Forest{
		Columns: []Column{{}, {Levels: 3}},
		Trees: []Tree{
			{ // x0 <= 0.5 ? 1 : (level in {0, 2} ? 2 : 6)
				Feature: []int32{0, -1, 1, -1, -1}, Threshold: []float64{0.5, 0, 0, 0, 0}, Subset: []int32{-1, -1, 0, -1, -1},
				Right: []int32{2, -1, 4, -1, -1},
				Value: []float64{2.6, 1, 11.0 / 3, 2, 6}, Variance: []float64{9, 0.5, 9, 0.1, 0.2}, Weight: []float32{8, 2, 6, 4, 2},
				Bits: []uint64{0b101},
			},
			{Feature: []int32{-1}, Threshold: []float64{0}, Subset: []int32{-1}, Right: []int32{-1},
				Value: []float64{4}, Variance: []float64{2}, Weight: []float32{8}},
		},
	}
}

func TestPredictByHand(t *testing.T) {
	f := twoTrees()
	x := []float64{
		0.5, 1,
		0.6, 1,
		0.6, 2,
		0.6, nan, // 4/6 of leaf 2, 2/6 of leaf 6
		nan, 1, // 2/8 of leaf 1, 6/8 of leaf 6
		nan, nan, // 2/8, 4/8, 2/8
	}
	mean, variance := f.PredictVar(nil, nil, x)
	// First tree: mean and variance of the mixtures.
	m := []float64{1, 6, 2, 10.0 / 3, 4.75, 2.75}
	v := []float64{0.5, 0.2, 0.1,
		(4*(0.1+4)+2*(0.2+36))/6 - 100.0/9,
		(2*(0.5+1)+6*(0.2+36))/8 - 4.75*4.75,
		(2*(0.5+1)+4*(0.1+4)+2*(0.2+36))/8 - 2.75*2.75}
	for i := range m {
		wantMean := (m[i] + 4) / 2
		within := (v[i] + 2) / 2
		between := (m[i] - 4) * (m[i] - 4) / 4
		if math.Abs(mean[i]-wantMean) > 1e-12 || math.Abs(variance[i]-within-between) > 1e-12 {
			t.Errorf("row %d: %v, %v; want %v, %v", i, mean[i], variance[i], wantMean, within+between)
		}
	}
	dst := make([]float64, len(m))
	if got := f.Predict(dst, x); &got[0] != &dst[0] || cmp.Diff(mean, got) != "" {
		t.Errorf("Predict: %v, want %v", got, mean)
	}
}

// Nodes whose weights are nothing beside the largest one have a prediction all the same.
func TestPredictTinyWeights(t *testing.T) {
	x, y, w := []float64{0.1, 0.1, 0.9, 0.1, 0.9, 0.9}, []float64{1, 3, 5}, []float64{1, 1e-50, 1e-50}
	f, err := Fit(context.Background(), x, y, w, make([]Column, 2), Options{Trees: 4, NoBootstrap: true, FeatureFraction: 1})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range f.Predict(nil, []float64{nan, nan, 0.9, nan, nan, 0.9}) {
		if !(v >= 1 && v <= 5) {
			t.Errorf("predictions %v, want some from 1 to 5", v)
		}
	}
}

func TestPredictManyRows(t *testing.T) {
	// More rows than one block, so that several goroutines are at work.
	x, y, w, cols := mixed(500, 1)
	f := mustFit(t, x, y, w, cols, Options{Trees: 5})
	points, _, _, _ := mixed(3*blockRows+17, 2)
	d := len(cols)
	all, variance := f.PredictVar(nil, nil, points)
	for i := range all {
		m, v := f.PredictVar(nil, nil, points[i*d:(i+1)*d])
		if m[0] != all[i] || v[0] != variance[i] {
			t.Fatalf("row %d: %v, %v alone, %v, %v among others", i, m[0], v[0], all[i], variance[i])
		}
	}
}

func TestPredictPanics(t *testing.T) {
	f := twoTrees()
	for name, call := range map[string]func(){
		"length of x":    func() { f.Predict(nil, make([]float64, 3)) },
		"length of dst":  func() { f.Predict(make([]float64, 2), make([]float64, 2)) },
		"unknown level":  func() { f.Predict(nil, []float64{0, 3}) },
		"no columns":     func() { new(Forest).Predict(nil, nil) },
		"infinite value": func() { f.Predict(nil, []float64{math.Inf(1), 0}) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			call()
		}()
	}
}

func TestPredictNothing(t *testing.T) {
	if p := twoTrees().Predict(nil, nil); len(p) != 0 {
		t.Errorf("predictions of no rows: %v", p)
	}
}
