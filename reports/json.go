package reports

import (
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// JSON has no NaN: a number that cannot be told is null, in both directions.
var (
	nanToNull = json.WithMarshalers(json.MarshalToFunc(func(enc *jsontext.Encoder, f float64) error {
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return enc.WriteToken(jsontext.Null)
		}
		return errors.ErrUnsupported
	}))
	nullToNaN = json.WithUnmarshalers(json.UnmarshalFromFunc(func(dec *jsontext.Decoder, f *float64) error {
		if dec.PeekKind() == 'n' {
			*f = math.NaN()
			_, err := dec.ReadToken()
			return err
		}
		return errors.ErrUnsupported
	}))
)

// Write stores the analysis as JSON, indented so that lines can be compared.
func Write(w io.Writer, a *Analysis) error {
	if err := json.MarshalWrite(w, a, nanToNull, json.FormatNilSliceAsNull(false), jsontext.Multiline(true), jsontext.WithIndent(" ")); err != nil {
		return fmt.Errorf("reports: writing JSON: %w", err)
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// WriteCompact stores the analysis as JSON on one line, for embedding.
func WriteCompact(w io.Writer, a *Analysis) error {
	if err := json.MarshalWrite(w, a, nanToNull, json.FormatNilSliceAsNull(false), jsontext.EscapeForHTML(true)); err != nil {
		return fmt.Errorf("reports: writing JSON: %w", err)
	}
	return nil
}

// Read is the inverse of [Write].
func Read(r io.Reader) (*Analysis, error) {
	var a Analysis
	if err := json.UnmarshalRead(r, &a, nullToNaN); err != nil {
		return nil, fmt.Errorf("reports: reading JSON: %w", err)
	}
	if a.Schema != Schema {
		return nil, fmt.Errorf("reports: schema %q, expected %q", a.Schema, Schema)
	}
	return &a, nil
}
