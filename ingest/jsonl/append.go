package jsonl

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"
	"unicode/utf8"
)

// appendString appends s as a JSON string. Invalid UTF-8 has none.
func appendString(b []byte, s string) ([]byte, error) {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		c := s[i]
		plain = c >= ' ' && c < utf8.RuneSelf && c != '"' && c != '\\'
	}
	if plain {
		b = append(b, '"')
		b = append(b, s...)
		return append(b, '"'), nil
	}
	if !utf8.ValidString(s) {
		return b, fmt.Errorf("%q is not valid UTF-8", s)
	}
	text, err := marshal(s)
	return append(b, text...), err
}

// marshal is json.Marshal without escaping <, > and &.
func marshal(v any) ([]byte, error) {
	var buf bytes.Buffer
	e := json.NewEncoder(&buf)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// The strings that stand for what JSON numbers cannot say.
const (
	textNaN    = "NaN"
	textInf    = "Infinity"
	textNegInf = "-Infinity"
)

// appendNumber appends x, as a string if it is not finite.
func appendNumber(b []byte, x float64) []byte {
	switch {
	case math.IsNaN(x):
		return append(b, `"`+textNaN+`"`...)
	case math.IsInf(x, 1):
		return append(b, `"`+textInf+`"`...)
	case math.IsInf(x, -1):
		return append(b, `"`+textNegInf+`"`...)
	}
	format := byte('f')
	if a := math.Abs(x); a != 0 && (a < 1e-6 || a >= 1e21) {
		format = 'e'
	}
	return strconv.AppendFloat(b, x, format, -1, 64)
}

// nonFinite returns the number that one of the strings stands for.
func nonFinite(text string) (float64, bool) {
	switch text {
	case textNaN:
		return math.NaN(), true
	case textInf:
		return math.Inf(1), true
	case textNegInf:
		return math.Inf(-1), true
	}
	return 0, false
}
