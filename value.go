package nasalyze

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// ValueKind tells what a [Value] holds.
type ValueKind uint8

const (
	// Absent marks a parameter without a value: inactive, or not logged.
	Absent ValueKind = iota
	// NullValue is an explicit null, as Python's None.
	NullValue
	// BoolValue is true or false.
	BoolValue
	// IntValue is a 64-bit integer.
	IntValue
	// FloatValue is a float64.
	FloatValue
	// StringValue is text.
	StringValue
)

// Value is one value of one parameter. Search spaces mix types freely (true,
// 1, "1" and null may all be choices of one categorical), so the type is kept.
// The zero Value is absent. Values are comparable with ==, but 1 and 1.0 differ
// there; use [Value.Equal] to compare by meaning.
type Value struct {
	kind ValueKind
	bits uint64 // bool, int64 or float64 bits
	text string
}

// Null returns the explicit null value.
func Null() Value { return Value{kind: NullValue} }

// Bool returns a boolean value.
func Bool(b bool) Value {
	if b {
		return Value{kind: BoolValue, bits: 1}
	}
	return Value{kind: BoolValue}
}

// Integer returns an integer value.
func Integer(i int64) Value { return Value{kind: IntValue, bits: uint64(i)} }

// Number returns a floating-point value.
func Number(f float64) Value { return Value{kind: FloatValue, bits: math.Float64bits(f)} }

// String returns a text value.
func Text(s string) Value { return Value{kind: StringValue, text: s} }

// Kind returns what v holds.
func (v Value) Kind() ValueKind { return v.kind }

// IsAbsent reports whether v is the absent value.
func (v Value) IsAbsent() bool { return v.kind == Absent }

// Float returns v as a number and whether it is one (an integer or a float).
func (v Value) Float() (float64, bool) {
	switch v.kind {
	case IntValue:
		return float64(int64(v.bits)), true
	case FloatValue:
		return math.Float64frombits(v.bits), true
	}
	return math.NaN(), false
}

// Int returns v as an integer and whether it is one: an integer, or a float
// without a fraction, as many writers log integers as 3.0.
func (v Value) Int() (int64, bool) {
	switch v.kind {
	case IntValue:
		return int64(v.bits), true
	case FloatValue:
		f := math.Float64frombits(v.bits)
		if f == math.Trunc(f) && math.Abs(f) < 1<<63 {
			return int64(f), true
		}
	}
	return 0, false
}

// Bool returns v as a boolean and whether it is one.
func (v Value) Bool() (value, ok bool) { return v.bits != 0, v.kind == BoolValue }

// Text returns the text of a string value and whether v is one.
func (v Value) Text() (string, bool) { return v.text, v.kind == StringValue }

// Equal reports whether v and w mean the same: numbers compare by value
// (1 equals 1.0), everything else by type and content (true is not 1).
func (v Value) Equal(w Value) bool {
	if v.kind == w.kind && v.kind != FloatValue {
		return v == w
	}
	a, ok := v.Float()
	if !ok {
		return false
	}
	b, ok := w.Float()
	return ok && a == b
}

// String formats v for people: text as it is, null as null, absent as an empty string.
func (v Value) String() string {
	switch v.kind {
	case NullValue:
		return "null"
	case BoolValue:
		return strconv.FormatBool(v.bits != 0)
	case IntValue:
		return strconv.FormatInt(int64(v.bits), 10)
	case FloatValue:
		return strconv.FormatFloat(math.Float64frombits(v.bits), 'g', -1, 64)
	case StringValue:
		return v.text
	}
	return ""
}

// key is a text that is equal for two values exactly when they are Equal.
func (v Value) key() string {
	switch v.kind {
	case Absent:
		return ""
	case IntValue, FloatValue:
		f, _ := v.Float()
		if i, ok := v.Int(); ok {
			return "#" + strconv.FormatInt(i, 10)
		}
		return "#" + strconv.FormatFloat(f, 'g', -1, 64)
	case StringValue:
		return strconv.Quote(v.text)
	}
	return "." + v.String()
}

// MarshalJSON writes v as a JSON scalar that [Value.UnmarshalJSON] reads back
// with the same kind: floats always carry a point or an exponent. An absent
// value is written as null. JSON has no token for NaN and the infinities: they
// are an error.
func (v Value) MarshalJSON() ([]byte, error) {
	switch v.kind {
	case StringValue:
		return json.Marshal(v.text)
	case Absent:
		return []byte("null"), nil
	case FloatValue:
		f := math.Float64frombits(v.bits)
		if math.IsNaN(f) || math.IsInf(f, 0) {
			return nil, fmt.Errorf("nasalyze: value %v has no JSON form", f)
		}
		s := v.String()
		if !strings.ContainsAny(s, ".eE") {
			s += ".0"
		}
		return []byte(s), nil
	}
	return []byte(v.String()), nil
}

// UnmarshalJSON reads a JSON scalar. A number without point and exponent that
// fits in 64 bits is an integer, any other number a float.
func (v *Value) UnmarshalJSON(data []byte) error {
	switch {
	case len(data) == 0:
		return fmt.Errorf("nasalyze: empty JSON value")
	case data[0] == '"':
		v.kind, v.bits = StringValue, 0
		return json.Unmarshal(data, &v.text)
	case data[0] == '{' || data[0] == '[':
		return fmt.Errorf("nasalyze: expected a number, string, boolean or null as value, got %.40s", data)
	}
	w, err := ParseNumber(string(data))
	switch string(data) {
	case "null":
		w, err = Null(), nil
	case "true", "false":
		w, err = Bool(data[0] == 't'), nil
	}
	if err != nil {
		return err
	}
	*v = w
	return nil
}

// ParseNumber reads a number as it is written in logs: an integer if it has
// neither point nor exponent and fits in 64 bits, else a float.
func ParseNumber(s string) (Value, error) {
	if i, err := strconv.ParseInt(s, 10, 64); err == nil {
		return Integer(i), nil
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return Value{}, fmt.Errorf("nasalyze: %q is not a number", s)
	}
	return Number(f), nil
}
