package hpbandster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
	"github.com/nasalyze/nasalyze/ingest/source"
)

var nan = math.NaN()

// reader holds the buffers that are used again for every line.
type reader struct {
	findings *source.Findings
	builder  *source.Builder
	path     string // of the current file
	line     int

	id     []byte
	names  []string
	values []nasalyze.Value

	objectives []objective
	floats     []float64
	info       []byte
	seen       map[string]bool // numeric entries of results, for messages
	scanned    int             // results that seen was collected from
}

// objective is one entry of the result.
type objective struct {
	path  string // such as info.test accuracy
	found bool   // some result has a number there
}

// readID reads a configuration id: [0, 0, 1] is 0,0,1.
func (r *reader) readID(d *pyjson.Dec) error {
	r.id = r.id[:0]
	if d.Next() != '[' {
		raw, err := d.Raw()
		if len(raw) > 0 && raw[0] == '{' {
			return fmt.Errorf("configuration id is %.40s, expected [iteration, stage, index]", raw)
		}
		r.id = append(r.id, bytes.Trim(raw, `"`)...)
		return err
	}
	return d.Array(func(i int) error {
		raw, err := d.Raw()
		if i > 0 {
			r.id = append(r.id, ',')
		}
		r.id = append(r.id, raw...)
		return err
	})
}

// config reads one line of configs.json: id, values and, in all but old files, info.
func (r *reader) config(line []byte) error {
	d := pyjson.NewDec(line)
	if err := d.Expect('['); err != nil {
		return err
	}
	if err := r.readID(&d); err != nil {
		return err
	}
	if err := d.Expect(','); err != nil {
		return err
	}
	r.names, r.values = r.names[:0], r.values[:0]
	err := d.Object(func(key []byte) error {
		name := r.builder.Intern(key)
		raw, err := d.Raw()
		if err != nil {
			return err
		}
		v, err := pyjson.Scalar(raw)
		if err != nil { // a list or an object: its text stands for it
			v = nasalyze.Text(string(pyjson.Normalize(nil, raw)))
		}
		r.names, r.values = append(r.names, name), append(r.values, v)
		return nil
	})
	if err != nil {
		return err
	}
	c := source.ConfigRecord{ID: r.builder.ID(r.id), Names: r.names, Values: r.values, Path: r.path, Line: r.line}
	if more, err := d.Comma(']'); err != nil {
		return err
	} else if more {
		if err := r.configInfo(&d, &c); err != nil {
			return err
		}
	}
	if bytes.HasPrefix(r.id, []byte("-1,")) {
		c.Origin = "warm start"
	}
	r.builder.Config(c)
	return nil
}

func (r *reader) configInfo(d *pyjson.Dec, c *source.ConfigRecord) error {
	if d.Next() != '{' {
		if _, err := d.Raw(); err != nil {
			return err
		}
		return d.Expect(']')
	}
	start := *d
	others := false
	err := d.Object(func(key []byte) error {
		isPick := string(key) == "model_based_pick"
		raw, err := d.Raw()
		switch {
		case isPick && string(raw) == "true":
			c.Pick = nasalyze.ModelPick
		case isPick && string(raw) == "false":
			c.Pick = nasalyze.RandomPick
		default:
			others = true
		}
		return err
	})
	if err != nil {
		return err
	}
	if others {
		raw, err := start.Raw()
		if err != nil {
			return err
		}
		c.Extra = pyjson.Normalize(nil, raw)
	}
	return d.Expect(']')
}

