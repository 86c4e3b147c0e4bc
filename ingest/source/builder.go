package source

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// BuilderOptions say how a [Builder] takes what it is given.
type BuilderOptions struct {
	// Space of the log; nil means that it is inferred from the configurations.
	Space *nasalyze.Space
	// SpacePath is where Space came from, for messages.
	SpacePath string
	// KeepRepeats keeps trials with equal configuration, budget, seed and
	// instance as repeats. By default the last one counts as a correction of the others.
	KeepRepeats bool
	// RepeatedConfigs says that the format states the configuration again with
	// every trial, so that equal repetitions are nothing to report.
	RepeatedConfigs bool
	// InfoLimit as in [Options].
	InfoLimit int64
}

// ConfigRecord is one configuration as a log states it.
type ConfigRecord struct {
	// ID in the log. If it is empty, configurations are told apart by their
	// values and numbered from 0.
	ID string
	// Names and Values of the parameters, of equal length; absent values may be
	// left out. The slices may be reused by the caller.
	Names  []string
	Values []nasalyze.Value
	Pick   nasalyze.Pick
	Origin string
	// Extra is a JSON object or nil.
	Extra json.RawMessage
	// Path and Line are where it stands in the log.
	Path string
	Line int
}

// TrialRecord is one trial as a log states it.
type TrialRecord struct {
	// Config is the id of the configuration, which may be added later.
	Config string
	// Trial is the rest; its Config is ignored. Values and Info are copied.
	nasalyze.Trial
	Path string
	Line int
}

// Builder collects configurations and trials in any order and makes a study of
// them. It alone decides what becomes of duplicates, orphans and values outside
// the space, and infers the space if there is none: see the package comment for
// the findings that it makes. It is not safe for concurrent use.
type Builder struct {
	opt      BuilderOptions
	findings *Findings

	text map[string]string // interned strings

	ids     map[string]int32 // configuration id -> place in configs
	byValue map[string]int32 // values -> place in configs, for configurations without id
	configs []configEntry
	names   []string // columns: parameter names by first appearance
	columns map[string]int

	trials    []nasalyze.Trial // Config is an index in configs
	lines     []int32          // line of each trial
	paths     []string         // distinct paths of trials
	trialPath []uint8          // index in paths
	lastID    string           // the id that ID or Trial saw last,
	lastIndex int32            // and its place in configs

	floats []float64 // block that Trial.Values are cut from
	bytes  []byte    // block that Trial.Info is cut from
	info   int64     // bytes of Info kept
}

type configEntry struct {
	nasalyze.Config
	stated bool // false: only named by trials so far
	path   string
	line   int32
}

// NewBuilder returns an empty builder that reports to findings.
func NewBuilder(findings *Findings, opt BuilderOptions) *Builder {
	if opt.InfoLimit == 0 {
		opt.InfoLimit = DefaultInfoLimit
	}
	return &Builder{opt: opt, findings: findings, text: make(map[string]string), ids: make(map[string]int32),
		byValue: make(map[string]int32), columns: make(map[string]int)}
}

// Intern returns s as a string, the same one for equal s, so that ids, names and
// choices that occur a million times are kept once.
func (b *Builder) Intern(s []byte) string {
	if t, ok := b.text[string(s)]; ok {
		return t
	}
	t := string(s)
	if len(t) <= 128 && len(b.text) < 1<<16 {
		b.text[t] = t
	}
	return t
}

// ID returns a configuration id as a string, without a copy if it is known.
func (b *Builder) ID(s []byte) string {
	if b.lastID == string(s) {
		return b.lastID
	}
	if i, ok := b.ids[string(s)]; ok {
		b.lastID, b.lastIndex = b.configs[i].ID, i
		return b.lastID
	}
	return string(s)
}

// Len returns the numbers of configurations and trials so far.
func (b *Builder) Len() (configs, trials int) { return len(b.configs), len(b.trials) }

// Expect makes room for about n trials in all, so that adding them moves none, for
// readers that can tell how many come: the records of a million trials are copied
// several times over otherwise. See [Lines.Estimate].
func (b *Builder) Expect(n int) {
	const most = 1 << 26 // however long the file
	more := max(min(n, most)-len(b.trials), 0)
	b.trials = slices.Grow(b.trials, more)
	b.lines = slices.Grow(b.lines, more)
	b.trialPath = slices.Grow(b.trialPath, more)
}

