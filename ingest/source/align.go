package source

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// align gives the study its space and its configurations values in the order of
// the space.
func (b *Builder) align(s *nasalyze.Study) error {
	s.Space = b.opt.Space
	if s.Space == nil {
		space, err := b.infer()
		if err != nil {
			return err
		}
		s.Space, s.Provenance.Inferred = space, true
	} else {
		space, err := b.adapt(s.Space)
		if err != nil {
			return err
		}
		s.Space = space
	}
	at := make([]int, len(b.names)) // column -> parameter, -1 if unknown to the space
	inOrder := len(b.names) == len(s.Space.Params)
	for j, name := range b.names {
		at[j] = target(s.Space, name)
		inOrder = inOrder && at[j] == j
	}
	s.Configs = make([]nasalyze.Config, len(b.configs))
	check := checker{b: b, space: s.Space}
	for i := range b.configs {
		e := &b.configs[i]
		c := &s.Configs[i]
		*c = e.Config
		var extra []string
		if !inOrder || len(c.Values) < len(s.Space.Params) {
			c.Values = make([]nasalyze.Value, len(s.Space.Params))
			for j, v := range e.Values {
				if k := at[j]; k >= 0 {
					c.Values[k] = v
				} else if !v.IsAbsent() {
					extra = appendExtra(extra, b.names[j], v)
					if !s.Provenance.Inferred { // else it was said why it was left out
						b.param(Warn, "unknown-parameter", b.names[j], e, "parameter %q is not in the space; its values are kept aside", b.names[j])
					}
				}
			}
		}
		extra = check.config(e, c.Values, extra)
		if extra != nil {
			c.Extra = mergeExtra(c.Extra, extra)
		}
	}
	return nil
}

// param records a finding about a parameter of a configuration.
func (b *Builder) param(sev Severity, code, param string, e *configEntry, format string, args ...any) {
	if b.findings.Full(code, param) {
		b.findings.Count(code, param, 1)
		return
	}
	b.findings.Add(Finding{Severity: sev, Code: code, Param: param, Path: e.path, Line: int(e.line), Message: fmt.Sprintf(format, args...)})
}

func appendExtra(extra []string, name string, v nasalyze.Value) []string {
	key, _ := json.Marshal(name)
	value, err := json.Marshal(v)
	if err != nil {
		value, _ = json.Marshal(v.String())
	}
	return append(extra, string(key)+":"+string(value))
}

// mergeExtra adds members to a JSON object.
func mergeExtra(object json.RawMessage, members []string) json.RawMessage {
	all := strings.Join(members, ",")
	inner := strings.TrimSpace(string(object))
	inner = strings.TrimSpace(strings.TrimSuffix(strings.TrimPrefix(inner, "{"), "}"))
	if inner != "" {
		all = inner + "," + all
	}
	return json.RawMessage("{" + all + "}")
}

// checker compares configurations with the space.
type checker struct {
	b     *Builder
	space *nasalyze.Space
}

// config corrects what can be corrected in values and reports the rest.
func (k *checker) config(e *configEntry, values []nasalyze.Value, extra []string) []string {
	for j := range values {
		if !values[j].IsAbsent() {
			values[j] = k.value(e, &k.space.Params[j], values[j])
		}
	}
	if len(k.space.Conditions) > 0 || hasAbsent(values) {
		for j, active := range k.space.Active(values) {
			p := &k.space.Params[j]
			switch v := values[j]; {
			case active && v.IsAbsent():
				k.b.param(Warn, "missing-value", p.Name, e, "configuration %s: parameter %q is active but has no value", e.ID, p.Name)
			case !active && !v.IsAbsent():
				k.b.param(Warn, "inactive-value", p.Name, e, "configuration %s: parameter %q has the value %v though its condition does not hold; kept aside", e.ID, p.Name, v)
				extra = appendExtra(extra, p.Name, v)
				values[j] = nasalyze.Value{}
			}
		}
	}
	if len(k.space.Forbidden) > 0 {
		if c := k.space.IsForbidden(values); c != nil {
			k.b.param(Warn, "forbidden-config", "", e, "configuration %s is forbidden by the space: %s", e.ID, c)
		}
	}
	return extra
}

func hasAbsent(values []nasalyze.Value) bool {
	for _, v := range values {
		if v.IsAbsent() {
			return true
		}
	}
	return false
}

// value corrects a value that means a legal one.
func (k *checker) value(e *configEntry, p *nasalyze.Param, v nasalyze.Value) nasalyze.Value {
	err := p.Check(v)
	if err == nil {
		return v
	}
	if w, ok := sameText(p, v); ok {
		k.b.param(Warn, "text-value", p.Name, e, "parameter %q: %q is taken as the %s of the space", p.Name, v, kindWord(w))
		return w
	}
	if x, ok := v.Float(); ok && p.Kind == nasalyze.Int {
		if r := math.Round(x); r != x && math.Abs(r-x) <= 1e-9*math.Abs(x) && p.Check(nasalyze.Number(r)) == nil {
			k.b.param(Warn, "rounded-integer", p.Name, e, "parameter %q: %v is taken as the integer %v", p.Name, v, int64(r))
			return nasalyze.Integer(int64(r))
		}
	}
	k.b.param(Warn, "value-outside-space", p.Name, e, "configuration %s: %v", e.ID, err)
	return v
}

func kindWord(v nasalyze.Value) string {
	switch v.Kind() {
	case nasalyze.BoolValue:
		return "boolean"
	case nasalyze.NullValue:
		return "null"
	case nasalyze.StringValue:
		return "text"
	}
	return "number"
}

// sameText returns the legal value of p that is written as v is.
func sameText(p *nasalyze.Param, v nasalyze.Value) (nasalyze.Value, bool) {
	if p.Numeric() {
		s, ok := v.Text()
		if !ok {
			return v, false
		}
		w, err := nasalyze.ParseNumber(strings.TrimSpace(s))
		return w, err == nil && p.Check(w) == nil
	}
	for _, c := range p.Choices {
		if meansSame(c, v) {
			return c, true
		}
	}
	return v, false
}

// meansSame reports whether one of two values is the text of the other, as
// Python or JSON writes it.
func meansSame(a, b nasalyze.Value) bool {
	s, ok := a.Text()
	if !ok {
		a, b = b, a
		if s, ok = a.Text(); !ok {
			return false
		}
	}
	switch b.Kind() {
	case nasalyze.BoolValue:
		t, _ := b.Bool()
		v, err := parseBool(s)
		return err == nil && v == t
	case nasalyze.NullValue:
		return s == "None" || s == "null"
	case nasalyze.IntValue, nasalyze.FloatValue:
		v, err := nasalyze.ParseNumber(s)
		return err == nil && v.Equal(b)
	}
	return false
}

func parseBool(s string) (bool, error) {
	switch s {
	case "True", "true":
		return true, nil
	case "False", "false":
		return false, nil
	}
	return false, strconv.ErrSyntax
}
