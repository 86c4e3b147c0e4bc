package bohb

import "math"

// The error function is most of the cost of fitting a density to ten thousand
// points, and its table is three times as fast: cubic Hermite interpolation, whose
// error is below h^4/384 max|erf''''| = 7e-10 for nodes h = 1/64 apart.

const (
	erfNodes = 64 // per unit
	erfEnd   = 6  // erf(6) is 1 to the last digit
)

var erfTable = func() (table [erfNodes*erfEnd + 1]cubic) {
	slope := func(x float64) float64 { return 2 / math.SqrtPi * math.Exp(-x*x) / erfNodes }
	for i := range table {
		x, y := float64(i)/erfNodes, float64(i+1)/erfNodes
		table[i] = hermite(math.Erf(x), math.Erf(y), slope(x), slope(y))
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
	return erfTable[i].at(x - float64(i))
}

// cubic is a polynomial, the constant first.
type cubic [4]float64

func (c *cubic) at(t float64) float64 { return c[0] + t*(c[1]+t*(c[2]+t*c[3])) }

// hermite returns the cubic with values f and g and slopes df and dg at 0 and 1.
func hermite(f, g, df, dg float64) cubic {
	return cubic{f, df, 3*(g-f) - 2*df - dg, 2*(f-g) + df + dg}
}

// within is the mass of the normal distribution about x in [0, 1] that lies in [0, 1].
func within(x, h float64) float64 {
	scale := 1 / (math.Sqrt2 * h)
	return withinZ((x-0.5)*scale, 0.5*scale)
}

// withinZ is the mass of the normal distribution about z with variance 1/2 that lies in
// [-half, half], for z in there.
func withinZ(z, half float64) float64 { return 0.5 * (erf(half-z) + erf(half+z)) }

// massTable is the log of withinZ for one half at many z, where that pays.
type massTable struct {
	half, perUnit float64
	nodes         []cubic
}

const massNodes = 512

// useful tells whether a table for n points would have nodes as close as those of
// erf, and be faster.
func (m *massTable) useful(half float64, n int) bool {
	return n > 4*massNodes && 2*half*erfNodes <= massNodes
}

func (m *massTable) fill(half float64) {
	m.half, m.perUnit = half, massNodes/(2*half)
	m.nodes = resize(m.nodes, massNodes+1)
	node := func(i int) (f, df float64) {
		z := float64(i)/m.perUnit - half
		a, b := max(half-z, 0), half+z
		mass := 0.5 * (erf(a) + erf(b))
		return math.Log(mass), (expOfMinus(b*b) - expOfMinus(a*a)) / (math.SqrtPi * m.perUnit * mass)
	}
	f, df := node(0)
	for i := range m.nodes {
		g, dg := node(min(i+1, massNodes))
		m.nodes[i] = hermite(f, g, df, dg)
		f, df = g, dg
	}
}

func (m *massTable) at(z float64) float64 {
	t := (z + m.half) * m.perUnit
	i := int(t)
	return m.nodes[i].at(t - float64(i))
}
