package vec

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/png"
	"io"
	"math"
	"strconv"
	"time"
	"unicode/utf16"

	"codeberg.org/go-pdf/fpdf"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// pdf is a canvas of one page.
type pdf struct {
	stack
	doc    *fpdf.Fpdf
	fonts  [3]bool
	images int
}

func newPDF(w, h vg.Length, m Meta) *pdf {
	doc := fpdf.NewCustom(&fpdf.InitType{
		UnitStr: "pt",
		Size:    fpdf.SizeType{Wd: w.Points(), Ht: h.Points()},
	})
	doc.SetMargins(0, 0, 0)
	doc.SetAutoPageBreak(false, 0)
	// A date would make equal drawings differ.
	doc.SetCreationDate(time.Unix(0, 0).UTC())
	doc.SetModificationDate(time.Unix(0, 0).UTC())
	doc.SetCatalogSort(true)
	doc.SetTitle(utf16BE(m.Title), false)
	doc.SetSubject(utf16BE(m.Desc), false)
	doc.SetCreator("nasalyze", true)
	doc.SetLang("en")
	doc.AddPage()
	doc.SetLineJoinStyle("round")
	return &pdf{stack: newStack(w, h), doc: doc}
}

// utf16BE is text as PDF has it outside of pages; what fpdf would make of it has no rune above U+FFFF.
func utf16BE(s string) string {
	b := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.BigEndian.AppendUint16(b, u)
	}
	return string(b)
}

func (c *pdf) path(p vg.Path) {
	c.walk(p, c.doc.MoveTo, c.doc.LineTo, c.doc.CurveBezierCubicTo, c.doc.ClosePath)
}

// Stroke implements vg.Canvas.
func (c *pdf) Stroke(p vg.Path) {
	if c.width <= 0 || c.color.A == 0 {
		return
	}
	c.doc.SetDrawColor(int(c.color.R), int(c.color.G), int(c.color.B))
	c.doc.SetAlpha(float64(c.color.A)/255, "Normal")
	c.doc.SetLineWidth(c.width)
	c.doc.SetDashPattern(c.dash, c.offset)
	c.path(p)
	c.doc.DrawPath("D")
}

// Fill implements vg.Canvas.
func (c *pdf) Fill(p vg.Path) {
	if c.color.A == 0 {
		return
	}
	c.doc.SetFillColor(int(c.color.R), int(c.color.G), int(c.color.B))
	c.doc.SetAlpha(float64(c.color.A)/255, "Normal")
	c.path(p)
	c.doc.DrawPath("F")
}

// FillString implements vg.Canvas.
func (c *pdf) FillString(f font.Face, p vg.Point, s string) {
	if f.Font.Size == 0 || s == "" {
		return
	}
	style := styleOf(f.Font)
	name := [3]string{"", "B", "I"}[style]
	if !c.fonts[style] {
		// fpdf keeps and may change what it is given.
		c.doc.AddUTF8FontFromBytes("LiberationSans", name, clone(ttf[style]))
		c.fonts[style] = true
	}
	c.doc.SetFont("LiberationSans", name, f.Font.Size.Points())
	c.doc.SetTextColor(int(c.color.R), int(c.color.G), int(c.color.B))
	c.doc.SetAlpha(float64(c.color.A)/255, "Normal")
	x, y := c.at(p)
	y = c.h.Points() - y
	if a := c.angle(); math.Abs(a) >= 1e-6 {
		c.doc.TransformBegin()
		defer c.doc.TransformEnd()
		c.doc.TransformRotate(a, x, y)
	}
	// fpdf knows no rune above U+FFFF.
	pieces(style, f.Font.Size, s, func(dx vg.Length, piece string) { c.doc.Text(x+dx.Points(), y, piece) })
}

// DrawImage implements vg.Canvas for images that are not rotated.
func (c *pdf) DrawImage(r vg.Rectangle, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("vec: an image cannot be written as PNG: " + err.Error())
	}
	c.images++
	name := "image" + strconv.Itoa(c.images)
	opt := fpdf.ImageOptions{ImageType: "png"}
	c.doc.RegisterImageOptionsReader(name, opt, &b)
	x, y := c.at(vg.Point{X: r.Min.X, Y: r.Max.Y})
	c.doc.ImageOptions(name, x, c.h.Points()-y, r.Size().X.Points(), r.Size().Y.Points(), false, opt, 0, "")
}

// WriteTo implements io.WriterTo. It ends the document.
func (c *pdf) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if err := c.doc.Output(&b); err != nil {
		return 0, err
	}
	return b.WriteTo(w)
}
