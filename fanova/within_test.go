package fanova

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// randomRegion restricts about half of the columns.
func randomRegion(rng *rand.Rand, columns []forest.Column) Region {
	r := make(Region, len(columns))
	for c, col := range columns {
		if rng.IntN(2) == 0 {
			continue
		}
		if col.Levels > 0 {
			r[c].Levels = []int{}
			for l := range col.Levels {
				if rng.IntN(2) == 0 || l == col.Levels-1 && len(r[c].Levels) == 0 {
					r[c].Levels = append(r[c].Levels, l)
				}
			}
			continue
		}
		lower, upper := col.Bounds()
		if lower == upper {
			r[c].Intervals = []Interval{{lower, upper}}
			continue
		}
		border := make([]float64, 2*(1+rng.IntN(3)))
		for i := range border {
			border[i] = lower + (upper-lower)*(1.2*rng.Float64()-0.1)
			if rng.IntN(3) == 0 { // where splits are, too
				border[i] = lower + (upper-lower)*float64(rng.IntN(5))/4
			}
		}
		slices.Sort(border)
		for i := 0; i < len(border); i += 2 {
			r[c].Intervals = append(r[c].Intervals, Interval{border[i], border[i+1]})
		}
	}
	return r
}

// tabulateWithin evaluates a tree at the centres of the cells of a region.
func tabulateWithin(columns []forest.Column, t *forest.Tree, r Region) (g factorial, centres [][]float64) {
	for c, col := range columns {
		var w, x []float64
		lower, upper := col.Bounds()
		switch {
		case col.Levels > 0:
			for l := range col.Levels {
				if r[c].Levels == nil || slices.Contains(r[c].Levels, l) {
					w, x = append(w, 1), append(x, float64(l))
				}
			}
		case lower == upper:
			w, x = []float64{1}, []float64{lower}
		default:
			border := []float64{lower, upper}
			for i, f := range t.Feature {
				if int(f) == c {
					border = append(border, t.Threshold[i])
				}
			}
			for _, i := range r[c].Intervals {
				border = append(border, i.Lower, i.Upper)
			}
			slices.Sort(border)
			for i := range len(border) - 1 {
				a, b := border[i], border[i+1]
				m := (a + b) / 2
				in := r[c].Intervals == nil
				for _, i := range r[c].Intervals {
					in = in || i.Lower < m && m < i.Upper
				}
				if a < b && m > lower && m < upper && in {
					w, x = append(w, b-a), append(x, m)
				}
			}
		}
		sum := 0.0
		for _, v := range w {
			sum += v
		}
		for i := range w {
			w[i] /= sum
		}
		g.weights, centres = append(g.weights, w), append(centres, x)
	}
	row := make([]float64, len(columns))
	var fill func(c int)
	fill = func(c int) {
		if c == len(columns) {
			g.values = append(g.values, t.Value[t.Leaf(row)])
			return
		}
		for _, x := range centres[c] {
			row[c] = x
			fill(c + 1)
		}
	}
	fill(0)
	return g, centres
}

