package html

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/nasalyze/nasalyze/reports"
)

// prune is the section on what can leave the search space.
type prune struct {
	Words prose
	Table table
}

func newPrune(a *reports.Analysis) prune {
	t := table{ID: "table-advice", Caption: "What to do with each parameter in the next search, and why.",
		Head: []head{{Text: "Parameter"}, {Text: "Advice"}, {Text: "Evidence"}}}
	tally := map[string]int{}
	var fixed []string
	for _, action := range []string{"fix", "undecided", "keep"} {
		for i := range a.Advice {
			adv := &a.Advice[i]
			if actionOf(adv) != action {
				continue
			}
			tally[action]++
			badge := cell{Badge: action}
			switch action {
			case "fix":
				badge.Text = "Fix at " + adv.Value
				fixed = append(fixed, adv.Param)
			case "keep":
				badge.Text = "Keep"
			default:
				badge.Text = "Cannot tell"
			}
			t.Rows = append(t.Rows, row{Head: code1(adv.Param), Cells: []cell{badge, text(sentence(adv.Evidence))}})
		}
	}
	words := ""
	switch n := len(a.Advice); {
	case n == 0:
		words = "There is no parameter to advise on."
	case tally["fix"] == 0 && tally["keep"] == 0:
		words = "From this log nothing can be told about which parameters could leave the space."
	case tally["fix"] == 0:
		words = fmt.Sprintf("No parameter can be taken out safely: %d matter, of %d it cannot be told.", tally["keep"], tally["undecided"])
	default:
		// The names last: there may be hundreds.
		words = fmt.Sprintf("Of %s, %d can be fixed, %d should stay, and of %d it cannot be told. To be fixed: %s.",
			plural(n, "parameter"), tally["fix"], tally["keep"], tally["undecided"], strings.Join(fixed, ", "))
	}
	return prune{newProse(words), t}
}

func actionOf(adv *reports.Advice) string {
	switch adv.Action {
	case "fix", "keep":
		return adv.Action
	}
	return "undecided"
}

// sentence makes a clause a sentence.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	first, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(first)) + s[n:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
