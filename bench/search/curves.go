package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"

	"github.com/nasalyze/nasalyze"
)

// adam8 is the search space of TaskSet's Adam with 8 parameters (Metz et al. 2020, "Using
// a thousand optimization tasks to learn hyperparameter search strategies"). All are
// logarithmic, the betas in 1 - beta.
var adam8 = []nasalyze.Param{
	{Name: "learning_rate", Lower: 1e-8, Upper: 10, Log: true},
	{Name: "beta1", Lower: 1e-4, Upper: 1, Log: true},
	{Name: "beta2", Lower: 1e-6, Upper: 1, Log: true},
	{Name: "epsilon", Lower: 1e-10, Upper: 1e3, Log: true},
	{Name: "l1", Lower: 1e-8, Upper: 10, Log: true},
	{Name: "l2", Lower: 1e-8, Upper: 10, Log: true},
	{Name: "linear_decay", Lower: 1e-7, Upper: 1e-4, Log: true},
	{Name: "exponential_decay", Lower: 1e-6, Upper: 1e-3, Log: true},
}

// diverged is what a training without a finite loss counts as, and the most any loss
// counts as: twice that of guessing between two classes.
const diverged = 2 * math.Ln2

// taskset is a table of 1,000 real learning curves. A configuration trains like the
// setting of the table that is nearest to it in the unit cube. The budget is the place
// in the curve of validation losses, rounded.
func taskset(data, task, title string) func(string) (*workload, error) {
	return func(string) (*workload, error) {
		f, err := os.Open(filepath.Join(data, "taskset", task+".json.gz"))
		if err != nil {
			return nil, err
		}
		defer f.Close()
		unzip, err := gzip.NewReader(f)
		if err != nil {
			return nil, err
		}
		text, err := io.ReadAll(unzip)
		if err != nil {
			return nil, err
		}
		text = bytes.ReplaceAll(text, []byte("NaN"), []byte("null")) // as Python writes it
		var rows []struct {
			HP    map[string]float64
			Valid struct{ Loss []*float64 }
		}
		if err := json.Unmarshal(text, &rows); err != nil {
			return nil, err
		}
		t := &curves{best: math.Inf(1)}
		for _, r := range rows {
			if len(r.Valid.Loss) != steps+1 {
				return nil, fmt.Errorf("a curve of %d losses, want %d", len(r.Valid.Loss), steps+1)
			}
			u := make([]float64, len(adam8))
			for j := range adam8 {
				v := r.HP[adam8[j].Name]
				if adam8[j].Name == "beta1" || adam8[j].Name == "beta2" {
					v = 1 - v
				}
				u[j] = unit(&adam8[j], v)
			}
			curve := make([]float64, steps+1)
			for i, l := range r.Valid.Loss {
				curve[i] = diverged
				if l != nil && *l < diverged {
					curve[i] = *l
				}
			}
			t.points, t.losses = append(t.points, u), append(t.losses, curve)
			t.best = min(t.best, curve[steps])
		}
		space, err := nasalyze.NewSpace("", adam8, nil, nil)
		return &workload{
			title: "TaskSet, " + title, unit: "validation loss, nats", space: space, budgets: geometric(steps, 3, 4), eta: 3,
			loss: func(x []float64, budget float64, _ *rand.Rand) float64 {
				return t.losses[t.nearest(x)][int(math.Round(budget))]
			},
			regret: func(x []float64) float64 { return t.losses[t.nearest(x)][steps] - t.best },
		}, err
	}
}

// steps is the number of losses in a curve after that of the untrained network; one
// stands for 200 batches.
const steps = 50

type curves struct {
	points, losses [][]float64
	best           float64
}

func (t *curves) nearest(x []float64) int {
	u := make([]float64, len(x))
	for j := range x {
		u[j] = unit(&adam8[j], x[j])
	}
	best, distance := 0, math.Inf(1)
	for i, p := range t.points {
		d := 0.0
		for j := range p {
			d += (p[j] - u[j]) * (p[j] - u[j])
		}
		if d < distance {
			best, distance = i, d
		}
	}
	return best
}

// unit maps a value of a logarithmic parameter to [0, 1].
func unit(p *nasalyze.Param, v float64) float64 {
	return math.Log(v/p.Lower) / math.Log(p.Upper/p.Lower)
}
