package configspace

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Read reads a space in either dialect, told apart by the keys that are there.
// The path is for messages. Errors name the parameter or clause and what was
// expected; see the package comment for the findings.
func Read(r io.Reader, path string, findings *source.Findings) (*nasalyze.Space, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	space, err := parse(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf")), path, findings)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return space, nil
}

type reader struct {
	path     string
	findings *source.Findings
}

func parse(data []byte, path string, findings *source.Findings) (*nasalyze.Space, error) {
	top, err := pyjson.Members(data)
	if err != nil {
		return nil, err
	}
	if top.Get("hyperparameters") == nil {
		return nil, fmt.Errorf("no key \"hyperparameters\": not a ConfigSpace file")
	}
	rd := &reader{path, findings}
	name, _ := pyjson.Text(top.Get("name"))
	var params []nasalyze.Param
	err = each(top, "hyperparameters", func(o pyjson.Object) error {
		p, err := rd.param(o)
		params = append(params, p)
		return err
	})
	if err != nil {
		return nil, err
	}
	var conditions []nasalyze.Condition
	err = each(top, "conditions", func(o pyjson.Object) error {
		when, err := condition(o, 0)
		child, ok := pyjson.Text(o.Get("child"))
		if err == nil && !ok {
			child, ok = childOf(o)
			if !ok {
				err = fmt.Errorf("no \"child\"")
			}
		}
		conditions = append(conditions, nasalyze.Condition{Child: child, When: when})
		return err
	})
	if err != nil {
		return nil, err
	}
	var forbidden []nasalyze.Clause
	err = each(top, "forbiddens", func(o pyjson.Object) error {
		c, err := forbiddenClause(o, 0)
		forbidden = append(forbidden, c)
		return err
	})
	if err != nil {
		return nil, err
	}
	return nasalyze.NewSpace(name, params, conditions, forbidden)
}

// each calls f with every object of the array under key, which may be missing.
func each(top pyjson.Object, key string, f func(pyjson.Object) error) error {
	raw := top.Get(key)
	if pyjson.IsNull(raw) {
		return nil
	}
	list, err := pyjson.Elements(raw)
	if err != nil {
		return fmt.Errorf("%q: %w", key, err)
	}
	for i, item := range list {
		o, err := pyjson.Members(item)
		if err == nil {
			err = f(o)
		}
		if err != nil {
			return fmt.Errorf("%q[%d]: %w", key, i, err)
		}
	}
	return nil
}

// param reads one hyperparameter.
func (rd *reader) param(o pyjson.Object) (nasalyze.Param, error) {
	var p nasalyze.Param
	var err error
	name, ok := pyjson.Text(o.Get("name"))
	if !ok {
		return p, fmt.Errorf("no \"name\"")
	}
	p.Name = name
	kind, _ := pyjson.Text(o.Get("type"))
	switch kind {
	case "uniform_float", "normal_float", "beta_float":
		p.Kind = nasalyze.Float
	case "uniform_int", "normal_int", "beta_int":
		p.Kind = nasalyze.Int
	case "categorical":
		p.Kind = nasalyze.Categorical
		if p.Choices, err = values(o, "choices"); err == nil {
			p.Weights, err = weights(o)
		}
	case "ordinal":
		p.Kind = nasalyze.Ordinal
		p.Choices, err = values(o, "sequence")
	case "constant", "unparametrized":
		p.Kind = nasalyze.Constant
		var v nasalyze.Value
		if v, err = value(o, "value"); err == nil {
			p.Choices = []nasalyze.Value{v}
		}
	default:
		return p, fmt.Errorf("parameter %q: unknown type %q", name, kind)
	}
	if err == nil && p.Numeric() {
		err = rd.numeric(o, &p, kind)
	}
	if err != nil {
		return p, fmt.Errorf("parameter %q: %w", name, err)
	}
	rd.setDefault(o, &p)
	return p, nil
}

// setDefault reads the default under either name; a default that is not legal is dropped.
func (rd *reader) setDefault(o pyjson.Object, p *nasalyze.Param) {
	raw := o.Get("default_value")
	if raw == nil {
		raw = o.Get("default")
	}
	if raw == nil || p.Numeric() && pyjson.IsNull(raw) {
		return
	}
	v, err := pyjson.Scalar(raw)
	if err == nil {
		if i, ok := v.Int(); ok && p.Kind == nasalyze.Int {
			v = nasalyze.Integer(i)
		}
		if err = p.Check(v); err == nil {
			p.Default = v
			return
		}
		if pyjson.IsNull(raw) {
			return
		}
	}
	rd.findings.Add(source.Finding{Severity: source.Warn, Code: "bad-default", Param: p.Name, Path: rd.path,
		Message: fmt.Sprintf("default ignored: %v", err)})
}

// numeric reads bounds, scale, quantisation and prior.
func (rd *reader) numeric(o pyjson.Object, p *nasalyze.Param, kind string) error {
	p.Log = string(o.Get("log")) == "true"
	var err error
	if p.Step, err = number(o, "q", 0); err != nil {
		return err
	}
	if p.Lower, err = number(o, "lower", math.NaN()); err != nil {
		return err
	}
	if p.Upper, err = number(o, "upper", math.NaN()); err != nil {
		return err
	}
	a, b := "", ""
	switch {
	case strings.HasPrefix(kind, "normal"):
		p.Prior, a, b = &nasalyze.Prior{Name: "normal"}, "mu", "sigma"
	case strings.HasPrefix(kind, "beta"):
		p.Prior, a, b = &nasalyze.Prior{Name: "beta"}, "alpha", "beta"
	}
	if p.Prior != nil {
		if p.Prior.A, err = number(o, a, math.NaN()); err != nil {
			return err
		}
		if p.Prior.B, err = number(o, b, math.NaN()); err != nil {
			return err
		}
		if math.IsNaN(p.Prior.A) || math.IsNaN(p.Prior.B) {
			return fmt.Errorf("%s needs %q and %q", kind, a, b)
		}
	}
	if infinite(p.Lower) || infinite(p.Upper) {
		if p.Prior == nil || p.Prior.Name != "normal" {
			return fmt.Errorf("%s needs finite \"lower\" and \"upper\"", kind)
		}
		rd.boundsFromPrior(p)
	}
	return nil
}

func infinite(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) }

