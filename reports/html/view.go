package html

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// view is the page as the templates see it.
type view struct {
	Code     *code
	Title    string
	Subtitle string
	Facts    []fact
	Answers  []answer
	Warnings []reports.Warning
	Ranks    ranks
	Matters  matters
	Prune    prune
	Search   search
	Log      log
	Figures  figures
	// More are figures that belong to no section.
	More    []paper
	Version string
}

// fact is one of the numbers below the title.
type fact struct{ Name, Value, Note string }

// answer is a question with its verdict as a badge.
type answer struct {
	reports.Answer
	Badge string
}

// paper is a static figure, as a picture.
type paper struct {
	Name, Title, Caption, Alt string
	Picture                   template.URL
}

// figures of the sections.
type figures struct{ Matrix, Scatter, Flow, Bars, Trend, Marginals, Surfaces, Time, Picks []paper }

var functions = template.FuncMap{"letter": letter}

func newView(a *reports.Analysis, figs []Static) (*view, error) {
	t := thin(a)
	c, err := newCode()
	if err != nil {
		return nil, err
	}
	v := &view{Code: c, Title: a.Study.Name, Subtitle: subtitle(a), Facts: facts(a), Warnings: a.Warnings, Version: a.Provenance.Version}
	if v.Title == "" {
		v.Title = "Search report"
	}
	for _, x := range a.Answers {
		v.Answers = append(v.Answers, answer{x, verdictBadge(x.Verdict)})
	}
	v.Ranks = newRanks(a)
	v.Matters = newMatters(a)
	v.Prune = newPrune(a)
	v.Search = newSearch(a, t)
	v.Log = newLog(a)
	v.place(figs)
	return v, nil
}

// place gives every figure to the section that its name belongs to.
func (v *view) place(figs []Static) {
	f := &v.Figures
	slots := []struct {
		words []string
		to    *[]paper
	}{
		{[]string{"pick", "model"}, &f.Picks},
		{[]string{"flow", "choice"}, &f.Flow},
		{[]string{"scatter"}, &f.Scatter},
		{[]string{"correlation"}, &f.Matrix},
		{[]string{"marginal"}, &f.Marginals},
		{[]string{"pair", "surface", "interaction"}, &f.Surfaces},
		{[]string{"trend", "against", "importance-budget", "importance-line", "shift"}, &f.Trend},
		{[]string{"importance"}, &f.Bars},
		{[]string{"time", "loss", "trace"}, &f.Time},
	}
	for _, s := range figs {
		p := paper{s.Name, s.Title, s.Caption, s.Alt, picture(s.SVG)}
		to := &v.More
		for _, slot := range slots {
			if slices.ContainsFunc(slot.words, func(word string) bool { return strings.Contains(s.Name, word) }) {
				to = slot.to
				break
			}
		}
		*to = append(*to, p)
	}
}

func verdictBadge(verdict string) string {
	switch verdict {
	case "yes", "partly", "no":
		return verdict
	}
	return "undecided"
}

// budget prints one budget with its unit.
func budget(a *reports.Analysis, b float64) string {
	if a.Study.BudgetUnit == "" {
		return number(b)
	}
	return number(b) + " " + a.Study.BudgetUnit
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
		{"Budgets", count(len(a.Budgets)), ""},
		{"Parameters that vary", count(len(a.Params)), ""},
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
			list = append(list, fact{"Best " + a.Objective.Name, number(b.Best.Value), "configuration " + b.Best.ID + ", budget " + budget(a, b.Budget)})
			break
		}
	}
	return list
}
