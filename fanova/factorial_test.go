package fanova

import (
	"cmp"
	"compress/gzip"
	"context"
	"encoding/csv"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// table is a full factorial table of real trainings: its exact decomposition is a sum
// over the rows.
type table struct {
	names   []string
	columns []forest.Column
	x       []float64 // rows by columns, level i of k as (i+1/2)/k, or as i if categorical
	levels  [][]int   // by row
	y       []float64 // mean of the repeats
	first   []float64 // first repeat alone
	grid    factorial
}

// readTable reads the named file of the folder grid of the data at
// NASALYZE_DATA. The columns param tells of are the parameters, those loss tells of the
// repeats of the loss.
func readTable(t *testing.T, name string, param, loss func(header string) bool) *table {
	t.Helper()
	root := os.Getenv("NASALYZE_DATA")
	if root == "" {
		t.Skip("NASALYZE_DATA is not set: no real tables to compare with")
	}
	f, err := os.Open(filepath.Join(root, "grid", name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var r io.Reader = f
	if strings.HasSuffix(name, ".gz") {
		if r, err = gzip.NewReader(f); err != nil {
			t.Fatal(err)
		}
	}
	lines := csv.NewReader(r)
	lines.FieldsPerRecord = -1 // some rows have fewer repeats
	records, err := lines.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	tab := &table{levels: make([][]int, len(records)-1)}
	repeats := make([]float64, len(records)-1)
	var encoded [][]float64
	for c, h := range records[0] {
		var values []string
		for i, rec := range records[1:] {
			if c < len(rec) {
				values = append(values, rec[c])
			} else if param(h) || tab.y == nil {
				t.Fatalf("%s: row %d has %d fields", name, i+2, len(rec))
			} else {
				values = append(values, "")
			}
		}
		switch {
		case param(h):
			distinct := slices.Clone(values)
			slices.Sort(distinct)
			distinct = slices.Compact(distinct)
			k := len(distinct)
			_, notNumber := strconv.ParseFloat(distinct[k-1], 64)
			if notNumber == nil {
				slices.SortFunc(distinct, func(a, b string) int { return cmp.Compare(number(t, a), number(t, b)) })
				tab.columns = append(tab.columns, forest.Column{})
			} else {
				tab.columns = append(tab.columns, forest.Column{Levels: k})
			}
			weights := make([]float64, k)
			for l := range weights {
				weights[l] = 1 / float64(k)
			}
			tab.grid.weights = append(tab.grid.weights, weights)
			tab.names = append(tab.names, h)
			x := make([]float64, len(values))
			for i, v := range values {
				l := slices.Index(distinct, v)
				tab.levels[i] = append(tab.levels[i], l)
				x[i] = float64(l)
				if notNumber == nil {
					x[i] = (float64(l) + 0.5) / float64(k)
				}
			}
			encoded = append(encoded, x)
		case loss(h):
			if tab.y == nil {
				tab.y = make([]float64, len(values))
			}
			for i, v := range values {
				if v == "" {
					continue
				}
				tab.y[i] += number(t, v)
				repeats[i]++
			}
			if tab.first == nil {
				tab.first = slices.Clone(tab.y)
			}
		}
	}
	rows := 1
	for _, w := range tab.grid.weights {
		rows *= len(w)
	}
	if rows != len(tab.levels) {
		t.Fatalf("%s: %d rows, want %d for the full grid", name, len(tab.levels), rows)
	}
	tab.grid.values = make([]float64, rows)
	for i := range tab.y {
		tab.y[i] /= repeats[i]
		at := 0
		for c, l := range tab.levels[i] {
			at = at*len(tab.grid.weights[c]) + l
			tab.x = append(tab.x, encoded[c][i])
		}
		tab.grid.values[at] = tab.y[i]
	}
	return tab
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func isRepeat(h string) bool { return strings.HasPrefix(h, "valid_") }
func isParameter(h string) bool {
	return !isRepeat(h)
}

// fitAll fits one tree that reproduces the table.
func (tab *table) fitAll(t *testing.T) *Decomposition {
	t.Helper()
	f, err := forest.Fit(context.Background(), tab.x, tab.y, nil, tab.columns,
		forest.Options{Trees: 1, FeatureFraction: 1, NoBootstrap: true, MaxDepth: 1000})
	if err != nil {
		t.Fatal(err)
	}
	return decompose(t, f, Options{})
}

// TestIris is a grid of two parameters, of scikit-learn's elastic net on iris, whose
// decomposition hyanova publishes.
func TestIris(t *testing.T) {
	tab := readTable(t, "hyanova_iris.csv",
		func(h string) bool { return strings.HasPrefix(h, "param_") },
		func(h string) bool { return h == "mean_test_score" })
	d := tab.fitAll(t)
	m := d.Mains()
	near(t, "alpha", m[0].Individual.Mean, 0.892057, 1e-6)
	near(t, "l1_ratio", m[1].Individual.Mean, 0.039030, 1e-6)
	near(t, "interaction", pairs(t, d)[0].Individual.Mean, 0.068912, 1e-6)
	tab.compare(t, d)
}

// compare all effects with the exact ones of the table.
func (tab *table) compare(t *testing.T, d *Decomposition) {
	t.Helper()
	closed, individual := tab.grid.anova()
	v := closed[len(closed)-1]
	const eps = 1e-10
	near(t, "variance", d.Variances()[0]/v, 1, eps)
	for c, e := range d.Mains() {
		near(t, "main effect of "+tab.names[c], e.Individual.Mean, individual[1<<c]/v, eps)
	}
	for _, e := range pairs(t, d) {
		near(t, "pair", e.Individual.Mean, individual[1<<e.Columns[0]|1<<e.Columns[1]]/v, eps)
	}
	near(t, "three columns", subsetOf(t, d, 0, 1).Total.Mean, closed[3]/v, eps)
	if len(tab.names) >= 4 {
		e := subsetOf(t, d, 0, 1, 3)
		near(t, "three columns", e.Individual.Mean, individual[11]/v, eps)
		near(t, "three columns, closed", e.Total.Mean, closed[11]/v, eps)
	}
}

var tables = []string{"hpobench_australian.csv.gz", "nasbench201_cifar10.csv.gz", "hpolib_naval_propulsion.csv.gz"}

// TestWholeTables: a tree fitted to a whole table has its exact decomposition.
func TestWholeTables(t *testing.T) {
	if testing.Short() {
		t.Skip("fits trees to tables of up to 30,000 rows")
	}
	for _, name := range tables[:2] {
		t.Run(name, func(t *testing.T) {
			tab := readTable(t, name, isParameter, isRepeat)
			tab.compare(t, tab.fitAll(t))
		})
	}
}

// TestSamples: a forest of a random part of a table, with the noise of a single
// training each, comes close to the exact decomposition.
func TestSamples(t *testing.T) {
	for _, name := range tables {
		t.Run(name, func(t *testing.T) {
			tab := readTable(t, name, isParameter, isRepeat)
			closed, individual := tab.grid.anova()
			variance := closed[len(closed)-1]
			for _, n := range []int{200, 1000} {
				rng := rand.New(rand.NewPCG(7, uint64(n)))
				var x, y []float64
				k := len(tab.columns)
				for _, i := range rng.Perm(len(tab.y))[:n] {
					x = append(x, tab.x[i*k:(i+1)*k]...)
					y = append(y, tab.first[i])
				}
				f, err := forest.Fit(context.Background(), x, y, nil, tab.columns, forest.Options{Trees: 32, MinLeaf: 3})
				if err != nil {
					t.Fatal(err)
				}
				d := decompose(t, f, Options{})
				mains, both := 0.0, 0.0
				for c, e := range d.Mains() {
					mains += math.Abs(e.Individual.Mean-individual[1<<c]/variance) / float64(k)
				}
				p := pairs(t, d)
				for _, e := range p {
					both += math.Abs(e.Individual.Mean-individual[1<<e.Columns[0]|1<<e.Columns[1]]/variance) / float64(len(p))
				}
				t.Logf("n=%d: mean absolute error %.4f of main effects, %.4f of pairs; out-of-bag R2 %.2f", n, mains, both, f.OutOfBag.R2)
				// The losses of naval_propulsion span six decades: their variance is
				// that of the few worst.
				if mains > 0.12 || both > 0.02 {
					t.Errorf("n=%d: mean absolute error %.4f of main effects, %.4f of pairs", n, mains, both)
				}
			}
		})
	}
}
