package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
)

// searchFlags are the flags of search.
type searchFlags struct {
	settings searchSettings
	trainer  trainerFlags
	slurm    slurmFlags

	minBudget, maxBudget budgetFlag
	timeFactorGiven      bool

	space  string
	output string
	resume string
	warm   []string
	dryRun bool
	quiet  bool
	json   bool
}

func (f *searchFlags) add(flags *pflag.FlagSet) {
	s := &f.settings
	flags.StringVar(&f.space, "space", "", "search space `file`: ConfigSpace JSON, PCS or YAML (docs/search.md)")
	f.trainer.add(flags)
	f.slurm.add(flags)
	f.minBudget.value, f.maxBudget.value = &s.MinBudget, &s.MaxBudget
	flags.Var(&f.minBudget, "min-budget", "smallest `budget`, in any unit, or a time such as 400s, which makes the unit s")
	flags.Var(&f.maxBudget, "max-budget", "largest `budget`, in the same unit, or a time such as 3h")
	flags.Float64Var(&s.Eta, "eta", bohb.DefaultEta, "factor between budgets; 1 in eta configurations is promoted")
	flags.IntVar(&s.Iterations, "iterations", 0, "number of brackets (default: as many as there are budgets)")
	flags.StringVar(&s.Method, "method", bohb.BOHB.String(), "searcher: bohb, hyperband or random")
	flags.BoolVar(&s.Async, "async", false, "promote a configuration as soon as it is among the best of those that have finished, not when all have")
	flags.BoolVar(&s.Adaptive, "adaptive", false, "give up small budgets from which ranks clearly do not carry over to larger ones")
	flags.Uint64Var(&s.Seed, "seed", 0, "seed of everything random")
	flags.IntVar(&s.Workers, "workers", 1, "trials at the same time")
	flags.StringSliceVar(&s.GPUs, "gpus", nil, "GPUs that the workers get in turn, one each, as CUDA_VISIBLE_DEVICES: 0,1,2,3")
	flags.Float64Var(&s.TimeFactor, "time-factor", 0, fmt.Sprintf("seconds that a trial may take for each unit of its budget (default: no limit; %d with --trainer)", trainerTimeFactor))
	flags.BoolVar(&s.Flags, "flags", false, "pass the configuration to the command as --name value too")
	flags.IntVar(&s.MaxFailures, "max-failures", driver.DefaultMaxFailures, "stop if as many trials have failed and none has succeeded; -1 for never")
	flags.StringSliceVar(&s.Objectives, "objective", []string{"loss"}, "`name`s of what the command reports; the first is optimised, all are logged")
	flags.StringSliceVar(&s.Maximize, "maximize", nil, "objectives of which more is better")
	flags.StringVar(&s.BudgetName, "budget-name", "", "what the budget counts, such as epochs")
	flags.StringVar(&s.BudgetUnit, "budget-unit", "", "unit of the budget; with s, min or h the plan says how long the search takes")
	flags.StringSliceVar(&f.warm, "warm-start", nil, "`log`s of earlier searches of the same parameters, for the model to begin with")
	flags.IntVar(&s.MinPoints, "min-points", 0, "good and bad configurations that a model needs at least (default: parameters + 1)")
	flags.Float64Var(&s.GoodFraction, "good-fraction", bohb.DefaultGoodFraction, "share of configurations that count as good")
	flags.IntVar(&s.Samples, "samples", bohb.DefaultSamples, "candidates per proposal")
	flags.Float64Var(&s.RandomFraction, "random-fraction", bohb.DefaultRandomFraction, "share of proposals that are random")
	flags.Float64Var(&s.BandwidthFactor, "bandwidth-factor", bohb.DefaultBandwidthFactor, "how much wider than the model's the kernels are that candidates are drawn from")
	flags.Float64Var(&s.MinBandwidth, "min-bandwidth", bohb.DefaultMinBandwidth, "least bandwidth of the model")
	flags.StringVarP(&f.output, "output", "o", "nasalyze-search", "`directory` of the search, new or empty")
	flags.StringVar(&f.resume, "resume", "", "go on with the search in this `directory`")
	flags.BoolVar(&f.dryRun, "dry-run", false, "say what would be done and stop")
	flags.BoolVar(&f.quiet, "quiet", false, "no progress on standard error")
	flags.BoolVar(&f.json, "json", false, "plan, trials and result as JSON lines on standard output")
}

