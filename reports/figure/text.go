package figure

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"gonum.org/v1/plot/vg"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/figure/internal/vec"
)

// run is a piece of text in one face.
type run struct {
	s     string
	style vec.Style
	sup   bool
}

// text is a line of runs.
type text []run

func plain(s string) text  { return text{{s: s}} }
func bold(s string) text   { return text{{s: s, style: vec.Bold}} }
func italic(s string) text { return text{{s: s, style: vec.Italic}} }
func super(s string) text  { return text{{s: s, sup: true}} }

func join(ts ...text) text {
	var out text
	for _, t := range ts {
		out = append(out, t...)
	}
	return out
}

func (r run) width(size float64) float64 {
	if r.sup {
		size *= 0.7
	}
	return float64(vec.Width(r.style, vg.Length(size), r.s))
}

func (t text) width(size float64) float64 {
	w := 0.0
	for _, r := range t {
		w += r.width(size)
	}
	return w
}

// minus replaces hyphens in front of numbers by the minus sign.
func minus(s string) string { return strings.ReplaceAll(s, "-", "−") }

// fixed writes v with the given number of decimals and a true minus; "−0.00" becomes "0.00".
func fixed(v float64, decimals int) string {
	s := strconv.FormatFloat(v, 'f', decimals, 64)
	if strings.Trim(s, "-0.") == "" {
		s = strings.TrimPrefix(s, "-")
	}
	return minus(s)
}

// short writes v with at most the given number of significant digits, without
// trailing zeros, and with an exponent only where it is shorter by far.
func short(v float64, digits int) string {
	if math.IsNaN(v) {
		return "not known"
	}
	a := math.Abs(v)
	if a != 0 && (a >= 1e6 || a < 1e-4) {
		s := strconv.FormatFloat(v, 'e', digits-1, 64)
		m, e, _ := strings.Cut(s, "e")
		if strings.Contains(m, ".") {
			m = strings.TrimRight(strings.TrimRight(m, "0"), ".")
		}
		n, _ := strconv.Atoi(e)
		return minus(fmt.Sprintf("%se%d", m, n))
	}
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', max(digits, len(strconv.Itoa(int(a)))), 64), 64)
	return minus(strconv.FormatFloat(v, 'f', -1, 64))
}

// duration in seconds as people say it: 400 s, 20 min, 3 h.
func duration(v float64) string {
	switch {
	case v >= 86400 && math.Mod(v, 86400) == 0:
		return short(v/86400, 4) + " d"
	case v >= 3600 && math.Mod(v, 900) == 0 && (math.Mod(v, 3600) == 0 || v > 7200):
		return short(v/3600, 4) + " h"
	case v >= 120 && math.Mod(v, 60) == 0:
		return short(v/60, 4) + " min"
	}
	return short(v, 4) + " s"
}

// budgetLabel is a budget with its unit, for axes and keys: "20 min", or "27" where there is no unit.
func budgetLabel(a *reports.Analysis, v float64) string {
	switch u := budgetUnit(a); u {
	case "s", "sec", "second", "seconds":
		return duration(v)
	case "":
		return short(v, 4)
	default:
		return short(v, 4) + " " + u
	}
}

// budgetKey is a budget with its number of configurations, for keys: "27 (n = 30)".
func budgetKey(a *reports.Analysis, b *reports.Budget) text {
	if a.Budgetless() {
		return count(b.N)
	}
	return join(plain(budgetLabel(a, b.Budget)+" ("), italic("n"), plain(fmt.Sprintf(" = %d)", b.N)))
}

// budgetUnit is the unit; without one, a name such as "epochs" serves.
func budgetUnit(a *reports.Analysis) string {
	if a.Study.BudgetUnit != "" {
		return a.Study.BudgetUnit
	}
	if n := a.Study.BudgetName; strings.HasSuffix(n, "s") && !strings.ContainsAny(n, " _") {
		return n
	}
	return ""
}

// atBudget says of something at which budget that is, with a leading space; empty where there is only one way to run trials.
func atBudget(a *reports.Analysis, v float64) string {
	if a.Budgetless() {
		return ""
	}
	return " at " + budgetName(a, v)
}

// budgetName is a budget in a sentence or where it stands alone: "20 min", "budget 27".
func budgetName(a *reports.Analysis, v float64) string {
	if a.Budgetless() {
		return "the only budget"
	}
	if budgetUnit(a) == "" {
		return lowerFirst(budgetAxis(a)) + " " + short(v, 4)
	}
	return budgetLabel(a, v)
}

