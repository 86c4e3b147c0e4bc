package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze/bohb"
)

// setting is a table of the page: runs with so many workers up to a limit.
type setting struct {
	workers int
	limit   float64
}

// settings that the record has, in order.
func (rec *record) settings() []setting {
	var all []setting
	for _, r := range rec.runs {
		if s := (setting{r.Workers, r.Limit}); !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	slices.SortFunc(all, func(a, b setting) int {
		return cmp.Or(cmp.Compare(a.workers, b.workers), cmp.Compare(a.limit, b.limit))
	})
	return all
}

// writeDocs sorts folder/search-benchmarks.jsonl and writes
// folder/search-benchmarks.md and its pictures from it.
func writeDocs(folder string, works []*workload) error {
	rec, err := load(filepath.Join(folder, "search-benchmarks.jsonl"))
	if err != nil {
		return err
	}
	if len(rec.runs) == 0 {
		return fmt.Errorf("no runs in %s", rec.path)
	}
	for _, r := range rec.runs {
		if !slices.ContainsFunc(works, func(w *workload) bool { return w.name == r.Workload }) {
			return fmt.Errorf("%s has runs of %s, which is not among the workloads here: the page would lose it (-data or NASALYZE_DATA names the folder of tables)", rec.path, r.Workload)
		}
	}
	if err := rec.tidy(); err != nil {
		return err
	}
	files := make(map[string][]byte)
	var page bytes.Buffer
	page.WriteString(introduction(rec))
	for _, s := range rec.settings() {
		r := rec.report(works, s)
		if len(r.works) == 0 {
			continue // peers alone, so far
		}
		r.write(&page)
		for name, draw := range map[string]func(io.Writer) error{r.picture("regret"): r.drawRegret, r.picture("ranks"): r.drawRanks} {
			var b bytes.Buffer
			if err := draw(&b); err != nil {
				return err
			}
			if b.Len() > 0 {
				files[filepath.Join("images", name)] = b.Bytes()
			}
		}
	}
	files["search-benchmarks.md"] = page.Bytes()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// report is what the page says of one setting.
type report struct {
	setting
	rec   *record
	works []*workload  // those with runs of ours
	who   []*contender // those with runs
}

func (rec *record) report(works []*workload, s setting) *report {
	r := &report{setting: s, rec: rec}
	any := func(w *workload, c *contender) bool {
		return len(r.regrets(w, c, 0)) > 0
	}
	for _, w := range works {
		if any(w, contenders[0]) {
			r.works = append(r.works, w)
		}
	}
	for _, c := range contenders {
		if slices.ContainsFunc(r.works, func(w *workload) bool { return any(w, c) }) {
			r.who = append(r.who, c)
		}
	}
	return r
}

func (r *report) picture(kind string) string {
	if r.workers == 1 {
		return "search-" + kind + ".svg"
	}
	return fmt.Sprintf("search-%s-%d-workers.svg", kind, r.workers)
}

// standings are those of r.who on a workload at a checkpoint.
func (r *report) standings(w *workload, k int) []standing {
	all := r.rec.compare(w.name, r.workers, r.limit, k)
	var chosen []standing
	for _, c := range r.who {
		chosen = append(chosen, all[slices.Index(contenders, c)])
	}
	return chosen
}

// write writes the section.
func (r *report) write(out io.Writer) {
	if r.workers == 1 {
		fmt.Fprintf(out, "\n## One worker\n\nRuns of %g full evaluations.\n", r.limit)
	} else {
		fmt.Fprintf(out, "\n## %d workers\n\nRuns of %g full evaluations per worker, %g in all. The clock is that of the workers, who begin together.\n", r.workers, r.limit, r.limit*float64(r.workers))
	}
	fmt.Fprintf(out, "\n![Regret of the incumbent](images/%s)\n\nMedian over the seeds, band between the quartiles. Both axes are logarithmic; a line that meets the bottom has found the optimum.\n", r.picture("regret"))
	r.summary(out)
	for _, k := range []int{checkpoints - 1, checkpoints - 7} {
		fmt.Fprintf(out, "\n### Regret after %.3g full evaluations\n\n", checkpoint(r.limit, k))
		r.medians(out, k)
	}
	r.verdicts(out)
	r.together(out)
	r.ranks(out)
	if r.workers > 1 {
		r.busy(out)
	}
}

// summary says where ours is best at the end, and who is better where it is not.
func (r *report) summary(out io.Writer) {
	k := checkpoints - 1
	best := 0
	var behind, worse []string
	for _, w := range r.works {
		all := r.standings(w, k)
		least, who := all[0].median, -1
		for i, s := range all {
			if r.who[i].ours != nil && r.who[i].ours.Method == bohb.BOHB {
				continue // variants of ours
			}
			if s.median < least {
				least, who = s.median, i
			}
			if s.verdict < 0 {
				worse = append(worse, fmt.Sprintf("%s (%s)", w.title, r.who[i].title))
			}
		}
		if who < 0 {
			best++
			continue
		}
		behind = append(behind, fmt.Sprintf("%s (%s %s, ours %s)", w.title, r.who[who].title, formatRegret(least), formatRegret(all[0].median)))
	}
	fmt.Fprintf(out, "\nAt the end nasalyze has the smallest median regret on %d of %d workloads. Another has a smaller one on %s.", best, len(r.works), orNone(behind))
	fmt.Fprintf(out, " Significantly worse than another it is on %s.\n", orNone(worse))
}

func orNone(names []string) string {
	if len(names) == 0 {
		return "none"
	}
	return strings.Join(names, ", ")
}

// medians writes the table at a checkpoint.
func (r *report) medians(out io.Writer, k int) {
	header, rule := "| workload |", "|---|"
	for _, c := range r.who {
		header += " " + c.title + " |"
		rule += "---:|"
	}
	fmt.Fprintln(out, header)
	fmt.Fprintln(out, rule)
	for _, w := range r.works {
		fmt.Fprintf(out, "| %s |", w.title)
		all := r.standings(w, k)
		for i, s := range all {
			cell := formatRegret(s.median)
			switch {
			case s.n == 0:
				cell = ""
			case s.verdict > 0:
				cell += " +"
			case s.verdict < 0:
				cell += " **-**"
			}
			if s.n > 0 && s.n != all[0].n {
				cell += fmt.Sprintf(" (%d)", s.n)
			}
			if i == 0 {
				cell += " "
			}
			fmt.Fprintf(out, " %s |", strings.TrimSpace(cell))
		}
		fmt.Fprintln(out)
	}
}

func formatRegret(v float64) string {
	switch {
	case math.IsInf(v, 0) || math.IsNaN(v):
		return "none"
	case v == 0:
		return "0"
	}
	return fmt.Sprintf("%.3g", v)
}

// verdicts says in words where ours is significantly better or worse.
func (r *report) verdicts(out io.Writer) {
	fmt.Fprintf(out, "\n### %s against each\n\n| searcher | at | significantly better | no difference shown | significantly worse |\n|---|---:|---|---|---|\n", contenders[0].title)
	for i, c := range r.who {
		if c == contenders[0] {
			continue
		}
		for _, k := range []int{checkpoints - 7, checkpoints - 1} {
			var better, equal, worse []string
			for _, w := range r.works {
				s := r.standings(w, k)[i]
				switch {
				case s.n == 0:
				case s.verdict > 0:
					better = append(better, w.title)
				case s.verdict < 0:
					worse = append(worse, w.title)
				default:
					equal = append(equal, w.title)
				}
			}
			fmt.Fprintf(out, "| %s | %.3g | %s | %s | %s |\n", c.title, checkpoint(r.limit, k), counted(better), fmt.Sprint(len(equal)), counted(worse))
		}
	}
}

// together says how often ours has the smaller regret, over all workloads.
func (r *report) together(out io.Writer) {
	fmt.Fprintf(out, "\n### All workloads together\n\nOn how many workloads the median regret of %s is smaller (equal ones count half); how often a run of it has a smaller regret than one of the other "+
		"searcher, mean over the workloads; and the test that it is one half, of rank sums within workloads (van Elteren 1960), with Holm's correction over the searchers.\n\n"+
		"| searcher | at | smaller median | smaller regret | p |\n|---|---:|---:|---:|---:|\n", contenders[0].title)
	for _, k := range []int{checkpoints - 1, checkpoints - 7} {
		var lines []string
		var p []float64
		for _, c := range r.who {
			if c == contenders[0] {
				continue
			}
			var strata [][2][]float64
			fewer := 0.0
			for _, w := range r.works {
				s := [2][]float64{r.regrets(w, contenders[0], k), r.regrets(w, c, k)}
				if len(s[1]) == 0 {
					continue
				}
				strata = append(strata, s)
				switch cmp.Compare(median(s[0]), median(s[1])) {
				case -1:
					fewer++
				case 0:
					fewer += 0.5
				}
			}
			one, effect := stratified(strata)
			p = append(p, one)
			lines = append(lines, fmt.Sprintf("| %s | %.3g | %g of %d | %.1f %% |", c.title, checkpoint(r.limit, k), fewer, len(strata), 100*effect))
		}
		for i, adjusted := range holm(p) {
			fmt.Fprintf(out, "%s %.2g |\n", lines[i], adjusted)
		}
	}
}

// regrets of a contender's runs of a workload at a checkpoint.
func (r *report) regrets(w *workload, c *contender, k int) []float64 {
	return r.rec.regrets(w.name, c.name, r.workers, r.limit, k)
}

// counted is a number of things and which.
func counted(names []string) string {
	if len(names) == 0 {
		return "0"
	}
	return fmt.Sprintf("%d: %s", len(names), strings.Join(names, "; "))
}

// ranking is the mean ranks of the searchers that have runs of every workload.
type ranking struct {
	names     []string
	ranks     []float64
	statistic float64
	p         float64
	critical  float64
	n         int
}

func (r *report) ranking(k int) (ranking, bool) {
	var q ranking
	var columns []int
	for i, c := range r.who {
		if !slices.ContainsFunc(r.works, func(w *workload) bool { return r.standings(w, k)[i].n == 0 }) {
			q.names, columns = append(q.names, c.title), append(columns, i)
		}
	}
	var rows [][]float64
	for _, w := range r.works {
		all := r.standings(w, k)
		row := make([]float64, len(columns))
		for j, i := range columns {
			row[j] = all[i].median
		}
		rows = append(rows, row)
	}
	if q.n = len(rows); q.n < 5 || len(columns) < 3 {
		return q, false // too few for the approximations of the test
	}
	q.ranks, q.statistic, q.p = friedman(rows)
	q.critical = nemenyi(len(columns), q.n, level)
	return q, true
}

// ranks writes the table of mean ranks.
func (r *report) ranks(out io.Writer) {
	k := checkpoints - 1
	q, ok := r.ranking(k)
	if !ok {
		return
	}
	fmt.Fprintf(out, "\n### Mean ranks\n\nRanks of the median regrets at %g and %.3g full evaluations, averaged over the %d workloads; 1 is best.\n\n| searcher |", r.limit, checkpoint(r.limit, checkpoints-7), q.n)
	early, _ := r.ranking(checkpoints - 7)
	fmt.Fprintf(out, " at %g | at %.3g |\n|---|---:|---:|\n", r.limit, checkpoint(r.limit, checkpoints-7))
	for i, name := range q.names {
		fmt.Fprintf(out, "| %s | %.2f | %.2f |\n", name, q.ranks[i], early.ranks[i])
	}
	fmt.Fprintf(out, "\nFriedman's test that all are equal: chi-squared %.1f on %d degrees of freedom, p = %.2g at %g; %.1f, p = %.2g at %.3g. By Nemenyi's test two searchers differ at the 5 %% level if their mean ranks are %.2f apart (Demsar 2006). With %d workloads that is a coarse test; that of each workload above is finer.\n\n![Mean ranks](images/%s)\n",
		q.statistic, len(q.names)-1, q.p, r.limit, early.statistic, early.p, checkpoint(r.limit, checkpoints-7), q.critical, q.n, r.picture("ranks"))
}

// busy says what share of the workers' time was spent on trials.
func (r *report) busy(out io.Writer) {
	var said []string
	for _, c := range r.who {
		sum, n := 0.0, 0
		for _, one := range r.rec.sorted() {
			if one.Searcher == c.name && one.Workers == r.workers && one.Limit == r.limit {
				sum, n = sum+float64(one.Busy), n+1
			}
		}
		said = append(said, fmt.Sprintf("%s %.1f %%", c.title, 100*sum/float64(n)))
	}
	fmt.Fprintf(out, "\n### Time at work\n\nMean share of the workers' time that was spent on trials; the rest they waited for results of others: %s. Whoever would wait is given the next bracket, by all of them, so that asynchronous promotion gains no time here; what it could gain is that good configurations reach large budgets sooner.\n", strings.Join(said, ", "))
}
