package importance

import (
	"encoding/json"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

var nan = math.NaN()

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if !(math.Abs(got-want) <= tolerance) && !(math.IsNaN(got) && math.IsNaN(want)) {
		t.Errorf("%s = %v, want %v (off by %.2g)", what, got, want, got-want)
	}
}

func load(t testing.TB, name string, into any) {
	t.Helper()
	data, err := os.ReadFile("testdata/" + name)
	if err == nil {
		err = json.Unmarshal(data, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// orNaN reads null as NaN.
type orNaN float64

func (v *orNaN) UnmarshalJSON(b []byte) error {
	if string(b) == "null" {
		*v = orNaN(nan)
		return nil
	}
	return json.Unmarshal(b, (*float64)(v))
}

type pedFile struct {
	Columns []struct {
		Name          string
		Levels, Steps int
	}
	Studies []struct {
		X       [][]orNaN
		Y       []float64
		Results []struct {
			Target, Region float64
			Local          bool
			Importance     []float64
		}
	}
}

func (f *pedFile) table(k int) (Table, []Grid) {
	t := Table{Y: f.Studies[k].Y}
	var grids []Grid
	for _, c := range f.Columns {
		t.Columns = append(t.Columns, forest.Column{Levels: c.Levels})
		grids = append(grids, Grid{Upper: 1, Steps: c.Steps})
	}
	for _, row := range f.Studies[k].X {
		for _, v := range row {
			t.X = append(t.X, float64(v))
		}
	}
	return t, grids
}

// TestPEDOptuna compares with Optuna's evaluator on the same rows, see testdata/ped.py:
// floats, integers and choices, log scales, a branch, ties, all options.
func TestPEDOptuna(t *testing.T) {
	var file pedFile
	load(t, "ped.json", &file)
	compared := 0
	for k := range file.Studies {
		table, grids := file.table(k)
		for _, want := range file.Studies[k].Results {
			opt := PEDOptions{Target: want.Target, Region: want.Region, Uniform: !want.Local, Grids: grids}
			got, err := PEDANOVA(table, opt)
			if err != nil {
				t.Fatal(err)
			}
			for c, v := range got.Importance {
				if math.IsNaN(v) {
					if want.Local && want.Importance[c] > 1e-20 {
						t.Errorf("%d rows, %+v: %s is NaN, Optuna has %v", len(table.Y), opt, file.Columns[c].Name, want.Importance[c])
					}
					continue
				}
				compared++
				if !(math.Abs(v-want.Importance[c]) <= 1e-11*math.Abs(want.Importance[c])+1e-15) {
					t.Errorf("%d rows, target %v, region %v, local %v: %s = %v, Optuna has %v", len(table.Y), want.Target, want.Region, want.Local, file.Columns[c].Name, v, want.Importance[c])
				}
			}
		}
	}
	if compared < 150 {
		t.Errorf("only %d values compared", compared)
	}
}

// TestPEDByHand has two levels of which the better half of four rows has one:
// densities 2/3 and 1/3 against 1/2 each, so that the divergence is 1/9 and gamma'
// is 1/2.
func TestPEDByHand(t *testing.T) {
	table := Table{X: []float64{0, 0, 1, 1}, Y: []float64{1, 2, 3, 4}, Columns: []forest.Column{{Levels: 2}}}
	for _, uniform := range []bool{false, true} {
		p, err := PEDANOVA(table, PEDOptions{Target: 0.5, Uniform: uniform})
		if err != nil {
			t.Fatal(err)
		}
		near(t, "importance", p.Importance[0], 1.0/36, 1e-11)
		near(t, "share", p.Share[0], 1, 0)
		if p.Target != 2 || p.Region != 4 || p.Cutoff != 2 || p.Reason != "" {
			t.Errorf("%+v", p)
		}
	}
}

// TestPEDDecides: of ten levels one makes all of the best tenth, so that the column
// explains the whole variance of the indicator, 0.1 * 0.9. Kernels see little of that.
func TestPEDDecides(t *testing.T) {
	table := Table{Columns: []forest.Column{{Levels: 10}, {}}}
	for i := range 100000 {
		table.X = append(table.X, float64(i%10), (float64(i%10)+0.5)/10)
		table.Y = append(table.Y, float64(i%10))
	}
	opt := PEDOptions{Target: 0.1, Frequencies: true, Grids: []Grid{{}, {0.05, 0.95, 10}}}
	p, err := PEDANOVA(table, opt)
	if err != nil {
		t.Fatal(err)
	}
	near(t, "by frequencies", p.Importance[0], 0.09, 1e-4)
	near(t, "on a grid", p.Importance[1], 0.09, 0.02)
	opt.Frequencies = false
	if p, err = PEDANOVA(table, opt); err != nil {
		t.Fatal(err)
	}
	near(t, "by kernels", p.Importance[0], 0.0025, 1e-6)
}

// TestDensity: a density adds up to 1 and keeps its digits in the tails.
func TestDensity(t *testing.T) {
	counts := []int{3, 0, 1, 0, 0, 7, 2, 0, 0, 1}
	for _, density := range []func([]int, float64) []float64{numericDensity, categoricalDensity, frequencies} {
		p := density(counts, 1)
		sum := 0.0
		for _, v := range p {
			sum += v
		}
		near(t, "sum", sum, 1, 1e-14)
	}
	// Far in the tail, where differences of erf vanish. scipy 1.17.1:
	// stats.norm.sf(10) - stats.norm.sf(11)
	near(t, "tail", gauss(10, 11, 1)/7.61966195820302e-24, 1, 1e-12)
	near(t, "tail", gauss(-11, -10, 1), gauss(10, 11, 1), 0)
}

func TestPEDBadInput(t *testing.T) {
	one := []forest.Column{{}}
	table := func(x, y []float64, columns []forest.Column) Table { return Table{X: x, Y: y, Columns: columns} }
	x := []float64{0.1, 0.2, 0.3, 0.9}
	for _, c := range []struct {
		name   string
		table  Table
		opt    PEDOptions
		reason string
		want   []float64
	}{
		{"one row", table(x[:1], []float64{1}, one), PEDOptions{}, "same 1 rows", []float64{nan}},
		{"equal losses", table(x, []float64{1, 1, 1, 1}, one), PEDOptions{}, "same 4 rows", []float64{nan}},
		{"constant column", table([]float64{2, 2, 2, 2}, []float64{1, 2, 3, 4}, []forest.Column{{Lower: 2, Upper: 2}}), PEDOptions{}, "", []float64{0}},
		{"one level", table([]float64{0, 0, 0, 0}, []float64{1, 2, 3, 4}, []forest.Column{{Levels: 1}}), PEDOptions{}, "", []float64{0}},
		{"never active", table([]float64{nan, nan, nan, nan}, []float64{1, 2, 3, 4}, one), PEDOptions{}, "", []float64{nan}},
		{"active once", table([]float64{1, nan, nan, nan}, []float64{1, 2, 3, 4}, one), PEDOptions{}, "", []float64{nan}},
		{"not active in the target", table([]float64{nan, 0.1, 0.2, 0.3}, []float64{1, 2, 3, 4}, one), PEDOptions{}, "", []float64{0}},
		{"far outside", table([]float64{-1e300, 1e300, 0, 0}, []float64{1, 1, 3, 4}, one), PEDOptions{Grids: []Grid{{0, 1, 2}}}, "", nil},
	} {
		p, err := PEDANOVA(c.table, c.opt)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if !strings.Contains(p.Reason, c.reason) || (c.reason == "") != (p.Reason == "") {
			t.Errorf("%s: reason %q, want %q", c.name, p.Reason, c.reason)
		}
		for i, want := range c.want {
			near(t, c.name, p.Importance[i], want, 0)
		}
		if c.want == nil && !(p.Importance[0] >= 0) {
			t.Errorf("%s: %v", c.name, p.Importance)
		}
	}
	good := table(x, []float64{1, 2, 3, 4}, one)
	weighted := good
	weighted.Weights = []float64{1, 1, 1, 1}
	for _, c := range []struct {
		table Table
		opt   PEDOptions
		want  string
	}{
		{table(nil, nil, one), PEDOptions{}, "no rows"},
		{table(x, []float64{1, 2, 3, 4}, nil), PEDOptions{}, "no columns"},
		{table(x[:3], []float64{1, 2, 3, 4}, one), PEDOptions{}, "3 entries, want 4"},
		{table(x, []float64{1, 2, nan, 4}, one), PEDOptions{}, "y of row 2 is NaN"},
		{table([]float64{1, 2, math.Inf(1), 4}, []float64{1, 2, 3, 4}, one), PEDOptions{}, "row 2, column 0 is +Inf"},
		{table(x, []float64{1, 2, 3, 4}, []forest.Column{{Levels: 2}}), PEDOptions{}, "row 0, column 0 is 0.1"},
		{weighted, PEDOptions{}, "no weights"},
		{good, PEDOptions{Target: 0.5, Region: 0.5}, "target < region"},
		{good, PEDOptions{Target: -0.5}, "target < region"},
		{good, PEDOptions{Region: 1.5}, "target < region"},
		{good, PEDOptions{PriorWeight: -1}, "prior weight -1"},
		{good, PEDOptions{Grids: []Grid{{}, {}}}, "2 grids, want 1"},
		{good, PEDOptions{Grids: []Grid{{0, 0, 3}}}, "grid of 3 points from 0 to 0"},
		{good, PEDOptions{Grids: []Grid{{1, 0, 3}}}, "grid of 3 points from 1 to 0"},
	} {
		if _, err := PEDANOVA(c.table, c.opt); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want one with %q", err, c.want)
		}
	}
}

// BenchmarkPEDANOVA is the whole evaluation of n rows of 17 columns.
func BenchmarkPEDANOVA(b *testing.B) {
	for _, n := range []int{1000, 10000, 100000} {
		b.Run(size(n), func(b *testing.B) {
			t := product(n, 17)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := PEDANOVA(t, PEDOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func size(n int) string {
	return map[int]string{1000: "1k", 10000: "10k", 100000: "100k"}[n]
}

// product is n rows of d uniform columns with the response x0 x1.
func product(n, d int) Table {
	rng := stream(1, 0)
	t := Table{Columns: make([]forest.Column, d)}
	for range n {
		for range d {
			t.X = append(t.X, rng.Float64())
		}
		row := t.X[len(t.X)-d:]
		t.Y = append(t.Y, row[0]*row[1])
	}
	return t
}
