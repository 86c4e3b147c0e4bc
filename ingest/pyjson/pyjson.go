// Package pyjson reads JSON as Python writes it: RFC 8259 and the bare tokens
// NaN, Infinity and -Infinity, which encoding/json rejects.
//
// A [Dec] walks through a text without building values, for logs of which
// millions of lines are read; [Members] and [Elements] take small documents
// apart. Whatever is skipped is checked, so that what [Normalize] returns is
// always valid JSON.
package pyjson

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/nasalyze/nasalyze"
)

// MaxDepth is the deepest nesting of arrays and objects that is read.
const MaxDepth = 1000

// Dec walks through one JSON text. The zero value of an error from any method
// means that the position is after what was read.
type Dec struct {
	data []byte
	pos  int
}

// NewDec returns a decoder of data, which must not change while it is used.
func NewDec(data []byte) Dec { return Dec{data: data} }

func (d *Dec) errorf(format string, args ...any) error {
	return fmt.Errorf("column %d: %s", d.pos+1, fmt.Sprintf(format, args...))
}

// Next skips white space and returns the first byte of the next token without
// reading it, 0 at the end of the text.
func (d *Dec) Next() byte {
	for d.pos < len(d.data) {
		switch c := d.data[d.pos]; c {
		case ' ', '\t', '\n', '\r':
			d.pos++
		default:
			return c
		}
	}
	return 0
}

// Expect reads one punctuation byte.
func (d *Dec) Expect(c byte) error {
	if got := d.Next(); got != c {
		return d.errorf("expected %q, found %s", c, d.found())
	}
	d.pos++
	return nil
}

// found describes the next few bytes for an error.
func (d *Dec) found() string {
	if d.Next() == 0 && d.pos >= len(d.data) {
		return "the end"
	}
	return strconv.Quote(string(d.data[d.pos:min(d.pos+20, len(d.data))]))
}

// Comma reads the comma before another element, or the closing byte of an array
// or object, and reports which.
func (d *Dec) Comma(closing byte) (more bool, err error) {
	switch d.Next() {
	case ',':
		d.pos++
		return true, nil
	case closing:
		d.pos++
		return false, nil
	}
	return false, d.errorf("expected ',' or %q, found %s", closing, d.found())
}

// End checks that nothing follows.
func (d *Dec) End() error {
	if d.Next() != 0 || d.pos < len(d.data) {
		return d.errorf("expected the end, found %s", d.found())
	}
	return nil
}

// Null reads a null if there is one.
func (d *Dec) Null() bool {
	if d.Next() == 'n' && d.literal("null") {
		d.pos += len("null")
		return true
	}
	return false
}

func (d *Dec) literal(word string) bool {
	return len(d.data)-d.pos >= len(word) && string(d.data[d.pos:d.pos+len(word)]) == word
}

// Object reads an object and calls member at each value, which member must
// read. The key is unquoted and valid until the next one.
func (d *Dec) Object(member func(key []byte) error) error {
	if err := d.Expect('{'); err != nil {
		return err
	}
	if d.Next() == '}' {
		d.pos++
		return nil
	}
	for {
		key, err := d.Text()
		if err != nil {
			return err
		}
		if err := d.Expect(':'); err != nil {
			return err
		}
		if err := member(key); err != nil {
			return err
		}
		if more, err := d.Comma('}'); !more {
			return err
		}
	}
}

// Array reads an array and calls element at each value, which element must read.
func (d *Dec) Array(element func(i int) error) error {
	if err := d.Expect('['); err != nil {
		return err
	}
	if d.Next() == ']' {
		d.pos++
		return nil
	}
	for i := 0; ; i++ {
		if err := element(i); err != nil {
			return err
		}
		if more, err := d.Comma(']'); !more {
			return err
		}
	}
}

