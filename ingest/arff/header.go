package arff

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/table"
)

// header is what stands before @data.
type header struct {
	relation string
	columns  []table.Column
}

// readHeader reads up to and including @data.
func readHeader(lines *source.Lines) (*header, error) {
	h := new(header)
	fail := func(format string, args ...any) error {
		return fmt.Errorf("%s:%d: %s", lines.Path(), lines.Number(), fmt.Sprintf(format, args...))
	}
	for lines.Next() {
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 || text[0] == '%' {
			continue
		}
		keyword, rest := cutWord(text)
		switch strings.ToLower(string(keyword)) {
		case "@relation":
			name, _, err := token(rest, "")
			if err != nil {
				return nil, fail("relation: %v", err)
			}
			h.relation = name
		case "@attribute":
			c, err := attribute(rest)
			if err != nil {
				return nil, fail("%v", err)
			}
			h.columns = append(h.columns, c)
		case "@data":
			if len(h.columns) == 0 {
				return nil, fail("@data without an @attribute before it")
			}
			return h, nil
		default:
			return nil, fail("%.40q, expected @relation, @attribute or @data", text)
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fail("%v", err)
	}
	return nil, fail("the file ends before @data")
}

// cutWord cuts off what stands before white space.
func cutWord(text []byte) (word, rest []byte) {
	i := bytes.IndexAny(text, " \t")
	if i < 0 {
		return text, nil
	}
	return text[:i], bytes.TrimSpace(text[i:])
}

// attribute reads what follows @attribute: a name and a type.
func attribute(text []byte) (table.Column, error) {
	name, rest, err := token(text, "{")
	if err != nil {
		return table.Column{}, fmt.Errorf("attribute: %w", err)
	}
	c := table.Column{Name: name}
	if name == "" {
		return c, fmt.Errorf("attribute without a name")
	}
	rest = bytes.TrimSpace(rest)
	if len(rest) > 0 && rest[0] == '{' {
		c.Choices, err = nominal(rest)
		if err != nil {
			return c, fmt.Errorf("attribute %q: %w", name, err)
		}
		c.Text = true
		return c, nil
	}
	kind, _ := cutWord(rest)
	switch strings.ToLower(string(kind)) {
	case "numeric", "real", "integer":
		return c, nil
	case "string":
		c.Text = true
		return c, nil
	case "date", "relational":
		return c, fmt.Errorf("attribute %q: type %s is not read, expected numeric, real, integer, string or nominal {...}", name, kind)
	}
	return c, fmt.Errorf("attribute %q: unknown type %.40q, expected numeric, real, integer, string or nominal {...}", name, kind)
}

// nominal reads the list of values {a, b, 'c d'}.
func nominal(text []byte) ([]string, error) {
	text = text[1:]
	values := []string{}
	for {
		value, rest, err := token(text, ",}")
		if err != nil {
			return nil, err
		}
		if len(rest) == 0 {
			return nil, fmt.Errorf("the list of values has no end")
		}
		if value != "" || rest[0] == ',' || len(values) > 0 {
			values = append(values, value)
		}
		text = rest[1:]
		if rest[0] == '}' {
			if len(values) == 0 {
				return nil, fmt.Errorf("an empty list of values")
			}
			return values, nil
		}
	}
}

// token reads a quoted text, or a plain one up to white space or one of the
// bytes in stop; with stop ",}" white space within plain text is a part of it.
// rest begins with what stopped it.
func token(text []byte, stop string) (value string, rest []byte, err error) {
	text = bytes.TrimLeft(text, " \t")
	if len(text) > 0 && (text[0] == '\'' || text[0] == '"') {
		quoted, rest, ok := unquote(nil, text)
		if !ok {
			return "", nil, fmt.Errorf("quoted text without an end: %.40q", text)
		}
		return string(quoted), bytes.TrimLeft(rest, " \t"), nil
	}
	if stop != ",}" {
		stop += " \t"
	}
	i := bytes.IndexAny(text, stop)
	if i < 0 {
		i = len(text)
	}
	return string(bytes.TrimRight(text[:i], " \t")), text[i:], nil
}

// unquote appends what the quoted text at the beginning of text says to dst.
func unquote(dst, text []byte) (out, rest []byte, ok bool) {
	quote := text[0]
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == quote:
			return dst, text[i+1:], true
		case c == '\\' && i+1 < len(text):
			i++
			switch text[i] {
			case 'n':
				dst = append(dst, '\n')
			case 't':
				dst = append(dst, '\t')
			case 'r':
				dst = append(dst, '\r')
			default:
				dst = append(dst, text[i])
			}
		default:
			dst = append(dst, c)
		}
	}
	return dst, nil, false
}
