package bohb

import (
	"math"
	"math/rand/v2"
	"slices"
	"sort"
)

// observations are all results at one budget, and the densities of the good and
// the bad ones among them.
type observations struct {
	budget float64
	rows   []int32   // of the configurations in the values of the model, by loss, equal ones as they came
	loss   []float64 // ascending; +Inf where the trial failed
	finite int

	good, bad kde
	fitted    int // number of results that the densities were fitted to
}

// add takes in a result. A loss that is not finite counts as +Inf.
func (o *observations) add(row int32, loss float64) {
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		loss = math.Inf(1)
	} else {
		o.finite++
	}
	at := sort.Search(len(o.loss), func(i int) bool { return o.loss[i] > loss })
	o.rows = slices.Insert(o.rows, at, row)
	o.loss = slices.Insert(o.loss, at, loss)
}

// split returns how many of the best results are good and how many of the worst are bad,
// 0 if there are too few results for a model (Falkner et al. 2018, equation 3 and algorithm 2): there
// are at least MinPoints of either, so that a few results in the middle of few are both.
func (o *observations) split(opt *Options) (good, bad int) {
	n := len(o.loss)
	if o.finite < opt.MinPoints || n < opt.MinPoints+2 {
		return 0, 0
	}
	good = min(max(opt.MinPoints, int(math.Floor(opt.GoodFraction*float64(n)+slack))), o.finite)
	return good, max(opt.MinPoints, n-good)
}

// model proposes configurations from the results so far.
type model struct {
	*layout
	opt     *Options
	values  values           // of all configurations that have a result
	row     map[uint64]int32 // of a configuration in values, by its key
	budgets []*observations  // ascending
	least   float64          // results at smaller budgets are not modelled
	told    int              // number of results
	pool    pool

	// buffers of propose
	candidates []point
	coords     []float64
	scores     []score
}

func newModel(dims []dim, opt *Options) *model {
	l := newLayout(dims)
	return &model{layout: l, opt: opt, values: l.newValues(), row: make(map[uint64]int32)}
}

// score is what is known of a candidate: the log of the good density, the sum over
// the first block of the bad one, and the log of their ratio.
type score struct {
	candidate   int
	good, floor float64
	bad         logSum
	ratio       float64
}

// observe takes in the result of a trial. No result is dropped, whatever its budget.
func (m *model) observe(budget float64, u []float64, loss float64) {
	i, found := slices.BinarySearchFunc(m.budgets, budget, func(o *observations, b float64) int {
		switch {
		case sameBudget(o.budget, b):
			return 0
		case o.budget < b:
			return -1
		}
		return 1
	})
	if !found {
		m.budgets = slices.Insert(m.budgets, i, &observations{budget: budget})
	}
	k := keyOf(u)
	row, known := m.row[k]
	if !known {
		row = int32(m.values.n)
		m.row[k] = row
		m.values.add(m.layout, u)
	}
	m.budgets[i].add(row, loss)
	m.told++
}

// sameBudget tells whether two budgets differ by rounding alone.
func sameBudget(a, b float64) bool { return math.Abs(a-b) <= slack*math.Abs(b) }

// given tells whether a budget is below those that are modelled.
func (m *model) given(budget float64) bool {
	return budget < m.least && !sameBudget(budget, m.least)
}

// current returns the results at the largest budget that has any if they are enough
// for a model, else those of all budgets, with the densities up to date; nil if even
// these are too few.
func (m *model) current() *observations {
	if len(m.budgets) == 0 {
		return nil
	}
	o := m.budgets[len(m.budgets)-1]
	if m.given(o.budget) {
		return nil
	}
	good, bad := o.split(m.opt)
	if good == 0 {
		o = m.pooled()
		good, bad = o.split(m.opt)
	}
	if good == 0 {
		return nil
	}
	if o.fitted != m.told {
		o.good.fit(m.layout, &m.values, o.rows[:good], m.opt.MinBandwidth)
		o.bad.fit(m.layout, &m.values, o.rows[len(o.rows)-bad:], m.opt.MinBandwidth)
		o.fitted = m.told
	}
	return o
}

// leastRatio is HpBandSter's cut-off of both densities, 1e-32, here relative to the
// uniform density so that it means the same whatever the number of choices.
const leastRatio = 1e-32

