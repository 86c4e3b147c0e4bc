package vec

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"html"
	"image"
	"image/png"
	"io"
	"math"
	"sort"
	"strconv"
	"strings"
	"unicode/utf8"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// Family is the font family that SVG text asks for; the first has the glyphs that are embedded.
const Family = `'Liberation Sans',Arial,Helvetica,sans-serif`

// SVG is a canvas that writes SVG 1.1.
type SVG struct {
	stack
	// Bare leaves out the XML declaration and the fonts, for an element inside an HTML
	// page. Text of several letters then states its length, so that words stay apart
	// in the font that the page has instead. To be set before anything is drawn.
	Bare bool
	meta Meta
	body bytes.Buffer
	used [3]map[rune]bool
}

// NewSVG returns an empty canvas.
func NewSVG(w, h vg.Length, m Meta) *SVG {
	return &SVG{stack: newStack(w, h), meta: m, used: [3]map[rune]bool{{}, {}, {}}}
}

// num writes a coordinate to a hundredth of a point, which no printer resolves.
func num(v float64) string {
	v = math.Round(v*100) / 100
	if v == 0 {
		return "0"
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func (c *SVG) path(p vg.Path) string {
	var b strings.Builder
	emit := func(op byte, vs ...float64) {
		b.WriteByte(op)
		for i, v := range vs {
			if i > 0 {
				b.WriteByte(' ')
			}
			b.WriteString(num(v))
		}
	}
	c.walk(p,
		func(x, y float64) { emit('M', x, y) },
		func(x, y float64) { emit('L', x, y) },
		func(x1, y1, x2, y2, x, y float64) { emit('C', x1, y1, x2, y2, x, y) },
		func() { emit('Z') })
	return b.String()
}

func (c *SVG) paint(attr string) string {
	s := fmt.Sprintf(` %s="#%02x%02x%02x"`, attr, c.color.R, c.color.G, c.color.B)
	if c.color.A < 255 {
		s += fmt.Sprintf(` %s-opacity="%s"`, attr, num(float64(c.color.A)/255))
	}
	return s
}

// Stroke implements vg.Canvas.
func (c *SVG) Stroke(p vg.Path) {
	if c.width <= 0 || c.color.A == 0 {
		return
	}
	fmt.Fprintf(&c.body, `<path d="%s" fill="none"%s stroke-width="%s"`, c.path(p), c.paint("stroke"), num(c.width))
	if len(c.dash) > 0 {
		ds := make([]string, len(c.dash))
		for i, d := range c.dash {
			ds[i] = num(d)
		}
		fmt.Fprintf(&c.body, ` stroke-dasharray="%s"`, strings.Join(ds, " "))
		if c.offset != 0 {
			fmt.Fprintf(&c.body, ` stroke-dashoffset="%s"`, num(c.offset))
		}
	}
	c.body.WriteString("/>\n")
}

// Fill implements vg.Canvas.
func (c *SVG) Fill(p vg.Path) {
	if c.color.A == 0 {
		return
	}
	if len(p) == 3 && p[1].Type == vg.ArcComp && math.Abs(p[1].Angle) >= 2*math.Pi {
		// A whole circle: a fifth of the length of its path.
		x, y := c.at(p[1].Pos)
		fmt.Fprintf(&c.body, `<circle cx="%s" cy="%s" r="%s"%s/>`+"\n", num(x), num(c.h.Points()-y), num(p[1].Radius.Points()), c.paint("fill"))
		return
	}
	fmt.Fprintf(&c.body, "<path d=\"%s\"%s/>\n", c.path(p), c.paint("fill"))
}

// FillString implements vg.Canvas.
func (c *SVG) FillString(f font.Face, p vg.Point, s string) {
	if f.Font.Size == 0 || s == "" {
		return
	}
	x, y := c.at(p)
	y = c.h.Points() - y
	style := styleOf(f.Font)
	s = hardSpaces(legal(s))
	for _, r := range s {
		c.used[style][r] = true
	}
	fmt.Fprintf(&c.body, `<text x="%s" y="%s" font-size="%s"`, num(x), num(y), num(f.Font.Size.Points()))
	switch style {
	case Bold:
		c.body.WriteString(` font-weight="bold"`)
	case Italic:
		c.body.WriteString(` font-style="italic"`)
	}
	if c.Bare && len([]rune(s)) > 1 {
		fmt.Fprintf(&c.body, ` textLength="%s"`, num(Width(style, f.Font.Size, s).Points()))
	}
	if a := c.angle(); math.Abs(a) > 1e-6 {
		fmt.Fprintf(&c.body, ` transform="rotate(%s %s %s)"`, num(-a), num(x), num(y))
	}
	fmt.Fprintf(&c.body, "%s>%s</text>\n", c.paint("fill"), html.EscapeString(s))
}

// legal replaces what XML 1.0 (production 2) forbids even as an escape, and bytes that are no UTF-8.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return utf8.RuneError
		}
		return r
	}, s)
}

