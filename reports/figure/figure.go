// Package figure draws the figures of a paper from an analysis: SVG, PDF and PNG
// at the two usual widths of a page.
//
//  1. [All] says which figures an analysis supports, and why it does not support the others;
//  2. [Figure.Write] draws one, [Figure.Inline] as an element for a page.
//
// Nothing is estimated here. What the figures show is in the [reports.Analysis]; drawing sorts,
// counts into bins and picks axes. A figure is one file of this package and one entry in the list below.
package figure

import (
	"fmt"
	"io"

	"gonum.org/v1/plot/vg"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/figure/internal/vec"
)

// Width is the width of a figure in inches.
type Width float64

// The widths of a column and of the text block in two-column journals and conference styles.
const (
	Column Width = 3.25
	Full   Width = 6.75
)

// String names the width as file names do.
func (w Width) String() string {
	switch w {
	case Column:
		return "column"
	case Full:
		return "full"
	}
	return fmt.Sprintf("%gin", float64(w))
}

// Formats lists what Write can write.
var Formats = []string{"svg", "pdf", "png"}

// Figure is a drawing that is ready to be written.
type Figure struct {
	// Name is that of Names, fit for a file name.
	Name string
	// Title is a short heading.
	Title string
	// Caption says what is drawn and how to read it, in sentences; a figure has no
	// text of this kind in itself.
	Caption string
	// Alt describes the figure to somebody who cannot see it, with its numbers.
	Alt string

	// layout returns the height for a width, both in points, and what draws the figure.
	layout func(width float64) (height float64, draw func(pen))
}

// Skipped is a figure that the analysis does not support.
type Skipped struct {
	Name string
	// Reason is a clause without a full stop: "the log has no times".
	Reason string
}

// Kind describes a figure that can be asked for.
type Kind struct {
	Name string
	// Doc is one line, without a full stop.
	Doc string
}

// kind makes figures of one name. It returns nil and a reason if it cannot.
type kind struct {
	Kind
	make func(*reports.Analysis) (*Figure, string)
}

// kinds in the order of a report.
func kinds() []kind {
	return []kind{
		rankCorrelation,
		surrogateCorrelation,
		lossScatter,
		rankFlow,
		budgetChoice,
		importanceBars,
		importanceLines,
		marginals,
		pairMatrix,
		pairSurfaces,
		activeBars,
		methodBars,
		sampleSize,
		ablation,
		tradeoff,
		outcomes,
		lossTimeline,
		picks,
	}
}

// Names lists every figure in the order of a report.
func Names() []Kind {
	var out []Kind
	for _, k := range kinds() {
		out = append(out, k.Kind)
	}
	return out
}

// All returns the figures that the analysis supports, in the order of [Names], and the
// others with the reason. The figures keep a reference to a, which must not change meanwhile.
func All(a *reports.Analysis) ([]*Figure, []Skipped) {
	var out []*Figure
	var skipped []Skipped
	for _, k := range kinds() {
		f, reason := k.make(a)
		if f == nil {
			skipped = append(skipped, Skipped{Name: k.Name, Reason: reason})
			continue
		}
		f.Name = k.Name
		out = append(out, f)
	}
	return out, skipped
}

// Size returns the width and height in inches.
func (f *Figure) Size(w Width) (width, height float64) {
	h, _ := f.layout(float64(w) * 72)
	return float64(w), h / 72
}

// Write draws the figure in one of Formats. The fonts are embedded, and equal
// figures give equal bytes.
func (f *Figure) Write(w io.Writer, format string, width Width) error {
	if !(width >= 1 && width <= 100) {
		return fmt.Errorf("figure %s: width is %v in, want 1 to 100", f.Name, float64(width))
	}
	h, draw := f.layout(float64(width) * 72)
	c, err := vec.New(format, vg.Length(width)*vg.Inch, vg.Length(h), f.meta())
	if err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	draw(pen{c})
	if _, err := c.WriteTo(w); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return nil
}

// Inline draws the figure as an svg element for an HTML page: no XML declaration and
// no fonts. The text asks for Liberation Sans, Arial or Helvetica, which are equally wide.
func (f *Figure) Inline(w io.Writer, width Width) error {
	h, draw := f.layout(float64(width) * 72)
	c := vec.NewSVG(vg.Length(width)*vg.Inch, vg.Length(h), f.meta())
	c.Bare = true
	draw(pen{c})
	if _, err := c.WriteTo(w); err != nil {
		return fmt.Errorf("figure %s: %w", f.Name, err)
	}
	return nil
}

func (f *Figure) meta() vec.Meta { return vec.Meta{Title: f.Title, Desc: f.Alt} }
