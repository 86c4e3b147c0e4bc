package table

import (
	"bytes"
	"fmt"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/nasalyze/nasalyze/ingest/source"
)

// sniffBytes is how much of a file is looked at to find the delimiter.
const sniffBytes = 1 << 16

// Detect reports whether s is a file of delimited text with a header: by its
// name and its first lines, or by the first lines alone.
func Detect(s *source.Source) (reason string, ok bool) {
	if s.Dir {
		return "a directory, not a table", false
	}
	head, err := s.Head(s.Name, sniffBytes)
	if err != nil {
		return err.Error(), false
	}
	d, err := sniff(head)
	if err != nil {
		return err.Error(), false
	}
	ext := extension(s.Name)
	if ext != "" {
		return fmt.Sprintf("named %s, a header of %d columns delimited by %s", ext, d.columns, delimiterName(d.delimiter)), true
	}
	if d.rows < 1 {
		return "not named .csv or .tsv and no row to tell it by", false
	}
	if !d.agree {
		return "not named .csv or .tsv, and rows have another number of fields than the first line", false
	}
	return fmt.Sprintf("a header of %d columns delimited by %s, and rows that agree with it", d.columns, delimiterName(d.delimiter)), true
}

// extension returns the ending of the name of a table, empty if it has none.
func extension(name string) string {
	name = strings.TrimSuffix(strings.ToLower(name), ".gz")
	switch ext := path.Ext(name); ext {
	case ".csv", ".tsv", ".tab":
		return ext
	}
	return ""
}

func delimiterName(d byte) string {
	switch d {
	case '\t':
		return "tabs"
	case ';':
		return "semicolons"
	}
	return "commas"
}

// dialect is how a text is delimited.
type dialect struct {
	delimiter byte
	columns   int
	rows      int  // complete rows that were looked at
	agree     bool // at least half of them have as many cells as the header
}

// sniff finds the delimiter: the one by which the first rows have as many cells
// as the header, of several or none the one that makes the most cells.
func sniff(head []byte) (dialect, error) {
	if bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return dialect{}, fmt.Errorf("UTF-16 text, expected UTF-8")
	}
	head = bytes.TrimPrefix(head, []byte("\xef\xbb\xbf"))
	if bytes.IndexByte(head, 0) >= 0 {
		return dialect{}, fmt.Errorf("binary, not a table")
	}
	whole := len(head) < sniffBytes
	if bytes.IndexByte(head, '\n') < 0 {
		head = bytes.ReplaceAll(head, []byte("\r"), []byte("\n")) // as source.Lines reads it
	}
	if !utf8.Valid(head[:max(0, len(head)-utf8.UTFMax)]) {
		return dialect{}, fmt.Errorf("not UTF-8 text")
	}
	if first := bytes.TrimLeft(head, " \t\r\n"); len(first) == 0 || bytes.IndexByte([]byte("{[@%"), first[0]) >= 0 {
		return dialect{}, fmt.Errorf("does not begin with a header of column names")
	}
	var best dialect
	bestScore := 0
	for _, delimiter := range []byte{',', '\t', ';'} {
		d := tryDelimiter(head, delimiter, whole)
		score := d.columns
		if d.agree {
			score += 1 << 20
		}
		if d.columns > 1 && score > bestScore {
			best, bestScore = d, score
		}
	}
	if bestScore == 0 {
		return dialect{}, fmt.Errorf("the first line has no comma, tab or semicolon")
	}
	return best, nil
}

// tryDelimiter cuts the head of a file by a delimiter.
func tryDelimiter(head []byte, delimiter byte, whole bool) (d dialect) {
	const most = 50
	s := splitter{delimiter: delimiter}
	d.delimiter = delimiter
	same := 0
	var open []byte
	for d.rows < most && len(head) > 0 {
		i := bytes.IndexByte(head, '\n')
		if i < 0 {
			if !whole {
				break
			}
			i = len(head) - 1
		}
		text := bytes.TrimRight(head[:i+1], "\r\n")
		head = head[i+1:]
		if open != nil {
			text = append(append(open, '\n'), text...)
		}
		if len(text) == 0 {
			continue
		}
		cells, err := s.split(text)
		if err == errOpenQuote && len(text) < 1<<14 {
			open = bytes.Clone(text)
			continue
		}
		open = nil
		switch {
		case err != nil && d.columns == 0:
			return d
		case d.columns == 0:
			d.columns = len(cells)
			continue
		case err == nil && (len(cells) == d.columns || len(cells) == d.columns+1 && len(cells[d.columns]) == 0):
			same++
		}
		d.rows++
	}
	d.agree = 2*same >= d.rows
	return d
}
