package smac3

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
	"github.com/nasalyze/nasalyze/ingest/source"
)

var nan = math.NaN()

type reader struct {
	ctx       context.Context
	findings  *source.Findings
	builder   *source.Builder
	path      string
	line      int
	lines     source.Newlines
	origins   map[string]string
	costCount int // the largest number of costs in a row

	configs []configRecord // until the origins are known, which come before or after
	names   []string
	values  []nasalyze.Value
	costs   []float64
	info    []byte
}

type configRecord struct {
	id   string
	raw  []byte
	line int
}

// read reads the run history, {"data": [...], "configs": {...}, "config_origins": {...}}.
func (r *reader) read(s *source.Source) error {
	data, err := s.ReadFile(historyFile)
	if err != nil {
		return err
	}
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	r.lines = source.Newlines{Data: data}
	d := pyjson.NewDec(data)
	err = d.Object(func(key []byte) error {
		switch string(key) {
		case "data":
			if c := d.Next(); c != '[' {
				return fmt.Errorf("\"data\" begins with %q, expected a list of trials", c)
			}
			return d.Array(func(i int) error { return r.element(&d, i) })
		case "configs":
			return d.Object(func(key []byte) error {
				c := configRecord{id: string(key), line: r.lines.At(d.Pos())}
				var err error
				c.raw, err = d.Raw()
				if err == nil {
					r.configs = append(r.configs, c)
				}
				return err
			})
		case "config_origins":
			if d.Next() != '{' {
				break
			}
			return d.Object(func(key []byte) error {
				id := string(key)
				raw, err := d.Raw()
				if text, ok := pyjson.Text(raw); ok && err == nil {
					r.origins[id] = r.builder.Intern([]byte(text))
				}
				return err
			})
		}
		_, err := d.Raw()
		return err
	})
	for _, c := range r.configs {
		r.config(c)
	}
	if r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	if err != nil {
		if len(r.configs) == 0 {
			return fmt.Errorf("%s:%d: %w", r.path, r.lines.At(d.Pos()), err)
		}
		r.findings.At(source.Skip, "truncated-file", r.path, r.lines.At(d.Pos()), "the file ends early or is damaged (%v); what comes before is kept", err)
	}
	return nil
}

// element reads one element of the data; one that is no trial is a finding.
func (r *reader) element(d *pyjson.Dec, i int) error {
	if i%4096 == 0 && r.ctx.Err() != nil {
		return r.ctx.Err()
	}
	d.Next() // over white space, so that the line is that of the row
	r.line = r.lines.At(d.Pos())
	raw, err := d.Raw()
	if err != nil {
		return err
	}
	if err := r.row(raw); err != nil {
		r.findings.At(source.Skip, "bad-row", r.path, r.line, "trial left out: %v", err)
	}
	return nil
}

func (r *reader) config(c configRecord) {
	members, err := pyjson.Members(c.raw)
	if err != nil {
		r.findings.At(source.Skip, "bad-row", r.path, c.line, "configuration %s left out: %.40s is not an object", c.id, c.raw)
		return
	}
	r.names, r.values = r.names[:0], r.values[:0]
	for _, m := range members {
		v, err := pyjson.Scalar(m.Raw)
		if err != nil {
			v = nasalyze.Text(string(pyjson.Normalize(nil, m.Raw)))
		}
		if v.Kind() == nasalyze.NullValue {
			continue // how some versions write an inactive parameter
		}
		r.names, r.values = append(r.names, r.builder.Intern([]byte(m.Key))), append(r.values, v)
	}
	origin := r.origins[c.id]
	r.builder.Config(source.ConfigRecord{ID: c.id, Names: r.names, Values: r.values,
		Origin: origin, Pick: source.PickOf(origin), Path: r.path, Line: c.line})
}

// fields are those of a trial, in whatever form it came; nil where there is none.
type fields struct {
	config, instance, seed, budget, cost, time, cpuTime, status, start, end, info []byte
}