// result reads one line of results.json: id, budget, times, result, exception.
func (r *reader) result(line []byte) error {
	d := pyjson.NewDec(line)
	if err := d.Expect('['); err != nil {
		return err
	}
	if err := r.readID(&d); err != nil {
		return err
	}
	t := source.TrialRecord{Path: r.path, Line: r.line}
	t.Submitted, t.Started, t.Finished = nan, nan, nan
	err := d.Expect(',')
	if err == nil {
		t.Budget, err = d.Float()
	}
	if err == nil {
		err = d.Expect(',')
	}
	if err == nil {
		err = r.times(&d, &t)
	}
	if err == nil {
		err = d.Expect(',')
	}
	if err != nil {
		return err
	}
	r.floats = r.floats[:0]
	for range r.objectives {
		r.floats = append(r.floats, nan)
	}
	r.info = r.info[:0]
	state, err := r.outcome(&d, &t)
	if err != nil {
		return err
	}
	more, err := d.Comma(']')
	if err != nil {
		return err
	}
	if more {
		raw, err := d.Raw()
		if err == nil {
			err = d.Expect(']')
		}
		if err != nil {
			return err
		}
		r.exception(raw)
	}
	if err := d.End(); err != nil {
		return err
	}
	t.Config, t.Values, t.Info = r.builder.ID(r.id), r.floats, r.info
	r.status(&t, state)
	r.builder.Trial(t)
	return nil
}

func (r *reader) times(d *pyjson.Dec, t *source.TrialRecord) error {
	if d.Next() != '{' {
		raw, err := d.Raw()
		if err == nil && !pyjson.IsNull(raw) {
			r.findings.At(source.Warn, "bad-time", r.path, r.line, "times are %.40s, expected an object", raw)
		}
		return err
	}
	return d.Object(func(key []byte) error {
		var to *float64
		switch string(key) {
		case "submitted":
			to = &t.Submitted
		case "started":
			to = &t.Started
		case "finished":
			to = &t.Finished
		}
		raw, err := d.Raw()
		if err != nil || to == nil || pyjson.IsNull(raw) {
			return err
		}
		x, ok := pyjson.Float(raw)
		if !ok || math.IsInf(x, 0) {
			r.findings.At(source.Warn, "bad-time", r.path, r.line, "%s is %.40s, expected seconds", key, raw)
			x = nan
		}
		*to = x
		return nil
	})
}

// outcome reads the result and returns the state in its info, if there is one.
func (r *reader) outcome(d *pyjson.Dec, t *source.TrialRecord) (state string, err error) {
	t.Status = nasalyze.Crashed
	if d.Next() != '{' {
		// A bare number is the loss, null a crash.
		raw, err := d.Raw()
		if x, ok := pyjson.Float(raw); ok && err == nil {
			r.number("loss", x, t)
		}
		return "", err
	}
	err = d.Object(func(key []byte) error {
		raw, err := d.Raw()
		if err != nil {
			return err
		}
		name := string(key) // does not escape for the known keys
		if x, ok := pyjson.Float(raw); ok {
			r.number(name, x, t)
		}
		if name == "info" && !pyjson.IsNull(raw) {
			r.info = pyjson.Normalize(r.info, raw)
			if raw[0] == '{' {
				state, err = r.walk(raw, "info", t)
			}
		}
		return err
	})
	return state, err
}

// number takes an entry of the result.
func (r *reader) number(path string, x float64, t *source.TrialRecord) {
	if path == "loss" {
		t.Status = nasalyze.Success
		if math.IsNaN(x) || math.IsInf(x, 0) {
			t.Status = nasalyze.Diverged
		}
	}
	for k := range r.objectives {
		if r.objectives[k].path == path {
			r.floats[k], r.objectives[k].found = x, true
		}
	}
}

var stateKey = []byte(`"state"`)

// maxScanned bounds the results that are searched for further objectives.
const maxScanned = 200

// walk looks for objectives and the state in info. Beyond the first results it
// goes only where an objective is.
func (r *reader) walk(raw []byte, prefix string, t *source.TrialRecord) (state string, err error) {
	scan := r.scanned < maxScanned
	if scan {
		r.scanned++
	} else if !r.wanted(prefix) && !bytes.Contains(raw, stateKey) {
		return "", nil
	}
	return r.object(raw, prefix, t, scan, 0)
}

