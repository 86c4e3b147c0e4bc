package nasalyze_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze"
)

func texts(s ...string) (all []nasalyze.Value) {
	for _, x := range s {
		all = append(all, nasalyze.Text(x))
	}
	return all
}

func mustSpace(t testing.TB, params []nasalyze.Param, conditions []nasalyze.Condition, forbidden ...nasalyze.Clause) *nasalyze.Space {
	t.Helper()
	s, err := nasalyze.NewSpace("test", params, conditions, forbidden)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Encodings by hand, from the formulas in the comment of Param.Encode.
func TestEncodeByHand(t *testing.T) {
	for _, c := range []struct {
		name  string
		param nasalyze.Param
		value nasalyze.Value
		want  float64
	}{
		{"float", nasalyze.Param{Kind: nasalyze.Float, Lower: -1, Upper: 3}, nasalyze.Number(0), 0.25},
		{"float as integer", nasalyze.Param{Kind: nasalyze.Float, Lower: -1, Upper: 3}, nasalyze.Integer(3), 1},
		{"log", nasalyze.Param{Kind: nasalyze.Float, Lower: 1e-4, Upper: 1, Log: true}, nasalyze.Number(1e-3), 0.25},
		{"bound by rounding", nasalyze.Param{Kind: nasalyze.Float, Lower: 1e-4, Upper: 1, Log: true}, nasalyze.Number(math.Exp(math.Log(1e-4)) * (1 - 1e-15)), 0},
		// Three integers own a third of the interval each.
		{"int", nasalyze.Param{Kind: nasalyze.Int, Lower: 1, Upper: 3}, nasalyze.Number(1), 1. / 6},
		{"int top", nasalyze.Param{Kind: nasalyze.Int, Lower: 1, Upper: 3}, nasalyze.Integer(3), 5. / 6},
		{"log int", nasalyze.Param{Kind: nasalyze.Int, Lower: 1, Upper: 4, Log: true}, nasalyze.Integer(2), math.Log(2/.5) / math.Log(4.5/.5)},
		{"step", nasalyze.Param{Kind: nasalyze.Int, Lower: 16, Upper: 64, Step: 16}, nasalyze.Integer(32), 1.5 / 4},
		{"step below the bound", nasalyze.Param{Kind: nasalyze.Float, Lower: 0, Upper: 1.9, Step: 0.5}, nasalyze.Number(1.5), 3.5 / 4},
		{"one value", nasalyze.Param{Kind: nasalyze.Float, Lower: 2, Upper: 2}, nasalyze.Number(2), 0.5},
		{"ordinal", nasalyze.Param{Kind: nasalyze.Ordinal, Choices: texts("s", "m", "l", "xl")}, nasalyze.Text("m"), 1.5 / 4},
		{"categorical", nasalyze.Param{Kind: nasalyze.Categorical, Choices: texts("a", "b", "c")}, nasalyze.Text("c"), 2},
		{"number among choices", nasalyze.Param{Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Bool(true), nasalyze.Integer(1)}}, nasalyze.Number(1), 1},
		{"constant", nasalyze.Param{Kind: nasalyze.Constant, Choices: texts("x")}, nasalyze.Text("x"), 0},
		{"inactive", nasalyze.Param{Kind: nasalyze.Float, Upper: 1}, nasalyze.Value{}, math.NaN()},
	} {
		c.param.Name = "p"
		if err := c.param.Validate(); err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		got, err := c.param.Encode(c.value)
		if err != nil || math.Abs(got-c.want) > 1e-15 || math.IsNaN(got) != math.IsNaN(c.want) {
			t.Errorf("%s: %v encodes to %v (%v), expected %v", c.name, c.value, got, err, c.want)
		}
	}
	lin := nasalyze.Param{Name: "p", Kind: nasalyze.Float, Lower: 1, Upper: 101, Log: true}
	if u, err := lin.EncodeLinear(nasalyze.Number(51)); err != nil || u != 0.5 || lin.DecodeLinear(u) != nasalyze.Number(51) {
		t.Errorf("linear: %v, %v", u, err)
	}
}