// TestWithinBruteForce compares the restricted forest with the definitions, evaluated on
// the cells of the original tree that lie in the region.
func TestWithinBruteForce(t *testing.T) {
	const eps = 1e-11
	compared := 0
	for trial := range 300 {
		rng := rand.New(rand.NewPCG(11, uint64(trial)))
		columns := mixedColumns(rng, 1+rng.IntN(4))
		f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, randomTree(rng, columns, 1+rng.IntN(25)))}}
		r := randomRegion(rng, columns)
		volume, err := r.Volume(columns)
		if err != nil {
			t.Fatal(err)
		}
		part, err := Within(f, r)
		if volume == 0 {
			continue // TestWithinRefuses
		}
		if err != nil {
			t.Fatalf("trial %d: %v", trial, err)
		}
		g, centres := tabulateWithin(columns, &f.Trees[0], r)
		if len(g.values) > 1e5 {
			continue
		}
		compared++
		d := decompose(t, part, Options{})
		closed, individual := g.anova()
		full := len(closed) - 1
		v := d.Variances()[0]
		near(t, "variance", v, closed[full], eps)
		if v > 0 {
			for _, e := range d.Mains() {
				near(t, "main", e.Individual.Mean*v, individual[1<<e.Columns[0]], eps)
			}
			for _, e := range pairs(t, d) {
				near(t, "pair", e.Individual.Mean*v, individual[1<<e.Columns[0]|1<<e.Columns[1]], eps)
			}
		}
		// Predictions agree at every cell once the values are in their new places.
		at, row := make([]int, len(columns)), make([]float64, len(columns))
		for i := range g.values {
			for c, rest := len(columns)-1, i; c >= 0; c-- {
				at[c], rest = rest%len(centres[c]), rest/len(centres[c])
			}
			for c := range columns {
				x, ok := r[c].Place(columns[c], centres[c][at[c]])
				if !ok {
					t.Fatalf("trial %d: %v is not in part %+v", trial, centres[c][at[c]], r[c])
				}
				row[c] = x
			}
			if got := part.Predict(nil, row)[0]; got != g.values[i] {
				t.Fatalf("trial %d: prediction %v at %v, want %v", trial, got, row, g.values[i])
			}
		}
		if t.Failed() {
			t.Fatalf("trial %d, columns %+v, region %+v", trial, columns, r)
		}
	}
	if compared < 150 {
		t.Errorf("only %d regions compared", compared)
	}
}

// branching is f = a[parent] + [parent is 1 or 2] g(child) on three levels of the
// parent, with g = -h below 1/2 and h above; a further column does nothing.
func branching(a [3]float64, h float64) *forest.Forest {
	columns := []forest.Column{{Levels: 3}, {}, {}}
	on := func(a float64) *node { return &node{column: 1, at: 0.5, left: leaf(a - h), right: leaf(a + h)} }
	root := &node{column: 0, levels: []int{0}, left: leaf(a[0]), right: &node{column: 0, levels: []int{1}, left: on(a[1]), right: on(a[2])}}
	return &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, root)}}
}

// TestGivenActive has the closed form of a space with a condition. Over the whole space
//
//	V = Var a + 2/3 h^2, V_parent = Var a, V_child = (2/3 h)^2, the rest together,
//
// and where the child is active V = Var(a | on) + h^2 without interaction.
func TestGivenActive(t *testing.T) {
	const eps = 1e-14
	a, h := [3]float64{10, 2, 5}, 3.0
	f := branching(a, h)
	mean := (a[0] + a[1] + a[2]) / 3
	varA := ((a[0]-mean)*(a[0]-mean) + (a[1]-mean)*(a[1]-mean) + (a[2]-mean)*(a[2]-mean)) / 3
	d := decompose(t, f, Options{})
	v := varA + 2.0/3*h*h
	near(t, "variance", d.Variances()[0], v, eps*v)
	m := d.Mains()
	near(t, "parent", m[0].Individual.Mean, varA/v, eps)
	near(t, "child", m[1].Individual.Mean, 4.0/9*h*h/v, eps)
	near(t, "interaction", pairs(t, d)[0].Individual.Mean, (2.0/3-4.0/9)*h*h/v, eps)

	active := Region{{Levels: []int{1, 2}}, {}, {}}
	part, err := Within(f, active)
	if err != nil {
		t.Fatal(err)
	}
	d = decompose(t, part, Options{})
	varOn := (a[1] - a[2]) * (a[1] - a[2]) / 4
	near(t, "variance given active", d.Variances()[0], varOn+h*h, eps*v)
	m = d.Mains()
	near(t, "parent given active", m[0].Individual.Mean, varOn/(varOn+h*h), eps)
	near(t, "child given active", m[1].Individual.Mean, h*h/(varOn+h*h), eps)
	near(t, "interaction given active", pairs(t, d)[0].Individual.Mean, 0, eps)
	near(t, "nothing", m[2].Individual.Mean, 0, 0)

	s, err := SwitchEffect(f, Options{}, active)
	if err != nil {
		t.Fatal(err)
	}
	between := 2.0 / 9 * math.Pow((a[1]+a[2])/2-a[0], 2)
	near(t, "probability", s.Probability, 2.0/3, eps)
	near(t, "switch", s.Share.Mean, between/v, eps)
	near(t, "difference", s.Difference.Mean, (a[1]+a[2])/2-a[0], eps*10)
	near(t, "in", s.In.Mean, (a[1]+a[2])/2, eps*10)
	near(t, "out", s.Out.Mean, a[0], eps*10)
	// What the parent does beside switching: it differs within the branch.
	near(t, "parent less switch", varA/v-s.Share.Mean, 2.0/3*varOn/v, eps)
}

