package nasalyze

import (
	"fmt"
	"strings"
)

// Op is the operator of a [Clause].
type Op uint8

const (
	Eq  Op = iota // Param == Values[0]
	Ne            // Param != Values[0]
	Lt            // Param < Values[0]
	Le            // Param <= Values[0]
	Gt            // Param > Values[0]
	Ge            // Param >= Values[0]
	In            // Param is one of Values
	And           // all Clauses hold
	Or            // at least one of Clauses holds
)

var opNames = [...]string{"==", "!=", "<", "<=", ">", ">=", "in", "&&", "||"}

// String returns the operator as it is written in PCS files.
func (o Op) String() string {
	if int(o) < len(opNames) {
		return opNames[o]
	}
	return fmt.Sprintf("Op(%d)", uint8(o))
}

// Clause is a statement about the values of a configuration. Conditions and
// forbidden combinations are made of clauses, nested to any depth.
//
// Numbers are compared by value and choices of an ordinal by their place in the
// sequence. A clause about an inactive parameter does not hold, whatever its operator.
type Clause struct {
	Op Op
	// Param is the parameter on the left; unused by And and Or.
	Param string
	// Other, if not empty, is a parameter on the right instead of Values
	// (a forbidden relation such as a < b).
	Other string
	// Values on the right: one, or several for In.
	Values []Value
	// Clauses joined by And or Or.
	Clauses []Clause
}

// String formats the clause as in PCS files.
func (c *Clause) String() string {
	switch {
	case c.Op == And || c.Op == Or:
		parts := make([]string, len(c.Clauses))
		for i := range c.Clauses {
			parts[i] = c.Clauses[i].String()
			if sub := c.Clauses[i].Op; (sub == And || sub == Or) && sub != c.Op {
				parts[i] = "(" + parts[i] + ")"
			}
		}
		return strings.Join(parts, " "+c.Op.String()+" ")
	case c.Other != "":
		return c.Param + " " + c.Op.String() + " " + c.Other
	case c.Op == In:
		parts := make([]string, len(c.Values))
		for i, v := range c.Values {
			parts[i] = v.String()
		}
		return c.Param + " in {" + strings.Join(parts, ", ") + "}"
	case len(c.Values) == 1:
		return c.Param + " " + c.Op.String() + " " + c.Values[0].String()
	}
	return c.Param + " " + c.Op.String() + " ?"
}

// Params returns the names of the parameters that c mentions, in order of mention.
func (c *Clause) Params() []string {
	var names []string
	c.walk(func(l *Clause) {
		names = append(names, l.Param)
		if l.Other != "" {
			names = append(names, l.Other)
		}
	})
	return names
}

// walk visits the leaves of c from left to right.
func (c *Clause) walk(visit func(*Clause)) {
	if c.Op != And && c.Op != Or {
		visit(c)
		return
	}
	for i := range c.Clauses {
		c.Clauses[i].walk(visit)
	}
}

// Condition makes a parameter active only where a clause holds.
type Condition struct {
	Child string
	When  Clause
}

// String formats the condition as in PCS files.
func (c *Condition) String() string { return c.Child + " | " + c.When.String() }

// validate checks a clause against the parameters of s.
func (s *Space) validate(c *Clause) error {
	if c.Op == And || c.Op == Or {
		if len(c.Clauses) == 0 {
			return fmt.Errorf("%v without clauses", c.Op)
		}
		for i := range c.Clauses {
			if err := s.validate(&c.Clauses[i]); err != nil {
				return err
			}
		}
		return nil
	}
	if c.Op > Or {
		return fmt.Errorf("unknown operator %v", c.Op)
	}
	for _, name := range []string{c.Param, c.Other} {
		if _, ok := s.index[name]; !ok && (name != "" || name == c.Param) {
			return fmt.Errorf("%q names the parameter %q, which the space does not have", c, name)
		}
	}
	if c.Other == "" && (len(c.Values) == 0 || c.Op != In && len(c.Values) != 1) {
		return fmt.Errorf("%q has %d values, expected %s", c, len(c.Values), map[bool]string{true: "at least 1", false: "1"}[c.Op == In])
	}
	return nil
}

// holds evaluates a clause; an absent value is an inactive parameter.
func (s *Space) holds(c *Clause, values []Value) bool {
	switch c.Op {
	case And:
		for i := range c.Clauses {
			if !s.holds(&c.Clauses[i], values) {
				return false
			}
		}
		return true
	case Or:
		for i := range c.Clauses {
			if s.holds(&c.Clauses[i], values) {
				return true
			}
		}
		return false
	}
	left := s.index[c.Param]
	v := values[left]
	if v.IsAbsent() {
		return false
	}
	if c.Other != "" {
		w := values[s.index[c.Other]]
		return !w.IsAbsent() && compare(c.Op, &s.Params[left], v, w)
	}
	if c.Op == In {
		for _, w := range c.Values {
			if v.Equal(w) {
				return true
			}
		}
		return false
	}
	return compare(c.Op, &s.Params[left], v, c.Values[0])
}

// compare evaluates v op w on the order of parameter p.
func compare(op Op, p *Param, v, w Value) bool {
	switch op {
	case Eq:
		return v.Equal(w)
	case Ne:
		return !v.Equal(w)
	}
	a, okA := v.Float()
	b, okB := w.Float()
	if p.Kind == Ordinal {
		i, j := p.choice(v), p.choice(w)
		a, okA, b, okB = float64(i), i >= 0, float64(j), j >= 0
	}
	if !okA || !okB {
		return false
	}
	switch op {
	case Lt:
		return a < b
	case Le:
		return a <= b
	case Gt:
		return a > b
	case Ge:
		return a >= b
	}
	return false
}
