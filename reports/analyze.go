package reports

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/fanova"
	"github.com/nasalyze/nasalyze/forest"
)

// Options of [Analyze]. The zero value is the documented default.
type Options struct {
	// Objective by name; empty means the first of the study.
	Objective string
	// Table says how failures and repeats are treated, and the scale.
	Table nasalyze.TableOptions
	// Forest options; Seed, Workers and Progress are taken from below. The
	// defaults differ from those of package forest. Where MinLeaf is 0 it is
	// [DefaultMinLeaf], or 1 where that predicts rows out of the bag clearly better, a few results
	// carry most of the variance or there are fewer than 150. Where SingleLevel is 0 it is [DefaultSingleLevel]. Unless
	// NoBootstrap is set or there are fewer than 32 trees, a tree gets the share
	// [DefaultSubsample] of the configurations in place of a bootstrap sample.
	Forest forest.Options
	// TreeMeans leaves shares as the means over the trees, as automl/fanova and Optuna have
	// them, and does not correct them by what rows out of the bag leave unexplained.
	TreeMeans bool
	// Cutoffs restrict the question to a range of results; the zero value is none.
	Cutoffs Cutoffs
	// MinConfigs is the number of configurations below which no importance is
	// computed; 0 means [DefaultMinConfigs].
	MinConfigs int
	// Replicates of the bootstrap over configurations behind the intervals of the
	// importance; 0 means [DefaultReplicates], negative none.
	Replicates int
	// Resamples of the bootstrap behind the intervals of the correlations; 0
	// means the default of package correlation.
	Resamples int
	// Target is the share of the best configurations that PED-ANOVA asks about; 0
	// means 0.1.
	Target float64
	// From is the id of the configuration that the ablation path begins at; empty
	// means the default of the search space.
	From string
	// At is the budget that the ablation path, the subsets and the trade-off are
	// about; nil means the largest with a decided importance.
	At *float64
	// Brief leaves out what goes beyond importances, marginals, ranks and advice: other
	// methods, conditional parameters, path, subsets, trade-off and outcomes.
	Brief bool
	// Confidence of all intervals; 0 means 0.95.
	Confidence float64
	// Seed of everything random.
	Seed uint64
	// Workers is the number of goroutines; 0 means GOMAXPROCS. It has no
	// influence on any number.
	Workers int
	// Version of the program and Command that was typed, recorded.
	Version, Command string
	// Findings of the ingest, recorded.
	Findings []Finding
	// Progress, if not nil, is told the stage and how much of it is done.
	Progress func(stage string, done, total int)
}

// Defaults of [Options].
const (
	// DefaultMinConfigs is a floor, not a recommendation: whether a forest on so
	// few rows says anything is left to its out-of-bag error.
	DefaultMinConfigs = 10
	DefaultReplicates = 100
	DefaultConfidence = 0.95
	// DefaultMinLeaf, DefaultSubsample and DefaultSingleLevel came closest to the exact decompositions
	// of full factorial tables (docs/accuracy.md).
	DefaultMinLeaf     = 2
	DefaultSubsample   = 0.8
	DefaultSingleLevel = 0.5
	DefaultTarget      = 0.1
)

// ErrNothing is returned for a study without a single usable result.
var ErrNothing = errors.New("no trial with a usable result")

func (o Options) resolve() (Options, error) {
	if o.MinConfigs == 0 {
		o.MinConfigs = DefaultMinConfigs
	}
	if o.Replicates == 0 {
		o.Replicates = DefaultReplicates
	}
	if o.Confidence == 0 {
		o.Confidence = DefaultConfidence
	}
	if o.Target == 0 {
		o.Target = DefaultTarget
	}
	if o.From == "" {
		o.From = fromDefault
	}
	if !(o.Target > 0 && o.Target < 1) {
		return o, fmt.Errorf("reports: Target is %v, expected a number between 0 and 1", o.Target)
	}
	if o.MinConfigs < 2 {
		return o, fmt.Errorf("reports: MinConfigs is %d, expected at least 2", o.MinConfigs)
	}
	if !(o.Confidence > 0 && o.Confidence < 1) {
		return o, fmt.Errorf("reports: Confidence is %v, expected a number between 0 and 1", o.Confidence)
	}
	if err := o.Cutoffs.check(); err != nil {
		return o, err
	}
	o.Forest.Workers = o.Workers
	return o, nil
}

