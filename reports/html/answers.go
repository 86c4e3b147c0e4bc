package html

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// answers is the section that everybody reads: the questions, answered in words.
type answers struct {
	Answers  []answer
	Facts    []fact
	Warnings []prose
}

// fact is a number with its name.
type fact struct{ Name, Value, Note string }

// answer is a question with its verdict as a badge.
type answer struct {
	Question, Badge string
	Text            prose
}

func newAnswers(s *source) answers {
	v := answers{Facts: facts(s.all)}
	said := map[string]bool{}
	for _, w := range s.all.Warnings {
		said[w.Code] = true
	}
	for _, f := range s.all.Findings {
		if aboutMeaning(f) && !said[f.Code] {
			said[f.Code] = true // one of a kind will do, the log section has all
			v.Warnings = append(v.Warnings, newProse(sentence(f.Message)))
		}
	}
	for _, w := range s.all.Warnings {
		v.Warnings = append(v.Warnings, newProse(w.Text))
	}
	for _, x := range s.all.Answers {
		v.Answers = append(v.Answers, answer{x.Question, verdictBadge(x.Verdict), newProse(x.Text)})
	}
	return v
}

// aboutMeaning reports whether a finding puts what results mean in question, as a guessed direction does, and not just a few
// values: nobody should have to look for it at the end of the page.
func aboutMeaning(f reports.Finding) bool {
	if f.Severity != "warning" {
		return false
	}
	subject, _, _ := strings.Cut(f.Code, "-")
	return subject == "direction" || subject == "objective" || slices.Contains([]string{"foreign-space", "unshared-configs", "pooled-without", "varying-column", "pruned-without-budget"}, f.Code)
}

// prose is text with the long lists in it cut short, and all of it if any was.
type prose struct{ Short, Full string }

// Sentences of more than longSentence bytes are cut to about cutSentence.
const longSentence, cutSentence = 420, 220

// newProse cuts sentences that list, say, every parameter of a large space.
func newProse(s string) prose {
	s = tied(s)
	short := ""
	for _, sentence := range strings.SplitAfter(s, ". ") {
		if len(sentence) > longSentence {
			if end := strings.LastIndex(sentence[:cutSentence], ", "); end > 0 {
				more := strings.Count(sentence[end:], ", ")
				sentence = fmt.Sprintf("%s … (and about %d more). ", sentence[:end], more)
			}
		}
		short += sentence
	}
	if short = strings.TrimRight(short, " "); short == s {
		return prose{Short: s}
	}
	return prose{short, s}
}

// tied keeps lines from breaking within "n = 10" and "95 %".
func tied(s string) string {
	return strings.NewReplacer(" = ", "\u00a0=\u00a0", " %", "\u00a0%").Replace(s)
}

func verdictBadge(verdict string) string {
	switch verdict {
	case "yes", "partly", "no":
		return verdict
	}
	return "undecided"
}

// budgetUnit is the unit of budgets; without one, a name such as "epochs" serves.
func budgetUnit(a *reports.Analysis) string {
	if n := a.Study.BudgetName; a.Study.BudgetUnit == "" && strings.HasSuffix(n, "s") && !strings.ContainsAny(n, " _") {
		return n
	}
	return a.Study.BudgetUnit
}

// budget is one budget within a sentence: "27 epochs", or "budget 27" where there is no unit.
func budget(a *reports.Analysis, b float64) string {
	if a.Budgetless() {
		return "the only budget"
	}
	if unit := budgetUnit(a); unit != "" {
		return number(b) + " " + unit
	}
	return "budget " + number(b)
}

func subtitle(a *reports.Analysis) string {
	goal := "minimised"
	if a.Objective.Maximize {
		goal = "maximised"
	}
	name := a.Objective.Name
	if a.Objective.Unit != "" {
		name += " (" + a.Objective.Unit + ")"
	}
	var at []string
	for i := range a.Budgets {
		at = append(at, number(a.Budgets[i].Budget))
	}
	budgets := ""
	switch n := len(at); {
	case a.Budgetless():
	case n == 1:
		budgets = "one budget, " + at[0]
	case n > 8:
		budgets = fmt.Sprintf("%d budgets from %s to %s", n, at[0], at[n-1])
	case n > 1:
		budgets = "budgets " + strings.Join(at[:n-1], ", ") + " and " + at[n-1]
	}
	if budgets != "" && a.Study.BudgetUnit != "" {
		budgets += " " + a.Study.BudgetUnit
	}
	if budgets != "" && a.Study.BudgetName != "" && a.Study.BudgetName != "budget" && a.Study.BudgetName != a.Study.BudgetUnit {
		budgets += " (" + a.Study.BudgetName + ")"
	}
	return strings.TrimSuffix(fmt.Sprintf("%s, %s, over %s", name, goal, budgets), ", over ")
}

func facts(a *reports.Analysis) []fact {
	failed, pending := 0, 0
	for i := range a.Budgets {
		failed += a.Budgets[i].Failed
		pending += a.Budgets[i].Pending
	}
	list := []fact{
		{"Configurations", count(a.Study.Configs), ""},
		{"Trials", count(a.Study.Trials), ""},
		{"Parameters that vary", count(len(a.Params)), ""},
	}
	if !a.Budgetless() {
		list = slices.Insert(list, 2, fact{"Budgets", count(len(a.Budgets)), ""})
	}
	if n := a.Study.Configs - len(a.Configs); n > 0 {
		list[0].Note = count(n) + " without a usable result"
	}
	if failed+pending > 0 {
		var notes []string
		if failed > 0 {
			notes = append(notes, count(failed)+" failed")
		}
		if pending > 0 {
			notes = append(notes, count(pending)+" not finished")
		}
		list[1].Note = strings.Join(notes, ", ")
	}
	for i := len(a.Budgets) - 1; i >= 0; i-- {
		if b := &a.Budgets[i]; b.Best.Config >= 0 && !math.IsNaN(b.Best.Value) {
			note := "configuration " + b.Best.ID
			if !a.Budgetless() {
				note += ", " + strings.ReplaceAll(budget(a, b.Budget), " ", "\u00a0")
			}
			list = append(list, fact{"Best " + a.Objective.Name, number(b.Best.Value), note})
			break
		}
	}
	return list
}