// Config adds a configuration and returns its id.
func (b *Builder) Config(c ConfigRecord) string {
	values := b.position(c.Names, c.Values)
	if c.ID == "" {
		return b.unnamed(c, values)
	}
	i, known := b.ids[c.ID]
	if known && b.configs[i].stated {
		b.again(&b.configs[i], values, c)
		return b.configs[i].ID
	}
	if !known {
		i = b.addID(c.ID)
	}
	b.state(i, c, values)
	return b.configs[i].ID
}

func (b *Builder) addID(id string) int32 {
	i := int32(len(b.configs))
	b.ids[id] = i
	b.configs = append(b.configs, configEntry{Config: nasalyze.Config{ID: id}})
	return i
}

func (b *Builder) state(i int32, c ConfigRecord, values []nasalyze.Value) {
	e := &b.configs[i]
	e.stated, e.path, e.line = true, c.Path, int32(c.Line)
	e.Values, e.Pick, e.Origin, e.Extra = values, c.Pick, c.Origin, c.Extra
}

// unnamed adds a configuration that is known by its values.
func (b *Builder) unnamed(c ConfigRecord, values []nasalyze.Value) string {
	key := valuesKey(values)
	if i, ok := b.byValue[key]; ok {
		if !b.opt.RepeatedConfigs {
			b.findings.At(Warn, "duplicate-config", c.Path, c.Line, "configuration %s is stated again with the same values", b.configs[i].ID)
		}
		return b.configs[i].ID
	}
	id := fmt.Sprint(len(b.byValue))
	for n := len(b.byValue); ; n++ {
		if _, taken := b.ids[id]; !taken {
			break
		}
		id = fmt.Sprint(n + 1)
	}
	i := b.addID(id)
	b.byValue[key] = i
	b.state(i, c, values)
	return id
}

// again handles a second statement of one id: the first one counts.
func (b *Builder) again(e *configEntry, values []nasalyze.Value, c ConfigRecord) {
	if sameValues(e.Values, values) {
		if !b.opt.RepeatedConfigs {
			b.findings.At(Warn, "duplicate-config", c.Path, c.Line, "configuration %s is stated again with the same values", e.ID)
		}
		return
	}
	if b.findings.Full("config-conflict", "") {
		b.findings.Count("config-conflict", "", 1)
		return
	}
	b.findings.At(Warn, "config-conflict", c.Path, c.Line,
		"configuration %s is stated again with other values than on line %d, which are kept: %s", e.ID, e.line, b.differences(e.Values, values))
}

// differences lists the first few parameters that differ, with both values.
func (b *Builder) differences(first, again []nasalyze.Value) string {
	const most = 3
	at := func(values []nasalyze.Value, j int) nasalyze.Value {
		if j < len(values) {
			return values[j]
		}
		return nasalyze.Value{}
	}
	var list []string
	n := 0
	for j, name := range b.names {
		v, w := at(first, j), at(again, j)
		if v.Equal(w) || bothNaN(v, w) {
			continue
		}
		if n++; n <= most {
			list = append(list, fmt.Sprintf("%q was %s and is %s", name, quote(v), quote(w)))
		}
	}
	if n > most {
		list = append(list, fmt.Sprintf("and %d more", n-most))
	}
	return strings.Join(list, ", ")
}

// quote shows a value so that 1 and "1" differ.
func quote(v nasalyze.Value) string {
	if s, ok := v.Text(); ok {
		return strconv.Quote(s)
	}
	if v.IsAbsent() {
		return "absent"
	}
	return v.String()
}

// position puts values at the places of their columns.
func (b *Builder) position(names []string, values []nasalyze.Value) []nasalyze.Value {
	out := make([]nasalyze.Value, len(b.names), max(len(b.names), len(names)))
	for k, name := range names {
		if values[k].IsAbsent() {
			continue
		}
		j, ok := b.columns[name]
		if !ok {
			j = len(b.names)
			b.columns[name] = j
			b.names = append(b.names, name)
		}
		for len(out) <= j {
			out = append(out, nasalyze.Value{})
		}
		out[j] = b.internValue(values[k])
	}
	return out
}

func (b *Builder) internValue(v nasalyze.Value) nasalyze.Value {
	if s, ok := v.Text(); ok {
		if t, ok := b.text[s]; ok {
			return nasalyze.Text(t)
		}
		return nasalyze.Text(b.Intern([]byte(s)))
	}
	return v
}