// changeable are the flags that may be given again with --resume: those that have
// no influence on what is proposed, and the number of iterations, which comes last.
var changeable = []string{"resume", "workers", "gpus", "time-factor", "max-failures", "iterations", "quiet", "json", "dry-run",
	"partition", "gres", "sbatch", "slurm-poll", "slurm-wait"}

func newSearch(s *streams) *cobra.Command {
	f := &searchFlags{}
	cmd := &cobra.Command{
		Use:   "search [flags] -- COMMAND [ARGUMENT...]\n  nasalyze search --trainer --data SET [flags]",
		Short: "Search a space with trials of several budgets (BOHB)",
		Long: `search runs a command for one configuration at one budget after the other and
looks for the configuration with the smallest loss: BOHB, Hyperband or random search.

The command gets the configuration as a JSON file named in NASALYZE_CONFIG, and
NASALYZE_BUDGET, NASALYZE_SEED, NASALYZE_SCRATCH (a directory of its own) and
NASALYZE_CHECKPOINT (that of the same configuration at the budget below) in its
environment. It prints a line such as {"loss": 0.25} to its standard output.
docs/search.md has the whole protocol and examples.

With --trainer the command and the space are those of the trainer that comes with
nasalyze: it trains networks of the paper's search space on a data set.

With --slurm each trial is a job of a Slurm cluster (docs/slurm.md):

  nasalyze search --space space.json --min-budget 400s --max-budget 3h --slurm --gres gpu:1 --workers 10 -o run1 -- python train.py

The directory of the search is its log, which report and all other commands read.
A search that was stopped or killed at any moment goes on with --resume DIRECTORY.
The first ^C lets the running trials end, the second stops them.`,
		Example: `  nasalyze search --space run1/configspace.json --min-budget 1 --max-budget 81 --iterations 5 --dry-run -- sh train.sh
  nasalyze search --space run1/configspace.json --min-budget 400 --max-budget 10800 --budget-unit s --iterations 32 --workers 10 --async --dry-run -- sh train.sh`,
		RunE: func(cmd *cobra.Command, command []string) error {
			if f.resume != "" {
				return f.resumed(cmd, s, command)
			}
			f.timeFactorGiven = cmd.Flags().Changed("time-factor")
			return f.fresh(cmd, s, command)
		},
	}
	cmd.Flags().SetInterspersed(false) // what follows the command is its own
	f.add(cmd.Flags())
	return cmd
}

// check refuses what makes no sense before anything is read.
func (f *searchFlags) check(command []string) error {
	s := &f.settings
	if err := f.inSeconds(); err != nil {
		return err
	}
	if err := f.trainer.misplaced(); err != nil {
		return err
	}
	switch {
	case f.space == "" && !f.trainer.on:
		return usagef("search needs --space, the file that says which parameters there are (or --trainer, or --resume)")
	case len(command) == 0 && !f.trainer.on:
		return usagef("search needs the command to run, after --: nasalyze search ... -- python train.py")
	case f.minBudget.given == "":
		return usagef("search needs --min-budget, the smallest budget of a trial, in any unit")
	case f.maxBudget.given == "":
		return usagef("search needs --max-budget, the largest budget of a trial, in the unit of --min-budget")
	case !(s.MinBudget > 0) || math.IsInf(s.MinBudget, 0):
		return usagef("--min-budget is %v, expected a positive number", s.MinBudget)
	case !(s.MaxBudget > 0) || math.IsInf(s.MaxBudget, 0):
		return usagef("--max-budget is %v, expected a positive number", s.MaxBudget)
	case s.MinBudget > s.MaxBudget:
		return usagef("--min-budget is %v and --max-budget %v, expected the former not to be above the latter", s.MinBudget, s.MaxBudget)
	case !(s.Eta > 1) || math.IsInf(s.Eta, 0):
		return usagef("--eta is %v, expected a number above 1", s.Eta)
	}
	return s.check()
}

