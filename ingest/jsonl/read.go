package jsonl

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Name of the log in a directory that is given in place of the file.
const Name = "nasalyze.jsonl"

// Format is the entry for the registry.
var Format = source.Format{
	Name:   "jsonl",
	Doc:    "nasalyze's own log: JSON Lines with the search space in the first line",
	Detect: Detect,
	Read:   Read,
}

// fileOf returns the name of the log in s.
func fileOf(s *source.Source) (string, bool) {
	if !s.Dir {
		return s.Name, true
	}
	for _, name := range []string{Name, Name + ".gz"} {
		if s.Has(name) {
			return name, true
		}
	}
	return "", false
}

// Detect reports whether s is a file whose first line is a header, or a
// directory with such a file of the name nasalyze.jsonl.
func Detect(s *source.Source) (reason string, ok bool) {
	name, ok := fileOf(s)
	if !ok {
		return "no " + Name, false
	}
	head, err := s.Head(name, 256)
	if err != nil {
		return err.Error(), false
	}
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), " \t\r\n")
	if rest, ok := bytes.CutPrefix(head, []byte("{")); ok {
		if rest, ok = bytes.CutPrefix(bytes.TrimLeft(rest, " \t"), []byte(`"nasalyze"`)); ok && bytes.HasPrefix(bytes.TrimLeft(rest, " \t"), []byte(":")) {
			return "the first line is a header of nasalyze", true
		}
	}
	return `the first line does not begin with {"nasalyze":`, false
}

// Read reads the log in s.
func Read(ctx context.Context, s *source.Source, opt source.Options, findings *source.Findings) (*nasalyze.Study, error) {
	name, ok := fileOf(s)
	if !ok {
		return nil, fmt.Errorf("%s: no %s", s.Path, Name)
	}
	lines, err := s.Lines(name, findings)
	if err != nil {
		return nil, err
	}
	study, err := readLines(ctx, lines, plainSize(s, name), opt, findings)
	if err != nil {
		lines.Close()
		return nil, err
	}
	if err := source.SelectObjectives(study, opt); err != nil {
		return nil, fmt.Errorf("%s: %w", lines.Path(), err)
	}
	return study, nil
}

// plainSize returns the size of a file that is not compressed, else 0.
func plainSize(s *source.Source, name string) int64 {
	info, err := fs.Stat(s.FS, name)
	if err != nil || strings.HasSuffix(name, ".gz") {
		return 0
	}
	return info.Size()
}

// growAfter is the number of trials from which the number to come is estimated.
const growAfter = 1000

func readLines(ctx context.Context, lines *source.Lines, size int64, opt source.Options, findings *source.Findings) (*nasalyze.Study, error) {
	r := &reader{lines: lines, findings: findings}
	for lines.Next() && len(bytes.TrimSpace(lines.Bytes())) == 0 {
	}
	meta, err := decodeHeader(bytes.TrimSpace(lines.Bytes()), lines.Path(), lines.Number(), findings)
	if err != nil {
		return nil, err
	}
	r.space = meta.Space
	spacePath := lines.Path()
	if opt.Space != nil {
		r.space, spacePath = opt.Space, opt.SpacePath
	}
	if opt.BudgetName != "" {
		meta.BudgetName = opt.BudgetName
	}
	if opt.BudgetUnit != "" {
		meta.BudgetUnit = opt.BudgetUnit
	}
	meta.Space = nil
	r.objectives = len(meta.Objectives)
	r.header = bytes.Clone(bytes.TrimSpace(lines.Bytes()))
	r.builder = source.NewBuilder(findings, source.BuilderOptions{
		Space: r.space, SpacePath: spacePath, KeepRepeats: true, InfoLimit: opt.InfoLimit})
	read, grown := int64(len(r.header)), false
	for n := 0; lines.Next(); n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		read += int64(len(lines.Bytes())) + 1
		if _, trials := r.builder.Len(); trials == growAfter && !grown {
			grown = true
			r.builder.Expect(trials + int(min(max(size-read, 0)*growAfter/r.trialBytes, 1<<24)))
		}
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		if err := r.line(lines.Bytes()); err != nil {
			lines.Bad(err)
		}
	}
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err := lines.Finish(); err != nil {
		return nil, err
	}
	inferred := meta.Provenance.Inferred
	study, err := r.builder.Study(*meta)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", lines.Path(), err)
	}
	study.Provenance.Inferred = study.Provenance.Inferred || inferred
	r.supersede(study)
	return study, nil
}

type reader struct {
	lines    *source.Lines
	findings *source.Findings
	space    *nasalyze.Space
	builder  *source.Builder
	header   []byte

	names   []string
	values  []nasalyze.Value
	numbers []float64
	extra   []byte
	info    []byte

	objectives int
	trialBytes int64 // length of the trial lines
}

