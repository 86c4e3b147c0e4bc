package main

import (
	"context"
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/forest"
)

// pairTermsSlowly follows the path from the root to every node.
func pairTermsSlowly(t *forest.Tree, node int32, above map[int32]bool) float64 {
	if t.IsLeaf(int(node)) {
		return 0
	}
	u := t.Feature[node]
	sum := float64(len(above))
	if above[u] {
		sum--
	}
	below := map[int32]bool{u: true}
	for v := range above {
		below[v] = true
	}
	return sum + pairTermsSlowly(t, int32(t.Left(int(node))), below) + pairTermsSlowly(t, t.Right[node], below)
}

func TestFloors(t *testing.T) {
	for _, d := range []int{3, 70} { // one word of columns and two
		data := friedman(200, max(d, 5), 1)
		d = max(d, 5)
		var x, y []float64
		for i := range 200 {
			x, y = append(x, data[i*(d+1):i*(d+1)+d]...), append(y, data[i*(d+1)+d])
		}
		f, err := forest.Fit(context.Background(), x, y, nil, make([]forest.Column, d), forest.Options{Trees: 3, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		want, inner := 0.0, 0.0
		for i := range f.Trees {
			want += pairTermsSlowly(&f.Trees[i], 0, nil)
			for n := range f.Trees[i].NumNodes() {
				if !f.Trees[i].IsLeaf(n) {
					inner += float64(f.Trees[i].Weight[n])
				}
			}
		}
		if got := pairTerms(f).Units; got != want || got == 0 {
			t.Errorf("%d columns: %v terms of pairs, by paths %v", d, got, want)
		}
		// 200 rows at the root, each of them on a path of several splits.
		if got := visits(f, 2, 0.5).Units; math.Abs(got-2*inner*0.5) > 1e-6*got || got < 2*3*200*0.5 {
			t.Errorf("%d columns: %v visits", d, got)
		}
	}
}

// Of rows with weights as the bootstrap of a report draws them, those in a node are counted
// by the weight of the node.
func TestVisitsOfWeightedRows(t *testing.T) {
	const n, d = 2000, 3
	src := rand.New(rand.NewPCG(1, 2))
	table := &nasalyze.Table{N: n, D: d}
	for range n {
		for range d {
			table.X = append(table.X, src.Float64())
		}
		table.Y = append(table.Y, src.NormFloat64())
	}
	x, y, w := resample(table, src)
	if share := float64(len(y)) / n; math.Abs(share-different) > 0.03 {
		t.Fatalf("%.3f of the rows are drawn, want %.3f", share, different)
	}
	f, err := forest.Fit(context.Background(), x, y, w, make([]forest.Column, d), forest.Options{Trees: 1, NoBootstrap: true, MinLeaf: 5, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	tree, want := &f.Trees[0], 0.0
	for i := range y {
		row := x[i*d : (i+1)*d]
		for node := range tree.NumNodes() {
			if !tree.IsLeaf(node) && passes(tree, node, row) {
				want += 2
			}
		}
	}
	if got := visits(f, 2, different); math.Abs(got.Units-want) > 0.05*want || got.Bytes != 8*got.Units {
		t.Errorf("%v visits in %v bytes, by rows %v", got.Units, got.Bytes, want)
	}
}

func TestRankedFloor(t *testing.T) {
	nan := math.NaN()
	columns := [][]float64{{1, 2, 3, 4}, {nan, 2, nan, 5}, {1, nan, nan, 7}, {nan, nan, nan, nan}}
	// 4 rows sorted in 8 comparisons, 2 in 2, 2 in 2; 2, 2 and 1 rows in common.
	if got := ranked(columns); got.Units != 8+2+2+5 || got.Bytes != 8*(4+2+2)+16*5 {
		t.Errorf("%v units in %v bytes", got.Units, got.Bytes)
	}
}

// The floors of a phase and of a whole job are sums, and what was not timed by itself has
// no distance of its own.
func TestPrintFloors(t *testing.T) {
	var r recorder
	r.floor("fit", floor{Unit: "node", Units: 2e6, Bytes: 1e9})
	r.floor("fit", floor{Unit: "node", Units: 2e6, Bytes: 1e9}.times(2))
	r.floor("rest", floor{Unit: "leaf", Units: 1e6, Bytes: 1e9})
	r.result.Phases = []phase{
		{Name: "fit 1", Seconds: []float64{5}, CPU: []float64{8}}, {Name: "fit 2", Seconds: []float64{3}, CPU: []float64{4}},
		{Name: "more", Seconds: []float64{3}, CPU: []float64{4}},
	}
	ours := &outcome{Runs: []*result{&r.result}}
	var b strings.Builder
	on := machine{Cores: 2, Memory: 1e9}
	printFloors(&b, []*row{{Input: "in", Ours: ours, Machine: on}, {Input: "in", Ours: ours, Machine: on}})
	squeezed := regexp.MustCompile(` +`).ReplaceAllString(b.String(), " ")
	for _, want := range []string{
		"| in | fit | 12.0 s of CPU | 6.00 million | node | 2000 ns | 6.00 s | 2.00 |\n",
		"| in | rest | | 1.00 million | leaf | | 2.00 s | |\n",
		"| in | all of it | 16.0 s of CPU | | | | 8.00 s | 2.00 |\n",
	} {
		if strings.Count(squeezed, want) != 1 {
			t.Errorf("want once %q in:\n%s", want, b.String())
		}
	}
}

func TestFraction(t *testing.T) {
	for d := 1; d <= 64; d++ {
		for tried := range d + 1 {
			want := tried
			if tried == 0 {
				want = d
			}
			if got := math.Ceil(fraction(tried, d) * float64(d)); int(got) != want {
				t.Errorf("%d of %d columns: fraction %v tries %v", tried, d, fraction(tried, d), got)
			}
		}
	}
}