// split finds the fields of a row by its shape.
func split(raw []byte) (f fields, err error) {
	if len(raw) > 0 && raw[0] == '{' {
		o, err := pyjson.Members(raw)
		if err != nil {
			return f, err
		}
		return fields{o.Get("config_id"), o.Get("instance"), o.Get("seed"), o.Get("budget"), o.Get("cost"), o.Get("time"), o.Get("cpu_time"),
			o.Get("status"), o.Get("starttime"), o.Get("endtime"), o.Get("additional_info")}, nil
	}
	e, err := pyjson.Elements(raw)
	if err != nil {
		return f, err
	}
	switch len(e) {
	case 10:
		return fields{e[0], e[1], e[2], e[3], e[4], e[5], nil, e[6], e[7], e[8], e[9]}, nil
	case 11:
		return fields{e[0], e[1], e[2], e[3], e[4], e[5], e[6], e[7], e[8], e[9], e[10]}, nil
	case 2:
		return splitOld(e[0], e[1])
	}
	return f, fmt.Errorf("%d fields, expected 2 (SMAC3 1.x), 10 or 11 (2.x)", len(e))
}

// splitOld finds the fields of the rows of SMAC3 up to 1.4, a key and a value.
func splitOld(key, value []byte) (f fields, err error) {
	k, err := pyjson.Elements(key)
	if err != nil {
		return f, err
	}
	v, err := pyjson.Elements(value)
	if err != nil {
		return f, err
	}
	if len(k) != 3 && len(k) != 4 {
		return f, fmt.Errorf("%d fields in the key, expected configuration, instance, seed and budget", len(k))
	}
	f.config, f.instance, f.seed = k[0], k[1], k[2]
	if len(k) == 4 {
		f.budget = k[3]
	}
	switch len(v) {
	case 6:
		f.start, f.end, f.info = v[3], v[4], v[5]
	case 4:
		f.info = v[3]
	default:
		return f, fmt.Errorf("%d fields in the value, expected 6 or 4: cost, time, status, times and info", len(v))
	}
	f.cost, f.time, f.status = v[0], v[1], v[2]
	return f, nil
}

// row reads one trial.
func (r *reader) row(raw []byte) error {
	f, err := split(raw)
	if err != nil {
		return err
	}
	t := source.TrialRecord{Path: r.path, Line: r.line}
	t.Submitted = nan
	if t.Config, err = r.id(f.config); err != nil {
		return err
	}
	var ok bool
	if t.Budget, ok = pyjson.Float(f.budget); !ok {
		if !pyjson.IsNull(f.budget) {
			return fmt.Errorf("budget is %.40s, expected a number", f.budget)
		}
		t.Budget = 0
	}
	if !pyjson.IsNull(f.instance) {
		if t.Instance, ok = pyjson.Text(f.instance); !ok {
			t.Instance = string(f.instance)
		}
	}
	r.seed(f.seed, &t)
	if err := r.readCosts(f.cost); err != nil {
		return err
	}
	r.status(f.status, f.cost, &t)
	r.times(f, &t)
	t.Values, t.Info = r.costs, r.info
	r.builder.Trial(t)
	return nil
}

func (r *reader) id(raw []byte) (string, error) {
	if n, ok := pyjson.Int(raw); ok {
		var buf [24]byte
		return r.builder.ID(strconv.AppendInt(buf[:0], n, 10)), nil
	}
	if s, ok := pyjson.Text(raw); ok {
		return r.builder.ID([]byte(s)), nil
	}
	return "", fmt.Errorf("configuration is %.40s, expected its number", raw)
}

func (r *reader) seed(raw []byte, t *source.TrialRecord) {
	n, ok := pyjson.Int(raw)
	switch {
	case pyjson.IsNull(raw):
	case !ok:
		r.findings.At(source.Warn, "bad-seed", r.path, r.line, "seed is %.40s, expected an integer; read as none", raw)
	default:
		t.Seed, t.HasSeed = n, true
	}
}

