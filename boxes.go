package nasalyze

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

// Range is a closed range of an encoded numeric or ordinal parameter.
type Range struct{ Lower, Upper float64 }

// Part is a subset of the encoded values of one parameter.
type Part struct {
	// Param is the index in Space.Params.
	Param int
	// Ranges of a numeric or ordinal, ascending, without overlap; nil for others.
	Ranges []Range
	// Levels of a categorical, ascending; nil for others.
	Levels []int
}

// Box is a part of the encoded cube: the product of its parts, in ascending order of
// their parameters. Parameters without a part take all their values. The empty Box
// is the whole cube.
type Box []Part

// maxBoxes bounds the alternatives of a condition. Real ones have a few.
const maxBoxes = 64

// ActiveBoxes returns where in the encoded cube ([Param.Encode], or
// [Param.EncodeLinear]) parameter i is active, conditions of its parents included,
// as the union of boxes, which may overlap. A parameter without conditions is active in one
// Box without parts, one that never is in none.
//
// It is an error if that is not a union of boxes with a volume: a comparison of two
// parameters, equality with a single value of a continuous one, or very many alternatives.
func (s *Space) ActiveBoxes(i int, linear bool) ([]Box, error) {
	boxes := []Box{{}}
	for _, c := range s.conditionsOf[i] {
		more, err := s.boxes(&s.Conditions[c].When, linear)
		if err == nil {
			boxes, err = both(boxes, more)
		}
		if err != nil {
			return nil, fmt.Errorf("nasalyze: condition %q: %w", &s.Conditions[c], err)
		}
	}
	return boxes, nil
}

// boxes returns where a clause holds.
func (s *Space) boxes(c *Clause, linear bool) ([]Box, error) {
	switch {
	case c.Op == Or:
		var all []Box
		for i := range c.Clauses {
			more, err := s.boxes(&c.Clauses[i], linear)
			if err != nil {
				return nil, err
			}
			all = append(all, more...)
		}
		return all, tooMany(all)
	case c.Op == And:
		all := []Box{{}}
		for i := range c.Clauses {
			more, err := s.boxes(&c.Clauses[i], linear)
			if err != nil {
				return nil, err
			}
			if all, err = both(all, more); err != nil {
				return nil, err
			}
		}
		return all, nil
	case c.Other != "":
		return nil, fmt.Errorf("it compares two parameters, which no box does")
	}
	parent := s.index[c.Param]
	active, err := s.ActiveBoxes(parent, linear)
	if err != nil {
		return nil, err
	}
	p := &s.Params[parent]
	if !p.Varies() {
		if !s.holds(c, s.only(parent, p.Decode(0))) {
			return nil, nil
		}
		return active, nil
	}
	part := Part{Param: parent}
	if p.Numeric() {
		if part.Ranges, err = p.ranges(c, linear); err != nil {
			return nil, err
		}
	} else {
		p.choose(&part, func(v Value) bool { return s.holds(c, s.only(parent, v)) })
	}
	if len(part.Ranges)+len(part.Levels) == 0 {
		return nil, nil
	}
	return both(active, []Box{{part}})
}

// only returns values of which just that of parameter i is set.
func (s *Space) only(i int, v Value) []Value {
	values := make([]Value, len(s.Params))
	values[i] = v
	return values
}

// choose sets the choices of an ordinal or categorical that a clause holds for.
func (p *Param) choose(part *Part, holds func(Value) bool) {
	n := float64(len(p.Choices))
	for i, v := range p.Choices {
		switch {
		case !holds(v):
		case p.Kind == Categorical:
			part.Levels = append(part.Levels, i)
		default:
			part.Ranges = append(part.Ranges, Range{float64(i) / n, float64(i+1) / n})
		}
	}
	part.Ranges = joined(part.Ranges)
}