// budgetCorner heads budgets that say nothing of themselves; empty where they have a unit.
func budgetCorner(a *reports.Analysis) string {
	if budgetUnit(a) == "" && !a.Budgetless() {
		return budgetAxis(a)
	}
	return ""
}

// budgetAxis names the axis along which budgets stand.
func budgetAxis(a *reports.Analysis) string {
	if a.Study.BudgetName == "" {
		return "Budget"
	}
	return capital(a.Study.BudgetName)
}

// objectiveLabel is the name of the objective with its unit, and its direction where larger is better.
func objectiveLabel(a *reports.Analysis) string {
	s := capital(a.Objective.Name)
	if s == "" {
		s = "Loss"
	}
	if a.Objective.Unit != "" {
		s += " (" + a.Objective.Unit + ")"
	}
	return s
}

// objectiveAxis labels an axis of results: it says if higher is better where there is room for it.
func objectiveAxis(a *reports.Analysis, where string, room float64) text {
	label := objectiveLabel(a) + where
	if a.Objective.Maximize {
		if t := plain(label + ", higher is better"); t.width(textSize) <= room {
			return t
		}
	}
	return plain(clip(label, textSize, room))
}

// direction says which end of the objective is good, for captions.
func direction(a *reports.Analysis) string {
	if a.Objective.Maximize {
		return "Higher is better."
	}
	return "Lower is better."
}

// capital makes words start with a capital letter; identifiers stay as they are.
func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || strings.ContainsAny(s, "_:.") {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}

// lowerFirst undoes capital inside a sentence.
func lowerFirst(s string) string {
	if len(s) > 1 && s[0] >= 'A' && s[0] <= 'Z' && s[1] >= 'a' && s[1] <= 'z' {
		return string(s[0]+'a'-'A') + s[1:]
	}
	return s
}

// clip shortens s in the middle until it fits the width: both the start and the end of
// a parameter's name tell it from others.
func clip(s string, size, width float64) string {
	if plain(s).width(size) <= width {
		return s
	}
	rs := []rune(s)
	for keep := len(rs) - 1; keep >= 2; keep-- {
		head := (keep + 1) / 2
		c := string(rs[:head]) + "…" + string(rs[len(rs)-(keep-head):])
		if plain(c).width(size) <= width {
			return c
		}
	}
	return "…"
}

// clipAll clips the names of one drawing and keeps different ones different: of names that clip
// alike it leaves out, behind the beginning, what they have in common.
func clipAll(names []string, size, width float64) []string {
	out := make([]string, len(names))
	alike := map[string][]string{}
	for i, s := range names {
		out[i] = clip(s, size, width)
		alike[out[i]] = append(alike[out[i]], s)
	}
	for i, s := range names {
		group := alike[out[i]]
		cut := common(group)
		if cut == 0 || !slices.ContainsFunc(group, func(o string) bool { return o != s }) {
			continue
		}
		rests := make([]string, len(group))
		for k, o := range group {
			rests[k] = o[cut:]
		}
		first, _ := utf8.DecodeRuneInString(s)
		head := string(first) + "…"
		rests = clipAll(rests, size, width-plain(head).width(size))
		rest := rests[slices.Index(group, s)]
		for n := range s[:cut] { // as much of the beginning as there is room for
			if longer := s[:n] + "…"; n > 0 && plain(longer+rest).width(size) <= width {
				head = longer
			}
		}
		out[i] = head + rest
	}
	return out
}

// common is the length of what all names begin with, in whole words if there are any.
func common(names []string) int {
	prefix := names[0]
	for _, s := range names[1:] {
		for !strings.HasPrefix(s, prefix) {
			_, n := utf8.DecodeLastRuneInString(prefix)
			prefix = prefix[:len(prefix)-n]
		}
	}
	if n := strings.LastIndexAny(prefix, ":._-/ ") + 1; n > 0 {
		return n
	}
	return len(prefix)
}

// paramNames are the names of parameters, clipped to the width.
func paramNames(a *reports.Analysis, params []int, size, width float64) []string {
	names := make([]string, len(params))
	for i, j := range params {
		names[i] = a.Params[j].Name
	}
	return clipAll(names, size, width)
}

// list joins words as a sentence does.
func list(words []string) string {
	switch n := len(words); n {
	case 0:
		return ""
	case 1:
		return words[0]
	default:
		return strings.Join(words[:n-1], ", ") + " and " + words[n-1]
	}
}
