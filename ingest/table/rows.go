package table

import (
	"encoding/json"
	"fmt"
	"hash/maphash"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Header is what is known of a table before its rows are read.
type Header struct {
	// Path of the table as shown to the user.
	Path    string
	Columns []Column
	// Space of the log; nil means that it is inferred. SpacePath is where it is from.
	Space     *nasalyze.Space
	SpacePath string
	// Sample are some of the first rows, from which guesses are checked; may be nil.
	Sample [][]string
	// DecimalComma tells that numbers may be written as 0,5.
	DecimalComma bool
}

// Rows makes a study of the rows of a table, wherever they come from: this is
// the way in for tables that are not delimited text.
type Rows struct {
	roles
	header   Header
	opt      source.Options
	findings *source.Findings
	builder  *source.Builder

	seed1, seed2 maphash.Seed
	known        map[[2]uint64]string // hash of the cells of a configuration -> its id
	key          []byte
	names        []string // of the parameters, for the builder
	values       []nasalyze.Value
	measured     []float64
	statuses     map[string]nasalyze.Status
	info         []byte
	infoNames    [][]byte
	timed        bool     // budgets are written as times
	needed       int      // cells that a row must have
	padded       [][]byte // a row with empty cells at the end
}

// NewRows decides what the columns are, by the options and else by their names.
// Each guess is a finding; where two columns could be one thing, or none, the
// error lists them and names the option to set.
func NewRows(h Header, opt source.Options, findings *source.Findings) (*Rows, error) {
	if opt.Space == nil && h.Space != nil && !matches(h) {
		findings.Add(source.Finding{Severity: source.Warn, Code: "foreign-space", Path: h.SpacePath,
			Message: fmt.Sprintf("none of the %d parameters of this search space is a column of %s; it is not used", len(h.Space.Params), h.Path)})
		h.Space, h.SpacePath = nil, ""
	}
	v := resolver{columns: h.Columns, opt: opt, space: h.Space, findings: findings, path: h.Path}
	roles, err := v.resolve()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", h.Path, err)
	}
	r := &Rows{roles: *roles, header: h, opt: opt, findings: findings,
		seed1: maphash.MakeSeed(), seed2: maphash.MakeSeed(), known: make(map[[2]uint64]string),
		statuses: make(map[string]nasalyze.Status)}
	r.checkID()
	r.dropVarying()
	r.missingColumns()
	if r.budget < 0 && !slices.ContainsFunc(r.groups, func(g group) bool { return g.hasBudget }) {
		v.note("no-budget", "no column is a budget: all trials are taken to have the budget 0; --budget-column names one")
	}
	r.builder = source.NewBuilder(findings, source.BuilderOptions{
		Space: h.Space, SpacePath: h.SpacePath, InfoLimit: opt.InfoLimit, RepeatedConfigs: true,
		// Without seeds, equal rows are repeats; with them, a row again is a correction.
		KeepRepeats: r.seed < 0 && !slices.ContainsFunc(r.groups, func(g group) bool { return g.hasSeed }),
	})
	r.names = make([]string, len(r.params))
	r.values = make([]nasalyze.Value, len(r.params))
	for i, p := range r.params {
		r.names[i] = p.name
	}
	r.measured = make([]float64, len(r.objectives))
	r.needed = r.need()
	for _, i := range r.roles.info {
		name, _ := json.Marshal(h.Columns[i].Name)
		r.infoNames = append(r.infoNames, name)
	}
	return r, nil
}

// matches reports whether any parameter of the space is a column.
func matches(h Header) bool {
	for _, c := range h.Columns {
		for _, p := range append([]string{""}, prefixes...) {
			if rest, ok := strings.CutPrefix(c.Name, p); ok && h.Space.Index(rest) >= 0 {
				return true
			}
		}
	}
	return false
}

// missingColumns warns of parameters of the space that the table does not have.
func (r *Rows) missingColumns() {
	if r.header.Space == nil {
		return
	}
	for i := range r.header.Space.Params {
		name := r.header.Space.Params[i].Name
		if !slices.ContainsFunc(r.params, func(p param) bool { return p.name == name }) {
			r.findings.Add(source.Finding{Severity: source.Warn, Code: "missing-column", Param: name, Path: r.header.Path, Line: 1,
				Message: fmt.Sprintf("parameter %q of the search space has no column", name)})
		}
	}
}

