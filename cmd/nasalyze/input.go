package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/examples/experiment"
	"github.com/nasalyze/nasalyze/ingest"
	"github.com/nasalyze/nasalyze/ingest/arff"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/spacefile"
	"github.com/nasalyze/nasalyze/ingest/table"
	"github.com/nasalyze/nasalyze/reports"
)

// inputFlags say how logs are read.
type inputFlags struct {
	opt   ingest.Options
	space string
}

func (f *inputFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.opt.Format, "format-in", "", "read the log as this `format` ("+strings.Join(formatNames(), ", ")+") (default: found out)")
	flags.StringVar(&f.space, "space", "", "search space `file` (ConfigSpace JSON, PCS or YAML) in place of the log's own")
	flags.StringSliceVar(&f.opt.Objectives, "objective", nil, "objective `name`s; the first is analysed (such as loss, \"info.test accuracy\", a column, "+nasalyze.FailureObjective+" or "+nasalyze.TimeObjective+")")
	flags.StringSliceVar(&f.opt.Maximize, "maximize", nil, "objectives of which more is better")
	flags.StringSliceVar(&f.opt.Minimize, "minimize", nil, "objectives of which less is better, where the log says otherwise")
	flags.StringVar(&f.opt.BudgetName, "budget-name", "", "what the budget counts, such as epochs")
	flags.StringVar(&f.opt.BudgetUnit, "budget-unit", "", "unit of the budget, such as s")
	flags.StringVar(&f.opt.BudgetColumn, "budget-column", "", "column of a table that holds the budget")
	flags.StringVar(&f.opt.SeedColumn, "seed-column", "", "column of a table that holds the seed")
	flags.StringVar(&f.opt.InstanceColumn, "instance-column", "", "column of a table that holds the problem instance")
	flags.StringVar(&f.opt.IDColumn, "id-column", "", "column of a table that names the configuration")
	flags.StringVar(&f.opt.StatusColumn, "status-column", "", "column of a table that says how a trial ended")
	flags.StringVar(&f.opt.ConfigPrefix, "config-prefix", "", "prefix of a table's columns that are parameters, such as hp_config.")
	flags.StringVar(&f.opt.Wide, "wide", "", "`pattern` of a table's columns that hold one budget each, such as loss@{budget}")
}

// formatNames are the names of the formats that are read.
func formatNames() []string {
	var names []string
	for _, format := range ingest.Formats() {
		names = append(names, format.Name)
	}
	return names
}

// log is one log that was read.
type log struct {
	path     string
	study    *nasalyze.Study
	findings []ingest.Finding
	// objective that is analysed; empty means the first of the study.
	objective string
	// objectives that were asked for by name.
	objectives []string
}

// check refuses what makes no sense before anything is read.
func (f *inputFlags) check(paths []string) error {
	if name := f.opt.Format; name != "" && !slices.Contains(formatNames(), name) {
		return usagef("--format-in is %q, %s", name, oneOf(name, formatNames()))
	}
	if i := slices.Index(paths, source.Stdin); i >= 0 && slices.Contains(paths[i+1:], source.Stdin) {
		return usagef("%q is given twice, but standard input can be read only once", source.Stdin)
	}
	return nil
}

// open reads all logs; none means the embedded example.
func (f *inputFlags) open(ctx context.Context, s *streams, paths []string) ([]log, error) {
	if err := f.check(paths); err != nil {
		return nil, err
	}
	named := f.opt.Objectives
	f.opt.Objectives = slices.DeleteFunc(slices.Clone(named), nasalyze.Derived)
	var inputs []nasalyze.Input // beside the logs
	if f.space != "" {
		var findings source.Findings
		space, input, err := spacefile.ReadFile(f.space, &findings)
		printFindings(s.err, findings.All())
		if err != nil {
			return nil, err
		}
		f.opt.Space, f.opt.SpacePath = space, f.space
		inputs = append(inputs, input)
	}
	if len(paths) == 0 {
		l, err := f.openExample(ctx, s)
		if err == nil {
			l.study.Provenance.Inputs = append(l.study.Provenance.Inputs, inputs...)
			l, err = derive(l, named)
		}
		if err == nil {
			err = f.checkTables([]log{l})
		}
		return []log{l}, err
	}
	var logs []log
	for _, path := range paths {
		if isReport(path) {
			return nil, usagef("%s is a report, expected a log; only plot draws from a report, from one at a time", path)
		}
		p := startProgress(s.err)
		opt := f.opt
		opt.Progress = func(done, total int64) { p.show("reading "+path, done, total) }
		study, findings, err := ingest.OpenStdin(ctx, path, s.in, opt)
		p.stop()
		if err != nil {
			printFindings(s.err, findings)
			return nil, err
		}
		study.Provenance.Inputs = append(study.Provenance.Inputs, inputs...)
		if study.Name == "" {
			study.Name = logName(path)
		}
		l, err := derive(log{path: path, study: study, findings: findings}, named)
		if err != nil {
			return nil, err
		}
		logs = append(logs, l)
	}
	return logs, f.checkTables(logs)
}

