package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// report is what -json writes.
type report struct {
	Versions []string `json:"versions"`
	Rows     []*row   `json:"rows"`
}

// machine that the numbers were measured on.
type machine struct {
	OS    string `json:"os"`
	CPU   string `json:"cpu"`
	Cores int    `json:"cores"`
	// Memory is the speed of reading it from all cores, in bytes per second.
	Memory float64 `json:"memory"`
}

func (m machine) String() string {
	cores := "cores"
	if m.Cores == 1 {
		cores = "core"
	}
	s := fmt.Sprintf("%s, %d %s, %s", m.CPU, m.Cores, cores, m.OS)
	if m.Memory > 0 {
		s += fmt.Sprintf(", memory read at %.3g GB/s", m.Memory/1e9)
	}
	return s
}

// save writes the report. Rows of workloads that were not run this time stay as
// they are in the file; those of one workload are always of one machine. The answers themselves are left out; their distances tell
// what there is to know.
func (rep report) save(path string) error {
	old, err := load(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	ran := func(name string) bool {
		return slices.ContainsFunc(rep.Rows, func(r *row) bool { return r.Name == name })
	}
	var all report
	for _, w := range workloads {
		from := old.Rows
		if ran(w.name) {
			from = rep.Rows
		}
		for _, r := range from {
			if r.Name == w.name {
				all.Rows = append(all.Rows, r)
			}
		}
	}
	all.Versions = versions(all.Rows)
	for i, r := range all.Rows {
		bare := *r
		bare.Ours, bare.Peer = r.Ours.withoutAnswers(), r.Peer.withoutAnswers()
		all.Rows[i] = &bare
	}
	text, err := json.MarshalIndent(all, "", "\t")
	if err != nil {
		return err
	}
	return os.WriteFile(path, append(text, '\n'), 0o644)
}

// withoutAnswers is a copy for the record, which has names of files without their folders.
func (o *outcome) withoutAnswers() *outcome {
	if o == nil {
		return nil
	}
	bare := *o
	for _, path := range []*string{&bare.Job.Path, &bare.Job.Test, &bare.Job.Export} {
		if *path != "" {
			*path = filepath.Base(*path)
		}
	}
	bare.Runs = make([]*result, len(o.Runs))
	for i, r := range o.Runs {
		run := *r
		run.Answers = nil
		bare.Runs[i] = &run
	}
	return &bare
}

// load reads what save has written.
func load(path string) (report, error) {
	var rep report
	text, err := os.ReadFile(path)
	if err != nil {
		return rep, err
	}
	if err := json.Unmarshal(text, &rep); err != nil {
		return rep, fmt.Errorf("%s: %w", path, err)
	}
	return rep, nil
}

// versions of all that took part, each once.
func versions(rows []*row) []string {
	var all []string
	for _, r := range rows {
		for _, o := range []*outcome{r.Ours, r.Peer} {
			if o == nil || o.last() == nil {
				continue
			}
			for _, v := range o.last().Versions {
				if !slices.Contains(all, v) {
					all = append(all, v)
				}
			}
		}
	}
	return all
}

func thisMachine() machine {
	m := machine{OS: runtime.GOOS + "/" + runtime.GOARCH, CPU: "unknown processor", Cores: runtime.NumCPU()}
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return m
	}
	defer f.Close()
	for s := bufio.NewScanner(f); s.Scan(); {
		if key, value, ok := strings.Cut(s.Text(), ":"); ok && strings.TrimSpace(key) == "model name" {
			m.CPU = strings.TrimSpace(value)
			break
		}
	}
	return m
}

// head is the commit of the checkout, "unknown" where git cannot tell.
func head(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "git", "rev-parse", "--short", "HEAD").Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(out))
}

// bandwidth of reading memory, in bytes per second.
func (b *bench) bandwidth(ctx context.Context) (float64, error) {
	r, err := b.run(ctx, contender{name: "memory", job: job{Task: "bandwidth", CPUs: b.cpus, Repeats: 7}})
	if err != nil {
		return 0, err
	}
	return r.value("bytes") / r.seconds(), nil
}
