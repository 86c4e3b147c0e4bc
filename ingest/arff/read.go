package arff

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/table"
)

// Format is the entry for the registry.
var Format = source.Format{
	Name:   "arff",
	Doc:    "ARFF table of Weka and OpenML, plain or gzip",
	Detect: Detect,
	Read:   Read,
}

// Detect reports whether s is a file whose first line that is no comment begins
// with @relation or @attribute.
func Detect(s *source.Source) (reason string, ok bool) {
	if s.Dir {
		return "a directory, not an ARFF file", false
	}
	head, err := s.Head(s.Name, 1<<16)
	if err != nil {
		return err.Error(), false
	}
	for _, line := range bytes.Split(bytes.TrimPrefix(head, []byte("\xef\xbb\xbf")), []byte("\n")) {
		line = bytes.TrimSpace(line)
		if len(line) == 0 || line[0] == '%' {
			continue
		}
		word, _ := cutWord(line)
		switch strings.ToLower(string(word)) {
		case "@relation", "@attribute":
			return "begins with " + string(word), true
		}
		return "the first line is neither a % comment nor @relation", false
	}
	return "no @relation in the first lines", false
}

// Read reads the file in s.
func Read(ctx context.Context, s *source.Source, opt source.Options, findings *source.Findings) (*nasalyze.Study, error) {
	space, spacePath := table.FindSpace(s, opt, findings)
	lines, err := s.Lines(s.Name, findings)
	if err != nil {
		return nil, err
	}
	name := s.Title()
	rows, err := readRows(ctx, lines, table.Header{Path: lines.Path(), Space: space, SpacePath: spacePath}, opt, findings, &name)
	if err != nil {
		lines.Close()
		return nil, err
	}
	if err := lines.Finish(); err != nil {
		return nil, err
	}
	return rows.Study(name)
}

func readRows(ctx context.Context, lines *source.Lines, t table.Header, opt source.Options, findings *source.Findings, name *string) (*table.Rows, error) {
	h, err := readHeader(lines)
	if err != nil {
		return nil, err
	}
	if h.relation != "" {
		*name = h.relation
	}
	t.Columns = h.columns
	rows, err := table.NewRows(t, opt, findings)
	if err != nil {
		return nil, err
	}
	var cut cutter
	for n := 0; lines.Next(); n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		text := bytes.TrimSpace(lines.Bytes())
		if len(text) == 0 || text[0] == '%' {
			continue
		}
		if text[0] == '{' {
			return nil, fmt.Errorf("%s:%d: sparse rows are not read, expected %d values with commas between them", lines.Path(), lines.Number(), len(h.columns))
		}
		cells, err := cut.row(text)
		if n := len(h.columns); err == nil && len(cells) == n+1 && isWeight(cells[n]) {
			cells = cells[:n]
			findings.At(source.Note, "instance-weight", lines.Path(), lines.Number(), "the weight of the row is ignored")
		}
		if n := len(h.columns); err == nil && len(cells) != n {
			err = fmt.Errorf("%d values, expected %d", len(cells), n)
		}
		if err == nil {
			err = rows.Add(cells, lines.Number())
		}
		if err != nil {
			lines.Bad(err)
		}
	}
	return rows, nil
}

func isWeight(cell []byte) bool {
	return len(cell) > 2 && cell[0] == '{' && cell[len(cell)-1] == '}'
}

// cutter cuts rows into cells.
type cutter struct {
	cells [][]byte
	text  []byte
}

var (
	errOpenQuote  = errors.New("quoted text without an end")
	errAfterQuote = errors.New("text after the end of quoted text")
)

// row returns the cells of a row; a missing value (?) is an empty cell. They are
// valid until the next call.
func (c *cutter) row(line []byte) ([][]byte, error) {
	c.cells, c.text = c.cells[:0], c.text[:0]
	if cap(c.text) < len(line) {
		c.text = make([]byte, 0, 2*len(line)) // cells point into it: it must not move
	}
	delimiter := byte(',')
	if bytes.IndexByte(line, ',') < 0 && bytes.IndexByte(line, '\t') >= 0 {
		delimiter = '\t'
	}
	for {
		line = bytes.TrimLeft(line, " ")
		var cell []byte
		if len(line) > 0 && (line[0] == '\'' || line[0] == '"') {
			start := len(c.text)
			out, rest, ok := unquote(c.text, line)
			if !ok {
				return nil, errOpenQuote
			}
			c.text = out
			cell = out[start:len(out):len(out)]
			line = bytes.TrimLeft(rest, " ")
			if len(line) > 0 && line[0] != delimiter {
				return nil, errAfterQuote
			}
		} else {
			i := bytes.IndexByte(line, delimiter)
			if i < 0 {
				i = len(line)
			}
			cell = bytes.TrimSpace(line[:i])
			if len(cell) == 1 && cell[0] == '?' {
				cell = cell[:0]
			}
			line = line[i:]
		}
		c.cells = append(c.cells, cell)
		if len(line) == 0 {
			return c.cells, nil
		}
		line = line[1:]
	}
}
