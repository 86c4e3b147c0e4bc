package bohb

import "math"

// variance of a discrete dimension with an order, given how often each level
// occurs: that of the middles of the cells, and within a cell that of the uniform
// distribution (Sheppard's correction the other way round), since a level stands
// for its whole cell. It keeps the bandwidth from falling far below a cell when
// all points agree.
func (d *dim) variance(counts []float64, n int) float64 {
	mean, squares, inside := 0.0, 0.0, 0.0
	for c, k := range counts {
		mean += k * d.centres[c] / float64(n)
	}
	for c, k := range counts {
		w := d.edges[c+1] - d.edges[c]
		squares += k * (d.centres[c] - mean) * (d.centres[c] - mean)
		inside += k * w * w / 12
	}
	return (squares + inside) / float64(n)
}

// categoricalBandwidth is the normal reference rule with a spread that does not
// depend on the order of the levels: with p the shares of the k levels and
// G = (1 - sum p^2) k/(k-1) the Gini impurity scaled to [0, 1], h = (k-1)/k
// min(1, sqrt(G) 1.06 n^(-1/(4+d))). For two levels sqrt(G)/2 is their standard
// deviation, so that the rule is that of HpBandSter; at (k-1)/k the kernel is uniform.
func categoricalBandwidth(counts []float64, n, d int, minimum float64) float64 {
	k := float64(len(counts))
	gini := 1.0
	for _, c := range counts {
		gini -= c / float64(n) * c / float64(n)
	}
	spread := math.Sqrt(max(gini*k/(k-1), 0))
	return max((k-1)/k*min(1, spread*rate(n, d)), min(minimum, (k-1)/k))
}

// leastMass keeps logarithms finite; scores are cut off long before, see leastRatio.
const leastMass = 1e-300

// fillTable sets table[c*(levels+1)+l] to the log of the kernel about level l at level
// c of a dimension with an order, and that of no level to the uniform distribution.
func (d *dim) fillTable(table []float64, h float64) {
	k := d.levels
	for c := range k {
		table[c*(k+1)+k] = d.logUniform[c]
	}
	z := math.Sqrt2 * h
	tails := make([]float64, k+1) // erfc of the distances of the edges
	for l, m := range d.centres {
		for c, e := range d.edges {
			tails[c] = math.Erfc(math.Abs(e-m) / z)
		}
		total := within(m, h)
		for c := range k {
			// Differences of tails do not cancel far out.
			mass := math.Abs(tails[c]-tails[c+1]) / 2
			if c == l {
				mass = 1 - (tails[c]+tails[c+1])/2
			}
			table[c*(k+1)+l] = math.Log(max(mass/total, leastMass))
		}
	}
}
