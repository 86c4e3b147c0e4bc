// Command accuracy measures how close importances come to the exact
// decomposition of full factorial tables, or of functions in closed form: those of a
// report with its default options, and those of other programs.
//
//	python bench/accuracy/samples.py DIR > samples.jsonl    # or smooth.py > samples.jsonl
//	python bench/accuracy/peers.py optuna < samples.jsonl > optuna.jsonl
//	go run ./bench/accuracy samples.jsonl optuna.jsonl ...
//
// For each table, size and program it prints the mean absolute error of main
// effects, pairs and total (Sobol') indices, and Spearman's correlation of the
// estimated with the true order of the main effects, all as means over the
// samples. The scripts say how samples are drawn and which programs are asked.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"text/tabwriter"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/correlation"
	"github.com/nasalyze/nasalyze/reports"
)

var sizes = []int{100, 200, 500, 1000, 2000}

// sample is a line of samples.jsonl: rows in random order and the truth.
type sample struct {
	Table   string
	Seed    int
	Cells   []int // values of each parameter, 0 of a continuous one
	Numeric []bool
	X       [][]float64 // encoded: (i + 1/2)/k of a numeric parameter, x in [0, 1] of a continuous one, else the level
	Y       []float64
	shares
}

// shares of the variance: of each parameter, each pair, and total indices. A nil
// slice was not answered.
type shares struct {
	Mains, Pairs, Totals []float64
}

// answer is a line of a peer's file.
type answer struct {
	Peer  string
	Table string
	Seed  int
	N     int
	shares
}

func main() {
	if len(os.Args) < 2 {
		fmt.Fprintln(os.Stderr, "usage: accuracy SAMPLES [ANSWERS ...]")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Args[1], os.Args[2:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, samplesPath string, answerPaths []string, out io.Writer) error {
	samples, err := readLines[sample](samplesPath)
	if err != nil {
		return err
	}
	if len(samples) == 0 {
		return errors.New("no samples")
	}
	var answers []answer
	for _, s := range samples {
		for _, n := range sizes {
			if n > len(s.Y) {
				continue
			}
			got, err := ours(ctx, &s, n)
			if err != nil {
				return fmt.Errorf("%s, sample %d, n = %d: %w", s.Table, s.Seed, n, err)
			}
			answers = append(answers, answer{"nasalyze", s.Table, s.Seed, n, got})
		}
	}
	for _, path := range answerPaths {
		theirs, err := readLines[answer](path)
		if err != nil {
			return err
		}
		answers = append(answers, theirs...)
	}
	return print(out, samples, answers)
}

func readLines[T any](path string) ([]T, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var all []T
	for d := json.NewDecoder(bufio.NewReader(f)); ; {
		var v T
		switch err := d.Decode(&v); {
		case errors.Is(err, io.EOF):
			return all, nil
		case err != nil:
			return nil, fmt.Errorf("%s: record %d: %w", path, len(all)+1, err)
		}
		all = append(all, v)
	}
}

// ours is what a report says about the first n rows.
func ours(ctx context.Context, s *sample, n int) (shares, error) {
	var params []nasalyze.Param
	for j, k := range s.Cells {
		p := nasalyze.Param{Name: fmt.Sprint("p", j), Kind: nasalyze.Categorical}
		switch {
		case k == 0:
			p.Kind, p.Upper = nasalyze.Float, 1
		case s.Numeric[j]:
			p.Kind = nasalyze.Ordinal // equal cells, as the encoding of the sample
		}
		for l := range k {
			p.Choices = append(p.Choices, nasalyze.Integer(int64(l)))
		}
		params = append(params, p)
	}
	space, err := nasalyze.NewSpace("grid", params, nil, nil)
	if err != nil {
		return shares{}, err
	}
	study := &nasalyze.Study{Name: s.Table, Space: space, Objectives: []nasalyze.Objective{{Name: "loss"}}}
	nan := math.NaN()
	for i := range n {
		values := make([]nasalyze.Value, len(params))
		for j, x := range s.X[i] {
			switch k := s.Cells[j]; {
			case k == 0:
				values[j] = nasalyze.Number(x)
			case s.Numeric[j]:
				values[j] = params[j].Choices[int(x*float64(k))]
			default:
				values[j] = params[j].Choices[int(x)]
			}
		}
		study.Configs = append(study.Configs, nasalyze.Config{ID: fmt.Sprint(i), Values: values})
		study.Trials = append(study.Trials, nasalyze.Trial{Config: i, Budget: 1, Values: []float64{s.Y[i]}, Submitted: nan, Started: nan, Finished: nan})
	}
	a, err := reports.Analyze(ctx, study, reports.Options{Seed: uint64(s.Seed), Replicates: -1, Resamples: -1, Brief: true})
	if err != nil {
		return shares{}, err
	}
	var out shares
	for i, e := range a.Budgets[0].Importance {
		if i < len(params) {
			out.Mains, out.Totals = append(out.Mains, e.Individual.Mean), append(out.Totals, e.Sobol.Mean)
		} else {
			out.Pairs = append(out.Pairs, e.Individual.Mean)
		}
	}
	return out, nil
}

// key of a row of results.
type key struct {
	table string
	n     int
	peer  string
}

// errorsOf are sums over samples of mean absolute errors and of rank correlations.
type errorsOf struct {
	mains, pairs, totals, rank mean
}

type mean struct {
	sum float64
	n   int
}

func (m *mean) add(v float64) {
	if v == v {
		m.sum += v
		m.n++
	}
}

func (m *mean) String() string {
	if m.n == 0 {
		return ""
	}
	return fmt.Sprintf("%.4f", m.sum/float64(m.n))
}

func print(out io.Writer, samples []sample, answers []answer) error {
	var tables, peers []string
	truth := make(map[string]*sample)
	for i := range samples {
		s := &samples[i]
		if truth[s.Table] == nil {
			tables = append(tables, s.Table)
			truth[s.Table] = s
		}
	}
	rows := make(map[key]*errorsOf)
	for _, a := range answers {
		t := truth[a.Table]
		if t == nil {
			return fmt.Errorf("%s answers for the table %q, which is not in the samples", a.Peer, a.Table)
		}
		if !slices.Contains(peers, a.Peer) {
			peers = append(peers, a.Peer)
		}
		k := key{a.Table, a.N, a.Peer}
		if rows[k] == nil {
			rows[k] = new(errorsOf)
		}
		r := rows[k]
		r.mains.add(distance(a.Mains, t.Mains))
		r.pairs.add(distance(a.Pairs, t.Pairs))
		r.totals.add(distance(a.Totals, t.Totals))
		rho, err := correlation.Spearman(a.Mains, t.Mains)
		if err != nil {
			return err
		}
		r.rank.add(rho.Value)
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "table\tn\tprogram\tmains\tpairs\ttotals\trank\tsamples")
	for _, table := range tables {
		for _, n := range sizes {
			for _, peer := range peers {
				if r := rows[key{table, n, peer}]; r != nil {
					fmt.Fprintf(w, "%s\t%d\t%s\t%s\t%s\t%s\t%s\t%d\n", table, n, peer, &r.mains, &r.pairs, &r.totals, &r.rank, r.mains.n)
				}
			}
		}
	}
	return w.Flush()
}

// distance is the mean absolute error, NaN where there is no answer.
func distance(estimate, truth []float64) float64 {
	if len(estimate) != len(truth) {
		return math.NaN()
	}
	sum := 0.0
	for i, v := range estimate {
		sum += math.Abs(v - truth[i])
	}
	return sum / float64(len(truth))
}