// TestSwitchUnion compares the effect of alternatives with the means on a grid.
func TestSwitchUnion(t *testing.T) {
	for trial := range 100 {
		rng := rand.New(rand.NewPCG(12, uint64(trial)))
		columns := []forest.Column{{}, {Levels: 4}, {Lower: -3, Upper: 5}}
		f := grownForest(uint64(trial), columns, 2, 12)
		regions := make([]Region, 1+rng.IntN(4))
		every := make(Region, len(columns)) // has the borders of all of them
		for k := range regions {
			regions[k] = randomRegion(rng, columns)
			for c := range every {
				every[c].Intervals = append(every[c].Intervals, regions[k][c].Intervals...)
			}
		}
		s, err := SwitchEffect(f, Options{}, regions...)
		if err != nil {
			t.Fatal(err)
		}
		for k := range f.Trees {
			tr := f.Trees[k]
			// Splits between equal leaves put the borders of the regions on the grid.
			with := tr
			for c := range every {
				for _, i := range every[c].Intervals {
					with.Feature = append(slices.Clone(with.Feature), int32(c), int32(c))
					with.Threshold = append(slices.Clone(with.Threshold), i.Lower, i.Upper)
				}
			}
			g, centres := tabulate(columns, &with, nil)
			p, in, mean, square := 0.0, 0.0, 0.0, 0.0
			i := 0
			for a, x := range centres[0] {
				for b, y := range centres[1] {
					for c, z := range centres[2] {
						w, v := g.weights[0][a]*g.weights[1][b]*g.weights[2][c], g.values[i]
						i++
						mean, square = mean+w*v, square+w*v*v
						if slices.ContainsFunc(regions, func(r Region) bool {
							for c, v := range []float64{x, y, z} {
								if _, ok := r[c].Place(columns[c], v); !ok {
									return false
								}
							}
							return true
						}) {
							p, in = p+w, in+w*v
						}
					}
				}
			}
			near(t, "probability", s.Probability, p, 1e-12)
			if p < 1e-9 || p > 1-1e-9 {
				continue
			}
			difference := in/p - (mean-in)/(1-p)
			near(t, "share", s.ShareByTree[k], p*(1-p)*difference*difference/(square-mean*mean), 1e-10)
		}
		if t.Failed() {
			t.Fatalf("trial %d, regions %+v", trial, regions)
		}
	}
}

// TestSwitchMany: disjoint alternatives are as many terms as there are of them; overlapping
// ones are soon too many.
func TestSwitchMany(t *testing.T) {
	columns := []forest.Column{{Levels: 64}, {}}
	root := &node{column: 0, levels: []int{0, 1, 2, 3}, left: leaf(1), right: leaf(2)}
	f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, root)}}
	var disjoint, overlapping []Region
	for l := range 32 {
		disjoint = append(disjoint, Region{{Levels: []int{2 * l}}, {}})
		overlapping = append(overlapping, Region{{}, {Intervals: []Interval{{0, 0.9}}}})
	}
	s, err := SwitchEffect(f, Options{}, disjoint...)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "probability", s.Probability, 0.5, 1e-15)
	near(t, "difference", s.Difference.Mean, 0, 1e-15)
	if _, err := SwitchEffect(f, Options{}, overlapping...); err == nil || !strings.Contains(err.Error(), "1024") {
		t.Errorf("32 regions that overlap: %v", err)
	}
}

func TestSwitchNothingOrEverything(t *testing.T) {
	f := fiveNodes()
	for _, r := range []Region{{{}, {}}, {{Intervals: []Interval{}}, {}}} {
		s, err := SwitchEffect(f, Options{}, r)
		if err != nil {
			t.Fatal(err)
		}
		if s.Share.N != 0 || !math.IsNaN(s.Share.Mean) || !math.IsNaN(s.Difference.Mean) {
			t.Errorf("region %v of probability %v: share %+v", r, s.Probability, s.Share)
		}
	}
}