// fresh starts a new search.
func (f *searchFlags) fresh(cmd *cobra.Command, s *streams, command []string) error {
	ctx := cmd.Context()
	f.settings.Command = command
	if err := f.check(command); err != nil {
		return err
	}
	if err := f.slurm.apply(cmd.Flags(), &f.settings); err != nil {
		return err
	}
	var err error
	if f.settings.Dir, err = os.Getwd(); err != nil {
		return err
	}
	r := &searchRun{dir: f.output, settings: f.settings}
	if f.trainer.on {
		err = f.useTrainer(ctx, r, command)
	} else {
		err = r.readSpace(s, f.space)
	}
	if err != nil {
		return err
	}
	if err := r.prepare(); err != nil {
		return err
	}
	if len(f.warm) > 0 {
		if err := r.learnFrom(ctx, s, f.warm); err != nil {
			return err
		}
	}
	if err := r.checkEngine(ctx, s); err != nil {
		return err
	}
	if least := r.searcher.Budgets()[0]; least > f.settings.MinBudget*(1+1e-9) && !f.quiet && r.settings.Method != bohb.Random.String() {
		fmt.Fprintf(s.err, "the smallest budget is %s, not %s: budgets are --max-budget divided by powers of --eta\n", text(least), text(f.settings.MinBudget))
	}
	report := newSearchReport(s, r, f.quiet, f.json)
	if err := report.plan(f.dryRun); err != nil || f.dryRun {
		return err
	}
	if err := r.create(); err != nil {
		return err
	}
	return f.run(ctx, s, r, report)
}

// resumed goes on with a search.
func (f *searchFlags) resumed(cmd *cobra.Command, s *streams, command []string) (err error) {
	if len(command) > 0 {
		return usagef("--resume takes no command, it has one: got %q", command)
	}
	var wrong error
	cmd.Flags().Visit(func(flag *pflag.Flag) {
		if wrong == nil && !slices.Contains(changeable, flag.Name) {
			wrong = usagef("--%s cannot be changed with --resume: the search would not be the same", flag.Name)
		}
	})
	if wrong != nil {
		return wrong
	}
	r := &searchRun{dir: f.resume}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.open(cmd.Context(), s); err != nil {
		return err
	}
	iterations := r.settings.Iterations
	given := func(name string) bool { return cmd.Flags().Changed(name) }
	if given("workers") {
		r.settings.Workers = f.settings.Workers
	}
	if given("gpus") {
		r.settings.GPUs = f.settings.GPUs
	}
	if given("time-factor") {
		r.settings.TimeFactor = f.settings.TimeFactor
	}
	if given("max-failures") {
		r.settings.MaxFailures = f.settings.MaxFailures
	}
	if given("iterations") {
		r.settings.Iterations = f.settings.Iterations
	}
	if err := r.settings.check(); err != nil {
		return err
	}
	if err := f.slurm.apply(cmd.Flags(), &r.settings); err != nil {
		return err
	}
	if err := r.prepare(); err != nil {
		return err
	}
	if err := r.checkEngine(cmd.Context(), s); err != nil {
		return err
	}
	report := newSearchReport(s, r, f.quiet, f.json)
	if err := report.plan(f.dryRun); err != nil {
		return err
	}
	if err := r.replay(cmd.Context(), s); err != nil {
		if errors.Is(err, driver.ErrNotAsked) && r.settings.Iterations < iterations {
			return usagef("--iterations is %d, but the search has %d and has begun more than %d of them: their number can only grow", r.settings.Iterations, iterations, r.settings.Iterations)
		}
		return err
	}
	if r.state.Corrected > 0 {
		fmt.Fprintf(s.err, "%s of the log would be proposed otherwise by this version or on this machine: the log counts\n", plural(r.state.Corrected, "configuration"))
	}
	report.history(r.study)
	if !f.quiet {
		fate := "to be run again"
		if r.settings.Slurm != nil {
			fate = "that had not ended"
		}
		fmt.Fprintf(s.err, "resumed after %s, %d of them %s\n", plural(r.state.Told()+r.state.Pending(), "trial"), r.state.Pending(), fate)
	}
	if f.dryRun {
		return nil
	}
	if err := r.goOn(cmd.Context(), s); err != nil {
		return err
	}
	return f.run(cmd.Context(), s, r, report)
}