// ranges returns where a comparison of a numeric parameter with values holds.
func (p *Param) ranges(c *Clause, linear bool) ([]Range, error) {
	log := p.Log && !linear
	// at maps a natural value, not only a legal one, to the unit interval.
	lo, hi := p.span(log)
	at := func(x float64) float64 {
		if log {
			if x <= 0 {
				return 0
			}
			return min(max(math.Log(x/lo)/math.Log(hi/lo), 0), 1)
		}
		return min(max((x-lo)/(hi-lo), 0), 1)
	}
	// below is the border between the legal values that are less than x, or equal
	// where equal is set, and the others.
	h := p.cell()
	below := func(x float64, equal bool) float64 {
		if h == 0 {
			return at(x)
		}
		steps := (x - p.Lower) / h
		last := math.Ceil(steps-1e-9) - 1
		if equal {
			last = math.Floor(steps + 1e-9)
		}
		return at(p.Lower + (last+0.5)*h)
	}
	var out []Range
	add := func(from, to float64) {
		if from < to {
			out = append(out, Range{from, to})
		}
	}
	for _, v := range c.Values {
		x, ok := v.Float()
		if !ok {
			continue // never equal, as holds has it
		}
		if h == 0 && (c.Op == Eq || c.Op == In) {
			return nil, fmt.Errorf("%s is continuous, so that a single value of it has no volume", p.Name)
		}
		switch c.Op {
		case Eq, In:
			add(below(x, false), below(x, true))
		case Ne:
			add(0, below(x, false))
			add(below(x, true), 1)
		case Lt:
			add(0, below(x, false))
		case Le:
			add(0, below(x, true))
		case Gt:
			add(below(x, true), 1)
		case Ge:
			add(below(x, false), 1)
		}
	}
	if c.Op == Ne && out == nil {
		if _, ok := c.Values[0].Float(); !ok {
			add(0, 1)
		}
	}
	slices.SortFunc(out, func(a, b Range) int { return cmp.Compare(a.Lower, b.Lower) })
	return joined(out), nil
}

// joined merges ranges that touch or overlap.
func joined(ranges []Range) []Range {
	var out []Range
	for _, r := range ranges {
		if n := len(out); n > 0 && r.Lower <= out[n-1].Upper {
			out[n-1].Upper = max(out[n-1].Upper, r.Upper)
			continue
		}
		out = append(out, r)
	}
	return out
}

func tooMany(boxes []Box) error {
	if len(boxes) > maxBoxes {
		return fmt.Errorf("it has %d alternatives, at most %d are followed", len(boxes), maxBoxes)
	}
	return nil
}

// both returns where one of as and one of bs hold.
func both(as, bs []Box) ([]Box, error) {
	var out []Box
	for _, a := range as {
		for _, b := range bs {
			if box, ok := a.and(b); ok {
				out = append(out, box)
			}
		}
	}
	return out, tooMany(out)
}

// and intersects two boxes; ok is false if nothing with a volume is left.
func (a Box) and(b Box) (box Box, ok bool) {
	box = slices.Clone(a)
	for _, p := range b {
		i, found := slices.BinarySearchFunc(box, p, func(x, y Part) int { return cmp.Compare(x.Param, y.Param) })
		if !found {
			box = slices.Insert(box, i, p)
			continue
		}
		q := Part{Param: p.Param}
		for _, l := range box[i].Levels {
			if slices.Contains(p.Levels, l) {
				q.Levels = append(q.Levels, l)
			}
		}
		for _, r := range box[i].Ranges {
			for _, t := range p.Ranges {
				if lower, upper := max(r.Lower, t.Lower), min(r.Upper, t.Upper); lower < upper {
					q.Ranges = append(q.Ranges, Range{lower, upper})
				}
			}
		}
		if len(q.Levels)+len(q.Ranges) == 0 {
			return nil, false
		}
		box[i] = q
	}
	return box, true
}

// Contains reports whether a row of encoded values, one per parameter of the space, lies
// in the box. Inactive values (NaN) lie in no part.
func (a Box) Contains(u []float64) bool {
	for _, p := range a {
		v := u[p.Param]
		in := slices.ContainsFunc(p.Ranges, func(r Range) bool { return v >= r.Lower && v <= r.Upper }) ||
			slices.ContainsFunc(p.Levels, func(l int) bool { return v == float64(l) })
		if !in {
			return false
		}
	}
	return true
}
