package reports

import (
	"fmt"
	"math"
)

// interactionNoted is the share of a pair from which its interval is commented on, and
// from which the answers name it.
const interactionNoted = 0.02

// warnSmooth warns of intervals for interactions of continuous parameters. A forest
// approximates a smooth interaction by steps, and its replicates share most of the
// error: where the truth is known, intervals of some functions held it seldom (TestCoverageClosed).
func (z *analyzer) warnSmooth() {
	continuous := make(map[string]bool)
	for _, p := range z.a.Params {
		continuous[p.Name] = p.Kind == "float"
	}
	var found []string
	for i := range z.a.Budgets {
		b := &z.a.Budgets[i]
		var most Importance // of the pairs in question
		for _, e := range b.Importance {
			if len(e.Params) != 2 || !continuous[e.Params[0]] || !continuous[e.Params[1]] {
				continue
			}
			s := e.Individual
			if !math.IsNaN(s.Lo) && s.Mean >= interactionNoted && (most.Params == nil || s.Mean > most.Individual.Mean) {
				most = e
			}
		}
		if b.Decided && most.Params != nil {
			found = append(found, fmt.Sprintf("%s with %s at %s (%s of the variance)", most.Params[0], most.Params[1], z.at(b.Budget), share(most.Individual.Mean)))
		}
	}
	if len(found) > 0 {
		z.warn("smooth-interaction", "Continuous parameters interact: %s. On some smooth functions whose effects are known, estimates were off by more than the intervals say: take those of pairs, small main effects and marginals as too narrow there.", list(found))
	}
}
