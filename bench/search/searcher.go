package main

import (
	"context"
	"math"

	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/correlation"
)

// trial is what a searcher wants evaluated.
type trial struct {
	id     int
	x      []float64
	budget float64
}

// searcher is asked and told. It has no trial where it waits for results.
type searcher interface {
	ask() (t trial, ok bool, err error)
	tell(id int, loss float64) error
	// cpu is the processor time in seconds spent on this run, 0 if that is not measured.
	cpu() float64
	versions() []string
}

// contender makes a searcher for a run.
type contender struct {
	name, title string
	// ours are made here, others by a peer.
	ours *bohb.Options
	peer *peer
}

// contenders in the order of tables and pictures. The first is compared with the others.
var contenders = []*contender{
	{name: "ours", title: "nasalyze", ours: &bohb.Options{}},
	{name: "ours-async", title: "nasalyze, asynchronous", ours: &bohb.Options{Async: true}},
	{name: "ours-adaptive", title: "nasalyze, adaptive", ours: &bohb.Options{RankCorrelation: spearman}},
	{name: "hpbandster", title: "HpBandSter", peer: &peer{script: "hpbandster_bohb.py", environment: hpbandster}},
	{name: "optuna", title: "Optuna", peer: &peer{script: "optuna_tpe.py", environment: searchers}},
	{name: "dehb", title: "DEHB", peer: &peer{script: "dehb_de.py", environment: searchers}},
	{name: "smac", title: "SMAC3", peer: &peer{script: "smac_mf.py", environment: searchers}},
	{name: "hyperband", title: "Hyperband", ours: &bohb.Options{Method: bohb.Hyperband}},
	{name: "random", title: "random search", ours: &bohb.Options{Method: bohb.Random}},
}

// spearman is the rank correlation that the command uses.
func spearman(low, high []float64) (rho, lo, hi float64) {
	r, err := correlation.Matrix(context.Background(), [][]float64{low, high}, correlation.Options{Workers: 1})
	if err != nil {
		return math.NaN(), math.NaN(), math.NaN()
	}
	e := r.Pair(0, 1).Spearman
	return e.Rho, e.Lo, e.Hi
}

// start makes the searcher of one run of about so many trials.
func (c *contender) start(ctx context.Context, p *pythons, w *workload, seed, workers, trials int) (searcher, error) {
	if c.peer != nil {
		return c.peer.start(ctx, p, w, seed, workers, trials)
	}
	opt := *c.ours
	opt.MinBudget, opt.MaxBudget, opt.Eta, opt.Seed = w.budgets[0], w.full(), w.eta, uint64(seed)
	s, err := bohb.New(w.space, opt)
	return &own{search: s}, err
}

// own is a searcher of package bohb.
type own struct{ search *bohb.Search }

func (o *own) ask() (trial, bool, error) {
	t, ok := o.search.Ask()
	if !ok {
		return trial{}, false, nil
	}
	x := make([]float64, len(t.Values))
	for j, v := range t.Values {
		x[j], _ = v.Float()
	}
	return trial{t.Number, x, t.Budget}, true, nil
}

func (o *own) tell(id int, loss float64) error { return o.search.Tell(id, loss) }
func (o *own) cpu() float64                    { return 0 }
func (o *own) versions() []string              { return nil }