// Text reads a string and returns what it says: a part of the text where it has
// no escapes.
func (d *Dec) Text() ([]byte, error) {
	if d.Next() != '"' {
		return nil, d.errorf("expected a string, found %s", d.found())
	}
	start := d.pos
	escaped, err := d.skipString()
	if err != nil {
		return nil, err
	}
	if !escaped {
		return d.data[start+1 : d.pos-1], nil
	}
	var s string
	if err := json.Unmarshal(d.data[start:d.pos], &s); err != nil {
		return nil, d.errorf("%v", err)
	}
	return []byte(s), nil
}

// Float reads a number, NaN or an infinity. A null is NaN.
func (d *Dec) Float() (float64, error) {
	start := d.pos
	if d.Null() {
		return math.NaN(), nil
	}
	raw, err := d.Raw()
	if err != nil {
		return math.NaN(), err
	}
	x, ok := Float(raw)
	if !ok {
		d.pos = start
		return math.NaN(), d.errorf("expected a number, found %s", d.found())
	}
	return x, nil
}

// Scalar returns the value that a raw scalar is. The error is for arrays and
// objects. NaN and the infinities are floats.
func Scalar(raw []byte) (nasalyze.Value, error) {
	var v nasalyze.Value
	if x, ok := Float(raw); ok && (math.IsNaN(x) || math.IsInf(x, 0)) {
		return nasalyze.Number(x), nil
	}
	if len(raw) > 2 && raw[0] == '"' && bytes.IndexByte(raw, '\\') < 0 {
		return nasalyze.Text(string(raw[1 : len(raw)-1])), nil
	}
	err := v.UnmarshalJSON(raw)
	return v, err
}

// Raw reads any value and returns its text as it stands.
func (d *Dec) Raw() ([]byte, error) {
	d.Next()
	start := d.pos
	if err := d.skip(0); err != nil {
		return nil, err
	}
	return d.data[start:d.pos], nil
}

func (d *Dec) skip(depth int) error {
	if depth > MaxDepth {
		return d.errorf("nested deeper than %d", MaxDepth)
	}
	switch c := d.Next(); c {
	case '{':
		d.pos++
		if d.Next() == '}' {
			d.pos++
			return nil
		}
		for {
			if d.Next() != '"' {
				return d.errorf("expected a string, found %s", d.found())
			}
			if _, err := d.skipString(); err != nil {
				return err
			}
			if err := d.Expect(':'); err != nil {
				return err
			}
			if err := d.skip(depth + 1); err != nil {
				return err
			}
			if more, err := d.Comma('}'); !more {
				return err
			}
		}
	case '[':
		d.pos++
		if d.Next() == ']' {
			d.pos++
			return nil
		}
		for {
			if err := d.skip(depth + 1); err != nil {
				return err
			}
			if more, err := d.Comma(']'); !more {
				return err
			}
		}
	case '"':
		_, err := d.skipString()
		return err
	case 'n':
		return d.skipWord("null")
	case 't':
		return d.skipWord("true")
	case 'f':
		return d.skipWord("false")
	case 'N':
		return d.skipWord("NaN")
	case 'I':
		return d.skipWord("Infinity")
	case '-':
		if d.literal("-I") {
			return d.skipWord("-Infinity")
		}
	}
	return d.skipNumber()
}

func (d *Dec) skipWord(word string) error {
	if !d.literal(word) {
		return d.errorf("expected a value, found %s", d.found())
	}
	d.pos += len(word)
	return nil
}

// skipString reads a string, which begins at the position.
func (d *Dec) skipString() (escaped bool, err error) {
	data := d.data
	for i := d.pos + 1; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			d.pos = i + 1
			return escaped, nil
		case c == '\\':
			escaped = true
			n := escapeLength(data[i:])
			if n == 0 {
				d.pos = i
				return true, d.errorf("bad escape %s", d.found())
			}
			i += n - 1
		case c < ' ':
			d.pos = i
			return escaped, d.errorf("control character %q in a string", c)
		}
	}
	return escaped, d.errorf("string without end")
}

