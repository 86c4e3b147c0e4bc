package correlation

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Method is the way in which a p-value was found.
type Method string

// The methods of p-values.
const (
	// ExactPermutation: all n! pairings of the actual ranks, ties included; n <= 9,
	// and perfect correlations of any n. Twice the smaller tail, at most 1.
	ExactPermutation Method = "exact permutation"
	// ExactCount: the exact null distribution of Kendall's tau without ties, n <= 33.
	ExactCount Method = "exact count"
	// TApproximation: rho sqrt((n-2)/(1-rho^2)) against Student's t with n - 2
	// degrees of freedom.
	TApproximation Method = "t approximation"
	// NormalApproximation of Kendall's score, its variance corrected for ties.
	NormalApproximation Method = "normal approximation"
)

// Coefficient is a rank correlation with its p-value.
type Coefficient struct {
	// Value in [-1, 1].
	Value float64
	// N items have a value on both sides.
	N int
	// P is the two-sided p-value of no association, found by Method.
	P      float64
	Method Method
	// Reason says why Value and P are NaN; empty where they are not.
	Reason string
}

// Spearman returns Spearman's rank correlation of two columns of equal length,
// over the rows where neither is NaN. Equal values share the mean of their
// ranks. It takes O(n log n).
//
// The error names a column (0 is x, 1 is y) of another length or with an infinite
// value. Fewer than [MinItems] rows and columns without variance are no errors:
// they give NaN with a reason.
func Spearman(x, y []float64) (Coefficient, error) {
	s, err := pairOf(x, y)
	if err != nil {
		return Coefficient{}, err
	}
	out := Coefficient{Value: math.NaN(), N: s.n, P: math.NaN(), Reason: s.reason("column 0", "column 1")}
	if out.Reason != "" {
		return out, nil
	}
	out.Value = s.rho()
	if s.n <= exactPermutation {
		out.Method = ExactPermutation
		out.P, _ = s.permutationP(s.concordance())
	} else {
		out.P, out.Method = s.spearmanP(out.Value)
	}
	return out, nil
}

// Kendall returns Kendall's tau-b of two columns of equal length, over the rows
// where neither is NaN. It takes O(n log n). Errors and reasons are those of
// [Spearman].
func Kendall(x, y []float64) (Coefficient, error) {
	s, err := pairOf(x, y)
	if err != nil {
		return Coefficient{}, err
	}
	out := Coefficient{Value: math.NaN(), N: s.n, P: math.NaN(), Reason: s.reason("column 0", "column 1")}
	if out.Reason != "" {
		return out, nil
	}
	c := s.concordance()
	out.Value = c.tau()
	if s.n <= exactPermutation {
		out.Method = ExactPermutation
		_, out.P = s.permutationP(c)
	} else {
		out.P, out.Method = s.kendallP(c)
	}
	return out, nil
}

func pairOf(x, y []float64) (*shared, error) {
	if err := check([][]float64{x, y}); err != nil {
		return nil, err
	}
	s := new(shared)
	s.join(x, y, ascending(x), ascending(y))
	return s, nil
}

// spearmanP returns the two-sided p-value of rho beyond the reach of exhaustive
// permutation.
func (s *shared) spearmanP(rho float64) (float64, Method) {
	if math.Abs(rho) == 1 {
		return s.perfectP(), ExactPermutation
	}
	// P(|T| > t) is I(v/(v+t^2); v/2, 1/2) for v degrees of freedom, and v/(v+t^2)
	// is 1 - rho^2.
	return mathext.RegIncBeta(float64(s.n-2)/2, 0.5, (1-rho)*(1+rho)), TApproximation
}
