package table

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Study makes the study of the rows that were added.
func (r *Rows) Study(name string) (*nasalyze.Study, error) {
	meta := nasalyze.Study{Name: name, Objectives: r.objectives, BudgetName: r.budgetName, BudgetUnit: r.opt.BudgetUnit}
	if r.opt.BudgetName != "" {
		meta.BudgetName = r.opt.BudgetName
	}
	if r.timed {
		meta.BudgetUnit = "s" // whatever the options say of numbers
	}
	s, err := r.builder.Study(meta)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", r.header.Path, err)
	}
	if s.Provenance.Inferred {
		if s.Space, err = r.declared(s.Space); err != nil {
			return nil, fmt.Errorf("%s: %w", r.header.Path, err)
		}
	}
	r.review(s)
	return s, nil
}

// declared adds to an inferred space the choices that the source declares.
func (r *Rows) declared(s *nasalyze.Space) (*nasalyze.Space, error) {
	params := slices.Clone(s.Params)
	changed := false
	for _, p := range r.params {
		texts := r.header.Columns[p.column].Choices
		k := s.Index(p.name)
		if texts == nil || k < 0 {
			continue
		}
		q := &params[k]
		if lo, hi, ok := numericRange(texts); ok {
			changed = widen(q, lo, hi) || changed
			continue
		}
		if q.Numeric() {
			continue
		}
		choices := make([]nasalyze.Value, 0, len(texts))
		for _, text := range texts {
			if v := parseCell([]byte(text), false); !v.IsAbsent() && !slices.ContainsFunc(choices, v.Equal) {
				choices = append(choices, v)
			}
		}
		for _, v := range q.Choices {
			if !slices.ContainsFunc(choices, v.Equal) {
				choices = append(choices, v)
			}
		}
		if slices.EqualFunc(choices, q.Choices, nasalyze.Value.Equal) {
			continue
		}
		if unseen := len(choices) - len(q.Choices); unseen > 0 {
			r.findings.Note("declared-choices", p.name, "parameter %q: %d of the %d values that the header declares occur in no row", p.name, unseen, len(choices))
		}
		if q.Kind == nasalyze.Constant && len(choices) > 1 {
			q.Kind = nasalyze.Categorical
		}
		q.Choices = choices
		changed = true
	}
	if !changed {
		return s, nil
	}
	return nasalyze.NewSpace(s.Name, params, s.Conditions, s.Forbidden)
}

// numericRange returns the range of declared values that are all numbers.
func numericRange(texts []string) (lo, hi float64, ok bool) {
	lo, hi = math.Inf(1), math.Inf(-1)
	for _, text := range texts {
		x, ok := number([]byte(text), false)
		if !ok {
			return 0, 0, false
		}
		lo, hi = min(lo, x), max(hi, x)
	}
	return lo, hi, len(texts) > 0 && !math.IsInf(lo, 0) && !math.IsInf(hi, 0)
}

// widen makes the range of an inferred numeric parameter hold the declared
// values, unless they contradict what the rows have.
func widen(p *nasalyze.Param, lo, hi float64) bool {
	if !p.Numeric() || p.Kind == nasalyze.Int && (lo != math.Trunc(lo) || hi != math.Trunc(hi)) || p.Log && lo <= 0 {
		return false
	}
	changed := lo < p.Lower || hi > p.Upper
	p.Lower, p.Upper = min(p.Lower, lo), max(p.Upper, hi)
	return changed
}

// review looks at the whole for what no single row shows.
func (r *Rows) review(s *nasalyze.Study) {
	if repeats := repeated(s); repeats > 0 && r.instance < 0 {
		r.findings.Add(source.Finding{Severity: source.Note, Code: "repeated-trials", Path: r.header.Path, Count: repeats,
			Message: "rows have the configuration and budget of an earlier row; kept as repeats"})
	}
	if r.id >= 0 && len(s.Trials) == len(s.Configs) && len(s.Budgets()) > 1 {
		r.findings.Add(source.Finding{Severity: source.Warn, Code: "unshared-configs", Path: r.header.Path,
			Message: fmt.Sprintf("every value of column %q occurs once, so that no configuration has two budgets; if the column numbers trials, --id-column %s takes rows with equal parameters as one configuration",
				r.header.Columns[r.id].Name, None)})
	}
}

// repeated counts the trials without seed that share configuration, budget and
// instance with an earlier one.
func repeated(s *nasalyze.Study) int {
	order := make([]int32, 0, len(s.Trials))
	for i := range s.Trials {
		if !s.Trials[i].HasSeed {
			order = append(order, int32(i))
		}
	}
	compare := func(i, j int32) int {
		a, b := &s.Trials[i], &s.Trials[j]
		switch {
		case a.Config != b.Config:
			return a.Config - b.Config
		case a.Budget < b.Budget:
			return -1
		case a.Budget > b.Budget:
			return 1
		}
		return strings.Compare(a.Instance, b.Instance)
	}
	slices.SortFunc(order, compare)
	n := 0
	for k := 1; k < len(order); k++ {
		if compare(order[k-1], order[k]) == 0 {
			n++
		}
	}
	return n
}