// need returns the number of cells that a row needs: all up to the last one that
// tells what was run or, in a long table, measured.
func (r *Rows) need() int {
	n := max(r.id, r.budget, r.seed, r.instance, r.roles.status) + 1
	for _, p := range r.params {
		n = max(n, p.column+1)
	}
	least := len(r.header.Columns)
	for _, g := range r.groups {
		for _, c := range g.columns {
			if !r.wide {
				n = max(n, c+1)
			} else if c >= 0 {
				least = min(least, c+1)
			}
		}
	}
	if r.wide {
		n = max(n, least)
	}
	return n
}

// checkID drops an id column that numbers the trials and not the configurations:
// in the sample every row has its own, though rows repeat the same parameters.
func (r *Rows) checkID() {
	if !r.idIsTrial || r.wide {
		return
	}
	ids, configs := make(map[string]bool), make(map[string]bool)
	for _, row := range r.header.Sample {
		if ids[row[r.id]] {
			return
		}
		ids[row[r.id]] = true
		var key []byte
		for _, p := range r.params {
			key = strconv.AppendQuote(key, row[p.column])
		}
		configs[string(key)] = true
	}
	if len(configs) == len(ids) {
		return
	}
	r.findings.Add(source.Finding{Severity: source.Note, Code: "trial-number", Path: r.header.Path, Line: 1,
		Message: fmt.Sprintf("column %q numbers the rows while parameters repeat: rows with equal parameters are taken as one configuration; --id-column %q would tell them apart",
			r.header.Columns[r.id].Name, r.header.Columns[r.id].Name)})
	r.id = -1
}

