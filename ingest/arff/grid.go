package arff

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/sjwhitworth/golearn/base"

	"github.com/nasalyze/nasalyze"
	"github.com/nasalyze/nasalyze/ingest/source"
	"github.com/nasalyze/nasalyze/ingest/table"
)

// missing is the level that stands for an inactive parameter in a grid, where
// categorical attributes have no missing value.
const missing = "?"

// FromGrid makes a study of a grid of golearn, one row per trial. Float
// attributes are numbers (NaN is an absent value), categorical ones their
// levels ("?" is an absent value), binary ones true and false. The class
// attributes are the objectives unless the options name others; what the other
// attributes are is decided as for any table, see package table.
func FromGrid(grid base.FixedDataGrid, name string, opt source.Options) (*nasalyze.Study, []source.Finding, error) {
	const path = "grid"
	class := make(map[string]bool)
	for _, a := range grid.AllClassAttributes() { // in random order
		if _, ok := a.(*base.FloatAttribute); !ok && len(opt.Objectives) == 0 && opt.Wide == "" {
			return nil, nil, fmt.Errorf("class attribute %q is a %T, expected a FloatAttribute as objective", a.GetName(), a)
		}
		class[a.GetName()] = true
	}
	h := table.Header{Path: path, Space: opt.Space, SpacePath: opt.SpacePath}
	var specs []base.AttributeSpec
	for _, a := range grid.AllAttributes() {
		spec, err := grid.GetAttribute(a)
		if err != nil {
			return nil, nil, fmt.Errorf("attribute %q: %w", a.GetName(), err)
		}
		c := table.Column{Name: a.GetName(), Objective: class[a.GetName()]}
		switch a := a.(type) {
		case *base.FloatAttribute:
		case *base.BinaryAttribute:
			c.Text = true
		case *base.CategoricalAttribute:
			c.Text = true
			for _, level := range a.GetValues() {
				if level != missing {
					c.Choices = append(c.Choices, level)
				}
			}
		default:
			return nil, nil, fmt.Errorf("attribute %q is a %T, expected a float, categorical or binary one", c.Name, a)
		}
		specs, h.Columns = append(specs, spec), append(h.Columns, c)
	}
	var findings source.Findings
	rows, err := table.NewRows(h, opt, &findings)
	if err != nil {
		return nil, findings.All(), err
	}
	_, n := grid.Size()
	cells := make([][]byte, len(specs))
	for i := range n {
		for j, spec := range specs {
			if cells[j], err = cell(cells[j][:0], spec.GetAttribute(), grid.Get(spec, i)); err != nil {
				return nil, findings.All(), fmt.Errorf("%s:%d: %w", path, i+1, err)
			}
		}
		if err := rows.Add(cells, i+1); err != nil {
			findings.At(source.Skip, "bad-line", path, i+1, "row left out: %v", err)
		}
	}
	study, err := rows.Study(name)
	if err != nil {
		return nil, findings.All(), err
	}
	study.Provenance.Format, study.Provenance.Reason = "golearn", "a FixedDataGrid"
	return study, findings.All(), nil
}

// cell appends the text of a value in a grid.
func cell(dst []byte, a base.Attribute, raw []byte) ([]byte, error) {
	switch a := a.(type) {
	case *base.FloatAttribute:
		return strconv.AppendFloat(dst, base.UnpackBytesToFloat(raw), 'g', -1, 64), nil
	case *base.BinaryAttribute:
		if len(raw) > 0 && raw[0] > 0 {
			return append(dst, "True"...), nil
		}
		return append(dst, "False"...), nil
	case *base.CategoricalAttribute:
		// An index without a level makes golearn panic.
		k, levels := base.UnpackBytesToU64(raw), a.GetValues()
		if k >= uint64(len(levels)) {
			return dst, fmt.Errorf("attribute %q: level %d, expected 0 to %d", a.GetName(), k, len(levels)-1)
		}
		if levels[k] == missing {
			return dst, nil
		}
		return append(dst, levels[k]...), nil
	}
	return dst, fmt.Errorf("attribute %q: unknown type %T", a.GetName(), a)
}