// errStopped is the cause of the end of trials that a second ^C stops, errHangup where the terminal was closed.
var (
	errStopped = errors.New("stopped from outside")
	errHangup  = fmt.Errorf("%w: the terminal was closed", errStopped)
)

// run drives the search until it is over or interrupted.
func (f *searchFlags) run(ctx context.Context, s *streams, r *searchRun, report *searchReport) error {
	work, drain, release := interrupts(ctx, func() {
		if !f.quiet {
			fmt.Fprintln(s.err, "\ninterrupted: waiting for the running trials to end; interrupt again to stop them")
		}
	})
	defer release()
	engine, err := r.engine(drain, report.warn)
	if err != nil {
		return errors.Join(err, r.close())
	}
	report.waiting = engine.Waiting
	err = driver.Run(work, r.searcher, engine.Evaluate, r.state, driver.Options{
		Workers: r.settings.Workers, Objectives: r.settings.objectives(), Sink: r, Sync: r.journal.Sync, MaxFailures: r.settings.MaxFailures,
		Drain: drain, Started: report.started, Ended: report.ended})
	if closing := engine.Close(err); closing != nil {
		report.warn(closing.Error())
	}
	err = errors.Join(err, r.close())
	report.over()
	var failed *driver.FailedError
	switch {
	case errors.As(err, &failed):
		stopped := ""
		if failed.Stopped > 0 {
			stopped = fmt.Sprintf("\nStopped with it, and run again by --resume: %s", plural(failed.Stopped, "later trial"))
		}
		return fmt.Errorf("%w\nIts output is in %s; --max-failures %d goes on after more of them%s", err, filepath.Join(r.dir, trialsDir, fmt.Sprint(failed.Last.Number), "output"), 2*failed.Trials, stopped)
	case errors.Is(err, errStopped) || err == nil && !r.searcher.Done():
		fmt.Fprintf(s.err, "to go on: nasalyze search --resume %s\n", r.dir)
		return errors.New("interrupted")
	case err != nil:
		return err
	}
	return report.result()
}

// interrupts returns a context that ends with the second ^C (or SIGTERM), or when
// the terminal is closed, and a channel that is closed with the first, or when ctx
// ends. Output that nobody reads any more does not end the program: it would leave
// the trials running.
func interrupts(ctx context.Context, first func()) (work context.Context, drain <-chan struct{}, release func()) {
	work, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	closed, over := make(chan struct{}), make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup has it
		signal.Notify(signals, syscall.SIGHUP)
	}
	unread := make(chan os.Signal, 1)
	signal.Notify(unread, syscall.SIGPIPE)
	go func() {
		draining, done := false, ctx.Done()
		begin := func() {
			if !draining {
				draining = true
				first()
				close(closed)
			}
		}
		for n := 0; ; {
			select {
			case <-over:
				return
			case <-done: // the first signal ends it as well
				done = nil
				begin()
			case sig := <-signals:
				begin()
				switch n++; {
				case sig == syscall.SIGHUP:
					cancel(errHangup)
				case n == 2:
					cancel(errStopped)
				}
			}
		}
	}()
	return work, closed, func() {
		signal.Stop(signals)
		signal.Stop(unread)
		close(over)
		cancel(nil)
	}
}

// methodOf returns the method of a name.
func methodOf(name string) (bohb.Method, error) {
	var names []string
	for _, m := range bohb.Methods() {
		if m.String() == strings.ToLower(name) {
			return m, nil
		}
		names = append(names, m.String())
	}
	return 0, usagef("--method is %q, %s", name, oneOf(name, names))
}