func TestCheckRejects(t *testing.T) {
	wide := nasalyze.Param{Name: "w", Kind: nasalyze.Float, Lower: 1e-12, Upper: 10, Log: true}
	n := nasalyze.Param{Name: "n", Kind: nasalyze.Int, Lower: 1, Upper: 3}
	c := nasalyze.Param{Name: "c", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Bool(true), nasalyze.Text("1")}}
	for _, k := range []struct {
		param nasalyze.Param
		value nasalyze.Value
		want  string
	}{
		// Near 0 on the log scale: a tolerance relative to the upper bound would let these in.
		{wide, nasalyze.Number(-1e-9), `parameter "w": value -1e-09 is outside [1e-12, 10.0] log`},
		{wide, nasalyze.Number(0), "outside"},
		{wide, nasalyze.Number(math.NaN()), "outside"},
		{n, nasalyze.Number(1.5), `parameter "n": value 1.5 is not an integer, expected [1, 3]`},
		{n, nasalyze.Integer(4), "outside"},
		{n, nasalyze.Text("2"), `is not a number`},
		{c, nasalyze.Integer(1), `parameter "c": value "1" is not one of {true, 1}`},
		{c, nasalyze.Null(), "is not one of"},
	} {
		err := k.param.Check(k.value)
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "10]", "10.0]"), k.want) {
			t.Errorf("%v of %s: %v, expected %s", k.value, k.param.Name, err, k.want)
		}
		if u, err := k.param.Encode(k.value); err == nil || !math.IsNaN(u) {
			t.Errorf("%v of %s encodes to %v", k.value, k.param.Name, u)
		}
	}
}

func TestNewSpaceRejects(t *testing.T) {
	float := nasalyze.Param{Name: "x", Kind: nasalyze.Float, Upper: 1}
	cond := func(child string, c nasalyze.Clause) []nasalyze.Condition {
		return []nasalyze.Condition{{Child: child, When: c}}
	}
	eq := nasalyze.Clause{Op: nasalyze.Eq, Param: "x", Values: []nasalyze.Value{nasalyze.Number(1)}}
	other := float
	other.Name = "y"
	weighted := func(w ...float64) nasalyze.Param {
		return nasalyze.Param{Name: "x", Kind: nasalyze.Categorical, Choices: texts("a", "b"), Weights: w}
	}
	for want, s := range map[string]struct {
		params     []nasalyze.Param
		conditions []nasalyze.Condition
		forbidden  []nasalyze.Clause
	}{
		`"x" is defined twice`:                    {params: []nasalyze.Param{float, float}},
		`without a name`:                          {params: []nasalyze.Param{{}}},
		`is not positive`:                         {params: []nasalyze.Param{{Name: "x", Upper: 1, Log: true}}},
		`are not finite`:                          {params: []nasalyze.Param{{Name: "x", Upper: math.Inf(1)}}},
		`are not whole`:                           {params: []nasalyze.Param{{Name: "x", Kind: nasalyze.Int, Upper: 1.5}}},
		`step 0.5 of an integer is not whole`:     {params: []nasalyze.Param{{Name: "x", Kind: nasalyze.Int, Upper: 3, Step: 0.5}}},
		`beyond 2^53`:                             {params: []nasalyze.Param{{Name: "x", Kind: nasalyze.Int, Upper: 1e19}}},
		`at least one choice`:                     {params: []nasalyze.Param{{Name: "x", Kind: nasalyze.Ordinal}}},
		`choice 1 is listed twice`:                {params: []nasalyze.Param{{Name: "x", Kind: nasalyze.Ordinal, Choices: []nasalyze.Value{nasalyze.Integer(1), nasalyze.Number(1)}}}},
		`1 weights for 2 choices`:                 {params: []nasalyze.Param{{Name: "x", Kind: nasalyze.Categorical, Choices: texts("a", "b"), Weights: []float64{1}}}},
		`weight -1 of choice b, expected`:         {params: []nasalyze.Param{weighted(1, -1)}},
		`weight NaN of choice a, expected`:        {params: []nasalyze.Param{weighted(math.NaN(), 1)}},
		`weight +Inf of choice b, expected`:       {params: []nasalyze.Param{weighted(1, math.Inf(1))}},
		`all 2 weights are 0`:                     {params: []nasalyze.Param{weighted(0, 0)}},
		`about the parameter "z"`:                 {params: []nasalyze.Param{float}, conditions: cond("z", eq)},
		`names the parameter "x"`:                 {params: []nasalyze.Param{other}, conditions: cond("y", eq)},
		`go in a circle`:                          {params: []nasalyze.Param{float}, conditions: cond("x", eq)},
		`&& without clauses`:                      {params: []nasalyze.Param{float}, forbidden: []nasalyze.Clause{{Op: nasalyze.And}}},
		`"x == ?" has 0 values, expected 1`:       {params: []nasalyze.Param{float}, forbidden: []nasalyze.Clause{{Op: nasalyze.Eq, Param: "x"}}},
		`"x in {}" has 0 values, expected at lea`: {params: []nasalyze.Param{float}, forbidden: []nasalyze.Clause{{Op: nasalyze.In, Param: "x"}}},
	} {
		_, err := nasalyze.NewSpace("", s.params, s.conditions, s.forbidden)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("got %v, expected %s", err, want)
		}
	}
}

