package jsonl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// A space is written as ConfigSpace 1.x JSON, so that other tools can use it.
// What that cannot say goes beside it: the unit, or the whole parameter where
// reading it back would give another one, in "meta" of the hyperparameter, and
// all clauses in "clauses" of the header if any of them is lost or changed.

// meta is what "meta" of a hyperparameter holds.
type meta struct {
	Unit  string `json:"unit,omitempty"`
	Exact *param `json:"exact,omitempty"`
}

// param is a parameter as nasalyze has it.
type param struct {
	Kind    string           `json:"kind"`
	Lower   float64          `json:"lower,omitzero"`
	Upper   float64          `json:"upper,omitzero"`
	Log     bool             `json:"log,omitempty"`
	Step    float64          `json:"step,omitzero"`
	Choices []nasalyze.Value `json:"choices,omitempty"`
	Weights []float64        `json:"weights,omitempty"`
	Prior   *prior           `json:"prior,omitempty"`
	Default nasalyze.Value   `json:"default,omitzero"`
}

type prior struct {
	Name string  `json:"name"`
	A    float64 `json:"a"`
	B    float64 `json:"b"`
}

// clauses are the conditions and forbidden combinations of a space.
type clauses struct {
	Conditions []conditionJSON `json:"conditions,omitempty"`
	Forbidden  []clause        `json:"forbidden,omitempty"`
}

type conditionJSON struct {
	Child string `json:"child"`
	When  clause `json:"when"`
}

type clause struct {
	Op      string           `json:"op"`
	Param   string           `json:"param,omitempty"`
	Other   string           `json:"other,omitempty"`
	Values  []nasalyze.Value `json:"values,omitempty"`
	Clauses []clause         `json:"clauses,omitempty"`
}

func encodeClause(c *nasalyze.Clause) clause {
	out := clause{Op: c.Op.String(), Param: c.Param, Other: c.Other, Values: c.Values}
	for i := range c.Clauses {
		out.Clauses = append(out.Clauses, encodeClause(&c.Clauses[i]))
	}
	return out
}

func decodeClause(c *clause) (nasalyze.Clause, error) {
	out := nasalyze.Clause{Param: c.Param, Other: c.Other, Values: c.Values}
	for out.Op = nasalyze.Eq; out.Op.String() != c.Op; out.Op++ {
		if out.Op == nasalyze.Or {
			return out, fmt.Errorf("unknown operator %q of a clause", c.Op)
		}
	}
	for i := range c.Clauses {
		inner, err := decodeClause(&c.Clauses[i])
		if err != nil {
			return out, err
		}
		out.Clauses = append(out.Clauses, inner)
	}
	return out, nil
}

// encodeSpace returns the ConfigSpace JSON of s, on one line, and the clauses if
// that does not hold them all as they are.
func encodeSpace(s *nasalyze.Space) (json.RawMessage, *clauses, error) {
	conditions, forbidden := expressible(s)
	written, err := nasalyze.NewSpace(s.Name, s.Params, conditions, forbidden)
	if err != nil {
		return nil, nil, err
	}
	var text bytes.Buffer
	if err := configspace.Write(&text, written); err != nil {
		return nil, nil, err
	}
	back, err := configspace.Read(bytes.NewReader(text.Bytes()), "", new(source.Findings))
	if err != nil {
		return nil, nil, err
	}
	doc, err := withMeta(text.Bytes(), func(i int) ([]byte, error) { return encodeMeta(&s.Params[i], &back.Params[i]) })
	if err != nil {
		return nil, nil, err
	}
	if sameClauses(s, back) {
		return doc, nil, nil
	}
	all := new(clauses)
	for i := range s.Conditions {
		c := &s.Conditions[i]
		all.Conditions = append(all.Conditions, conditionJSON{c.Child, encodeClause(&c.When)})
	}
	for i := range s.Forbidden {
		all.Forbidden = append(all.Forbidden, encodeClause(&s.Forbidden[i]))
	}
	return doc, all, nil
}

func sameClauses(a, b *nasalyze.Space) bool {
	return len(a.Conditions) == len(b.Conditions) && len(a.Forbidden) == len(b.Forbidden) &&
		(len(a.Conditions) == 0 || reflect.DeepEqual(a.Conditions, b.Conditions)) &&
		(len(a.Forbidden) == 0 || reflect.DeepEqual(a.Forbidden, b.Forbidden))
}

// expressible returns the clauses of s that ConfigSpace JSON can say.
func expressible(s *nasalyze.Space) (conditions []nasalyze.Condition, forbidden []nasalyze.Clause) {
	can := func(conditions []nasalyze.Condition, forbidden []nasalyze.Clause) bool {
		one, err := nasalyze.NewSpace(s.Name, s.Params, conditions, forbidden)
		return err == nil && configspace.Write(new(bytes.Buffer), one) == nil
	}
	if can(s.Conditions, s.Forbidden) {
		return s.Conditions, s.Forbidden
	}
	for i := range s.Conditions {
		if can(s.Conditions[i:i+1], nil) {
			conditions = append(conditions, s.Conditions[i])
		}
	}
	for i := range s.Forbidden {
		if can(nil, s.Forbidden[i:i+1]) {
			forbidden = append(forbidden, s.Forbidden[i])
		}
	}
	return conditions, forbidden
}

