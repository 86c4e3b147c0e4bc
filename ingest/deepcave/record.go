package deepcave

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
	"github.com/nasalyze/nasalyze/ingest/source"
)

var nan = math.NaN()

type reader struct {
	findings  *source.Findings
	builder   *source.Builder
	path      string
	line      int
	costCount int // the largest number of costs in a row

	names  []string
	values []nasalyze.Value
	fields [][]byte
	costs  []float64
	info   []byte
}

// configs reads configs.json, {"0": {"alpha": 0.5}}, and the origins beside.
func (r *reader) configs(s *source.Source) error {
	origins := r.origins(s)
	data, err := s.ReadFile(configsFile)
	if err != nil {
		return err
	}
	path := s.Display(configsFile)
	d := pyjson.NewDec(data)
	line := source.Newlines{Data: data}
	err = d.Object(func(key []byte) error {
		id := string(key)
		at := line.At(d.Pos())
		r.names, r.values = r.names[:0], r.values[:0]
		if d.Next() != '{' {
			raw, err := d.Raw()
			if err == nil {
				r.findings.At(source.Skip, "bad-line", path, at, "configuration %s left out: %.40s is not an object", id, raw)
			}
			return err
		}
		err := d.Object(func(key []byte) error {
			name := r.builder.Intern(key)
			raw, err := d.Raw()
			if err != nil {
				return err
			}
			v, err := pyjson.Scalar(raw)
			if err != nil {
				v = nasalyze.Text(string(pyjson.Normalize(nil, raw)))
			}
			r.names, r.values = append(r.names, name), append(r.values, v)
			return nil
		})
		if err != nil {
			return err
		}
		origin := origins[id]
		r.builder.Config(source.ConfigRecord{ID: id, Names: r.names, Values: r.values,
			Origin: origin, Pick: source.PickOf(origin), Path: path, Line: at})
		return nil
	})
	if err != nil {
		if n, _ := r.builder.Len(); n == 0 {
			return fmt.Errorf("%s: %w", path, err)
		}
		r.findings.At(source.Skip, "truncated-file", path, line.At(d.Pos()), "the file ends early or is damaged (%v); what comes before is kept", err)
	}
	return nil
}

// origins reads origins.json, {"0": null, "1": "Random Search"}.
func (r *reader) origins(s *source.Source) map[string]string {
	if !s.Has(originsFile) {
		return nil
	}
	origins := make(map[string]string)
	data, err := s.ReadFile(originsFile)
	if err == nil {
		d := pyjson.NewDec(data)
		err = d.Object(func(key []byte) error {
			id := string(key)
			raw, err := d.Raw()
			if text, ok := pyjson.Text(raw); ok && err == nil {
				origins[id] = r.builder.Intern([]byte(text))
			}
			return err
		})
	}
	if err != nil {
		r.findings.Add(source.Finding{Severity: source.Warn, Code: "bad-origins", Path: s.Display(originsFile), Message: err.Error()})
	}
	return origins
}

