package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"golang.org/x/term"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/bohb"
	"github.com/nasalyze/nasalyze/bohb/driver"
)

// searchReport tells how a search goes: the plan, progress, and the result.
type searchReport struct {
	mu         sync.Mutex // of what is printed: engines speak at any time
	waiting    func() int // trials in a queue
	s          *streams
	r          *searchRun
	quiet      bool
	json       bool
	terminal   bool
	interval   time.Duration
	last       time.Time
	failures   int
	done       int
	running    int
	seconds    float64 // of trials that had a result
	spent      float64 // budget that they took
	told       float64 // budget of all that ended
	budgets    map[float64]*bestAt
	total      int
	totalSpent float64
}

// bestAt is the best trial at one budget.
type bestAt struct {
	value  float64
	config string
	values []nasalyze.Value
}

func newSearchReport(s *streams, r *searchRun, quiet, asJSON bool) *searchReport {
	p := &searchReport{s: s, r: r, quiet: quiet, json: asJSON, interval: 30 * time.Second, waiting: func() int { return 0 }, budgets: make(map[float64]*bestAt)}
	if f, ok := s.err.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.terminal, p.interval = true, 200*time.Millisecond
	}
	return p
}

// searchPlan is what a search will do, as JSON.
type searchPlan struct {
	Event      string        `json:"event"`
	Method     string        `json:"method"`
	Parameters int           `json:"parameters"`
	Budgets    []float64     `json:"budgets"`
	Iterations int           `json:"iterations"`
	Configs    int           `json:"configurations"`
	Runs       int           `json:"runs"`
	PerBudget  []planBudget  `json:"per_budget"`
	Brackets   []planBracket `json:"brackets"`
	Cost       float64       `json:"total_budget"`
	Hours      *float64      `json:"hours,omitempty"`
	Workers    int           `json:"workers"`
	Command    []string      `json:"command"`
}

type planBudget struct {
	Budget float64 `json:"budget"`
	Runs   int     `json:"runs"`
}

type planBracket struct {
	Iterations int          `json:"iterations"`
	Rungs      []planBudget `json:"rungs"`
}

// secondsOf are the units of a budget that are times.
var secondsOf = map[string]float64{"s": 1, "sec": 1, "seconds": 1, "min": 60, "minutes": 60, "h": 3600, "hours": 3600}

func (p *searchReport) makePlan() searchPlan {
	set, search := &p.r.settings, p.r.searcher
	plan := searchPlan{Event: "plan", Method: set.Method, Parameters: varying(p.r.space), Budgets: search.Budgets(), Iterations: set.Iterations,
		Workers: set.Workers, Command: set.Command}
	for _, b := range plan.Budgets {
		plan.PerBudget = append(plan.PerBudget, planBudget{Budget: b})
	}
	for it := range set.Iterations {
		bracket := search.Bracket(it)
		plan.Configs += bracket[0].N
		plan.Runs += bracket.Runs()
		plan.Cost += bracket.Cost()
		var rungs []planBudget
		for _, rung := range bracket {
			rungs = append(rungs, planBudget{rung.Budget, rung.N})
			plan.PerBudget[slices.Index(plan.Budgets, rung.Budget)].Runs += rung.N
		}
		i := slices.IndexFunc(plan.Brackets, func(b planBracket) bool { return slices.Equal(b.Rungs, rungs) })
		if i < 0 {
			i = len(plan.Brackets)
			plan.Brackets = append(plan.Brackets, planBracket{Rungs: rungs})
		}
		plan.Brackets[i].Iterations++
	}
	if unit, ok := secondsOf[strings.ToLower(set.BudgetUnit)]; ok {
		hours := plan.Cost * unit / 3600
		plan.Hours = &hours
	}
	return plan
}

// varying is the number of parameters that can take more than one value.
func varying(s *nasalyze.Space) int {
	n := 0
	for i := range s.Params {
		if s.Params[i].Varies() {
			n++
		}
	}
	return n
}

// plan says what will be done: on standard output if that is all that is asked for.
func (p *searchReport) plan(only bool) error {
	plan := p.makePlan()
	p.total, p.totalSpent = plan.Runs, plan.Cost
	switch {
	case p.json:
		return p.line(plan)
	case only:
		return p.words(p.s.out, plan)
	case p.quiet:
		return nil
	}
	return p.words(p.s.err, plan)
}

