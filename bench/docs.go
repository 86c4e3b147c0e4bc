package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// section of docs/benchmarks.md about one workload.
type section struct {
	// name of the workload.
	name, title string
	// text says what is compared and how to read it. It holds no measured number:
	// those are written from the record.
	text string
	// more writes what this workload alone has.
	more func(w io.Writer, rows []*row)
}

// writeDocs writes folder/benchmarks.md and its pictures from folder/benchmarks.json.
func writeDocs(folder string) error {
	rep, err := load(filepath.Join(folder, "benchmarks.json"))
	if err != nil {
		return err
	}
	pages := map[string][]byte{}
	for name, draw := range pictures {
		var b bytes.Buffer
		drawn, err := draw(&b, rep.Rows)
		if err != nil {
			return err
		}
		if drawn {
			pages[filepath.Join("images", name+".svg")] = b.Bytes()
		}
	}
	var b bytes.Buffer
	render(&b, rep)
	pages["benchmarks.md"] = b.Bytes()
	for name, page := range pages {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(path, page, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func render(w io.Writer, rep report) {
	fmt.Fprintf(w, `# Benchmarks

The same inputs through nasalyze and through the tools that people use today, in one
run on one machine. Everything below is written by the bench from its own record,
[benchmarks.json](benchmarks.json), which has every single run:

    go run ./bench -slow -json docs/benchmarks.json && go run ./bench -docs docs

It sets the peers up in virtual environments of its own, with pinned versions
(`+"`bench/requirements-*.txt`"+`), and takes ranger from the R of the machine.
`+"`go run ./bench -quick`"+` is a look at small sizes; `+"`-list`"+` says what there is.

- **Versions:** %s.
- All contenders of a table ran on one machine, which stands above it; two tables may be of different ones.
- Contenders take turns, ours first and last; times are medians of the work alone,
  without imports and reading of files. Peak memory is that of the whole process by
  the end of the work, so a peer's includes its interpreter and libraries.
- Other programs ran on the machine during some of the runs, so that their times on the clock scatter, by
  several times where the jobs are long. Turns help the ratios; the ratio of CPU time
  (user and system, over all cores) hardly depends on the others and is the one to trust.
  It gives no credit for using two cores where a peer uses one.
- "answers" compares what was computed: *equal* where both should find the same up to the
  limit that the bench insists on (it fails otherwise), else the distance of two
  estimates of one thing.
- All inputs but the logs are drawn from formulas in `+"`bench/data.go`"+`.

%s
![Time of each job](images/bench-times.svg)

![Peak memory of each job](images/bench-memory.svg)
`, strings.Join(rep.Versions, ", "), summary(rep.Rows))
	for _, s := range sections {
		var rows []*row
		for _, r := range rep.Rows {
			if r.Name == s.name {
				rows = append(rows, r)
			}
		}
		if len(rows) == 0 {
			continue
		}
		fmt.Fprintf(w, "\n## %s\n\n%s\n\nMeasured %s at commit %s on %s.\n\n", s.title, strings.TrimSpace(s.text), rows[0].Date, rows[0].Commit, rows[0].Machine)
		printTable(w, rows) // to a buffer
		printFloors(w, rows)
		if s.more != nil {
			s.more(w, rows)
		}
	}
}

// summary says for every job and peer how many times as long it takes and how much
// memory it needs in proportion, from the least favourable input to the most.
func summary(rows []*row) string {
	type group struct {
		job, peer         string
		time, cpu, memory []float64
		stopped           bool
	}
	var groups []*group
	for _, r := range rows {
		ratio := r.ratio()
		if !(ratio > 0) {
			continue
		}
		i := slices.IndexFunc(groups, func(g *group) bool { return g.job == r.Workload && g.peer == r.Peer.Name })
		if i < 0 {
			i = len(groups)
			groups = append(groups, &group{job: r.Workload, peer: r.Peer.Name})
		}
		g := groups[i]
		g.time = append(g.time, ratio)
		if cpu := r.cpuRatio(); cpu > 0 {
			g.cpu = append(g.cpu, cpu)
		}
		g.memory = append(g.memory, r.Peer.peak()/r.Ours.peak())
		g.stopped = g.stopped || !r.Peer.complete()
	}
	if len(groups) == 0 {
		return ""
	}
	between := func(v []float64, more string) string {
		if len(v) == 0 {
			return ""
		}
		low, high := formatRatio(slices.Min(v)), formatRatio(slices.Max(v))
		if low == high {
			return more + low
		}
		return low + " to " + more + high
	}
	cells := [][]string{{"job", "peer", "its time, ours = 1", "its CPU time, ours = 1", "its memory, ours = 1"}}
	for _, g := range groups {
		more := ""
		if g.stopped {
			more = "more than "
		}
		cells = append(cells, []string{g.job, g.peer, between(g.time, more), between(g.cpu, ""), between(g.memory, "")})
	}
	var b strings.Builder
	writeGrid(&b, cells, []bool{2: true, 3: true, 4: true})
	return b.String()
}

// phaseTime is the median over the runs of the processor time of a phase in
// seconds, over all cores; of the time on the clock where that was not taken.
func (o *outcome) phaseTime(name string) (seconds float64, ofCPU bool) {
	times := phase.clock
	if ofCPU = o.cpu() > 0; ofCPU {
		times = phase.cpu
	}
	return o.median(func(r *result) float64 { return r.phaseTime(name, times) }), ofCPU
}

// printFloors says how far from the bandwidth of the memory our phases are.
func printFloors(w io.Writer, rows []*row) {
	var lines [][]string
	add := func(line []string) { // once for all peers
		if !slices.ContainsFunc(lines, func(l []string) bool { return slices.Equal(l, line) }) {
			lines = append(lines, line)
		}
	}
	several := slices.ContainsFunc(rows, func(r *row) bool { return r.Workload != rows[0].Workload })
	for _, r := range rows {
		last := r.Ours.last()
		if last == nil {
			continue
		}
		input := r.Input
		if several {
			input = r.Workload + ", " + input
		}
		all := 0.0
		for _, f := range last.Floors {
			took, ofCPU := r.Ours.phaseTime(f.Phase)
			add(r.Machine.distance(input, f, took, ofCPU))
			all += f.Bytes
		}
		if len(last.Floors) > 1 {
			took, ofCPU := r.Ours.cpu(), true
			if !(took > 0) {
				took, ofCPU = r.Ours.seconds(), false
			}
			add(r.Machine.distance(input, floor{Phase: "all of it", Bytes: all}, took, ofCPU))
		}
	}
	if len(lines) == 0 || rows[0].Machine.Memory == 0 {
		return
	}
	fmt.Fprintln(w, "\nDistance from the floor: how many units of work cannot be avoided, and how long it would take merely to read what they need at the bandwidth of the memory (of CPU: summed over the cores that read together).")
	fmt.Fprintln(w)
	head := []string{"input", "phase", "ours", "units", "a unit is a", "per unit", "floor", "times the floor"}
	writeGrid(w, append([][]string{head}, lines...), []bool{2: true, 3: true, 5: true, 6: true, 7: true})
}

// distance of a time from a floor, as a line of the table. Empty cells are of what was not timed by
// itself, or has no unit of its own.
func (m machine) distance(input string, f floor, took float64, ofCPU bool) []string {
	least := f.Bytes / m.Memory
	if ofCPU {
		least *= float64(m.Cores)
	}
	line := []string{input, f.Phase, formatSeconds(took), "", f.Unit, "", formatSeconds(least), ""}
	if f.Units > 0 {
		line[3] = significant(f.Units/1e6) + " million"
	}
	if took > 0 {
		if ofCPU {
			line[2] += " of CPU"
		}
		line[7] = significant(took / least)
		if f.Units > 0 {
			line[5] = significant(took/f.Units*1e9) + " ns"
		}
	}
	return line
}

// slopes says how times grow with the size of the input.
func slopes(what string, rows []*row, seconds func(*row) float64) string {
	var x, y []float64
	for _, r := range rows {
		if s := seconds(r); r.Size > 0 && s > 0 && r.Ours.complete() {
			x, y = append(x, float64(r.Size)), append(y, s)
		}
	}
	if len(x) < 3 {
		return ""
	}
	return fmt.Sprintf("%s: the power %.2f over %s to %s", what, slope(x, y), thousands(int(slices.Min(x))), thousands(int(slices.Max(x))))
}

// writeSlopes joins those that can be told.
func writeSlopes(w io.Writer, all ...string) {
	all = slices.DeleteFunc(all, func(s string) bool { return s == "" })
	if len(all) > 0 {
		fmt.Fprintf(w, "\nGrowth of the time, slope on logarithmic axes. %s.\n", strings.Join(all, "; "))
	}
}