func (r *reader) object(raw []byte, prefix string, t *source.TrialRecord, scan bool, depth int) (state string, err error) {
	d := pyjson.NewDec(raw)
	wanted := scan || r.wanted(prefix)
	err = d.Object(func(key []byte) error {
		v, err := d.Raw()
		if err != nil {
			return err
		}
		if depth == 0 && string(key) == "state" {
			state, _ = pyjson.Text(v)
		}
		if !wanted {
			return nil
		}
		x, isNumber := pyjson.Float(v)
		if !isNumber && v[0] != '{' || depth > 8 {
			return nil
		}
		path := prefix + "." + string(key)
		if !isNumber {
			_, err = r.object(v, path, t, scan, depth+1)
			return err
		}
		r.number(path, x, t)
		if scan && len(r.seen) < 1000 {
			r.seen[path] = true
		}
		return nil
	})
	return state, err
}

// wanted reports whether an objective lies below the prefix.
func (r *reader) wanted(prefix string) bool {
	for k := range r.objectives {
		if p := r.objectives[k].path; len(p) > len(prefix) && p[len(prefix)] == '.' && strings.HasPrefix(p, prefix) {
			return true
		}
	}
	return false
}

// exception puts the last line of a traceback into the info.
func (r *reader) exception(raw []byte) {
	text, ok := pyjson.Text(raw)
	if !ok {
		return
	}
	text = strings.TrimSpace(text)
	text = strings.TrimSpace(text[strings.LastIndexByte(text, '\n')+1:])
	if text == "" {
		return
	}
	if len(text) > 500 {
		text = strings.ToValidUTF8(text[:500], "")
	}
	quoted, err := json.Marshal(text)
	if err != nil {
		return
	}
	if len(r.info) == 0 {
		r.info = append(append(append(r.info, `{"exception":`...), quoted...), '}')
	} else {
		info := slices.Clone(r.info)
		r.info = append(append(append(r.info[:0], `{"exception":`...), quoted...), `,"info":`...)
		r.info = append(append(r.info, info...), '}')
	}
}

// status lets the state in info decide what the loss alone cannot tell.
func (r *reader) status(t *source.TrialRecord, state string) {
	switch strings.ToUpper(state) {
	case "", "SUCCESS", "COMPLETED", "TERMINATED", "REVIEW":
		// ended (TERMINATED: not promoted): the loss decides
	case "QUEUED", "RUNNING":
		t.Status = nasalyze.Running
	case "CRASHED", "FAILED":
		if t.Status != nasalyze.Diverged {
			t.Status = nasalyze.Crashed
		}
	case "TIMEOUT":
		t.Status = nasalyze.TimedOut
	case "MEMOUT", "MEMORYOUT":
		t.Status = nasalyze.OutOfMemory
	case "ABORT", "ABORTED":
		t.Status = nasalyze.Aborted
	default:
		r.findings.At(source.Warn, "unknown-state", r.path, r.line, "unknown state %q in info; the loss decides the status", state)
	}
}

// checkObjectives reports objectives that no result has, and offers what there is.
func (r *reader) checkObjectives(asked bool) error {
	names := make([]string, 0, len(r.seen))
	for name := range r.seen {
		names = append(names, name)
	}
	slices.Sort(names)
	shown := strings.Join(names[:min(len(names), 40)], ", ")
	if len(names) > 40 {
		shown += fmt.Sprintf(" and %d more", len(names)-40)
	}
	for _, o := range r.objectives {
		if !o.found && o.path != "loss" {
			if shown == "" {
				shown = "(none)"
			}
			return fmt.Errorf("no result has the objective %q, expected loss or a numeric entry of info: %s%s", o.path, shown, source.DidYouMean(o.path, names))
		}
	}
	if !asked && len(names) > 0 {
		r.findings.Add(source.Finding{Severity: source.Note, Code: "more-objectives", Path: r.path,
			Message: "info has numbers that can be objectives: " + shown})
	}
	return nil
}