// tables are the formats that the flags about columns are for.
var tables = []string{table.Format.Name, arff.Format.Name}

// checkTables refuses flags about columns where no log has any: they would be without effect.
func (f *inputFlags) checkTables(logs []log) error {
	for _, l := range logs {
		if slices.Contains(tables, l.study.Provenance.Format) {
			return nil
		}
	}
	o, l := &f.opt, logs[0]
	for _, flag := range [][2]string{{"budget-column", o.BudgetColumn}, {"seed-column", o.SeedColumn}, {"instance-column", o.InstanceColumn}, {"id-column", o.IDColumn},
		{"status-column", o.StatusColumn}, {"config-prefix", o.ConfigPrefix}, {"wide", o.Wide}} {
		if flag[1] != "" {
			return usagef("--%s is %q, but %s is no table: it was read as %s (%s)", flag[0], flag[1], l.study.Name, l.study.Provenance.Format, l.study.Provenance.Reason)
		}
	}
	return nil
}

// derive adds the objectives among the names that are made of how trials ended.
func derive(l log, names []string) (log, error) {
	var err error
	l.objectives = names
	for i, name := range names {
		if !nasalyze.Derived(name) {
			continue
		}
		if l.study, err = l.study.Derive(name); err != nil {
			return l, usagef("--objective: %v", err)
		}
		if name == nasalyze.TimeObjective && !slices.ContainsFunc(l.study.Trials, func(t nasalyze.Trial) bool { return t.Duration() >= 0 }) {
			return l, fmt.Errorf("%s has no start and finish times of trials, which --objective %s is made of", cmp.Or(l.path, l.study.Name), name)
		}
		if i == 0 {
			l.objective = name
		}
	}
	return l, nil
}

func (f *inputFlags) openExample(ctx context.Context, s *streams) (log, error) {
	fmt.Fprintln(s.err, "no log given: using the embedded example, a BOHB search over residual networks for handwritten digits")
	study, findings, err := ingest.OpenFS(ctx, experiment.Log(), ".", f.opt)
	if err != nil {
		return log{}, err
	}
	study.Name = "BOHB on digits (embedded example)"
	return log{study: study, findings: findings}, nil
}

// openPooled reads all logs and joins them to one.
func (f *inputFlags) openPooled(ctx context.Context, s *streams, paths []string) (log, error) {
	logs, err := f.open(ctx, s, paths)
	if err != nil {
		return log{}, err
	}
	return pool(logs)
}

func pool(logs []log) (log, error) {
	if len(logs) == 1 {
		return logs[0], nil
	}
	all := log{objective: logs[0].objective, objectives: logs[0].objectives}
	studies := make([]*nasalyze.Study, len(logs))
	names := make([]string, len(logs))
	for i, l := range logs {
		studies[i], names[i] = l.study, l.study.Name
		all.findings = append(all.findings, l.findings...)
	}
	var err error
	all.study, err = nasalyze.Pool(strings.Join(names, " + "), studies...)
	if err != nil {
		return log{}, fmt.Errorf("%w; --space gives all logs one search space, --compare keeps them apart", err)
	}
	all.findings = append(lacking(all.study.Space, logs), all.findings...) // first: it is about all of them
	return all, nil
}

// lacking warns of parameters that only some of the pooled logs have: as their spaces were inferred, nothing
// tells a parameter that is inactive from one that nobody wrote down.
func lacking(space *nasalyze.Space, logs []log) (findings []ingest.Finding) {
	for _, l := range logs {
		var names []string
		for i := range space.Params {
			if p := &space.Params[i]; p.Varies() && l.study.Space.Index(p.Name) < 0 {
				names = append(names, strconv.Quote(p.Name))
			}
		}
		if len(names) > 0 {
			findings = append(findings, ingest.Finding{Severity: ingest.Warn, Code: "pooled-without", Path: l.path, Count: 1, Message: fmt.Sprintf(
				"has no %s, which other logs have: taken as inactive in all of its trials, so that what else differs between the logs may pass for an effect of it", strings.Join(names, ", "))})
		}
	}
	return findings
}

