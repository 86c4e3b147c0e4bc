package importance

import "math"

// frequencies returns the shares of the counts, with a prior spread evenly.
func frequencies(counts []int, prior float64) []float64 {
	n := 0
	for _, c := range counts {
		n += c
	}
	p := make([]float64, len(counts))
	for i, c := range counts {
		p[i] = (float64(c) + prior/float64(len(counts))) / (float64(n) + prior)
	}
	return p
}

// categoricalDensity mixes a kernel for each occupied level, weighted with its rows, and
// the prior. A kernel gives all levels the prior's weight divided by the number of
// kernels, and 1 more to its own.
func categoricalDensity(counts []int, prior float64) []float64 {
	n, kernels := 0, 1
	for _, c := range counts {
		n += c
		if c > 0 {
			kernels++
		}
	}
	k, base := float64(len(counts)), prior/float64(kernels)
	total := float64(n) + prior
	common := (float64(n)*base/(1+k*base) + prior/k) / total
	p := make([]float64, len(counts))
	for i, c := range counts {
		p[i] = common + float64(c)/total/(1+k*base)
	}
	return p
}

// numericDensity mixes a normal kernel for each occupied point, weighted with its rows, and
// the prior. The kernels have one width and are integrated over the cell of each
// point and truncated to the grid. The width is that of Scott's rule (Scott, "Multivariate
// density estimation", 1992), but at least so that 90 % of a kernel lie in its cell;
// the prior is as wide as the grid and in its middle.
func numericDensity(counts []int, prior float64) []float64 {
	n, mean := 0, 0.0
	for i, c := range counts {
		n += c
		mean += float64(i) * float64(c)
	}
	mean /= float64(n)
	square := 0.0
	for i, c := range counts {
		square += (float64(i) - mean) * (float64(i) - mean) * float64(c)
	}
	sigma := math.Sqrt(square / max(1, float64(n)-1))
	width := 1.059 * min(float64(quartiles(counts, n))/1.34, sigma) * math.Pow(float64(n), -0.2)
	width = max(width, 0.5/1.64)

	g := len(counts)
	near := make([]float64, g) // mass of a kernel in the cell at a distance
	for k := range near {
		near[k] = gauss(float64(k)-0.5, float64(k)+0.5, width)
	}
	total := float64(n) + prior
	p := make([]float64, g)
	for m, c := range counts {
		if c == 0 {
			continue
		}
		w := float64(c) / total / gauss(-0.5-float64(m), float64(g)-0.5-float64(m), width)
		for i := range p {
			p[i] += w * near[max(i-m, m-i)]
		}
	}
	half := float64(g) / 2
	w := prior / total / gauss(-half, half, float64(g))
	for i := range p {
		p[i] += w * gauss(float64(i)-half, float64(i)+1-half, float64(g))
	}
	return p
}

// quartiles returns the distance of the quartiles, in the rounded form that Optuna uses.
func quartiles(counts []int, n int) int {
	first, third, last := -1, -1, 0
	cumulated := 0
	for i, c := range counts {
		if c == 0 {
			continue
		}
		cumulated += c
		last = i
		if first < 0 && cumulated >= n/4 {
			first = i
		}
		if third < 0 && cumulated > n*3/4 {
			third = i
		}
	}
	if third < 0 {
		third = last
	}
	return third - first
}

// gauss returns the mass of a normal distribution around 0 between a < b.
func gauss(a, b, sigma float64) float64 {
	a, b = a/(sigma*math.Sqrt2), b/(sigma*math.Sqrt2)
	switch {
	case a > 0:
		return (math.Erfc(a) - math.Erfc(b)) / 2
	case b < 0:
		return (math.Erfc(-b) - math.Erfc(-a)) / 2
	}
	return (math.Erf(b) - math.Erf(a)) / 2
}
