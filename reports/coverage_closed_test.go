package reports

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze"
)

// closedForm is a function over a box whose decomposition is known.
type closedForm struct {
	name         string
	d            int
	lower, upper float64
	f            func(x []float64) float64
	noise        float64 // standard deviation
	exact        truth
}

// friedman is Friedman's first function ("Multivariate adaptive regression splines",
// Annals of Statistics 19, 1991, equation 61) with any factors, among d columns:
// a sin(pi x0 x1) + b (x2 - 1/2)^2 + c x3 + e x4.
func friedman(d int, a, b, c, e float64) closedForm {
	// The mean of sin(pi x y) over y is (1 - cos(pi x)) / (pi x); what has no closed
	// form is summed over midpoints.
	over := func(x float64) float64 { return a * (1 - math.Cos(math.Pi*x)) / (math.Pi * x) }
	const cells = 2000
	mean, main, both := 0.0, 0.0, 0.0
	for i := range cells {
		x := (float64(i) + 0.5) / cells
		m := over(x)
		mean += m / cells
		main += m * m / cells
		// The mean of sin^2 over y.
		both += a * a * (0.5 - math.Sin(2*math.Pi*x)/(4*math.Pi*x)) / cells
	}
	main -= mean * mean
	pair := both - mean*mean - 2*main
	two, three, four := b*b/180, c*c/12, e*e/12
	v := 2*main + pair + two + three + four
	out := closedForm{
		name: fmt.Sprintf("friedman %v %v %v %v", a, b, c, e), d: d, upper: 1, noise: 1,
		f: func(x []float64) float64 {
			return a*math.Sin(math.Pi*x[0]*x[1]) + b*(x[2]-0.5)*(x[2]-0.5) + c*x[3] + e*x[4]
		},
	}
	centre := mean + b/12 + c/2 + e/2
	curve := func(x float64) float64 {
		if x == 0 {
			return centre - mean
		}
		return centre - mean + over(x)
	}
	out.exact = truth{
		mains:  append([]float64{main / v, main / v, two / v, three / v, four / v}, make([]float64, d-5)...),
		totals: append([]float64{(main + pair) / v, (main + pair) / v, two / v, three / v, four / v}, make([]float64, d-5)...),
		curves: []func(float64) float64{curve, curve,
			func(x float64) float64 { return centre - b/12 + b*(x-0.5)*(x-0.5) },
			func(x float64) float64 { return centre + c*(x-0.5) },
			func(x float64) float64 { return centre + e*(x-0.5) }},
	}
	for range d - 5 {
		out.exact.curves = append(out.exact.curves, func(float64) float64 { return centre })
	}
	out.setPairs(map[[2]int]float64{{0, 1}: pair / v})
	return out
}

// ishigami is the function of Ishigami and Homma ("An importance quantification
// technique in uncertainty analysis for computer models", ISUMA 1990) with a = 7, b = 0.1.
func ishigami() closedForm {
	const a, b = 7, 0.1
	pi4 := math.Pow(math.Pi, 4)
	one := (1 + b*pi4/5) * (1 + b*pi4/5) / 2
	two := a * a / 8.0
	pair := 8 * b * b * pi4 * pi4 / 225
	v := one + two + pair
	out := closedForm{
		name: "ishigami", d: 3, lower: -math.Pi, upper: math.Pi, noise: 0.4,
		f: func(x []float64) float64 {
			return math.Sin(x[0]) + a*math.Sin(x[1])*math.Sin(x[1]) + b*math.Pow(x[2], 4)*math.Sin(x[0])
		},
		exact: truth{
			mains: []float64{one / v, two / v, 0}, totals: []float64{(one + pair) / v, two / v, pair / v},
			curves: []func(float64) float64{
				func(x float64) float64 { return a/2.0 + math.Sin(x)*(1+b*pi4/5) },
				func(x float64) float64 { return a * math.Sin(x) * math.Sin(x) },
				func(float64) float64 { return a / 2.0 }},
		},
	}
	out.setPairs(map[[2]int]float64{{0, 2}: pair / v})
	return out
}

