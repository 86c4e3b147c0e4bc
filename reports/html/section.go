package html

import (
	"slices"

	"github.com/nasalyze/nasalyze/reports"
)

// section is one part of the page.
type section struct {
	// id is the anchor of the section, the name of its template, and what the names of
	// its scripts in app/ begin with, if it has any.
	id string
	// nav is its line in the table of contents.
	nav string
	// view makes what the template is executed with; nil leaves the section out.
	view func(*source) any
}

// sections in their order on the page. The last one takes the figures that no other took.
func sections() []section {
	return []section{
		{"answers", "Answers", func(s *source) any { return newAnswers(s) }},
		{"ranks", "Do ranks carry over?", func(s *source) any { return newRanks(s) }},
		{"importance", "What matters?", func(s *source) any { return newMatters(s) }},
		{"marginals", "Which values are good?", func(s *source) any { return newValues(s) }},
		{"closer", "How far does that hold?", newCloser},
		{"prune", "What can leave the space?", func(s *source) any { return newPrune(s.a) }},
		{"search", "How did the search go?", func(s *source) any { return newSearch(s) }},
		{"outcomes", "What fails, what costs time?", newOutcomes},
		{"log", "What the log says", func(s *source) any { return newLog(s) }},
	}
}

// source is what sections are made of.
type source struct {
	all *reports.Analysis
	// a is what is shown: all of it, or that at some of many budgets.
	a    *reports.Analysis
	thin thinned
	figs []Static
	// taken marks the figures that have their place.
	taken []bool
}

// paper is a static figure, as a picture.
type paper struct {
	Name, Title, Caption, Alt string
	Picture                   picture
}

// figures takes the figures of these names.
func (s *source) figures(names ...string) []paper {
	return s.take(func(f *Static) bool { return slices.Contains(names, f.Name) })
}

// rest takes all figures that nobody has asked for.
func (s *source) rest() []paper { return s.take(func(*Static) bool { return true }) }

func (s *source) take(want func(*Static) bool) []paper {
	var out []paper
	for i := range s.figs {
		if f := &s.figs[i]; !s.taken[i] && want(f) {
			s.taken[i] = true
			out = append(out, paper{f.Name, f.Title, f.Caption, f.Alt, encode(f.SVG)})
		}
	}
	return out
}
