package main

import (
	"math"
	"math/rand/v2"
	"path/filepath"
	"strconv"
)

// friedman makes n rows of d uniform columns and, last, Friedman's first function of
// the first five of them with unit noise ("Multivariate adaptive regression
// splines", Annals of Statistics 19, 1991, equation 61): two parameters that
// interact, three that do not, the rest without influence.
func friedman(n, d int, seed uint64) []float64 {
	rng := rand.New(rand.NewPCG(seed, uint64(n)))
	data := make([]float64, 0, n*(d+1))
	for range n {
		at := len(data)
		for range d {
			data = append(data, rng.Float64())
		}
		x := data[at:]
		y := 10*math.Sin(math.Pi*x[0]*x[1]) + 20*(x[2]-0.5)*(x[2]-0.5) + 10*x[3] + 5*x[4] + rng.NormFloat64()
		data = append(data, y)
	}
	return data
}

// levels per column of a tabular benchmark of 62,208 configurations: that of
// Klein and Hutter, "Tabular benchmarks for joint architecture and
// hyperparameter optimization" (arXiv 1905.04970).
var levels = []int{2, 2, 4, 3, 3, 6, 2, 6, 6}

// factorial makes every combination of the levels, in random order, coded 0, 1, ...
// for every contender, and a response with interactions and noise, last. Held-out
// rows are the same grid with other noise.
func factorial(seed uint64) []float64 {
	n := 1
	for _, k := range levels {
		n *= k
	}
	rng := rand.New(rand.NewPCG(seed, 9))
	data := make([]float64, 0, n*(len(levels)+1))
	for _, i := range rng.Perm(n) {
		at := len(data)
		y := 0.3 * rng.NormFloat64()
		for j, k := range levels {
			v := float64(i % k)
			i /= k
			data = append(data, v)
			y += math.Sin(float64(j+1)*v) * (1 + data[at]*v/float64(k))
		}
		data = append(data, y)
	}
	return data
}

// curves makes losses of n configurations at the budgets: neighbours agree best.
func curves(n, budgets int) []float64 {
	rng := rand.New(rand.NewPCG(11, uint64(n)))
	data := make([]float64, 0, n*budgets)
	for range n {
		v := rng.NormFloat64()
		for range budgets {
			v += 0.3 * rng.NormFloat64()
			data = append(data, math.Exp(v))
		}
	}
	return data
}

// store writes rows of the given width to the scratch folder and returns the path.
func (b *bench) store(name string, data []float64, width int) (string, error) {
	path := filepath.Join(b.dir, name+".npy")
	return path, writeNPY(path, data, len(data)/width, width)
}

// sized names an input by rows and columns.
func sized(rows, columns int) string { return thousands(rows) + " x " + strconv.Itoa(columns) }

// thousands writes an integer with commas.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