func (r *reader) history(ctx context.Context, s *source.Source) error {
	l, err := s.Lines(historyFile, r.findings)
	if err != nil {
		return err
	}
	defer l.Close()
	r.path = l.Path()
	for l.Next() {
		if l.Number()%4096 == 0 && ctx.Err() != nil {
			break
		}
		if len(l.Bytes()) == 0 {
			continue
		}
		if r.line = l.Number(); r.line == source.EstimateAt {
			r.builder.Expect(l.Estimate())
		}
		if err := r.row(l.Bytes()); err != nil {
			l.Bad(err)
		}
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return l.Finish()
}

// row reads one trial.
func (r *reader) row(line []byte) error {
	d := pyjson.NewDec(line)
	r.fields = r.fields[:0]
	err := d.Array(func(int) error {
		raw, err := d.Raw()
		r.fields = append(r.fields, raw)
		return err
	})
	if err == nil {
		err = d.End()
	}
	if err != nil {
		return err
	}
	f := r.fields
	cpu := nan
	switch len(f) {
	case 8:
	case 9:
		cpu, _ = pyjson.Float(f[4])
		f = append(f[:4], f[5:]...)
	default:
		return fmt.Errorf("%d fields, expected 8 or 9", len(f))
	}
	t := source.TrialRecord{Config: r.configID(f[0]), Path: r.path, Line: r.line}
	t.Submitted = nan
	var ok bool
	if t.Budget, ok = pyjson.Float(f[1]); !ok && !pyjson.IsNull(f[1]) {
		return fmt.Errorf("budget is %.40s, expected a number", f[1])
	}
	if pyjson.IsNull(f[1]) || math.IsInf(t.Budget, 1) {
		r.findings.At(source.Note, "no-budget", r.path, r.line, "budget %s stands for none and is read as 0", f[1])
		t.Budget = 0
	}
	r.seed(f[2], &t)
	if err := r.readCosts(f[3]); err != nil {
		return err
	}
	t.Started, _ = pyjson.Float(f[4])
	t.Finished, _ = pyjson.Float(f[5])
	r.status(f[6], &t)
	r.readInfo(f[7], cpu)
	t.Values, t.Info = r.costs, r.info
	r.builder.Trial(t)
	return nil
}

func (r *reader) configID(raw []byte) string {
	if n, ok := pyjson.Int(raw); ok {
		var buf [24]byte
		return r.builder.ID(strconv.AppendInt(buf[:0], n, 10))
	}
	if s, ok := pyjson.Text(raw); ok {
		return r.builder.ID([]byte(s))
	}
	return string(raw)
}

func (r *reader) seed(raw []byte, t *source.TrialRecord) {
	n, ok := pyjson.Int(raw)
	switch {
	case pyjson.IsNull(raw) || ok && n == -1:
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

var statuses = [...]nasalyze.Status{
	1: nasalyze.Success, 2: nasalyze.TimedOut, 3: nasalyze.OutOfMemory, 4: nasalyze.Crashed, 5: nasalyze.Aborted,
	6: nasalyze.Running, 7: nasalyze.Crashed, 8: nasalyze.Pruned, 9: nasalyze.Unknown,
}

var statusNames = map[string]nasalyze.Status{
	"SUCCESS": nasalyze.Success, "TIMEOUT": nasalyze.TimedOut, "MEMORYOUT": nasalyze.OutOfMemory,
	"CRASHED": nasalyze.Crashed, "ABORTED": nasalyze.Aborted, "NOT_EVALUATED": nasalyze.Running,
	"FAILED": nasalyze.Crashed, "PRUNED": nasalyze.Pruned, "UNKNOWN": nasalyze.Unknown,
}

// status reads the number, or the name, of the status. A success whose first
// cost is not finite has diverged; one without a first cost is unknown.
func (r *reader) status(raw []byte, t *source.TrialRecord) {
	x, isNumber := pyjson.Float(raw)
	name, _ := pyjson.Text(raw)
	named, isName := statusNames[name]
	switch {
	case isNumber && x >= 1 && x < float64(len(statuses)) && x == math.Trunc(x):
		t.Status = statuses[int(x)]
	case isName:
		t.Status = named
	default:
		t.Status = nasalyze.Unknown
		r.findings.At(source.Warn, "unknown-status", r.path, r.line, "status is %.40s, expected 1 to %d", raw, len(statuses)-1)
	}
	if t.Status != nasalyze.Success || len(r.costs) == 0 {
		return
	}
	if c := r.costs[0]; math.IsInf(c, 0) || math.IsNaN(c) {
		t.Status = nasalyze.Diverged
		if r.firstCostMissing() {
			t.Status = nasalyze.Unknown
		}
	}
}

// firstCostMissing tells null from NaN.
func (r *reader) firstCostMissing() bool {
	list, err := pyjson.Elements(r.fields[3])
	return err != nil || len(list) == 0 || pyjson.IsNull(list[0])
}

// readInfo keeps the additional object, and the processor time with it.
func (r *reader) readInfo(raw []byte, cpu float64) {
	r.info = r.info[:0]
	empty := pyjson.IsNull(raw) || raw[0] == '{' && len(bytes.TrimSpace(raw[1:])) == 1
	if math.IsNaN(cpu) || cpu == 0 || math.IsInf(cpu, 0) {
		if !empty {
			r.info = pyjson.Normalize(r.info, raw)
		}
		return
	}
	number, _ := json.Marshal(cpu)
	r.info = append(append(r.info, `{"cpu_time":`...), number...)
	switch {
	case empty:
		r.info = append(r.info, '}')
	case raw[0] == '{':
		r.info = append(r.info, ',')
		r.info = pyjson.Normalize(r.info, raw[1:])
	default:
		r.info = append(r.info, `,"additional":`...)
		r.info = append(pyjson.Normalize(r.info, raw), '}')
	}
}
