package fanova

import (
	"fmt"
	"math"
	"math/bits"

	"github.com/nasalyze/nasalyze/forest"
)

// Switch is the effect of being in a region: of switching on the branch of a
// conditional space that is active there.
type Switch struct {
	// Probability of the region under the uniform measure.
	Probability float64
	// Share of the variance that the indicator of the region explains,
	//
	//	Var E[f | in or out] / V = p (1-p) (m_in - m_out)^2 / V,
	//
	// where m are the means of f inside and outside. Where the region depends on
	// one column, this is a part of that column's main effect: what is left of it
	// are the differences between values that agree about the branch. NaN where the
	// region is nothing or everything.
	Share Stat
	// ShareByTree holds the shares tree by tree, NaN for trees without variance.
	ShareByTree []float64
	// Difference is m_in - m_out over all trees: what switching on changes on average.
	Difference Stat
	// In and Out are the means themselves.
	In, Out Stat
}

// maxRegions bounds the terms of inclusion and exclusion.
const maxRegions = 12

// SwitchEffect returns the effect of being in the region, or in any of several
// (alternatives, which may overlap; at most 12). The volume and the mean of their union
// come from inclusion and exclusion over the boxes, so that the number of passes over
// the forest is 2^k - 1 for k regions that all overlap.
//
// It is an error if a region does not fit the columns, and what is one for [New].
func SwitchEffect(f *forest.Forest, opt Options, regions ...Region) (Switch, error) {
	if len(regions) == 0 || len(regions) > maxRegions {
		return Switch{}, fmt.Errorf("fanova: %d regions to switch on, want 1 to %d", len(regions), maxRegions)
	}
	opt.Progress = nil
	all, err := New(f, opt)
	if err != nil {
		return Switch{}, err
	}
	n := len(f.Trees)
	volume, inside := 0.0, make([]float64, n) // integral over the union
	whole := false
	for mask := 1; mask < 1<<len(regions); mask++ {
		var box Region
		for k, r := range regions {
			if mask>>k&1 == 0 {
				continue
			}
			if box == nil {
				box = r
			} else if box, err = box.And(r); err != nil {
				return Switch{}, err
			}
		}
		v, err := box.Volume(f.Columns)
		if err != nil {
			return Switch{}, err
		}
		whole = whole || v == 1
		if v == 0 {
			continue
		}
		part, err := Within(f, box)
		if err != nil {
			return Switch{}, err
		}
		d, err := New(part, opt)
		if err != nil {
			return Switch{}, err
		}
		if bits.OnesCount(uint(mask))%2 == 0 {
			v = -v
		}
		volume += v
		for k, m := range d.Means() {
			inside[k] += v * m
		}
	}
	if whole {
		volume = 1
	}
	return newSwitch(all, volume, inside), nil
}

// newSwitch sums up from the volume of a region and the integrals over it.
func newSwitch(all *Decomposition, p float64, integral []float64) Switch {
	n := len(integral)
	s := Switch{Probability: min(p, 1), ShareByTree: make([]float64, n)}
	in, out, difference := make([]float64, n), make([]float64, n), make([]float64, n)
	variance := all.Variances()
	for k, mean := range all.Means() {
		in[k], out[k] = math.NaN(), math.NaN()
		if p > 0 {
			in[k] = integral[k] / p
		}
		if p < 1 {
			out[k] = (mean - integral[k]) / (1 - p)
		}
		difference[k] = in[k] - out[k]
		s.ShareByTree[k] = math.NaN()
		if variance[k] > 0 {
			// Rounding must not make more than everything of it.
			s.ShareByTree[k] = min(p*(1-p)*difference[k]*difference[k]/variance[k], 1)
		}
	}
	s.Share, s.Difference = NewStat(s.ShareByTree), NewStat(difference)
	s.In, s.Out = NewStat(in), NewStat(out)
	return s
}
