package table

import (
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
)

// cellPlace says what a column of a wide table measures.
type cellPlace struct {
	objective string
	budget    float64
	hasBudget bool
	budgetKey string // the word before the number, such as "epoch"; may be empty
	seed      int64
	hasSeed   bool
}

const (
	budgetMark    = "{budget}"
	seedMark      = "{seed}"
	objectiveMark = "{objective}"
)

// widePattern is a pattern such as "loss@{budget}" as the user gives it.
type widePattern struct {
	re        *regexp.Regexp
	objective string // where the pattern has no {objective}
}

// compileWide reads a pattern; name is the objective it is about if the pattern
// does not say, which may be empty.
func compileWide(pattern, name string) (*widePattern, error) {
	if !strings.Contains(pattern, budgetMark) && !strings.Contains(pattern, seedMark) {
		return nil, fmt.Errorf("the pattern %q of a wide table has neither %s nor %s, expected one such as \"loss@%s\"", pattern, budgetMark, seedMark, budgetMark)
	}
	for _, mark := range []string{budgetMark, seedMark, objectiveMark} {
		if strings.Count(pattern, mark) > 1 {
			return nil, fmt.Errorf("the pattern %q of a wide table has %s twice", pattern, mark)
		}
	}
	expr := regexp.QuoteMeta(pattern)
	expr = strings.NewReplacer(
		regexp.QuoteMeta(budgetMark), `(?P<budget>[-+0-9.eE]+)`,
		regexp.QuoteMeta(seedMark), `(?P<seed>-?[0-9]+)`,
		regexp.QuoteMeta(objectiveMark), `(?P<objective>.+?)`,
	).Replace(expr)
	re, err := regexp.Compile("^" + expr + "$")
	if err != nil {
		return nil, fmt.Errorf("the pattern %q of a wide table: %w", pattern, err)
	}
	w := &widePattern{re: re, objective: name}
	if w.objective == "" {
		w.objective = patternStem(pattern)
	}
	return w, nil
}

// patternStem is the objective's name that a pattern without {objective}
// implies: what stands before or after the marks.
func patternStem(pattern string) string {
	for _, mark := range []string{budgetMark, seedMark} {
		pattern = strings.ReplaceAll(pattern, mark, "\x00")
	}
	for _, part := range strings.Split(pattern, "\x00") {
		part = strings.Trim(part, separators)
		if key := axisWord.FindString(part); key != "" {
			part = strings.Trim(strings.TrimSuffix(part, key), separators)
		}
		if part != "" {
			return part
		}
	}
	return "objective"
}

func (w *widePattern) match(column string) (cellPlace, bool) {
	m := w.re.FindStringSubmatch(column)
	if m == nil {
		return cellPlace{}, false
	}
	p := cellPlace{objective: w.objective}
	for i, group := range w.re.SubexpNames() {
		var err error
		switch group {
		case "budget":
			p.hasBudget = true
			p.budget, err = strconv.ParseFloat(m[i], 64)
			if err == nil && (math.IsNaN(p.budget) || math.IsInf(p.budget, 0)) {
				return p, false
			}
		case "seed":
			p.hasSeed = true
			p.seed, err = strconv.ParseInt(m[i], 10, 64)
		case "objective":
			p.objective = m[i]
		}
		if err != nil {
			return p, false
		}
	}
	return p, true
}

const separators = "@_.-:=/ ([])"

var (
	axisWord   = regexp.MustCompile(`(?i)(^|[^a-z])(seed|budget|fidelity|epochs?|steps?|iter|iterations?|timesteps?)$`)
	lastNumber = regexp.MustCompile(`[0-9]+(\.[0-9]+)?$`)
)

// parseWide reads a name such as loss@3, loss_1, val_loss_epoch_10 or
// accuracy_seed0: what is measured, at which budget, with which seed. A number
// without the word budget, epoch, seed or the like needs a separator before it,
// and a name that ends with a measured quantity or the separator @, so that
// layer_1 and Op0 stay parameters.
func parseWide(column string) (cellPlace, bool) {
	var p cellPlace
	rest := strings.TrimSpace(column)
	bare := byte(0) // separator of a number without a word
	for !p.hasBudget || !p.hasSeed {
		trimmed := strings.TrimRight(rest, ")]")
		digits := lastNumber.FindString(trimmed)
		if digits == "" {
			break
		}
		before := trimmed[:len(trimmed)-len(digits)]
		stem := strings.TrimRight(before, separators)
		if m := axisWord.FindStringSubmatch(stem); m != nil {
			key := strings.ToLower(m[2])
			stem = strings.TrimRight(stem[:len(stem)-len(m[2])], separators)
			if key == "seed" {
				seed, err := strconv.ParseInt(digits, 10, 64)
				if p.hasSeed || err != nil {
					break
				}
				p.seed, p.hasSeed = seed, true
				rest = stem
				continue
			}
			if p.hasBudget {
				break
			}
			p.budgetKey = key
		} else if p.hasBudget || len(stem) == len(before) {
			break
		} else {
			bare = before[len(stem)]
		}
		x, err := strconv.ParseFloat(digits, 64)
		if err != nil || math.IsInf(x, 0) {
			break
		}
		p.budget, p.hasBudget = x, true
		rest = stem
	}
	p.objective = rest
	if rest == "" || !p.hasBudget && !p.hasSeed {
		return p, false
	}
	if bare == 0 {
		return p, mentionsQuantity(rest)
	}
	_, weak := weakWords[normal(rest)]
	return p, bare == '@' || namesQuantity(rest) && !weak || normal(rest) == "cost"
}
