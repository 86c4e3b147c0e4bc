package source

import (
	"math"
	"regexp"
	"slices"

	"github.com/nasalyze/nasalyze"
)

// adapt returns the given space as the configurations need it:
//
//   - choices that the space has as text get the type that the log has: PCS
//     files do not tell "True" from true;
//   - bounds that only follow from a prior are widened to the data.
//
// The given space is not changed.
func (b *Builder) adapt(s *nasalyze.Space) (*nasalyze.Space, error) {
	params := slices.Clone(s.Params)
	retyped := make(map[string][]retype)
	changed := false
	for i := range params {
		p := &params[i]
		j, logged := b.columns[p.Name]
		if !logged {
			continue
		}
		if _, ok := b.findings.Find(BoundsFromPrior, p.Name); ok && p.Numeric() {
			changed = b.widen(p, j) || changed
		}
		if r := b.retypeParam(p, j); r != nil {
			retyped[p.Name] = r
			changed = true
		}
	}
	if !changed {
		return s, nil
	}
	conditions := slices.Clone(s.Conditions)
	for i := range conditions {
		conditions[i].When = retypeClause(conditions[i].When, retyped)
	}
	forbidden := slices.Clone(s.Forbidden)
	for i := range forbidden {
		forbidden[i] = retypeClause(forbidden[i], retyped)
	}
	return nasalyze.NewSpace(s.Name, params, conditions, forbidden)
}

// retype replaces a choice by another.
type retype struct{ from, to nasalyze.Value }

func (b *Builder) retypeParam(p *nasalyze.Param, column int) []retype {
	if p.Numeric() {
		return nil
	}
	var all []retype
	for _, v := range b.distinct(column, 0) {
		if _, isText := v.Text(); isText || p.Check(v) == nil {
			continue
		}
		for k, c := range p.Choices {
			if _, isText := c.Text(); isText && meansSame(c, v) {
				if all == nil {
					p.Choices = slices.Clone(p.Choices)
				}
				all = append(all, retype{c, v})
				p.Choices[k] = v
				if p.Default.Equal(c) {
					p.Default = v
				}
			}
		}
	}
	if all == nil {
		return nil
	}
	// Choices that no configuration has go along with the others of their kind.
	for k, c := range p.Choices {
		for _, r := range all {
			if v, ok := likewise(c, r.to); ok {
				all = append(all, retype{c, v})
				p.Choices[k] = v
				if p.Default.Equal(c) {
					p.Default = v
				}
				break
			}
		}
	}
	b.findings.Note("retyped-choices", p.Name, "parameter %q: choices of the space that are text are taken as the %s that the log has: %s",
		p.Name, kindWord(all[0].to), p.Range())
	return all
}

// likewise reads the text c as a value of the kind of v, if that is boolean or a number.
func likewise(c, v nasalyze.Value) (nasalyze.Value, bool) {
	s, ok := c.Text()
	if !ok {
		return c, false
	}
	switch v.Kind() {
	case nasalyze.BoolValue:
		t, err := parseBool(s)
		return nasalyze.Bool(t), err == nil
	case nasalyze.IntValue, nasalyze.FloatValue:
		w, err := nasalyze.ParseNumber(s)
		if x, _ := w.Float(); err == nil && !math.IsNaN(x) && !math.IsInf(x, 0) {
			return w, true
		}
	}
	return c, false
}

func retypeClause(c nasalyze.Clause, retyped map[string][]retype) nasalyze.Clause {
	if c.Op == nasalyze.And || c.Op == nasalyze.Or {
		c.Clauses = slices.Clone(c.Clauses)
		for i := range c.Clauses {
			c.Clauses[i] = retypeClause(c.Clauses[i], retyped)
		}
		return c
	}
	if r := retyped[c.Param]; r != nil {
		c.Values = slices.Clone(c.Values)
		for i, v := range c.Values {
			if k := slices.IndexFunc(r, func(r retype) bool { return r.from.Equal(v) }); k >= 0 {
				c.Values[i] = r[k].to
			}
		}
	}
	return c
}

// widen makes the bounds of a parameter, which follow from its prior only, hold the data.
func (b *Builder) widen(p *nasalyze.Param, column int) bool {
	changed := false
	for i := range b.configs {
		x, ok := b.at(i, column).Float()
		if !ok || math.IsNaN(x) || math.IsInf(x, 0) || p.Log && x <= 0 {
			continue
		}
		if p.Kind == nasalyze.Int && x != math.Trunc(x) {
			continue
		}
		if x < p.Lower {
			p.Lower, changed = x, true
		}
		if x > p.Upper {
			p.Upper, changed = x, true
		}
	}
	if changed {
		b.findings.Note(BoundsFromPrior, p.Name, "parameter %q: widened to the logged values, %s", p.Name, p.Range())
	}
	return changed
}

// at returns the value of a configuration in a column.
func (b *Builder) at(config, column int) nasalyze.Value {
	if v := b.configs[config].Values; column < len(v) {
		return v[column]
	}
	return nasalyze.Value{}
}

// distinct returns the distinct values in a column in the order of their
// appearance: all of them, or the first few if most is not 0.
func (b *Builder) distinct(column, most int) []nasalyze.Value {
	var all []nasalyze.Value
	seen := make(map[nasalyze.Value]bool)
	for i := range b.configs {
		v := b.at(i, column)
		if k, ok := v.Int(); ok {
			v = nasalyze.Integer(k) // 1.0 means 1
		}
		if v.IsAbsent() || seen[v] {
			continue
		}
		seen[v] = true
		if all = append(all, v); len(all) == most {
			break
		}
	}
	return all
}

var quantisedName = regexp.MustCompile(`^Q[0-9]+_(.+)$`)

// target returns the parameter of a logged name, -1 if the space has none.
// Names with the prefix of quantisation mean the parameter without it.
func target(s *nasalyze.Space, name string) int {
	i := s.Index(name)
	if m := quantisedName.FindStringSubmatch(name); i < 0 && m != nil {
		i = s.Index(m[1])
	}
	return i
}