// logName names a study after its path.
func logName(path string) string {
	if path == "-" {
		return "standard input"
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return path
	}
	return filepath.Base(abs)
}

// analysisFlags say what is computed.
type analysisFlags struct {
	scale, failures, repeats, inactive string
	cutoffs                            cutoffFlags
	opt                                reports.Options
}

func (f *analysisFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.scale, "scale", "encoded", "`scale` that importance integrates over: encoded (log where the parameter is log) or linear")
	flags.StringVar(&f.failures, "failures", "exclude", "loss of failed trials: exclude, worst, or a number")
	flags.StringVar(&f.repeats, "repeats", "mean", "several trials of one configuration at one budget: mean, last, or seed=N")
	flags.StringVar(&f.inactive, "inactive", "uniform", "what stands in for an inactive parameter: uniform (a draw per tree), default, or level (one of its own)")
	f.cutoffs.add(flags)
	flags.IntVar(&f.opt.Forest.Trees, "trees", 0, "trees per forest (default 64)")
	flags.IntVar(&f.opt.Forest.MinLeaf, "min-leaf", 0, "smallest number of configurations in a leaf (default 2, or 1 where it predicts better)")
	flags.Float64Var(&f.opt.Forest.FeatureFraction, "features", 0, "share of the parameters tried at each split (default 0.7)")
	flags.BoolVar(&f.opt.TreeMeans, "tree-means", false, "importance as the mean over the trees, as other programs have it, without the correction by rows out of the bag")
	flags.IntVar(&f.opt.Replicates, "replicates", 0, "bootstrap replicates behind the intervals of importance; negative for none (default 100, where they are shown)")
	flags.IntVar(&f.opt.Resamples, "resamples", 0, "bootstrap resamples behind the intervals of correlations; negative for none (default 2000)")
	flags.Float64Var(&f.opt.Target, "target", 0, "share of the best configurations that PED-ANOVA asks about (default 0.1)")
	flags.StringVar(&f.opt.From, "from", "", "`id` of the configuration that the ablation path begins at (default: the search space's default)")
	flags.Float64Var(&f.opt.Confidence, "confidence", 0, "confidence of all intervals (default 0.95)")
	flags.Uint64Var(&f.opt.Seed, "seed", 0, "seed of everything random")
	flags.IntVar(&f.opt.Workers, "workers", 0, "parallel workers (default: all cores); no influence on any number")
}

