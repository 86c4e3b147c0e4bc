package table

import (
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/spacefile"
)

// Format is the entry for the registry.
var Format = source.Format{
	Name:   "csv",
	Doc:    "table with a header: comma, tab or semicolon, plain or gzip; one row per trial or per configuration",
	Detect: Detect,
	Read:   Read,
}

// sampleRows is the number of rows that are looked at before the columns are named.
const sampleRows = 200

// Read reads the table in s.
func Read(ctx context.Context, s *source.Source, opt source.Options, findings *source.Findings) (*nasalyze.Study, error) {
	space, spacePath := FindSpace(s, opt, findings)
	return read(ctx, s, s.Name, space, spacePath, opt, findings)
}

// FindSpace looks for a search space beside the table: one of the table's own
// name first (runs.pcs, runs.configspace.json beside runs.csv), then one of the
// usual names.
func FindSpace(s *source.Source, opt source.Options, findings *source.Findings) (*nasalyze.Space, string) {
	if opt.Space != nil || s.Path == source.Stdin {
		return opt.Space, opt.SpacePath
	}
	stem := strings.TrimSuffix(s.Name, ".gz")
	stem = strings.TrimSuffix(stem, path.Ext(stem))
	for _, name := range []string{stem + ".configspace.json", stem + ".space.json", stem + ".pcs"} {
		if !s.Has(name) {
			continue
		}
		space, err := openSpace(s, name, findings)
		if err == nil {
			findings.Add(source.Finding{Severity: source.Note, Code: "space-file", Path: s.Display(name),
				Message: fmt.Sprintf("search space of %d parameters read from here", len(space.Params))})
			return space, s.Display(name)
		}
		findings.Add(source.Finding{Severity: source.Skip, Code: "bad-space-file", Path: s.Display(name), Message: err.Error()})
	}
	return spacefile.Beside(s, opt, findings)
}

func openSpace(s *source.Source, name string, findings *source.Findings) (*nasalyze.Space, error) {
	f, err := s.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return spacefile.Read(f, f.Path(), findings)
}

// read reads a delimited file of a source with a known space.
func read(ctx context.Context, s *source.Source, name string, space *nasalyze.Space, spacePath string, opt source.Options, findings *source.Findings) (*nasalyze.Study, error) {
	head, err := s.Head(name, sniffBytes)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Display(name), err)
	}
	d, err := sniff(head)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Display(name), err)
	}
	lines, err := s.Lines(name, findings)
	if err != nil {
		return nil, err
	}
	var size int64
	if info, err := fs.Stat(s.FS, name); err == nil && !strings.HasSuffix(name, ".gz") {
		size = info.Size()
	}
	rows, err := readRows(ctx, lines, size, d, space, spacePath, opt, findings)
	if err != nil {
		lines.Close()
		return nil, err
	}
	if err := lines.Finish(); err != nil {
		return nil, err
	}
	return rows.Study(s.Title())
}

func readRows(ctx context.Context, lines *source.Lines, size int64, d dialect, space *nasalyze.Space, spacePath string, opt source.Options, findings *source.Findings) (*Rows, error) {
	r := &records{splitter: splitter{delimiter: d.delimiter}, lines: lines, findings: findings}
	h := Header{Path: lines.Path(), Space: space, SpacePath: spacePath}
	for _, cell := range r.next() {
		h.Columns = append(h.Columns, Column{Name: string(bytes.TrimSpace(cell))})
	}
	if len(h.Columns) == 0 {
		return nil, fmt.Errorf("%s: empty", h.Path)
	}
	if n := headless(h.Columns); n > 0 {
		return nil, fmt.Errorf("%s:%d: %d of the %d column names are numbers; expected a header", h.Path, r.line, n, len(h.Columns))
	}
	var atLine []int
	for len(h.Sample) < sampleRows {
		cells := r.next()
		if cells == nil {
			break
		}
		if lines.Torn() && len(cells) < len(h.Columns) {
			lines.Bad(fmt.Errorf("%d fields, expected %d", len(cells), len(h.Columns)))
			break
		}
		row := make([]string, len(cells))
		for i, c := range cells {
			row[i] = string(c)
		}
		h.Sample, atLine = append(h.Sample, row), append(atLine, r.line)
	}
	all := h.Sample
	h.Sample = complete(all, len(h.Columns))
	h.DecimalComma = d.delimiter != ','
	for i := range h.Columns {
		if h.Columns[i].Text = isText(h.Sample, i, h.DecimalComma); h.Columns[i].Text {
			h.Columns[i].unread = firstText(all, atLine, i, h.DecimalComma)
		}
	}
	rows, err := NewRows(h, opt, findings)
	if err != nil {
		return nil, err
	}
	rows.builder.Expect(expectedTrials(size, all, len(rows.groups)))
	cells := make([][]byte, 0, len(h.Columns)+1)
	for k, row := range all {
		cells = cells[:0]
		for _, c := range row {
			cells = append(cells, []byte(c))
		}
		if err := rows.Add(cells, atLine[k]); err != nil {
			bad(lines, findings, atLine[k], err)
		}
	}
	rows.header.Sample = nil
	for n := 0; ; n++ {
		if n%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		cells := r.next()
		if cells == nil {
			return rows, nil
		}
		if n := len(rows.header.Columns); lines.Torn() && len(cells) < n {
			lines.Bad(fmt.Errorf("%d fields, expected %d", len(cells), n))
			continue
		}
		if err := rows.Add(cells, r.line); err != nil {
			bad(lines, findings, r.line, err)
		}
	}
}

// expectedTrials estimates the trials in a file of size bytes from its first
// rows; 0 if it cannot tell.
func expectedTrials(size int64, sample [][]string, perRow int) int {
	bytes := 0
	for _, row := range sample {
		for _, c := range row {
			bytes += len(c) + 1
		}
	}
	if bytes == 0 {
		return 0
	}
	return int(min(size*int64(len(sample))/int64(bytes), 1<<24)) * perRow
}

// bad reports a row that is left out; rows can be older than the current line.
func bad(lines *source.Lines, findings *source.Findings, line int, err error) {
	if line == lines.Number() {
		lines.Bad(err)
		return
	}
	findings.At(source.Skip, "bad-line", lines.Path(), line, "line left out: %v", err)
}

// headless counts column names that are numbers if most of them are.
func headless(columns []Column) int {
	n := 0
	for _, c := range columns {
		if _, ok := number([]byte(c.Name), true); ok {
			n++
		}
	}
	if 2*n <= len(columns) {
		return 0
	}
	return n
}

// complete returns the rows that have all cells.
func complete(rows [][]string, n int) [][]string {
	var out [][]string
	for _, row := range rows {
		if len(row) >= n {
			out = append(out, row)
		}
	}
	return out
}

// isText reports that the cells of a column are, where not missing, mostly no numbers.
func isText(sample [][]string, column int, comma bool) bool {
	text, filled := 0, 0
	for _, row := range sample {
		switch _, how := parseMeasurement([]byte(row[column]), comma); how {
		case notRead:
			text++
			filled++
		case aNumber:
			filled++
		}
	}
	return 2*text > filled
}

// firstText is the first cell of a column that is no number, with its line.
func firstText(rows [][]string, atLine []int, column int, comma bool) string {
	for k, row := range rows {
		if column >= len(row) {
			continue
		}
		if _, how := parseMeasurement([]byte(row[column]), comma); how == notRead {
			return fmt.Sprintf("%q on line %d", clip([]byte(row[column])), atLine[k])
		}
	}
	return ""
}
