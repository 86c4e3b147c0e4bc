package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/trainer"
)

// trainerFlags are the flags of a search whose trials are run by the trainer.
type trainerFlags struct {
	on     bool
	data   string
	dir    string
	engine string
	goOn   bool
}

// trainerTimeFactor is the default of --time-factor with the trainer. The budget counts
// training alone: the limit is for steps that take longer than the budget, and for
// compiling and evaluating, which it does not count.
const trainerTimeFactor = 5

// compileSeconds are what engine xla may take for compiling a network on top, at the smallest budget.
const compileSeconds = 600

func (t *trainerFlags) add(flags *pflag.FlagSet) {
	flags.BoolVar(&t.on, "trainer", false, "search the trainer's space with it as the command (docs/trainer.md); what follows -- is passed to it")
	flags.StringVar(&t.data, "data", "", "data `set` that the trainer trains on, such as digits or cifar10")
	flags.StringVar(&t.dir, "data-dir", "", "`directory` of its files")
	flags.StringVar(&t.engine, "engine", "", "`engine` that the trainer computes on (default go)")
	flags.BoolVar(&t.goOn, "continue", false, "have the trainer go on from the checkpoint of the budget below instead of training anew; needs room for a network per trial")
}

// misplaced refuses flags that are for the trainer where it is not asked for.
func (t *trainerFlags) misplaced() error {
	if t.on {
		return nil
	}
	for _, f := range []struct {
		name  string
		given bool
	}{{"data", t.data != ""}, {"data-dir", t.dir != ""}, {"engine", t.engine != ""}, {"continue", t.goOn}} {
		if f.given {
			return usagef("--%s is for --trainer; other commands get their arguments after --", f.name)
		}
	}
	return nil
}

// useTrainer makes the trainer the command of the search, and its space the space.
func (f *searchFlags) useTrainer(ctx context.Context, r *searchRun, more []string) error {
	t, s := &f.trainer, &r.settings
	switch {
	case f.space != "":
		return usagef("--space is given, but --trainer has a space of its own")
	case s.Flags:
		return usagef("--flags is given, but the trainer of --trainer takes no parameters as flags")
	case t.data == "":
		return usagef("--trainer needs --data, the data set to train on: nasalyze search --trainer --data digits ...")
	case s.BudgetUnit != "" && s.BudgetUnit != "s":
		return usagef("--budget-unit is %q, but the budget of --trainer is seconds", s.BudgetUnit)
	}
	factor := float64(trainerTimeFactor)
	program, err := findTrainer()
	if err != nil {
		return err
	}
	s.Command = []string{program, "--data", t.data}
	if t.dir != "" {
		s.Command = append(s.Command, "--data-dir", t.dir)
	}
	if t.engine != "" {
		s.Command = append(s.Command, "--engine", t.engine)
	}
	if strings.HasPrefix(t.engine, "xla:") { // once for all budgets of a configuration
		cache, err := filepath.Abs(r.path("compiled"))
		if err != nil {
			return err
		}
		s.Command = append(s.Command, "--compile-cache", cache)
		factor += math.Ceil(compileSeconds / s.MinBudget)
	}
	// As in the paper, the smallest budget is one cycle of the learning rate.
	s.Command = append(s.Command, "--first-cycle", text(s.MinBudget)+"s")
	if t.goOn {
		s.Command = append(s.Command, "--checkpoint", "state", "--keep-checkpoint", "--continue", "state")
	}
	s.Command = append(s.Command, more...)
	s.BudgetUnit = "s"
	if s.BudgetName == "" {
		s.BudgetName = "training time"
	}
	if !f.timeFactorGiven {
		s.TimeFactor = factor
	}
	if err := checkTrainer(ctx, s); err != nil {
		return err
	}
	var space bytes.Buffer
	if err := configspace.Write(&space, trainer.Space()); err != nil {
		return err
	}
	r.space, r.raw, s.Space = trainer.Space(), space.Bytes(), "space.json"
	return nil
}

// checkTrainer has the trainer look at its command line and its data: what is wrong
// with them would fail every trial.
func checkTrainer(ctx context.Context, s *searchSettings) error {
	cmd := exec.CommandContext(ctx, s.Command[0], append(s.Command[1:len(s.Command):len(s.Command)], "--check")...)
	var errs bytes.Buffer
	cmd.Dir, cmd.Stderr = s.Dir, &errs
	err := cmd.Run()
	var status *exec.ExitError
	if !errors.As(err, &status) {
		return err
	}
	said, _, _ := strings.Cut(strings.TrimPrefix(errs.String(), "nasalyze train: "), "\nRun 'nasalyze train")
	said = strings.TrimSpace(said)
	if status.ExitCode() == exitUsage {
		return usagef("the trainer %s says: %s", s.Command[0], said)
	}
	return fmt.Errorf("the trainer %s says: %s", s.Command[0], said)
}

// budgetFlag is a budget on the command line: a number in any unit, or a time such as
// 400s, 90min or 3h, which is kept in seconds.
type budgetFlag struct {
	value *float64
	given string
	time  bool
}

func (b *budgetFlag) Set(s string) error {
	x, err := strconv.ParseFloat(s, 64)
	if b.given, b.time = s, err != nil; b.time {
		var d time.Duration
		if d, err = time.ParseDuration(strings.ReplaceAll(s, "min", "m")); err != nil {
			return fmt.Errorf("%q, expected a number, or a time such as 400s or 3h", s)
		}
		x = d.Seconds()
	}
	*b.value = x
	return nil
}

func (b *budgetFlag) String() string { return b.given }
func (b *budgetFlag) Type() string   { return "budget" }

// inSeconds makes the unit seconds if the budgets are given as times.
func (f *searchFlags) inSeconds() error {
	least, most, s := &f.minBudget, &f.maxBudget, &f.settings
	switch {
	case !least.time && !most.time:
		return nil
	case least.given == "" || most.given == "":
		return nil // refused for what is missing
	case least.time != most.time:
		return usagef("--min-budget is %s and --max-budget %s, expected a unit for both or for none", least.given, most.given)
	case s.BudgetUnit != "" && s.BudgetUnit != "s":
		return usagef("--min-budget is %s and --budget-unit %s, expected budgets without a unit of their own, or the unit s", least.given, s.BudgetUnit)
	}
	s.BudgetUnit = "s"
	return nil
}
