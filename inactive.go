package nasalyze

import "math"

// InactivePolicy says what stands in a [Table] in place of the absent value of an
// inactive parameter, on which the loss does not depend.
type InactivePolicy uint8

const (
	// UniformInactive leaves NaN (the default): a forest draws a value of its own
	// in its place in each tree, uniform over the parameter's range. The fitted
	// function is then constant along the parameter in expectation and the measure
	// stays a product of uniform distributions.
	UniformInactive InactivePolicy = iota
	// DefaultInactive puts the parameter's default, or the middle of its range where
	// the space states none, as SMAC does. All inactive rows then lie at one value,
	// whose importance they carry.
	DefaultInactive
	// LevelInactive gives being inactive a level of its own, as DeepCAVE's forest
	// does: a further level of a categorical with k choices, k, and the value -1 of a
	// numeric or ordinal parameter, whose domain becomes [-1, 1]. What the parent
	// does then shows as an effect of the child, too.
	LevelInactive
)

// Column is what a numerical algorithm needs to know of a column of a [Table].
type Column struct {
	// Levels is the number of levels 0, 1, ... of a categorical, 0 if numeric.
	Levels int
	// Lower and Upper bound a numeric column: 0 and 1, but -1 and 1 where
	// LevelInactive sets the inactive apart.
	Lower, Upper float64
}

// inactiveLevel is the value of an inactive numeric parameter under LevelInactive.
const inactiveLevel = -1

// columns describes the columns of every Table of the study, which are the same
// at all budgets: under LevelInactive a parameter has the further level if any
// configuration lacks it.
func (s *Study) columns(params []int, policy InactivePolicy) []Column {
	cols := make([]Column, len(params))
	for k, j := range params {
		p := &s.Space.Params[j]
		cols[k] = Column{Levels: p.Levels(), Upper: 1}
		if policy != LevelInactive || !s.lacks(j) {
			continue
		}
		if p.Kind == Categorical {
			cols[k].Levels++
		} else {
			cols[k].Lower = inactiveLevel
		}
	}
	return cols
}

// lacks reports whether any configuration has no value of parameter j.
func (s *Study) lacks(j int) bool {
	for i := range s.Configs {
		if s.Configs[i].Values[j].IsAbsent() {
			return true
		}
	}
	return false
}

// inactive returns the code of an absent value of p.
func (p *Param) inactive(policy InactivePolicy, log bool) (float64, error) {
	switch {
	case policy == DefaultInactive && p.Default.IsAbsent():
		return p.encode(p.middle(), log)
	case policy == DefaultInactive:
		return p.encode(p.Default, log)
	case policy == LevelInactive && p.Kind == Categorical:
		return float64(len(p.Choices)), nil
	case policy == LevelInactive:
		return inactiveLevel, nil
	}
	return math.NaN(), nil
}

// middle is the value in the middle of the encoded range, the first choice of a categorical.
func (p *Param) middle() Value {
	if p.Kind == Categorical {
		return p.Choices[0]
	}
	return p.Decode(0.5)
}