// propose draws candidates about good points and returns the one with the largest
// ratio of the good density to the bad one among those that are fresh, nil if there
// is no model or none is. Candidates that legal refuses are drawn again; it may set
// coordinates of inactive parameters to NaN.
//
// The bad density, over most of the points, is the expensive part. It only grows
// while points are added to it, so that a candidate is given up as soon as its
// ratio is below the best: the result is the same, at a fraction of the work.
func (m *model) propose(rng *rand.Rand, legal, fresh func(u []float64) bool) []float64 {
	o := m.current()
	if o == nil {
		return nil
	}
	d := len(m.dims)
	if m.candidates == nil {
		m.candidates = make([]point, m.opt.Samples)
		m.coords = make([]float64, d*m.opt.Samples)
		m.scores = make([]score, 0, m.opt.Samples)
	}
	m.scores = m.scores[:0]
	for i := range m.candidates {
		u := m.coords[i*d : (i+1)*d]
		drawn := false
		for try := 0; try < maxRedraws && !drawn; try++ {
			m.draw(rng, o, u)
			drawn = legal(u)
		}
		if !drawn {
			continue
		}
		c := &m.candidates[i]
		c.set(m.dims, u)
		s := score{candidate: i, bad: logSum{max: math.Inf(-1)}, floor: c.logUniform(m.dims) + math.Log(leastRatio)}
		s.good = max(o.good.logDensity(c), s.floor)
		o.bad.moveTo(c)
		o.bad.kernels(0, min(block, o.bad.n), &s.bad)
		s.ratio = s.good - o.bad.logOf(&s.bad)
		m.scores = append(m.scores, s)
	}
	if len(m.scores) == 0 {
		return nil
	}
	slices.SortStableFunc(m.scores, func(a, b score) int {
		switch {
		case a.ratio > b.ratio:
			return -1
		case a.ratio < b.ratio:
			return 1
		}
		return 0
	})
	best, ratio := -1, math.Inf(-1)
	for _, s := range m.scores {
		o.bad.moveTo(&m.candidates[s.candidate])
		bad := max(o.bad.logDensityUntil(block, s.bad, s.good-ratio), s.floor)
		if r := s.good - bad; (best < 0 || r > ratio) && fresh(m.candidates[s.candidate].u) {
			best, ratio = s.candidate, r
		}
	}
	if best < 0 {
		return nil
	}
	return m.candidates[best].u
}

// maxRedraws bounds the draws for one candidate in a space with forbidden
// combinations; where all fail the candidate is left out.
const maxRedraws = 100

// draw sets u to a candidate about a good point: numeric coordinates from the
// truncated normal distribution with a bandwidth wider by BandwidthFactor, levels of
// categoricals kept with probability 1-h, else uniform (HpBandSter, BOHB.get_config).
func (m *model) draw(rng *rand.Rand, o *observations, u []float64) {
	good := &o.good
	i := rng.IntN(good.n)
	for _, dims := range [][]int{m.always, m.sometimes} {
		for _, j := range dims {
			c, x := &good.cols[j], m.values.x[j][o.rows[i]]
			r := rng.Float64()
			if c.uniform || x != x { // the point has no value here
				u[j] = m.dims[j].prior(r)
			} else {
				u[j] = truncatedNormal(x, m.opt.BandwidthFactor*c.h, r)
			}
		}
	}
	for g := range m.cells {
		for k, j := range m.cells[g].dims {
			d, c, level := &m.dims[j], &good.cols[j], m.cells[g].level(m.dims, k, good.cell[g][i])
			r := rng.Float64()
			switch {
			case c.uniform || level == d.levels:
				u[j] = d.prior(r)
			case !d.categorical:
				u[j] = truncatedNormal(d.centres[level], m.opt.BandwidthFactor*c.h, r)
			case r < 1-c.h:
				u[j] = float64(level)
			default:
				u[j] = math.Floor(rng.Float64() * float64(d.levels))
			}
		}
	}
}

// truncatedNormal maps a uniform draw r to the normal distribution about mean in
// [0, 1], truncated to [0, 1], by the inverse of its distribution function.
func truncatedNormal(mean, deviation, r float64) float64 {
	z := math.Sqrt2 * deviation
	lo, hi := math.Erf(-mean/z), math.Erf((1-mean)/z)
	return min(max(mean+z*math.Erfinv(lo+r*(hi-lo)), 0), 1)
}
