package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/configspace"
	"github.com/nasalyze/nasalyze/trainer"
	"github.com/nasalyze/nasalyze/trainer/data"
	"github.com/nasalyze/nasalyze/trainer/engine"
	training "github.com/nasalyze/nasalyze/trainer/run"
)

// flags are those of the command line.
type flags struct {
	data, dataDir, config, budget, firstCycle string
	checkpoint, goOn, engine, cache, memory   string
	validation                                int
	seed                                      uint64
	defaults, space, keep, check, bf16        bool
}

func newCommand(env func(string) string, stdin io.Reader, stdout, stderr io.Writer) *cobra.Command {
	var f flags
	names, about := data.Names()
	sets := ""
	for i := range names {
		sets += fmt.Sprintf("  %-14s %s\n", names[i], about[i])
	}
	cmd := &cobra.Command{
		Use:   "nasalyze train",
		Short: "Train one configuration for one budget",
		Long: `nasalyze train trains one configuration of the trainer's search space for one budget of
seconds. It prints JSON lines: points of the learning curve, then one with "loss", the error on
held-out training images in percent.

Data sets:
` + sets + `
In a search, --config, --budget and --seed come from the environment (NASALYZE_CONFIG,
NASALYZE_BUDGET, NASALYZE_SEED); --checkpoint is a file in the directory of the trial, and
--continue one in that of the same configuration at the next lower budget, if there was one.`,
		Example: `  nasalyze train --default-config > c.json
  nasalyze train --data digits --config c.json --budget 2s
  nasalyze train --print-space > space.json
  nasalyze train --data cifar10 --data-dir DIR --config c.json --budget 3h --checkpoint c.state`,
		SilenceUsage: true, SilenceErrors: true,
		CompletionOptions: cobra.CompletionOptions{DisableDefaultCmd: true},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				return usageError{fmt.Errorf("takes no arguments, got %q", args[0])}
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error {
			if f.space {
				return configspace.Write(stdout, trainer.Space())
			}
			if f.defaults {
				return writeDefaults(stdout)
			}
			if f.check {
				return f.checked(stdout)
			}
			o, err := f.options(cmd, env, stdin)
			if err != nil {
				return err
			}
			defer o.Engine.Finalize()
			return train(cmd.Context(), o, stdout)
		},
	}
	cmd.SetOut(stdout)
	cmd.SetErr(stderr)
	cmd.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	p := cmd.Flags()
	p.SortFlags = false
	p.StringVar(&f.data, "data", "", "data `set`: "+strings.Join(names, ", "))
	p.StringVar(&f.dataDir, "data-dir", "", "`directory` of its files")
	p.StringVar(&f.config, "config", "", "`file` with the configuration, a JSON object; - is standard input")
	p.StringVar(&f.budget, "budget", "", "`time` of training, as 400s, 3h or a number of seconds")
	p.Uint64Var(&f.seed, "seed", 0, "seed of everything random")
	p.IntVar(&f.validation, "validation", 0, "training `images` held out for the loss; 0 means a tenth, or a fifth of less than 10,000")
	p.StringVar(&f.firstCycle, "first-cycle", "", "least `time` of the first cycle of the learning rate (default 400s, with digits 2s)")
	p.StringVar(&f.checkpoint, "checkpoint", "", "`file` to write when interrupted and to go on from if it is there; removed at the end")
	p.BoolVar(&f.keep, "keep-checkpoint", false, "write the checkpoint at the end too, for --continue at a higher budget")
	p.StringVar(&f.goOn, "continue", "", "checkpoint `file` of a lower budget to go on from instead of anew")
	p.StringVar(&f.engine, "engine", "go", "`engine` to compute on: "+strings.Join(engine.Names(), ", ")+"; xla:PLUGIN if this program was built with it")
	p.BoolVar(&f.bf16, "bf16", false, "feature maps and convolutions in bfloat16, for engine xla on devices that are faster so")
	p.StringVar(&f.cache, "compile-cache", "", "`directory` to keep compiled programs in, for the next trainings of the same configuration; for engine xla")
	p.StringVar(&f.memory, "memory-limit", "", "refuse a network that needs more `bytes` (as 8GiB); default what the machine has left")
	p.BoolVar(&f.check, "check", false, "check the options and the data set, without training, and end")
	p.BoolVar(&f.defaults, "default-config", false, "print the middle of the search space as a configuration and end")
	p.BoolVar(&f.space, "print-space", false, "print the search space as ConfigSpace JSON, for nasalyze search --space, and end")
	return cmd
}

