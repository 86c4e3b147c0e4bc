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
	dims []dim
	n    int
	cols []column
	// base[i] is the log of the normalising factors of point i over the continuous
	// dimensions that are always active.
	base []float64
	mass []float64 // buffer of fit: products of masses within the cube
}

// column is one dimension of all points of a kde.
type column struct {
	h float64 // bandwidth; of a categorical that of Aitchison and Aitken
	// x is the coordinate of each point of a continuous dimension, z = x scale with
	// scale = 1/(sqrt(2) h), norm the log of the normalising factor if the dimension is
	// conditional.
	x, z, norm []float64
	scale      float64
	// level of each point of a discrete dimension, levels where it has none.
	level []uint16
	// table[c*(levels+1)+l] is the log of the kernel about level l at level c of a
	// dimension with an order; same and other are those of a categorical, at the level
	// of the point and elsewhere.
	table       []float64
	same, other float64
}

// fit makes k the density of some rows of the columns. Bandwidths are those of the
// normal reference rule, h = 1.06 sigma n^(-1/(4+d)) (statsmodels
// "normal_reference", which HpBandSter uses), not below minimum, with n and sigma over
// the points that have a value.
func (k *kde) fit(dims []dim, cols []values, rows []int32, minimum float64) {
	k.dims, k.n = dims, len(rows)
	if k.cols == nil {
		k.cols = make([]column, len(dims))
	}
	k.base = resize(k.base, len(rows))
	clear(k.base)
	k.mass = resize(k.mass, len(rows))
	for i := range k.mass {
		k.mass[i] = 1
	}
	for j := range dims {
		if dims[j].levels > 0 {
			k.cols[j].fitDiscrete(&dims[j], len(dims), cols[j].level, rows, minimum)
		} else if k.cols[j].fitContinuous(len(dims), cols[j].x, rows, minimum) {
			k.normalise(&k.cols[j], dims[j].conditional)
		}
	}
	for i, m := range k.mass {
		k.base[i] -= math.Log(m)
	}
}

// normalise takes note of the factors that make the kernels of a continuous column
// integrate to 1.
func (k *kde) normalise(c *column, conditional bool) {
	log := math.Log(c.h * math.Sqrt(2*math.Pi))
	if conditional {
		c.norm = resize(c.norm, k.n)
		for i, x := range c.x {
			c.norm[i] = -log - math.Log(within(x, c.h))
		}
		return
	}
	for i, x := range c.x {
		k.base[i] -= log
		if m := within(x, c.h); m < 1 {
			k.mass[i] *= m
			if k.mass[i] < 1e-200 { // one logarithm for many factors, but before they underflow
				k.base[i] -= math.Log(k.mass[i])
				k.mass[i] = 1
			}
		}
	}
}

// rate is the factor of the normal reference rule for n points in d dimensions.
func rate(n, d int) float64 { return 1.06 * math.Pow(float64(n), -1/float64(4+d)) }

// fitContinuous takes over the points and their bandwidth. It is false if there is
// nothing to take a spread from: then every kernel is uniform.
func (c *column) fitContinuous(d int, u []float64, rows []int32, minimum float64) bool {
	c.x = resize(c.x, len(rows))
	n, sum := 0, 0.0
	for i, r := range rows {
		x := u[r]
		c.x[i] = x
		if x == x {
			n++
			sum += x
		}
	}
	if n < 2 {
		for i := range c.x {
			c.x[i] = math.NaN()
		}
		c.h = 1
		c.norm = resize(c.norm, len(rows))
		c.rescale()
		return false
	}
	mean, squares := sum/float64(n), 0.0
	for _, x := range c.x {
		if x == x {
			squares += (x - mean) * (x - mean)
		}
	}
	c.h = max(math.Sqrt(squares/float64(n))*rate(n, d), minimum)
	c.rescale()
	return true
}

func (c *column) rescale() {
	c.scale = 1 / (math.Sqrt2 * c.h)
	c.z = resize(c.z, len(c.x))
	for i, x := range c.x {
		c.z[i] = x * c.scale
	}
}

// within is the mass of the normal distribution about x in [0, 1] that lies in [0, 1].
func within(x, h float64) float64 {
	z := 1 / (math.Sqrt2 * h)
	return 0.5 * (erf((1-x)*z) + erf(x*z))
}

