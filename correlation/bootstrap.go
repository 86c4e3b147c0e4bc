package correlation

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// maxUndefined is the share of resamples without variance above which the
// bootstrap is not trusted: an interval over the others would be conditional on
// having seen the few items that differ.
const maxUndefined = 0.1

// Bootstrap is the percentile interval of Spearman's correlation from resampling
// the shared items with replacement (Efron and Tibshirani, "An introduction to
// the bootstrap", 1993, chapter 13).
type Bootstrap struct {
	Interval
	// Resamples were drawn. Undefined of these had no variance in a column, so
	// that they have no correlation; they are left out. Where they are more than a
	// tenth there is no interval.
	Resamples int
	Undefined int
}

// resampler keeps its slices between pairs.
type resampler struct {
	items []counted
	rhos  []float64
}

// counted is one item in a resample: how often it was drawn, and the centred and
// doubled rank in y of each copy.
type counted struct {
	count, rank int32
}

// stream returns the random stream of one pair. The index is spread over all bits,
// so that neighbouring pairs share no state.
func stream(seed uint64, pair int) *rand.PCG {
	z := uint64(pair+1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return rand.NewPCG(seed, z^z>>31)
}

// bootstrap draws the resamples and takes their quantiles: O(n) for each, because
// a resample is counts of items, and the ranks of counted items follow from the
// order that is known. It fails only where ctx is cancelled.
func (s *shared) bootstrap(ctx context.Context, src *rand.PCG, resamples int, confidence float64) (Bootstrap, error) {
	out := Bootstrap{Interval: noInterval(""), Resamples: resamples}
	b := &s.boot
	b.items = slices.Grow(b.items[:0], s.n)[:s.n]
	b.rhos = b.rhos[:0]
	for range resamples {
		if err := ctx.Err(); err != nil {
			return out, err
		}
		draw(src, b.items)
		if rho := s.countedRho(); math.IsNaN(rho) {
			out.Undefined++
		} else {
			b.rhos = append(b.rhos, rho)
		}
	}
	if float64(out.Undefined) > maxUndefined*float64(resamples) {
		out.Reason = fmt.Sprintf("%d of %d resamples have no variance", out.Undefined, resamples)
		return out, nil
	}
	slices.Sort(b.rhos)
	out.Lo = quantile(b.rhos, (1-confidence)/2)
	out.Hi = quantile(b.rhos, (1+confidence)/2)
	return out, nil
}

// draw counts how often each of the n items is drawn in n draws, two from each
// random word. Rejection keeps them uniform (Lemire, "Fast random integer
// generation in an interval", ACM TOMACS 29, 2019).
func draw(src *rand.PCG, items []counted) {
	clear(items)
	n := uint32(len(items))
	reject := -n % n
	for left := n; left > 0; {
		word := src.Uint64()
		for half := 0; half < 2 && left > 0; half++ {
			hi, lo := mul32(uint32(word), n)
			word >>= 32
			if lo >= reject {
				items[hi].count++
				left--
			}
		}
	}
}

// countedRho is Spearman's correlation where the item at position p counts
// counted[p].count times, NaN where a column has no variance then.
func (s *shared) countedRho() float64 {
	items := s.boot.items
	if len(s.endX) == s.n && len(s.endY) == s.n {
		return s.countedRhoUntied()
	}
	var sxx, syy, sxy float64
	before, start := int64(0), int32(0)
	for _, end := range s.endY {
		t := int64(0)
		for _, c := range items[start:end] {
			t += int64(c.count)
		}
		r := 2*before + t - int64(s.n)
		for p := start; p < end; p++ {
			items[p].rank = int32(r)
		}
		syy += float64(t) * float64(r) * float64(r)
		before += t
		start = end
	}
	before, start = 0, 0
	for _, end := range s.endX {
		t, sum := int64(0), int64(0)
		for _, p := range s.byX[start:end] {
			c := items[p]
			t += int64(c.count)
			sum += int64(c.count) * int64(c.rank)
		}
		r := float64(2*before + t - int64(s.n))
		sxx += float64(t) * r * r
		sxy += r * float64(sum)
		before += t
		start = end
	}
	if sxx == 0 || syy == 0 {
		return math.NaN()
	}
	return ratio(sxy, sxx, syy)
}

// countedRhoUntied is countedRho where every run is a single item. The copies of an
// item are then the only ties, the same in both columns.
func (s *shared) countedRhoUntied() float64 {
	items := s.boot.items
	var sxx, sxy float64
	rank := -int32(s.n)
	for p := range items {
		c := items[p].count
		r := rank + c
		items[p].rank = r
		rank += 2 * c
		sxx += float64(c) * float64(r) * float64(r)
	}
	rank = -int32(s.n)
	for _, p := range s.byX {
		c := items[p]
		sxy += float64(rank+c.count) * float64(c.count) * float64(c.rank)
		rank += 2 * c.count
	}
	if sxx == 0 {
		return math.NaN()
	}
	return ratio(sxy, sxx, sxx)
}

// quantile of ascending values, interpolated at (m+1) q as usual for bootstrap
// distributions.
func quantile(v []float64, q float64) float64 {
	at := q*float64(len(v)+1) - 1
	if at <= 0 {
		return v[0]
	}
	i := int(at)
	if i >= len(v)-1 {
		return v[len(v)-1]
	}
	return v[i] + (at-float64(i))*(v[i+1]-v[i])
}

func mul32(a, b uint32) (hi, lo uint32) {
	product := uint64(a) * uint64(b)
	return uint32(product >> 32), uint32(product)
}
