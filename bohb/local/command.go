package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"time"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
)

// Defaults of [Command].
const (
	DefaultGrace = 10 * time.Second
	DefaultTail  = 20
)

// Command evaluates trials by running a command. The zero value of every field but
// Args, Scratch and Space is the documented default.
type Command struct {
	// Args are the program and its arguments.
	Args []string
	// Dir is the working directory of the command; empty means the current one.
	Dir string
	// Scratch is the directory in which each trial gets one of its own.
	Scratch string
	// Space of the configurations.
	Space *nasalyze.Space
	// Objectives that the result is searched for; none means "loss".
	Objectives []string
	// Flags tells to pass the configuration as --name value too.
	Flags bool
	// GPUs are the values of CUDA_VISIBLE_DEVICES that workers get, worker w the
	// one at w modulo their number; none means that it is left as it is.
	GPUs []string
	// SecondsPerBudget is the time limit for each unit of budget; 0 means no limit.
	SecondsPerBudget float64
	// LimitOption is the option that users set SecondsPerBudget with, for the reason of a trial
	// that took longer; may be empty.
	LimitOption string
	// Grace is how long a command that is stopped has between SIGTERM and SIGKILL;
	// 0 means [DefaultGrace].
	Grace time.Duration
	// Tail is how many of the last lines of output are kept of a trial that fails; 0
	// means [DefaultTail].
	Tail int
}

// Check reports why the command cannot be run, before the first trial: no such
// program, or no permission.
func (c *Command) Check() error {
	if len(c.Args) == 0 {
		return errors.New("no command to run")
	}
	program := c.Args[0]
	if c.Dir != "" && filepath.Base(program) != program && !filepath.IsAbs(program) {
		program = filepath.Join(c.Dir, program) // as exec.Cmd takes it
	}
	_, err := exec.LookPath(program)
	var why *exec.Error
	if errors.As(err, &why) {
		err = why.Err
	}
	if err != nil {
		return fmt.Errorf("cannot run %q: %w", c.Args[0], err)
	}
	return nil
}

// Evaluate runs the command for a trial. It is a [driver.Evaluate].
func (c *Command) Evaluate(ctx context.Context, worker int, t bohb.Trial) driver.Outcome {
	task, err := c.Task(t)
	if err != nil {
		return aborted(err)
	}
	if len(c.GPUs) > 0 {
		task.Env = append(task.Env, "CUDA_VISIBLE_DEVICES="+c.GPUs[worker%len(c.GPUs)])
	}
	return task.Run(ctx, c.scratch(t.Number))
}

// aborted is the outcome of a trial that could not be started: the disk is full, or
// the program is gone. It says nothing of the configuration.
func aborted(err error) driver.Outcome {
	return driver.Outcome{Status: nasalyze.Aborted, Reason: "cannot be started: " + err.Error()}
}

func (c *Command) objectives() []string {
	if len(c.Objectives) == 0 {
		return []string{"loss"}
	}
	return c.Objectives
}

// cmp0 is x, or the default if x is 0.
func cmp0[T int | time.Duration](x, standard T) T {
	if x == 0 {
		return standard
	}
	return x
}

// Limits returns the time limit of a trial at a budget, 0 for none, and the time that it has to end then.
func (c *Command) Limits(budget float64) (limit, grace time.Duration) {
	return time.Duration(min(c.SecondsPerBudget*budget*float64(time.Second), math.MaxInt64/2)), cmp0(c.Grace, DefaultGrace)
}

func (c *Command) scratch(number int) string {
	return filepath.Join(c.Scratch, strconv.Itoa(number))
}

// Task makes all that it takes to run the command for a trial, but for its
// scratch directory and a GPU.
func (c *Command) Task(t bohb.Trial) (*Task, error) {
	config, args, err := c.encode(t.Values)
	if err != nil {
		return nil, err
	}
	if !c.Flags {
		args = nil
	}
	checkpoint := ""
	if t.Previous >= 0 {
		if checkpoint, err = filepath.Abs(c.scratch(t.Previous)); err != nil {
			return nil, err
		}
	}
	limit, grace := c.Limits(t.Budget)
	return &Task{
		Args:   append(slices.Clone(c.Args), args...),
		Dir:    c.Dir,
		Config: string(config),
		Env: []string{
			"NASALYZE_BUDGET=" + strconv.FormatFloat(t.Budget, 'f', -1, 64),
			"NASALYZE_SEED=" + strconv.FormatInt(t.Seed, 10),
			"NASALYZE_TRIAL=" + strconv.Itoa(t.Number),
			"NASALYZE_CONFIG_ID=" + t.Config,
			"NASALYZE_CHECKPOINT=" + checkpoint,
		},
		Objectives:  c.objectives(),
		Limit:       limit,
		LimitOption: c.LimitOption,
		Grace:       grace,
		Tail:        cmp0(c.Tail, DefaultTail),
	}, nil
}

// encode returns a configuration as a JSON object and as --name value.
func (c *Command) encode(values []nasalyze.Value) (config []byte, args []string, err error) {
	var b bytes.Buffer
	for i, v := range values {
		if v.IsAbsent() {
			continue
		}
		name, err := json.Marshal(c.Space.Params[i].Name)
		if err != nil {
			return nil, nil, err
		}
		value, err := v.MarshalJSON()
		if err != nil {
			return nil, nil, err
		}
		if b.Len() > 0 {
			b.WriteString(",\n")
		}
		fmt.Fprintf(&b, "  %s: %s", name, value)
		args = append(args, "--"+c.Space.Params[i].Name, v.String())
	}
	return fmt.Appendf(nil, "{\n%s\n}\n", b.Bytes()), args, nil
}
