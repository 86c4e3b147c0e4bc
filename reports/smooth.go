package reports

import (
	"fmt"
	"math"
)

// interactionNoted is the share of a pair from which its interval is commented on, and
// from which the answers name it.
const interactionNoted = 0.02

// smoothSeen is the number of configurations from which on intervals held smooth
// interactions (TestCoverageClosed).
const smoothSeen = 200

// warnSmooth warns of intervals for interactions of continuous parameters. A forest
// approximates a smooth interaction by steps, its replicates share most of the
// error, and few rows do not show it.
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
		if b.Decided && b.N < smoothSeen && most.Params != nil {
			found = append(found, fmt.Sprintf("%s with %s at %s (%s of the variance)", most.Params[0], most.Params[1], z.at(b.Budget), share(most.Individual.Mean)))
		}
	}
	if len(found) > 0 {
		z.warn("smooth-interaction", "Continuous parameters interact: %s. Forests find smooth interactions in part, and fewer than %d configurations may not show the rest: take intervals of pairs as too narrow there.", list(found), smoothSeen)
	}
}
