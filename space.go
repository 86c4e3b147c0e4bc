package nasalyze

import (
	"fmt"
	"math"
	"strings"
)

// Space is a search space: parameters, the conditions that make some of them
// active only for some values of others, and forbidden combinations.
// Make one with [NewSpace]; it must not be modified afterwards.
type Space struct {
	Name string
	// Params are the dimensions, in the order of the source.
	Params []Param
	// Conditions; several for one child must all hold.
	Conditions []Condition
	// Forbidden combinations: a configuration for which any of them holds is not legal.
	Forbidden []Clause

	index map[string]int // name -> index in Params
	// conditionsOf[i] are the indices of the conditions of parameter i, and
	// order lists the parameters with every parent before its children.
	conditionsOf [][]int
	order        []int
}

// NewSpace checks the definitions and returns the space. Errors name the
// parameter: duplicate or empty names, impossible bounds, conditions on unknown
// parameters, conditions in a circle.
func NewSpace(name string, params []Param, conditions []Condition, forbidden []Clause) (*Space, error) {
	s := &Space{Name: name, Params: params, Conditions: conditions, Forbidden: forbidden,
		index: make(map[string]int, len(params)), conditionsOf: make([][]int, len(params))}
	for i := range params {
		p := &params[i]
		if err := p.Validate(); err != nil {
			return nil, fmt.Errorf("nasalyze: search space: %w", err)
		}
		if _, ok := s.index[p.Name]; ok {
			return nil, fmt.Errorf("nasalyze: search space: parameter %q is defined twice", p.Name)
		}
		s.index[p.Name] = i
	}
	for i := range conditions {
		c := &conditions[i]
		child, ok := s.index[c.Child]
		if !ok {
			return nil, fmt.Errorf("nasalyze: search space: condition %q is about the parameter %q, which the space does not have", c, c.Child)
		}
		if err := s.validate(&c.When); err != nil {
			return nil, fmt.Errorf("nasalyze: search space: condition of %q: %w", c.Child, err)
		}
		s.conditionsOf[child] = append(s.conditionsOf[child], i)
	}
	for i := range forbidden {
		if err := s.validate(&forbidden[i]); err != nil {
			return nil, fmt.Errorf("nasalyze: search space: forbidden clause: %w", err)
		}
	}
	return s, s.sort()
}

// sort fills order, parents first.
func (s *Space) sort() error {
	const unseen, open, done = 0, 1, 2
	state := make([]int, len(s.Params))
	s.order = make([]int, 0, len(s.Params))
	var visit func(i int) error
	visit = func(i int) error {
		switch state[i] {
		case open:
			return fmt.Errorf("nasalyze: search space: the conditions of parameter %q go in a circle", s.Params[i].Name)
		case done:
			return nil
		}
		state[i] = open
		for _, c := range s.conditionsOf[i] {
			for _, name := range s.Conditions[c].When.Params() {
				if err := visit(s.index[name]); err != nil {
					return err
				}
			}
		}
		state[i] = done
		s.order = append(s.order, i)
		return nil
	}
	for i := range s.Params {
		if err := visit(i); err != nil {
			return err
		}
	}
	return nil
}

// Index returns the position of the named parameter in Params, -1 if there is none.
func (s *Space) Index(name string) int {
	if i, ok := s.index[name]; ok {
		return i
	}
	return -1
}

// Conditional reports whether parameter i has a condition.
func (s *Space) Conditional(i int) bool { return len(s.conditionsOf[i]) > 0 }

// Active tells for each parameter whether its conditions hold, given one value
// per parameter. A condition on an inactive parameter does not hold. Values of
// inactive parameters are ignored.
func (s *Space) Active(values []Value) []bool {
	active := make([]bool, len(s.Params))
	seen := make([]Value, len(s.Params)) // values of active parameters only
	for _, i := range s.order {
		active[i] = true
		for _, c := range s.conditionsOf[i] {
			active[i] = active[i] && s.holds(&s.Conditions[c].When, seen)
		}
		if active[i] {
			seen[i] = values[i]
		}
	}
	return active
}

