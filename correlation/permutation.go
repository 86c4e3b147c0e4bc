package correlation

import (
	"math"
	"math/bits"
	"slices"
)

// exactPermutation is the largest n for which all n! pairings are counted; 9! is 362,880.
const exactPermutation = 9

// permutationP returns the two-sided p-values of rho and tau over all n! pairings
// of the actual ranks, ties and all. Each is twice the smaller tail, at most 1:
// with ties the null distribution need not be symmetric.
//
// The pairings are not visited one by one. Both statistics are sums over the runs
// of equal x of a term that depends only on the set of y paired with the run and
// the set paired before, so that their distributions over all pairings are built
// up set by set.
func (s *shared) permutationP(c concordance) (rho, tau float64) {
	p := &s.permutations
	bound := max(s.sxx, s.syy) // no sum of products is larger, by Cauchy and Schwarz
	p.product.reset(s.n, int(bound))
	p.score.reset(s.n, int(c.pairs))
	var less, greater [exactPermutation]uint
	for a := range s.n {
		for b := range s.n {
			if s.rankY[b] < s.rankY[a] {
				less[a] |= 1 << b
			} else if s.rankY[b] > s.rankY[a] {
				greater[a] |= 1 << b
			}
		}
	}
	all := uint(1)<<s.n - 1
	start := int32(0)
	for _, end := range s.endX {
		x := int(s.rankX[s.byX[start]])
		size := int(end - start)
		for before := range all + 1 {
			if bits.OnesCount(before) != int(start) {
				continue
			}
			rest := all &^ before
			for set := rest; set > 0; set = (set - 1) & rest {
				if bits.OnesCount(set) != size {
					continue
				}
				product, score := 0, 0
				for left := set; left > 0; left &= left - 1 {
					y := bits.TrailingZeros(left)
					product += x * int(s.rankY[y])
					score += bits.OnesCount(before&less[y]) - bits.OnesCount(before&greater[y])
				}
				p.product.add(before|set, before, product)
				p.score.add(before|set, before, score)
			}
		}
		start = end
	}
	return p.product.twoSided(all, int(s.sxy)), p.score.twoSided(all, int(c.score))
}

// permutations keeps its slices between pairs.
type permutations struct {
	product, score distribution
}

// distribution counts, for each set of y, how many ways to pair it with the
// smallest x give each value of a statistic.
type distribution struct {
	bound  int      // values are in [-bound, bound]
	width  int      // 2 bound + 1
	counts []uint32 // [set][value + bound]
	lo, hi []int    // range of values seen, by set
}

func (d *distribution) reset(n, bound int) {
	d.bound, d.width = bound, 2*bound+1
	d.counts = slices.Grow(d.counts[:0], d.width<<n)[:d.width<<n]
	clear(d.counts)
	d.lo = slices.Grow(d.lo[:0], 1<<n)[:1<<n]
	d.hi = slices.Grow(d.hi[:0], 1<<n)[:1<<n]
	for set := range d.lo {
		d.lo[set], d.hi[set] = d.bound, -d.bound
	}
	d.counts[bound], d.lo[0], d.hi[0] = 1, 0, 0
}

// add lets the ways to pair the set from give larger values by shift to the set to.
func (d *distribution) add(to, from uint, shift int) {
	lo, hi := d.lo[from], d.hi[from]
	sink := d.row(to, lo+shift, hi+shift)
	for i, c := range d.row(from, lo, hi) {
		sink[i] += c
	}
	d.lo[to], d.hi[to] = min(d.lo[to], lo+shift), max(d.hi[to], hi+shift)
}

func (d *distribution) row(set uint, lo, hi int) []uint32 {
	at := int(set)*d.width + d.bound
	return d.counts[at+lo : at+hi+1]
}

// twoSided returns twice the smaller share of values up to or from the observed one.
func (d *distribution) twoSided(all uint, observed int) float64 {
	var low, high, total uint32
	for i, c := range d.row(all, -d.bound, d.bound) {
		total += c
		if i-d.bound <= observed {
			low += c
		}
		if i-d.bound >= observed {
			high += c
		}
	}
	return min(1, 2*float64(min(low, high))/float64(total))
}

// perfectP is the exact p-value of |rho| = 1, where the t approximation gives 0:
// the pairings that reach it only exchange equal values. Twice the tail, as
// everywhere; 0 where it is below the smallest number that a float64 holds.
func (s *shared) perfectP() float64 {
	all, _ := math.Lgamma(float64(s.n + 1))
	log := -all
	start := int32(0)
	for _, end := range s.endY {
		l, _ := math.Lgamma(float64(end - start + 1))
		log += l
		start = end
	}
	return min(1, 2*math.Exp(log))
}
