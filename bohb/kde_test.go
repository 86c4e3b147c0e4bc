package bohb

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nasalyze/nasalyze"
)

func mustSpace(t testing.TB, params []nasalyze.Param, conditions []nasalyze.Condition, forbidden []nasalyze.Clause) *nasalyze.Space {
	t.Helper()
	s, err := nasalyze.NewSpace("", params, conditions, forbidden)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func texts(names ...string) []nasalyze.Value {
	var v []nasalyze.Value
	for _, n := range names {
		v = append(v, nasalyze.Text(n))
	}
	return v
}

// everyKind is a space with a parameter of each kind, conditions and a forbidden combination.
func everyKind(t testing.TB) *nasalyze.Space {
	return mustSpace(t, []nasalyze.Param{
		{Name: "lr", Lower: 1e-5, Upper: 1, Log: true},
		{Name: "layers", Kind: nasalyze.Int, Lower: 1, Upper: 4},
		{Name: "units", Kind: nasalyze.Int, Lower: 8, Upper: 1024, Log: true},
		{Name: "dropout", Lower: 0, Upper: 0.5, Step: 0.1},
		{Name: "size", Kind: nasalyze.Ordinal, Choices: texts("s", "m", "l")},
		{Name: "optimizer", Kind: nasalyze.Categorical, Choices: texts("adam", "sgd", "rmsprop")},
		{Name: "momentum", Lower: 0, Upper: 0.99},
		{Name: "schedule", Kind: nasalyze.Categorical, Choices: texts("step", "cosine")},
		{Name: "version", Kind: nasalyze.Constant, Choices: []nasalyze.Value{nasalyze.Integer(3)}},
	}, []nasalyze.Condition{
		{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "optimizer", Values: texts("sgd")}},
		{Child: "schedule", When: nasalyze.Clause{Op: nasalyze.In, Param: "optimizer", Values: texts("sgd", "rmsprop")}},
	}, []nasalyze.Clause{
		{Op: nasalyze.And, Clauses: []nasalyze.Clause{
			{Op: nasalyze.Eq, Param: "layers", Values: []nasalyze.Value{nasalyze.Integer(4)}},
			{Op: nasalyze.Eq, Param: "size", Values: texts("l")}}},
	})
}

// columns turns rows of coordinates into columns.
func columns(dims []dim, u []float64) (l *layout, v *values, rows []int32) {
	l = newLayout(dims)
	all := l.newValues()
	for i := range len(u) / len(dims) {
		all.add(l, u[i*len(dims):(i+1)*len(dims)])
		rows = append(rows, int32(i))
	}
	return l, &all, rows
}

// sampleRows draws configurations of a space and returns their coordinates, row by row.
func sampleRows(t testing.TB, p *proposer, rng *rand.Rand, n int) (u []float64) {
	t.Helper()
	for range n {
		x, err := p.random(rng)
		if err != nil {
			t.Fatal(err)
		}
		x, err = p.encode(p.decode(x))
		if err != nil {
			t.Fatal(err)
		}
		u = append(u, x...)
	}
	return u
}

// integrate sums a density over all discrete levels and integrates it over all
// continuous dimensions (Simpson's rule); active decides which coordinates count.
func integrate(k *kde, u []float64, j int, active func(u []float64, j int) bool) float64 {
	if j == len(k.dims) {
		var p point
		p.set(k.dims, u)
		return math.Exp(k.logDensity(&p))
	}
	d := &k.dims[j]
	sum := 0.0
	switch {
	case !active(u, j):
		u[j] = math.NaN()
		return integrate(k, u, j+1, active)
	case d.categorical:
		for c := range d.levels {
			u[j] = float64(c)
			sum += integrate(k, u, j+1, active)
		}
	case d.levels > 0:
		for c := range d.levels {
			u[j] = d.centres[c]
			sum += integrate(k, u, j+1, active)
		}
	default:
		n := 4000 // a bandwidth may be small where few points are active
		if len(u) == 2 && k.dims[0].levels == 0 && k.dims[1].levels == 0 {
			n = 400
		}
		for i := range n + 1 {
			w := 2.0
			switch {
			case i == 0 || i == n:
				w = 1
			case i%2 == 1:
				w = 4
			}
			u[j] = float64(i) / float64(n)
			sum += w / float64(3*n) * integrate(k, u, j+1, active)
		}
	}
	return sum
}