// escapeLength returns the length of the escape that s begins with, 0 if it is none.
func escapeLength(s []byte) int {
	if len(s) < 2 {
		return 0
	}
	switch s[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(s) < 6 {
			return 0
		}
		for _, c := range s[2:6] {
			if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F') {
				return 0
			}
		}
		return 6
	}
	return 0
}

func (d *Dec) skipNumber() error {
	data, i := d.data, d.pos
	digits := func() bool {
		start := i
		for i < len(data) && data[i] >= '0' && data[i] <= '9' {
			i++
		}
		return i > start
	}
	if i < len(data) && data[i] == '-' {
		i++
	}
	if i < len(data) && data[i] == '0' {
		i++
	} else if !digits() {
		return d.errorf("expected a value, found %s", d.found())
	}
	if i < len(data) && data[i] == '.' {
		i++
		if !digits() {
			return d.errorf("bad number %s", d.found())
		}
	}
	if i < len(data) && (data[i] == 'e' || data[i] == 'E') {
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		if !digits() {
			return d.errorf("bad number %s", d.found())
		}
	}
	d.pos = i
	return nil
}

// Normalize appends a raw value to dst as valid JSON: the bare tokens NaN,
// Infinity and -Infinity become the strings "NaN", "Infinity" and "-Infinity".
// raw must come from this package.
func Normalize(dst, raw []byte) []byte {
	if bytes.IndexByte(raw, 'N') < 0 && bytes.IndexByte(raw, 'I') < 0 {
		return append(dst, raw...)
	}
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; {
		case c == '"':
			d := Dec{data: raw, pos: i}
			if _, err := d.skipString(); err != nil {
				return append(dst, raw[i:]...)
			}
			dst = append(dst, raw[i:d.pos]...)
			i = d.pos - 1
		case c == 'N':
			dst = append(dst, `"NaN"`...)
			i += len("NaN") - 1
		case c == 'I':
			dst = append(dst, `"Infinity"`...)
			i += len("Infinity") - 1
		case c == '-' && i+1 < len(raw) && raw[i+1] == 'I':
			dst = append(dst, `"-Infinity"`...)
			i += len("-Infinity") - 1
		default:
			dst = append(dst, c)
		}
	}
	return dst
}

// Member is one member of an object.
type Member struct {
	Key string
	Raw []byte
}

// Object is an object taken apart, in the order of the text.
type Object []Member

// Members takes an object apart.
func Members(raw []byte) (Object, error) {
	d := NewDec(raw)
	var all Object
	err := d.Object(func(key []byte) error {
		k := string(key)
		v, err := d.Raw()
		all = append(all, Member{k, v})
		return err
	})
	if err == nil {
		err = d.End()
	}
	return all, err
}

// Get returns the last member with the key, as Python's json keeps it, nil if there is none.
func (o Object) Get(key string) []byte {
	for i := len(o) - 1; i >= 0; i-- {
		if o[i].Key == key {
			return o[i].Raw
		}
	}
	return nil
}

// Elements takes an array apart.
func Elements(raw []byte) ([][]byte, error) {
	d := NewDec(raw)
	var all [][]byte
	err := d.Array(func(int) error {
		v, err := d.Raw()
		all = append(all, v)
		return err
	})
	if err == nil {
		err = d.End()
	}
	return all, err
}

// Text returns the string that a raw value is, and whether it is one.
func Text(raw []byte) (string, bool) {
	d := NewDec(raw)
	if d.Next() != '"' {
		return "", false
	}
	s, err := d.Text()
	return string(s), err == nil
}

// IsNull reports whether a raw value is missing or null.
func IsNull(raw []byte) bool { return len(raw) == 0 || string(raw) == "null" }

// Pos returns the number of bytes read.
func (d *Dec) Pos() int { return d.pos }
