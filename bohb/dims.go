package bohb

import (
	"math"

	"github.com/nasalyze/nasalyze"
)

// dim is one parameter that varies, as the densities see it. Points have one
// coordinate per dim, in the encoding of [nasalyze.Param.Encode]; NaN is inactive.
type dim struct {
	param       int // index in Space.Params
	conditional bool
	// levels is the number of values of a discrete dimension, 0 if continuous.
	levels int
	// categorical tells that levels have no order. A coordinate is then the level.
	categorical bool
	// edges of the cells of the levels on [0, 1], levels+1 of them, and the middle
	// that a value is encoded to; nil for categoricals.
	edges, centres []float64
	// logUniform[c] is the log of the share of level c under the uniform distribution.
	logUniform []float64
	// cumulative weights of the levels of a categorical that the space weights, else nil.
	cumulative []float64
}

// maxChoices is the largest number of choices of a categorical.
const maxChoices = math.MaxUint16 - 1

// maxLevels is the number of values up to which an integer, ordinal or quantised
// parameter is treated as discrete. Beyond it cells are narrow beside any bandwidth
// that occurs, and the density is constant in each but for a part in thousands.
const maxLevels = 64

// dimsOf returns the dimensions of a space that vary.
func dimsOf(s *nasalyze.Space) []dim {
	var dims []dim
	for i := range s.Params {
		p := &s.Params[i]
		if !p.Varies() {
			continue
		}
		d := dim{param: i, conditional: s.Conditional(i)}
		switch {
		case p.Kind == nasalyze.Categorical:
			d.levels, d.categorical = len(p.Choices), true
			d.cumulative = cumulate(p.Weights)
		case p.Kind == nasalyze.Ordinal && len(p.Choices) <= maxLevels:
			d.levels = len(p.Choices)
			d.edges = make([]float64, d.levels+1)
			for c := range d.edges {
				d.edges[c] = float64(c) / float64(d.levels)
			}
		case p.Numeric():
			d.edges = gridEdges(p)
			d.levels = max(len(d.edges)-1, 0)
		}
		for c := range d.levels {
			if d.categorical {
				d.logUniform = append(d.logUniform, -math.Log(float64(d.levels)))
				continue
			}
			// The middle of a cell is its value only on the linear scale, but any point
			// of the cell stands for the value.
			d.centres = append(d.centres, (d.edges[c]+d.edges[c+1])/2)
			d.logUniform = append(d.logUniform, math.Log(d.edges[c+1]-d.edges[c]))
		}
		dims = append(dims, d)
	}
	return dims
}

// gridEdges returns the borders between the values of a discrete numeric
// parameter in the encoding: the points half way between two values. It is nil if
// the parameter is continuous or has more than maxLevels values.
func gridEdges(p *nasalyze.Param) []float64 {
	h := p.Step
	if p.Kind == nasalyze.Int && h == 0 {
		h = 1
	}
	if h == 0 {
		return nil
	}
	n := math.Floor((p.Upper-p.Lower)/h+slack) + 1
	if n > maxLevels {
		return nil
	}
	scale := func(x float64) float64 { return x }
	lo, hi := p.Lower-h/2, p.Lower+(n-0.5)*h
	if p.Log {
		scale = math.Log
		if lo <= 0 {
			lo = p.Lower
		}
	}
	edges := make([]float64, int(n)+1)
	for c := range edges {
		x := max(p.Lower+(float64(c)-0.5)*h, lo)
		edges[c] = (scale(x) - scale(lo)) / (scale(hi) - scale(lo))
	}
	edges[0], edges[len(edges)-1] = 0, 1
	return edges
}

// level returns the level that a coordinate lies in.
func (d *dim) level(u float64) int {
	if d.categorical {
		return min(max(int(u), 0), d.levels-1)
	}
	lo, hi := 0, d.levels-1
	for lo < hi {
		mid := (lo + hi) / 2
		if u >= d.edges[mid+1] {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	return lo
}

// prior maps a uniform draw r in [0, 1) to a coordinate as the space distributes
// it: uniformly, but for categoricals with weights.
func (d *dim) prior(r float64) float64 {
	switch {
	case d.cumulative != nil:
		c := 0
		for c < d.levels-1 && r >= d.cumulative[c] {
			c++
		}
		return float64(c)
	case d.categorical:
		return math.Floor(r * float64(d.levels))
	}
	return r
}

// cumulate returns the running sums of weights, scaled to end at 1; nil for none.
func cumulate(weights []float64) []float64 {
	total := 0.0
	for _, w := range weights {
		total += w
	}
	if !(total > 0) {
		return nil
	}
	sums, sum := make([]float64, len(weights)), 0.0
	for i, w := range weights {
		sum += w
		sums[i] = sum / total
	}
	return sums
}
