package table

import (
	"bytes"

	"github.com/nasalyze/nasalyze/ingest/source"
)

// maxQuotedLines is the number of lines that a quoted cell may span. Beyond it
// the quote is taken for a stray one, so that it costs one line and not the file.
const maxQuotedLines = 64

// records reads a delimited text record by record.
type records struct {
	splitter
	lines    *source.Lines
	findings *source.Findings
	line     int // first line of the current record

	joined []byte // a record of several lines
	again  []line // lines read in vain after a stray quote
}

type line struct {
	text   []byte
	number int
}

// next returns the cells of the next record that is not empty, nil at the end.
// Records that cannot be cut are findings.
func (r *records) next() [][]byte {
	for {
		text, number, ok := r.nextLine()
		if !ok {
			return nil
		}
		if len(text) == 0 {
			continue
		}
		r.line = number
		cells, err := r.split(text)
		if err == errOpenQuote {
			cells, err = r.join(text, number)
		}
		if err != nil {
			bad(r.lines, r.findings, number, err)
			continue
		}
		return cells
	}
}

func (r *records) nextLine() (text []byte, number int, ok bool) {
	if len(r.again) > 0 {
		l := r.again[0]
		r.again = r.again[1:]
		return l.text, l.number, true
	}
	if !r.lines.Next() {
		return nil, 0, false
	}
	return r.lines.Bytes(), r.lines.Number(), true
}

// join reads on until the quote of a record is closed. If it is not, the lines
// after the first are read again as records of their own.
func (r *records) join(text []byte, number int) ([][]byte, error) {
	r.joined = append(r.joined[:0], text...)
	var read []line
	for range maxQuotedLines {
		text, number, ok := r.nextLine()
		if !ok {
			break
		}
		read = append(read, line{bytes.Clone(text), number})
		r.joined = append(append(r.joined, '\n'), text...)
		if bytes.IndexByte(text, '"') < 0 {
			continue
		}
		if cells, err := r.split(r.joined); err != errOpenQuote {
			return cells, err
		}
	}
	r.again = append(read, r.again...)
	return nil, errOpenQuote
}
