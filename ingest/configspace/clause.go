package configspace

import (
	"fmt"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
)

// maxNesting bounds conjunctions within conjunctions.
const maxNesting = 100

var conditionOps = map[string]nasalyze.Op{
	"EQ": nasalyze.Eq, "NEQ": nasalyze.Ne, "LT": nasalyze.Lt, "GT": nasalyze.Gt, "IN": nasalyze.In,
	"AND": nasalyze.And, "OR": nasalyze.Or,
}

var forbiddenOps = map[string]nasalyze.Op{
	"EQUALS": nasalyze.Eq, "IN": nasalyze.In, "AND": nasalyze.And, "OR": nasalyze.Or,
	"CLAUSE_LT": nasalyze.Lt, "CLAUSE_LE": nasalyze.Le, "CLAUSE_GT": nasalyze.Gt, "CLAUSE_GE": nasalyze.Ge,
	"RELATION_LT": nasalyze.Lt, "RELATION_LE": nasalyze.Le, "RELATION_EQ": nasalyze.Eq,
	"RELATION_GT": nasalyze.Gt, "RELATION_GE": nasalyze.Ge,
}

// lambdas of the type RELATION: 0.x writes the words, 1.x reads the letters.
var lambdas = map[string]nasalyze.Op{
	"LESS": nasalyze.Lt, "EQUALS": nasalyze.Eq, "GREATER": nasalyze.Gt,
	"LT": nasalyze.Lt, "EQ": nasalyze.Eq, "GT": nasalyze.Gt,
	"LE": nasalyze.Le, "GE": nasalyze.Ge,
}

// condition reads the statement of a condition, without its child.
func condition(o pyjson.Object, depth int) (nasalyze.Clause, error) {
	var c nasalyze.Clause
	kind, _ := pyjson.Text(o.Get("type"))
	op, ok := conditionOps[kind]
	if !ok {
		return c, fmt.Errorf("unknown condition type %q", kind)
	}
	c.Op = op
	if op == nasalyze.And || op == nasalyze.Or {
		var err error
		c.Clauses, err = nested(o, "conditions", depth, condition)
		return c, err
	}
	if c.Param, ok = pyjson.Text(o.Get("parent")); !ok {
		return c, fmt.Errorf("condition %s without \"parent\"", kind)
	}
	return c, operand(o, &c)
}

// childOf finds the child in the components of a conjunction that does not name it.
func childOf(o pyjson.Object) (string, bool) {
	list, err := pyjson.Elements(o.Get("conditions"))
	if err != nil || len(list) == 0 {
		return "", false
	}
	inner, err := pyjson.Members(list[0])
	if err != nil {
		return "", false
	}
	if child, ok := pyjson.Text(inner.Get("child")); ok {
		return child, true
	}
	return childOf(inner)
}

func forbiddenClause(o pyjson.Object, depth int) (nasalyze.Clause, error) {
	var c nasalyze.Clause
	kind, _ := pyjson.Text(o.Get("type"))
	if kind == "RELATION" {
		lambda, _ := pyjson.Text(o.Get("lambda"))
		op, ok := lambdas[lambda]
		if !ok {
			return c, fmt.Errorf("unknown relation %q", lambda)
		}
		c.Op = op
		return c, sides(o, &c)
	}
	op, ok := forbiddenOps[kind]
	if !ok {
		return c, fmt.Errorf("unknown forbidden type %q", kind)
	}
	c.Op = op
	switch {
	case op == nasalyze.And || op == nasalyze.Or:
		var err error
		c.Clauses, err = nested(o, "clauses", depth, forbiddenClause)
		return c, err
	case o.Get("left") != nil:
		return c, sides(o, &c)
	}
	if c.Param, ok = pyjson.Text(o.Get("name")); !ok {
		return c, fmt.Errorf("forbidden %s without \"name\"", kind)
	}
	return c, operand(o, &c)
}

// sides reads a relation of two parameters.
func sides(o pyjson.Object, c *nasalyze.Clause) error {
	left, okL := pyjson.Text(o.Get("left"))
	right, okR := pyjson.Text(o.Get("right"))
	if !okL || !okR {
		return fmt.Errorf("relation without \"left\" and \"right\"")
	}
	c.Param, c.Other = left, right
	return nil
}

// operand reads the value or values on the right.
func operand(o pyjson.Object, c *nasalyze.Clause) (err error) {
	if c.Op == nasalyze.In {
		c.Values, err = values(o, "values")
		return err
	}
	v, err := value(o, "value")
	c.Values = []nasalyze.Value{v}
	return err
}

func nested(o pyjson.Object, key string, depth int, read func(pyjson.Object, int) (nasalyze.Clause, error)) ([]nasalyze.Clause, error) {
	if depth > maxNesting {
		return nil, fmt.Errorf("nested deeper than %d", maxNesting)
	}
	list, err := pyjson.Elements(o.Get(key))
	if err != nil {
		return nil, fmt.Errorf("%q is %.40s, expected a list", key, o.Get(key))
	}
	clauses := make([]nasalyze.Clause, len(list))
	for i, raw := range list {
		inner, err := pyjson.Members(raw)
		if err != nil {
			return nil, err
		}
		if clauses[i], err = read(inner, depth+1); err != nil {
			return nil, err
		}
	}
	return clauses, nil
}
