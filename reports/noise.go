package reports

import "gonum.org/v1/gonum/floats"

// ifNoise sets noisy, the way to where the shares would be if all that the forest leaves unexplained were noise of the
// results. A log with one result of each configuration cannot tell it from interactions that no tree has found.
//
// Trees take noise for interactions, and it is part of the variance that effects are divided by. Main effects and
// pairs are then too small, by factor: the variance of the trees over that of the results times their R2 out of
// the bag. Total indices are too large: rows out of the bag confirm what is left of them.
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
