package bohb

import (
	"math"

	"gonum.org/v1/gonum/blas"
	"gonum.org/v1/gonum/blas/gonum"
)

// place is a point of evaluation, prepared for one density.
type place struct {
	p *point
	// rows[g][cell] is what the kernels about a cell add to the log.
	rows [][]float64
	// twice the coordinates in the units of z, and minus the sum of their squares:
	// -(u-z)^2 is -z^2, in the base of the density, + 2 u z - u^2.
	twice   []float64
	squares float64
	logs    [block]float64 // buffer of kernels
}

func (l *layout) newPlace() place {
	pl := place{rows: make([][]float64, l.tabled), twice: make([]float64, len(l.always))}
	for g := range pl.rows {
		pl.rows[g] = make([]float64, l.cells[g].n)
	}
	return pl
}

// moveTo prepares the evaluation at p.
func (k *kde) moveTo(p *point) {
	k.at.p, k.at.squares = p, 0
	for i, j := range k.always {
		u := (p.u[j] - 0.5) * k.cols[j].scale
		k.at.twice[i] = 2 * u
		k.at.squares -= u * u
	}
	for g, row := range k.at.rows {
		c := &k.cells[g]
		row[0] = 0
		n := 1
		for _, j := range c.dims {
			// The first n entries are the dimensions so far at level 0 of this one.
			states := k.dims[j].states()
			for l := states - 1; l >= 0; l-- {
				add := 0.0
				if p.u[j] == p.u[j] {
					add = k.cols[j].kernel(&k.dims[j], p.level[j], l)
				}
				to := row[l*n : (l+1)*n]
				for i, x := range row[:n] {
					to[i] = x + add
				}
			}
			n *= states
		}
	}
}

// kernel is the log of the kernel about level l at level c of a discrete dimension.
func (c *column) kernel(d *dim, at, l int) float64 {
	switch {
	case c.uniform, l == d.levels:
		return d.logUniform[at]
	case !d.categorical:
		return c.table[at*(d.levels+1)+l]
	case at == l:
		return c.same
	}
	return c.other
}

// kernels adds points from and to of the density, where it was moved to, to the
// sum, which logOf makes the log of the density of.
func (k *kde) kernels(from, to int, sum *logSum) {
	at := &k.at
	acc := at.logs[:to-from]
	copy(acc, k.base[from:to])
	if d := len(k.always); d > 0 {
		gonum.Implementation{}.Dgemv(blas.Trans, d, len(acc), 1, k.z[from:], k.n, at.twice, 1, 1, acc, 1)
	}
	g := 0
	for ; g+1 < k.tabled; g += 2 {
		addTwoCells(acc, k.cell[g][from:to], k.cell[g+1][from:to], at.rows[g], at.rows[g+1])
	}
	if g < k.tabled {
		addCells(acc, k.cell[g][from:to], at.rows[g])
	}
	for g := k.tabled; g < len(k.cells); g++ {
		j := k.cells[g].dims[0]
		if c, d := &k.cols[j], &k.dims[j]; at.p.u[j] == at.p.u[j] {
			level := at.p.level[j]
			addEqual(acc, k.cell[g][from:to], uint16(level), uint16(d.levels), c.kernel(d, level, level), c.kernel(d, level, -1), d.logUniform[level])
		}
	}
	for _, j := range k.sometimes {
		if u := at.p.u[j]; u == u {
			c := &k.cols[j]
			addActiveSquares(acc, c.z[from:to], c.norm[from:to], (u-0.5)*c.scale)
		}
	}
	sum.add(acc)
}

// logOf returns the log of the density, where it was moved to, of the sum over its points.
func (k *kde) logOf(sum *logSum) float64 {
	return sum.log() + k.at.squares - math.Log(float64(k.n))
}

// The inner loops. Slices are cut to the length of acc, so that the compiler knows it.

func addCells(acc []float64, cell []uint16, row []float64) {
	cell = cell[:len(acc)]
	for i := range acc {
		acc[i] += row[cell[i]]
	}
}

// addTwoCells takes little longer than addCells.
func addTwoCells(acc []float64, cell, other []uint16, row, otherRow []float64) {
	cell, other = cell[:len(acc)], other[:len(acc)]
	for i := range acc {
		acc[i] += row[cell[i]] + otherRow[other[i]]
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
	k.moveTo(p)
	return k.logDensityUntil(0, logSum{max: math.Inf(-1)}, math.Inf(1))
}

// logDensityUntil goes on with a sum over the first points, and stops early,
// with a lower bound, when the density is known to be above the limit.
func (k *kde) logDensityUntil(from int, sum logSum, limit float64) float64 {
	for ; from < k.n; from += block {
		k.kernels(from, min(from+block, k.n), &sum)
		if k.logOf(&sum) > limit {
			break
		}
	}
	return k.logOf(&sum)
}
