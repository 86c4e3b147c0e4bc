package bohb

import (
	"math"
)

// kde is a product kernel density over the dimensions of a space: the mean over
// its points of the product over dimensions of
//
//   - a normal kernel truncated to [0, 1], for a continuous dimension;
//   - the mass of such a kernel in the cell of the value, for a discrete one;
//   - the kernel of Aitchison and Aitken (1976), 1-h at the point's level and
//     h/(k-1) at the k-1 others, for a categorical one;
//   - the uniform density, where the point has no value: it says nothing there.
//
// Dimensions in which the point of evaluation is inactive are left out, so that the
// density sums and integrates to 1 over all configurations of a conditional space.
type kde struct {
	*layout
	n    int
	cols []column
	// z holds the coordinates of all points in the continuous dimensions that are always
	// active, dimension by dimension, measured from the middle of the cube in units of
	// sqrt(2) h.
	z    []float64
	cell [][]uint16 // of each point, per cells of the layout
	// base[i] is the log of the kernel of point i, in the dimensions that are always
	// active, at the middle of the cube.
	base []float64

	counts []int32 // buffers of fit
	masses massTable
	at     place
}

// column is what a kde knows of one dimension.
type column struct {
	h       float64 // bandwidth; of a categorical that of Aitchison and Aitken
	uniform bool    // too few points have a value to take a spread from
	scale   float64 // 1/(sqrt(2) h)
	// z is the coordinate of each point of a conditional continuous dimension, in units
	// of sqrt(2) h, norm the log of its normalising factor.
	z, norm []float64
	// table[c*(levels+1)+l] is the log of the kernel about level l at level c of a
	// dimension with an order, l = levels being no value; same and other are those of
	// a categorical, at the level of the point and elsewhere.
	table       []float64
	same, other float64
}

// fit makes k the density of some rows of the values. Bandwidths are those of the
// normal reference rule, h = 1.06 sigma n^(-1/(4+d)) (statsmodels
// "normal_reference", which HpBandSter uses), not below minimum, with n and sigma over
// the points that have a value.
func (k *kde) fit(l *layout, v *values, rows []int32, minimum float64) {
	if k.layout != l {
		*k = kde{layout: l, cols: make([]column, len(l.dims)), cell: make([][]uint16, len(l.cells))}
		k.at = k.newPlace()
	}
	k.n = len(rows)
	k.base = resize(k.base, k.n)
	clear(k.base)
	k.z = resize(k.z, k.n*len(l.always))
	for i, j := range l.always {
		k.fitAlways(&k.cols[j], k.z[i*k.n:(i+1)*k.n], v.x[j], rows, minimum)
	}
	for _, j := range l.sometimes {
		k.fitSometimes(&k.cols[j], v.x[j], rows, minimum)
	}
	for g := range l.cells {
		k.fitCells(g, v.cell[g], rows, minimum)
	}
}

// rate is the factor of the normal reference rule for n points in d dimensions.
func rate(n, d int) float64 { return 1.06 * math.Pow(float64(n), -1/float64(4+d)) }

// setBandwidth takes the sum and the sum of squares over n points.
func (c *column) setBandwidth(sum, squares float64, n, d int, minimum float64) {
	if c.uniform = n < 2; c.uniform {
		c.h, c.scale = 1, 0
		return
	}
	mean := sum / float64(n)
	variance := max(squares/float64(n)-mean*mean, 0)
	c.h = max(math.Sqrt(variance)*rate(n, d), minimum)
	c.scale = 1 / (math.Sqrt2 * c.h)
}

// fitAlways fills z with a continuous dimension in which every point has a value.
func (k *kde) fitAlways(c *column, z, u []float64, rows []int32, minimum float64) {
	z = z[:len(rows)]
	sum, squares := 0.0, 0.0
	for i, r := range rows {
		x := u[r] - 0.5
		z[i] = x
		sum += x
		squares += x * x
	}
	c.setBandwidth(sum, squares, k.n, len(k.dims), minimum)
	if c.uniform {
		clear(z)
		return
	}
	scale, log := c.scale, math.Log(c.h*math.Sqrt(2*math.Pi))
	half, base := 0.5*scale, k.base[:len(z)]
	if k.masses.useful(half, k.n) {
		k.masses.fill(half)
		for i, x := range z {
			x *= scale
			z[i] = x
			base[i] -= log + x*x + k.masses.at(x)
		}
		return
	}
	for i, x := range z {
		x *= scale
		z[i] = x
		base[i] -= log + x*x
		if m := withinZ(x, half); m < 1 {
			base[i] -= math.Log(m)
		}
	}
}

// fitSometimes fits a continuous dimension in which some points have no value, NaN.
func (k *kde) fitSometimes(c *column, u []float64, rows []int32, minimum float64) {
	c.z, c.norm = resize(c.z, k.n), resize(c.norm, k.n)
	n, sum, squares := 0, 0.0, 0.0
	for i, r := range rows {
		x := u[r] - 0.5
		c.z[i] = x
		if x == x {
			n++
			sum += x
			squares += x * x
		}
	}
	c.setBandwidth(sum, squares, n, len(k.dims), minimum)
	log := math.Log(c.h * math.Sqrt(2*math.Pi))
	for i, x := range c.z {
		if c.uniform {
			x = math.NaN()
		}
		c.z[i] = x * c.scale
		c.norm[i] = -log - math.Log(withinZ(c.z[i], 0.5*c.scale))
	}
}

// fitCells fits the discrete dimensions of the g-th cells.
func (k *kde) fitCells(g int, cell []uint16, rows []int32, minimum float64) {
	cells := &k.cells[g]
	k.cell[g] = resize(k.cell[g], k.n)
	k.counts = resize(k.counts, cells.n)
	clear(k.counts)
	for i, r := range rows {
		k.cell[g][i] = cell[r]
		k.counts[cell[r]]++
	}
	for i, j := range cells.dims {
		d, c := &k.dims[j], &k.cols[j]
		counts := make([]float64, d.levels+1)
		for cell, n := range k.counts {
			counts[cells.level(k.dims, i, uint16(cell))] += float64(n)
		}
		c.fitLevels(d, len(k.dims), counts, k.n, minimum)
	}
}

// fitLevels fits a discrete dimension to the number of points at each level, the
// last being those without a value.
func (c *column) fitLevels(d *dim, dims int, counts []float64, points int, minimum float64) {
	n := points - int(counts[d.levels])
	c.uniform = n < 2
	if n == 0 {
		n = 1
	}
	counts = counts[:d.levels]
	if d.categorical {
		c.h = categoricalBandwidth(counts, n, minimum)
		c.same, c.other = math.Log(1-c.h), math.Log(c.h/float64(d.levels-1))
		return
	}
	c.h = max(math.Sqrt(d.variance(counts, n))*rate(n, dims), minimum)
	c.table = resize(c.table, d.levels*(d.levels+1))
	d.fillTable(c.table, c.h)
}

// resize returns a slice of n elements, of s if it has room.
func resize[E any](s []E, n int) []E {
	if cap(s) < n {
		return make([]E, n, n+n/2)
	}
	return s[:n]
}
