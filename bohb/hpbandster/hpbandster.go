// Package hpbandster writes the log of a search as HpBandSter does
// (hpbandster.core.result.json_result_logger): configs.json and results.json, one
// JSON array per line, which HpBandSter, DeepCAVE, CAVE and nasalyze read. The search
// space, which HpBandSter does not write, belongs beside them as configspace.json.
package hpbandster

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// Writer writes the two files. Each line is one write.
type Writer struct {
	configs, results io.Writer
	names            []string
	objectives       []nasalyze.Objective
}

// New returns a Writer for a search over a space. The first objective becomes the
// loss, negated if more is better, since HpBandSter minimises; the others are
// entries of info.
func New(configs, results io.Writer, space *nasalyze.Space, objectives []nasalyze.Objective) *Writer {
	w := &Writer{configs: configs, results: results, objectives: objectives}
	for i := range space.Params {
		w.names = append(w.names, space.Params[i].Name)
	}
	return w
}

// id turns "3,0,17" into the three numbers that HpBandSter names a configuration by.
func id(s string) ([3]int, error) {
	var n [3]int
	parts := strings.Split(s, ",")
	if len(parts) != len(n) {
		return n, fmt.Errorf("hpbandster: configuration id %q, expected three numbers with commas between them", s)
	}
	for i, p := range parts {
		var err error
		if n[i], err = strconv.Atoi(p); err != nil {
			return n, fmt.Errorf("hpbandster: configuration id %q, expected three numbers with commas between them", s)
		}
	}
	return n, nil
}

// object is a JSON object whose members keep their order.
type object []member

type member struct {
	key   string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		for j, v := range []any{m.key, m.value} {
			if j > 0 {
				b.WriteByte(':')
			}
			text, err := json.Marshal(v)
			if err != nil {
				return nil, fmt.Errorf("%q: %w", m.key, err)
			}
			b.Write(text)
		}
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

func line(w io.Writer, fields ...any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(fields); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// Config writes a configuration. Inactive parameters are left out.
func (w *Writer) Config(c *nasalyze.Config) error {
	n, err := id(c.ID)
	if err != nil {
		return err
	}
	values := object{}
	for i, v := range c.Values {
		if !v.IsAbsent() {
			values = append(values, member{w.names[i], v})
		}
	}
	return line(w.configs, n, values, object{{"model_based_pick", c.Pick == nasalyze.ModelPick}})
}

// Trial writes a trial that has ended; of one that runs nothing is written. A trial
// without a result has null in its place, and its status and reason as exception.
func (w *Writer) Trial(config string, t *nasalyze.Trial) error {
	if t.Status == nasalyze.Running {
		return nil
	}
	n, err := id(config)
	if err != nil {
		return err
	}
	times := object{}
	for _, at := range []struct {
		key string
		x   float64
	}{{"submitted", t.Submitted}, {"started", t.Started}, {"finished", t.Finished}} {
		if !math.IsNaN(at.x) {
			times = append(times, member{at.key, at.x})
		}
	}
	loss := t.Values[0]
	if w.objectives[0].Maximize {
		loss = -loss
	}
	if !t.Status.Valid() || math.IsNaN(loss) || math.IsInf(loss, 0) {
		exception := t.Status.String()
		var info struct {
			Reason string `json:"reason"`
		}
		if json.Unmarshal(t.Info, &info) == nil && info.Reason != "" {
			exception += ": " + info.Reason
		}
		return line(w.results, n, t.Budget, times, nil, exception)
	}
	info := object{}
	for k, x := range t.Values {
		if (k > 0 || w.objectives[0].Maximize) && !math.IsNaN(x) && !math.IsInf(x, 0) {
			info = append(info, member{w.objectives[k].Name, x})
		}
	}
	return line(w.results, n, t.Budget, times, object{{"loss", loss}, {"info", info}}, nil)
}