// drawParam draws a parameter of any kind.
func drawParam(t *rapid.T, name string) nasalyze.Param {
	p := nasalyze.Param{Name: name, Kind: nasalyze.Kind(rapid.IntRange(0, 4).Draw(t, "kind"))}
	switch p.Kind {
	case nasalyze.Float, nasalyze.Int:
		p.Log = rapid.Bool().Draw(t, "log")
		p.Lower = rapid.Float64Range(-1e6, 1e6).Draw(t, "lower")
		if p.Log {
			p.Lower = math.Exp(rapid.Float64Range(-20, 10).Draw(t, "ln lower"))
		}
		p.Upper = p.Lower + math.Exp(rapid.Float64Range(-5, 14).Draw(t, "ln range"))
		if p.Kind == nasalyze.Int {
			p.Lower, p.Upper = math.Ceil(p.Lower), math.Ceil(p.Upper)
		}
		if rapid.Bool().Draw(t, "stepped") {
			p.Step = (p.Upper - p.Lower) / float64(rapid.IntRange(1, 40).Draw(t, "cells"))
			if p.Kind == nasalyze.Int {
				p.Step = math.Floor(p.Step)
			}
		}
	case nasalyze.Constant:
		p.Choices = texts("only")
	default:
		for i := range rapid.IntRange(1, 6).Draw(t, "choices") {
			p.Choices = append(p.Choices, nasalyze.Integer(int64(i*i)))
		}
	}
	return p
}

