package pyjson

import (
	"fmt"
	"math"
	"strconv"
)

// Float returns the number that a raw value is, and whether it is one: NaN and
// the infinities are.
func Float(raw []byte) (float64, bool) {
	if len(raw) == 0 {
		return math.NaN(), false
	}
	switch c := raw[0]; {
	case c == 'N':
		return math.NaN(), true
	case c == 'I':
		return math.Inf(1), true
	case c == '-' && len(raw) > 1 && raw[1] == 'I':
		return math.Inf(-1), true
	case c == '-' || c >= '0' && c <= '9':
		x, err := strconv.ParseFloat(string(raw), 64) // beyond the range: an infinity
		return x, err == nil || math.IsInf(x, 0)
	}
	return math.NaN(), false
}

// Int reads a whole number, also one written as 3.0, of a size that a float64
// holds exactly.
func Int(raw []byte) (int64, bool) {
	x, ok := Float(raw)
	if !ok || x != math.Trunc(x) || math.Abs(x) >= 1<<53 {
		return 0, false
	}
	return int64(x), true
}

// Floats appends the numbers of an array, or the single number that stands for
// one, to dst. A null is NaN; so is an element that is no number, of which bad
// is told. The error is for what is neither array nor number.
func Floats(dst []float64, raw []byte, bad func(i int, raw []byte)) ([]float64, error) {
	if len(raw) == 0 || raw[0] != '[' {
		x, ok := Float(raw)
		if !ok && !IsNull(raw) {
			return dst, fmt.Errorf("%.40s, expected a number or a list of numbers", raw)
		}
		return append(dst, x), nil
	}
	d := NewDec(raw)
	err := d.Array(func(i int) error {
		v, err := d.Raw()
		x, ok := Float(v)
		if !ok && err == nil && !IsNull(v) {
			bad(i, v)
		}
		dst = append(dst, x)
		return err
	})
	return dst, err
}
