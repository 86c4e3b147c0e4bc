package bohb

import "math"

// The error function is most of the cost of fitting a density to ten thousand
// points, and its table is three times as fast: cubic Hermite interpolation, whose
// error is below h^4/384 max|erf''''| = 7e-10 for nodes h = 1/64 apart.

const (
	erfNodes = 64 // per unit
	erfEnd   = 6  // erf(6) is 1 to the last digit
)

// erfTable holds value, slope, and the two higher coefficients of each piece.
var erfTable = func() (table [erfNodes*erfEnd + 1][4]float64) {
	slope := func(x float64) float64 { return 2 / math.SqrtPi * math.Exp(-x*x) / erfNodes }
	for i := range table {
		x, y := float64(i)/erfNodes, float64(i+1)/erfNodes
		f, g, df, dg := math.Erf(x), math.Erf(y), slope(x), slope(y)
		table[i] = [4]float64{f, df, 3*(g-f) - 2*df - dg, 2*(f-g) + df + dg}
	}
	return table
}()

// erf is the error function of x >= 0 to an absolute error of 1e-9.
func erf(x float64) float64 {
	if !(x < erfEnd) {
		return 1
	}
	x *= erfNodes
	i := int(x)
	t := x - float64(i)
	c := &erfTable[i]
	return c[0] + t*(c[1]+t*(c[2]+t*c[3]))
}