// drawSpace draws a space with conditions on earlier parameters.
func drawSpace(t *rapid.T) *nasalyze.Space {
	n := rapid.IntRange(1, 8).Draw(t, "n")
	params := make([]nasalyze.Param, n)
	var conditions []nasalyze.Condition
	for i := range params {
		params[i] = drawParam(t, fmt.Sprint("p", i))
		if i == 0 || !rapid.Bool().Draw(t, "conditional") {
			continue
		}
		parent := &params[rapid.IntRange(0, i-1).Draw(t, "parent")]
		c := nasalyze.Clause{Op: nasalyze.Eq, Param: parent.Name, Values: []nasalyze.Value{parent.Decode(0.4)}}
		if parent.Numeric() {
			c.Op = []nasalyze.Op{nasalyze.Lt, nasalyze.Gt, nasalyze.Le, nasalyze.Ge}[rapid.IntRange(0, 3).Draw(t, "op")]
		}
		if rapid.Bool().Draw(t, "or") {
			c = nasalyze.Clause{Op: nasalyze.Or, Clauses: []nasalyze.Clause{c, {Op: nasalyze.Ne, Param: params[0].Name, Values: []nasalyze.Value{params[0].Decode(0)}}}}
		}
		conditions = append(conditions, nasalyze.Condition{Child: params[i].Name, When: c})
	}
	s, err := nasalyze.NewSpace("drawn", params, conditions, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// Any point of the encoded domain decodes to a legal configuration, which encodes
// to the same point, or to the middle of the same cell, and decodes to itself.
func TestEncodeDecodeRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawSpace(t)
		u := make([]float64, len(s.Params))
		for i := range u {
			u[i] = rapid.Float64Range(0, 1).Draw(t, "u")
			if p := &s.Params[i]; p.Kind == nasalyze.Categorical {
				u[i] = float64(rapid.IntRange(0, len(p.Choices)-1).Draw(t, "level"))
			}
		}
		values := s.Decode(u)
		if errs := s.Check(values); errs != nil {
			t.Fatalf("decoded to an illegal configuration: %v", errs)
		}
		again, err := s.Encode(values)
		if err != nil {
			t.Fatal(err)
		}
		active := s.Active(values)
		for i := range s.Params {
			p := &s.Params[i]
			if !active[i] {
				if !math.IsNaN(again[i]) || !values[i].IsAbsent() {
					t.Fatalf("%s is inactive, but has the value %v and the code %v", p.Name, values[i], again[i])
				}
				continue
			}
			if math.IsNaN(again[i]) || again[i] < 0 || p.Kind != nasalyze.Categorical && again[i] > 1 {
				t.Fatalf("%s: %v encodes to %v", p.Name, values[i], again[i])
			}
			// A narrow range far from 0 costs digits.
			tol := 1e-12 + 0x1p-46*max(math.Abs(p.Lower), math.Abs(p.Upper))/(p.Upper-p.Lower)
			if p.Kind == nasalyze.Float && p.Step == 0 && math.Abs(again[i]-u[i]) > tol {
				t.Fatalf("%s %s: %v -> %v -> %v", p.Name, p.Range(), u[i], values[i], again[i])
			}
			back := p.Decode(again[i])
			x, isNumber := values[i].Float()
			y, _ := back.Float()
			if p.Kind == nasalyze.Float && isNumber {
				if math.Abs(x-y) > 1e-9*max(math.Abs(x), p.Upper-p.Lower) {
					t.Fatalf("%s %s: %v -> %v -> %v", p.Name, p.Range(), values[i], again[i], back)
				}
			} else if back != values[i] {
				t.Fatalf("%s %s: %v -> %v -> %v", p.Name, p.Range(), values[i], again[i], back)
			}
			lin, err := p.EncodeLinear(values[i])
			if z, _ := p.DecodeLinear(lin).Float(); err != nil || p.Numeric() && math.Abs(z-x) > 1e-9*max(math.Abs(x), p.Upper-p.Lower) {
				t.Fatalf("%s %s: linear %v -> %v -> %v", p.Name, p.Range(), values[i], lin, z)
			}
		}
	})
}

