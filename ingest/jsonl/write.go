package jsonl

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Write writes a study: the header, all configurations, all trials, each in
// the order of the study. [Read] gives an equal study back.
func Write(w io.Writer, s *nasalyze.Study) error {
	if err := s.Validate(); err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 1<<16)
	e, err := NewEncoder(b, s)
	if err != nil {
		return err
	}
	for i := range s.Configs {
		if err := e.Config(&s.Configs[i]); err != nil {
			return err
		}
	}
	for i := range s.Trials {
		t := &s.Trials[i]
		if err := e.Trial(s.Configs[t.Config].ID, t); err != nil {
			return err
		}
	}
	return b.Flush()
}

// Encoder writes a log line by line, each with one call of Write. It is not safe
// for concurrent use.
type Encoder struct {
	w          io.Writer
	space      *nasalyze.Space
	names      [][]byte // of the parameters, as JSON
	objectives int
	buf        []byte
}

// NewEncoder writes the header that s gives (its space, objectives, budget and
// provenance; configurations and trials are not looked at) and returns the
// encoder of the lines that follow.
func NewEncoder(w io.Writer, s *nasalyze.Study) (*Encoder, error) {
	line, err := encodeHeader(s)
	if err != nil {
		return nil, fmt.Errorf("jsonl: %w", err)
	}
	e, err := newEncoder(w, s)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(append(line, '\n')); err != nil {
		return nil, err
	}
	return e, nil
}

func newEncoder(w io.Writer, s *nasalyze.Study) (*Encoder, error) {
	e := &Encoder{w: w, space: s.Space, objectives: len(s.Objectives)}
	for i := range s.Space.Params {
		name, err := appendString(nil, s.Space.Params[i].Name)
		if err != nil {
			return nil, fmt.Errorf("jsonl: parameter name: %w", err)
		}
		e.names = append(e.names, name)
	}
	return e, nil
}

// Append goes on with a log that is there: it checks that the header of f has
// the space and the objectives of s, closes a line that a killed writer left
// unfinished, and returns an encoder that writes at the end. If f is empty the
// header is written.
func Append(f io.ReadWriteSeeker, s *nasalyze.Study) (*Encoder, error) {
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}
	if size == 0 {
		return NewEncoder(f, s)
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	line, err := bufio.NewReader(f).ReadBytes('\n')
	if err != nil {
		return nil, fmt.Errorf("jsonl: cannot append to a log whose header is unfinished: %w", err)
	}
	old, err := decodeHeader(bytes.TrimSpace(line), "log", 1, new(source.Findings))
	if err != nil {
		return nil, fmt.Errorf("jsonl: cannot append: %w", err)
	}
	if err := appendable(old, s); err != nil {
		return nil, fmt.Errorf("jsonl: cannot append to a log of another search: %w", err)
	}
	if _, err := f.Seek(-1, io.SeekEnd); err != nil {
		return nil, err
	}
	var last [1]byte
	if _, err := io.ReadFull(f, last[:]); err != nil {
		return nil, err
	}
	if last[0] != '\n' {
		if _, err := f.Write([]byte{'\n'}); err != nil {
			return nil, err
		}
	}
	return newEncoder(f, s)
}

// appendable reports how the headers of two studies differ.
func appendable(old, s *nasalyze.Study) error {
	if old.Space == nil {
		return fmt.Errorf("its header has no search space")
	}
	a, c, err := encodeSpace(old.Space)
	if err != nil {
		return err
	}
	b, d, err := encodeSpace(s.Space)
	if err != nil {
		return err
	}
	textC, err := marshal(c)
	if err != nil {
		return err
	}
	textD, err := marshal(d)
	if err != nil {
		return err
	}
	if !bytes.Equal(a, b) || !bytes.Equal(textC, textD) {
		return fmt.Errorf("the search spaces differ")
	}
	if !slices.EqualFunc(old.Objectives, s.Objectives, func(a, b nasalyze.Objective) bool {
		return a.Name == b.Name && a.Maximize == b.Maximize
	}) {
		return fmt.Errorf("the objectives differ")
	}
	return nil
}

// Config writes a configuration: one value per parameter of the space.
func (e *Encoder) Config(c *nasalyze.Config) error {
	if len(c.Values) != len(e.names) {
		return fmt.Errorf("jsonl: configuration %s has %d values, expected %d", c.ID, len(c.Values), len(e.names))
	}
	b, err := e.config(e.buf[:0], c)
	e.buf = b
	if err != nil {
		return fmt.Errorf("jsonl: configuration %q: %w", c.ID, err)
	}
	_, err = e.w.Write(b)
	return err
}