// Densities integrate to 1 over the cube, whatever the kinds of parameters, where
// points lie (the corners included), and how many.
func TestDensityIntegratesToOne(t *testing.T) {
	always := func([]float64, int) bool { return true }
	spaces := map[string][]nasalyze.Param{
		"float":             {{Name: "x", Lower: 0, Upper: 1}},
		"two floats":        {{Name: "x", Lower: 0, Upper: 1}, {Name: "y", Lower: 1, Upper: 100, Log: true}},
		"int":               {{Name: "n", Kind: nasalyze.Int, Lower: 1, Upper: 5}, {Name: "m", Kind: nasalyze.Int, Lower: 1, Upper: 16, Log: true}},
		"stepped log":       {{Name: "n", Kind: nasalyze.Int, Lower: 1, Upper: 16, Log: true, Step: 3}, {Name: "x", Lower: 0, Upper: 1}},
		"ordinal":           {{Name: "o", Kind: nasalyze.Ordinal, Choices: texts("a", "b", "c")}, {Name: "x", Lower: 0, Upper: 1}},
		"categorical":       {{Name: "c", Kind: nasalyze.Categorical, Choices: texts("a", "b", "c", "d")}, {Name: "b", Kind: nasalyze.Categorical, Choices: texts("y", "n")}},
		"categorical float": {{Name: "c", Kind: nasalyze.Categorical, Choices: texts("a", "b", "c")}, {Name: "x", Lower: 0, Upper: 1}},
	}
	for name, params := range spaces {
		p := newProposer(mustSpace(t, params, nil, nil))
		for _, n := range []int{3, 40, 700} { // 700 points are more than two blocks
			if n > 100 && len(params) > 1 && name == "two floats" {
				n = 300
			}
			rng := rand.New(rand.NewPCG(uint64(n), 7))
			u := sampleRows(t, p, rng, n)
			for j := range p.dims { // a point in each of two corners
				if p.dims[j].levels == 0 {
					u[j], u[len(p.dims)+j] = 0, 1
				}
			}
			var k kde
			l, v, rows := columns(p.dims, u)
			k.fit(l, v, rows, 1e-3)
			if got := integrate(&k, make([]float64, len(p.dims)), 0, always); math.Abs(got-1) > 1e-6 {
				t.Errorf("%s, %d points: the density integrates to %v", name, n, got)
			}
		}
	}
}

// In a conditional space the integral is over all configurations: over a child only
// where its parent switches it on.
func TestConditionalDensityIntegratesToOne(t *testing.T) {
	s := mustSpace(t, []nasalyze.Param{
		{Name: "opt", Kind: nasalyze.Categorical, Choices: texts("adam", "sgd", "none")},
		{Name: "momentum", Lower: 0, Upper: 1},
		{Name: "nesterov", Kind: nasalyze.Categorical, Choices: texts("y", "n")},
		{Name: "warmup", Kind: nasalyze.Int, Lower: 0, Upper: 3},
	}, []nasalyze.Condition{
		{Child: "momentum", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "opt", Values: texts("sgd")}},
		{Child: "nesterov", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "opt", Values: texts("sgd")}},
		{Child: "warmup", When: nasalyze.Clause{Op: nasalyze.Ne, Param: "opt", Values: texts("none")}},
	}, nil)
	p := newProposer(s)
	active := func(u []float64, j int) bool {
		return j == 0 || (j == 3 && u[0] != 2) || u[0] == 1
	}
	for _, n := range []int{1, 2, 12, 300} {
		l, v, rows := columns(p.dims, sampleRows(t, p, rand.New(rand.NewPCG(3, uint64(n))), n))
		var k kde
		k.fit(l, v, rows, 1e-3)
		if got := integrate(&k, make([]float64, len(p.dims)), 0, active); math.Abs(got-1) > 1e-6 {
			t.Errorf("%d points: the density integrates to %v", n, got)
		}
	}
}

