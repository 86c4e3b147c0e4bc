package pcs

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

func (rd *reader) clause(c clauseLine) error {
	if strings.HasPrefix(c.text, "{") {
		return rd.forbid(c)
	}
	child, expr, _ := strings.Cut(c.text, "|")
	i, err := rd.find(strings.TrimSpace(child))
	if err != nil {
		return err
	}
	when, err := rd.expression(expr)
	if err != nil {
		return fmt.Errorf("condition of %q: %w", rd.params[i].Name, err)
	}
	rd.conditions = append(rd.conditions, nasalyze.Condition{Child: rd.params[i].Name, When: when})
	return nil
}

func (rd *reader) find(name string) (int, error) {
	if i, ok := rd.index[name]; ok {
		return i, nil
	}
	return 0, fmt.Errorf("%q is not a parameter of the space", name)
}

// expression reads comparisons joined by && and ||.
func (rd *reader) expression(text string) (nasalyze.Clause, error) {
	return rd.join(text, nasalyze.Or, func(part string) (nasalyze.Clause, error) {
		return rd.join(part, nasalyze.And, rd.comparison)
	})
}

func (rd *reader) join(text string, op nasalyze.Op, read func(string) (nasalyze.Clause, error)) (nasalyze.Clause, error) {
	all := nasalyze.Clause{Op: op}
	for _, part := range strings.Split(text, op.String()) {
		c, err := read(part)
		if err != nil {
			return c, err
		}
		all.Clauses = append(all.Clauses, c)
	}
	if len(all.Clauses) == 1 {
		return all.Clauses[0], nil
	}
	return all, nil
}

var (
	inSet = regexp.MustCompile(`^(\S+)\s+in\s*\{([^}]*)\}$`)
	// Names may contain the characters of operators: white space decides first.
	spaced = regexp.MustCompile(`^(\S+)\s+(==|!=|<=|>=|=|<|>)\s*(\S.*)$`)
	dense  = regexp.MustCompile(`^(.+?)(==|!=|<=|>=|=|<|>)\s*(\S.*)$`)
)

var ops = map[string]nasalyze.Op{
	"==": nasalyze.Eq, "=": nasalyze.Eq, "!=": nasalyze.Ne,
	"<": nasalyze.Lt, "<=": nasalyze.Le, ">": nasalyze.Gt, ">=": nasalyze.Ge,
}

func (rd *reader) comparison(text string) (nasalyze.Clause, error) {
	text = strings.TrimSpace(text)
	var c nasalyze.Clause
	var name string
	var values []string
	if m := inSet.FindStringSubmatch(text); m != nil {
		name, values, c.Op = m[1], strings.Split(m[2], ","), nasalyze.In
	} else {
		m := spaced.FindStringSubmatch(text)
		if m == nil {
			m = dense.FindStringSubmatch(text)
		}
		if m == nil {
			return c, fmt.Errorf("cannot read %.80q, expected PARENT OP VALUE with OP one of == != < > in", text)
		}
		name, values, c.Op = m[1], []string{strings.Trim(m[3], "{} ")}, ops[m[2]]
	}
	i, err := rd.find(strings.TrimSpace(name))
	if err != nil {
		return c, err
	}
	p := &rd.params[i]
	c.Param = p.Name
	for _, s := range values {
		v, err := rd.value(p, strings.TrimSpace(s))
		if err != nil {
			return c, err
		}
		c.Values = append(c.Values, v)
	}
	return c, nil
}

// forbid reads a forbidden clause {a=1, b=2}.
func (rd *reader) forbid(c clauseLine) error {
	all := nasalyze.Clause{Op: nasalyze.And}
	for _, part := range strings.Split(strings.Trim(c.text, "{}"), ",") {
		name, value, ok := strings.Cut(part, "=")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		i, known := rd.index[name]
		if !ok || !known && strings.ContainsAny(part, "+-*/<>!&|()") {
			rd.findings.At(source.Skip, "unsupported-clause", rd.path, c.line,
				"forbidden clause left out: %.80q, expected {NAME=VALUE, ...}", c.text)
			return nil
		}
		if !known {
			return fmt.Errorf("forbidden clause: %q is not a parameter of the space", name)
		}
		p := &rd.params[i]
		v, err := rd.value(p, value)
		if err != nil {
			return fmt.Errorf("forbidden clause: %w", err)
		}
		all.Clauses = append(all.Clauses, nasalyze.Clause{Op: nasalyze.Eq, Param: p.Name, Values: []nasalyze.Value{v}})
	}
	if len(all.Clauses) == 1 {
		all = all.Clauses[0]
	}
	rd.forbidden = append(rd.forbidden, all)
	return nil
}
