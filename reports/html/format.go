package html

import (
	"encoding/base64"
	"fmt"
	"html/template"
	"math"
	"strconv"
	"strings"
)

// dash stands for a number that cannot be told.
const dash = "—"

// number prints v with about four significant digits, in the typography of the page.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return dash
	case math.IsInf(v, 1):
		return "∞"
	case math.IsInf(v, -1):
		return "−∞"
	case v == 0:
		return "0"
	}
	abs := math.Abs(v)
	if abs >= 1e6 && !(v == math.Trunc(v) && abs < 1e9) || abs < 1e-3 {
		return scientific(v)
	}
	digits := 3 - int(math.Floor(math.Log10(abs)))
	text := strconv.FormatFloat(v, 'f', max(0, digits), 64)
	if strings.Contains(text, ".") {
		text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
	}
	return strings.Replace(text, "-", "−", 1)
}

func scientific(v float64) string {
	text := strconv.FormatFloat(v, 'e', 2, 64)
	mantissa, exponent, _ := strings.Cut(text, "e")
	mantissa = strings.TrimRight(strings.TrimRight(mantissa, "0"), ".")
	n, _ := strconv.Atoi(exponent)
	return strings.Replace(mantissa, "-", "−", 1) + "×10" + superscript(n)
}

func superscript(n int) string {
	return strings.NewReplacer("-", "⁻", "0", "⁰", "1", "¹", "2", "²", "3", "³", "4", "⁴", "5", "⁵", "6", "⁶", "7", "⁷", "8", "⁸", "9", "⁹").Replace(strconv.Itoa(n))
}

// fixed prints a correlation or an R² with two decimals.
func fixed(v float64) string {
	if math.IsNaN(v) {
		return dash
	}
	text := strconv.FormatFloat(v, 'f', 2, 64)
	if text == "-0.00" {
		text = "0.00"
	}
	return strings.Replace(text, "-", "−", 1)
}

// percent prints a share of one.
func percent(v float64) string {
	switch {
	case math.IsNaN(v):
		return dash
	case v > 0 && v < 0.0005:
		return "< 0.1 %"
	case math.Abs(v) < 0.0005:
		return "0 %"
	case math.Abs(v) < 0.0995:
		return strings.Replace(strconv.FormatFloat(100*v, 'f', 1, 64), "-", "−", 1) + " %"
	}
	return strings.Replace(strconv.FormatFloat(100*v, 'f', 0, 64), "-", "−", 1) + " %"
}

// probability prints a p-value; below 0.001 only that.
func probability(p float64) string {
	switch {
	case math.IsNaN(p):
		return dash
	case p < 0.001:
		return "< 0.001"
	case p < 0.1:
		return strconv.FormatFloat(p, 'f', 3, 64)
	}
	return strconv.FormatFloat(p, 'f', 2, 64)
}

// count prints an integer with thin spaces between thousands.
func count(n int) string {
	text := strconv.Itoa(n)
	if len(text) < 5 {
		return text
	}
	var b strings.Builder
	for i, r := range text {
		if i > 0 && (len(text)-i)%3 == 0 {
			b.WriteRune('\u202f')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// plural is n and the word, in the plural where n asks for it.
func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return count(n) + " " + word + "s"
}

// picture is a data URI of an SVG document. A picture behind a URI cannot run script,
// and its identifiers and fonts cannot collide with those of another.
type picture = template.URL

// encode makes a picture, in the shorter of the two ways.
func encode(svg []byte) picture {
	text := escapeURI(svg)
	if plain := "data:image/svg+xml;charset=utf-8," + text; len(plain) < len(svg)*4/3 {
		return template.URL(plain)
	}
	return template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(svg))
}

// escapeURI escapes what cannot stand in a data URI inside a quoted attribute.
func escapeURI(text []byte) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/8)
	for _, c := range text {
		if c <= ' ' || c >= 0x7f || strings.IndexByte(`%#"'<>&+`+"`", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}
