package fanova

// left is what the trees leave of the truth, as far as rows show it.
type left struct {
	lattices     []lattice
	basis        [][][]float64 // polynomials by column and degree less 1
	mean         float64
	mains, pairs [][]coefficient // those that are clear
}

// CurveLeft is what rows show the trees to leave of the marginal of a column, at values in its own units: the mean of
// the residuals, which is that of the truth less that of the trees, and the effect whose variance is in
// [OneStep.MainsLeft]. It is to be added to [Decomposition.Marginal].
func (s *OneStep) CurveLeft(column int, x []float64) []float64 {
	out := s.left.main(column, x)
	for i := range out {
		out[i] += s.left.mean
	}
	return out
}

// SurfaceLeft is [OneStep.CurveLeft] for two columns i < j, to be added to [Decomposition.Marginal2]: the value at (x[a], y[b]) is
// at a*len(y)+b.
func (s *OneStep) SurfaceLeft(i, j int, x, y []float64) []float64 {
	first, second := s.CurveLeft(i, x), s.left.main(j, y)
	out := make([]float64, 0, len(x)*len(y))
	for _, u := range first {
		for _, v := range second {
			out = append(out, u+v)
		}
	}
	for _, c := range s.left.pairs[pairIndex(i, j, len(s.Mains))] {
		p, q := s.left.polynomial(i, c.k, x), s.left.polynomial(j, c.l, y)
		for a, u := range p {
			for b, v := range q {
				out[a*len(y)+b] += c.value * u * v
			}
		}
	}
	return out
}

// main is the effect of a column.
func (l *left) main(column int, x []float64) []float64 {
	out := make([]float64, len(x))
	for _, c := range l.mains[column] {
		for i, v := range l.polynomial(column, c.k, x) {
			out[i] += c.value * v
		}
	}
	return out
}

func (l *left) polynomial(column, k int, x []float64) []float64 {
	out := make([]float64, len(x))
	for i, v := range x {
		out[i] = l.basis[column][k][l.lattices[column].cell(v)]
	}
	return out
}