// Candidates drawn with a bandwidth factor of 1 have the distribution that the
// density says, so that both are truncated and discretised alike. Categoricals are
// kept a little more often than the kernel says: 1-h and a share of the rest.
func TestDrawsHaveTheDensity(t *testing.T) {
	p := newProposer(mustSpace(t, []nasalyze.Param{
		{Name: "x", Lower: 0, Upper: 1},
		{Name: "n", Kind: nasalyze.Int, Lower: 1, Upper: 8, Log: true},
	}, nil, nil))
	rng := rand.New(rand.NewPCG(5, 5))
	l, v, rows := columns(p.dims, sampleRows(t, p, rng, 12))
	m := model{layout: l, opt: &Options{BandwidthFactor: 1}, values: *v}
	o := &observations{rows: rows}
	k := &o.good
	k.fit(l, v, rows, 1e-3)
	const bins, draws = 10, 400_000
	var counts [bins][8]float64
	x := make([]float64, 2)
	for range draws {
		m.draw(rng, o, x)
		counts[min(int(x[0]*bins), bins-1)][p.dims[1].level(x[1])]++
	}
	// Pearson's statistic against the density, integrated over each bin.
	chi := 0.0
	for b := range bins {
		for c := range 8 {
			mass := 0.0
			const steps = 200
			for i := range steps {
				var at point
				at.set(p.dims, []float64{(float64(b) + (float64(i)+0.5)/steps) / bins, p.dims[1].centres[c]})
				mass += math.Exp(k.logDensity(&at)) / (bins * steps)
			}
			e := mass * draws
			chi += (counts[b][c] - e) * (counts[b][c] - e) / e
		}
	}
	// 79 degrees of freedom: mean 79, standard deviation 12.6.
	if chi > 140 {
		t.Errorf("chi-squared %v with 79 degrees of freedom", chi)
	}
}

// Categorical bandwidths do not depend on the order of the choices, are the minimum
// where all points agree, and reach the uniform kernel at most.
func TestCategoricalBandwidth(t *testing.T) {
	a := categoricalBandwidth([]float64{10, 0, 5}, 15, 1e-3)
	b := categoricalBandwidth([]float64{5, 10, 0}, 15, 1e-3)
	if math.Abs(a-b) > 1e-15 {
		t.Errorf("bandwidth %v, and %v with the choices in another order", a, b)
	}
	// By hand: sum p^2 = 40/64 = 5/8, w = (3/8) / (7 (5/8 - 1/2)) = 3/7.
	if got := categoricalBandwidth([]float64{2, 6}, 8, 1e-3); math.Abs(got-3.0/14) > 1e-15 {
		t.Errorf("bandwidth %v, want 3/14", got)
	}
	for _, counts := range [][]float64{{1, 1, 1, 1}, {10, 10, 10, 10}, {11, 9, 10, 10}} {
		if got := categoricalBandwidth(counts, int(counts[0]+counts[1]+counts[2]+counts[3]), 1e-3); got != 0.75 {
			t.Errorf("bandwidth %v of %v, want the uniform kernel's 3/4", got, counts)
		}
	}
	if got := categoricalBandwidth([]float64{0, 9, 0}, 9, 1e-3); math.Abs(got-1e-3) > 1e-15 {
		t.Errorf("bandwidth %v where all agree, want the minimum", got)
	}
}

