package local

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
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
	dir := c.scratch(t.Number)
	cmd, err := c.prepare(worker, t, dir)
	if err != nil {
		return aborted(err)
	}
	output, err := os.Create(filepath.Join(dir, "output"))
	if err != nil {
		return aborted(err)
	}
	defer output.Close()
	r := newReport(c.objectives(), cmp0(c.Tail, DefaultTail), output)
	end, err := c.execute(ctx, cmd, r, c.limit(t.Budget))
	if err != nil {
		return aborted(err)
	}
	return r.outcome(end)
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

// limit is the time limit of a trial, 0 for none.
func (c *Command) limit(budget float64) time.Duration {
	return time.Duration(min(c.SecondsPerBudget*budget*float64(time.Second), math.MaxInt64/2))
}

func (c *Command) scratch(number int) string {
	return filepath.Join(c.Scratch, strconv.Itoa(number))
}

// prepare makes the scratch directory, empty, and the command with its environment.
func (c *Command) prepare(worker int, t bohb.Trial, dir string) (*exec.Cmd, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	// What an interrupted run of the same trial left must not be taken for its own.
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	config, args, err := c.encode(t.Values)
	if err != nil {
		return nil, err
	}
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, config, 0o644); err != nil {
		return nil, err
	}
	checkpoint := ""
	if t.Previous >= 0 {
		if checkpoint, err = filepath.Abs(c.scratch(t.Previous)); err != nil {
			return nil, err
		}
	}
	if c.Flags {
		args = append(slices.Clone(c.Args[1:]), args...)
	} else {
		args = c.Args[1:]
	}
	cmd := exec.Command(c.Args[0], args...)
	cmd.Dir = c.Dir
	cmd.Env = append(os.Environ(),
		"NASALYZE_CONFIG="+file,
		"NASALYZE_BUDGET="+strconv.FormatFloat(t.Budget, 'f', -1, 64),
		"NASALYZE_SEED="+strconv.FormatInt(t.Seed, 10),
		"NASALYZE_TRIAL="+strconv.Itoa(t.Number),
		"NASALYZE_CONFIG_ID="+t.Config,
		scratchVariable+"="+dir,
		"NASALYZE_CHECKPOINT="+checkpoint)
	if len(c.GPUs) > 0 {
		cmd.Env = append(cmd.Env, "CUDA_VISIBLE_DEVICES="+c.GPUs[worker%len(c.GPUs)])
	}
	return cmd, nil
}

const scratchVariable = "NASALYZE_SCRATCH"

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

// ending is how a command ended.
type ending struct {
	err      error // of waiting; nil is exit status 0
	timedOut bool
	limit    time.Duration
	stopped  bool // from outside
}

// execute runs a command to its end and reads what it prints. The error is of
// starting it.
func (c *Command) execute(ctx context.Context, cmd *exec.Cmd, r *report, limit time.Duration) (ending, error) {
	outRead, outWrite, err := os.Pipe()
	if err != nil {
		return ending{}, err
	}
	defer outRead.Close()
	errRead, errWrite, err := os.Pipe()
	if err != nil {
		outWrite.Close()
		return ending{}, err
	}
	defer errRead.Close()
	// Files, not writers: Wait then returns when the command ends, though something
	// that it started may still hold the pipes.
	cmd.Stdout, cmd.Stderr = outWrite, errWrite
	ownGroup(cmd)
	err = cmd.Start()
	outWrite.Close()
	errWrite.Close()
	if err != nil {
		return ending{}, err
	}
	var readers sync.WaitGroup
	for _, s := range []struct {
		from *os.File
		line func([]byte)
	}{{outRead, r.stdout}, {errRead, r.other}} {
		readers.Go(func() { readLines(s.from, s.line) })
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()

	e := ending{limit: limit}
	var expired <-chan time.Time
	if limit > 0 {
		timer := time.NewTimer(limit)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case e.err = <-done:
	case <-expired:
		e.timedOut = true
		e.err = c.stop(cmd, done)
	case <-ctx.Done():
		e.stopped = true
		e.err = c.stop(cmd, done)
	}
	killGroup(cmd) // what it left behind
	// Something that made itself a group of its own may hold the pipes for good.
	outRead.SetReadDeadline(time.Now().Add(drainTime))
	errRead.SetReadDeadline(time.Now().Add(drainTime))
	readers.Wait()
	return e, nil
}

// drainTime is how long output is read after the command has ended.
const drainTime = 2 * time.Second

// stop ends a command: SIGTERM to its group, then, when the grace is over, SIGKILL.
func (c *Command) stop(cmd *exec.Cmd, done <-chan error) error {
	terminateGroup(cmd)
	select {
	case err := <-done:
		return err
	case <-time.After(cmp0(c.Grace, DefaultGrace)):
		killGroup(cmd)
		return <-done
	}
}

// maxLine is the longest line that is read as one; what is beyond is cut off.
const maxLine = 1 << 20

// readLines calls line with each line, without its end.
func readLines(r io.Reader, line func([]byte)) {
	buf := make([]byte, 64<<10)
	var rest []byte
	for {
		n, err := r.Read(buf)
		data := buf[:n]
		for {
			i := bytes.IndexByte(data, '\n')
			if i < 0 {
				break
			}
			line(bytes.TrimSuffix(append(rest, data[:i]...), []byte{'\r'}))
			rest, data = rest[:0], data[i+1:]
		}
		rest = append(rest, data[:min(len(data), max(maxLine-len(rest), 0))]...)
		if err != nil {
			if len(rest) > 0 {
				line(rest)
			}
			return
		}
	}
}
