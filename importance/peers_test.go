package importance

import (
	"context"
	"math"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// treesFile is what testdata/trees.py wrote.
type treesFile struct {
	Lower, Upper []float64
	Trees        []struct {
		Feature, Left, Right               []int32
		Threshold, Value, Variance, Weight []float64
		Impurity                           []float64
	}
	Impurity []float64
	From, To []float64
	Local    [][]float64
	Path     []struct {
		Column    int
		Loss, Std float64
	}
}

func (file *treesFile) forest() *forest.Forest {
	f := &forest.Forest{}
	for c := range file.Lower {
		f.Columns = append(f.Columns, forest.Column{Lower: file.Lower[c], Upper: file.Upper[c]})
	}
	for _, s := range file.Trees {
		t := forest.Tree{Feature: s.Feature, Threshold: s.Threshold, Right: s.Right, Value: s.Value, Variance: s.Variance, WeightUnit: 1}
		for i, c := range s.Feature {
			if c < 0 {
				t.Feature[i] = -1 // scikit-learn's -2
			}
			if c >= 0 && s.Left[i] != int32(t.Left(i)) {
				panic("scikit-learn grew a tree that is not in preorder")
			}
			t.Weight = append(t.Weight, float32(s.Weight[i]))
		}
		f.Trees = append(f.Trees, t)
	}
	return f
}

func TestImpurityScikitLearn(t *testing.T) {
	var file treesFile
	load(t, "trees.json", &file)
	got, err := Impurity(file.forest())
	if err != nil {
		t.Fatal(err)
	}
	for c, s := range got {
		near(t, "forest", s.Mean, file.Impurity[c], 1e-12)
		for k := range file.Trees {
			near(t, "tree", s.Each[k], file.Trees[k].Impurity[c], 1e-12)
		}
	}
}

// TestLocalDeepCAVE compares with DeepCAVE's definition at its points, and the
// exact variances with those of very many points.
func TestLocalDeepCAVE(t *testing.T) {
	var file treesFile
	load(t, "trees.json", &file)
	f := file.forest()
	grid := func(n int) [][]float64 {
		points := make([][]float64, len(f.Columns))
		for c := range points {
			for i := range n {
				points[c] = append(points[c], file.Lower[c]+(file.Upper[c]-file.Lower[c])*float64(i)/float64(n-1))
			}
		}
		return points
	}
	ctx := context.Background()
	got, err := Local(ctx, f, file.To, LocalOptions{Points: grid(500)})
	if err != nil {
		t.Fatal(err)
	}
	exact, err := Local(ctx, f, file.To, LocalOptions{})
	if err != nil {
		t.Fatal(err)
	}
	fine, err := Local(ctx, f, file.To, LocalOptions{Points: grid(20000)})
	if err != nil {
		t.Fatal(err)
	}
	for c := range got {
		for k, v := range got[c].Each {
			near(t, "local importance", v, file.Local[c][k], 1e-12)
			near(t, "exact local importance", exact[c].Each[k], fine[c].Each[k], 2e-4)
		}
	}
}

func TestAblateDeepCAVE(t *testing.T) {
	var file treesFile
	load(t, "trees.json", &file)
	p, err := Ablate(context.Background(), file.forest(), file.From, file.To, AblationOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Steps) != len(file.Path) {
		t.Fatalf("%d steps, want %d", len(p.Steps), len(file.Path))
	}
	before := p.Start.Mean
	for i, want := range file.Path {
		s := p.Steps[i]
		if len(s.Columns) != 1 || s.Columns[0] != want.Column {
			t.Errorf("step %d changes %v, want %d", i, s.Columns, want.Column)
		}
		near(t, "loss", s.Loss.Mean, want.Loss, 1e-12)
		near(t, "spread", s.Loss.Std, want.Std, 1e-12)
		near(t, "gain", s.Gain.Mean, before-want.Loss, 1e-12)
		before = want.Loss
	}
	near(t, "end", p.End.Mean, before, 1e-12)
	near(t, "gain of the path", p.Gain.Mean, p.Start.Mean-p.End.Mean, 1e-12)
	if math.IsNaN(p.Gain.Std) {
		t.Error("no spread of the gain")
	}
}
