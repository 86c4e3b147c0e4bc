package main

import (
	"cmp"
	"math"
	"slices"
)

// median of values.
func median(v []float64) float64 { return quantile(v, 0.5) }

// quantile interpolates linearly between order statistics (Hyndman and Fan 1996,
// definition 7). It is NaN if there are no values. Values may be +Inf.
func quantile(v []float64, q float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	v = slices.Sorted(slices.Values(v))
	h := q * float64(len(v)-1)
	i := int(h)
	if f := h - float64(i); f > 0 && v[i] != v[i+1] {
		return v[i] + f*(v[i+1]-v[i])
	}
	return v[i]
}

// midranks are the ranks of values from 1, the mean of their ranks for equal ones; ties
// is the sum of t^3 - t over groups of t equal values.
func midranks(v []float64) (ranks []float64, ties float64) {
	order := make([]int, len(v))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(v[a], v[b]) })
	ranks = make([]float64, len(v))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && v[order[j]] == v[order[i]] {
			j++
		}
		for k := i; k < j; k++ {
			ranks[order[k]] = float64(i+j+1) / 2
		}
		t := float64(j - i)
		ties += t*t*t - t
		i = j
	}
	return ranks, ties
}

// rankSum is the two-sided test of Wilcoxon, Mann and Whitney that two samples are of
// one distribution, by the normal approximation with the correction for ties and
// that for continuity. The effect is the probability that a value of a is less than one of b,
// equal ones counting half.
func rankSum(a, b []float64) (p, effect float64) {
	excess, variance, effect := excess(a, b)
	return twoSided(max(math.Abs(excess)-0.5, 0), variance), effect
}

// stratified is the two-sided test of van Elteren (1960) that two samples are of one
// distribution in every stratum, by the normal approximation with the correction for
// ties. It sums up the rank-sum statistics of the strata, divided by their sizes plus 1. The effect is the
// mean of those of the strata.
func stratified(strata [][2][]float64) (p, effect float64) {
	sum, variance := 0.0, 0.0
	for _, s := range strata {
		e, v, f := excess(s[0], s[1])
		weight := 1 / float64(len(s[0])+len(s[1])+1)
		sum += weight * e
		variance += weight * weight * v
		effect += f / float64(len(strata))
	}
	return twoSided(math.Abs(sum), variance), effect
}

// excess is the number of pairs with b less than a, equal ones counting half, over what
// is expected if both are of one distribution, its variance, and the effect of rankSum.
func excess(a, b []float64) (excess, variance, effect float64) {
	n, m := float64(len(a)), float64(len(b))
	ranks, ties := midranks(slices.Concat(a, b))
	sum := 0.0
	for _, r := range ranks[:len(a)] {
		sum += r
	}
	u := sum - n*(n+1)/2
	return u - n*m/2, n * m / 12 * (n + m + 1 - ties/((n+m)*(n+m-1))), 1 - u/(n*m)
}

// twoSided is the probability that a normal variable of mean 0 is at least x from it.
func twoSided(x, variance float64) float64 {
	if variance == 0 {
		return 1
	}
	return math.Erfc(x / math.Sqrt(2*variance))
}

// holm adjusts p-values for their number (Holm 1979): those below a level are
// significant together at that level.
func holm(p []float64) []float64 {
	order := make([]int, len(p))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(p[a], p[b]) })
	adjusted := make([]float64, len(p))
	largest := 0.0
	for rank, i := range order {
		largest = max(largest, min(float64(len(p)-rank)*p[i], 1))
		adjusted[i] = largest
	}
	return adjusted
}

// friedman tests that the columns of a table have equal ranks in its rows, with the
// correction for ties, and returns their mean ranks, the statistic and its p-value by the
// chi-squared approximation (Friedman 1937; Demsar 2006, section 3.2.2).
func friedman(rows [][]float64) (ranks []float64, statistic, p float64) {
	n, k := float64(len(rows)), len(rows[0])
	ranks = make([]float64, k)
	ties := 0.0
	for _, row := range rows {
		r, t := midranks(row)
		ties += t
		for j := range r {
			ranks[j] += r[j] / n
		}
	}
	squares := 0.0
	for _, r := range ranks {
		d := r - float64(k+1)/2
		squares += d * d
	}
	c := float64(k)
	statistic = 12 * n / (c * (c + 1)) * squares / (1 - ties/(n*c*(c*c-1)))
	return ranks, statistic, chiSquaredTail(statistic, k-1)
}

// chiSquaredTail is the probability that a chi-squared variable of so many degrees of freedom exceeds x,
// by the recurrence of the incomplete gamma function over its half degrees.
func chiSquaredTail(x float64, degrees int) float64 {
	if !(x > 0) {
		return 1
	}
	q, d := math.Erfc(math.Sqrt(x/2)), 1
	if degrees%2 == 0 {
		q, d = math.Exp(-x/2), 2
	}
	for ; d < degrees; d += 2 {
		g, _ := math.Lgamma(float64(d)/2 + 1)
		q += math.Exp(float64(d)/2*math.Log(x/2) - x/2 - g)
	}
	return q
}

// nemenyi is the critical difference of mean ranks of k columns over n rows at a level:
// q sqrt(k (k+1) / 6n), with q the quantile of the studentised range for infinitely many
// degrees of freedom by sqrt 2 (Nemenyi 1963; Demsar 2006, section 3.2.2).
func nemenyi(k, n int, level float64) float64 {
	lo, hi := 0.0, 100.0
	for range 60 {
		if mid := (lo + hi) / 2; rangeOfNormals(mid, k) < 1-level {
			lo = mid
		} else {
			hi = mid
		}
	}
	return lo / math.Sqrt2 * math.Sqrt(float64(k*(k+1))/float64(6*n))
}

// rangeOfNormals is the probability that the range of k standard normal variables is at most q:
// k times the integral of phi(z) (Phi(z) - Phi(z-q))^(k-1), by the trapezoidal rule, which is
// exact to rounding for functions that vanish so fast at both ends.
func rangeOfNormals(q float64, k int) float64 {
	const step = 1.0 / 64
	sum := 0.0
	for z := -9.0; z <= 9+q; z += step {
		between := (math.Erfc(-z/math.Sqrt2) - math.Erfc((q-z)/math.Sqrt2)) / 2
		sum += math.Exp(-z*z/2) * math.Pow(max(between, 0), float64(k-1))
	}
	return float64(k) * sum * step / math.Sqrt(2*math.Pi)
}
