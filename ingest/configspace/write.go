package configspace

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/nasalyze/nasalyze"
)

// Version is the format_version that is written, that of ConfigSpace 0.6 to 1.2.
const Version = 0.4

// Write writes a space in the dialect of ConfigSpace 1.x, indented. Reading it
// back gives an equal space, but for what the format cannot say: units, and the
// steps of quantised parameters, which ConfigSpace 1.x dropped; they are written
// as "q", which it ignores with a warning. The mean and deviation of a normal
// parameter on the log scale are written as they were read: versions before 1.0
// mean those of the logarithm, 1.x those of the value.
func Write(w io.Writer, s *nasalyze.Space) error {
	hps := make([]object, len(s.Params))
	for i := range s.Params {
		hps[i] = encodeParam(&s.Params[i])
	}
	conditions := make([]object, len(s.Conditions))
	for i := range s.Conditions {
		c := &s.Conditions[i]
		o, err := encodeCondition(c.Child, &c.When)
		if err != nil {
			return fmt.Errorf("condition %s: %w", c, err)
		}
		conditions[i] = o
	}
	forbidden := make([]object, len(s.Forbidden))
	for i := range s.Forbidden {
		o, err := encodeForbidden(&s.Forbidden[i])
		if err != nil {
			return fmt.Errorf("forbidden clause %s: %w", &s.Forbidden[i], err)
		}
		forbidden[i] = o
	}
	var name any
	if s.Name != "" {
		name = s.Name
	}
	top := object{
		{"name", name}, {"hyperparameters", hps}, {"conditions", conditions}, {"forbiddens", forbidden},
		{"python_module_version", "1.2.0"}, {"format_version", Version},
	}
	data, err := json.MarshalIndent(top, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append(data, '\n'))
	return err
}

// object is a JSON object with its members in order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in order, without escaping < and >.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		if err := e.Encode(m.key); err != nil {
			return nil, err
		}
		b.WriteByte(':')
		if err := e.Encode(m.value); err != nil {
			return nil, fmt.Errorf("%q: %w", m.key, err)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func encodeParam(p *nasalyze.Param) object {
	o := object{{"type", typeName(p)}, {"name", p.Name}}
	def := func(v nasalyze.Value) {
		if !v.IsAbsent() {
			o = append(o, member{"default_value", v})
		}
	}
	switch p.Kind {
	case nasalyze.Constant:
		return append(o, member{"value", p.Choices[0]}, member{"meta", nil})
	case nasalyze.Categorical:
		o = append(o, member{"choices", p.Choices}, member{"weights", p.Weights})
		def(p.Default)
		return append(o, member{"meta", nil})
	case nasalyze.Ordinal:
		o = append(o, member{"sequence", p.Choices})
		def(p.Default)
		return append(o, member{"meta", nil})
	}
	if p.Prior != nil {
		a, b := "mu", "sigma"
		if p.Prior.Name == "beta" {
			a, b = "alpha", "beta"
		}
		o = append(o, member{a, nasalyze.Number(p.Prior.A)}, member{b, nasalyze.Number(p.Prior.B)})
	}
	number := func(x float64) nasalyze.Value {
		if p.Kind == nasalyze.Int {
			return nasalyze.Integer(int64(x))
		}
		return nasalyze.Number(x)
	}
	o = append(o, member{"lower", number(p.Lower)}, member{"upper", number(p.Upper)})
	def(p.Default)
	o = append(o, member{"log", p.Log})
	if p.Step != 0 {
		o = append(o, member{"q", number(p.Step)})
	}
	return append(o, member{"meta", nil})
}

func typeName(p *nasalyze.Param) string {
	if !p.Numeric() {
		return p.Kind.String()
	}
	prior := "uniform"
	if p.Prior != nil {
		prior = p.Prior.Name
	}
	return prior + "_" + p.Kind.String()
}

var conditionNames = map[nasalyze.Op]string{
	nasalyze.Eq: "EQ", nasalyze.Ne: "NEQ", nasalyze.Lt: "LT", nasalyze.Gt: "GT", nasalyze.In: "IN",
	nasalyze.And: "AND", nasalyze.Or: "OR",
}

func encodeCondition(child string, c *nasalyze.Clause) (object, error) {
	// ConfigSpace has no <= and >= in conditions.
	switch c.Op {
	case nasalyze.Le, nasalyze.Ge:
		strict := *c
		strict.Op = map[nasalyze.Op]nasalyze.Op{nasalyze.Le: nasalyze.Lt, nasalyze.Ge: nasalyze.Gt}[c.Op]
		equal := *c
		equal.Op = nasalyze.Eq
		return encodeCondition(child, &nasalyze.Clause{Op: nasalyze.Or, Clauses: []nasalyze.Clause{strict, equal}})
	}
	name, ok := conditionNames[c.Op]
	if !ok || c.Other != "" {
		return nil, fmt.Errorf("the format has no such condition")
	}
	o := object{{"type", name}, {"child", child}}
	if c.Op != nasalyze.And && c.Op != nasalyze.Or {
		return append(o, member{"parent", c.Param}, operandMember(c)), nil
	}
	inner := make([]object, len(c.Clauses))
	for i := range c.Clauses {
		var err error
		if inner[i], err = encodeCondition(child, &c.Clauses[i]); err != nil {
			return nil, err
		}
	}
	return append(o, member{"conditions", inner}), nil
}

func operandMember(c *nasalyze.Clause) member {
	if c.Op == nasalyze.In {
		return member{"values", c.Values}
	}
	return member{"value", c.Values[0]}
}

var (
	forbiddenNames = map[nasalyze.Op]string{
		nasalyze.Eq: "EQUALS", nasalyze.In: "IN", nasalyze.And: "AND", nasalyze.Or: "OR",
		nasalyze.Lt: "CLAUSE_LT", nasalyze.Le: "CLAUSE_LE", nasalyze.Gt: "CLAUSE_GT", nasalyze.Ge: "CLAUSE_GE",
	}
	relationNames = map[nasalyze.Op]string{
		nasalyze.Eq: "RELATION_EQ", nasalyze.Lt: "RELATION_LT", nasalyze.Le: "RELATION_LE",
		nasalyze.Gt: "RELATION_GT", nasalyze.Ge: "RELATION_GE",
	}
)

func encodeForbidden(c *nasalyze.Clause) (object, error) {
	names := forbiddenNames
	if c.Other != "" {
		names = relationNames
	}
	name, ok := names[c.Op]
	if !ok {
		return nil, fmt.Errorf("the format has no such clause")
	}
	o := object{{"type", name}}
	switch {
	case c.Other != "":
		return append(o, member{"left", c.Param}, member{"right", c.Other}), nil
	case c.Op != nasalyze.And && c.Op != nasalyze.Or:
		return append(o, member{"name", c.Param}, operandMember(c)), nil
	}
	inner := make([]object, len(c.Clauses))
	for i := range c.Clauses {
		var err error
		if inner[i], err = encodeForbidden(&c.Clauses[i]); err != nil {
			return nil, err
		}
	}
	return append(o, member{"clauses", inner}), nil
}