// hardSpaces keeps spaces that a browser would drop: at the ends, and all but one of several.
func hardSpaces(s string) string {
	rs := []rune(s)
	for i, r := range rs {
		if r == ' ' && (i == 0 || i == len(rs)-1 || rs[i+1] == ' ') {
			rs[i] = '\u00a0'
		}
	}
	return string(rs)
}

// DrawImage implements vg.Canvas for images that are not rotated.
func (c *SVG) DrawImage(r vg.Rectangle, img image.Image) {
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		panic("vec: an image cannot be written as PNG: " + err.Error())
	}
	x, y := c.at(vg.Point{X: r.Min.X, Y: r.Max.Y})
	fmt.Fprintf(&c.body, `<image x="%s" y="%s" width="%s" height="%s" preserveAspectRatio="none" href="data:image/png;base64,%s"/>`+"\n",
		num(x), num(c.h.Points()-y), num(r.Size().X.Points()), num(r.Size().Y.Points()), base64.StdEncoding.EncodeToString(b.Bytes()))
}

// WriteTo implements io.WriterTo.
func (c *SVG) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	if !c.Bare {
		b.WriteString("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")
	}
	wd, ht := num(c.w.Points()), num(c.h.Points())
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%spt" height="%spt" viewBox="0 0 %s %s"`, wd, ht, wd, ht)
	fmt.Fprintf(&b, ` role="img" font-family="%s" stroke-linejoin="round">`+"\n", Family)
	fmt.Fprintf(&b, "<title>%s</title>\n<desc>%s</desc>\n", html.EscapeString(legal(c.meta.Title)), html.EscapeString(legal(c.meta.Desc)))
	if !c.Bare {
		if err := c.fonts(&b); err != nil {
			return 0, err
		}
	}
	b.Write(c.body.Bytes())
	b.WriteString("</svg>\n")
	return b.WriteTo(w)
}

func (c *SVG) fonts(b *bytes.Buffer) error {
	b.WriteString("<style>\n")
	for s, set := range c.used {
		if len(set) == 0 {
			continue
		}
		runes := make([]rune, 0, len(set))
		for r := range set {
			runes = append(runes, r)
		}
		sort.Slice(runes, func(i, j int) bool { return runes[i] < runes[j] })
		data, err := subset(ttf[s], faces()[s], runes)
		if err != nil {
			return err
		}
		weight, style := "normal", "normal"
		switch Style(s) {
		case Bold:
			weight = "bold"
		case Italic:
			style = "italic"
		}
		// The range keeps the subset apart from others of the same family on one page.
		rng := make([]string, len(runes))
		for i, r := range runes {
			rng[i] = fmt.Sprintf("U+%X", r)
		}
		fmt.Fprintf(b, "@font-face{font-family:'Liberation Sans';font-weight:%s;font-style:%s;unicode-range:%s;src:url(data:font/ttf;base64,%s)}\n",
			weight, style, strings.Join(rng, ","), base64.StdEncoding.EncodeToString(data))
	}
	b.WriteString("</style>\n")
	return nil
}