// The bandwidth is what makes the expected squared error of the shares least, here
// found by trying all weights on many samples of a known distribution.
func TestCategoricalBandwidthIsBest(t *testing.T) {
	p := []float64{0.5, 0.3, 0.1, 0.1}
	rng := rand.New(rand.NewPCG(6, 6))
	const n, samples, steps = 40, 20_000, 100
	var risk [steps + 1]float64
	mean := 0.0
	for range samples {
		counts := make([]float64, len(p))
		for range n {
			r, c := rng.Float64(), 0
			for ; c < len(p)-1 && r >= p[c]; c++ {
				r -= p[c]
			}
			counts[c]++
		}
		mean += categoricalBandwidth(counts, n, 1e-3) / 0.75 / samples
		for s := range risk {
			w := float64(s) / steps
			for c := range p {
				e := (1-w)*counts[c]/n + w/4 - p[c]
				risk[s] += e * e
			}
		}
	}
	best := 0
	for s := range risk {
		if risk[s] < risk[best] {
			best = s
		}
	}
	if want := float64(best) / steps; math.Abs(mean-want) > 0.03 {
		t.Errorf("weight of the uniform distribution %v on average, the best is %v", mean, want)
	}
}

// statsmodels 0.14.4, KDEMultivariate(data, "cc", "normal_reference"), on
// data = [[0.1, 0.9], [0.4, 0.5], [0.35, 0.2], [0.8, 0.45], [0.55, 0.6]]:
// bandwidths, and the density at [0.45, 0.5] of untruncated kernels, which there
// differs from ours by the mass of each kernel outside the cube alone.
func TestDensityOfStatsmodels(t *testing.T) {
	p := newProposer(mustSpace(t, []nasalyze.Param{{Name: "x", Lower: 0, Upper: 1}, {Name: "y", Lower: 0, Upper: 1}}, nil, nil))
	u := []float64{0.1, 0.9, 0.4, 0.5, 0.35, 0.2, 0.8, 0.45, 0.55, 0.6}
	l, v, rows := columns(p.dims, u)
	var k kde
	k.fit(l, v, rows, 1e-3)
	for j, want := range []float64{0.18731885439380055, 0.1841347325530132} {
		if math.Abs(k.cols[j].h-want) > 1e-12 {
			t.Errorf("bandwidth %d is %v, statsmodels has %v", j, k.cols[j].h, want)
		}
	}
	density := 0.0
	for i := range 5 {
		term := 0.2
		for j, at := range []float64{0.45, 0.5} {
			z := (at - u[2*i+j]) / k.cols[j].h
			term *= math.Exp(-z*z/2) / (k.cols[j].h * math.Sqrt(2*math.Pi))
		}
		density += term
	}
	if want := 1.96382929603182; math.Abs(density-want) > 1e-12 {
		t.Errorf("untruncated density %v, statsmodels has %v", density, want)
	}
	untruncated := 0.0
	for i := range 5 {
		var one kde
		one.fit(l, v, rows, 1e-3)
		mass := within(u[2*i], k.cols[0].h) * within(u[2*i+1], k.cols[1].h)
		var sum logSum
		sum.max = math.Inf(-1)
		var at point
		at.set(p.dims, []float64{0.45, 0.5})
		one.moveTo(&at)
		one.kernels(i, i+1, &sum)
		untruncated += math.Exp(one.logOf(&sum)) * mass
	}
	if math.Abs(untruncated-density) > 1e-12 {
		t.Errorf("kernels times their mass inside the cube are %v, want %v", untruncated, density)
	}
}

// The table of the error function, against the standard library's.
func TestErf(t *testing.T) {
	for x := 0.0; x < 7; x += 0.00037 {
		if d := math.Abs(erf(x) - math.Erf(x)); d > 1e-9 {
			t.Fatalf("erf(%v) is off by %v", x, d)
		}
	}
}