// analyzer carries what the stages share.
type analyzer struct {
	ctx       context.Context
	study     *nasalyze.Study
	opt       Options
	objective int
	sign      float64 // natural value = sign * loss
	cols      []int   // parameters that vary, indices in Space.Params
	params    []*nasalyze.Param
	tables    []*nasalyze.Table // by budget
	cuts      []*fanova.Cutoffs // by budget, on losses; nil for none
	models    []*model          // by budget, nil where there is none
	draws     [][][]float64     // by budget: replicates of its shares, nil where there are none
	branches  []branch
	// branchDraws are the replicates of the branches' numbers, by budget.
	branchDraws [][][]float64
	position    []int // study configuration -> Analysis.Configs, -1
	a           *Analysis
}

// Analyze computes the whole report of one objective of a study. It fails only
// where there is nothing to report on, where options make no sense, or when ctx
// is cancelled; everything that cannot be told is said inside the Analysis.
//
// With n configurations, d parameters, T trees and B budgets the time is about
// O(B T n log n (d + d^2)) for forests, importances and pairs, times the
// replicates of the intervals, plus O(B n log n + B^2 n) for the ranks.
func Analyze(ctx context.Context, study *nasalyze.Study, opt Options) (*Analysis, error) {
	z, err := newAnalyzer(ctx, study, opt)
	if err != nil {
		return nil, err
	}
	stages := []func() error{z.describe, z.configs, z.budgets, z.correlations, z.shifts, z.timeline}
	if !z.opt.Brief {
		stages = append(stages, z.active, z.methods, z.path, z.growth, z.tradeoff, z.outcomes)
	}
	for _, stage := range append(stages, z.advise, z.answer) {
		if err := stage(); err != nil {
			return nil, err
		}
	}
	return z.a, nil
}

// newAnalyzer checks the arguments and joins equal configurations.
func newAnalyzer(ctx context.Context, study *nasalyze.Study, opt Options) (*analyzer, error) {
	opt, err := opt.resolve()
	if err != nil {
		return nil, err
	}
	if err := study.Validate(); err != nil {
		return nil, err
	}
	distinct, canonical := study.Distinct()
	if i := slices.IndexFunc(study.Configs, func(c nasalyze.Config) bool { return c.ID == opt.From }); i >= 0 {
		opt.From = distinct.Configs[canonical[i]].ID
	}
	equal := len(study.Configs) - len(distinct.Configs)
	study = distinct
	z := &analyzer{ctx: ctx, study: study, opt: opt, sign: 1}
	if z.objective, err = study.Objective(opt.Objective); err != nil {
		return nil, err
	}
	if study.Objectives[z.objective].Maximize {
		z.sign = -1
	}
	if err := z.checkStart(); err != nil {
		return nil, err
	}
	z.a = &Analysis{Schema: Schema, Findings: opt.Findings}
	if equal > 0 {
		z.warn("equal-configurations", "%d configurations have the same values as another one of the log, as after a warm start; their trials count as repeats of that one.", equal)
	}
	return z, nil
}

func (z *analyzer) warn(code, format string, args ...any) {
	z.a.Warnings = append(z.a.Warnings, Warning{code, fmt.Sprintf(format, args...)})
}

func (z *analyzer) progress(stage string) func(done, total int) {
	if z.opt.Progress == nil {
		return nil
	}
	return func(done, total int) { z.opt.Progress(stage, done, total) }
}

// describe fills in what needs no computation.
func (z *analyzer) describe() error {
	s, a := z.study, z.a
	o := s.Objectives[z.objective]
	a.Objective = Objective{Name: o.Name, Maximize: o.Maximize, Unit: o.Unit}
	a.Study = StudyInfo{Name: s.Name, BudgetName: s.BudgetName, BudgetUnit: s.BudgetUnit, Configs: len(s.Configs), Trials: len(s.Trials)}
	perStatus := make([]int, len(nasalyze.Statuses()))
	for i := range s.Trials {
		perStatus[s.Trials[i].Status]++
	}
	for status, n := range perStatus {
		if n > 0 {
			a.Study.Statuses = append(a.Study.Statuses, StatusCount{nasalyze.Status(status).String(), n})
		}
	}
	z.cols = s.Space.Columns()
	for _, j := range z.cols {
		p := &s.Space.Params[j]
		z.params = append(z.params, p)
		a.Params = append(a.Params, describeParam(s.Space, p))
	}
	a.Provenance = Provenance{Version: z.opt.Version, Command: z.opt.Command, Seed: z.opt.Seed, Format: s.Provenance.Format, Options: z.recordOptions()}
	for _, in := range s.Provenance.Inputs {
		a.Provenance.Inputs = append(a.Provenance.Inputs, Input{in.Path, in.SHA256})
	}
	if len(z.cols) == 0 {
		z.warn("no-dimension", "No parameter of the search space varies, so there is nothing to attribute variance to.")
	}
	return nil
}