// options makes sense of the flags and the environment of a search.
func (f *flags) options(cmd *cobra.Command, env func(string) string, stdin io.Reader) (training.Options, error) {
	o := training.Options{Seed: f.seed, Validation: f.validation, Checkpoint: f.checkpoint, Keep: f.keep, Continue: f.goOn, Mixed: f.bf16}
	var err error
	fail := func(format string, args ...any) (training.Options, error) {
		return o, usageError{fmt.Errorf(format, args...)}
	}
	if f.config == "" {
		f.config = env("NASALYZE_CONFIG")
	}
	if f.budget == "" {
		f.budget = env("NASALYZE_BUDGET")
	}
	if s := env("NASALYZE_SEED"); s != "" && !cmd.Flags().Changed("seed") {
		if o.Seed, err = strconv.ParseUint(s, 10, 64); err != nil {
			return fail("NASALYZE_SEED is %q, expected a whole number", s)
		}
	}
	if dir := env("NASALYZE_SCRATCH"); dir != "" { // in a search
		o.Checkpoint = within(dir, f.checkpoint)
		o.Continue = within(env("NASALYZE_CHECKPOINT"), f.goOn)
	}
	if err := f.settings(&o); err != nil {
		return o, err
	}
	switch {
	case f.config == "":
		return fail("--config is missing, expected a file with the configuration")
	case f.budget == "":
		return fail("--budget is missing, expected a time as 400s")
	}
	if o.Budget, err = seconds(f.budget); err != nil {
		return fail("--budget is %q, expected %w", f.budget, err)
	}
	if o.Config, err = readConfig(f.config, stdin); err != nil {
		return o, err
	}
	if o.Data, err = f.open(); err != nil {
		return o, err
	}
	if o.Engine, err = engine.Open(f.engine, f.cache); err != nil {
		return o, usageError{err}
	}
	return o, nil
}

// settings makes sense of what is the same for all trials of a search.
func (f *flags) settings(o *training.Options) error {
	var err error
	fail := func(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }
	names, _ := data.Names()
	switch {
	case f.data == "":
		return fail("--data is missing, expected one of %s", strings.Join(names, ", "))
	case !slices.Contains(names, f.data):
		return fail("--data is %q, expected one of %s", f.data, strings.Join(names, ", "))
	case f.firstCycle != "":
		if o.FirstCycle, err = seconds(f.firstCycle); err != nil {
			return fail("--first-cycle is %q, expected %w", f.firstCycle, err)
		}
	case f.data == "digits":
		o.FirstCycle = 2
	}
	if f.memory != "" {
		if o.MemoryLimit, err = bytesOf(f.memory); err != nil {
			return fail("--memory-limit is %q, expected %w", f.memory, err)
		}
	}
	if err := engine.Known(f.engine); err != nil {
		return usageError{err}
	}
	if (f.bf16 || f.cache != "") && !strings.HasPrefix(f.engine, "xla") {
		return fail("--bf16 and --compile-cache are for --engine xla, not for %s", f.engine)
	}
	return nil
}

// open reads the data set.
func (f *flags) open() (*data.Dataset, error) {
	d, err := data.Open(f.data, f.dataDir)
	if err != nil && f.dataDir == "" { // that is why
		err = fmt.Errorf("%w with --data-dir", err)
	}
	return d, err
}

// checked says what would be trained on. The engine is not opened: the device may be
// on another machine than the one that a search is started on.
func (f *flags) checked(w io.Writer) error {
	if err := f.settings(new(training.Options)); err != nil {
		return err
	}
	d, err := f.open()
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s: %d training and %d test images of %dx%dx%d, %d classes\n", d.Name, d.Train.Len(), d.Test.Len(), d.Train.Height, d.Train.Width, d.Train.Channels, len(d.Classes))
	return err
}

// within is a file in a directory; empty, for none, if either is.
func within(dir, file string) string {
	if dir == "" || file == "" {
		return ""
	}
	return filepath.Join(dir, file)
}

// seconds reads a time, positive and finite.
func seconds(s string) (float64, error) {
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		var d time.Duration
		if d, err = time.ParseDuration(s); err == nil {
			x = d.Seconds()
		}
	}
	if err != nil || !(x > 0) || x > 1e9 {
		return 0, fmt.Errorf("a time above 0, as 400s, 3h or a number of seconds")
	}
	return x, nil
}

// bytesOf reads a size, as 8GiB.
func bytesOf(s string) (int64, error) {
	factor := 1.0
	for i, unit := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if rest, ok := strings.CutSuffix(s, unit); ok {
			s, factor = strings.TrimSpace(rest), float64(int64(1)<<(10*(i+1)))
		}
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil || !(x*factor >= 1) || x*factor > 1<<60 {
		return 0, fmt.Errorf("a number of bytes, or of KiB, MiB, GiB, TiB")
	}
	return int64(x * factor), nil
}

func readConfig(path string, stdin io.Reader) (trainer.Config, error) {
	if path == "-" {
		return trainer.ReadConfig(stdin)
	}
	file, err := os.Open(path)
	if err != nil {
		return trainer.Config{}, err
	}
	defer file.Close()
	c, err := trainer.ReadConfig(file)
	if err != nil {
		return c, fmt.Errorf("%s: %w", path, err)
	}
	return c, nil
}

// writeDefaults writes the default configuration, in the order of the space.
func writeDefaults(w io.Writer) error {
	space := trainer.Space()
	var members []string
	for i, v := range space.Defaults() {
		if v.IsAbsent() {
			continue
		}
		if x, _ := v.Float(); v.Kind() == nasalyze.FloatValue {
			rounded, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64) // four digits are enough
			v = nasalyze.Number(rounded)
		}
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		members = append(members, fmt.Sprintf("  %q: %s", space.Params[i].Name, text))
	}
	_, err := fmt.Fprintf(w, "{\n%s\n}\n", strings.Join(members, ",\n"))
	return err
}