// The table of the mass within the cube, against the standard library's error function.
func TestMassTable(t *testing.T) {
	var m massTable
	for _, half := range []float64{0.36, 1, 2, 3.9} {
		if !m.useful(half, 1e5) {
			t.Fatalf("no table for %v", half)
		}
		m.fill(half)
		for z := -half; z <= half; z += half / 7777 {
			if d := math.Abs(m.at(z) - math.Log((math.Erf(half-z)+math.Erf(half+z))/2)); d > 4e-9 {
				t.Fatalf("half %v: the log of the mass at %v is off by %v", half, z, d)
			}
		}
		if i := int((half + half) * m.perUnit); i >= len(m.nodes) {
			t.Errorf("half %v: node %d is beyond the table", half, i)
		}
	}
}

// The table of the exponential function, against the standard library's.
func TestExpOfMinus(t *testing.T) {
	for x := 0.0; x < 690; x += 0.00437 {
		if d := math.Abs(expOfMinus(x)/math.Exp(-x) - 1); d > 5e-10 {
			t.Fatalf("exp(-%v) is off by a factor of 1 + %v", x, d)
		}
	}
	for _, x := range []float64{694, 1e3, 1e6, 1e15, 1e18, 1e30} {
		if e := expOfMinus(x); !(e >= 0 && e < 1e-200) {
			t.Errorf("exp(-%v) is %v", x, e)
		}
	}
}

// The density against its definition, kernel by kernel with the functions of the
// standard library, in a space with every kind of parameter and one of many choices.
func TestDensityIsTheSumOfItsKernels(t *testing.T) {
	many := make([]nasalyze.Value, 300)
	for i := range many {
		many[i] = nasalyze.Integer(int64(i))
	}
	space := everyKind(t)
	space = mustSpace(t, append(space.Params, nasalyze.Param{Name: "many", Kind: nasalyze.Categorical, Choices: many}),
		append(space.Conditions, nasalyze.Condition{Child: "many", When: nasalyze.Clause{Op: nasalyze.Ne, Param: "optimizer", Values: texts("adam")}}), space.Forbidden)
	p := newProposer(space)
	for _, n := range []int{9, 300, 3000} {
		u := sampleRows(t, p, rand.New(rand.NewPCG(2, uint64(n))), n)
		l, v, rows := columns(p.dims, u)
		var k kde
		k.fit(l, v, rows, 1e-3)
		at := sampleRows(t, p, rand.New(rand.NewPCG(3, 3)), 20)
		for d := len(p.dims); len(at) > 0; at = at[d:] {
			var q point
			q.set(p.dims, at[:d])
			sum := 0.0
			for i := range n {
				sum += math.Exp(logKernel(&k, u[i*d:(i+1)*d], &q)) / float64(n)
			}
			if got := k.logDensity(&q); math.Abs(got-math.Log(sum)) > 1e-8 {
				t.Errorf("%d points: log density %v, want %v", n, got, math.Log(sum))
			}
		}
	}
}

// logKernel is the log of the kernel about the point x0 at q, with the bandwidths of k.
func logKernel(k *kde, x0 []float64, q *point) float64 {
	normal := func(x float64) float64 { return math.Erf(x/math.Sqrt2) / 2 }
	sum := 0.0
	for j := range k.dims {
		d, c, x, at := &k.dims[j], &k.cols[j], x0[j], q.u[j]
		switch {
		case at != at:
		case x != x || c.uniform:
			if d.levels > 0 {
				sum += d.logUniform[q.level[j]]
			}
		case d.categorical && x == at:
			sum += math.Log(1 - c.h)
		case d.categorical:
			sum += math.Log(c.h / float64(d.levels-1))
		default:
			mass := normal((1-x)/c.h) + normal(x/c.h)
			if d.levels == 0 {
				sum += -(at-x)*(at-x)/(2*c.h*c.h) - math.Log(c.h*math.Sqrt(2*math.Pi)*mass)
				continue
			}
			x = d.centres[d.level(x)]
			mass = normal((1-x)/c.h) + normal(x/c.h)
			lo, hi := d.edges[q.level[j]], d.edges[q.level[j]+1]
			sum += math.Log((normal((hi-x)/c.h) - normal((lo-x)/c.h)) / mass)
		}
	}
	return sum
}
