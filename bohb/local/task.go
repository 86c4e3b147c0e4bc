package local

import (
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"

	"github.com/nasalyze/nasalyze/bohb/driver"
)

// Task is a trial that is ready to be run, here or, as JSON, on another machine.
type Task struct {
	// Args are the program and its arguments, with those of the configuration.
	Args []string `json:"args"`
	// Dir is the working directory.
	Dir string `json:"dir"`
	// Config is the content of the configuration file, a JSON object.
	Config string `json:"config"`
	// Env are the variables of the protocol, NAME=VALUE, but for those that name
	// the scratch directory and what is in it.
	Env []string `json:"env"`
	// Objectives that the result is searched for, at least one.
	Objectives []string `json:"objectives"`
	// Limit of the time, 0 for none, and Grace between SIGTERM and SIGKILL, in nanoseconds.
	Limit time.Duration `json:"limit_ns"`
	Grace time.Duration `json:"grace_ns"`
	// LimitOption is the option that users set Limit with; may be empty.
	LimitOption string `json:"limit_option,omitempty"`
	// Tail is how many of the last lines of output are kept of a failure.
	Tail int `json:"tail"`
}

const scratchVariable = "NASALYZE_SCRATCH"

// Run runs the command with a scratch directory, which is made empty, and
// judges how it went. When ctx ends the command is stopped, and the status
// nasalyze.Aborted.
func (t *Task) Run(ctx context.Context, scratch string) driver.Outcome {
	scratch, err := filepath.Abs(scratch)
	if err != nil {
		return aborted(err)
	}
	// What an interrupted run of the same trial left must not be taken for its own.
	if err := os.RemoveAll(scratch); err != nil {
		return aborted(err)
	}
	if err := os.MkdirAll(scratch, 0o755); err != nil {
		return aborted(err)
	}
	config := filepath.Join(scratch, "config.json")
	if err := os.WriteFile(config, []byte(t.Config), 0o644); err != nil {
		return aborted(err)
	}
	output, err := os.Create(filepath.Join(scratch, "output"))
	if err != nil {
		return aborted(err)
	}
	defer output.Close()
	cmd := exec.Command(t.Args[0], t.Args[1:]...)
	cmd.Dir = t.Dir
	cmd.Env = append(append(os.Environ(), "NASALYZE_CONFIG="+config, scratchVariable+"="+scratch), t.Env...)
	r := newReport(t.Objectives, t.Tail, output)
	end, err := t.execute(ctx, cmd, r)
	if err != nil {
		return aborted(err)
	}
	return r.outcome(end)
}

// ending is how a command ended.
type ending struct {
	err      error // of waiting; nil is exit status 0
	timedOut bool
	limit    time.Duration
	option   string // that the limit is set with, or empty
	stopped  bool   // from outside
}

// execute runs a command to its end and reads what it prints. The error is of
// starting it.
func (t *Task) execute(ctx context.Context, cmd *exec.Cmd, r *report) (ending, error) {
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

	e := ending{limit: t.Limit, option: t.LimitOption}
	var expired <-chan time.Time
	if t.Limit > 0 {
		timer := time.NewTimer(t.Limit)
		defer timer.Stop()
		expired = timer.C
	}
	select {
	case e.err = <-done:
	case <-expired:
		e.timedOut = true
		e.err = t.stop(cmd, done)
	case <-ctx.Done():
		e.stopped = true
		e.err = t.stop(cmd, done)
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
func (t *Task) stop(cmd *exec.Cmd, done <-chan error) error {
	terminateGroup(cmd)
	select {
	case err := <-done:
		return err
	case <-time.After(t.Grace):
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
