package forest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestCodes sets and changes the codes of narrow and wide columns in any order.
func TestCodes(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	widths := make([]int, 50)
	for c := range widths {
		widths[c] = []int{2, 7, narrow, narrow + 1, 300}[rng.IntN(5)]
	}
	const n = 9
	all, places := newCodes(n, widths)
	want := make([]uint16, n*len(widths))
	check := func(name string, c codes) {
		for i, code := range want {
			if got := c.at(&places[i%len(widths)], uint32(i/len(widths))); got != code {
				t.Fatalf("%s: row %d, column %d: code %d, want %d", name, i/len(widths), i%len(widths), got, code)
			}
		}
	}
	check("new", all)
	for range 3 {
		for _, i := range rng.Perm(len(want)) {
			want[i] = uint16(rng.IntN(widths[i%len(widths)]))
			all.set(&places[i%len(widths)], uint32(i/len(widths)), want[i])
		}
		check("set", all)
	}
	other := all.clone()
	for c := range widths {
		all.set(&places[c], 3, 0)
	}
	check("clone", other)
}

// TestConstants compares words that differ in some columns.
func TestConstants(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for range 1000 {
		differ, want := uint64(0), uint64(0)
		for c := range packs {
			if rng.IntN(2) == 0 {
				want |= 1 << (c * codeBits)
			} else {
				differ |= uint64(1+rng.IntN(narrow-1)) << (c * codeBits)
			}
		}
		if got := constants(differ); got != want {
			t.Fatalf("%#x: constant %#x, want %#x", differ, got, want)
		}
	}
}

// TestColumnsInAnyOrder: where a column is, and with it the place of its codes, has no
// influence on a tree that tries all of them.
func TestColumnsInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	const n, d = 600, 45
	x, y, reversed := make([]float64, n*d), make([]float64, n), make([]float64, n*d)
	cols := make([]Column, d)
	for j := range cols {
		cols[j] = Column{Levels: []int{0, 3, 20}[j%3], Upper: 40}
	}
	for i := range n {
		for j, c := range cols {
			v := rng.IntN(2 + j%7)
			if j%11 == 0 {
				v = rng.IntN(20)
			}
			if c.Levels > 0 {
				v %= c.Levels
			}
			x[i*d+j], reversed[i*d+d-1-j] = float64(v), float64(v)
			y[i] += math.Sin(float64(j + v))
		}
	}
	opt := cart
	opt.MinLeaf = 10
	f := mustFit(t, x, y, nil, cols, opt)
	slices.Reverse(cols)
	g := mustFit(t, reversed, y, nil, cols, opt)
	if f.Trees[0].NumLeaves() < 20 {
		t.Fatalf("%d leaves", f.Trees[0].NumLeaves())
	}
	p, q := f.Predict(nil, x), g.Predict(nil, reversed)
	for i := range p {
		if math.Abs(p[i]-q[i]) > 1e-9 {
			t.Fatalf("row %d: %v, with the columns reversed %v", i, p[i], q[i])
		}
	}
}
