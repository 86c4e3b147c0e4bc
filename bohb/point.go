package bohb

// point is a place at which densities are evaluated.
type point struct {
	u     []float64 // coordinates, NaN where inactive
	level []int     // levels of discrete coordinates
}

// set makes p the point with coordinates u, which it keeps.
func (p *point) set(dims []dim, u []float64) {
	p.u = u
	if p.level == nil {
		p.level = make([]int, len(dims))
	}
	for j, x := range u {
		if dims[j].levels > 0 && x == x {
			p.level[j] = dims[j].level(x)
		}
	}
}

// logUniform is the log of the uniform density at p: 0 but for discrete dimensions.
func (p *point) logUniform(dims []dim) float64 {
	sum := 0.0
	for j, x := range p.u {
		if dims[j].levels > 0 && x == x {
			sum += dims[j].logUniform[p.level[j]]
		}
	}
	return sum
}