// boundsFromPrior bounds a normal parameter at four standard deviations where
// no bounds are stated. Versions before 0.7 have mu and sigma of the logarithm
// where log is set, and no bounds.
func (rd *reader) boundsFromPrior(p *nasalyze.Param) {
	const sigmas = 4
	lo, hi := p.Prior.A-sigmas*p.Prior.B, p.Prior.A+sigmas*p.Prior.B
	if p.Log {
		lo, hi = math.Exp(lo), math.Exp(hi)
	}
	if infinite(p.Lower) {
		p.Lower = lo
		if p.Kind == nasalyze.Int {
			p.Lower = math.Floor(lo)
			if p.Log {
				p.Lower = max(p.Lower, 1)
			}
		}
	}
	if infinite(p.Upper) {
		p.Upper = hi
		if p.Kind == nasalyze.Int {
			p.Upper = math.Ceil(hi)
		}
	}
	rd.findings.Add(source.Finding{Severity: source.Note, Code: source.BoundsFromPrior, Param: p.Name, Path: rd.path,
		Message: fmt.Sprintf("parameter %q: normal without bounds; bounded at mu +- %d sigma, %s", p.Name, sigmas, p.Range())})
}

func number(o pyjson.Object, key string, missing float64) (float64, error) {
	raw := o.Get(key)
	if pyjson.IsNull(raw) {
		return missing, nil
	}
	if x, ok := pyjson.Float(raw); ok {
		return x, nil
	}
	return missing, fmt.Errorf("%q is %.40s, expected a number", key, raw)
}

func value(o pyjson.Object, key string) (nasalyze.Value, error) {
	raw := o.Get(key)
	if raw == nil {
		return nasalyze.Value{}, fmt.Errorf("no %q", key)
	}
	v, err := pyjson.Scalar(raw)
	if err != nil {
		// Choices may be lists or objects; their text stands for them.
		return nasalyze.Text(string(pyjson.Normalize(nil, raw))), nil
	}
	return v, nil
}

func values(o pyjson.Object, key string) ([]nasalyze.Value, error) {
	list, err := pyjson.Elements(o.Get(key))
	if err != nil {
		return nil, fmt.Errorf("%q is %.40s, expected a list", key, o.Get(key))
	}
	all := make([]nasalyze.Value, len(list))
	for i, raw := range list {
		if all[i], err = value(pyjson.Object{{Key: key, Raw: raw}}, key); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// weights reads the weights of choices, nil if there are none.
func weights(o pyjson.Object) ([]float64, error) {
	raw := o.Get("weights")
	if pyjson.IsNull(raw) {
		raw = o.Get("probabilities")
	}
	if pyjson.IsNull(raw) {
		return nil, nil
	}
	list, err := pyjson.Elements(raw)
	if err != nil {
		return nil, fmt.Errorf("\"weights\" is %.40s, expected a list", raw)
	}
	w := make([]float64, len(list))
	for i, item := range list {
		x, ok := pyjson.Float(item)
		if !ok || infinite(x) || x < 0 {
			return nil, fmt.Errorf("weight %.40s, expected a number of at least 0", item)
		}
		w[i] = x
	}
	return w, nil
}
