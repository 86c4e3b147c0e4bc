package bohb

import (
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/nasalyze/nasalyze"
)

// proposer turns points of the encoded cube into legal configurations.
type proposer struct {
	space *nasalyze.Space
	dims  []dim
	free  bool // neither conditions nor forbidden clauses: every point is legal
	full  []float64
}

func newProposer(s *nasalyze.Space) *proposer {
	return &proposer{space: s, dims: dimsOf(s), free: len(s.Conditions) == 0 && len(s.Forbidden) == 0,
		full: make([]float64, len(s.Params))}
}

// decode returns the configuration at u, one value per parameter of the space.
func (p *proposer) decode(u []float64) []nasalyze.Value {
	clear(p.full)
	for j := range p.dims {
		p.full[p.dims[j].param] = u[j]
		if u[j] != u[j] { // inactive: any value will do, its condition does not hold
			p.full[p.dims[j].param] = 0
		}
	}
	return p.space.Decode(p.full)
}

// legal reports whether the configuration at u is allowed, and sets coordinates of
// inactive parameters to NaN.
func (p *proposer) legal(u []float64) bool {
	if p.free {
		return true
	}
	values := p.decode(u)
	if p.space.IsForbidden(values) != nil {
		return false
	}
	for j := range p.dims {
		if values[p.dims[j].param].IsAbsent() {
			u[j] = math.NaN()
		}
	}
	return true
}

// encode returns the coordinates of a configuration. The error names the parameter
// whose value is not legal.
func (p *proposer) encode(values []nasalyze.Value) ([]float64, error) {
	u := make([]float64, len(p.dims))
	for j := range p.dims {
		i := p.dims[j].param
		var err error
		if u[j], err = p.space.Params[i].Encode(values[i]); err != nil {
			return nil, err
		}
	}
	return u, nil
}

// canonical returns the coordinates that the values at u encode to: the model sees
// values as a log would.
func (p *proposer) canonical(u []float64) []float64 {
	if v, err := p.encode(p.decode(u)); err == nil {
		return v
	}
	return u
}

// maxDraws is how often a uniform draw is repeated until it is legal.
const maxDraws = 100_000

// random draws a legal configuration: every parameter by itself, as the space
// distributes it, again until no forbidden clause holds.
func (p *proposer) random(rng *rand.Rand) ([]float64, error) {
	u := make([]float64, len(p.dims))
	for range maxDraws {
		for j := range p.dims {
			u[j] = p.dims[j].prior(rng.Float64())
		}
		if p.legal(u) {
			return u, nil
		}
	}
	return nil, fmt.Errorf("bohb: %d random configurations were all forbidden: the forbidden clauses leave next to nothing of the space", maxDraws)
}