// line reads a line after the header by its first key.
func (r *reader) line(text []byte) error {
	d := pyjson.NewDec(text)
	if err := d.Expect('{'); err != nil {
		return err
	}
	key, err := d.Text()
	if err != nil {
		return err
	}
	switch string(key) {
	case "config":
		return r.config(text)
	case "trial":
		return r.trial(text)
	case "nasalyze":
		if bytes.Equal(bytes.TrimSpace(text), r.header) {
			r.findings.At(source.Note, "second-header", r.lines.Path(), r.lines.Number(), "the header again, as if two logs were joined")
			return nil
		}
		r.findings.At(source.Warn, "second-header", r.lines.Path(), r.lines.Number(), "another header, as if two logs were joined; the first one counts")
		return nil
	}
	// Keys may come in any order in a line that nasalyze did not write.
	members, err := pyjson.Members(text)
	switch {
	case err != nil:
		return err
	case members.Get("trial") != nil:
		return r.trial(text)
	case members.Get("config") != nil:
		return r.config(text)
	}
	return fmt.Errorf("neither \"config\" nor \"trial\" in the line")
}

// id reads an id: a string, or a number, whose text is the id.
func (r *reader) id(d *pyjson.Dec) (string, error) {
	if d.Next() == '"' {
		text, err := d.Text()
		return r.builder.Intern(text), err
	}
	raw, err := d.Raw()
	if err != nil {
		return "", err
	}
	if _, ok := pyjson.Float(raw); !ok {
		return "", fmt.Errorf("id %s, expected a string or a number", clip(raw))
	}
	return r.builder.Intern(raw), nil
}

