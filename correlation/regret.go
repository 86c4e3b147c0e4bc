package correlation

import "math"

// Regret is the loss that is given up at the higher column of a pair by choosing
// the item that is best at the lower one, among the shared items. Losses are
// minimised: the best is the smallest.
type Regret struct {
	// Item is the row that is best at the lower column, the first of Tied such rows.
	Item int
	Tied int
	// Value is the loss of Item at the higher column, the mean over the Tied ones.
	Value float64
	// Best is the smallest loss at the higher column, at row BestItem (the first of these).
	Best     float64
	BestItem int
	// Loss is Value - Best, in the unit of the losses.
	Loss float64
	// OfRange is Loss as a share of the range of the shared items' losses at the
	// higher column, in [0, 1].
	OfRange float64
	// OfMedian is Loss as a share of what a median item gives up: 0 is the best
	// choice, 1 no better than the median. Unlike OfRange it does not shrink
	// where a few items are very bad. NaN where the median is the best.
	OfMedian float64
	// Reason says why the numbers are NaN and the rows -1; empty where they are not.
	Reason string
}

func noRegret(reason string) Regret {
	nan := math.NaN()
	return Regret{Item: -1, Value: nan, Best: nan, BestItem: -1, Loss: nan, OfRange: nan, OfMedian: nan, Reason: reason}
}

func (s *shared) regret(y []float64) Regret {
	at := func(p int) float64 { return y[s.item[p]] }
	best := at(0)
	r := Regret{Tied: int(s.endX[0]), Best: best, BestItem: int(s.item[0])}
	r.Item = int(s.item[s.byX[0]])
	// The means are taken over differences, so that equal losses leave no rounding.
	for _, p := range s.byX[:r.Tied] {
		r.Item = min(r.Item, int(s.item[p]))
		r.Loss += at(int(p)) - best
	}
	r.Loss /= float64(r.Tied)
	r.Value = best + r.Loss
	r.OfRange = r.Loss / (at(s.n-1) - best)
	r.OfMedian = math.NaN()
	median := at(s.n / 2)
	if s.n%2 == 0 {
		median = median/2 + at(s.n/2-1)/2
	}
	if median > best {
		r.OfMedian = r.Loss / (median - best)
	}
	return r
}