// A step as large as the range has two values, each with half of the interval;
// the ends of the interval decode to them, not to the next step beyond.
func TestDecodeStaysInTheRange(t *testing.T) {
	e := math.E - 1
	for _, p := range []nasalyze.Param{
		{Name: "float", Kind: nasalyze.Float, Lower: 1, Upper: 1 + e, Step: e},
		{Name: "log", Kind: nasalyze.Float, Lower: 1, Upper: 1 + e, Step: e, Log: true},
		{Name: "int", Kind: nasalyze.Int, Lower: 1, Upper: 4, Step: 3},
		{Name: "log int", Kind: nasalyze.Int, Lower: 1, Upper: 4, Step: 3, Log: true},
	} {
		for _, c := range []struct {
			decode func(float64) nasalyze.Value
			half   bool // the boundary of the cells is in the middle
		}{{p.Decode, !p.Log}, {p.DecodeLinear, true}} {
			for u, want := range map[float64]float64{0: p.Lower, 0.49: p.Lower, 0.51: p.Upper, 1: p.Upper} {
				got := c.decode(u)
				if err := p.Check(got); err != nil {
					t.Errorf("%s: %v decodes to %v: %v", p.Name, u, got, err)
				}
				if x, _ := got.Float(); (c.half || u == 0 || u == 1) && math.Abs(x-want) > 1e-15 {
					t.Errorf("%s: %v decodes to %v, expected %v", p.Name, u, got, want)
				}
			}
		}
	}
}

// Cells are equal: uniform points decode to all values equally often.
func TestDiscreteCellsAreEqual(t *testing.T) {
	for _, p := range []nasalyze.Param{
		{Name: "int", Kind: nasalyze.Int, Lower: -2, Upper: 2},
		{Name: "step", Kind: nasalyze.Int, Lower: 16, Upper: 85, Step: 16},
		{Name: "ordinal", Kind: nasalyze.Ordinal, Choices: texts("a", "b", "c", "d", "e")},
	} {
		counts := make(map[string]int)
		const n = 10_000
		for i := range n {
			counts[p.Decode((float64(i)+0.5)/n).String()]++
		}
		if len(counts) != 5 {
			t.Fatalf("%s decodes to %v", p.Name, counts)
		}
		for v, k := range counts {
			if k != n/5 {
				t.Errorf("%s: %s owns %d of %d points, expected a fifth", p.Name, v, k, n)
			}
		}
	}
}

func TestConditionsByHand(t *testing.T) {
	s := mustSpace(t, []nasalyze.Param{
		{Name: "momentum", Kind: nasalyze.Float, Upper: 1}, // before its parent
		{Name: "opt", Kind: nasalyze.Categorical, Choices: texts("sgd", "adam")},
		{Name: "size", Kind: nasalyze.Ordinal, Choices: texts("s", "m", "l")},
		{Name: "extra", Kind: nasalyze.Int, Upper: 9},
	}, []nasalyze.Condition{
		{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "opt", Values: texts("sgd")}},
		{Child: "extra", When: nasalyze.Clause{Op: nasalyze.Ne, Param: "momentum", Values: []nasalyze.Value{nasalyze.Number(0)}}},
		{Child: "extra", When: nasalyze.Clause{Op: nasalyze.Gt, Param: "size", Values: texts("s")}},
	})
	half, nine := nasalyze.Number(0.5), nasalyze.Integer(9)
	for _, c := range []struct {
		values []nasalyze.Value
		want   []bool
	}{
		{[]nasalyze.Value{half, nasalyze.Text("sgd"), nasalyze.Text("m"), nine}, []bool{true, true, true, true}},
		{[]nasalyze.Value{half, nasalyze.Text("sgd"), nasalyze.Text("s"), nine}, []bool{true, true, true, false}},
		{[]nasalyze.Value{nasalyze.Number(0), nasalyze.Text("sgd"), nasalyze.Text("l"), nine}, []bool{true, true, true, false}},
		// An inactive parent makes every clause about it false, != too.
		{[]nasalyze.Value{half, nasalyze.Text("adam"), nasalyze.Text("l"), nine}, []bool{false, true, true, false}},
	} {
		if d := cmp.Diff(c.want, s.Active(c.values)); d != "" {
			t.Errorf("%v (-want +got):\n%s", c.values, d)
		}
	}
	errs := s.Check([]nasalyze.Value{half, nasalyze.Text("adam"), nasalyze.Text("l"), {}})
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), `"momentum": value "0.5" though its condition does not hold`) {
		t.Errorf("inactive value: %v", errs)
	}
	errs = s.Check([]nasalyze.Value{{}, nasalyze.Text("sgd"), nasalyze.Text("l"), {}})
	if len(errs) != 1 || !strings.Contains(errs[0].Error(), `"momentum": no value`) {
		t.Errorf("missing value: %v", errs)
	}
	if got := s.Defaults(); got[1] != nasalyze.Text("sgd") || got[2] != nasalyze.Text("m") || got[0] != half || got[3].IsAbsent() {
		t.Errorf("defaults %v", got)
	}
}

