package fanova

import (
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze/forest"
)

// Interval is a closed range of values of a numeric column.
type Interval struct{ Lower, Upper float64 }

// Part selects a part of the domain of one column. The zero value is the whole domain.
type Part struct {
	// Intervals of a numeric column, ascending, without overlap. What lies outside the
	// bounds of the column is cut off.
	Intervals []Interval
	// Levels of a categorical column, ascending.
	Levels []int
}

// Region is a box: the product of one [Part] per column. Conditions that must
// all hold, each on one column, make a box, so that the measure on it is a product
// again and functional ANOVA is defined there. Alternatives on different columns
// make none.
type Region []Part

// whole reports whether the part is the whole domain by being the zero value.
func (p Part) whole() bool { return p.Intervals == nil && p.Levels == nil }

// And returns the box where both hold; an impossible combination has a part without
// values, which [Region.Volume] gives 0 and [Within] refuses.
func (r Region) And(o Region) (Region, error) {
	if len(r) != len(o) {
		return nil, fmt.Errorf("fanova: regions of %d and %d columns do not intersect", len(r), len(o))
	}
	both := make(Region, len(r))
	for c := range both {
		a, b := r[c], o[c]
		switch {
		case a.whole():
			both[c] = b
		case b.whole():
			both[c] = a
		case (a.Levels == nil) != (b.Levels == nil):
			return nil, fmt.Errorf("fanova: column %d: levels and intervals do not intersect", c)
		case a.Levels != nil:
			both[c].Levels = slices.DeleteFunc(slices.Clone(a.Levels), func(l int) bool { return !slices.Contains(b.Levels, l) })
		default:
			both[c].Intervals = []Interval{}
			for _, s := range a.Intervals {
				for _, t := range b.Intervals {
					if i := (Interval{max(s.Lower, t.Lower), min(s.Upper, t.Upper)}); i.Lower <= i.Upper {
						both[c].Intervals = append(both[c].Intervals, i)
					}
				}
			}
		}
	}
	return both, nil
}

// Volume returns the share of the domain that the box takes, 0 to 1: the
// probability that a configuration drawn uniformly lies in it. It is an error if a
// part does not fit its column.
func (r Region) Volume(columns []forest.Column) (float64, error) {
	if err := r.check(columns); err != nil {
		return 0, err
	}
	volume := 1.0
	for c, p := range r {
		col := columns[c]
		switch lower, upper := col.Bounds(); {
		case p.whole():
		case col.Levels > 0:
			volume *= float64(len(p.Levels)) / float64(col.Levels)
		default:
			length := 0.0
			inside := p.clip(lower, upper)
			for _, i := range inside {
				length += i.Upper - i.Lower
			}
			if lower < upper {
				volume *= length / (upper - lower)
			} else if len(inside) == 0 {
				return 0, nil
			}
		}
	}
	return volume, nil
}

// clip returns the intervals within bounds, at least touching them.
func (p Part) clip(lower, upper float64) []Interval {
	var inside []Interval
	for _, i := range p.Intervals {
		if i = (Interval{max(i.Lower, lower), min(i.Upper, upper)}); i.Lower <= i.Upper {
			inside = append(inside, i)
		}
	}
	return inside
}

// check reports the first part that does not fit its column.
func (r Region) check(columns []forest.Column) error {
	if len(r) != len(columns) {
		return fmt.Errorf("fanova: region of %d parts, want one for each of the %d columns", len(r), len(columns))
	}
	for c, p := range r {
		k := columns[c].Levels
		if k > 0 && p.Intervals != nil {
			return fmt.Errorf("fanova: column %d is categorical, want levels instead of intervals", c)
		}
		if k == 0 && p.Levels != nil {
			return fmt.Errorf("fanova: column %d is numeric, want intervals instead of levels", c)
		}
		last := -1
		for _, l := range p.Levels {
			if l <= last || l >= k {
				return fmt.Errorf("fanova: column %d: level %d after %d, want ascending ones below %d", c, l, last, k)
			}
			last = l
		}
		before := math.Inf(-1)
		for _, i := range p.Intervals {
			if !(i.Lower <= i.Upper && i.Lower >= before) {
				return fmt.Errorf("fanova: column %d: interval [%v, %v] after %v, want ascending ones without overlap", c, i.Lower, i.Upper, before)
			}
			before = i.Upper
		}
	}
	return nil
}
