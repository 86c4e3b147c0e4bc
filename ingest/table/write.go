package table

import (
	"bufio"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
)

// ParameterPrefix heads the columns of parameters that Write writes.
const ParameterPrefix = "config."

// Write writes a study as a long table, one row per trial in the order of the
// study, its cells parted by delimiter (',', '\t' or ';'). The columns:
//
//	config_id, budget
//	seed, instance             where a trial has one
//	status
//	metric:NAME [LOWER; UPPER] (minimize|maximize)   for each objective
//	config.NAME                for each parameter of the space
//	submitted, started, finished, pick, origin       where known of one
//
// [Read] reads the table back: all trials with their configurations, and the
// names, bounds and directions of the objectives. A table cannot say everything:
// configurations without a trial, the space (write it beside as
// NAME.configspace.json, or it is inferred), the text "1" beside the number 1,
// empty text, units and info are lost; JSONL keeps them.
func Write(w io.Writer, s *nasalyze.Study, delimiter rune) error {
	if delimiter != ',' && delimiter != '\t' && delimiter != ';' {
		return fmt.Errorf("table: delimiter %q, expected a comma, a tab or a semicolon", delimiter)
	}
	if err := s.Validate(); err != nil {
		return err
	}
	b := bufio.NewWriterSize(w, 1<<16)
	t := &writer{w: b, delimiter: byte(delimiter), study: s}
	t.survey()
	t.header()
	for i := range s.Trials {
		t.row(&s.Trials[i])
	}
	return b.Flush() // reports the first error of any write
}

type writer struct {
	w         *bufio.Writer
	delimiter byte
	study     *nasalyze.Study
	started   bool // the current row has a cell
	buf       []byte

	seed, instance, submitted, start, finish, pick, origin bool
}

// survey finds the columns that would be empty.
func (t *writer) survey() {
	for i := range t.study.Trials {
		r := &t.study.Trials[i]
		t.seed = t.seed || r.HasSeed
		t.instance = t.instance || r.Instance != ""
		t.submitted = t.submitted || !math.IsNaN(r.Submitted)
		t.start = t.start || !math.IsNaN(r.Started)
		t.finish = t.finish || !math.IsNaN(r.Finished)
	}
	for i := range t.study.Configs {
		c := &t.study.Configs[i]
		t.pick = t.pick || c.Pick != nasalyze.PickUnknown
		t.origin = t.origin || c.Origin != ""
	}
}

func (t *writer) header() {
	t.text("config_id")
	t.text("budget")
	t.when(t.seed, "seed")
	t.when(t.instance, "instance")
	t.text("status")
	for _, o := range t.study.Objectives {
		t.text(metricHeading(o))
	}
	for i := range t.study.Space.Params {
		t.text(ParameterPrefix + t.study.Space.Params[i].Name)
	}
	t.when(t.submitted, "submitted")
	t.when(t.start, "started")
	t.when(t.finish, "finished")
	t.when(t.pick, "pick")
	t.when(t.origin, "origin")
	t.end()
}

func (t *writer) when(is bool, text string) {
	if is {
		t.text(text)
	}
}

func (t *writer) row(r *nasalyze.Trial) {
	c := &t.study.Configs[r.Config]
	t.text(c.ID)
	t.number(r.Budget)
	if t.seed {
		t.comma()
		if r.HasSeed {
			t.buf = strconv.AppendInt(t.buf[:0], r.Seed, 10)
			t.w.Write(t.buf)
		}
	}
	t.when(t.instance, r.Instance)
	t.text(r.Status.String())
	for _, x := range r.Values {
		t.number(x)
	}
	for j, v := range c.Values {
		t.text(ChoiceText(&t.study.Space.Params[j], v))
	}
	for _, x := range []struct {
		is bool
		at float64
	}{{t.submitted, r.Submitted}, {t.start, r.Started}, {t.finish, r.Finished}} {
		if x.is {
			t.number(x.at)
		}
	}
	if t.pick {
		t.text(c.Pick.String())
	}
	t.when(t.origin, c.Origin)
	t.end()
}

func (t *writer) comma() {
	if t.started {
		t.w.WriteByte(t.delimiter)
	}
	t.started = true
}

func (t *writer) end() {
	t.w.WriteByte('\n')
	t.started = false
}

// number writes x; NaN is an empty cell.
func (t *writer) number(x float64) {
	t.comma()
	if !math.IsNaN(x) {
		t.buf = appendNumber(t.buf[:0], x)
		t.w.Write(t.buf)
	}
}

func (t *writer) text(s string) {
	t.comma()
	if !strings.ContainsAny(s, "\"\r\n") && strings.IndexByte(s, t.delimiter) < 0 {
		t.w.WriteString(s)
		return
	}
	t.w.WriteByte('"')
	t.w.WriteString(strings.ReplaceAll(s, `"`, `""`))
	t.w.WriteByte('"')
}

func appendNumber(b []byte, x float64) []byte {
	switch {
	case math.IsInf(x, 1):
		return append(b, "inf"...)
	case math.IsInf(x, -1):
		return append(b, "-inf"...)
	}
	return strconv.AppendFloat(b, x, 'g', -1, 64)
}

// ChoiceText is how a value of a parameter is written in a cell: as the choice that
// it is, if it is one, so that 1 is not written beside the choice 1.0.
func ChoiceText(p *nasalyze.Param, v nasalyze.Value) string {
	if i := slices.IndexFunc(p.Choices, v.Equal); i >= 0 && !p.Numeric() {
		v = p.Choices[i]
	}
	return CellText(v)
}

// CellText is how a value is written in a cell: as Python writes it, so that
// pandas reads it with its type.
func CellText(v nasalyze.Value) string {
	switch v.Kind() {
	case nasalyze.NullValue:
		return "None"
	case nasalyze.BoolValue:
		if b, _ := v.Bool(); b {
			return "True"
		}
		return "False"
	case nasalyze.FloatValue:
		x, _ := v.Float()
		if math.IsNaN(x) {
			return ""
		}
		s := string(appendNumber(nil, x))
		if strings.Trim(s, "-0123456789") == "" {
			s += ".0"
		}
		return s
	}
	return v.String()
}