// sobolG is Sobol's g-function, the product of (|4x - 2| + a) / (1 + a) (Saltelli and
// Sobol, "About the use of rank transformation in sensitivity analysis of model
// output", Reliability Engineering and System Safety 50, 1995).
func sobolG(a ...float64) closedForm {
	var part []float64 // variance of each factor, whose mean is 1
	v := 1.0
	for _, a := range a {
		part = append(part, 1/(3*(1+a)*(1+a)))
		v *= 1 + 1/(3*(1+a)*(1+a))
	}
	v--
	out := closedForm{
		name: fmt.Sprint("g ", a), d: len(a), upper: 1, noise: 0.1,
		f: func(x []float64) float64 {
			y := 1.0
			for j, a := range a {
				y *= (math.Abs(4*x[j]-2) + a) / (1 + a)
			}
			return y
		},
	}
	pairs := make(map[[2]int]float64)
	for j, p := range part {
		out.exact.mains = append(out.exact.mains, p/v)
		out.exact.totals = append(out.exact.totals, p*(v+1)/(1+p)/v)
		out.exact.curves = append(out.exact.curves, func(x float64) float64 { return (math.Abs(4*x-2) + a[j]) / (1 + a[j]) })
		for i := range j {
			pairs[[2]int{i, j}] = part[i] * p / v
		}
	}
	out.setPairs(pairs)
	return out
}

func (c *closedForm) setPairs(share map[[2]int]float64) {
	for j := range c.d {
		for i := range j {
			c.exact.pairs = append(c.exact.pairs, pairTruth{i, j, share[[2]int{i, j}]})
		}
	}
}