// (a && (b || !c)) || (c && a): nested to three levels, over all 27 values of
// three ordinals, where a, b, c mean "at least m"; and the same as a forbidden clause.
func TestNestedClauses(t *testing.T) {
	size := func(name string) nasalyze.Param {
		return nasalyze.Param{Name: name, Kind: nasalyze.Ordinal, Choices: texts("s", "m", "l")}
	}
	is := func(name string, op nasalyze.Op, v string) nasalyze.Clause {
		return nasalyze.Clause{Op: op, Param: name, Values: texts(v)}
	}
	join := func(op nasalyze.Op, c ...nasalyze.Clause) nasalyze.Clause {
		return nasalyze.Clause{Op: op, Clauses: c}
	}
	when := join(nasalyze.Or,
		join(nasalyze.And, is("a", nasalyze.Ge, "m"), join(nasalyze.Or, is("b", nasalyze.Gt, "s"), is("c", nasalyze.Lt, "m"))),
		join(nasalyze.And, is("c", nasalyze.Ne, "s"), is("a", nasalyze.In, "m")))
	when.Clauses[1].Clauses[1].Values = texts("m", "l")
	params := []nasalyze.Param{{Name: "child", Kind: nasalyze.Float, Upper: 1}, size("a"), size("b"), size("c")}
	s := mustSpace(t, params, []nasalyze.Condition{{Child: "child", When: when}}, when)
	if got, want := s.Conditions[0].String(), "child | (a >= m && (b > s || c < m)) || (c != s && a in {m, l})"; got != want {
		t.Errorf("%s, expected %s", got, want)
	}
	half := nasalyze.Number(0.5)
	for i := range 27 {
		a, b, c := i%3, i/3%3, i/9
		want := a >= 1 && (b > 0 || c < 1) || c != 0 && a >= 1
		values := []nasalyze.Value{half, params[1].Choices[a], params[2].Choices[b], params[3].Choices[c]}
		if got := s.Active(values)[0]; got != want {
			t.Errorf("%v: active is %v", values[1:], got)
		}
		if got := s.IsForbidden(values) != nil; got != want {
			t.Errorf("%v: forbidden is %v", values[1:], got)
		}
	}
}

func TestForbiddenByHand(t *testing.T) {
	clause := func(op nasalyze.Op, param string, v ...nasalyze.Value) nasalyze.Clause {
		return nasalyze.Clause{Op: op, Param: param, Values: v}
	}
	one := nasalyze.Integer(1)
	s := mustSpace(t, []nasalyze.Param{{Name: "a", Kind: nasalyze.Int, Upper: 9}, {Name: "b", Kind: nasalyze.Float, Upper: 9}}, nil,
		nasalyze.Clause{Op: nasalyze.And, Clauses: []nasalyze.Clause{clause(nasalyze.Eq, "a", one), clause(nasalyze.Ge, "b", one)}},
		nasalyze.Clause{Op: nasalyze.Or, Clauses: []nasalyze.Clause{clause(nasalyze.In, "a", nasalyze.Integer(3), nasalyze.Integer(4)), clause(nasalyze.Lt, "b", nasalyze.Number(0.5))}},
		nasalyze.Clause{Op: nasalyze.Gt, Param: "a", Other: "b"})
	for _, c := range []struct {
		a, b float64
		want string
	}{
		{1, 2, "a == 1 && b >= 1"}, {1, 1, "a == 1 && b >= 1"}, {0, 1, ""}, {3, 5, "a in {3, 4} || b < 0.5"},
		{0, 0.25, "a in {3, 4} || b < 0.5"}, {6, 5.5, "a > b"}, {5, 5, ""},
	} {
		got := ""
		if f := s.IsForbidden([]nasalyze.Value{nasalyze.Number(c.a), nasalyze.Number(c.b)}); f != nil {
			got = f.String()
		}
		if got != c.want {
			t.Errorf("a=%v b=%v: %q, expected %q", c.a, c.b, got, c.want)
		}
	}
}