func (e *Encoder) config(b []byte, c *nasalyze.Config) ([]byte, error) {
	b = append(b, `{"config":`...)
	b, err := appendString(b, c.ID)
	if err != nil {
		return b, err
	}
	b = append(b, `,"values":{`...)
	first := true
	for i, v := range c.Values {
		if v.IsAbsent() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = append(append(b, e.names[i]...), ':')
		if b, err = appendValue(b, v); err != nil {
			return b, fmt.Errorf("parameter %q: %w", e.space.Params[i].Name, err)
		}
	}
	b = append(b, '}')
	if c.Pick != nasalyze.PickUnknown {
		b = append(append(append(b, `,"pick":"`...), c.Pick.String()...), '"')
	}
	if c.Origin != "" {
		b = append(b, `,"origin":`...)
		if b, err = appendString(b, c.Origin); err != nil {
			return b, err
		}
	}
	if b, err = appendRaw(b, "extra", c.Extra); err != nil {
		return b, err
	}
	return append(b, '}', '\n'), nil
}

// appendValue appends a value of a parameter; a float that is not finite as a string.
func appendValue(b []byte, v nasalyze.Value) ([]byte, error) {
	if s, ok := v.Text(); ok {
		return appendString(b, s)
	}
	if x, ok := v.Float(); ok && (math.IsNaN(x) || math.IsInf(x, 0)) {
		return appendNumber(b, x), nil
	}
	text, err := v.MarshalJSON()
	return append(b, text...), err
}

// appendRaw appends a member of free-form JSON, on one line.
func appendRaw(b []byte, key string, raw json.RawMessage) ([]byte, error) {
	if len(raw) == 0 {
		return b, nil
	}
	b = append(append(append(b, `,"`...), key...), `":`...)
	var line bytes.Buffer
	if err := json.Compact(&line, raw); err != nil {
		return b, fmt.Errorf("%s is not JSON: %w", key, err)
	}
	return append(b, line.Bytes()...), nil
}

// Trial writes a trial of the configuration with an id; the trial's own index
// Config is not looked at. A trial with status Running may be written when it
// starts and again when it has ended: readers drop the former.
func (e *Encoder) Trial(id string, t *nasalyze.Trial) error {
	if len(t.Values) != e.objectives {
		return fmt.Errorf("jsonl: trial of configuration %s has %d objective values, expected %d", id, len(t.Values), e.objectives)
	}
	if math.IsNaN(t.Budget) || math.IsInf(t.Budget, 0) {
		return fmt.Errorf("jsonl: trial of configuration %s has the budget %v, expected a finite number", id, t.Budget)
	}
	b, err := e.trial(e.buf[:0], id, t)
	e.buf = b
	if err != nil {
		return fmt.Errorf("jsonl: trial of configuration %q at budget %v: %w", id, t.Budget, err)
	}
	_, err = e.w.Write(b)
	return err
}

func (e *Encoder) trial(b []byte, id string, t *nasalyze.Trial) ([]byte, error) {
	b = append(b, `{"trial":`...)
	b, err := appendString(b, id)
	if err != nil {
		return b, err
	}
	b = appendNumber(append(b, `,"budget":`...), t.Budget)
	if t.HasSeed {
		b = strconv.AppendInt(append(b, `,"seed":`...), t.Seed, 10)
	}
	if t.Instance != "" {
		b = append(b, `,"instance":`...)
		if b, err = appendString(b, t.Instance); err != nil {
			return b, err
		}
	}
	if slices.ContainsFunc(t.Values, func(x float64) bool { return !math.IsNaN(x) }) {
		b = append(b, `,"values":[`...)
		for k, x := range t.Values {
			if k > 0 {
				b = append(b, ',')
			}
			b = appendNumber(b, x)
		}
		b = append(b, ']')
	}
	if t.Status != impliedStatus(t.Values) {
		b = append(append(append(b, `,"status":"`...), t.Status.String()...), '"')
	}
	for _, x := range [...]struct {
		key string
		at  float64
	}{{`,"submitted":`, t.Submitted}, {`,"started":`, t.Started}, {`,"finished":`, t.Finished}} {
		if !math.IsNaN(x.at) {
			b = appendNumber(append(b, x.key...), x.at)
		}
	}
	if b, err = appendRaw(b, "info", t.Info); err != nil {
		return b, err
	}
	return append(b, '}', '\n'), nil
}

// impliedStatus is the status of a trial line that states none: success if all
// values are finite, diverged if one is not, unknown if there is none.
func impliedStatus(values []float64) nasalyze.Status {
	known := false
	status := nasalyze.Success
	for _, x := range values {
		known = known || !math.IsNaN(x)
		if math.IsNaN(x) || math.IsInf(x, 0) {
			status = nasalyze.Diverged
		}
	}
	if !known {
		return nasalyze.Unknown
	}
	return status
}
