package jsonl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/pyjson"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// Version is the version of the format that is written, the value of "nasalyze"
// in the header. Readers accept files of any version up to it.
const Version = 1

type header struct {
	Nasalyze   int             `json:"nasalyze"`
	Name       string          `json:"name,omitempty"`
	Space      json.RawMessage `json:"space,omitempty"`
	Clauses    *clauses        `json:"clauses,omitempty"`
	Objectives []objective     `json:"objectives"`
	Budget     *budget         `json:"budget,omitempty"`
	Source     *provenance     `json:"source,omitempty"`
}

type objective struct {
	Name     string          `json:"name"`
	Maximize bool            `json:"maximize,omitempty"`
	Lower    json.RawMessage `json:"lower,omitempty"`
	Upper    json.RawMessage `json:"upper,omitempty"`
	Unit     string          `json:"unit,omitempty"`
	Outcome  bool            `json:"outcome,omitempty"`
}

type budget struct {
	Name string `json:"name,omitempty"`
	Unit string `json:"unit,omitempty"`
}

type provenance struct {
	Format   string  `json:"format,omitempty"`
	Reason   string  `json:"reason,omitempty"`
	Inputs   []input `json:"inputs,omitempty"`
	Inferred bool    `json:"inferred,omitempty"`
}

type input struct {
	Path   string `json:"path"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"`
}

// encodeHeader returns the first line for a study, without its end.
func encodeHeader(s *nasalyze.Study) ([]byte, error) {
	h := header{Nasalyze: Version, Name: s.Name}
	var err error
	if h.Space, h.Clauses, err = encodeSpace(s.Space); err != nil {
		return nil, fmt.Errorf("search space: %w", err)
	}
	for _, o := range s.Objectives {
		h.Objectives = append(h.Objectives, objective{Name: o.Name, Maximize: o.Maximize,
			Lower: encodeBound(o.Lower), Upper: encodeBound(o.Upper), Unit: o.Unit, Outcome: o.Outcome})
	}
	if s.BudgetName != "" || s.BudgetUnit != "" {
		h.Budget = &budget{s.BudgetName, s.BudgetUnit}
	}
	if p := s.Provenance; p.Format != "" || p.Reason != "" || p.Inferred || len(p.Inputs) > 0 {
		h.Source = &provenance{Format: p.Format, Reason: p.Reason, Inferred: p.Inferred}
		for _, in := range p.Inputs {
			h.Source.Inputs = append(h.Source.Inputs, input(in))
		}
	}
	return marshal(h)
}

// encodeBound writes a bound of an objective; NaN, an unknown one, is left out.
func encodeBound(x float64) json.RawMessage {
	if math.IsNaN(x) {
		return nil
	}
	return appendNumber(nil, x)
}

var headerKeys = map[string]bool{"nasalyze": true, "name": true, "space": true, "clauses": true,
	"objectives": true, "budget": true, "source": true}

// decodeHeader reads the first line: a study without configurations and trials,
// its Space nil where the header has none.
func decodeHeader(line []byte, path string, number int, findings *source.Findings) (*nasalyze.Study, error) {
	members, err := pyjson.Members(line)
	if err != nil {
		return nil, fmt.Errorf("%s:%d: %w", path, number, err)
	}
	if members.Get("nasalyze") == nil {
		return nil, fmt.Errorf("%s:%d: no header: expected a line that begins with {\"nasalyze\":%d", path, number, Version)
	}
	var h header
	if err := json.Unmarshal(pyjson.Normalize(nil, line), &h); err != nil {
		return nil, fmt.Errorf("%s:%d: header: %w", path, number, err)
	}
	if h.Nasalyze < 1 || h.Nasalyze > Version {
		return nil, fmt.Errorf("%s:%d: version %d of the format, expected 1 to %d", path, number, h.Nasalyze, Version)
	}
	for _, m := range members {
		if !headerKeys[m.Key] {
			findings.At(source.Note, "unknown-key", path, number, "header key %q is not known and not kept", m.Key)
		}
	}
	s := &nasalyze.Study{Name: h.Name}
	if len(h.Space) > 0 && string(h.Space) != "null" {
		if s.Space, err = decodeSpace(h.Space, h.Clauses, path, findings); err != nil {
			return nil, err
		}
	}
	for i, o := range h.Objectives {
		n := nasalyze.Objective{Name: o.Name, Maximize: o.Maximize, Unit: o.Unit, Outcome: o.Outcome}
		if o.Name == "" {
			return nil, fmt.Errorf("%s:%d: objectives[%d] has no name", path, number, i)
		}
		if n.Lower, err = decodeBound(o.Lower); err == nil {
			n.Upper, err = decodeBound(o.Upper)
		}
		if err != nil {
			return nil, fmt.Errorf("%s:%d: objective %q: %w", path, number, o.Name, err)
		}
		s.Objectives = append(s.Objectives, n)
	}
	if len(s.Objectives) == 0 {
		return nil, fmt.Errorf("%s:%d: the header names no objective", path, number)
	}
	if h.Budget != nil {
		s.BudgetName, s.BudgetUnit = h.Budget.Name, h.Budget.Unit
	}
	if p := h.Source; p != nil {
		s.Provenance = nasalyze.Provenance{Format: p.Format, Reason: p.Reason, Inferred: p.Inferred}
		for _, in := range p.Inputs {
			s.Provenance.Inputs = append(s.Provenance.Inputs, nasalyze.Input(in))
		}
	}
	return s, nil
}

func decodeBound(raw json.RawMessage) (float64, error) {
	if len(raw) == 0 {
		return math.NaN(), nil
	}
	d := pyjson.NewDec(raw)
	return readNumber(&d)
}

// readNumber reads a number slot: a number, one of the strings for NaN and the
// infinities, or null, which is NaN.
func readNumber(d *pyjson.Dec) (float64, error) {
	if d.Next() != '"' {
		return d.Float()
	}
	text, err := d.Text()
	if err != nil {
		return math.NaN(), err
	}
	x, ok := nonFinite(string(text))
	if !ok {
		return math.NaN(), fmt.Errorf("%q is no number, expected one or %q, %q, %q", clip(text), textNaN, textInf, textNegInf)
	}
	return x, nil
}

func clip(b []byte) string {
	if len(b) > 60 {
		return string(bytes.ToValidUTF8(b[:57], nil)) + "..."
	}
	return string(b)
}