func sameValues(a, b []nasalyze.Value) bool {
	if len(a) > len(b) {
		a, b = b, a
	}
	for i, v := range b {
		if i >= len(a) {
			if !v.IsAbsent() {
				return false
			}
		} else if !v.Equal(a[i]) && !bothNaN(v, a[i]) {
			return false
		}
	}
	return true
}

func bothNaN(v, w nasalyze.Value) bool {
	x, okX := v.Float()
	y, okY := w.Float()
	return okX && okY && math.IsNaN(x) && math.IsNaN(y)
}

// valuesKey is equal for values that mean the same.
func valuesKey(values []nasalyze.Value) string {
	for len(values) > 0 && values[len(values)-1].IsAbsent() {
		values = values[:len(values)-1]
	}
	var key []byte
	for _, v := range values {
		if i, ok := v.Int(); ok {
			v = nasalyze.Integer(i) // 1.0 means 1
		}
		if s, ok := v.Text(); ok {
			key = fmt.Appendf(key, "%q|", s)
			continue
		}
		key = fmt.Appendf(key, "%d:%s|", v.Kind(), v)
	}
	return string(key)
}

// Trial adds a trial. Its configuration may be added before or after.
func (b *Builder) Trial(t TrialRecord) {
	if math.IsNaN(t.Budget) || math.IsInf(t.Budget, 0) {
		b.findings.At(Skip, "bad-budget", t.Path, t.Line, "trial of configuration %s left out: its budget is %v, expected a finite number", t.Config, t.Budget)
		return
	}
	i := b.lastIndex
	if t.Config != b.lastID || t.Config == "" {
		var ok bool
		if i, ok = b.ids[t.Config]; !ok {
			i = b.addID(t.Config)
		}
		b.lastID, b.lastIndex = b.configs[i].ID, i
	}
	if t.Started-t.Finished > 0 {
		b.findings.At(Warn, "negative-duration", t.Path, t.Line, "trial of configuration %s at budget %v finished %v s before it started", t.Config, t.Budget, t.Started-t.Finished)
	}
	if t.Submitted-t.Started > 0 {
		b.findings.At(Warn, "times-out-of-order", t.Path, t.Line, "trial of configuration %s at budget %v started %v s before it was submitted", t.Config, t.Budget, t.Submitted-t.Started)
	}
	n := t.Trial
	n.Config = int(i)
	n.Values = b.keepFloats(t.Values)
	n.Info = b.keepInfo(t.Info, t.Path, t.Line)
	if n.Instance != "" {
		n.Instance = b.Intern([]byte(n.Instance))
	}
	b.trials = append(b.trials, n)
	b.lines = append(b.lines, int32(t.Line))
	b.trialPath = append(b.trialPath, b.pathIndex(t.Path))
}

func (b *Builder) pathIndex(path string) uint8 {
	for i := len(b.paths) - 1; i >= 0; i-- {
		if b.paths[i] == path {
			return uint8(i)
		}
	}
	if len(b.paths) == math.MaxUint8 {
		return 0
	}
	b.paths = append(b.paths, path)
	return uint8(len(b.paths) - 1)
}

// keepFloats copies values into a shared block: one allocation per thousands of trials.
func (b *Builder) keepFloats(values []float64) []float64 {
	if len(b.floats)+len(values) > cap(b.floats) {
		b.floats = make([]float64, 0, max(8192, len(values)))
	}
	start := len(b.floats)
	b.floats = append(b.floats, values...)
	return b.floats[start:len(b.floats):len(b.floats)]
}

func (b *Builder) keepInfo(info json.RawMessage, path string, line int) json.RawMessage {
	if len(info) == 0 {
		return nil
	}
	if b.info+int64(len(info)) > b.opt.InfoLimit {
		b.findings.At(Warn, "info-dropped", path, line, "free-form info beyond %d bytes in all is not kept", max(b.opt.InfoLimit, 0))
		return nil
	}
	b.info += int64(len(info))
	if len(b.bytes)+len(info) > cap(b.bytes) {
		b.bytes = make([]byte, 0, max(1<<16, len(info)))
	}
	start := len(b.bytes)
	b.bytes = append(b.bytes, info...)
	return b.bytes[start:len(b.bytes):len(b.bytes)]
}
