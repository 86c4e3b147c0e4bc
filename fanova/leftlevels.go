package fanova

// levelPair estimates the sum of the squares of all coefficients of a pair of columns, of which a is
// categorical: in products of orthonormal functions of its levels with the polynomials of b, or the
// functions of its levels. Which functions of levels these are does not matter to the sum.
//
// It is 0 where two categorical columns have more combinations of levels than there are rows: hardly two rows
// share one.
//
// For rows with levels l and m of k, p(l) p(m) summed over orthonormal functions p with mean 0 is k - 1 if
// l = m and -1 if not. So the sum is k times that of the squares of the rows' sums in each level, less their mean.
func (s *oneStep) levelPair(a, b int, polynomials [][]float64) float64 {
	rows, columns, numeric := s.lattices[a].cells(), s.lattices[b].cells(), s.lattices[b].numeric
	if numeric {
		polynomials = polynomials[:min(len(polynomials), leftDegree-1)]
		columns = len(polynomials)
	}
	if !numeric && rows*columns > len(s.residual) {
		return 0
	}
	sums := make([]float64, rows*columns)
	single := 0.0 // squares of single rows
	for i, e := range s.residual {
		la, lb := s.cell[a][i], s.cell[b][i]
		switch {
		case la < 0 || lb < 0: // tells nothing
		case numeric:
			for k, p := range polynomials {
				v := e * p[lb]
				sums[int(la)*columns+k] += v
				single += v * v
			}
		default:
			sums[int(la)*columns+int(lb)] += e
			single += e * e * float64(columns-1)
		}
	}
	factor := float64(rows)
	for k := range columns {
		subtractMean(sums[k:], columns, rows)
	}
	if !numeric {
		factor *= float64(columns)
		for l := range rows {
			subtractMean(sums[l*columns:], 1, columns)
		}
	}
	squares := 0.0
	for _, v := range sums {
		squares += v * v
	}
	return (factor*squares - float64(rows-1)*single) / s.different
}

// subtractMean takes the mean of v[0], v[stride], ..., n numbers, away from each of them.
func subtractMean(v []float64, stride, n int) {
	mean := 0.0
	for i := range n {
		mean += v[i*stride] / float64(n)
	}
	for i := range n {
		v[i*stride] -= mean
	}
}
