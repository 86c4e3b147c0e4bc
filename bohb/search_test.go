package bohb

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze"
)

// ofValues is an invented loss that prefers some values of the space everyKind.
func ofValues(s *nasalyze.Space, values []nasalyze.Value) float64 {
	u, err := s.Encode(values)
	if err != nil {
		panic(err)
	}
	sum := 0.0
	for _, x := range u {
		if x == x {
			sum += (x - 0.3) * (x - 0.3)
		}
	}
	return sum
}

// Every proposal, of the model or not, is a legal configuration of the space:
// values in range, children active exactly where their conditions hold, nothing
// forbidden. The check is the space's own.
func TestProposalsAreLegal(t *testing.T) {
	space := everyKind(t)
	rapid.Check(t, func(t *rapid.T) {
		opt := Options{
			Method: rapid.SampledFrom(Methods()).Draw(t, "method"), MinBudget: 1, MaxBudget: 9, Iterations: 9,
			Async: rapid.Bool().Draw(t, "async"), Seed: rapid.Uint64().Draw(t, "seed"), RandomFraction: -1,
		}
		s, err := New(space, opt)
		if err != nil {
			t.Fatal(err)
		}
		seen := make(map[string][]nasalyze.Value)
		models := 0
		for _, tr := range drive(t, s, rand.New(rand.NewPCG(opt.Seed, 3)), 4, func(tr Trial) float64 { return ofValues(space, tr.Values) }, nil) {
			if errs := space.Check(tr.Values); errs != nil {
				t.Fatalf("trial %d: %v: %v", tr.Number, tr.Values, errs)
			}
			if old, ok := seen[tr.Config]; ok && !slices.Equal(old, tr.Values) {
				t.Fatalf("configuration %s is %v and %v", tr.Config, old, tr.Values)
			}
			seen[tr.Config] = tr.Values
			if tr.Pick == nasalyze.ModelPick {
				models++
			}
		}
		if (models > 0) != (opt.Method == BOHB) {
			t.Fatalf("%d proposals of the model with %v", models, opt.Method)
		}
	})
}

// Parameters of many values cost no more than few, and their proposals are legal.
func TestManyValues(t *testing.T) {
	many := func(n int) (v []nasalyze.Value) {
		for i := range n {
			v = append(v, nasalyze.Integer(int64(i)))
		}
		return v
	}
	space := mustSpace(t, []nasalyze.Param{
		{Name: "c", Kind: nasalyze.Categorical, Choices: many(20_000)},
		{Name: "o", Kind: nasalyze.Ordinal, Choices: many(2000)},
		{Name: "n", Kind: nasalyze.Int, Lower: -1e9, Upper: 1e9},
		{Name: "q", Lower: 0, Upper: 1, Step: 1e-4},
	}, nil, nil)
	s, err := New(space, Options{MinBudget: 1, MaxBudget: 9, Iterations: 9, RandomFraction: -1})
	if err != nil {
		t.Fatal(err)
	}
	models := 0
	for _, tr := range drive(t, s, rand.New(rand.NewPCG(1, 3)), 4, func(tr Trial) float64 { x, _ := tr.Values[2].Float(); return x }, nil) {
		if errs := space.Check(tr.Values); errs != nil {
			t.Fatal(errs)
		}
		if tr.Pick == nasalyze.ModelPick {
			models++
		}
	}
	if models == 0 {
		t.Error("no proposal of the model")
	}
}