func describeParam(space *nasalyze.Space, p *nasalyze.Param) Param {
	out := Param{Name: p.Name, Kind: p.Kind.String(), Lower: math.NaN(), Upper: math.NaN(), Log: p.Log, Unit: p.Unit, Default: p.Default.String()}
	if p.Numeric() {
		out.Lower, out.Upper = p.Lower, p.Upper
	}
	for _, c := range p.Choices {
		out.Choices = append(out.Choices, c.String())
	}
	for i := range space.Conditions {
		if c := &space.Conditions[i]; c.Child == p.Name {
			if out.Condition != "" {
				out.Condition += " && "
			}
			out.Condition += c.When.String()
		}
	}
	return out
}

func (z *analyzer) recordOptions() ProvenanceOption {
	o := z.opt
	rec := ProvenanceOption{Objective: z.study.Objectives[z.objective].Name, Scale: "encoded", Failures: "exclude", Repeats: "mean", Inactive: "uniform",
		Trees: o.Forest.Trees, MinLeaf: o.Forest.MinLeaf, Features: o.Forest.FeatureFraction, TreeMeans: o.TreeMeans,
		Replicates: max(o.Replicates, 0), Resamples: o.Resamples, Confidence: o.Confidence, Target: o.Target, From: o.From}
	if rec.Trees == 0 {
		rec.Trees = forest.DefaultTrees
	}
	if o.Table.Linear {
		rec.Scale = "linear"
	}
	rec.Low, rec.High, rec.Best = o.Cutoffs.Low.String(), o.Cutoffs.High.String(), o.Cutoffs.Best
	switch {
	case o.Cutoffs.any() && o.Cutoffs.Exclude:
		rec.Cutoffs = "exclude"
	case o.Cutoffs.any():
		rec.Cutoffs = "clamp"
	}
	switch o.Table.Failures {
	case nasalyze.WorstFailures:
		rec.Failures = "worst"
	case nasalyze.FixedFailures:
		rec.Failures = fmt.Sprint(o.Table.FailureValue)
	}
	switch o.Table.Inactive {
	case nasalyze.DefaultInactive:
		rec.Inactive = "default"
	case nasalyze.LevelInactive:
		rec.Inactive = "level"
	}
	switch o.Table.Repeats {
	case nasalyze.LastRepeats:
		rec.Repeats = "last"
	case nasalyze.SeedRepeats:
		rec.Repeats = fmt.Sprintf("seed %d", o.Table.Seed)
	}
	return rec
}

// configs makes the tables and lists the configurations that have a result.
func (z *analyzer) configs() error {
	budgets := z.study.Budgets()
	used := make([]bool, len(z.study.Configs))
	usable := 0
	for _, b := range budgets {
		t, err := z.study.At(b, z.objective, z.opt.Table)
		if err != nil {
			return err
		}
		cut, err := z.cutoffs(t)
		if err != nil {
			return err
		}
		z.tables, z.cuts = append(z.tables, t), append(z.cuts, cut)
		usable += t.N
		for _, c := range t.Configs {
			used[c] = true
		}
	}
	if usable == 0 {
		return z.nothing()
	}
	z.position = make([]int, len(z.study.Configs))
	for i := range z.position {
		z.position[i] = -1
		if !used[i] {
			continue
		}
		c := &z.study.Configs[i]
		z.position[i] = len(z.a.Configs)
		out := Config{ID: c.ID, Pick: c.Pick.String(), Values: make([]float64, len(z.cols)), Results: make([]float64, len(budgets))}
		for k, j := range z.cols {
			out.Values[k] = plain(z.params[k], c.Values[j])
		}
		for b := range out.Results {
			out.Results[b] = math.NaN()
		}
		z.a.Configs = append(z.a.Configs, out)
	}
	for b, t := range z.tables {
		for i, c := range t.Configs {
			z.a.Configs[z.position[c]].Results[b] = z.sign * t.Y[i]
		}
	}
	return nil
}

// nothing explains why no trial is usable.
func (z *analyzer) nothing() error {
	var all nasalyze.Counts
	for _, t := range z.tables {
		all.Trials += t.Counts.Trials
		all.Failed += t.Counts.Failed
		all.Pending += t.Counts.Pending
		all.Unencodable += t.Counts.Unencodable
	}
	return fmt.Errorf("%w: %d trials, %d of them failed, %d not finished, %d with values outside the search space",
		ErrNothing, all.Trials, all.Failed, all.Pending, all.Unencodable)
}

// plain is a value in natural units: a number, or the index of the choice.
func plain(p *nasalyze.Param, v nasalyze.Value) float64 {
	if v.IsAbsent() {
		return math.NaN()
	}
	if p.Numeric() {
		x, _ := v.Float()
		return x
	}
	return float64(slices.IndexFunc(p.Choices, v.Equal))
}
