// Package yamlspace reads search spaces from short YAML files, written by hand:
//
//	parameters:
//	  lr: {float: [1e-5, 1], log: true, default: 1e-3}
//	  layers: {int: [1, 8]}
//	  dropout: {float: [0, 0.5], step: 0.1}
//	  optimizer: [adam, sgd, rmsprop]         # a list: choices in no order
//	  size: {ordered: [small, medium, large]}
//	  momentum: {float: [0, 0.99], when: {optimizer: [sgd, rmsprop], layers: {min: 2}}}
//	  epochs: 30                              # anything else: a constant
//	forbidden:
//	  - {optimizer: adam, size: large}
//
// A parameter is active where all entries of its "when" hold, and a configuration is
// forbidden for which all entries of an item of "forbidden" hold. An entry names a
// parameter and says which values it means: one, a list of them, or an object of
// "min", "max" (both inclusive) and "not". The keys of a parameter are float, int,
// choice or ordered (one of them), log, step, default, unit, weights (of a choice), when.
//
// Numbers, booleans, null and text keep their types. The keys have no other
// spellings, and unknown ones are errors that name the line.
package yamlspace

import (
	"fmt"
	"io"
	"strings"

	"go.yaml.in/yaml/v4"

	"github.com/nasalyze/nasalyze"
)

// Read reads a space; the path is for messages. Errors name line and parameter.
func Read(r io.Reader, path string) (*nasalyze.Space, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var rd reader
	space, err := rd.document(&doc)
	if err != nil {
		return nil, fmt.Errorf("%s%w", path, err)
	}
	return space, nil
}

// at is an error about a line, to be put behind the path.
func at(n *yaml.Node, format string, args ...any) error {
	return fmt.Errorf(":%d: %w", n.Line, fmt.Errorf(format, args...))
}

type reader struct {
	params     []nasalyze.Param
	index      map[string]int
	conditions []nasalyze.Condition
	forbidden  []nasalyze.Clause
}