// ToGrid makes a grid of golearn of the configurations that have a loss at a
// budget, one row each in the order of [nasalyze.Study.At]: the parameters that
// vary, in natural units, and as class attribute the objective in its natural
// direction. Float and int parameters become float attributes, ordinal and
// categorical ones categorical attributes with all choices of the space.
// Inactive parameters are NaN or the level "?". The precision of the float
// attributes is such that golearn's CSV and ARFF writers lose no digit.
func ToGrid(s *nasalyze.Study, budget float64, objective int, opt nasalyze.TableOptions) (*base.DenseInstances, error) {
	t, err := s.At(budget, objective, opt)
	if err != nil {
		return nil, err
	}
	if t.N == 0 {
		return nil, fmt.Errorf("no usable trial at budget %v: %d trials, %d failed, %d pending, %d outside the space",
			budget, t.Counts.Trials, t.Counts.Failed, t.Counts.Pending, t.Counts.Unencodable)
	}
	grid := base.NewDenseInstances()
	columns := make([]gridColumn, len(t.Params))
	seen := map[string]bool{s.Objectives[objective].Name: true}
	for k, j := range t.Params {
		c := &columns[k]
		if c.param = &s.Space.Params[j]; seen[c.param.Name] {
			return nil, fmt.Errorf("parameter %q has the name of the objective", c.param.Name)
		}
		seen[c.param.Name] = true
		if err := c.fill(s, t, j); err != nil {
			return nil, err
		}
		c.spec = grid.AddAttribute(c.attribute)
	}
	y := base.NewFloatAttribute(s.Objectives[objective].Name)
	y.Precision = 0
	measured := make([]float64, t.N)
	for i, loss := range t.Y {
		if s.Objectives[objective].Maximize {
			loss = -loss
		}
		measured[i] = loss
		y.Precision = max(y.Precision, decimals(loss))
	}
	ySpec := grid.AddAttribute(y)
	if err := grid.AddClassAttribute(y); err != nil {
		return nil, err
	}
	if err := grid.Extend(t.N); err != nil {
		return nil, err
	}
	for i := range t.N {
		for k := range columns {
			grid.Set(columns[k].spec, i, columns[k].cells[i])
		}
		grid.Set(ySpec, i, base.PackFloatToBytes(measured[i]))
	}
	return grid, nil
}

// gridColumn is one parameter of a grid in the making.
type gridColumn struct {
	param     *nasalyze.Param
	attribute base.Attribute
	spec      base.AttributeSpec
	cells     [][]byte
}

// fill makes the attribute of parameter j and its values in the rows of t.
func (c *gridColumn) fill(s *nasalyze.Study, t *nasalyze.Table, j int) error {
	c.cells = make([][]byte, t.N)
	if c.param.Numeric() {
		a := base.NewFloatAttribute(c.param.Name)
		a.Precision = 0
		for i, config := range t.Configs {
			x, _ := s.Configs[config].Values[j].Float() // NaN where absent
			a.Precision = max(a.Precision, decimals(x))
			c.cells[i] = base.PackFloatToBytes(x)
		}
		c.attribute = a
		return nil
	}
	a := base.NewCategoricalAttribute()
	a.SetName(c.param.Name)
	levels := make(map[string]bool)
	for _, v := range c.param.Choices {
		text := table.CellText(v)
		if levels[text] {
			return fmt.Errorf("parameter %q: two choices are both written %q", c.param.Name, text)
		}
		if text == missing || text == "" {
			return fmt.Errorf("parameter %q: choice %q stands for a missing value in a grid", c.param.Name, text)
		}
		levels[text] = true
		a.GetSysValFromString(text) // adds the level
	}
	for i, config := range t.Configs {
		text := missing
		if v := s.Configs[config].Values[j]; !v.IsAbsent() {
			text = table.ChoiceText(c.param, v)
		}
		c.cells[i] = a.GetSysValFromString(text)
	}
	c.attribute = a
	return nil
}

// decimals returns the digits after the point with which x, rounded to them,
// reads as x again. They are those of the shortest form, or one more: the
// shortest form of 5.225680706521042e-200 is not the nearest number of 16 digits.
func decimals(x float64) int {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	n := 0
	s := strconv.FormatFloat(x, 'f', -1, 64)
	if i := strings.IndexByte(s, '.'); i >= 0 {
		n = len(s) - i - 1
	}
	if y, err := strconv.ParseFloat(strconv.FormatFloat(x, 'f', n, 64), 64); err != nil || y != x {
		n++
	}
	return n
}
