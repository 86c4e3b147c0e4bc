package table

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
)

const (
	trialsFile = "trials.csv"
	spaceFile  = "configspace.csv"
)

// DataFrame is the entry for the registry of DeepCAVE's DataFrame format:
// trials.csv, a long table whose objectives are headed as in
// "metric:accuracy [0.0; 1.0] (maximize)", and configspace.csv, one parameter
// per row.
var DataFrame = source.Format{
	Name:   "dataframe",
	Doc:    "DeepCAVE's DataFrame format: a directory with trials.csv and configspace.csv",
	Detect: DetectDataFrame,
	Read:   ReadDataFrame,
}

// DetectDataFrame reports whether s is a directory with trials.csv and
// configspace.csv, or the former in one.
func DetectDataFrame(s *source.Source) (reason string, ok bool) {
	if !s.Dir && s.Name != trialsFile {
		return fmt.Sprintf("%s is not %s", s.Name, trialsFile), false
	}
	for _, name := range []string{trialsFile, spaceFile} {
		if !s.Has(name) {
			return "no " + name, false
		}
	}
	return "has trials.csv and configspace.csv", true
}

// ReadDataFrame reads the two files in s.
func ReadDataFrame(ctx context.Context, s *source.Source, opt source.Options, findings *source.Findings) (*nasalyze.Study, error) {
	if !s.Dir {
		s.Dir, s.Path, s.Name = true, filepath.Dir(s.Path), "."
	}
	s.Expect(spaceFile, trialsFile)
	space, path := opt.Space, opt.SpacePath
	if space == nil {
		var err error
		if space, err = readSpaceCSV(s, findings); err != nil {
			return nil, err
		}
		path = s.Display(spaceFile)
	}
	return read(ctx, s, trialsFile, space, path, opt, findings)
}

// spaceRow is a row of configspace.csv: one parameter.
type spaceRow struct {
	cells   [][]byte
	columns []string
	line    int
	path    string
}

func (r *spaceRow) cell(name string) []byte {
	if i := slices.Index(r.columns, name); i >= 0 && i < len(r.cells) {
		return trim(r.cells[i])
	}
	return nil
}

func (r *spaceRow) errorf(format string, args ...any) error {
	return fmt.Errorf("%s:%d: %s", r.path, r.line, fmt.Sprintf(format, args...))
}

// number reads a number that must be there.
func (r *spaceRow) number(param, column string) (float64, error) {
	cell := r.cell(column)
	x, ok := number(cell, false)
	if !ok {
		return 0, r.errorf("parameter %q: %s is %q, expected a number", param, column, clip(cell))
	}
	return x, nil
}

func readSpaceCSV(s *source.Source, findings *source.Findings) (*nasalyze.Space, error) {
	head, err := s.Head(spaceFile, sniffBytes)
	if err != nil {
		return nil, err
	}
	d, err := sniff(head)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.Display(spaceFile), err)
	}
	lines, err := s.Lines(spaceFile, findings)
	if err != nil {
		return nil, err
	}
	defer lines.Close()
	r := &records{splitter: splitter{delimiter: d.delimiter}, lines: lines, findings: findings}
	row := spaceRow{path: lines.Path()}
	for _, cell := range r.next() {
		row.columns = append(row.columns, normal(string(cell)))
	}
	var params []nasalyze.Param
	for row.cells = r.next(); row.cells != nil; row.cells = r.next() {
		row.line = r.line
		p, err := row.param()
		if err != nil {
			return nil, err
		}
		params = append(params, p)
	}
	if err := lines.Finish(); err != nil {
		return nil, err
	}
	if len(params) == 0 {
		return nil, fmt.Errorf("%s: no parameter", row.path)
	}
	space, err := nasalyze.NewSpace("", params, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", row.path, err)
	}
	return space, nil
}

func (r *spaceRow) param() (nasalyze.Param, error) {
	p := nasalyze.Param{Name: string(r.cell("name"))}
	if p.Name == "" {
		return p, r.errorf("a parameter without a name")
	}
	p.Default = parseCell(r.cell("default"), false)
	var err error
	switch kind := normal(string(r.cell("type"))); kind {
	case "float", "integer", "int":
		if kind != "float" {
			p.Kind = nasalyze.Int
		}
		err = r.numeric(&p)
	case "categorical", "ordinal", "constant":
		err = r.discrete(&p, kind)
	default:
		err = r.errorf("parameter %q: type %q, expected float, integer or categorical", p.Name, kind)
	}
	if err == nil {
		if wrong := p.Validate(); wrong != nil {
			err = r.errorf("%v", wrong)
		}
	}
	if err == nil && !p.Default.IsAbsent() && p.Check(p.Default) != nil {
		err = r.errorf("default: %v", p.Check(p.Default))
	}
	return p, err
}

func (r *spaceRow) numeric(p *nasalyze.Param) (err error) {
	if p.Lower, err = r.number(p.Name, "lower"); err != nil {
		return err
	}
	if p.Upper, err = r.number(p.Name, "upper"); err != nil {
		return err
	}
	p.Log = word(r.cell("log")) == wordTrue
	if i, ok := p.Default.Int(); ok && p.Kind == nasalyze.Int {
		p.Default = nasalyze.Integer(i)
	}
	switch name := string(r.cell("distribution")); name {
	case "", "uniform":
		return nil
	case "normal", "beta":
		a, b := "distribution_mu", "distribution_sigma"
		if name == "beta" {
			a, b = "distribution_alpha", "distribution_beta"
		}
		p.Prior = &nasalyze.Prior{Name: name}
		if p.Prior.A, err = r.number(p.Name, a); err != nil {
			return err
		}
		p.Prior.B, err = r.number(p.Name, b)
		return err
	default:
		return r.errorf("parameter %q: distribution %q, expected uniform, normal or beta", p.Name, name)
	}
}

func (r *spaceRow) discrete(p *nasalyze.Param, kind string) error {
	type item struct {
		n     int
		value nasalyze.Value
	}
	var items []item
	for _, column := range r.columns {
		digits, ok := strings.CutPrefix(column, "item_")
		if !ok {
			continue
		}
		n, err := strconv.Atoi(digits)
		if err != nil {
			continue
		}
		if v := parseCell(r.cell(column), false); !v.IsAbsent() {
			items = append(items, item{n, v})
		}
	}
	slices.SortStableFunc(items, func(a, b item) int { return a.n - b.n })
	for _, it := range items {
		p.Choices = append(p.Choices, it.value)
	}
	p.Kind = nasalyze.Categorical
	switch {
	case kind == "ordinal" || word(r.cell("ordered")) == wordTrue:
		p.Kind = nasalyze.Ordinal
	case kind == "constant":
		p.Kind = nasalyze.Constant
		if len(p.Choices) == 0 && !p.Default.IsAbsent() {
			p.Choices = []nasalyze.Value{p.Default}
		}
	}
	return nil
}
