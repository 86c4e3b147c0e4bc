package nasalyze_test

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze"
)

// genConditional draws a space whose conditions use every operator on every kind,
// nested, over parents that are conditional themselves.
func genConditional(t *rapid.T) *nasalyze.Space {
	var params []nasalyze.Param
	for i := range rapid.IntRange(2, 5).Draw(t, "parameters") {
		p := nasalyze.Param{Name: fmt.Sprintf("p%d", i)}
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			p.Kind, p.Lower, p.Upper = nasalyze.Float, 1, 9
			p.Log = rapid.Bool().Draw(t, "log")
		case 1:
			p.Kind, p.Lower, p.Upper = nasalyze.Int, 1, 9
			p.Log = rapid.Bool().Draw(t, "log")
		case 2:
			p.Kind, p.Lower, p.Upper, p.Step = nasalyze.Float, -1, 2, 0.5
		case 3:
			p.Kind = nasalyze.Categorical
			p.Choices = []nasalyze.Value{nasalyze.Text("a"), nasalyze.Bool(true), nasalyze.Integer(3)}
		case 4:
			p.Kind = nasalyze.Ordinal
			p.Choices = []nasalyze.Value{nasalyze.Integer(8), nasalyze.Integer(1), nasalyze.Text("x"), nasalyze.Integer(3)}
		case 5:
			p.Kind, p.Choices = nasalyze.Constant, []nasalyze.Value{nasalyze.Integer(3)}
		}
		params = append(params, p)
	}
	var clause func(child, depth int) nasalyze.Clause
	clause = func(child, depth int) nasalyze.Clause {
		if depth > 0 && rapid.IntRange(0, 2).Draw(t, "nest") == 0 {
			c := nasalyze.Clause{Op: nasalyze.And}
			if rapid.Bool().Draw(t, "or") {
				c.Op = nasalyze.Or
			}
			for range rapid.IntRange(1, 2).Draw(t, "clauses") {
				c.Clauses = append(c.Clauses, clause(child, depth-1))
			}
			return c
		}
		parent := &params[rapid.IntRange(0, child-1).Draw(t, "parent")]
		c := nasalyze.Clause{Param: parent.Name, Op: rapid.SampledFrom([]nasalyze.Op{nasalyze.Eq, nasalyze.Ne, nasalyze.Lt, nasalyze.Le, nasalyze.Gt, nasalyze.Ge, nasalyze.In}).Draw(t, "op")}
		n := 1
		if c.Op == nasalyze.In {
			n = rapid.IntRange(1, 3).Draw(t, "values")
		}
		for range n {
			v := rapid.SampledFrom([]nasalyze.Value{nasalyze.Integer(1), nasalyze.Integer(3), nasalyze.Number(2.5), nasalyze.Number(0.5), nasalyze.Integer(8), nasalyze.Integer(99),
				nasalyze.Text("a"), nasalyze.Bool(true), nasalyze.Text("x")}).Draw(t, "value")
			c.Values = append(c.Values, v)
		}
		return c
	}
	var conditions []nasalyze.Condition
	for i := 1; i < len(params); i++ {
		for range rapid.IntRange(0, 2).Draw(t, "conditions") {
			conditions = append(conditions, nasalyze.Condition{Child: params[i].Name, When: clause(i, 2)})
		}
	}
	s, err := nasalyze.NewSpace("", params, conditions, nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A point of the cube lies in one of the boxes of a parameter if and only if the
// parameter is active at the configuration that the point decodes to.
func TestActiveBoxesAgreeWithActive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := genConditional(t)
		linear := rapid.Bool().Draw(t, "linear")
		boxes := make([][]nasalyze.Box, len(s.Params))
		for i := range boxes {
			var err error
			if boxes[i], err = s.ActiveBoxes(i, linear); err != nil {
				if !strings.Contains(err.Error(), "continuous") && !strings.Contains(err.Error(), "alternatives") {
					t.Fatal(err)
				}
				return
			}
		}
		for range 20 {
			u := make([]float64, len(s.Params))
			values := make([]nasalyze.Value, len(u))
			for i := range u {
				p := &s.Params[i]
				// Beside the borders, which have no volume and belong to either side.
				u[i] = 0.0011371 + 0.997731*rapid.Float64Range(0, 1).Draw(t, "u")
				if p.Kind == nasalyze.Categorical {
					u[i] = math.Floor(u[i] * 3)
				}
				values[i] = p.Decode(u[i])
				if linear {
					values[i] = p.DecodeLinear(u[i])
				}
			}
			for i, active := range s.Active(values) {
				in := false
				for _, b := range boxes[i] {
					in = in || b.Contains(u)
				}
				if in != active {
					t.Fatalf("parameter %d at %v (%v): in the boxes %v is %v, active is %v; conditions %v", i, values, u, boxes[i], in, active, s.Conditions)
				}
			}
		}
	})
}

func TestActiveBoxesRefuse(t *testing.T) {
	space := func(when nasalyze.Clause) *nasalyze.Space {
		s, err := nasalyze.NewSpace("", []nasalyze.Param{{Name: "a", Upper: 1}, {Name: "b", Upper: 1}, {Name: "c", Upper: 1}}, []nasalyze.Condition{{Child: "c", When: when}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	for want, when := range map[string]nasalyze.Clause{
		"compares two parameters": {Op: nasalyze.Lt, Param: "a", Other: "b"},
		"a is continuous":         {Op: nasalyze.Eq, Param: "a", Values: []nasalyze.Value{nasalyze.Number(0.5)}},
	} {
		if _, err := space(when).ActiveBoxes(2, false); err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "c | a") {
			t.Errorf("error %v, want one about %q and the condition", err, want)
		}
	}
}
