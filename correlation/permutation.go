package correlation

import "math"

// exactPermutation is the largest n for which all n! orders are enumerated; 9! is 362,880.
const exactPermutation = 9

// permutations enumerates all pairings of the x with the y values and counts how
// often the statistics reach the observed ones.
type permutations struct {
	n        int
	x        [exactPermutation]int    // centred and doubled ranks in the order of x
	runStart [exactPermutation]bool   // a new run of equal x begins here
	y        [exactPermutation]int    // centred and doubled ranks by position
	less     [exactPermutation]uint16 // set of positions with smaller y
	greater  [exactPermutation]uint16

	product, score       int // observed
	total                int
	productLow, scoreLow int // pairings with at most the observed value
	productHigh          int // and with at least
	scoreHigh            int
}

// permutationP returns the two-sided p-values of rho and tau over all n! pairings
// of the actual ranks, ties and all. Each is twice the smaller tail, at most 1:
// with ties the null distribution need not be symmetric.
func (s *shared) permutationP(c concordance) (rho, tau float64) {
	e := permutations{n: s.n, product: int(s.sxy), score: int(c.score)}
	start := 0
	for _, end := range s.endX {
		e.runStart[start] = true
		start = int(end)
	}
	for i, p := range s.byX {
		e.x[i] = int(s.rankX[p])
	}
	for p := range s.n {
		e.y[p] = int(s.rankY[p])
	}
	for p := range s.n {
		for q := range s.n {
			if e.y[q] < e.y[p] {
				e.less[p] |= 1 << q
			} else if e.y[q] > e.y[p] {
				e.greater[p] |= 1 << q
			}
		}
	}
	e.place(0, 0, 0, 0, 0)
	return twoSided(e.productLow, e.productHigh, e.total), twoSided(e.scoreLow, e.scoreHigh, e.total)
}

func twoSided(low, high, total int) float64 {
	return min(1, 2*float64(min(low, high))/float64(total))
}

// place pairs the i-th smallest x with every y not used yet. Those in before were
// paired with strictly smaller x.
func (e *permutations) place(i int, used, before uint16, product, score int) {
	if i == e.n {
		e.total++
		if product <= e.product {
			e.productLow++
		}
		if product >= e.product {
			e.productHigh++
		}
		if score <= e.score {
			e.scoreLow++
		}
		if score >= e.score {
			e.scoreHigh++
		}
		return
	}
	if e.runStart[i] {
		before = used
	}
	for p := range e.n {
		if used&(1<<p) != 0 {
			continue
		}
		gain := popcount[before&e.less[p]] - popcount[before&e.greater[p]]
		e.place(i+1, used|1<<p, before, product+e.x[i]*e.y[p], score+int(gain))
	}
}

// popcount of every subset of the positions.
var popcount = func() (t [1 << exactPermutation]int8) {
	for i := range t {
		t[i] = t[i>>1] + int8(i&1)
	}
	return t
}()

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