func (p *searchReport) words(w io.Writer, plan searchPlan) error {
	set := &p.r.settings
	unit := ""
	if u := strings.TrimSpace(set.BudgetUnit); u != "" {
		unit = " " + u
	} else if set.BudgetName != "" {
		unit = " " + set.BudgetName
	}
	name := map[string]string{"bohb": "BOHB", "hyperband": "Hyperband", "random": "random search"}[plan.Method]
	fmt.Fprintf(w, "%s over %s, %s\n", name, plural(plan.Parameters, "parameter"), plural(len(plan.Budgets), "budget"))
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprint(t, "iterations")
	for _, b := range plan.Budgets {
		fmt.Fprintf(t, "\tat %s%s", text(b), unit)
	}
	fmt.Fprintln(t)
	for _, b := range plan.Brackets {
		fmt.Fprint(t, b.Iterations)
		for _, budget := range plan.Budgets {
			cell := ""
			for _, r := range b.Rungs {
				if r.Budget == budget {
					cell = fmt.Sprint(r.Runs)
				}
			}
			fmt.Fprintf(t, "\t%s", cell)
		}
		fmt.Fprintln(t)
	}
	fmt.Fprint(t, "runs")
	for _, b := range plan.PerBudget {
		fmt.Fprintf(t, "\t%d", b.Runs)
	}
	fmt.Fprintln(t)
	if err := t.Flush(); err != nil {
		return err
	}
	least := ""
	if set.Async {
		least = "at least "
	}
	fmt.Fprintf(w, "%s%s, %s, %s%s of budget in all\n", least, plural(plan.Configs, "configuration"), plural(plan.Runs, "run"), text(plan.Cost), unit)
	if plan.Hours != nil {
		work, name := inUnit(*plan.Hours)
		fmt.Fprintf(w, "%.4g %s of work, about %.3g with %s\n", work, name, work/float64(plan.Workers), plural(plan.Workers, "worker"))
	} else {
		fmt.Fprintf(w, "%s; how long it takes shows when the first trials have ended (--budget-unit s, min or h says it before)\n", plural(plan.Workers, "worker"))
	}
	_, err := fmt.Fprintf(w, "command: %s\n", strings.Join(set.Command, " "))
	return err
}

// inUnit is a time in hours, minutes or seconds, in what makes it a number that is easy to read.
func inUnit(hours float64) (float64, string) {
	switch {
	case hours < 2./60:
		return hours * 3600, "seconds"
	case hours < 2:
		return hours * 60, "minutes"
	}
	return hours, "hours"
}

// line writes an event as JSON.
func (p *searchReport) line(event any) error {
	e := json.NewEncoder(p.s.out)
	e.SetEscapeHTML(false)
	return e.Encode(event)
}

// searchTrial is an event of one trial, as JSON.
type searchTrial struct {
	Event    string              `json:"event"`
	Trial    int                 `json:"trial"`
	Config   string              `json:"config"`
	Budget   float64             `json:"budget"`
	Rung     int                 `json:"rung"`
	Status   string              `json:"status,omitempty"`
	Reason   string              `json:"reason,omitempty"`
	Values   map[string]*float64 `json:"values,omitempty"`
	Duration *float64            `json:"seconds,omitempty"`
	Note     string              `json:"note,omitempty"`
}

func (p *searchReport) started(t bohb.Trial) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running++
	if p.json {
		// Standard output that is closed must not end a search.
		_ = p.line(searchTrial{Event: "start", Trial: t.Number, Config: t.Config, Budget: t.Budget, Rung: t.Rung, Note: t.Note})
	}
	if t.Note == "" {
		return
	}
	if !p.quiet {
		p.say(t.Note)
	}
	// The brackets that have not begun are others now.
	p.total, p.totalSpent = p.done+p.running, p.told
	for it := t.Iteration; it < p.r.settings.Iterations; it++ {
		bracket := p.r.searcher.Bracket(it)
		p.total, p.totalSpent = p.total+bracket.Runs(), p.totalSpent+bracket.Cost()
	}
	p.total-- // this trial is both running and of the bracket
}

// finite is nil for what JSON has no form for.
func finite(x float64) *float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return &x
}

func (p *searchReport) ended(t bohb.Trial, o driver.Outcome, logged *nasalyze.Trial) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.running--
	p.count(logged, t.Config, t.Values)
	if p.json {
		e := searchTrial{Event: "end", Trial: t.Number, Config: t.Config, Budget: t.Budget, Rung: t.Rung, Status: o.Status.String(), Reason: o.Reason,
			Values: make(map[string]*float64), Duration: finite(logged.Duration())}
		for k, name := range p.r.settings.Objectives {
			e.Values[name] = finite(logged.Values[k])
		}
		_ = p.line(e)
	}
	if p.quiet {
		return
	}
	if o.Status != nasalyze.Success && p.failures <= 5 {
		p.say(fmt.Sprintf("trial %d %v: %s", t.Number, o.Status, o.Reason))
	}
	if now := time.Now(); now.Sub(p.last) >= p.interval {
		p.last = now
		p.status()
	}
}

