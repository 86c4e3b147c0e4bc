package fanova

import "math"

// polynomials returns the orthonormal polynomials of degree 1, 2, ..., at most degree, on the cells of a
// numeric column: values at the middles of the cells, with mean 0 and mean square 1 under their weights. With many
// cells they are Legendre's; m cells have m - 1.
func (x division) polynomials(degree int) [][]float64 {
	one, middle := make([]float64, x.cells()), make([]float64, x.cells())
	low := -1.0
	for i, w := range x.weight {
		one[i], middle[i] = 1, low+w
		low += 2 * w
	}
	all := [][]float64{one}
	for k := 1; k <= min(degree, x.cells()-1); k++ {
		p := make([]float64, x.cells())
		for i := range p {
			p[i] = all[k-1][i] * middle[i]
		}
		for range 2 { // once more for what rounding left
			for _, q := range all {
				along := x.product(p, q)
				for i := range p {
					p[i] -= along * q[i]
				}
			}
		}
		norm := math.Sqrt(x.product(p, p))
		for i := range p {
			p[i] /= norm
		}
		all = append(all, p)
	}
	return all[1:]
}

// product is the mean of the product of two functions of the cells.
func (x division) product(p, q []float64) float64 {
	sum := 0.0
	for i, w := range x.weight {
		sum += w * p[i] * q[i]
	}
	return sum
}
