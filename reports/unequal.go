package reports

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// warnUnequal warns of results that are means over different things: other problem instances than those of other
// configurations, or the trials that did not fail.
func (z *analyzer) warnUnequal(t *nasalyze.Table) {
	if z.opt.Table.Repeats != nasalyze.MeanRepeats {
		return
	}
	instances := make(map[int][]string)
	failed := make(map[int]bool)
	for i := range z.study.Trials {
		trial := &z.study.Trials[i]
		if trial.Budget != t.Budget || trial.Status.Pending() {
			continue
		}
		if z.study.Failed(trial, z.objective) {
			failed[trial.Config] = true
		} else {
			instances[trial.Config] = append(instances[trial.Config], trial.Instance)
		}
	}
	sets := make(map[string]bool) // of instances
	partly := 0
	fewest, most := len(z.study.Trials), 0
	for _, c := range t.Configs {
		set := slices.Compact(slices.Sorted(slices.Values(instances[c])))
		sets[strings.Join(set, "\x00")] = true
		fewest, most = min(fewest, len(set)), max(most, len(set))
		if failed[c] && len(set) > 0 {
			partly++
		}
	}
	if len(sets) > 1 {
		each := fmt.Sprintf("on %d to %d of them each", fewest, most)
		if fewest == most {
			each = fmt.Sprintf("on %d each", most)
		}
		z.warn("instances", "At %s: the configurations were measured on different instances, %s, and results are means over these. What an instance does looks like an effect of the parameters; analyse instances apart, or configurations that have all.",
			z.at(t.Budget), each)
	}
	if partly > 0 && z.opt.Table.Failures == nasalyze.ExcludeFailures {
		z.warn("partly-failed", "At %s: %d configurations failed in some trials and not in others; their results are means over the latter, and look better than they are (failures can have a value, such as worst).",
			z.at(t.Budget), partly)
	}
}
