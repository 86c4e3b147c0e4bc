package reports

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat"
	"gonum.org/v1/gonum/stat/distuv"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/forest"
)

const (
	curvePieces = 8    // of a numeric parameter, where rows are held against its curve
	curveAlpha  = 0.01 // that no curve of a budget is warned about if the rows agree with all
)

// warnCurves warns of marginals that rows out of the bag lie further from than the
// intervals reach. The mean residual of the rows of a level or piece estimates what the curve lacks there;
// its square is too large by its squared error, which is taken away.
func (z *analyzer) warnCurves(t *nasalyze.Table, f *forest.Forest, s *shares, b *Budget) {
	var found []string
	for k := range b.Marginals {
		m := &b.Marginals[k]
		if len(m.Lo) == 0 {
			continue
		}
		_, u := z.axis(k, marginalPoints)
		count, piece := z.pieces(k, u)
		// What has been added to the mean of the trees is no longer missing.
		mended := s.mended(make([]float64, len(u)), k, u)
		missing, reach, added := make([][]float64, count), make([][]float64, count), make([][]float64, count)
		for i := range u {
			p := piece(u[i])
			added[p] = append(added[p], mended[i])
			reach[p] = append(reach[p], (m.Hi[i]-m.Lo[i])/2)
		}
		for i, predicted := range f.OutOfBag.Prediction {
			if p := piece(t.Row(i)[k]); p >= 0 && predicted == predicted {
				missing[p] = append(missing[p], t.Y[i]-predicted)
			}
		}
		var off, within, chi float64 // sums of squares over the pieces, the last in standard errors
		n := 0.0
		for p, e := range missing {
			if len(e) < 2 || reach[p] == nil {
				continue
			}
			mean, variance := stat.MeanVariance(e, nil)
			if variance == 0 {
				continue // no error is known
			}
			mean -= stat.Mean(added[p], nil)
			se2 := variance / float64(len(e))
			off += mean*mean - se2
			chi += mean * mean / se2
			half := stat.Mean(reach[p], nil)
			within += half * half
			n++
		}
		if n == 0 {
			continue // as of a parameter that is hardly ever active
		}
		chance := distuv.ChiSquared{K: n}.Survival(chi) // that the rows agree with the curve and lie that far off
		if off > within && chance < curveAlpha/float64(len(b.Marginals)) {
			found = append(found, fmt.Sprintf("%s (%.2g, its interval reaches %.2g)", m.Param, math.Sqrt(off/n), math.Sqrt(within/n)))
		}
	}
	if len(found) > 0 {
		z.warn("curves", "At %s: unseen configurations lie off the curve of a parameter by more than its interval: %s. Forests pull curves towards their mean. Take these intervals for too narrow, and the curves for flatter than they are.", z.at(b.Budget), list(found))
	}
}

// pieces returns the number of pieces of parameter k and the function that tells which one an encoded value
// lies in, -1 for none: a level of a choice, one of equal parts of the axis of a number. The points are those of its curve.
func (z *analyzer) pieces(k int, points []float64) (count int, piece func(u float64) int) {
	if z.params[k].Numeric() {
		return curvePieces, func(u float64) int {
			if !(u >= 0) { // inactive
				return -1
			}
			return min(int(u*curvePieces), curvePieces-1)
		}
	}
	return len(points), func(u float64) int { return slices.Index(points, u) }
}
