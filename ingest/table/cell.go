package table

import (
	"bytes"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/nasalyze/nasalyze"
)

// cellWord is what a cell means that is not a number.
type cellWord uint8

const (
	wordText cellWord = iota
	wordMissing
	wordNaN
	wordInf
	wordNegInf
	wordNull
	wordTrue
	wordFalse
)

// word recognises the spellings of Python, pandas, R and JSON.
func word(cell []byte) cellWord {
	switch string(cell) {
	case "", "NA", "N/A", "n/a", "<NA>", "#N/A", "NaT":
		return wordMissing
	case "nan", "NaN", "NAN", "-nan", "-NaN":
		return wordNaN
	case "inf", "Inf", "+inf", "+Inf", "Infinity", "+Infinity", "infinity":
		return wordInf
	case "-inf", "-Inf", "-Infinity", "-infinity":
		return wordNegInf
	case "None", "null", "NULL":
		return wordNull
	case "True", "true", "TRUE":
		return wordTrue
	case "False", "false", "FALSE":
		return wordFalse
	}
	return wordText
}

// startsNumber reports whether a cell may be a number, so that the names that
// strconv knows too (nan, infinity) are left to word.
func startsNumber(cell []byte) bool {
	if len(cell) == 0 {
		return false
	}
	c := cell[0]
	if (c == '-' || c == '+') && len(cell) > 1 {
		c = cell[1]
	}
	return c >= '0' && c <= '9' || c == '.'
}

// number reads a finite number; comma tells that it may have a decimal comma.
func number(cell []byte, comma bool) (float64, bool) {
	if !startsNumber(cell) {
		return math.NaN(), false
	}
	x, err := strconv.ParseFloat(string(cell), 64)
	if err != nil && comma {
		if i := bytes.IndexByte(cell, ','); i >= 0 && len(cell) < 64 {
			var buf [64]byte
			copy(buf[:], cell)
			buf[i] = '.'
			x, err = strconv.ParseFloat(string(buf[:len(cell)]), 64)
		}
	}
	if err != nil {
		return math.NaN(), false
	}
	return x, true
}

// parseCell returns the value that a cell of a parameter means: absent for an
// empty cell and for NaN, which is how pandas writes an absent value.
func parseCell(cell []byte, comma bool) nasalyze.Value {
	cell = bytes.TrimSpace(cell)
	if startsNumber(cell) {
		if v, err := nasalyze.ParseNumber(string(cell)); err == nil {
			return v
		}
		if comma {
			if x, ok := number(cell, true); ok {
				return nasalyze.Number(x)
			}
		}
		return nasalyze.Text(string(cell))
	}
	switch word(cell) {
	case wordMissing, wordNaN:
		return nasalyze.Value{}
	case wordInf:
		return nasalyze.Number(math.Inf(1))
	case wordNegInf:
		return nasalyze.Number(math.Inf(-1))
	case wordNull:
		return nasalyze.Null()
	case wordTrue:
		return nasalyze.Bool(true)
	case wordFalse:
		return nasalyze.Bool(false)
	}
	return nasalyze.Text(string(cell))
}

// measured is how a cell of an objective was filled.
type measured uint8

const (
	aNumber    measured = iota
	nothing             // empty or null
	notANumber          // NaN or an infinity
	notRead             // anything else
)

// parseMeasurement reads a cell of an objective.
func parseMeasurement(cell []byte, comma bool) (float64, measured) {
	if x, ok := number(cell, comma); ok {
		return x, aNumber
	}
	cell = bytes.TrimSpace(cell)
	if x, ok := number(cell, comma); ok {
		return x, aNumber
	}
	switch word(cell) {
	case wordMissing, wordNull:
		return math.NaN(), nothing
	case wordNaN:
		return math.NaN(), notANumber
	case wordInf:
		return math.Inf(1), notANumber
	case wordNegInf:
		return math.Inf(-1), notANumber
	}
	if x, err := strconv.ParseFloat(string(cell), 64); err != nil && math.IsInf(x, 0) {
		return x, notANumber // beyond the range of a float
	}
	return math.NaN(), notRead
}

// parseDuration reads a time with its unit, such as 400s, 20min or 1h30m, in seconds.
func parseDuration(cell []byte) (float64, bool) {
	if !startsNumber(cell) {
		return math.NaN(), false
	}
	d, err := time.ParseDuration(strings.NewReplacer(" ", "", "min", "m", "sec", "s").Replace(string(cell)))
	return d.Seconds(), err == nil
}

var timeLayouts = []string{
	time.RFC3339Nano,
	"2006-01-02 15:04:05.999999999Z07:00",
	"2006-01-02 15:04:05.999999999",
	"2006-01-02T15:04:05.999999999",
	"2006-01-02_15-04-05",
}

// parseTime reads a time: seconds on any clock, or a date and time, which
// become seconds since 1970 (UTC where no zone is given). Nothing is NaN.
func parseTime(cell []byte) (float64, bool) {
	x, how := parseMeasurement(cell, false)
	if how != notRead && !startsDate(cell) {
		return x, true
	}
	s := string(bytes.TrimSpace(cell))
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, s); err == nil {
			return float64(t.Unix()) + float64(t.Nanosecond())/1e9, true
		}
	}
	return math.NaN(), false
}

func startsDate(cell []byte) bool { return len(cell) > 10 && cell[4] == '-' && cell[7] == '-' }

func trim(cell []byte) []byte { return bytes.TrimSpace(cell) }

// clip shortens a cell for messages.
func clip(cell []byte) string {
	if len(cell) > 60 {
		return string(cell[:57]) + "..."
	}
	return string(cell)
}
