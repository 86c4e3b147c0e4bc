package nasalyze

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Pool joins the trials of several studies of one search space. Configurations
// with equal values become one, so that their trials count as repeats; the ids
// of the others are kept where unique and get the study's name in front where not.
// Budgets that differ by rounding alone (relative 1e-9) become one. Spaces that were
// inferred from the trials are joined, so that each covers all values, and must have
// a parameter in common; stated spaces must agree. The error says which parameter or
// objective differs.
func Pool(name string, studies ...*Study) (*Study, error) {
	if len(studies) == 0 {
		return nil, fmt.Errorf("nasalyze: no study to pool")
	}
	first := studies[0]
	out := &Study{Name: name, Space: first.Space, Objectives: first.Objectives,
		BudgetName: first.BudgetName, BudgetUnit: first.BudgetUnit,
		Provenance: Provenance{Format: first.Provenance.Format, Reason: first.Provenance.Reason}}
	inferred := !slices.ContainsFunc(studies, func(s *Study) bool { return !s.Provenance.Inferred })
	if inferred {
		space, err := union(studies)
		if err != nil {
			return nil, fmt.Errorf("nasalyze: cannot pool studies: %w", err)
		}
		out.Space = space
		for n := len(studies) - 1; n >= 0; n-- {
			if s, other := studies[n], studies[(n+1)%len(studies)]; !related(space, studies, n) {
				return nil, fmt.Errorf("nasalyze: cannot pool study %q with %q: their trials have no parameter in common: %s here and %s there",
					s.Name, other.Name, paramNames(s.Space), paramNames(other.Space))
			}
		}
	}
	byValue := make(map[string]int)
	ids := make(map[string]bool)
	var budgets []float64
	for n, s := range studies {
		if err := poolable(out, s, inferred); err != nil {
			return nil, fmt.Errorf("nasalyze: cannot pool study %q with %q: %w", s.Name, first.Name, err)
		}
		out.Provenance.Inferred = out.Provenance.Inferred || s.Provenance.Inferred
		for _, in := range s.Provenance.Inputs {
			if !slices.Contains(out.Provenance.Inputs, in) { // a file may serve several, as that of a search space
				out.Provenance.Inputs = append(out.Provenance.Inputs, in)
			}
		}
		at := make([]int, len(s.Configs))
		for i := range s.Configs {
			c := s.Configs[i]
			values := make([]Value, len(out.Space.Params))
			for j := range values {
				if k := s.Space.Index(out.Space.Params[j].Name); k >= 0 {
					values[j] = c.Values[k]
				}
			}
			key := configKey(values)
			if k, ok := byValue[key]; ok {
				at[i] = k
				continue
			}
			c.Values = values
			for base, k := c.ID, n; ids[c.ID]; k++ {
				c.ID = fmt.Sprintf("%s#%d:%s", s.Name, k, base)
			}
			ids[c.ID] = true
			byValue[key] = len(out.Configs)
			at[i] = len(out.Configs)
			out.Configs = append(out.Configs, c)
		}
		for _, t := range s.Trials {
			t.Config = at[t.Config]
			t.Budget = nearest(&budgets, t.Budget)
			out.Trials = append(out.Trials, t)
		}
	}
	return out, nil
}

func poolable(a, b *Study, inferred bool) error {
	if !inferred {
		if err := a.Space.same(b.Space); err != nil {
			return err
		}
	}
	if len(a.Objectives) != len(b.Objectives) {
		return fmt.Errorf("%d objectives and %d", len(a.Objectives), len(b.Objectives))
	}
	for i, o := range a.Objectives {
		if p := b.Objectives[i]; o.Name != p.Name || o.Maximize != p.Maximize {
			return fmt.Errorf("objective %d is %q in one and %q in the other, or has another direction", i, o.Name, p.Name)
		}
	}
	return nil
}