func (r *reader) config(text []byte) error {
	d := pyjson.NewDec(text)
	c := source.ConfigRecord{Path: r.lines.Path(), Line: r.lines.Number()}
	r.names, r.values, r.extra = r.names[:0], r.values[:0], r.extra[:0]
	var extra []byte
	err := d.Object(func(key []byte) (err error) {
		switch string(key) {
		case "config":
			c.ID, err = r.id(&d)
		case "values":
			err = d.Object(func(name []byte) error { return r.value(&d, name) })
		case "pick":
			c.Pick, err = readPick(&d)
		case "origin":
			var s []byte
			s, err = d.Text()
			c.Origin = r.builder.Intern(s)
		case "extra":
			extra, err = d.Raw()
			if err == nil && extra[0] != '{' {
				err = fmt.Errorf("extra is %s, expected an object", clip(extra))
			}
		default:
			err = r.keep(&d, key)
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	if err != nil {
		return err
	}
	if c.ID == "" {
		return fmt.Errorf("a configuration without an id")
	}
	if extra != nil || len(r.extra) > 0 {
		c.Extra = joinExtra(extra, r.extra)
	}
	c.Names, c.Values = r.names, r.values
	r.builder.Config(c)
	return nil
}

// keep remembers a member with an unknown key.
func (r *reader) keep(d *pyjson.Dec, key []byte) error {
	raw, err := d.Raw()
	if err != nil {
		return err
	}
	r.findings.At(source.Note, "unknown-key", r.lines.Path(), r.lines.Number(), "key %q is not known; kept with the free-form data", clip(key))
	name, _ := marshal(string(key))
	if len(r.extra) > 0 {
		r.extra = append(r.extra, ',')
	}
	r.extra = append(append(r.extra, name...), ':')
	r.extra = pyjson.Normalize(r.extra, raw)
	return nil
}

// joinExtra adds members to a JSON object, which may be nil.
func joinExtra(object, members []byte) json.RawMessage {
	b := pyjson.Normalize(nil, object)
	if len(members) == 0 {
		return b
	}
	inner := bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimPrefix(b, []byte{'{'}), []byte{'}'}))
	out := append([]byte{'{'}, inner...)
	if len(inner) > 0 {
		out = append(out, ',')
	}
	return append(append(out, members...), '}')
}

// value reads the value of a parameter.
func (r *reader) value(d *pyjson.Dec, name []byte) error {
	var p *nasalyze.Param
	var known string
	if r.space != nil {
		if i := r.space.Index(string(name)); i >= 0 {
			p = &r.space.Params[i]
			known = p.Name
		}
	}
	if p == nil {
		known = r.builder.Intern(name)
	}
	raw, err := d.Raw()
	if err != nil {
		return err
	}
	v, err := pyjson.Scalar(raw)
	if err != nil {
		v = nasalyze.Text(string(pyjson.Normalize(nil, raw)))
		r.findings.At(source.Warn, "nested-value", r.lines.Path(), r.lines.Number(), "parameter %q: the value is a list or an object; its text stands for it", known)
	}
	if s, ok := v.Text(); ok && p != nil && p.Numeric() {
		if x, ok := nonFinite(s); ok {
			v = nasalyze.Number(x)
		}
	}
	r.names, r.values = append(r.names, known), append(r.values, v)
	return nil
}

func readPick(d *pyjson.Dec) (nasalyze.Pick, error) {
	text, err := d.Text()
	if err != nil {
		return nasalyze.PickUnknown, err
	}
	for p := nasalyze.PickUnknown; p <= nasalyze.ModelPick; p++ {
		if p.String() == string(text) {
			return p, nil
		}
	}
	return nasalyze.PickUnknown, fmt.Errorf("pick %q, expected random, model or unknown", clip(text))
}

func (r *reader) trial(text []byte) error {
	d := pyjson.NewDec(text)
	r.trialBytes += int64(len(text)) + 1
	nan := math.NaN()
	t := source.TrialRecord{Path: r.lines.Path(), Line: r.lines.Number()}
	t.Submitted, t.Started, t.Finished = nan, nan, nan
	r.numbers, r.extra = r.numbers[:0], r.extra[:0]
	stated, hasBudget, measured := false, false, false
	var info []byte
	err := d.Object(func(key []byte) (err error) {
		switch string(key) {
		case "trial":
			t.Config, err = r.id(&d)
		case "budget":
			t.Budget, err = readNumber(&d)
			hasBudget = true
		case "seed":
			t.Seed, t.HasSeed, err = readSeed(&d)
		case "instance":
			var s []byte
			s, err = d.Text()
			t.Instance = r.builder.Intern(s)
		case "values":
			measured = true
			err = d.Array(func(int) error {
				x, err := readNumber(&d)
				r.numbers = append(r.numbers, x)
				return err
			})
		case "status":
			t.Status, err = r.status(&d)
			stated = true
		case "submitted":
			t.Submitted, err = readNumber(&d)
		case "started":
			t.Started, err = readNumber(&d)
		case "finished":
			t.Finished, err = readNumber(&d)
		case "info":
			info, err = d.Raw()
		default:
			err = r.keep(&d, key)
		}
		return err
	})
	if err == nil {
		err = d.End()
	}
	switch {
	case err != nil:
		return err
	case t.Config == "":
		return fmt.Errorf("a trial without the id of its configuration")
	case !hasBudget:
		t.Budget = 0
	}
	if !measured {
		for range r.objectives {
			r.numbers = append(r.numbers, nan)
		}
	}
	if !stated {
		t.Status = impliedStatus(r.numbers)
	}
	t.Values = r.numbers
	t.Info = r.joinInfo(info)
	r.builder.Trial(t)
	return nil
}

// joinInfo adds the unknown keys of a trial to its info.
func (r *reader) joinInfo(info []byte) json.RawMessage {
	switch {
	case len(r.extra) == 0:
		r.info = pyjson.Normalize(r.info[:0], info) // the builder copies it
		return r.info
	case info == nil || info[0] == '{':
		return joinExtra(info, r.extra)
	}
	wrapped := pyjson.Normalize([]byte(`{"info":`), info)
	return joinExtra(append(wrapped, '}'), r.extra)
}

func readSeed(d *pyjson.Dec) (int64, bool, error) {
	if d.Null() {
		return 0, false, nil
	}
	raw, err := d.Raw()
	if err != nil {
		return 0, false, err
	}
	n, err := strconv.ParseInt(string(raw), 10, 64)
	if err != nil {
		return 0, false, fmt.Errorf("seed %s, expected a whole number", clip(raw))
	}
	return n, true, nil
}

func (r *reader) status(d *pyjson.Dec) (nasalyze.Status, error) {
	text, err := d.Text()
	if err != nil {
		return nasalyze.Unknown, err
	}
	s, err := nasalyze.ParseStatus(r.builder.Intern(text))
	if err != nil {
		r.findings.At(source.Warn, "unknown-status", r.lines.Path(), r.lines.Number(), "%v; such trials do not count as measured", err)
	}
	return s, nil
}

// supersede drops the trials that were running when a line was written and have
// ended in a later line.
func (r *reader) supersede(s *nasalyze.Study) {
	type key struct {
		config   int
		budget   float64
		seed     int64
		hasSeed  bool
		instance string
	}
	of := func(t *nasalyze.Trial) key { return key{t.Config, t.Budget, t.Seed, t.HasSeed, t.Instance} }
	running := make(map[key]bool)
	for i := range s.Trials {
		if s.Trials[i].Status == nasalyze.Running {
			running[of(&s.Trials[i])] = true
		}
	}
	if len(running) == 0 {
		return
	}
	drop := make([]bool, len(s.Trials))
	ended := make(map[key]bool)
	dropped := 0
	for i := len(s.Trials) - 1; i >= 0; i-- {
		t := &s.Trials[i]
		k := of(t)
		if !running[k] {
			continue
		}
		if drop[i] = t.Status == nasalyze.Running && ended[k]; drop[i] {
			dropped++
		}
		ended[k] = true
	}
	if dropped == 0 {
		return
	}
	kept := s.Trials[:0]
	for i := range s.Trials {
		if !drop[i] {
			kept = append(kept, s.Trials[i])
		}
	}
	s.Trials = kept
	// One note of them all: every journal of a search has such lines.
	r.findings.Add(source.Finding{Severity: source.Note, Code: "superseded-trial", Path: r.lines.Path(),
		Message: fmt.Sprintf("trials that were logged as running and again when they ended: %d; the latter counts", dropped)})
}