func (c *column) fitDiscrete(dm *dim, d int, levels []uint16, rows []int32, minimum float64) {
	if cap(c.level) < len(rows) {
		c.level = make([]uint16, len(rows), len(rows)+len(rows)/2)
	}
	c.level = c.level[:len(rows)]
	counts := make([]float64, dm.levels+1)
	for i, r := range rows {
		l := levels[r]
		c.level[i] = l
		counts[l]++
	}
	n := len(rows) - int(counts[dm.levels])
	counts = counts[:dm.levels]
	if n < 2 {
		for i := range c.level {
			c.level[i] = uint16(dm.levels)
		}
		n = 1
	}
	if dm.categorical {
		c.h = categoricalBandwidth(counts, n, d, minimum)
		c.same, c.other = math.Log(1-c.h), math.Log(c.h/float64(dm.levels-1))
		return
	}
	c.h = max(math.Sqrt(dm.variance(counts, n))*rate(n, d), minimum)
	c.table = resize(c.table, dm.levels*(dm.levels+1))
	dm.fillTable(c.table, c.h)
}

// resize returns a slice of n elements, of s if it has room.
func resize(s []float64, n int) []float64 {
	if cap(s) < n {
		return make([]float64, n, n+n/2)
	}
	return s[:n]
}

// kernels adds points from and to of the density, at p, to the sum.
func (k *kde) kernels(p *point, from, to int, sum *logSum) {
	var logs [block]float64
	acc := logs[:to-from]
	copy(acc, k.base[from:to])
	held := -1 // a continuous column that waits for a second one: two at once take little longer
	for j := range k.cols {
		u, c, levels := p.u[j], &k.cols[j], k.dims[j].levels
		switch {
		case u != u:
		case k.dims[j].categorical:
			addEqual(acc, c.level[from:to], uint16(p.level[j]), uint16(levels), c.same, c.other, k.dims[j].logUniform[0])
		case levels > 0:
			at := p.level[j] * (levels + 1)
			addLevels(acc, c.level[from:to], c.table[at:at+levels+1])
		case k.dims[j].conditional:
			addActiveSquares(acc, c.z[from:to], c.norm[from:to], u*c.scale)
		case held < 0:
			held = j
		default:
			h := &k.cols[held]
			addTwoSquares(acc, h.z[from:to], c.z[from:to], p.u[held]*h.scale, u*c.scale)
			held = -1
		}
	}
	if held >= 0 {
		h := &k.cols[held]
		addSquares(acc, h.z[from:to], p.u[held]*h.scale)
	}
	sum.add(acc)
}

// The inner loops. Slices are cut to the length of acc, so that the compiler knows it.

func addLevels(acc []float64, level []uint16, row []float64) {
	level = level[:len(acc)]
	for i := range acc {
		acc[i] += row[level[i]]
	}
}

// addEqual adds same at points of the level, none at points that have no value.
func addEqual(acc []float64, levels []uint16, level, missing uint16, same, other, none float64) {
	levels = levels[:len(acc)]
	for i := range acc {
		x := other
		if levels[i] == level {
			x = same
		}
		if levels[i] == missing {
			x = none
		}
		acc[i] += x
	}
}

func addSquares(acc, z []float64, u float64) {
	z = z[:len(acc)]
	for i := range acc {
		t := u - z[i]
		acc[i] -= t * t
	}
}

func addTwoSquares(acc, y, z []float64, u, v float64) {
	y, z = y[:len(acc)], z[:len(acc)]
	for i := range acc {
		s, t := u-y[i], v-z[i]
		acc[i] -= s*s + t*t
	}
}

// addActiveSquares leaves out points that have no value.
func addActiveSquares(acc, z, norm []float64, u float64) {
	z, norm = z[:len(acc)], norm[:len(acc)]
	for i := range acc {
		if t := u - z[i]; t == t {
			acc[i] += norm[i] - t*t
		}
	}
}

// logDensity returns the log of the density at p.
func (k *kde) logDensity(p *point) float64 {
	return k.logDensityUntil(p, 0, logSum{max: math.Inf(-1)}, math.Inf(1))
}

// logDensityUntil goes on with a sum over the first points, and stops early,
// with a lower bound, when the density is known to be above the limit.
func (k *kde) logDensityUntil(p *point, from int, sum logSum, limit float64) float64 {
	all := math.Log(float64(k.n))
	for ; from < k.n; from += block {
		k.kernels(p, from, min(from+block, k.n), &sum)
		if sum.log()-all > limit {
			break
		}
	}
	return sum.log() - all
}