// TestSwitchRoundedEverything: ten levels of a tenth each are everything, though their volumes sum up to less than 1.
func TestSwitchRoundedEverything(t *testing.T) {
	columns := []forest.Column{{Levels: 10}}
	f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, &node{column: 0, levels: []int{0, 1, 2}, left: leaf(1), right: leaf(3)})}}
	var levels []Region
	for l := range 10 {
		levels = append(levels, Region{{Levels: []int{l}}})
	}
	s, err := SwitchEffect(f, Options{}, levels...)
	if err != nil {
		t.Fatal(err)
	}
	if s.Probability != 1 || !math.IsNaN(s.Out.Mean) || !math.IsNaN(s.Difference.Mean) {
		t.Errorf("probability %v, out %v, difference %v; want 1 and nothing outside", s.Probability, s.Out.Mean, s.Difference.Mean)
	}
}

// TestWithinPoint fixes a column at a point: it has no effect, and the others
// the one that they have there. Zero is a point like any other.
func TestWithinPoint(t *testing.T) {
	columns := []forest.Column{{Lower: -1, Upper: 1}, {}}
	low := &node{column: 1, at: 0.5, left: leaf(0), right: leaf(2)}
	high := &node{column: 1, at: 0.25, left: leaf(0), right: leaf(4)}
	for _, c := range []struct {
		at, point float64
		variance  float64
	}{
		{0, 0, 1}, // x <= 0 goes left
		{0, 0.5, 3},
		{math.SmallestNonzeroFloat64, 0, 1},
		{-math.SmallestNonzeroFloat64, 0, 3},
		{0.5, 0.5, 1},
		{-0.5, 0, 3},
		{-1, -1, 1},
		{-0.5, 1, 3},
	} {
		root := &node{column: 0, at: c.at, left: low, right: high}
		f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, root)}}
		part, err := Within(f, Region{{Intervals: []Interval{{c.point, c.point}}}, {}})
		if err != nil {
			t.Fatal(err)
		}
		d := decompose(t, part, Options{})
		if v, m := d.Variances()[0], d.Mains(); v != c.variance || m[0].Individual.Mean != 0 || m[1].Individual.Mean != 1 {
			t.Errorf("split at %v, column at %v: variance %v, want %v; effects %v and %v", c.at, c.point, v, c.variance, m[0].Individual.Mean, m[1].Individual.Mean)
		}
	}
}

// TestPlaceAfterGap: the split in a closed gap keeps both ends of the gap apart.
func TestPlaceAfterGap(t *testing.T) {
	columns := []forest.Column{{}}
	f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, &node{column: 0, at: 0.5, left: leaf(1), right: leaf(2)})}}
	p := Part{Intervals: []Interval{{0.25, 0.375}, {0.625, 1}}}
	part, err := Within(f, Region{p})
	if err != nil {
		t.Fatal(err)
	}
	for v, want := range map[float64]float64{0.25: 1, 0.375: 1, 0.625: 2, 1: 2} {
		x, ok := p.Place(columns[0], v)
		if got := part.Predict(nil, []float64{x})[0]; !ok || got != want {
			t.Errorf("prediction at %v (placed at %v): %v, want %v", v, x, got, want)
		}
	}
	if _, ok := p.Place(columns[0], 0.5); ok {
		t.Error("a value in the gap has a place")
	}
	if _, ok := (Part{Levels: []int{1}}).Place(forest.Column{Levels: 2}, 0); ok {
		t.Error("a level that is left out has a place")
	}
}

