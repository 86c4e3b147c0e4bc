package forest

import (
	"math"
	"slices"
)

// hashBits such that at most a quarter of a hash table is full.
const hashBits = 10

// codebook numbers the different values of a column in ascending order.
type codebook struct {
	values []float64
	codes  [1 << hashBits]uint16 // hash table of codes, each plus 1
}

// at returns the place of a value in the hash table, or where it belongs.
func (c *codebook) at(v float64) uint64 {
	// The bits of round numbers differ in the highest places only, and so does the product. -0 is 0.
	h := math.Float64bits(v+0) * 0x9e3779b97f4a7c15 >> (64 - hashBits)
	for c.codes[h] != 0 && c.values[c.codes[h]-1] != v {
		h = (h + 1) % uint64(len(c.codes))
	}
	return h
}

// add gives a value the next code.
func (c *codebook) add(at uint64, v float64) {
	c.values = append(c.values, v+0)
	c.codes[at] = uint16(len(c.values))
}

// codebook of a numeric column, nil if it has a single value, gaps, or more values than
// are worth counting.
func (t *table) codebook(j int) *codebook {
	most := min(maxCodes, t.n/4)
	if t.cols[j].Levels > 0 {
		return nil
	}
	var found, sorted codebook
	for i := range t.n {
		v := t.x[i*t.d+j]
		if v != v {
			return nil
		}
		at := found.at(v)
		if found.codes[at] != 0 {
			continue
		}
		if len(found.values) == most {
			return nil
		}
		found.add(at, v)
	}
	if len(found.values) < 2 {
		return nil
	}
	slices.Sort(found.values)
	for _, v := range found.values {
		sorted.add(sorted.at(v), v)
	}
	return &sorted
}

// code fills the codes of the coded columns. Missing ones are drawn by each tree.
func (t *table) code(books []*codebook) {
	t.codes, t.places = newCodes(t.n, t.width)
	for c, j := range t.coded {
		book, p := books[j], &t.places[c]
		for i := range t.n {
			v := t.x[i*t.d+int(j)]
			switch {
			case book != nil:
				t.codes.set(p, uint32(i), book.codes[book.at(v)]-1)
			case v == v:
				t.codes.set(p, uint32(i), uint16(v))
			}
		}
	}
}