func (rd *reader) document(doc *yaml.Node) (*nasalyze.Space, error) {
	if len(doc.Content) == 0 {
		return nil, fmt.Errorf(": the file is empty, expected parameters")
	}
	var params, forbidden *yaml.Node
	var name string
	err := entries(doc.Content[0], "the file", func(key string, value *yaml.Node) error {
		switch key {
		case "name":
			name = value.Value
		case "parameters":
			params = value
		case "forbidden":
			forbidden = value
		default:
			return at(value, "key %q, expected name, parameters or forbidden", key)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if params == nil {
		return nil, at(doc.Content[0], "no parameters")
	}
	rd.index = make(map[string]int)
	whens := make(map[string]*yaml.Node)
	err = entries(params, "parameters", func(name string, value *yaml.Node) error {
		p, when, err := parameter(name, value)
		if err != nil {
			return err
		}
		if err := p.Validate(); err != nil {
			return at(value, "%w", err)
		}
		if !p.Default.IsAbsent() {
			if err := p.Check(p.Default); err != nil {
				return at(value, "default: %w", err)
			}
		}
		whens[name] = when
		rd.index[name] = len(rd.params)
		rd.params = append(rd.params, p)
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i := range rd.params {
		child := rd.params[i].Name
		if whens[child] == nil {
			continue
		}
		clause, err := rd.all(whens[child], fmt.Sprintf("when of %q", child))
		if err != nil {
			return nil, err
		}
		rd.conditions = append(rd.conditions, nasalyze.Condition{Child: child, When: clause})
	}
	if forbidden != nil {
		if forbidden.Kind != yaml.SequenceNode {
			return nil, at(forbidden, "forbidden is no list")
		}
		for _, item := range forbidden.Content {
			clause, err := rd.all(item, "an item of forbidden")
			if err != nil {
				return nil, err
			}
			rd.forbidden = append(rd.forbidden, clause)
		}
	}
	space, err := nasalyze.NewSpace(name, rd.params, rd.conditions, rd.forbidden)
	if err != nil {
		return nil, fmt.Errorf(": %w", err)
	}
	return space, nil
}

// entries calls f with each key and value of an object.
func entries(n *yaml.Node, what string, f func(key string, value *yaml.Node) error) error {
	if n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	if n.Kind != yaml.MappingNode {
		return at(n, "%s is no object of keys and values", what)
	}
	seen := make(map[string]bool)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key := n.Content[i]
		if key.Kind != yaml.ScalarNode {
			return at(key, "%s has a key that is no text", what)
		}
		if seen[key.Value] {
			return at(key, "%q is there twice in %s", key.Value, what)
		}
		seen[key.Value] = true
		if err := f(key.Value, n.Content[i+1]); err != nil {
			return err
		}
	}
	return nil
}

// parameter reads the definition of a parameter, and returns its condition unread.
func parameter(name string, n *yaml.Node) (p nasalyze.Param, when *yaml.Node, err error) {
	p.Name = name
	switch n.Kind {
	case yaml.SequenceNode:
		p.Kind = nasalyze.Categorical
		p.Choices, err = values(n)
		return p, nil, err
	case yaml.ScalarNode:
		v, err := value(n)
		p.Kind, p.Choices = nasalyze.Constant, []nasalyze.Value{v}
		return p, nil, err
	}
	kind := ""
	err = entries(n, fmt.Sprintf("parameter %q", name), func(key string, value *yaml.Node) error {
		switch key {
		case "float", "int", "choice", "ordered":
			if kind != "" {
				return at(value, "parameter %q is both %s and %s", name, kind, key)
			}
			kind = key
			return setKind(&p, key, value)
		case "log":
			return decode(value, name, key, &p.Log)
		case "step":
			return decode(value, name, key, &p.Step)
		case "unit":
			return decode(value, name, key, &p.Unit)
		case "weights":
			return decode(value, name, key, &p.Weights)
		case "default":
			return setDefault(&p, value)
		case "when":
			when = value
		default:
			return at(value, "parameter %q: key %q, expected float, int, choice, ordered, log, step, default, unit, weights or when", name, key)
		}
		return nil
	})
	switch {
	case err != nil:
	case kind == "":
		err = at(n, "parameter %q is neither float, int, choice nor ordered", name)
	case !p.Numeric() && (p.Log || p.Step != 0):
		err = at(n, "parameter %q: log and step are of numbers", name)
	case p.Weights != nil && p.Kind != nasalyze.Categorical:
		err = at(n, "parameter %q: weights are of a choice", name)
	case p.Kind == nasalyze.Int && !p.Default.IsAbsent():
		if i, ok := p.Default.Int(); ok { // 3.0 is 3
			p.Default = nasalyze.Integer(i)
		}
	}
	return p, when, err
}

func setDefault(p *nasalyze.Param, n *yaml.Node) (err error) {
	p.Default, err = value(n)
	return err
}

func decode(n *yaml.Node, name, key string, into any) error {
	if err := n.Decode(into); err != nil {
		return at(n, "parameter %q: %s is %q, which makes no sense", name, key, n.Value)
	}
	return nil
}

// setKind reads the bounds or choices of a parameter.
func setKind(p *nasalyze.Param, kind string, n *yaml.Node) error {
	list, err := values(n)
	if err != nil {
		return err
	}
	switch kind {
	case "choice":
		p.Kind, p.Choices = nasalyze.Categorical, list
		return nil
	case "ordered":
		p.Kind, p.Choices = nasalyze.Ordinal, list
		return nil
	case "int":
		p.Kind = nasalyze.Int
	}
	if len(list) != 2 {
		return at(n, "parameter %q: %s has %d numbers, expected the lower and the upper bound", p.Name, kind, len(list))
	}
	for i, bound := range []*float64{&p.Lower, &p.Upper} {
		x, ok := list[i].Float()
		if !ok {
			return at(n, "parameter %q: bound %q is no number", p.Name, list[i])
		}
		*bound = x
	}
	return nil
}

// values reads a list of scalars.
func values(n *yaml.Node) ([]nasalyze.Value, error) {
	if n.Kind != yaml.SequenceNode {
		return nil, at(n, "%q is no list", n.Value)
	}
	var all []nasalyze.Value
	for _, item := range n.Content {
		v, err := value(item)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, nil
}

// value reads a scalar with its type.
func value(n *yaml.Node) (nasalyze.Value, error) {
	if n.Kind != yaml.ScalarNode {
		return nasalyze.Value{}, at(n, "a list or an object, expected a number, text, true, false or null")
	}
	switch n.ShortTag() {
	case "!!null":
		return nasalyze.Null(), nil
	case "!!bool":
		var b bool
		if err := n.Decode(&b); err != nil {
			return nasalyze.Value{}, at(n, "%q is neither true nor false", n.Value)
		}
		return nasalyze.Bool(b), nil
	case "!!int":
		var i int64
		if err := n.Decode(&i); err == nil {
			return nasalyze.Integer(i), nil
		}
		fallthrough
	case "!!float":
		var x float64
		if err := n.Decode(&x); err != nil {
			return nasalyze.Value{}, at(n, "%q is no number", n.Value)
		}
		return nasalyze.Number(x), nil
	}
	return nasalyze.Text(n.Value), nil
}

// all reads an object whose entries must all hold.
func (rd *reader) all(n *yaml.Node, what string) (nasalyze.Clause, error) {
	and := nasalyze.Clause{Op: nasalyze.And}
	err := entries(n, what, func(name string, value *yaml.Node) error {
		i, ok := rd.index[name]
		if !ok {
			return at(value, "%s names %q, which is no parameter", what, name)
		}
		clauses, err := rd.entry(&rd.params[i], value, what)
		and.Clauses = append(and.Clauses, clauses...)
		return err
	})
	switch {
	case err != nil:
		return and, err
	case len(and.Clauses) == 0:
		return and, at(n, "%s is empty", what)
	case len(and.Clauses) == 1:
		return and.Clauses[0], nil
	}
	return and, nil
}

// entry reads which values of a parameter are meant.
func (rd *reader) entry(p *nasalyze.Param, n *yaml.Node, what string) ([]nasalyze.Clause, error) {
	clause := func(op nasalyze.Op, values ...nasalyze.Value) (nasalyze.Clause, error) {
		for _, v := range values {
			if err := p.Check(v); err != nil && op != nasalyze.Le && op != nasalyze.Ge {
				return nasalyze.Clause{}, at(n, "%s: %w", what, err)
			}
		}
		return nasalyze.Clause{Op: op, Param: p.Name, Values: values}, nil
	}
	switch n.Kind {
	case yaml.SequenceNode:
		list, err := values(n)
		if err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return nil, at(n, "%s: no value of %q", what, p.Name)
		}
		c, err := clause(nasalyze.In, list...)
		return []nasalyze.Clause{c}, err
	case yaml.ScalarNode:
		v, err := value(n)
		if err != nil {
			return nil, err
		}
		c, err := clause(nasalyze.Eq, v)
		return []nasalyze.Clause{c}, err
	}
	var all []nasalyze.Clause
	err := entries(n, fmt.Sprintf("%s: %q", what, p.Name), func(key string, bound *yaml.Node) error {
		op, ok := map[string]nasalyze.Op{"min": nasalyze.Ge, "max": nasalyze.Le, "not": nasalyze.Ne}[key]
		if !ok {
			return at(bound, "%s: %q has the key %q, expected min, max or not", what, p.Name, key)
		}
		if op != nasalyze.Ne && p.Kind == nasalyze.Categorical {
			return at(bound, "%s: %q has no order, so that %s says nothing", what, p.Name, key)
		}
		v, err := value(bound)
		if err != nil {
			return err
		}
		c, err := clause(op, v)
		all = append(all, c)
		return err
	})
	return all, err
}

// Is reports whether a file name says YAML.
func Is(name string) bool {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	return strings.HasSuffix(name, ".yaml") || strings.HasSuffix(name, ".yml")
}
