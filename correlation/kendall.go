package correlation

import (
	"math"
	"slices"
)

// exactKendall is the largest n for which the null distribution of tau without
// ties is counted exactly, as in scipy.
const exactKendall = 33

// concordance is what Kendall's tau is made of, as counts of pairs of items.
type concordance struct {
	pairs      float64 // all
	tiedX      float64 // equal in x
	tiedY      float64 // equal in y
	discordant float64
	score      float64 // concordant - discordant
}

// merger counts inversions; its slices are kept between calls.
type merger struct {
	run, buffer []int32
}

// concordance counts the pairs of shared items in O(n log n) by Knight's
// algorithm: discordant pairs are the exchanges that sorting by y needs when the
// items are sorted by x.
func (s *shared) concordance() concordance {
	c := concordance{pairs: choose2(s.n)}
	m := &s.kendall
	m.run = slices.Grow(m.run[:0], s.n)[:s.n]
	m.buffer = slices.Grow(m.buffer[:0], s.n)[:s.n]
	start := int32(0)
	for run, end := range s.endY {
		c.tiedY += choose2(int(end - start))
		for p := start; p < end; p++ {
			m.buffer[p] = int32(run)
		}
		start = end
	}
	for i, p := range s.byX {
		m.run[i] = m.buffer[p]
	}
	tiedBoth := 0.0
	start = 0
	for _, end := range s.endX {
		c.tiedX += choose2(int(end - start))
		// Equal x are ordered by y, so that equal pairs are neighbours.
		for i := start; i < end; {
			j := i + 1
			for j < end && m.run[j] == m.run[i] {
				j++
			}
			tiedBoth += choose2(int(j - i))
			i = j
		}
		start = end
	}
	c.discordant = float64(m.exchanges(m.run, m.buffer))
	c.score = c.pairs - c.tiedX - c.tiedY + tiedBoth - 2*c.discordant
	return c
}

// exchanges sorts the run and returns the number of inversions in it.
func (m *merger) exchanges(run, buffer []int32) int64 {
	if len(run) <= 16 {
		var count int64
		for i := 1; i < len(run); i++ {
			v, j := run[i], i
			for ; j > 0 && run[j-1] > v; j-- {
				run[j] = run[j-1]
			}
			run[j] = v
			count += int64(i - j)
		}
		return count
	}
	half := len(run) / 2
	count := m.exchanges(run[:half], buffer[:half]) + m.exchanges(run[half:], buffer[half:])
	copy(buffer, run)
	left, right := buffer[:half], buffer[half:len(run)]
	i, j := 0, 0
	for k := range run {
		if j == len(right) || i < len(left) && left[i] <= right[j] {
			run[k] = left[i]
			i++
		} else {
			run[k] = right[j]
			j++
			count += int64(len(left) - i)
		}
	}
	return count
}

// tau is Kendall's tau-b.
func (c concordance) tau() float64 {
	return ratio(c.score, c.pairs-c.tiedX, c.pairs-c.tiedY)
}

// kendallP returns the two-sided p-value of tau beyond the reach of exhaustive
// permutation.
func (s *shared) kendallP(c concordance) (float64, Method) {
	if !s.tied() && s.n <= exactKendall {
		return kendallExact(s.n, int(min(c.discordant, c.pairs-c.discordant))), ExactCount
	}
	return s.kendallNormal(c), NormalApproximation
}

// kendallExact returns the probability that a random order of n items has at most
// k or at least n(n-1)/2 - k inversions, by the recursion over the item inserted
// last: it makes 0 to n-1 new inversions, each with probability 1/n (Kendall,
// "Rank correlation methods", 1970, section 5.3).
func kendallExact(n, k int) float64 {
	prob := make([]float64, k+1)
	prob[0] = 1
	next := make([]float64, k+1)
	for m := 2; m <= n; m++ {
		for i := range next {
			next[i] = 0
			for _, p := range prob[max(0, i-m+1) : i+1] {
				next[i] += p
			}
			next[i] /= float64(m)
		}
		prob, next = next, prob
	}
	sum := 0.0
	for _, p := range prob {
		sum += p
	}
	return min(1, 2*sum)
}

// kendallNormal approximates the score by a normal with the variance that the
// ties leave (Kendall 1970, section 4.7, as in scipy and R).
func (s *shared) kendallNormal(c concordance) float64 {
	n := float64(s.n)
	x2, x3, xv := tieSums(s.endX)
	y2, y3, yv := tieSums(s.endY)
	v := (n*(n-1)*(2*n+5)-xv-yv)/18 + x2*y2/(2*n*(n-1)) + x3*y3/(9*n*(n-1)*(n-2))
	// Erfc keeps its precision where 1 - Erf has none left.
	return math.Erfc(math.Abs(c.score) / math.Sqrt(2*v))
}

// tieSums returns the sums over runs of t equal values of t(t-1), t(t-1)(t-2) and
// t(t-1)(2t+5).
func tieSums(ends []int32) (two, three, variance float64) {
	start := int32(0)
	for _, end := range ends {
		t := float64(end - start)
		two += t * (t - 1)
		three += t * (t - 1) * (t - 2)
		variance += t * (t - 1) * (2*t + 5)
		start = end
	}
	return two, three, variance
}

func choose2(n int) float64 {
	return float64(n) * float64(n-1) / 2
}
