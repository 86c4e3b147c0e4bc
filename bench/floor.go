package main

import (
	"context"
	"math"
	"math/bits"
	"sync"

	"github.com/nasalyze/nasalyze/forest"
)

// floor is the work that a phase cannot do without: how many units of it, and how
// many bytes these have to read at least. What it takes to read so many bytes at
// the bandwidth of the memory is a bound from below, not one that can be reached.
// A phase need not be one that was timed: the floors of a job are summed up, too.
type floor struct {
	Phase string  `json:"phase"`
	Unit  string  `json:"unit"`
	Units float64 `json:"units"`
	Bytes float64 `json:"bytes"`
}

// floor adds work to a phase.
func (r *recorder) floor(phase string, f floor) {
	f.Phase = phase
	for i := range r.result.Floors {
		if old := &r.result.Floors[i]; old.Phase == phase && old.Unit == f.Unit {
			old.Units += f.Units
			old.Bytes += f.Bytes
			return
		}
	}
	r.result.Floors = append(r.result.Floors, f)
}

// times returns the work of doing the same several times.
func (f floor) times(n float64) floor {
	f.Units *= n
	f.Bytes *= n
	return f
}

// nodeBytes of a binary tree's node: column, threshold, right child, value; the
// left child is the next node.
const nodeBytes = 4 + 8 + 4 + 8

// different is the share of a bootstrap sample that are different rows, and of the weight of
// rows whose weights are drawn from a Poisson distribution with mean 1.
const different = 1 - 1/math.E

// visits of the fit: at every split each of the tried columns shows the response
// of every row of the node once, in the column's order. Rows that count several times are
// visited once: what share of the weight are different rows at the root is taken
// for the same everywhere.
func visits(f *forest.Forest, tried int, share float64) floor {
	if tried == 0 {
		tried = len(f.Columns)
	}
	sum := 0.0
	for i := range f.Trees {
		t := &f.Trees[i]
		for node := range t.NumNodes() {
			if !t.IsLeaf(node) {
				sum += float64(t.Weight[node]) * t.WeightUnit
			}
		}
	}
	sum *= share * float64(tried)
	return floor{Unit: "row and column at a split", Units: sum, Bytes: 8 * sum}
}

// nodesVisited by the main effects: each node once.
func nodesVisited(f *forest.Forest) floor {
	n := 0.0
	for i := range f.Trees {
		n += float64(f.Trees[i].NumNodes())
	}
	return floor{Unit: "node", Units: n, Bytes: nodeBytes * n}
}

// pairTerms counts the terms of all pairs: a split on u below a split on v counts
// for the pair of u and v, once however many splits on v are above it.
func pairTerms(f *forest.Forest) floor {
	sum := 0.0
	words := (len(f.Columns) + 63) / 64
	for i := range f.Trees {
		t := &f.Trees[i]
		above := make([]uint64, words*t.NumNodes())
		for node := range t.NumNodes() {
			if t.IsLeaf(node) {
				continue
			}
			u := int(t.Feature[node])
			own := above[words*node : words*(node+1)]
			for _, child := range []int{t.Left(node), int(t.Right[node])} {
				set := above[words*int(child) : words*(int(child)+1)]
				copy(set, own)
				set[u/64] |= 1 << (u % 64)
			}
			for w, set := range own {
				if w == u/64 {
					set &^= 1 << (u % 64)
				}
				sum += float64(bits.OnesCount64(set))
			}
		}
	}
	return floor{Unit: "split below a split on the pair's other column", Units: sum, Bytes: nodeBytes * sum}
}

// ranked is the work of correlating columns with gaps, pair by pair: every column is sorted by
// comparisons once, and the rows that two have in common are read once per pair.
func ranked(columns [][]float64) floor {
	f := floor{Unit: "comparison or shared row"}
	for i, a := range columns {
		n := 0.0
		for _, v := range a {
			if !math.IsNaN(v) {
				n++
			}
		}
		if n > 0 {
			f.Units += n * math.Log2(n)
		}
		f.Bytes += 8 * n
		for _, b := range columns[:i] {
			for k := range a {
				if !math.IsNaN(a[k]) && !math.IsNaN(b[k]) {
					f.Units++
					f.Bytes += 2 * 8
				}
			}
		}
	}
	return f
}

// bandwidth reads more memory than any cache holds, on all cores.
func bandwidth(_ context.Context, r *recorder) error {
	const size = 64 << 20 // float64s, half a GiB
	data := make([]float64, size)
	for i := range data {
		data[i] = float64(i & 7)
	}
	r.ready()
	parts := max(1, r.job.CPUs)
	sums := make([]float64, parts)
	if err := r.repeat("read memory", func() error {
		var wait sync.WaitGroup
		for p := range parts {
			wait.Go(func() { sums[p] = sum(data[p*size/parts : (p+1)*size/parts]) })
		}
		wait.Wait()
		return nil
	}); err != nil {
		return err
	}
	total := 0.0
	for _, s := range sums {
		total += s
	}
	r.answer("sum", total)
	r.answer("bytes", 8*size)
	return nil
}

// sum in eight chains, so that the additions do not wait for one another.
func sum(v []float64) float64 {
	var s [8]float64
	for ; len(v) >= 8; v = v[8:] {
		w := v[:8:8]
		s[0] += w[0]
		s[1] += w[1]
		s[2] += w[2]
		s[3] += w[3]
		s[4] += w[4]
		s[5] += w[5]
		s[6] += w[6]
		s[7] += w[7]
	}
	total := 0.0
	for _, x := range s {
		total += x
	}
	for _, x := range v {
		total += x
	}
	return total
}
