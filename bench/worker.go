package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"slices"
	"time"
)

// tasks are the jobs that this program does itself.
var tasks = map[string]func(context.Context, *recorder) error{
	"log":         logNumbers,
	"report":      wholeReport,
	"fanova":      decompose,
	"given trees": decomposeGiven,
	"forest":      fitForest,
	"ped":         pedANOVA,
	"ranks":       rankColumns,
	"read":        readLog,
	"bandwidth":   bandwidth,
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
	start, cpu := time.Now(), processorTime()
	err := f()
	seconds := time.Since(start).Seconds()
	cpu = processorTime() - cpu
	r.result.Peak = memory("VmHWM")
	i := slices.IndexFunc(r.result.Phases, func(p phase) bool { return p.Name == name })
	if i < 0 {
		i = len(r.result.Phases)
		r.result.Phases = append(r.result.Phases, phase{Name: name})
	}
	p := &r.result.Phases[i]
	p.Seconds, p.CPU = append(p.Seconds, seconds), append(p.CPU, cpu)
	return err
}

// repeat times f as often as the job asks for.
func (r *recorder) repeat(name string, f func() error) error {
	for range max(1, r.job.Repeats) {
		if err := r.phase(name, f); err != nil {
			return err
		}
	}
	return nil
}

func (r *recorder) answer(name string, value float64) {
	r.result.Answers = append(r.result.Answers, answer{name, number(value)})
}

func (r *recorder) note(format string, args ...any) {
	r.result.Notes = append(r.result.Notes, fmt.Sprintf(format, args...))
}
