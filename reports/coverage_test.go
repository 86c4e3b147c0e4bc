package reports

import (
	"compress/gzip"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"github.com/nasalyze/nasalyze"
)

var measure = flag.Int("measure", 0, "measure the coverage of the intervals of importance on this many random samples of each size, and print rows of the table in docs/methods.md (half a minute of one core each)")

// grid is a full factorial table of real trainings, for which the decomposition is a sum
// over its cells.
type grid struct {
	params []nasalyze.Param
	level  [][]int      // row x parameter
	first  []float64    // loss of one repeat: what a search would have logged
	mean   []float64    // loss averaged over the repeats
	halves [2][]float64 // the same over every other repeat, whose noise is independent
}

// readGrid reads a table of losses, one per repeat, of which f is analysed. What a log of
// single trainings tells about is the mean of f, not f of the mean.
func readGrid(t *testing.T, name string, params int, f func(loss float64) float64) *grid {
	t.Helper()
	root := os.Getenv("NASALYZE_DATA")
	if root == "" {
		t.Skip("NASALYZE_DATA is not set: no real tables to compare with")
	}
	file, err := os.Open(filepath.Join(root, "grid", name))
	if errors.Is(err, fs.ErrNotExist) {
		t.Skip(err) // bench/accuracy/tables.py writes some of them
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	zr, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(zr)
	r.FieldsPerRecord = -1
	records, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	g := &grid{level: make([][]int, len(records)-1)}
	for j := range params {
		p := nasalyze.Param{Name: records[0][j], Kind: nasalyze.Categorical}
		seen := make(map[string]int)
		var distinct []string
		numeric := true
		for _, rec := range records[1:] {
			if _, ok := seen[rec[j]]; !ok {
				seen[rec[j]] = 0
				distinct = append(distinct, rec[j])
				if _, err := strconv.ParseFloat(rec[j], 64); err != nil {
					numeric = false
				}
			}
		}
		if numeric {
			p.Kind = nasalyze.Ordinal
			slices.SortFunc(distinct, func(a, b string) int {
				x, _ := strconv.ParseFloat(a, 64)
				y, _ := strconv.ParseFloat(b, 64)
				return int(math.Copysign(1, x-y))
			})
		}
		for i, d := range distinct {
			seen[d] = i
			p.Choices = append(p.Choices, nasalyze.Text(d))
		}
		for i, rec := range records[1:] {
			g.level[i] = append(g.level[i], seen[rec[j]])
		}
		g.params = append(g.params, p)
	}
	for _, rec := range records[1:] {
		var repeats []float64
		for _, cell := range rec[params:] {
			if v, err := strconv.ParseFloat(cell, 64); err == nil && !math.IsNaN(v) {
				repeats = append(repeats, f(v))
			}
		}
		g.add(repeats)
	}
	return g
}

// fullGrid returns all cells of d parameters with as many levels each, without results.
func fullGrid(d, levels int, kind nasalyze.Kind) *grid {
	g := new(grid)
	cells := 1
	for j := range d {
		p := nasalyze.Param{Name: fmt.Sprint("p", j), Kind: kind}
		for l := range levels {
			p.Choices = append(p.Choices, nasalyze.Text(fmt.Sprint(l)))
		}
		g.params = append(g.params, p)
		cells *= levels
	}
	for i := range cells {
		level := make([]int, d)
		for j := range level {
			level[j], i = i%levels, i/levels
		}
		g.level = append(g.level, level)
	}
	return g
}

// add appends the results of a cell. A single one is not random.
func (g *grid) add(repeats []float64) {
	g.first = append(g.first, repeats[0])
	if len(repeats) == 1 {
		repeats = append(repeats, repeats[0])
	}
	var sum, n [2]float64
	for k, y := range repeats {
		sum[k%2] += y
		n[k%2]++
	}
	for h := range g.halves {
		g.halves[h] = append(g.halves[h], sum[h]/n[h])
	}
	g.mean = append(g.mean, (sum[0]+sum[1])/(n[0]+n[1]))
}

// exact decomposes the covariance of both halves of the repeats. That is the variance
// of what they have in common: the noise of a mean over repeats would count as an interaction of all parameters.
func (g *grid) exact() truth {
	n := float64(len(g.level))
	var mean [2]float64
	for h, half := range g.halves {
		for _, y := range half {
			mean[h] += y / n
		}
	}
	// closed is the covariance of the means of the cells that agree in the
	// parameters that are in the subset.
	closed := func(in func(j int) bool) float64 {
		sums, counts := make([][2]float64, len(g.level)), make([]float64, len(g.level))
		for i := range g.level {
			k := 0 // below the number of cells, as the table is full
			for j, l := range g.level[i] {
				if in(j) {
					k = k*len(g.params[j].Choices) + l
				}
			}
			for h := range mean {
				sums[k][h] += g.halves[h][i] - mean[h]
			}
			counts[k]++
		}
		v := 0.0
		for k, s := range sums {
			if counts[k] > 0 {
				v += s[0] * s[1] / counts[k] / n
			}
		}
		return v
	}
	variance := closed(func(int) bool { return true })
	share := func(in func(j int) bool) float64 { return closed(in) / variance }
	var out truth
	for j := range g.params {
		out.mains = append(out.mains, share(func(i int) bool { return i == j }))
		out.totals = append(out.totals, 1-share(func(i int) bool { return i != j }))
		curve := make([]float64, len(g.params[j].Choices))
		for i, y := range g.mean {
			curve[g.level[i][j]] += y / n * float64(len(curve))
		}
		out.curves = append(out.curves, func(x float64) float64 { return curve[int(x)] })
	}
	for j := range g.params {
		for k := range j {
			both := share(func(i int) bool { return i == j || i == k })
			out.pairs = append(out.pairs, pairTruth{k, j, both - out.mains[j] - out.mains[k]})
		}
	}
	return out
}

// sample is a log of n random cells.
func (g *grid) sample(t *testing.T, n int, seed uint64) *nasalyze.Study {
	space, err := nasalyze.NewSpace("grid", g.params, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	s := &nasalyze.Study{Name: "grid", Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	for k, i := range rand.New(rand.NewPCG(seed, 1)).Perm(len(g.level))[:n] {
		values := make([]nasalyze.Value, len(g.params))
		for j := range values {
			values[j] = g.params[j].Choices[g.level[i][j]]
		}
		s.Configs = append(s.Configs, nasalyze.Config{ID: fmt.Sprint(k), Values: values})
		s.Trials = append(s.Trials, nasalyze.Trial{Config: k, Budget: 1, Values: []float64{g.first[i]}, Submitted: math.NaN(), Started: math.NaN(), Finished: math.NaN()})
	}
	return s
}

// TestCoverage measures on full tables of real trainings how often intervals of
// importance and of marginals hold the truth.
func TestCoverage(t *testing.T) {
	if *measure == 0 {
		t.Skip("run with -measure=10 to measure coverage")
	}
	printCoverageHead()
	accuracy := func(loss float64) float64 { return -loss }
	itself := func(loss float64) float64 { return loss }
	for _, table := range []struct {
		title, name string
		params      int
		analysed    func(loss float64) float64
	}{
		{"NAS-Bench-201, CIFAR-10 (6 parameters)", "nasbench201_cifar10", 6, accuracy},
		{"HPOBench, australian (5)", "hpobench_australian", 5, accuracy},
		{"HPOlib, naval propulsion (9), logarithm of the loss", "hpolib_naval_propulsion", 9, math.Log},
		{"a cell of random features (6)", "cell", 6, itself},
		{"support vector machine (6)", "svm", 6, itself},
		{"gradient boosting (6), logarithm of the loss", "boosting", 6, math.Log},
		{"random forest (6)", "forest", 6, itself},
		{"multilayer perceptron (5)", "mlp", 5, itself},
		{"stochastic gradient descent (7)", "sgd", 7, itself},
	} {
		t.Run(table.title, func(t *testing.T) {
			g := readGrid(t, table.name+".csv.gz", table.params, table.analysed)
			measureCoverage(t, table.title, g.exact(), func(n int, seed uint64) *nasalyze.Study { return g.sample(t, n, seed) }, nil)
		})
	}
}

// TestGridNoise: the noise of the repeats is no interaction. Of a table with one effect, noise of
// the same variance and four repeats, it would be a fifth of the variance of the means.
func TestGridNoise(t *testing.T) {
	const levels = 12
	g := fullGrid(3, levels, nasalyze.Ordinal)
	src := rand.New(rand.NewPCG(1, 2))
	for _, level := range g.level {
		repeats := make([]float64, 4)
		for k := range repeats {
			repeats[k] = math.Copysign(1, float64(level[0])-levels/2+0.5) + src.NormFloat64()
		}
		g.add(repeats)
	}
	exact := g.exact()
	for j, want := range []float64{1, 0, 0} {
		if math.Abs(exact.mains[j]-want) > 0.03 || math.Abs(exact.totals[j]-want) > 0.06 {
			t.Errorf("parameter %d explains %.3f, with interactions %.3f, want %v", j, exact.mains[j], exact.totals[j], want)
		}
	}
}