// history counts the trials of a log that is resumed.
func (p *searchReport) history(study *nasalyze.Study) {
	if study == nil {
		return
	}
	for i := range study.Trials {
		if t := &study.Trials[i]; !t.Status.Pending() {
			c := &study.Configs[t.Config]
			p.count(t, c.ID, c.Values)
		}
	}
}

// count takes in a trial that has ended.
func (p *searchReport) count(t *nasalyze.Trial, config string, values []nasalyze.Value) {
	p.done++
	p.told += t.Budget
	if d := t.Duration(); d >= 0 && t.Status == nasalyze.Success {
		p.seconds, p.spent = p.seconds+d, p.spent+t.Budget
	}
	x := t.Values[0]
	if !t.Status.Valid() || math.IsNaN(x) || math.IsInf(x, 0) {
		p.failures++
		return
	}
	best := p.budgets[t.Budget]
	if best == nil || (x < best.value) != p.maximizes() && x != best.value {
		p.budgets[t.Budget] = &bestAt{x, config, values}
	}
}

func (p *searchReport) maximizes() bool { return p.r.settings.objectives()[0].Maximize }

// warn says what a user should know, with --quiet too.
func (p *searchReport) warn(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say(line)
}

// say prints a line above the status.
func (p *searchReport) say(line string) {
	if p.terminal {
		fmt.Fprint(p.s.err, "\r\x1b[K")
	}
	fmt.Fprintln(p.s.err, line)
}

// status prints how far the search is.
func (p *searchReport) status() {
	var b strings.Builder
	running := fmt.Sprintf("%d running", p.running)
	if n := min(p.waiting(), p.running); n > 0 {
		running = fmt.Sprintf("%d running, %d in the queue", p.running-n, n)
	}
	fmt.Fprintf(&b, "%d of %d runs, %s, %d failed", p.done, max(p.total, p.done), running, p.failures)
	for i, budget := range p.sorted() {
		b.WriteString([]string{"; best ", ", "}[min(i, 1)])
		fmt.Fprintf(&b, "%.4g at %s", p.budgets[budget].value, text(budget))
	}
	if left := (p.totalSpent - p.told) * p.seconds / p.spent / float64(p.r.settings.Workers); left > 0 && !math.IsInf(left, 0) {
		fmt.Fprintf(&b, "; about %v left", time.Duration(left*float64(time.Second)).Round(max(time.Second, time.Duration(left/50*float64(time.Second)).Truncate(time.Second))))
	}
	if p.terminal {
		fmt.Fprint(p.s.err, "\r\x1b[K"+b.String())
		return
	}
	fmt.Fprintln(p.s.err, b.String())
}

// sorted are the budgets with a result, the largest first.
func (p *searchReport) sorted() []float64 {
	var all []float64
	for b := range p.budgets {
		all = append(all, b)
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all
}

// over ends the progress.
func (p *searchReport) over() {
	p.running = 0
	if p.quiet {
		return
	}
	p.status()
	if p.terminal {
		fmt.Fprintln(p.s.err)
	}
}

// searchResult is the best configuration, as JSON.
type searchResult struct {
	Event  string                    `json:"event"`
	Budget float64                   `json:"budget"`
	Config string                    `json:"config"`
	Value  float64                   `json:"value"`
	Values map[string]nasalyze.Value `json:"configuration"`
}

// result says which configuration is the best at the largest budget.
func (p *searchReport) result() error {
	budgets := p.sorted()
	if len(budgets) == 0 {
		return fmt.Errorf("no trial had a result")
	}
	best := p.budgets[budgets[0]]
	name := p.r.settings.Objectives[0]
	if p.json {
		values := make(map[string]nasalyze.Value)
		for i, v := range best.values {
			if !v.IsAbsent() {
				values[p.r.space.Params[i].Name] = v
			}
		}
		return p.line(searchResult{"best", budgets[0], best.config, best.value, values})
	}
	fmt.Fprintf(p.s.out, "best at budget %s: %s %.6g, configuration %s\n", text(budgets[0]), name, best.value, best.config)
	t := tabwriter.NewWriter(p.s.out, 0, 8, 2, ' ', 0)
	for i, v := range best.values {
		if !v.IsAbsent() {
			fmt.Fprintf(t, "  %s\t%s\n", p.r.space.Params[i].Name, v)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if !p.quiet {
		fmt.Fprintf(p.s.err, "for a report: nasalyze report %s\n", p.r.dir)
	}
	return nil
}