// readCosts reads the list of costs, or the single number that stands for one.
func (r *reader) readCosts(raw []byte) error {
	var err error
	r.costs, err = pyjson.Floats(r.costs[:0], raw, func(i int, v []byte) {
		r.findings.At(source.Warn, "bad-cost", r.path, r.line, "cost %d is %.40s, expected a number", i, v)
	})
	if err != nil {
		return fmt.Errorf("costs: %w", err)
	}
	r.costCount = max(r.costCount, len(r.costs))
	return nil
}

// statuses of 2.x by number and of 1.x by name.
var (
	statuses    = [...]nasalyze.Status{nasalyze.Running, nasalyze.Success, nasalyze.Crashed, nasalyze.TimedOut, nasalyze.OutOfMemory}
	statusNames = map[string]nasalyze.Status{
		"SUCCESS": nasalyze.Success, "TIMEOUT": nasalyze.TimedOut, "CRASHED": nasalyze.Crashed, "ABORT": nasalyze.Aborted,
		"MEMOUT": nasalyze.OutOfMemory, "MEMORYOUT": nasalyze.OutOfMemory, "CAPPED": nasalyze.Capped, "RUNNING": nasalyze.Running,
		"STOP": nasalyze.Aborted, "DONOTADVANCE": nasalyze.Success,
	}
)

// status reads a number, a name, or {"__enum__": "StatusType.NAME"}. A success
// whose first cost is not finite has diverged; one without it is unknown.
func (r *reader) status(raw, cost []byte, t *source.TrialRecord) {
	x, isNumber := pyjson.Float(raw)
	name, _ := pyjson.Text(raw)
	if o, err := pyjson.Members(raw); err == nil {
		name, _ = pyjson.Text(o.Get("__enum__"))
	}
	named, isName := statusNames[strings.TrimPrefix(name, "StatusType.")]
	switch {
	case isNumber && x >= 0 && x < float64(len(statuses)) && x == math.Trunc(x):
		t.Status = statuses[int(x)]
	case isName:
		t.Status = named
	default:
		t.Status = nasalyze.Unknown
		r.findings.At(source.Warn, "unknown-status", r.path, r.line, "status is %.60s, expected a name of SMAC3 or 0 to %d", raw, len(statuses)-1)
	}
	if t.Status != nasalyze.Success || len(r.costs) > 0 && !math.IsInf(r.costs[0], 0) && !math.IsNaN(r.costs[0]) {
		return
	}
	t.Status = nasalyze.Diverged
	if list, err := pyjson.Elements(cost); pyjson.IsNull(cost) || err == nil && (len(list) == 0 || pyjson.IsNull(list[0])) {
		t.Status = nasalyze.Unknown
	}
}

// times reads start and end, and keeps the additional info. Trials that have not
// ended are logged with zeros.
func (r *reader) times(f fields, t *source.TrialRecord) {
	t.Started, _ = pyjson.Float(f.start)
	t.Finished, _ = pyjson.Float(f.end)
	if t.Started == 0 && t.Finished == 0 {
		t.Started, t.Finished = nan, nan
	}
	r.info = r.info[:0]
	if math.IsNaN(t.Finished) {
		r.add("time", f.time)
	}
	r.add("cpu_time", f.cpuTime)
	empty := pyjson.IsNull(f.info) || f.info[0] == '{' && len(bytes.TrimSpace(f.info[1:])) == 1
	switch {
	case empty && len(r.info) > 0:
		r.info = append(r.info, '}')
	case empty:
	case len(r.info) == 0:
		r.info = pyjson.Normalize(r.info, f.info)
	case f.info[0] == '{':
		r.info = pyjson.Normalize(append(r.info, ','), f.info[1:])
	default:
		r.info = append(r.info, `,"additional_info":`...)
		r.info = append(pyjson.Normalize(r.info, f.info), '}')
	}
}

// add puts a number that is not 0 into the info, an object that is left open.
func (r *reader) add(name string, raw []byte) {
	x, ok := pyjson.Float(raw)
	if !ok || x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		return
	}
	r.info = append(r.info, map[bool]byte{true: '{', false: ','}[len(r.info) == 0])
	number, _ := json.Marshal(x)
	r.info = append(strconv.AppendQuote(r.info, name), ':')
	r.info = append(r.info, number...)
}
