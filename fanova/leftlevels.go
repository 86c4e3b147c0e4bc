package fanova

// levelPair estimates the squares of all coefficients of a pair of columns, of which a is categorical: in products of
// orthonormal functions of its levels with the polynomials, or the functions of levels, of b. Which
// functions of levels these are does not matter to the sum.
func (s *oneStep) levelPair(a, b int, polynomials [][]float64) float64 {
	z := make([]float64, len(s.residual))
	sum := 0.0
	add := func(factor float64, f []float64) {
		s.times(z, s.residual, b, f)
		sum += factor * s.alike(a, z)
	}
	if s.lattices[b].numeric {
		for _, p := range polynomials[:min(len(polynomials), leftDegree-1)] {
			add(1, p)
		}
		return sum / s.different
	}
	levels := s.lattices[b].cells()
	all := make([]float64, levels)
	for l := range all {
		one := make([]float64, levels)
		one[l], all[l] = 1, 1
		add(float64(levels), one)
	}
	add(-1, all)
	return sum / s.different
}

// alike sums up, over pairs of different rows, the product of their values, times the number of levels of column c less 1
// where they have the same level, times -1 elsewhere. For rows i and j this factor is the sum of p(i) p(j) over
// orthonormal functions p of the levels.
func (s *oneStep) alike(c int, z []float64) float64 {
	sums := make([]float64, s.lattices[c].cells())
	all, squares := 0.0, 0.0
	for i, cell := range s.cell[c] {
		if cell >= 0 {
			sums[cell] += z[i]
			all += z[i]
			squares += z[i] * z[i]
		}
	}
	same := 0.0
	for _, v := range sums {
		same += v * v
	}
	levels := float64(len(sums))
	return levels*same - all*all - (levels-1)*squares
}
