// Package vec has canvases for gonum/plot's vg that write SVG, PDF and PNG files fit for print.
//
// They stand beside gonum's own because those cannot do what a figure in a paper
// needs: vgsvg embeds whole fonts (half a megabyte each), vgpdf writes
// text in code page 1252, which has no Greek letter and no minus sign. Here
// both embed only the glyphs in use, all text is Unicode, SVG and PDF carry a title and a
// description for screen readers, and PNG says how large it is in print. All three
// forms are byte-deterministic.
//
// The only fonts are the upright, bold and italic faces of Liberation Sans
// (SIL Open Font License 1.1), whose metrics are those of Arial and Helvetica: where
// a program ignores embedded fonts, the text still fits.
package vec

import (
	"fmt"
	"io"

	"gonum.org/v1/plot/vg"
)

// Meta is what a file says about itself.
type Meta struct {
	Title string
	// Desc describes the drawing to somebody who cannot see it.
	Desc string
}

// Canvas is a drawing that can be written once it is done.
type Canvas interface {
	vg.CanvasSizer
	io.WriterTo
}

// New returns a canvas of w by h for the format, one of svg, pdf and png.
func New(format string, w, h vg.Length, m Meta) (Canvas, error) {
	switch format {
	case "svg":
		return NewSVG(w, h, m), nil
	case "pdf":
		return newPDF(w, h, m), nil
	case "png":
		return newPNG(w, h), nil
	}
	return nil, fmt.Errorf("unknown format %q, want svg, pdf or png", format)
}
