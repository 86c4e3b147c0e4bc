package correlation

import (
	"fmt"
	"math"
	"slices"
)

// shared holds the items observed in both columns of one pair, x the lower and y
// the higher. An item is known by its position in the order of y. All slices
// are kept between pairs.
type shared struct {
	n int
	// item[p] is the row of the item at position p.
	item []int32
	// byX are the positions ordered by x and, where x is equal, by position.
	byX []int32
	// endX and endY are the ends of the runs of equal values in byX and in the
	// order of y.
	endX, endY []int32
	// rankX and rankY are centred and doubled ranks by position, 2 r - (n + 1):
	// integers, so that all sums over them are exact up to n of about 3e5.
	rankX, rankY []float64
	// sxx, syy and sxy are the sums of their squares and products.
	sxx, syy, sxy float64

	position []int32 // row -> position
	kendall  merger
	boot     resampler

	permutations permutations
}

// join finds the shared items of two columns and ranks them among themselves.
// orderX and orderY are the columns' own orders, so that nothing is sorted but
// runs of equal values in x: O(n) but for these.
func (s *shared) join(x, y []float64, orderX, orderY []int32) {
	most := min(len(orderX), len(orderY))
	s.item, s.byX = slices.Grow(s.item[:0], most), slices.Grow(s.byX[:0], most)
	s.endX, s.endY = slices.Grow(s.endX[:0], most), slices.Grow(s.endY[:0], most)
	s.position = slices.Grow(s.position[:0], len(y))[:len(y)]
	last := 0.0
	for _, i := range orderY {
		if math.IsNaN(x[i]) {
			continue
		}
		p := int32(len(s.item))
		if p > 0 && y[i] != last {
			s.endY = append(s.endY, p)
		}
		last = y[i]
		s.position[i] = p
		s.item = append(s.item, i)
	}
	s.n = len(s.item)
	for _, i := range orderX {
		if math.IsNaN(y[i]) {
			continue
		}
		p := int32(len(s.byX))
		if p > 0 && x[i] != last {
			s.endX = append(s.endX, p)
		}
		last = x[i]
		s.byX = append(s.byX, s.position[i])
	}
	if s.n > 0 {
		s.endX = append(s.endX, int32(s.n))
		s.endY = append(s.endY, int32(s.n))
	}
	s.rank()
}

// rank fills the ranks and their sums from the orders and runs.
func (s *shared) rank() {
	s.rankX = slices.Grow(s.rankX[:0], s.n)[:s.n]
	s.rankY = slices.Grow(s.rankY[:0], s.n)[:s.n]
	s.sxx, s.syy, s.sxy = 0, 0, 0
	start := int32(0)
	for _, end := range s.endY {
		r := float64(int(start) + int(end) - s.n)
		for p := start; p < end; p++ {
			s.rankY[p] = r
		}
		s.syy += float64(end-start) * r * r
		start = end
	}
	start = 0
	for _, end := range s.endX {
		r := float64(int(start) + int(end) - s.n)
		run := s.byX[start:end]
		if len(run) > 1 {
			slices.Sort(run)
		}
		sum := 0.0
		for _, p := range run {
			s.rankX[p] = r
			sum += s.rankY[p]
		}
		s.sxx += float64(len(run)) * r * r
		s.sxy += r * sum
		start = end
	}
}

// tied tells whether any two shared items are equal in x or in y.
func (s *shared) tied() bool {
	return len(s.endX) < s.n || len(s.endY) < s.n
}

// reason says why nothing can be estimated from the shared items, and is empty where it can.
func (s *shared) reason(nameX, nameY string) string {
	switch {
	case s.n < MinItems:
		return fmt.Sprintf("n = %d shared items, at least %d are needed", s.n, MinItems)
	case len(s.endX) == 1 && len(s.endY) == 1:
		return fmt.Sprintf("no variance: the %d shared items are all equal in %s and in %s", s.n, nameX, nameY)
	case len(s.endX) == 1:
		return fmt.Sprintf("no variance: the %d shared items are all equal in %s", s.n, nameX)
	case len(s.endY) == 1:
		return fmt.Sprintf("no variance: the %d shared items are all equal in %s", s.n, nameY)
	}
	return ""
}

// rho is Spearman's correlation: Pearson's over the ranks.
func (s *shared) rho() float64 {
	return ratio(s.sxy, s.sxx, s.syy)
}

// ratio returns sxy / sqrt(sxx syy), which rounding cannot push out of [-1, 1].
func ratio(sxy, sxx, syy float64) float64 {
	return max(-1, min(1, sxy/math.Sqrt(sxx*syy)))
}
