package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/correlation"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/reports"
)

// tasks are the jobs that this program does itself.
var tasks = map[string]func(context.Context, *recorder) error{
	"log":    logNumbers,
	"report": wholeReport,
	"fanova": decompose,
	"forest": fitForest,
	"ranks":  rankColumns,
	"read":   readLog,
}

// work does one job, as a process of its own.
func work(ctx context.Context, in io.Reader, out io.Writer) error {
	r := new(recorder)
	if err := json.NewDecoder(in).Decode(&r.job); err != nil {
		return fmt.Errorf("job: %w", err)
	}
	task, ok := tasks[r.job.Task]
	if !ok {
		return fmt.Errorf("no task %q", r.job.Task)
	}
	if err := task(ctx, r); err != nil {
		return fmt.Errorf("%s: %w", r.job.Task, err)
	}
	r.result.Done = true
	r.result.Versions = []string{runtime.Version()}
	r.result.Peak = memory("VmHWM")
	return json.NewEncoder(out).Encode(&r.result)
}

// recorder collects the result of a job.
type recorder struct {
	job    job
	result result
}

// ready ends the reading of input: what the process takes by now is its base.
func (r *recorder) ready() {
	runtime.GC()
	r.result.Base = memory("VmRSS")
}

// phase times f; the same name again is a repeat.
func (r *recorder) phase(name string, f func() error) error {
	start := time.Now()
	err := f()
	seconds := time.Since(start).Seconds()
	i := slices.IndexFunc(r.result.Phases, func(p phase) bool { return p.Name == name })
	if i < 0 {
		i = len(r.result.Phases)
		r.result.Phases = append(r.result.Phases, phase{Name: name})
	}
	r.result.Phases[i].Seconds = append(r.result.Phases[i].Seconds, seconds)
	return err
}

func (r *recorder) answer(name string, value float64) {
	r.result.Answers = append(r.result.Answers, answer{name, number(value)})
}

func (r *recorder) note(format string, args ...any) {
	r.result.Notes = append(r.result.Notes, fmt.Sprintf(format, args...))
}

func (r *recorder) forestOptions() forest.Options {
	return forest.Options{Trees: r.job.Trees, FeatureFraction: r.job.Features, MinLeaf: 1, Workers: r.job.CPUs}
}

// logNumbers finds what DeepCAVE's fANOVA and budget correlation find, with as
// many trees: the importance of parameters and pairs at every budget, and the
// rank correlation of every pair of budgets.
func logNumbers(ctx context.Context, r *recorder) error {
	study, _, err := ingest.Open(ctx, r.job.Path, ingest.Options{})
	if err != nil {
		return err
	}
	r.ready()
	budgets := study.Budgets()
	var ranks *correlation.Result
	err = r.phase("correlation", func() error {
		_, losses, err := study.Losses(0, nasalyze.TableOptions{})
		if err != nil {
			return err
		}
		ranks, err = correlation.Matrix(ctx, losses, correlation.Options{Resamples: -1, Workers: r.job.CPUs})
		return err
	})
	if err != nil {
		return err
	}
	for _, p := range ranks.Pairs {
		r.answer("correlation "+budgetText(budgets[p.I])+" "+budgetText(budgets[p.J]), p.Spearman.Rho)
	}
	for _, budget := range budgets {
		var table *nasalyze.Table
		var fitted *forest.Forest
		var mains, pairs []fanova.Effect
		err := r.phase("forest "+budgetText(budget), func() error {
			if table, err = study.At(budget, 0, nasalyze.TableOptions{}); err != nil {
				return err
			}
			columns := make([]forest.Column, table.D)
			for j, c := range table.Columns {
				columns[j] = forest.Column(c)
			}
			fitted, err = forest.Fit(ctx, table.X, table.Y, nil, columns, r.forestOptions())
			return err
		})
		if err != nil {
			return err
		}
		err = r.phase("importance "+budgetText(budget), func() error {
			d, err := fanova.New(fitted, fanova.Options{Workers: r.job.CPUs})
			if err != nil {
				return err
			}
			mains = d.Mains()
			pairs, err = d.Pairs(ctx)
			return err
		})
		if err != nil {
			return err
		}
		for _, e := range slices.Concat(mains, pairs) {
			names := make([]string, len(e.Columns))
			for k, j := range e.Columns {
				names[k] = study.Space.Params[table.Params[j]].Name
			}
			r.answer(effectName(study.Space, budget, names), e.Individual.Mean)
		}
	}
	return nil
}

// wholeReport computes everything a report says, with its defaults; with
// NoIntervals without the bootstrap behind the intervals of the importance.
func wholeReport(ctx context.Context, r *recorder) error {
	study, _, err := ingest.Open(ctx, r.job.Path, ingest.Options{})
	if err != nil {
		return err
	}
	r.ready()
	options := reports.Options{Workers: r.job.CPUs}
	if r.job.NoIntervals {
		options.Replicates = -1
	}
	var a *reports.Analysis
	err = r.phase("analyze", func() error {
		a, err = reports.Analyze(ctx, study, options)
		return err
	})
	if err != nil {
		return err
	}
	for _, c := range a.Correlations {
		r.answer("correlation "+budgetText(c.Low)+" "+budgetText(c.High), c.Spearman.Rho)
	}
	for _, b := range a.Budgets {
		for _, imp := range b.Importance {
			r.answer(effectName(study.Space, b.Budget, imp.Params), imp.Individual.Mean)
		}
	}
	return nil
}