// IsForbidden returns the first forbidden clause that holds for the values (one
// per parameter, absent where inactive), nil if none does.
func (s *Space) IsForbidden(values []Value) *Clause {
	for i := range s.Forbidden {
		if s.holds(&s.Forbidden[i], values) {
			return &s.Forbidden[i]
		}
	}
	return nil
}

// Check returns everything that is wrong with a configuration (one value per
// parameter, absent where inactive): values outside their range, active
// parameters without a value, inactive ones with one, forbidden combinations.
func (s *Space) Check(values []Value) []error {
	if len(values) != len(s.Params) {
		return []error{fmt.Errorf("%d values for %d parameters", len(values), len(s.Params))}
	}
	var errs []error
	active := s.Active(values)
	for i, v := range values {
		p := &s.Params[i]
		switch {
		case v.IsAbsent() && active[i]:
			errs = append(errs, fmt.Errorf("parameter %q: no value, expected %s", p.Name, p.Range()))
		case !v.IsAbsent() && !active[i]:
			errs = append(errs, fmt.Errorf("parameter %q: value %q though its condition does not hold", p.Name, v))
		case !v.IsAbsent():
			if err := p.Check(v); err != nil {
				errs = append(errs, err)
			}
		}
	}
	if c := s.IsForbidden(values); c != nil {
		errs = append(errs, fmt.Errorf("forbidden combination %s", c))
	}
	return errs
}

// Encode maps natural values, one per parameter, to the encoded domain: see
// [Param.Encode]. Inactive (absent) values are NaN. The error joins those of all
// parameters; their entries are NaN.
func (s *Space) Encode(values []Value) ([]float64, error) {
	u := make([]float64, len(s.Params))
	var errs []string
	for i := range s.Params {
		var err error
		if u[i], err = s.Params[i].Encode(values[i]); err != nil {
			errs = append(errs, err.Error())
		}
	}
	if errs != nil {
		return u, fmt.Errorf("nasalyze: %s", strings.Join(errs, "; "))
	}
	return u, nil
}

// Decode maps a point of the encoded domain to natural values, one per
// parameter. NaN entries, and entries of parameters whose conditions do not
// hold for the other values, decode to the absent value.
func (s *Space) Decode(u []float64) []Value {
	values := make([]Value, len(s.Params))
	for i := range s.Params {
		values[i] = s.Params[i].Decode(u[i])
	}
	for i, active := range s.Active(values) {
		if !active {
			values[i] = Value{}
		}
	}
	return values
}

// Defaults returns the default configuration: the stated defaults, the middle
// of the encoded range where none is stated, absent where inactive.
func (s *Space) Defaults() []Value {
	values := make([]Value, len(s.Params))
	for i := range s.Params {
		p := &s.Params[i]
		values[i] = p.Default
		if p.Default.IsAbsent() {
			values[i] = p.middle()
		}
	}
	for i, active := range s.Active(values) {
		if !active {
			values[i] = Value{}
		}
	}
	return values
}

// same reports why two spaces do not describe the same dimensions, nil if they do.
func (s *Space) same(t *Space) error {
	if len(s.Params) != len(t.Params) {
		return fmt.Errorf("%d parameters and %d", len(s.Params), len(t.Params))
	}
	for i := range s.Params {
		p := &s.Params[i]
		j := t.Index(p.Name)
		if j < 0 {
			return fmt.Errorf("parameter %q is in one space only", p.Name)
		}
		q := &t.Params[j]
		if p.Kind != q.Kind || p.Log != q.Log || p.Range() != q.Range() || math.Abs(p.Step-q.Step) > 0 {
			return fmt.Errorf("parameter %q is %v %s in one space and %v %s in the other", p.Name, p.Kind, p.Range(), q.Kind, q.Range())
		}
	}
	return nil
}