// sample is a log of n random points at budget 1 for the first function, and of half
// of them, at random, at budget 2 for the second if there is one.
func sampleOf(t *testing.T, n int, seed uint64, functions ...closedForm) *nasalyze.Study {
	first := functions[0]
	var params []nasalyze.Param
	for j := range first.d {
		params = append(params, nasalyze.Param{Name: fmt.Sprint("x", j), Kind: nasalyze.Float, Lower: first.lower, Upper: first.upper})
	}
	space, err := nasalyze.NewSpace("closed", params, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Name: "closed", Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	src := rand.New(rand.NewPCG(seed, 7))
	x := make([]float64, first.d)
	for i := range n {
		values := make([]nasalyze.Value, first.d)
		for j := range x {
			x[j] = first.lower + (first.upper-first.lower)*src.Float64()
			values[j] = nasalyze.Number(x[j])
		}
		s.Configs = append(s.Configs, nasalyze.Config{ID: fmt.Sprint(i), Values: values})
		for b, c := range functions {
			if b > 0 && src.IntN(2) > 0 {
				continue
			}
			y := c.f(x) + c.noise*src.NormFloat64()
			s.Trials = append(s.Trials, nasalyze.Trial{Config: i, Budget: float64(b + 1), Values: []float64{y},
				Submitted: math.NaN(), Started: math.NaN(), Finished: math.NaN()})
		}
	}
	return s
}

// TestClosedForms checks the decompositions by sampling: the variances of conditional
// means, pair by pair of points that share a column (Saltelli, "Making best use of model
// evaluations to compute sensitivity indices", Computer Physics Communications 145, 2002).
func TestClosedForms(t *testing.T) {
	for _, c := range []closedForm{friedman(6, 10, 20, 10, 5), ishigami(), sobolG(0, 1, 4.5, 9)} {
		src := rand.New(rand.NewPCG(1, 1))
		const n = 200000
		point := func() []float64 {
			x := make([]float64, c.d)
			for j := range x {
				x[j] = c.lower + (c.upper-c.lower)*src.Float64()
			}
			return x
		}
		mean, square := 0.0, 0.0
		mains, totals := make([]float64, c.d), make([]float64, c.d)
		pairs := make([]float64, len(c.exact.pairs))
		for range n {
			p, q := point(), point()
			fp, fq := c.f(p), c.f(q)
			mean += fp / n
			square += fp * fp / n
			mixed := func(columns ...int) float64 { // q with columns of p
				x := append([]float64(nil), q...)
				for _, j := range columns {
					x[j] = p[j]
				}
				return c.f(x)
			}
			for j := range c.d {
				f := mixed(j)
				mains[j] += fp * (f - fq) / n
				totals[j] += (f - fq) * (f - fq) / 2 / n
			}
			for k, e := range c.exact.pairs {
				pairs[k] += fp * (mixed(e.i, e.j) - fq) / n
			}
		}
		v := square - mean*mean
		near := func(what string, got, want float64) {
			t.Helper()
			if math.Abs(got-want) > 0.015 {
				t.Errorf("%s: %s is %.4f, by sampling %.4f", c.name, what, want, got)
			}
		}
		for j := range c.d {
			near(fmt.Sprint("main ", j), mains[j]/v, c.exact.mains[j])
			near(fmt.Sprint("total ", j), totals[j]/v, c.exact.totals[j])
			// A marginal is the mean over the other columns.
			for _, share := range []float64{0.1, 0.5, 0.9} {
				at := c.lower + share*(c.upper-c.lower)
				sum := 0.0
				for range n / 4 {
					x := point()
					x[j] = at
					sum += c.f(x) / (n / 4)
				}
				if want := c.exact.curves[j](at); math.Abs(sum-want) > 0.02*math.Sqrt(v) {
					t.Errorf("%s: the marginal of %d at %.3f is %.4f, by sampling %.4f", c.name, j, at, want, sum)
				}
			}
		}
		for k, e := range c.exact.pairs {
			near(fmt.Sprint("pair ", e.i, e.j), (pairs[k]-mains[e.i]-mains[e.j])/v, e.share)
		}
	}
}

// TestCoverageClosed is TestCoverage for functions whose decomposition is known, with
// noise, and for shifts between two of them.
func TestCoverageClosed(t *testing.T) {
	if *measure == 0 {
		t.Skip("run with -measure=10 to measure coverage")
	}
	printCoverageHead()
	for _, log := range []struct {
		title     string
		functions []closedForm // at one budget each
	}{
		{"Friedman's (10)", []closedForm{friedman(10, 10, 20, 10, 5)}},
		{"Ishigami's (3)", []closedForm{ishigami()}},
		{"the g-function (6)", []closedForm{sobolG(0, 1, 4.5, 9, 99, 99)}},
		{"Friedman's to one with other factors for two parameters", []closedForm{friedman(10, 10, 20, 10, 5), friedman(10, 10, 20, 2, 10)}},
		{"Friedman's at two budgets", []closedForm{friedman(10, 10, 20, 10, 5), friedman(10, 10, 20, 10, 5)}},
	} {
		t.Run(log.title, func(t *testing.T) {
			first, last := log.functions[0].exact, log.functions[len(log.functions)-1].exact
			var shifts []float64
			for j := range first.mains {
				shifts = append(shifts, last.mains[j]-first.mains[j])
			}
			measureCoverage(t, log.title, last, func(n int, seed uint64) *nasalyze.Study { return sampleOf(t, n, seed, log.functions...) }, shifts)
		})
	}
}

// TestUnclearInteraction: in few configurations it is often not clear that half of a smooth interaction is missing;
// intervals hold it all the same.
func TestUnclearInteraction(t *testing.T) {
	whole(t)
	c := friedman(10, 10, 20, 10, 5)
	held := 0
	for seed := range uint64(4) {
		b := analyzed(t, sampleOf(t, 160, seed, c), Options{Seed: seed, Confidence: 0.9, Replicates: 30, Resamples: -1, Brief: true}).Budgets[0]
		if s := b.Importance[c.d].Individual; s.Lo <= c.exact.pairs[0].share && c.exact.pairs[0].share <= s.Hi {
			held++
		}
	}
	if held < 3 {
		t.Errorf("%d of 4 intervals at 90 %% hold the pair", held)
	}
}

// TestSmoothInteractionWarning: an interaction of continuous parameters is warned about where there are
// intervals, which may not hold it, and few configurations.
func TestSmoothInteractionWarning(t *testing.T) {
	for _, c := range []struct {
		n, replicates int
		warned        bool
	}{{150, 20, true}, {150, -1, false}, {200, 10, false}} {
		log := sampleOf(t, c.n, 1, friedman(5, 20, 0, 5, 5))
		a := analyzed(t, log, Options{Replicates: c.replicates, Brief: true})
		warned := slices.ContainsFunc(a.Warnings, func(w Warning) bool { return w.Code == "smooth-interaction" })
		if warned != c.warned {
			t.Errorf("%d configurations, %d replicates, warned: %v", c.n, c.replicates, warned)
		}
	}
}
