package table

import (
	"bytes"
	"errors"
)

// splitter cuts the lines of a delimited text into cells as RFC 4180 has it. It
// stands in for encoding/csv because a log must go on after a broken line, with
// the line's number and without losing the ones that follow, and because cells
// stay bytes: most of them are parsed to a number and never kept.
type splitter struct {
	delimiter byte
	cells     [][]byte
	text      []byte // what quoted cells say
}

var (
	errOpenQuote  = errors.New("a quoted field has no end")
	errAfterQuote = errors.New("text after the end of a quoted field")
)

// split returns the cells of a record, which are valid until the next call.
// errOpenQuote means that the record goes on in the next line.
func (s *splitter) split(line []byte) ([][]byte, error) {
	s.cells = s.cells[:0]
	if bytes.IndexByte(line, '"') < 0 {
		for {
			i := bytes.IndexByte(line, s.delimiter)
			if i < 0 {
				s.cells = append(s.cells, line)
				return s.cells, nil
			}
			s.cells = append(s.cells, line[:i])
			line = line[i+1:]
		}
	}
	s.text = s.text[:0]
	if cap(s.text) < len(line) {
		s.text = make([]byte, 0, 2*len(line)) // cells point into it: it must not move
	}
	for {
		if len(line) == 0 || line[0] != '"' {
			i := bytes.IndexByte(line, s.delimiter)
			if i < 0 {
				s.cells = append(s.cells, line)
				return s.cells, nil
			}
			s.cells = append(s.cells, line[:i])
			line = line[i+1:]
			continue
		}
		line = line[1:]
		start := len(s.text)
		for {
			i := bytes.IndexByte(line, '"')
			if i < 0 {
				return nil, errOpenQuote
			}
			s.text = append(s.text, line[:i]...)
			line = line[i+1:]
			if len(line) == 0 || line[0] != '"' {
				break
			}
			s.text = append(s.text, '"')
			line = line[1:]
		}
		s.cells = append(s.cells, s.text[start:len(s.text):len(s.text)])
		if len(line) == 0 {
			return s.cells, nil
		}
		if line[0] != s.delimiter {
			return nil, errAfterQuote
		}
		line = line[1:]
	}
}