// related reports whether a parameter that varies in the pooled space is in that of study n and of any other one. A log of which
// none is, is of a different search, and what differs between the logs would be taken for
// an effect of their parameters.
func related(pooled *Space, studies []*Study, n int) bool {
	varies := false
	for i := range pooled.Params {
		p := &pooled.Params[i]
		if !p.Varies() {
			continue
		}
		varies = true
		if studies[n].Space.Index(p.Name) < 0 {
			continue
		}
		for m, s := range studies {
			if m != n && s.Space.Index(p.Name) >= 0 {
				return true
			}
		}
	}
	return !varies || len(studies) == 1
}

// paramNames names the first few parameters.
func paramNames(s *Space) string {
	const most = 10
	var names []string
	for i := range s.Params[:min(len(s.Params), most)] {
		names = append(names, strconv.Quote(s.Params[i].Name))
	}
	if n := len(s.Params) - most; n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	return strings.Join(names, ", ")
}

// SameBudget reports whether two budgets are equal but for rounding, relative 1e-9. Whole
// numbers, as of steps, are not rounded: 1000000001 and 1000000002 differ.
func SameBudget(a, b float64) bool {
	whole := a == math.Trunc(a) && b == math.Trunc(b)
	return a == b || !whole && math.Abs(a-b) <= 1e-9*math.Max(math.Abs(a), math.Abs(b))
}

// nearest returns the known budget that equals b but for rounding, or makes b known.
func nearest(known *[]float64, b float64) float64 {
	i, found := slices.BinarySearch(*known, b)
	if found {
		return b
	}
	for _, j := range []int{i - 1, i} {
		if j >= 0 && j < len(*known) && SameBudget((*known)[j], b) {
			return (*known)[j]
		}
	}
	*known = slices.Insert(*known, i, b)
	return b
}

// configKey is equal for two configurations exactly when all their values are.
func configKey(values []Value) string {
	var b strings.Builder
	for _, v := range values {
		b.WriteString(v.key())
		b.WriteByte('|')
	}
	return b.String()
}

// union covers the inferred spaces of all studies: the widest bounds, all choices.
// Conditions were inferred from one log each and are dropped.
func union(studies []*Study) (*Space, error) {
	var params []Param
	index := make(map[string]int)
	for _, s := range studies {
		for _, p := range s.Space.Params {
			i, ok := index[p.Name]
			if !ok {
				index[p.Name] = len(params)
				params = append(params, p)
				continue
			}
			joined, err := join(params[i], p)
			if err != nil {
				return nil, err
			}
			params[i] = joined
		}
	}
	return NewSpace("", params, nil, nil)
}

// join covers two inferred parameters of one name. A constant number widens to a range.
func join(p, q Param) (Param, error) {
	p, q = asRange(p, q), asRange(q, p)
	switch {
	case p.Numeric() && q.Numeric():
		if q.Kind == Float {
			p.Kind = Float
		}
		p.Lower, p.Upper = min(p.Lower, q.Lower), max(p.Upper, q.Upper)
		p.Log = (p.Log || q.Log) && p.Lower > 0
		p.Default = Value{}
	case p.Numeric() != q.Numeric():
		return p, fmt.Errorf("parameter %q is %v in one study and %v in another", p.Name, p.Kind, q.Kind)
	default:
		choices := slices.Clone(p.Choices)
		for _, c := range q.Choices {
			if p.choice(c) < 0 {
				choices = append(choices, c)
			}
		}
		if len(choices) > 1 && (p.Kind == Constant || q.Kind != p.Kind) {
			p.Kind = Categorical
		}
		p.Choices = choices
	}
	return p, nil
}

// asRange turns a constant number into a range of one value, where the other
// parameter is numeric or another constant number.
func asRange(p, other Param) Param {
	if p.Kind != Constant || other.Kind == Categorical || other.Kind == Ordinal {
		return p
	}
	x, ok := p.Choices[0].Float()
	if !ok || other.Kind == Constant && !isNumber(other.Choices[0]) {
		return p
	}
	kind := Float
	if _, whole := p.Choices[0].Int(); whole {
		kind = Int
	}
	return Param{Name: p.Name, Kind: kind, Lower: x, Upper: x}
}

func isNumber(v Value) bool {
	_, ok := v.Float()
	return ok
}
