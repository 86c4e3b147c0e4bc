package main

import (
	"cmp"
	"compress/gzip"
	"encoding/csv"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// gridTable says how to search a full factorial table of trainings with several seeds per cell.
type gridTable struct {
	file, title, unit string
	// seeds is the prefix of the columns of losses.
	seeds string
	// higher tells that more is better.
	higher bool
	// categorical names the parameters without an order.
	categorical []string
	budgets     []float64
	eta         float64
}

// The budget is the number of trainings whose mean is told, without replacement; where a
// cell has fewer, as 7,456 of NAS-Bench-201 have, all of them.
var (
	nasbench201 = gridTable{file: "nasbench201_cifar10", title: "NAS-Bench-201", unit: "validation error, %", seeds: "valid_accuracy_pct_seed", higher: true,
		categorical: []string{"Op0", "Op1", "Op2", "Op3", "Op4", "Op5"}, budgets: []float64{1, 3}, eta: 3}
	australian = gridTable{file: "hpobench_australian", title: "HPOBench, australian", unit: "balanced validation error", seeds: "valid_balanced_accuracy_seed", higher: true,
		budgets: []float64{1, 2, 4}, eta: 2}
	navalPropulsion = gridTable{file: "hpolib_naval_propulsion", title: "HPOlib, naval propulsion", unit: "validation mean squared error", seeds: "valid_mse_seed",
		categorical: []string{"activation_fn_1", "activation_fn_2", "lr_schedule"}, budgets: []float64{1, 2, 4}, eta: 2}
)

// grid reads a table. Parameters with an order are integers, the index of the value.
func grid(data string, t gridTable) func(string) (*workload, error) {
	return func(string) (*workload, error) {
		f, err := os.Open(filepath.Join(data, "grid", t.file+".csv.gz"))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		text, err := gzip.NewReader(f)
		if err != nil {
			return nil, err
		}
		lines := csv.NewReader(text)
		lines.FieldsPerRecord = -1 // cells have up to as many trainings as the header says
		rows, err := lines.ReadAll()
		if err != nil {
			return nil, err
		}
		return t.workload(rows[0], rows[1:])
	}
}

func (t *gridTable) workload(header []string, rows [][]string) (*workload, error) {
	d := slices.IndexFunc(header, func(name string) bool { return strings.HasPrefix(name, t.seeds) })
	levels := make([][]string, d)
	for _, r := range rows {
		for j := range levels {
			if !slices.Contains(levels[j], r[j]) {
				levels[j] = append(levels[j], r[j])
			}
		}
	}
	params := make([]nasalyze.Param, d)
	cells := 1
	for j := range params {
		params[j] = nasalyze.Param{Name: header[j], Kind: nasalyze.Int, Upper: float64(len(levels[j]) - 1)}
		if slices.Contains(t.categorical, header[j]) {
			params[j] = nasalyze.Param{Name: header[j], Kind: nasalyze.Categorical, Choices: integers(len(levels[j]))}
		} else if err := sortNumbers(levels[j]); err != nil {
			return nil, err
		}
		cells *= len(levels[j])
	}
	if cells != len(rows) {
		return nil, fmt.Errorf("%d rows for %d cells", len(rows), cells)
	}
	losses := make([][]float64, cells)
	best := math.Inf(1)
	for _, r := range rows {
		x := make([]float64, d)
		for j := range x {
			x[j] = float64(slices.Index(levels[j], r[j]))
		}
		trainings := make([]float64, len(r)-d)
		for k := range trainings {
			v, err := strconv.ParseFloat(r[d+k], 64)
			if err != nil {
				return nil, err
			}
			if t.higher {
				v = -v
			}
			trainings[k] = v
		}
		losses[cell(levels, x)] = trainings
		best = min(best, mean(trainings))
	}
	space, err := nasalyze.NewSpace("", params, nil, nil)
	return &workload{
		title: t.title, unit: t.unit, space: space, budgets: t.budgets, eta: t.eta,
		loss: func(x []float64, budget float64, rng *rand.Rand) float64 {
			trainings := losses[cell(levels, x)]
			n := min(int(math.Round(budget)), len(trainings))
			sum := 0.0
			for _, k := range rng.Perm(len(trainings))[:n] {
				sum += trainings[k]
			}
			return sum / float64(n)
		},
		regret: func(x []float64) float64 { return mean(losses[cell(levels, x)]) - best },
	}, err
}

// cell is the index of a configuration in the table.
func cell(levels [][]string, x []float64) int {
	i := 0
	for j := range x {
		i = i*len(levels[j]) + int(x[j])
	}
	return i
}

// sortNumbers sorts numbers written as text by their values.
func sortNumbers(levels []string) error {
	var failed error
	slices.SortFunc(levels, func(a, b string) int {
		x, err := strconv.ParseFloat(a, 64)
		y, err2 := strconv.ParseFloat(b, 64)
		if err != nil || err2 != nil {
			failed = fmt.Errorf("%q or %q is no number", a, b)
		}
		return cmp.Compare(x, y)
	})
	return failed
}

func mean(v []float64) float64 {
	sum := 0.0
	for _, x := range v {
		sum += x
	}
	return sum / float64(len(v))
}
