package fanova

import (
	"errors"
	"fmt"
	"math"

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

// maxOverlaps bounds the terms of inclusion and exclusion.
const maxOverlaps = 1 << 10

// SwitchEffect returns the effect of being in the region, or in any of several:
// alternatives, which may overlap. The volume and the mean of their union come from
// inclusion and exclusion over the sets of regions that have a volume in common: k of
// them where the regions are disjoint, 2^k - 1 where all overlap, one pass over the forest
// each.
//
// It is an error if a region does not fit the columns, if there are more than 1024 such
// sets, and what is one for [New].
func SwitchEffect(f *forest.Forest, opt Options, regions ...Region) (Switch, error) {
	if len(regions) == 0 {
		return Switch{}, errors.New("fanova: no region to switch on")
	}
	opt.Progress = nil
	all, err := New(f, opt)
	if err != nil {
		return Switch{}, err
	}
	u := union{f: f, opt: opt, integral: make([]float64, len(f.Trees))}
	for i, r := range regions {
		if err := u.add(r, 1, regions[i+1:]); err != nil {
			return Switch{}, err
		}
	}
	return newSwitch(all, u.volume, u.integral), nil
}

// union adds up the volume of overlapping boxes and the integral of each tree over them.
type union struct {
	f        *forest.Forest
	opt      Options
	terms    int
	volume   float64
	integral []float64
}

// add takes in a box with a sign, and its intersections with later ones with the opposite one.
func (u *union) add(box Region, sign float64, later []Region) error {
	v, err := box.Volume(u.f.Columns)
	if err != nil || v == 0 {
		return err
	}
	if u.terms++; u.terms > maxOverlaps {
		return fmt.Errorf("fanova: the regions to switch on overlap in more than %d ways", maxOverlaps)
	}
	part, err := Within(u.f, box)
	if err != nil {
		return err
	}
	d, err := New(part, u.opt)
	if err != nil {
		return err
	}
	u.volume += sign * v
	for k, m := range d.Means() {
		u.integral[k] += sign * v * m
	}
	for i, r := range later {
		both, err := box.And(r)
		if err != nil {
			return err
		}
		if err := u.add(both, -sign, later[i+1:]); err != nil {
			return err
		}
	}
	return nil
}

// everywhere is the volume from which on nothing but rounding lies outside of a region.
const everywhere = 1 - 1e-12

// newSwitch sums up from the volume of a region and the integrals over it.
func newSwitch(all *Decomposition, p float64, integral []float64) Switch {
	n := len(integral)
	if p > everywhere {
		p = 1
	}
	s := Switch{Probability: p, ShareByTree: make([]float64, n)}
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
