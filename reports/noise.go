package reports

import "gonum.org/v1/gonum/floats"

// ifNoise sets noisy: how far the shares would be from where they are if all that the forest leaves unexplained
// were noise of the results. A log with one result of each configuration cannot tell noise from interactions that no tree has
// found, unless there is too little noise for larger leaves (see [analyzer.fit]).
//
// Trees take noise for interactions: the variance of their effects is divided by includes it, so that main effects and
// pairs are too small by factor, that variance over what the forest predicts of rows out of the bag. Total indices are too
// large. They would be those that rows out of the bag confirm.
func (s *shares) ifNoise(confirmed []float64, factor float64) {
	if len(confirmed) < 2 { // a single parameter explains all of the forest's variance
		return
	}
	sum := floats.Sum(s.mean[:s.totalAt()])
	factor = max(1, min(factor, 1/sum)) // shares are 1 at most
	s.noisy = make([]float64, len(s.mean))
	for k, v := range s.mean[:s.sobolAt()] {
		s.noisy[k] = (factor - 1) * v
	}
	for j, v := range confirmed {
		s.noisy[s.sobolAt()+j] = min(factor*v, 1) - s.mean[s.sobolAt()+j]
	}
	s.noisy[s.orderAt()] = (1 - factor) * sum
}
