package fanova

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze/forest"
)

// TestOneStepUnseen: pairs against the sums that define them, mains without change.
func TestOneStepUnseen(t *testing.T) {
	c := newOneStepCase(t, 9)
	rng := rand.New(rand.NewPCG(9, 2))
	n, nan := len(c.cells), math.NaN()
	const rows = 60
	var x, w []float64
	e := make([]float64, rows)
	cell := make([]int, rows)
	sum, mean := 0.0, 0.0
	for i := range rows {
		cell[i] = rng.IntN(len(c.f))
		x, w = append(x, c.x[cell[i]*n:(cell[i]+1)*n]...), append(w, float64(rng.IntN(4)))
		if i%7 == 0 {
			x[i*n+i%n] = nan
		}
		if e[i] = rng.NormFloat64(); i%9 == 0 {
			e[i] = nan
			continue
		}
		sum += w[i]
		mean += w[i] * e[i]
	}
	mean /= sum
	unseen := make([]Unseen, len(c.trees))
	trees := make([]float64, rows)
	for k := range unseen {
		for i := range rows {
			if rng.IntN(3) > 0 {
				continue
			}
			residual := rng.NormFloat64()
			if rng.IntN(5) == 0 {
				residual = nan
			} else {
				trees[i]++
			}
			unseen[k].Rows, unseen[k].Residual = append(unseen[k].Rows, uint32(i)), append(unseen[k].Residual, residual)
		}
	}
	plain, err := c.d.OneStep(context.Background(), x, e, w, nil)
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.d.OneStep(context.Background(), x, e, w, unseen)
	if err != nil {
		t.Fatal(err)
	}
	c.each(plain, func(a, b int, want float64) {
		if b < 0 {
			near(t, "main", s.Mains[a], want, 0)
			return
		}
		known := func(i int) bool { return x[i*n+a] == x[i*n+a] && x[i*n+b] == x[i*n+b] && e[i] == e[i] }
		g := c.effect(c.g, a, b)
		want = product(g, g)
		for i := range rows {
			if known(i) {
				want += w[i] / sum * g[cell[i]] * (e[i] - mean)
			}
		}
		for k, u := range unseen {
			g := c.effect(c.trees[k], a, b)
			for j, i := range u.Rows {
				if r := u.Residual[j]; known(int(i)) && r == r {
					want += w[i] / sum * g[cell[i]] * (r - mean) / trees[i]
				}
			}
		}
		near(t, "pair", s.Pairs[pairIndex(a, b, n)], want/c.meanVariance(), 1e-12)
	})
}

// TestOneStepNoise: where responses are nothing but noise, less of it is taken for pairs
// if it is known which rows trees have not seen.
func TestOneStepNoise(t *testing.T) {
	const seeds, n, d = 20, 200, 4
	var with, without float64 // of all pairs, mean over the seeds
	columns := make([]forest.Column, d)
	for seed := range uint64(seeds) {
		rng := rand.New(rand.NewPCG(seed, 3))
		x, y := make([]float64, n*d), make([]float64, n)
		for i := range x {
			x[i] = rng.Float64()
		}
		for i := range y {
			y[i] = rng.NormFloat64()
		}
		var seen [][]uint32
		var predicted [][]float64
		f, err := forest.Fit(context.Background(), x, y, nil, columns, forest.Options{MinLeaf: 2, Subsample: 0.8, Seed: seed,
			OutOfBag: func(_ int, rows []uint32, p []float64) {
				seen, predicted = append(seen, slices.Clone(rows)), append(predicted, slices.Clone(p))
			}})
		if err != nil {
			t.Fatal(err)
		}
		sum, trees, e := make([]float64, n), make([]float64, n), make([]float64, n)
		for k, rows := range seen {
			for j, i := range rows {
				sum[i] += predicted[k][j]
				trees[i]++
			}
		}
		unseen := make([]Unseen, len(seen))
		for k, rows := range seen {
			unseen[k].Rows = rows
			for j, i := range rows {
				unseen[k].Residual = append(unseen[k].Residual, y[i]-(sum[i]-predicted[k][j])/(trees[i]-1))
			}
		}
		for i := range e {
			e[i] = y[i] - sum[i]/trees[i]
		}
		dec, err := New(f, Options{})
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range []struct {
			unseen []Unseen
			sum    *float64
		}{{unseen, &with}, {nil, &without}} {
			s, err := dec.OneStep(context.Background(), x, e, nil, v.unseen)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range s.Pairs {
				*v.sum += p / seeds
			}
		}
	}
	t.Logf("pairs of noise: %.3f of the variance with rows that trees have not seen, %.3f without", with, without)
	if with > 0.6*without {
		t.Errorf("pairs of noise are %.3f of the variance, want at most 0.6 of %.3f", with, without)
	}
}

func TestOneStepBadUnseen(t *testing.T) {
	c := newOneStepCase(t, 1)
	row := []float64{0, 1, 0, 1}
	for name, change := range map[string]func(u []Unseen) []Unseen{
		"too few trees":         func(u []Unseen) []Unseen { return u[1:] },
		"too few residuals":     func(u []Unseen) []Unseen { u[2].Rows = []uint32{0}; return u },
		"a row that is not one": func(u []Unseen) []Unseen { u[2] = Unseen{[]uint32{1}, []float64{0}}; return u },
	} {
		if _, err := c.d.OneStep(context.Background(), row, []float64{1}, nil, change(make([]Unseen, len(c.trees)))); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