// The same seed and the same results in the same order give the same proposals;
// another seed or other results give others.
func TestProposalsAreReproducible(t *testing.T) {
	space := everyKind(t)
	run := func(seed uint64, shift float64) string {
		s, err := New(space, Options{MinBudget: 1, MaxBudget: 27, Iterations: 8, Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		trials := drive(t, s, rand.New(rand.NewPCG(1, 2)), 3, func(tr Trial) float64 { return math.Abs(ofValues(space, tr.Values) - shift) }, nil)
		return fmt.Sprint(trials)
	}
	first := run(1, 0)
	if again := run(1, 0); first != again {
		t.Error("the same search twice gives other trials")
	}
	if first == run(2, 0) {
		t.Error("another seed gives the same trials")
	}
	if first == run(1, 5) {
		t.Error("other results give the same trials")
	}
}

// The candidate that propose returns is the one with the largest ratio, computed
// in full for all candidates: giving some up early changes nothing.
func TestProposeIsTheBestOfAllCandidates(t *testing.T) {
	for _, space := range []*nasalyze.Space{everyKind(t), counting(t, 6, 6)} {
		p := newProposer(space)
		opt, err := Options{}.resolve(len(p.dims))
		if err != nil {
			t.Fatal(err)
		}
		m := newModel(p.dims, &opt)
		rng := rand.New(rand.NewPCG(11, 12))
		for n := range 3000 {
			u, err := p.random(rng)
			if err != nil {
				t.Fatal(err)
			}
			u, err = p.encode(p.decode(u))
			if err != nil {
				t.Fatal(err)
			}
			m.observe(1, u, u[0]+rng.Float64())
			if n%300 != 299 {
				continue
			}
			got := slices.Clone(m.propose(rand.New(rand.NewPCG(9, uint64(n))), p.legal, func([]float64) bool { return true }))
			o := m.budgets[0]
			best, ratio := []float64(nil), math.Inf(-1)
			for i := range m.candidates {
				c := &m.candidates[i]
				floor := c.logUniform(p.dims) + math.Log(leastRatio)
				if r := max(o.good.logDensity(c), floor) - max(o.bad.logDensity(c), floor); r > ratio {
					best, ratio = c.u, r
				}
			}
			if !slices.EqualFunc(got, best, func(a, b float64) bool { return a == b || a != a && b != b }) {
				t.Fatalf("after %d results: proposed %v, the best candidate is %v", n+1, got, best)
			}
		}
	}
}

// The split into good and bad, against the definition: sort all losses, take the
// best max(N_min, 15 %), and no model while fewer than N_min are left as bad.
func TestSplit(t *testing.T) {
	space := counting(t, 2, 1) // d = 3, N_min = 4
	p := newProposer(space)
	opt, err := Options{}.resolve(len(p.dims))
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(p.dims, &opt)
	rng := rand.New(rand.NewPCG(1, 1))
	var losses []float64
	for n := 1; n <= 200; n++ {
		u, _ := p.random(rng)
		loss := math.Floor(rng.Float64() * 20)
		if n%3 == 0 {
			loss = math.NaN()
		}
		m.observe(7, u, loss)
		losses = append(losses, loss)
		o := m.budgets[0]
		for i, r := range o.rows[1:] {
			if q := o.rows[i]; o.loss[i] > o.loss[i+1] || o.loss[i] == o.loss[i+1] && q > r {
				t.Fatalf("rows %v of losses %v", o.rows, o.loss)
			}
		}
		finite := 0
		for _, x := range losses {
			if x == x {
				finite++
			}
		}
		good := min(max(4, n*15/100), finite)
		bad := max(4, n-good)
		if n < 6 || finite < 4 {
			good, bad = 0, 0
		}
		if g, b := o.split(&opt); g != good || b != bad {
			t.Fatalf("%d results, %d of them finite: %d good and %d bad ones, want %d and %d", n, finite, g, b, good, bad)
		}
		if (m.current() != nil) != (good > 0) {
			t.Fatalf("%d results: model %v", n, m.current() != nil)
		}
	}
}

// The model is that of the largest budget if it has enough results, and results at other
// budgets are kept.
func TestModelOfTheLargestBudget(t *testing.T) {
	p := newProposer(line(t))
	opt, err := Options{}.resolve(1)
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(p.dims, &opt)
	for i := range 4 {
		m.observe(1, []float64{float64(i) / 4}, float64(i))
	}
	if o := m.current(); o == nil || o.budget != 1 {
		t.Fatalf("model %+v, want that of budget 1", o)
	}
	for i := range 4 {
		m.observe(9, []float64{float64(i) / 4}, float64(i))
		m.observe(1*(1+1e-12), []float64{float64(i) / 4}, float64(i)) // the same budget but for rounding
		if o := m.current(); (o == m.budgets[1]) != (i == 3) {
			t.Errorf("%d results at budget 9: a model of them alone", i+1)
		}
	}
	if n := len(m.budgets[0].loss); len(m.budgets) != 2 || n != 8 || m.values.n != 4 {
		t.Errorf("%d budgets, %d results at the first, of %d configurations, want 2, 8 and 4", len(m.budgets), n, m.values.n)
	}
}

// As long as the largest budget has too few results, those of all budgets make a model
// together: each configuration once. Worked out by hand.
func TestPooled(t *testing.T) {
	p := newProposer(line(t)) // d = 1: 2 good and 2 bad
	opt, err := Options{}.resolve(1)
	if err != nil {
		t.Fatal(err)
	}
	m := newModel(p.dims, &opt)
	tell := func(budget, x, loss float64) { m.observe(budget, []float64{x}, loss) }
	want := func(xs ...float64) {
		t.Helper()
		o := m.current()
		if o == nil {
			if xs != nil {
				t.Errorf("no model")
			}
			return
		}
		var got []float64
		for _, r := range o.rows {
			got = append(got, m.values.x[0][r])
		}
		if !slices.Equal(got, xs) {
			t.Errorf("the model orders %v, want %v", got, xs)
		}
	}
	tell(1, 0.1, 5)
	tell(1, 0.2, 7)
	tell(1, 0.3, 4)
	want()
	tell(3, 0.3, 9) // alone there: rank 1/2
	want()          // three configurations
	// At budget 3: 0.4 1/3, 0.3 2/3. At budget 1 from 0.3, the best, on: 0.1 7/9, 0.2 8/9.
	tell(3, 0.4, 8)
	want(0.4, 0.3, 0.1, 0.2)
	// At budget 3: 0.4 1/4, 0.3 2/4, 0.2 3/4. At budget 1, 0.1 is half way from 0.3 to 0.2.
	tell(3, 0.2, 10)
	want(0.4, 0.3, 0.1, 0.2)
	// At budget 9: 0.2 1/2. At budget 3, before it: 0.4 1/6, 0.3 2/6. At budget 1: 0.1 5/12.
	tell(9, 0.2, 1)
	want(0.4, 0.3, 0.1, 0.2)
	m.least = 3
	want()
	tell(3, 0.5, math.NaN())
	want(0.4, 0.3, 0.2, 0.5)
	if n := m.current().finite; n != 3 {
		t.Errorf("%d configurations that may be good, want 3: one failed", n)
	}
	for i, x := range []float64{0.6, 0.7, 0.8} {
		tell(9, x, float64(i))
	}
	want(0.6, 0.2, 0.7, 0.8) // a model of budget 9 alone
}

// Ranks of a larger budget over the places at a smaller one, by hand.
func TestRankCurve(t *testing.T) {
	for _, c := range []struct {
		known map[int]float64
		want  []float64
	}{
		{nil, []float64{0.2, 0.4, 0.6, 0.8}},                             // the rank at the budget itself
		{map[int]float64{0: 0.5}, []float64{0.5, 0.625, 0.75, 0.875}},    // the others after it
		{map[int]float64{1: 0.2, 3: 0.4}, []float64{0.1, 0.2, 0.3, 0.4}}, // in between
		{map[int]float64{0: 0.6, 2: 0.2}, []float64{0.4, 0.4, 0.4, 0.7}}, // the budgets do not agree
		{map[int]float64{0: 0.1, 1: 0.5, 2: 0.3}, []float64{0.1, 0.4, 0.4, 0.7}},
	} {
		curve := rankCurve{n: 4}
		for place := range 4 {
			if r, ok := c.known[place]; ok {
				curve.add(place, r)
			}
		}
		for place, want := range c.want {
			if got := curve.at(place); math.Abs(got-want) > 1e-12 {
				t.Errorf("known %v: place %d has rank %v, want %v", c.known, place, got, want)
			}
		}
	}
}

// In a finite space no configuration is proposed twice before all have been, whatever
// proposes it, however many workers there are, and none that a warm start knows at
// the largest budget.
func TestNothingTwice(t *testing.T) {
	space := mustSpace(t, []nasalyze.Param{
		{Name: "c", Kind: nasalyze.Categorical, Choices: texts("a", "b", "c", "d")},
		{Name: "n", Kind: nasalyze.Int, Lower: 1, Upper: 8},
		{Name: "o", Kind: nasalyze.Ordinal, Choices: texts("s", "m", "l")},
		{Name: "child", Kind: nasalyze.Int, Lower: 0, Upper: 1},
	}, []nasalyze.Condition{{Child: "child", When: nasalyze.Clause{Op: nasalyze.Eq, Param: "c", Values: texts("a")}}}, nil)
	const all = 8 * 3 * (2 + 3)
	for _, method := range Methods() {
		s, err := New(space, Options{Method: method, MinBudget: 1, MaxBudget: 27, Iterations: 8, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		known := space.Params[0].Choices[1]
		warm := &nasalyze.Study{Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
		for n := range 8 {
			warm.Configs = append(warm.Configs, nasalyze.Config{ID: fmt.Sprint(n), Values: []nasalyze.Value{known, nasalyze.Integer(int64(n + 1)), space.Params[2].Choices[0], {}}})
			warm.Trials = append(warm.Trials, nasalyze.Trial{Config: n, Budget: 27, Values: []float64{0}})
		}
		if used, _, err := s.Learn(warm, 0); used != 8 || err != nil {
			t.Fatal(used, err)
		}
		trials := drive(t, s, rand.New(rand.NewPCG(5, 3)), 4, func(tr Trial) float64 { return ofValues(space, tr.Values) }, nil)
		count := make(map[string]int)
		first := 0
		for _, tr := range trials {
			if tr.Values[0] == known && tr.Values[2] == space.Params[2].Choices[0] {
				t.Errorf("%v: %v is run, which the warm start had at the largest budget", method, tr.Values)
			}
			if count[fmt.Sprint(tr.Values, tr.Budget)]++; count[fmt.Sprint(tr.Values, tr.Budget)] > 1 {
				t.Errorf("%v: %v is run twice at budget %v", method, tr.Values, tr.Budget)
			}
			if tr.Rung == 0 {
				first++
			}
		}
		t.Logf("%v: %d trials, %d proposals of %d configurations", method, len(trials), first, all)
	}
	// A space that is used up is searched again.
	two := mustSpace(t, []nasalyze.Param{{Name: "c", Kind: nasalyze.Categorical, Choices: texts("a", "b")}}, nil, nil)
	s, err := New(two, Options{MinBudget: 1, MaxBudget: 1, Iterations: 5})
	if err != nil {
		t.Fatal(err)
	}
	if n := len(drive(t, s, rand.New(rand.NewPCG(5, 3)), 1, func(Trial) float64 { return 0 }, nil)); n != 5 {
		t.Errorf("%d trials, want 5", n)
	}
}

// All trials failing ends the search in order: nothing is promoted, nothing loops.
func TestAllFail(t *testing.T) {
	for _, async := range []bool{false, true} {
		s, err := New(everyKind(t), Options{MinBudget: 1, MaxBudget: 27, Iterations: 8, Async: async})
		if err != nil {
			t.Fatal(err)
		}
		trials := drive(t, s, rand.New(rand.NewPCG(1, 2)), 3, func(Trial) float64 { return math.NaN() }, nil)
		if n := 2 * (27 + 9 + 6 + 4); len(trials) != n {
			t.Errorf("async %v: %d trials, want the %d of the first rungs", async, len(trials), n)
		}
		for _, tr := range trials {
			if tr.Rung != 0 || tr.Pick == nasalyze.ModelPick {
				t.Errorf("async %v: trial %+v", async, tr)
			}
		}
	}
}

func TestTellRefuses(t *testing.T) {
	s, err := New(line(t), Options{})
	if err != nil {
		t.Fatal(err)
	}
	tr, _ := s.Ask()
	if s.Tell(tr.Number+1, 0) == nil {
		t.Error("a result of a trial that was never asked for is taken")
	}
	if err := s.Tell(tr.Number, 0); err != nil {
		t.Error(err)
	}
	if s.Tell(tr.Number, 0) == nil {
		t.Error("a result is taken twice")
	}
}

func TestNewRefuses(t *testing.T) {
	constant := mustSpace(t, []nasalyze.Param{{Name: "c", Kind: nasalyze.Constant, Choices: texts("x")}}, nil, nil)
	nothing := mustSpace(t, []nasalyze.Param{{Name: "x", Lower: 0, Upper: 1}}, nil,
		[]nasalyze.Clause{{Op: nasalyze.Ge, Param: "x", Values: []nasalyze.Value{nasalyze.Number(0)}}})
	for name, c := range map[string]struct {
		space *nasalyze.Space
		opt   Options
	}{
		"no parameter":          {mustSpace(t, nil, nil, nil), Options{}},
		"only a constant":       {constant, Options{}},
		"all forbidden":         {nothing, Options{}},
		"budgets upside down":   {line(t), Options{MinBudget: 2, MaxBudget: 1}},
		"only one budget":       {line(t), Options{MaxBudget: 1}},
		"eta":                   {line(t), Options{Eta: 1}},
		"too few points":        {line(t), Options{MinPoints: 1}},
		"good fraction":         {line(t), Options{GoodFraction: 1}},
		"samples":               {line(t), Options{Samples: -1}},
		"random fraction":       {line(t), Options{RandomFraction: 1.5}},
		"bandwidth factor":      {line(t), Options{BandwidthFactor: -1}},
		"min bandwidth":         {line(t), Options{MinBandwidth: math.NaN()}},
		"iterations":            {line(t), Options{Iterations: -1}},
		"method":                {line(t), Options{Method: 9}},
		"min correlation is -1": {line(t), Options{MinCorrelation: -1}},
	} {
		if _, err := New(c.space, c.opt); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// A warm start from a study that saw where the optimum is makes the first
// proposals better than uniform ones.
func TestLearn(t *testing.T) {
	space := everyKind(t)
	p := newProposer(space)
	rng := rand.New(rand.NewPCG(8, 8))
	study := &nasalyze.Study{Space: space, Objectives: []nasalyze.Objective{{Name: "score", Maximize: true}}}
	for i := range 200 {
		u, err := p.random(rng)
		if err != nil {
			t.Fatal(err)
		}
		values := p.decode(u)
		tr := nasalyze.Trial{Config: i, Budget: 27, Values: []float64{-ofValues(space, values)}}
		if i%10 == 0 {
			tr.Status, tr.Values[0] = nasalyze.Crashed, math.NaN()
		}
		if i == 199 {
			tr.Status = nasalyze.Running
		}
		study.Configs = append(study.Configs, nasalyze.Config{ID: fmt.Sprint(i), Values: values})
		study.Trials = append(study.Trials, tr)
	}
	study.Configs[198].Values = slices.Clone(study.Configs[198].Values)
	study.Configs[198].Values[0] = nasalyze.Number(5) // outside the space
	mean := func(warm bool) float64 {
		sum := 0.0
		for seed := range uint64(40) {
			s, err := New(space, Options{MinBudget: 1, MaxBudget: 27, Seed: seed, RandomFraction: -1})
			if err != nil {
				t.Fatal(err)
			}
			if warm {
				used, skipped, err := s.Learn(study, 0)
				if used != 198 || skipped != 1 || err != nil {
					t.Fatalf("Learn took %d, skipped %d: %v", used, skipped, err)
				}
			}
			tr, _ := s.Ask()
			sum += ofValues(space, tr.Values) / 40
			if _, _, err := s.Learn(study, 0); err == nil {
				t.Fatal("Learn after the first trial is taken")
			}
		}
		return sum
	}
	if cold, warm := mean(false), mean(true); !(warm < 0.7*cold) {
		t.Errorf("mean loss of the first proposal is %v with a warm start and %v without", warm, cold)
	}
	other := mustSpace(t, []nasalyze.Param{{Name: "y", Lower: 0, Upper: 1}}, nil, nil)
	s, err := New(other, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.Learn(study, 0); err == nil {
		t.Error("a study without the parameter of the space is taken")
	}
}
