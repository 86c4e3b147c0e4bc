package nasalyze

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// Pool joins the trials of several studies of one search space. Configurations
// with equal values become one, so that their trials count as repeats; the ids
// of the others are kept where unique and get the study's name in front where not.
// Budgets that differ by rounding alone (relative 1e-9) become one.
// The error says which parameter or objective differs.
func Pool(name string, studies ...*Study) (*Study, error) {
	if len(studies) == 0 {
		return nil, fmt.Errorf("nasalyze: no study to pool")
	}
	first := studies[0]
	out := &Study{Name: name, Space: first.Space, Objectives: first.Objectives,
		BudgetName: first.BudgetName, BudgetUnit: first.BudgetUnit,
		Provenance: Provenance{Format: first.Provenance.Format, Reason: first.Provenance.Reason}}
	byValue := make(map[string]int)
	ids := make(map[string]bool)
	var budgets []float64
	for n, s := range studies {
		if err := poolable(first, s); err != nil {
			return nil, fmt.Errorf("nasalyze: cannot pool study %q with %q: %w", s.Name, first.Name, err)
		}
		out.Provenance.Inputs = append(out.Provenance.Inputs, s.Provenance.Inputs...)
		out.Provenance.Inferred = out.Provenance.Inferred || s.Provenance.Inferred
		at := make([]int, len(s.Configs))
		for i := range s.Configs {
			c := s.Configs[i]
			values := make([]Value, len(first.Space.Params))
			for j := range values {
				values[j] = c.Values[s.Space.Index(first.Space.Params[j].Name)]
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

func poolable(a, b *Study) error {
	if err := a.Space.same(b.Space); err != nil {
		return err
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

// nearest returns the known budget that equals b but for rounding, or makes b known.
func nearest(known *[]float64, b float64) float64 {
	i, found := slices.BinarySearch(*known, b)
	if found {
		return b
	}
	for _, j := range []int{i - 1, i} {
		if j >= 0 && j < len(*known) && math.Abs((*known)[j]-b) <= 1e-9*math.Abs(b) {
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
