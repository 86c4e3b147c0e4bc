package correlation

import "slices"

// Overlap compares the K best items at the two columns of a pair. The best are the
// smallest.
type Overlap struct {
	K int
	// Shared is how many of the K best at the higher column are among the K best
	// at the lower. Where values are tied around rank K, the K best are not
	// unique: Shared is then the mean over all ways to break the ties, and may be a
	// fraction; Min and Max are the extremes. All three are equal without such ties.
	Shared   float64
	Min, Max int
	// Chance is the expected Shared of unrelated rankings, K*K/n.
	Chance float64
}

// sizes returns the set sizes that are asked for, ascending and each once, for n items.
func (o Options) sizes(n int) []int {
	ks := slices.Clone(o.TopK)
	for _, f := range o.TopFractions {
		ks = append(ks, ceilShare(f, n))
	}
	slices.Sort(ks)
	ks = slices.Compact(ks)
	return slices.DeleteFunc(ks, func(k int) bool { return k >= n })
}

// overlap compares the k best, k < n, in O(k) and the length of the runs around k.
func (s *shared) overlap(k int) Overlap {
	sureX, endX := cut(s.endX, k)
	sureY, endY := cut(s.endY, k)
	// Items by their place in x and y: sure to be among the best, or tied for the
	// open places.
	var sureBoth, sureXTiedY, tiedXSureY, tiedBoth int
	for i, p := range s.byX[:endX] {
		switch q := int(p); {
		case q >= endY:
		case i < sureX && q < sureY:
			sureBoth++
		case i < sureX:
			sureXTiedY++
		case q < sureY:
			tiedXSureY++
		default:
			tiedBoth++
		}
	}
	openX, openY := k-sureX, k-sureY
	tiedX, tiedY := endX-sureX, endY-sureY
	o := Overlap{K: k, Chance: float64(k) * float64(k) / float64(s.n)}
	o.Shared = float64(sureBoth)
	if tiedX > 0 {
		o.Shared += float64(tiedXSureY) * float64(openX) / float64(tiedX)
	}
	if tiedY > 0 {
		o.Shared += float64(sureXTiedY) * float64(openY) / float64(tiedY)
	}
	if tiedX > 0 && tiedY > 0 {
		o.Shared += float64(tiedBoth) * float64(openX) / float64(tiedX) * float64(openY) / float64(tiedY)
	}
	// Most are shared where the open places go first to items that are sure on the
	// other side, then to items tied on both.
	a, b := min(openX, tiedXSureY), min(openY, sureXTiedY)
	o.Max = sureBoth + a + b + min(openX-a, openY-b, tiedBoth)
	// Fewest where they go first to items that are out on the other side, then to
	// different items tied on both.
	a = max(0, openX-(tiedX-tiedXSureY-tiedBoth))
	b = max(0, openY-(tiedY-sureXTiedY-tiedBoth))
	o.Min = sureBoth + max(0, a+b-tiedBoth)
	return o
}

// cut returns how many items are among the k best for sure, and the end of the run
// of items tied for the places that are left; both are k where nothing is tied there.
func cut(ends []int32, k int) (sure, end int) {
	run, found := slices.BinarySearch(ends, int32(k))
	if found {
		return k, k
	}
	if run > 0 {
		sure = int(ends[run-1])
	}
	return sure, int(ends[run])
}