// effectName names the importance of one parameter or two at a budget, as the
// peers' scripts do. Conditional parameters are named apart, because tools
// disagree about what an inactive value is.
func effectName(space *nasalyze.Space, budget float64, names []string) string {
	kind := "main"
	if len(names) == 2 {
		kind = "pair"
	}
	if slices.ContainsFunc(names, func(name string) bool { return space.Conditional(space.Index(name)) }) {
		kind = "conditional " + kind
	}
	return kind + " " + budgetText(budget) + " " + strings.Join(slices.Sorted(slices.Values(names)), " x ")
}

func budgetText(b float64) string { return strconv.FormatFloat(b, 'g', -1, 64) }

// decompose fits a forest to a table whose last column is the response and finds
// all main effects and pairs.
func decompose(ctx context.Context, r *recorder) error {
	x, y, d, err := readTable(r.job.Path)
	if err != nil {
		return err
	}
	r.ready()
	var mains []fanova.Effect
	var dec *fanova.Decomposition
	var fitted *forest.Forest
	for range max(1, r.job.Repeats) {
		if err := r.phase("forest", func() error {
			fitted, err = forest.Fit(ctx, x, y, nil, make([]forest.Column, d), r.forestOptions())
			return err
		}); err != nil {
			return err
		}
		if err := r.phase("mains", func() error {
			if dec, err = fanova.New(fitted, fanova.Options{Workers: r.job.CPUs}); err == nil {
				mains = dec.Mains()
			}
			return err
		}); err != nil {
			return err
		}
		if err := r.phase("pairs", func() error {
			_, err := dec.Pairs(ctx)
			return err
		}); err != nil {
			return err
		}
	}
	nodes := 0
	for i := range fitted.Trees {
		nodes += fitted.Trees[i].NumNodes()
	}
	r.note("%d nodes", nodes)
	for j, e := range mains {
		r.answer("main "+strconv.Itoa(j), e.Individual.Mean)
	}
	return nil
}

// fitForest fits a forest and predicts held-out rows.
func fitForest(ctx context.Context, r *recorder) error {
	x, y, d, err := readTable(r.job.Path)
	if err != nil {
		return err
	}
	r.ready()
	var fitted *forest.Forest
	for range max(1, r.job.Repeats) {
		if err := r.phase("forest", func() error {
			fitted, err = forest.Fit(ctx, x, y, nil, make([]forest.Column, d), r.forestOptions())
			return err
		}); err != nil {
			return err
		}
	}
	held, truth, _, err := readTable(r.job.Test)
	if err != nil {
		return err
	}
	prediction := fitted.Predict(nil, held)
	for i, p := range prediction {
		r.answer("prediction "+strconv.Itoa(i), p)
	}
	r.answer("quality R2", r2(prediction, truth))
	return nil
}

// r2 is the coefficient of determination.
func r2(prediction, truth []float64) float64 {
	mean := 0.0
	for _, v := range truth {
		mean += v / float64(len(truth))
	}
	sse, sst := 0.0, 0.0
	for i, v := range truth {
		sse += (v - prediction[i]) * (v - prediction[i])
		sst += (v - mean) * (v - mean)
	}
	return 1 - sse/sst
}

// rankColumns correlates the columns of a matrix with gaps, pair by pair.
func rankColumns(ctx context.Context, r *recorder) error {
	data, n, b, err := readNPY(r.job.Path)
	if err != nil {
		return err
	}
	columns := make([][]float64, b)
	for j := range columns {
		columns[j] = make([]float64, n)
		for i := range columns[j] {
			columns[j][i] = data[i*b+j]
		}
	}
	r.ready()
	var ranks *correlation.Result
	for range max(1, r.job.Repeats) {
		if err := r.phase("correlation", func() error {
			ranks, err = correlation.Matrix(ctx, columns, correlation.Options{Resamples: -1, Workers: r.job.CPUs})
			return err
		}); err != nil {
			return err
		}
	}
	for _, p := range ranks.Pairs {
		r.answer(fmt.Sprintf("correlation %d %d", p.I, p.J), p.Spearman.Rho)
	}
	return nil
}

// readLog reads a log.
func readLog(ctx context.Context, r *recorder) error {
	r.ready()
	return r.phase("read", func() error {
		study, findings, err := ingest.Open(ctx, r.job.Path, ingest.Options{})
		if err != nil {
			return err
		}
		r.answer("trials", float64(len(study.Trials)))
		r.note("%d configurations, %d findings", len(study.Configs), len(findings))
		return nil
	})
}

// readTable reads a matrix whose last column is the response.
func readTable(path string) (x, y []float64, d int, err error) {
	data, n, columns, err := readNPY(path)
	if err != nil {
		return nil, nil, 0, err
	}
	d = columns - 1
	x, y = make([]float64, 0, n*d), make([]float64, 0, n)
	for row := range slices.Chunk(data, columns) {
		x, y = append(x, row[:d]...), append(y, row[d])
	}
	for _, v := range y {
		if math.IsNaN(v) {
			return nil, nil, 0, fmt.Errorf("%s: a response is NaN", path)
		}
	}
	return x, y, d, nil
}
