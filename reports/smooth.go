package reports

import "math"

// interactionNoted is the share of a pair from which its interval is commented on, and
// from which the answers name it.
const interactionNoted = 0.02

// warnSmooth warns of intervals for interactions of continuous parameters. A forest
// approximates a smooth interaction by steps, and its replicates share most of the
// error: where the truth is known, intervals held it seldom (TestCoverageClosed).
func (z *analyzer) warnSmooth(at string, out *Budget) {
	continuous := make(map[string]bool)
	for _, p := range z.a.Params {
		continuous[p.Name] = p.Kind == "float"
	}
	best := -1
	for i, e := range out.Importance {
		if len(e.Params) != 2 || !continuous[e.Params[0]] || !continuous[e.Params[1]] {
			continue
		}
		s := e.Individual
		if math.IsNaN(s.Lo) || !(s.Mean >= interactionNoted) {
			continue
		}
		if best < 0 || s.Mean > out.Importance[best].Individual.Mean {
			best = i
		}
	}
	if best >= 0 {
		e := out.Importance[best]
		z.warn("smooth-interaction", "At %s: %s and %s, both continuous, interact (%s of the variance). On smooth functions whose interactions are known, estimates of them were off by more than the intervals say: take those of pairs, total effects and marginals as too narrow here.",
			at, e.Params[0], e.Params[1], share(e.Individual.Mean))
	}
}
