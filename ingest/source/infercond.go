package source

import (
	"fmt"
	"slices"

	"github.com/nasalyze/nasalyze"
)

const (
	// maxParentLevels is the number of values above which a parameter is not
	// tried as a parent: with many values, any absence has an explanation.
	maxParentLevels = 20
	// minSupport is the number of configurations on either side, present and
	// absent, that a condition must explain.
	minSupport = 3
)

// inferConditions explains the absence of parameters: a parameter that some
// configurations lack gets the condition "parent in values" if one discrete
// parent explains exactly when it is there. Of several such parents the one with
// the fewest values counts, then the first. The parent itself may be absent:
// then the child must be.
func (b *Builder) inferConditions(params []nasalyze.Param) []nasalyze.Condition {
	var conditions []nasalyze.Condition
	n := len(b.configs)
	parentOf := make(map[string]string)
	for i := range params {
		child := &params[i]
		j := b.columns[child.Name]
		present := 0
		for c := range b.configs {
			if !b.at(c, j).IsAbsent() {
				present++
			}
		}
		if present == n {
			continue
		}
		best, when := -1, []nasalyze.Value(nil)
		if present >= minSupport && n-present >= minSupport {
			best, when = b.findParent(params, i, parentOf)
		}
		if best < 0 {
			b.findings.Note("unexplained-absence", child.Name, "parameter %q: present in %d of %d configurations, which no single parameter explains; no condition is inferred", child.Name, present, n)
			continue
		}
		parent := &params[best]
		parentOf[child.Name] = parent.Name
		clause := nasalyze.Clause{Op: nasalyze.In, Param: parent.Name, Values: when}
		if len(when) == 1 {
			clause.Op = nasalyze.Eq
		}
		cond := nasalyze.Condition{Child: child.Name, When: clause}
		conditions = append(conditions, cond)
		b.findings.Note("inferred-condition", child.Name, "parameter %q: active where %s, which explains its presence in %d of %d configurations exactly", child.Name, clause.String(), present, n)
	}
	return conditions
}

// findParent returns the parameter whose values tell exactly when child is
// present, and those values; -1 if there is none.
func (b *Builder) findParent(params []nasalyze.Param, child int, parentOf map[string]string) (best int, when []nasalyze.Value) {
	best = -1
	fewest := maxParentLevels + 1
	for k := range params {
		p := &params[k]
		if k == child || p.Kind == nasalyze.Float || p.Kind == nasalyze.Constant || descends(p.Name, params[child].Name, parentOf) {
			continue
		}
		column := b.columns[p.Name]
		levels := b.distinct(column, fewest)
		if len(levels) >= fewest {
			continue
		}
		if values, ok := b.explains(column, b.columns[params[child].Name], levels); ok {
			best, when, fewest = k, values, len(levels)
		}
	}
	return best, when
}

// descends reports whether name is conditional, directly or not, on ancestor.
func descends(name, ancestor string, parentOf map[string]string) bool {
	for range len(parentOf) + 1 {
		parent, ok := parentOf[name]
		if !ok {
			return false
		}
		if parent == ancestor {
			return true
		}
		name = parent
	}
	return false
}

// explains reports whether the child is present exactly for some values of the
// parent, and which.
func (b *Builder) explains(parent, child int, levels []nasalyze.Value) ([]nasalyze.Value, bool) {
	const with, without = 1, 2
	seen := make(map[string]int, len(levels))
	for i := range b.configs {
		v := b.at(i, parent)
		here := without
		if !b.at(i, child).IsAbsent() {
			here = with
		}
		if v.IsAbsent() {
			if here == with {
				return nil, false
			}
			continue
		}
		key := levelKey(v)
		seen[key] |= here
		if seen[key] == with|without {
			return nil, false
		}
	}
	var values []nasalyze.Value
	for _, v := range levels {
		if seen[levelKey(v)] == with {
			values = append(values, v)
		}
	}
	slices.SortFunc(values, compareValues)
	return values, len(values) > 0 && (len(values) < len(levels) || b.anyAbsent(parent))
}

func (b *Builder) anyAbsent(column int) bool {
	for i := range b.configs {
		if b.at(i, column).IsAbsent() {
			return true
		}
	}
	return false
}

func levelKey(v nasalyze.Value) string {
	if i, ok := v.Int(); ok {
		v = nasalyze.Integer(i)
	}
	return fmt.Sprintf("%d:%s", v.Kind(), v)
}
