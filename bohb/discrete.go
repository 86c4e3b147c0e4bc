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

// categoricalBandwidth mixes the shares p of the k levels among n points with the
// uniform distribution so that the expected squared error is least, as far as the sample
// tells: the weight of the uniform distribution is
//
//	w = (1 - sum p^2) / ((n-1) (sum p^2 - 1/k)), at most 1
//
// (Hausser and Strimmer, "Entropy inference and the James-Stein estimator", JMLR 10,
// 2009, the shrinkage intensity), which Aitchison and Aitken's kernel has at h = w (k-1)/k. It
// does not depend on the order of the levels. Where they do not matter it is 1, and the
// parameter adds no noise; where one is clearly better it falls as 1/n.
func categoricalBandwidth(counts []float64, n int, minimum float64) float64 {
	k := float64(len(counts))
	squares := 0.0
	for _, c := range counts {
		squares += c / float64(n) * c / float64(n)
	}
	w := 1.0
	if variance, bias := 1-squares, float64(n-1)*(squares-1/k); variance < bias {
		w = variance / bias
	}
	return (k - 1) / k * max(w, min(minimum*k/(k-1), 1))
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