// encodeMeta returns what p has that back, read from ConfigSpace JSON, has not; nil if nothing.
func encodeMeta(p, back *nasalyze.Param) ([]byte, error) {
	m := meta{Unit: p.Unit}
	q := *p
	q.Unit = ""
	if !reflect.DeepEqual(&q, back) {
		m.Exact = &param{Kind: p.Kind.String(), Lower: p.Lower, Upper: p.Upper, Log: p.Log, Step: p.Step,
			Choices: p.Choices, Weights: p.Weights, Default: p.Default}
		if p.Prior != nil {
			m.Exact.Prior = &prior{p.Prior.Name, p.Prior.A, p.Prior.B}
		}
	}
	if m == (meta{}) {
		return nil, nil
	}
	return marshal(m)
}

// withMeta rewrites a ConfigSpace document on one line with the "meta" of each
// hyperparameter replaced where of gives one.
func withMeta(doc []byte, of func(i int) ([]byte, error)) ([]byte, error) {
	top, err := pyjson.Members(doc)
	if err != nil {
		return nil, err
	}
	for k := range top {
		if top[k].Key != "hyperparameters" {
			continue
		}
		list, err := pyjson.Elements(top[k].Raw)
		if err != nil {
			return nil, err
		}
		for i, raw := range list {
			text, err := of(i)
			if err != nil {
				return nil, err
			}
			if text == nil {
				continue
			}
			hp, err := pyjson.Members(raw)
			if err != nil {
				return nil, err
			}
			for j := range hp {
				if hp[j].Key == "meta" {
					hp[j].Raw = text
				}
			}
			list[i] = joinObject(hp)
		}
		top[k].Raw = append(append([]byte{'['}, bytes.Join(list, []byte{','})...), ']')
	}
	var line bytes.Buffer
	err = json.Compact(&line, joinObject(top))
	return line.Bytes(), err
}

func joinObject(o pyjson.Object) []byte {
	b := []byte{'{'}
	for i, m := range o {
		if i > 0 {
			b = append(b, ',')
		}
		key, _ := marshal(m.Key)
		b = append(append(append(b, key...), ':'), m.Raw...)
	}
	return append(b, '}')
}

// decodeSpace is the inverse of encodeSpace.
func decodeSpace(doc json.RawMessage, all *clauses, path string, findings *source.Findings) (*nasalyze.Space, error) {
	s, err := configspace.Read(bytes.NewReader(doc), path, findings)
	if err != nil {
		return nil, err
	}
	top, err := pyjson.Members(doc)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	list, err := pyjson.Elements(top.Get("hyperparameters"))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	for i, raw := range list {
		hp, err := pyjson.Members(raw)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		if err := decodeMeta(&s.Params[i], hp.Get("meta")); err != nil {
			return nil, fmt.Errorf("%s: parameter %q: %w", path, s.Params[i].Name, err)
		}
	}
	conditions, forbidden := s.Conditions, s.Forbidden
	if all != nil {
		conditions, forbidden = nil, nil
		for i := range all.Conditions {
			when, err := decodeClause(&all.Conditions[i].When)
			if err != nil {
				return nil, fmt.Errorf("%s: condition of %q: %w", path, all.Conditions[i].Child, err)
			}
			conditions = append(conditions, nasalyze.Condition{Child: all.Conditions[i].Child, When: when})
		}
		for i := range all.Forbidden {
			c, err := decodeClause(&all.Forbidden[i])
			if err != nil {
				return nil, fmt.Errorf("%s: forbidden clause: %w", path, err)
			}
			forbidden = append(forbidden, c)
		}
	}
	if s, err = nasalyze.NewSpace(s.Name, s.Params, conditions, forbidden); err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// decodeMeta applies what our own "meta" says; that of others is left alone.
func decodeMeta(p *nasalyze.Param, raw []byte) error {
	if len(raw) == 0 || raw[0] != '{' {
		return nil
	}
	var m meta
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil // somebody else's
	}
	p.Unit = m.Unit
	if m.Exact == nil {
		return nil
	}
	e := m.Exact
	q := nasalyze.Param{Name: p.Name, Unit: m.Unit, Lower: e.Lower, Upper: e.Upper, Log: e.Log, Step: e.Step,
		Choices: e.Choices, Weights: e.Weights, Default: e.Default}
	for q.Kind = nasalyze.Float; q.Kind.String() != e.Kind; q.Kind++ {
		if q.Kind == nasalyze.Constant {
			return fmt.Errorf("unknown kind %q", e.Kind)
		}
	}
	if e.Prior != nil {
		q.Prior = &nasalyze.Prior{Name: e.Prior.Name, A: e.Prior.A, B: e.Prior.B}
	}
	*p = q
	return nil
}