// dropVarying drops columns that were taken as parameters for want of anything
// else, but differ between the rows of at least half the configurations that have
// several in the sample, while others do not: they were measured.
func (r *Rows) dropVarying() {
	if r.id < 0 || r.wide || !r.leftOver {
		return
	}
	first := make(map[string][]string) // id -> its first row
	repeated := make(map[string]bool)
	varies := make([]map[string]bool, len(r.params)) // ids
	example := make([]string, len(r.params))
	for _, row := range r.header.Sample {
		id := row[r.id]
		old, known := first[id]
		if !known {
			first[id] = row
			continue
		}
		repeated[id] = true
		for k, p := range r.params {
			if sameCell(old[p.column], row[p.column]) {
				continue
			}
			if varies[k] == nil {
				varies[k] = make(map[string]bool)
				example[k] = fmt.Sprintf("%q and %q of configuration %s", old[p.column], row[p.column], id)
			}
			varies[k][id] = true
		}
	}
	measured := func(k int) bool { return len(varies[k]) >= 2 && 2*len(varies[k]) >= len(repeated) }
	var kept []param
	for k, p := range r.params {
		if !measured(k) {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 || len(kept) == len(r.params) {
		return
	}
	for k, p := range r.params {
		if measured(k) {
			r.roles.info = append(r.roles.info, p.column)
			r.findings.Add(source.Finding{Severity: source.Warn, Code: "varying-column", Path: r.header.Path, Line: 1,
				Message: fmt.Sprintf("column %q differs between rows of one configuration (%s), so that it is not taken as a parameter; --config-prefix or a search space names the parameters", p.name, example[k])})
		}
	}
	r.params = kept
}

// sameCell tells whether two cells hold one value: 0.6 and 0.60 do.
func sameCell(a, b string) bool {
	if a == b {
		return true
	}
	x, err := strconv.ParseFloat(strings.TrimSpace(a), 64)
	y, err2 := strconv.ParseFloat(strings.TrimSpace(b), 64)
	return err == nil && err2 == nil && x == y
}

// Add adds a row. The cells are not kept. The error is for a row that is left
// out and does not name file and line, which the caller knows how to report.
func (r *Rows) Add(cells [][]byte, line int) error {
	n := len(r.header.Columns)
	if len(cells) == n+1 && len(cells[n]) == 0 {
		cells = cells[:n] // a delimiter at the end
	}
	if len(cells) < n && len(cells) >= r.needed {
		// A writer that leaves out empty cells at the end, which pandas reads too.
		r.at("short-row", line, "%d fields, expected %d; the missing ones are taken as empty", len(cells), n)
		r.padded = append(r.padded[:0], cells...)
		for len(r.padded) < n {
			r.padded = append(r.padded, nil)
		}
		cells = r.padded
	}
	if len(cells) != n {
		return fmt.Errorf("%d fields, expected %d", len(cells), n)
	}
	t := source.TrialRecord{Path: r.header.Path, Line: line}
	if r.budget >= 0 {
		var err error
		if t.Budget, err = r.parseBudget(cells[r.budget], line); err != nil {
			return err
		}
	}
	t.Config = r.config(cells, line)
	if r.seed >= 0 {
		t.Seed, t.HasSeed = r.parseSeed(cells[r.seed], line)
	}
	if r.instance >= 0 {
		t.Instance = r.builder.Intern(trim(cells[r.instance]))
	}
	t.Submitted = r.time(cells, r.submitted, line)
	t.Started = r.time(cells, r.started, line)
	t.Finished = r.time(cells, r.finished, line)
	t.Info = r.collectInfo(cells)
	for i := range r.groups {
		r.trial(&r.groups[i], t, cells, line)
	}
	return nil
}

// parseBudget reads a number, or a time such as 400s, 20min or 1h, which becomes seconds.
func (r *Rows) parseBudget(cell []byte, line int) (float64, error) {
	x, ok := number(cell, r.header.DecimalComma)
	if !ok {
		cell = trim(cell)
		x, ok = number(cell, r.header.DecimalComma)
	}
	if !ok {
		if x, ok = parseDuration(cell); ok && !r.timed {
			r.timed = true
			r.findings.Add(source.Finding{Severity: source.Note, Code: "budget-times", Path: r.header.Path, Line: line,
				Message: fmt.Sprintf("column %q: times such as %q are taken in seconds", r.header.Columns[r.budget].Name, cell)})
		}
	}
	if !ok || math.IsInf(x, 0) {
		return 0, fmt.Errorf("column %q: %q is no budget, expected a finite number, or a time such as 400s, 20min or 1h", r.header.Columns[r.budget].Name, clip(cell))
	}
	return x, nil
}

// trial adds the trial that one group of cells makes.
func (r *Rows) trial(g *group, t source.TrialRecord, cells [][]byte, line int) {
	if g.hasBudget {
		t.Budget = g.budget
	}
	if g.hasSeed {
		t.Seed, t.HasSeed = g.seed, true
	}
	var count [4]int
	for k, c := range g.columns {
		r.measured[k] = math.NaN()
		if c < 0 {
			count[nothing]++
			continue
		}
		x, how := parseMeasurement(cells[c], r.header.DecimalComma)
		if how == notRead {
			r.at("bad-number", line, "column %q: %q is no number; taken as not measured", r.header.Columns[c].Name, clip(cells[c]))
		}
		r.measured[k] = x
		count[how]++
	}
	if r.wide && count[nothing] == len(g.columns) {
		return // not evaluated at this budget
	}
	t.Values = r.measured
	t.Status = r.trialStatus(cells, count, line)
	if t.Status == nasalyze.Pruned && r.budget < 0 && !g.hasBudget {
		// Its value is that of the step at which it was stopped, wherever that was.
		r.at("pruned-without-budget", line, "configuration %s was pruned at a budget that no column tells: taken as not finished, neither a result nor a failure; --budget-column names the budget, --status-column %s takes the value all the same", t.Config, None)
		t.Status = nasalyze.Running
	}
	r.builder.Trial(t)
}

func (r *Rows) trialStatus(cells [][]byte, count [4]int, line int) nasalyze.Status {
	if r.roles.status >= 0 {
		cell := cells[r.roles.status]
		if s, ok := r.statuses[string(cell)]; ok && count[aNumber] > 0 {
			return s
		}
		s, ok := parseStatus(string(cell), count[aNumber] > 0)
		if ok {
			if count[aNumber] > 0 {
				r.statuses[string(cell)] = s
			}
			return s
		}
		if w := word(trim(cell)); w != wordMissing && w != wordNull {
			r.at("unknown-status", line, "column %q: unknown status %q; such trials do not count as measured (--status-column %s ignores the column)", r.header.Columns[r.roles.status].Name, clip(cell), None)
			return nasalyze.Unknown
		}
	}
	switch {
	case count[aNumber] > 0:
		return nasalyze.Success
	case count[notANumber] > 0:
		return nasalyze.Diverged
	}
	if count[notRead] == 0 {
		r.at("no-value", line, "no objective has a value")
	}
	return nasalyze.Unknown
}

// at records a warning about a cell.
func (r *Rows) at(code string, line int, format string, args ...any) {
	r.findings.At(source.Warn, code, r.header.Path, line, format, args...)
}

// config returns the id of the configuration of a row. Rows repeat their
// configurations, so the cells are parsed once for each distinct text.
func (r *Rows) config(cells [][]byte, line int) string {
	key := r.key[:0]
	add := func(c int) {
		key = append(key, cells[c]...)
		key = append(key, 0xff) // not in UTF-8: cells cannot run into each other
	}
	if r.id >= 0 {
		add(r.id)
	}
	if r.pick >= 0 {
		add(r.pick)
	}
	if r.origin >= 0 {
		add(r.origin)
	}
	for i := range r.params {
		add(r.params[i].column)
	}
	r.key = key
	hash := [2]uint64{maphash.Bytes(r.seed1, key), maphash.Bytes(r.seed2, key)}
	if id, ok := r.known[hash]; ok {
		return id
	}
	c := source.ConfigRecord{Names: r.names, Values: r.values, Path: r.header.Path, Line: line}
	if r.id >= 0 {
		c.ID = string(trim(cells[r.id]))
		if c.ID == "" {
			r.at("no-id", line, "column %q is empty; the configuration is known by its parameters", r.header.Columns[r.id].Name)
		}
	}
	if r.pick >= 0 {
		c.Pick = r.parsePick(cells[r.pick], line)
	}
	if r.origin >= 0 {
		c.Origin = string(cells[r.origin])
	}
	for i := range r.params {
		p := &r.params[i]
		if v, ok := p.texts[string(cells[p.column])]; ok {
			r.values[i] = v
			continue
		}
		r.values[i] = parseCell(cells[p.column], r.header.DecimalComma)
	}
	id := r.builder.Config(c)
	r.known[hash] = id
	return id
}

func (r *Rows) parsePick(cell []byte, line int) nasalyze.Pick {
	switch word(cell) {
	case wordTrue:
		return nasalyze.ModelPick
	case wordFalse:
		return nasalyze.RandomPick
	case wordMissing, wordNull, wordNaN:
		return nasalyze.PickUnknown
	}
	switch normal(string(cell)) {
	case "model":
		return nasalyze.ModelPick
	case "random":
		return nasalyze.RandomPick
	case "unknown":
		return nasalyze.PickUnknown
	}
	r.at("unknown-pick", line, "column %q: %q says not how the configuration was picked, expected model or random", r.header.Columns[r.pick].Name, clip(cell))
	return nasalyze.PickUnknown
}

func (r *Rows) parseSeed(cell []byte, line int) (int64, bool) {
	if n, err := strconv.ParseInt(string(cell), 10, 64); err == nil {
		return n, true
	}
	v := parseCell(cell, false)
	if n, ok := v.Int(); ok {
		return n, true
	}
	if k := v.Kind(); k != nasalyze.Absent && k != nasalyze.NullValue {
		r.at("bad-seed", line, "column %q: %q is no whole number; the trial is taken to have no seed", r.header.Columns[r.seed].Name, clip(cell))
	}
	return 0, false
}

func (r *Rows) time(cells [][]byte, column, line int) float64 {
	if column < 0 {
		return math.NaN()
	}
	x, ok := parseTime(cells[column])
	if !ok {
		r.at("bad-time", line, "column %q: %q is no time, expected seconds or a date and time such as 2025-01-31 23:59:59", r.header.Columns[column].Name, clip(cells[column]))
	}
	return x
}

// collectInfo makes a JSON object of the cells that are nothing else.
func (r *Rows) collectInfo(cells [][]byte) json.RawMessage {
	if len(r.roles.info) == 0 || r.opt.InfoLimit < 0 {
		return nil
	}
	b := append(r.info[:0], '{')
	for k, c := range r.roles.info {
		v := parseCell(cells[c], false)
		if v.IsAbsent() {
			continue
		}
		text, err := v.MarshalJSON()
		if err != nil {
			text, _ = json.Marshal(v.String())
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(append(append(b, r.infoNames[k]...), ':'), text...)
	}
	r.info = append(b, '}')
	if len(r.info) == 2 {
		return nil
	}
	return r.info
}
