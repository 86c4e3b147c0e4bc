package html

import (
	"fmt"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// prune is the section on what can leave the search space.
type prune struct {
	Words string
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
	v := prune{Table: t}
	switch n := len(a.Advice); {
	case n == 0:
		v.Words = "There is no parameter to advise on."
	case tally["fix"] == 0 && tally["keep"] == 0:
		v.Words = "From this log nothing can be told about which parameters could leave the space."
	case tally["fix"] == 0:
		v.Words = fmt.Sprintf("No parameter can be taken out safely: %d matter, of %d it cannot be told.", tally["keep"], tally["undecided"])
	default:
		v.Words = fmt.Sprintf("Of %s, %d can be fixed (%s), %d should stay, and of %d it cannot be told.",
			plural(n, "parameter"), tally["fix"], strings.Join(fixed, ", "), tally["keep"], tally["undecided"])
	}
	return v
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
	s = strings.ToUpper(s[:1]) + s[1:]
	if !strings.HasSuffix(s, ".") {
		s += "."
	}
	return s
}
