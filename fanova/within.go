package fanova

import (
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/forest"
)

// Within restricts a forest to a box of its domain. The result is a forest whose
// columns span the box alone, so that [New] decomposes the function there, exactly:
// the variance among the configurations in the box and the shares of it that
// the columns explain. This is importance given a condition: with the parents of a
// conditional parameter restricted to the values that make it active, importance given
// active.
//
// A numeric column keeps its scale where its part is one interval. Several
// intervals are moved together, without the gaps; a categorical column that loses
// levels numbers the others 0, 1, ... anew. [Part.Place] says where a value is then.
//
// Value, Variance and Weight of the nodes and OutOfBag stay those of the whole
// training set. Trees are shared with f where nothing in them changes. The time is
// O(nodes).
//
// It is an error if a part does not fit its column or is empty. A part of one
// point fixes the column; several points are an error, as their measure is undefined.
func Within(f *forest.Forest, r Region) (*forest.Forest, error) {
	if err := r.check(f.Columns); err != nil {
		return nil, err
	}
	out := &forest.Forest{Columns: slices.Clone(f.Columns), Trees: slices.Clone(f.Trees), OutOfBag: f.OutOfBag}
	moves := make([]func(float64) float64, len(r)) // of thresholds, nil where they stay
	anyMoves, anyLevels := false, false
	for c, p := range r {
		if p.whole() {
			continue
		}
		if f.Columns[c].Levels > 0 {
			if len(p.Levels) == 0 {
				return nil, fmt.Errorf("fanova: column %d: no level in the region", c)
			}
			out.Columns[c].Levels = len(p.Levels)
			anyLevels = true
			continue
		}
		lower, upper := f.Columns[c].Bounds()
		inside, err := proper(p.clip(lower, upper))
		if err != nil {
			return nil, fmt.Errorf("fanova: column %d: %w", c, err)
		}
		out.Columns[c].Lower, out.Columns[c].Upper = inside[0].Lower, end(inside)
		if out.Columns[c] == (forest.Column{}) {
			// Two zeros stand for the unit interval. The values between the
			// smallest negative number and 0 are 0 alone.
			out.Columns[c].Lower = -math.SmallestNonzeroFloat64
		}
		if len(inside) > 1 {
			moves[c] = func(t float64) float64 { return moved(inside, t) }
			anyMoves = true
		}
	}
	for k := range f.Trees {
		if err := checkTree(f.Columns, &f.Trees[k]); err != nil {
			return nil, fmt.Errorf("fanova: tree %d: %w", k, err)
		}
		if anyMoves {
			move(&out.Trees[k], moves)
		}
		if anyLevels {
			relabel(&out.Trees[k], f.Columns, r)
		}
	}
	return out, nil
}

// proper leaves out points beside intervals, which have no measure.
func proper(inside []Interval) ([]Interval, error) {
	long := slices.DeleteFunc(slices.Clone(inside), func(i Interval) bool { return i.Lower == i.Upper })
	switch {
	case len(inside) == 0:
		return nil, fmt.Errorf("no value in the region")
	case len(long) > 0:
		return long, nil
	case len(inside) > 1:
		return nil, fmt.Errorf("%d points in the region, want intervals or one point", len(inside))
	}
	return inside, nil
}

// end returns where the last interval ends once the gaps are closed.
func end(inside []Interval) float64 {
	if len(inside) == 1 {
		return inside[0].Upper
	}
	return moved(inside, inside[len(inside)-1].Upper)
}

// moved returns the place of t once the gaps between the intervals are closed; a
// point in a gap is where the gap was. It is monotone in t.
func moved(inside []Interval, t float64) float64 {
	at := inside[0].Lower
	if t < at {
		return t
	}
	for _, i := range inside {
		next := at + (i.Upper - i.Lower)
		if t <= i.Lower {
			return at
		}
		if t <= i.Upper {
			return min(at+(t-i.Lower), next)
		}
		at = next
	}
	return at + (t - inside[len(inside)-1].Upper)
}

// Place returns the value that stands for v in the column as [Within] restricted it
// to the part, and whether v lies in the part. The column is the one before the
// restriction.
func (p Part) Place(column forest.Column, v float64) (float64, bool) {
	if p.whole() {
		return v, true
	}
	if column.Levels > 0 {
		i := slices.IndexFunc(p.Levels, func(l int) bool { return float64(l) == v })
		return float64(i), i >= 0
	}
	lower, upper := column.Bounds()
	inside, err := proper(p.clip(lower, upper))
	if err != nil {
		return math.NaN(), false
	}
	for k, i := range inside {
		if v < i.Lower || v > i.Upper {
			continue
		}
		if len(inside) == 1 {
			return v, true
		}
		at := moved(inside, v)
		if k > 0 && at == moved(inside, inside[k-1].Upper) {
			// The splits in the gap before have the rows at their threshold on the left.
			at = math.Nextafter(at, math.Inf(1))
		}
		return at, true
	}
	return math.NaN(), false
}

// move closes the gaps in the thresholds of a tree.
func move(t *forest.Tree, moves []func(float64) float64) {
	t.Threshold = slices.Clone(t.Threshold)
	for i, c := range t.Feature {
		if c >= 0 && moves[c] != nil {
			t.Threshold[i] = moves[c](t.Threshold[i])
		}
	}
}

// relabel numbers the levels that are left anew in all splits of a tree.
func relabel(t *forest.Tree, columns []forest.Column, r Region) {
	src := *t
	t.Subset, t.Bits = slices.Clone(src.Subset), nil
	if t.Subset == nil { // a threshold on levels becomes a set, too
		t.Subset = slices.Repeat([]int32{-1}, len(src.Feature))
	}
	for i, c := range src.Feature {
		if c < 0 || columns[c].Levels == 0 {
			continue
		}
		levels := r[c].Levels
		if levels == nil {
			levels = make([]int, columns[c].Levels)
			for l := range levels {
				levels[l] = l
			}
		}
		set := make([]uint64, words(len(levels)))
		for k, l := range levels {
			if src.GoesLeft(i, float64(l)) {
				set[k>>6] |= 1 << (k & 63)
			}
		}
		t.Subset[i] = int32(len(t.Bits))
		t.Bits = append(t.Bits, set...)
	}
}
