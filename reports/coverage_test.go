package reports

import (
	"compress/gzip"
	"encoding/csv"
	"flag"
	"fmt"
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

// grid is a full factorial table of real trainings, for which the decomposition
// over its cells is exact.
type grid struct {
	params []nasalyze.Param
	level  [][]int   // row x parameter
	mean   []float64 // loss averaged over the repeats
	first  []float64 // loss of one repeat: what a search would have logged
}

func readGrid(t *testing.T, name string, params int, sign float64) *grid {
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
	zr, err := gzip.NewReader(f)
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
		sum, n, first := 0.0, 0, math.NaN()
		for _, cell := range rec[params:] {
			if v, err := strconv.ParseFloat(cell, 64); err == nil && !math.IsNaN(v) {
				if n == 0 {
					first = sign * v
				}
				sum += sign * v
				n++
			}
		}
		g.mean, g.first = append(g.mean, sum/float64(n)), append(g.first, first)
	}
	return g
}

// exact decomposes the table.
func (g *grid) exact() truth {
	n := float64(len(g.mean))
	mean := 0.0
	for _, y := range g.mean {
		mean += y / n
	}
	variance := 0.0
	for _, y := range g.mean {
		variance += (y - mean) * (y - mean) / n
	}
	// closed is the share of the variance of the means of the cells that agree in the
	// parameters that are in the subset.
	closed := func(in func(j int) bool) float64 {
		sums, counts := make([]float64, len(g.mean)), make([]float64, len(g.mean))
		for i, y := range g.mean {
			k := 0 // below the number of cells, as the table is full
			for j, l := range g.level[i] {
				if in(j) {
					k = k*len(g.params[j].Choices) + l
				}
			}
			sums[k] += y - mean
			counts[k]++
		}
		v := 0.0
		for k, s := range sums {
			if counts[k] > 0 {
				v += s * s / counts[k] / n
			}
		}
		return v / variance
	}
	var out truth
	for j := range g.params {
		out.mains = append(out.mains, closed(func(i int) bool { return i == j }))
		out.totals = append(out.totals, 1-closed(func(i int) bool { return i != j }))
		curve := make([]float64, len(g.params[j].Choices))
		for i, y := range g.mean {
			curve[g.level[i][j]] += y / n * float64(len(curve))
		}
		out.curves = append(out.curves, func(x float64) float64 { return curve[int(x)] })
	}
	for j := range g.params {
		for k := range j {
			both := closed(func(i int) bool { return i == j || i == k })
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
	for k, i := range rand.New(rand.NewPCG(seed, 1)).Perm(len(g.mean))[:n] {
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
	for _, table := range []struct {
		title, name string
		params      int
		sign        float64
		log         bool // of the losses, which are positive
	}{
		{"NAS-Bench-201, CIFAR-10 (6 parameters)", "nasbench201_cifar10", 6, -1, false},
		{"HPOBench, australian (5)", "hpobench_australian", 5, -1, false},
		{"HPOlib, naval propulsion (9), logarithm of the loss", "hpolib_naval_propulsion", 9, 1, true},
		{"HPOlib, naval propulsion", "hpolib_naval_propulsion", 9, 1, false},
	} {
		t.Run(table.title, func(t *testing.T) {
			g := readGrid(t, table.name+".csv.gz", table.params, table.sign)
			if table.log {
				for i := range g.mean {
					g.mean[i], g.first[i] = math.Log(g.mean[i]), math.Log(g.first[i])
				}
			}
			measureCoverage(t, table.title, g.exact(), func(n int, seed uint64) *nasalyze.Study { return g.sample(t, n, seed) }, nil)
		})
	}
}
