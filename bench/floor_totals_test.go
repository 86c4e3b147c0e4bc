package main

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// cells are one point of every cell that the splits of a tree divide the domain into.
func cells(columns []forest.Column, t *forest.Tree) [][]float64 {
	points := [][]float64{nil}
	for c, column := range columns {
		var values []float64
		if column.Levels > 0 {
			for l := range column.Levels {
				values = append(values, float64(l))
			}
		} else {
			values = append(values, 1)
			for i := range t.NumNodes() {
				if t.Feature[i] == int32(c) {
					values = append(values, t.Threshold[i])
				}
			}
			slices.Sort(values)
			values = slices.Compact(values)
		}
		var longer [][]float64
		for _, p := range points {
			for _, v := range values {
				longer = append(longer, append(slices.Clone(p), v))
			}
		}
		points = longer
	}
	return points
}

// productsSlowly tries all divisions of the pairs of leaves below p and q, which are on the two
// sides of a split on column c. What a subtree depends on, and what of it the other one
// restricts, it sees from the cells.
func productsSlowly(t *forest.Tree, cells [][]float64, p, q, c int) float64 {
	common := func(x, y []float64) bool { // but for column c
		for j := range x {
			if j != c && x[j] != y[j] {
				return false
			}
		}
		return true
	}
	in := func(node int) [][]float64 {
		return slices.DeleteFunc(slices.Clone(cells), func(x []float64) bool { return !passes(t, node, x) })
	}
	mine, theirs := in(p), in(q)
	// depends tells the columns along which the leaf changes, restricted those in which
	// some of the values of a are not in b.
	depends := func(points [][]float64) (on [3]bool) {
		for _, x := range points {
			for _, y := range points {
				if differ := differences(x, y); len(differ) == 1 && differ[0] != c && t.Leaf(x) != t.Leaf(y) {
					on[differ[0]] = true
				}
			}
		}
		return on
	}
	restricted := func(a, b [][]float64) (on [3]bool) {
		for j := range on {
			for _, x := range a {
				on[j] = on[j] || j != c && !slices.ContainsFunc(b, func(y []float64) bool { return y[j] == x[j] })
			}
		}
		return on
	}
	if !slices.ContainsFunc(mine, func(x []float64) bool {
		return slices.ContainsFunc(theirs, func(y []float64) bool { return common(x, y) })
	}) {
		return 0
	}
	a, b := depends(mine), depends(theirs)
	cutA, cutB := restricted(mine, theirs), restricted(theirs, mine)
	independent := true
	for j := range a {
		independent = independent && !(a[j] && (b[j] || cutA[j]) || b[j] && cutB[j])
	}
	if independent {
		return 1
	}
	least := math.Inf(1)
	if !t.IsLeaf(p) {
		least = productsSlowly(t, cells, t.Left(p), q, c) + productsSlowly(t, cells, int(t.Right[p]), q, c)
	}
	if !t.IsLeaf(q) {
		least = min(least, productsSlowly(t, cells, p, t.Left(q), c)+productsSlowly(t, cells, p, int(t.Right[q]), c))
	}
	return least
}

// differences lists the columns in which two points differ.
func differences(x, y []float64) []int {
	var d []int
	for j := range x {
		if x[j] != y[j] {
			d = append(d, j)
		}
	}
	return d
}

// passes tells whether the way of x to its leaf leads through a node.
func passes(t *forest.Tree, node int, x []float64) bool {
	i := 0
	for i != node {
		switch {
		case t.IsLeaf(i):
			return false
		case t.GoesLeft(i, x[t.Feature[i]]):
			i = t.Left(i)
		default:
			i = int(t.Right[i])
		}
	}
	return true
}

func TestTotalTerms(t *testing.T) {
	columns := []forest.Column{{}, {Levels: 4}, {Lower: -1, Upper: 1}}
	src := rand.New(rand.NewPCG(1, 2))
	var x, y []float64
	for range 20 {
		x = append(x, src.Float64(), float64(src.IntN(4)), 2*src.Float64()-1)
		y = append(y, src.NormFloat64())
	}
	f, err := forest.Fit(context.Background(), x, y, nil, columns, forest.Options{Trees: 8, MinLeaf: 1, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	sum, leaves := 0.0, 0.0
	for i := range f.Trees {
		tree := &f.Trees[i]
		leaves += float64(tree.NumLeaves())
		all := cells(columns, tree)
		for n := range tree.NumNodes() {
			if !tree.IsLeaf(n) {
				sum += productsSlowly(tree, all, tree.Left(n), int(tree.Right[n]), int(tree.Feature[n]))
			}
		}
	}
	got := totalTerms(f)
	if got.Units != sum || sum <= leaves || got.Bytes != 2*nodeBytes*sum {
		t.Errorf("%v products in %v bytes, by all divisions %v, of %v leaves", got.Units, got.Bytes, sum, leaves)
	}
}