func TestValues(t *testing.T) {
	for _, v := range []nasalyze.Value{nasalyze.Null(), nasalyze.Bool(true), nasalyze.Bool(false), nasalyze.Integer(-3), nasalyze.Integer(math.MaxInt64),
		nasalyze.Number(3), nasalyze.Number(1e300), nasalyze.Number(-2.5e-7), nasalyze.Text(""), nasalyze.Text("a \"b\" é")} {
		data, err := json.Marshal(v)
		var back nasalyze.Value
		if err == nil {
			err = json.Unmarshal(data, &back)
		}
		if err != nil || back != v {
			t.Errorf("%v -> %s -> %v (%v)", v, data, back, err)
		}
	}
	if _, err := json.Marshal(nasalyze.Number(math.NaN())); err == nil {
		t.Error("NaN has a JSON form")
	}
	if !nasalyze.Integer(1).Equal(nasalyze.Number(1)) || nasalyze.Bool(true).Equal(nasalyze.Integer(1)) || nasalyze.Text("1").Equal(nasalyze.Integer(1)) ||
		nasalyze.Number(math.NaN()).Equal(nasalyze.Number(math.NaN())) || !nasalyze.Null().Equal(nasalyze.Null()) {
		t.Error("equality by meaning is wrong")
	}
}

func ExampleSpace_Encode() {
	space, err := nasalyze.NewSpace("example", []nasalyze.Param{
		{Name: "learning_rate", Kind: nasalyze.Float, Lower: 1e-4, Upper: 1, Log: true},
		{Name: "layers", Kind: nasalyze.Int, Lower: 1, Upper: 4},
		{Name: "optimizer", Kind: nasalyze.Categorical, Choices: []nasalyze.Value{nasalyze.Text("Adam"), nasalyze.Text("SGD")}},
		{Name: "momentum", Kind: nasalyze.Float, Lower: 0, Upper: 0.99},
	}, []nasalyze.Condition{
		{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "optimizer", Values: []nasalyze.Value{nasalyze.Text("SGD")}}},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	values := []nasalyze.Value{nasalyze.Number(0.01), nasalyze.Integer(3), nasalyze.Text("Adam"), {}}
	u, err := space.Encode(values)
	fmt.Printf("%.4f %v\n", u, err)
	fmt.Println(space.Decode(u)[1:])
	// Output:
	// [0.5000 0.6250 0.0000 NaN] <nil>
	// [3 Adam ]
}

// A message lists a few of many choices and says how many there are.
func TestCheckOfManyChoices(t *testing.T) {
	p := nasalyze.Param{Name: "cell", Kind: nasalyze.Categorical}
	for i := range 5000 {
		p.Choices = append(p.Choices, nasalyze.Integer(int64(i)))
	}
	err := p.Check(nasalyze.Text("x"))
	if err == nil || !strings.HasPrefix(err.Error(), `parameter "cell": value "x" is not one of {0, 1, `) || !strings.HasSuffix(err.Error(), "19} and 4980 more") {
		t.Errorf("error %v", err)
	}
}