func TestWithinRefuses(t *testing.T) {
	columns := []forest.Column{{}, {Levels: 3}}
	root := &node{column: 1, levels: []int{0}, left: leaf(1), right: leaf(2)}
	f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, root)}}
	in := func(i ...Interval) Region { return Region{{Intervals: i}, {}} }
	for _, c := range []struct {
		r    Region
		want string
	}{
		{Region{{}}, "1 parts, want one for each of the 2"},
		{Region{{Levels: []int{0}}, {}}, "column 0 is numeric"},
		{Region{{}, {Intervals: []Interval{{0, 1}}}}, "column 1 is categorical"},
		{Region{{}, {Levels: []int{3}}}, "level 3"},
		{Region{{}, {Levels: []int{1, 1}}}, "level 1 after 1"},
		{Region{{}, {Levels: []int{}}}, "no level"},
		{Region{{Intervals: []Interval{}}, {}}, "no value"},
		{in(Interval{2, 3}), "no value"},
		{in(Interval{0.2, 0.1}), "[0.2, 0.1]"},
		{in(Interval{0, 0.2}, Interval{0.1, 0.5}), "without overlap"},
		{in(Interval{math.NaN(), 1}), "NaN"},
		{in(Interval{0.1, 0.1}, Interval{0.2, 0.2}), "2 points"},
	} {
		if _, err := Within(f, c.r); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: error %v, want one with %q", c.r, err, c.want)
		}
	}
	if _, err := SwitchEffect(f, Options{}); err == nil {
		t.Error("no error for no region")
	}
	if _, err := (Region{{}}).And(Region{{}, {}}); err == nil {
		t.Error("no error for regions of different spaces")
	}
	f.Trees[0].Feature[0] = 7
	if _, err := Within(f, Region{{}, {}}); err == nil || !strings.Contains(err.Error(), "tree 0") {
		t.Errorf("malformed tree: %v", err)
	}
}

func TestQuantileCutoffs(t *testing.T) {
	y := []float64{5, 1, 4, math.NaN(), 2, 3, 2, 10, 7, 6, 9}
	// numpy 2.4.6: np.quantile([5,1,4,2,3,2,10,7,6,9], q, method="inverted_cdf")
	for _, c := range []struct{ lower, upper, wantLower, wantUpper float64 }{
		{0, 0.1, math.Inf(-1), 1},
		{0.1, 0.3, 1, 2},
		{0.31, 0.95, 3, 10},
		{0.5, 1, 4, math.Inf(1)},
	} {
		got, err := QuantileCutoffs(y, c.lower, c.upper)
		if err != nil || got != (Cutoffs{c.wantLower, c.wantUpper}) {
			t.Errorf("quantiles %v and %v: %v, %v; want %v and %v", c.lower, c.upper, got, err, c.wantLower, c.wantUpper)
		}
	}
	for _, q := range [][2]float64{{0.5, 0.5}, {-0.1, 1}, {0, 1.1}, {math.NaN(), 1}} {
		if _, err := QuantileCutoffs(y, q[0], q[1]); err == nil {
			t.Errorf("no error for quantiles %v", q)
		}
	}
	if _, err := QuantileCutoffs([]float64{math.NaN()}, 0, 0.5); err == nil {
		t.Error("no error without responses")
	}
	if rows := (Cutoffs{2, 4}).Rows(y); !slices.Equal(rows, []int{2, 4, 5, 6}) {
		t.Errorf("rows %v", rows)
	}
}

func TestMeanDimension(t *testing.T) {
	// x1 x2 x3 of fair signs is one effect of three columns, the sum three of one.
	columns := make([]forest.Column, 3)
	var grow func(depth int, value, sign float64, product bool) *node
	grow = func(depth int, value, sign float64, product bool) *node {
		if depth == 3 {
			if product {
				return leaf(sign)
			}
			return leaf(value)
		}
		return &node{column: depth, at: 0.5, left: grow(depth+1, value-1, -sign, product), right: grow(depth+1, value+1, sign, product)}
	}
	for product, want := range map[bool]float64{true: 3, false: 1} {
		f := &forest.Forest{Columns: columns, Trees: []forest.Tree{flatten(columns, grow(0, 0, 1, product)), flatten(columns, leaf(1))}}
		totals, err := decompose(t, f, Options{}).Totals(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		if s := MeanDimension(totals); math.Abs(s.Mean-want) > 1e-14 || s.N != 1 {
			t.Errorf("product %v: mean dimension %+v, want %v over one tree", product, s, want)
		}
	}
	if s := MeanDimension(nil); !math.IsNaN(s.Mean) {
		t.Errorf("without columns: %+v", s)
	}
}