// options turns the flags into those of the analysis.
func (f *analysisFlags) options(cmd *cobra.Command, paths []string) (reports.Options, error) {
	opt := f.opt
	opt.Version, opt.Command = version(), commandLine(cmd, paths)
	var err error
	if opt.Cutoffs, err = f.cutoffs.options(); err != nil {
		return opt, err
	}
	switch {
	case opt.Forest.Trees < 0:
		return opt, usagef("--trees is %d, expected 0 (the default) or more", opt.Forest.Trees)
	case opt.Forest.MinLeaf < 0:
		return opt, usagef("--min-leaf is %d, expected 0 (the default) or more", opt.Forest.MinLeaf)
	case !(opt.Forest.FeatureFraction >= 0 && opt.Forest.FeatureFraction <= 1):
		return opt, usagef("--features is %v, expected a share above 0 up to 1, or 0 (the default)", opt.Forest.FeatureFraction)
	case !(opt.Confidence > 0 && opt.Confidence < 1) && cmd.Flags().Changed("confidence"):
		return opt, usagef("--confidence is %v, expected a number between 0 and 1, such as 0.95", opt.Confidence)
	case !(opt.Target > 0 && opt.Target < 1) && cmd.Flags().Changed("target"):
		return opt, usagef("--target is %v, expected a share between 0 and 1, such as 0.1", opt.Target)
	case opt.Replicates > 0 && opt.Replicates < reports.MinReplicates:
		return opt, usagef("--replicates is %d, expected at least %d, which an interval needs, or -1 for no intervals", opt.Replicates, reports.MinReplicates)
	case opt.Workers < 0:
		return opt, usagef("--workers is %d, expected 0 (all cores) or more", opt.Workers)
	}
	switch f.scale {
	case "encoded":
	case "linear":
		opt.Table.Linear = true
	default:
		return opt, usagef("--scale is %q, expected encoded or linear", f.scale)
	}
	switch f.failures {
	case "exclude":
	case "worst":
		opt.Table.Failures = nasalyze.WorstFailures
	default:
		v, err := strconv.ParseFloat(f.failures, 64)
		if err != nil {
			return opt, usagef("--failures is %q, expected exclude, worst or a number", f.failures)
		}
		opt.Table.Failures, opt.Table.FailureValue = nasalyze.FixedFailures, v
	}
	switch f.inactive {
	case "uniform":
	case "default":
		opt.Table.Inactive = nasalyze.DefaultInactive
	case "level":
		opt.Table.Inactive = nasalyze.LevelInactive
	default:
		return opt, usagef("--inactive is %q, expected uniform, default or level", f.inactive)
	}
	seed, isSeed := strings.CutPrefix(f.repeats, "seed=")
	switch {
	case f.repeats == "mean":
	case f.repeats == "last":
		opt.Table.Repeats = nasalyze.LastRepeats
	case isSeed:
		v, err := strconv.ParseInt(seed, 10, 64)
		if err != nil {
			return opt, usagef("--repeats is %q, expected seed= with an integer", f.repeats)
		}
		opt.Table.Repeats, opt.Table.Seed = nasalyze.SeedRepeats, v
	default:
		return opt, usagef("--repeats is %q, expected mean, last or seed=N", f.repeats)
	}
	return opt, nil
}

// seedsShown bounds the seeds that an error names.
const seedsShown = 10

// checkSeed refuses a seed that no trial has.
func checkSeed(l log, opt nasalyze.TableOptions) error {
	if opt.Repeats != nasalyze.SeedRepeats {
		return nil
	}
	var seeds []int64
	for i := range l.study.Trials {
		if t := &l.study.Trials[i]; t.HasSeed {
			seeds = append(seeds, t.Seed)
		}
	}
	slices.Sort(seeds)
	seeds = slices.Compact(seeds)
	if _, there := slices.BinarySearch(seeds, opt.Seed); there {
		return nil
	}
	if len(seeds) == 0 {
		return usagef("--repeats is seed=%d, but %s has no seeds", opt.Seed, l.study.Name)
	}
	names := make([]string, min(len(seeds), seedsShown))
	for i := range names {
		names[i] = strconv.FormatInt(seeds[i], 10)
	}
	if n := len(seeds) - len(names); n > 0 {
		names = append(names, fmt.Sprintf("%d more", n))
	}
	return usagef("--repeats is seed=%d, expected a seed that %s has: %s", opt.Seed, l.study.Name, strings.Join(names, ", "))
}

// analyze computes the report of one log, with progress.
func analyze(ctx context.Context, s *streams, l log, opt reports.Options) (*reports.Analysis, error) {
	if err := checkSeed(l, opt.Table); err != nil {
		return nil, err
	}
	p := startProgress(s.err)
	defer p.stop()
	opt.Progress = func(stage string, done, total int) { p.show(stage, int64(done), int64(total)) }
	opt.Objective, opt.Findings = l.objective, nil
	for _, f := range l.findings {
		opt.Findings = append(opt.Findings, reports.Finding{Severity: f.Severity.String(), Code: f.Code, Path: f.Path, Line: f.Line, Message: f.Message, Count: f.Count})
	}
	a, err := reports.Analyze(ctx, l.study, opt)
	if errors.Is(err, reports.ErrNothing) && l.path != "" {
		err = fmt.Errorf("%s: %w", l.path, err)
	}
	return a, err
}

// outputFormat is a flag for the form of data on standard output.
type outputFormat string

func (f *outputFormat) add(flags *pflag.FlagSet) {
	*f = "text"
	flags.Var(f, "format", "form of the output: text, json or csv")
}

func (f *outputFormat) String() string { return string(*f) }
func (f *outputFormat) Type() string   { return "form" }
func (f *outputFormat) Set(v string) error {
	if !slices.Contains([]string{"text", "json", "csv"}, v) {
		return fmt.Errorf("%q, expected text, json or csv", v)
	}
	*f = outputFormat(v)
	return nil
}
