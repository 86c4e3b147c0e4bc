package vec

import (
	"bytes"
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	xfont "golang.org/x/image/font"
)

const sampleText = "Loss 10−3 ρ = 0.87 µÄéfi ½"

// TestSubset compares every glyph of a subset with that of the whole font. é and Ä
// are composite glyphs, whose components are renumbered.
func TestSubset(t *testing.T) {
	for s, data := range ttf {
		whole := faces()[s]
		runes := []rune(sampleText)
		small, err := subset(data, whole, runes)
		if err != nil {
			t.Fatal(err)
		}
		if len(small) > 12_000 {
			t.Errorf("face %d: the subset has %d bytes of %d", s, len(small), len(data))
		}
		got, err := opentype.Parse(small)
		if err != nil {
			t.Fatalf("face %d: %v", s, err)
		}
		if n, want := got.NumGlyphs(), len(runes)+4; n > want {
			t.Errorf("face %d: %d glyphs for %d characters", s, n, len(runes))
		}
		if sum := checksum(small); sum != 0xb1b0afba {
			t.Errorf("face %d: the checksum of the file is %#x, want 0xb1b0afba (OpenType 1.9, head)", s, sum)
		}
		var buf, buf2 sfnt.Buffer
		em := fixed.Int26_6(whole.UnitsPerEm())
		for _, r := range runes {
			g1, _ := whole.GlyphIndex(&buf, r)
			g2, _ := got.GlyphIndex(&buf2, r)
			if g1 == 0 || g2 == 0 {
				t.Errorf("face %d: %q has glyph %d in the font and %d in the subset", s, r, g1, g2)
				continue
			}
			a1, _ := whole.GlyphAdvance(&buf, g1, em, xfont.HintingNone)
			a2, _ := got.GlyphAdvance(&buf2, g2, em, xfont.HintingNone)
			if a1 != a2 {
				t.Errorf("face %d: the advance of %q is %v, want %v", s, r, a2, a1)
			}
			o1, err1 := whole.LoadGlyph(&buf, g1, em, nil)
			o2, err2 := got.LoadGlyph(&buf2, g2, em, nil)
			if err1 != nil || err2 != nil || len(o1) != len(o2) {
				t.Errorf("face %d: the outline of %q has %d segments, want %d (%v, %v)", s, r, len(o2), len(o1), err2, err1)
				continue
			}
			for i := range o1 {
				if o1[i] != o2[i] {
					t.Errorf("face %d: segment %d of %q is %v, want %v", s, i, r, o2[i], o1[i])
				}
			}
		}
		if g, _ := got.GlyphIndex(&buf2, 'Z'); g != 0 {
			t.Errorf("face %d: the subset has a glyph for Z, which nobody asked for", s)
		}
	}
}

// TestSubsetRefusesCutFonts cuts a font at many places: an error, not a panic.
func TestSubsetRefusesCutFonts(t *testing.T) {
	for n := 0; n < len(ttf[0])-4; n += 997 {
		if _, err := subset(ttf[0][:n], faces()[0], []rune("é")); err == nil {
			t.Fatalf("a font cut to %d of %d bytes was accepted", n, len(ttf[0]))
		}
	}
}

func draw(c vg.Canvas) {
	c.SetLineWidth(2)
	c.SetLineDash([]vg.Length{3, 1}, 1)
	var p vg.Path
	p.Move(vg.Point{X: 10, Y: 10})
	p.Line(vg.Point{X: 90, Y: 10})
	p.QuadTo(vg.Point{X: 90, Y: 40}, vg.Point{X: 50, Y: 40})
	p.Arc(vg.Point{X: 40, Y: 40}, 10, 0, math.Pi)
	p.Close()
	c.Stroke(p)
	c.Push()
	c.Translate(vg.Point{X: 5, Y: 20})
	c.Rotate(math.Pi / 2)
	c.FillString(Face(Bold, 8), vg.Point{}, "a < b & c")
	c.Pop()
	c.FillString(Face(Regular, 8), vg.Point{X: 20, Y: 25}, sampleText)
}

func TestEveryFormatIsDeterministic(t *testing.T) {
	for _, f := range []string{"svg", "pdf", "png"} {
		var first []byte
		for range 3 {
			c, err := New(f, 100, 50, Meta{Title: "T", Desc: "D"})
			if err != nil {
				t.Fatal(err)
			}
			if w, h := c.Size(); w != 100 || h != 50 {
				t.Errorf("%s: the size is %v by %v", f, w, h)
			}
			draw(c)
			var b bytes.Buffer
			n, err := c.WriteTo(&b)
			if err != nil || n != int64(b.Len()) {
				t.Fatalf("%s: wrote %d of %d bytes: %v", f, n, b.Len(), err)
			}
			if first != nil && !bytes.Equal(first, b.Bytes()) {
				t.Errorf("%s: two drawings differ", f)
			}
			first = b.Bytes()
		}
	}
	if _, err := New("eps", 1, 1, Meta{}); err == nil || !strings.Contains(err.Error(), "eps") {
		t.Errorf("eps: %v", err)
	}
}

func TestSVG(t *testing.T) {
	c := NewSVG(100, 50, Meta{Title: "Fish & chips", Desc: "1 < 2"})
	draw(c)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	text := map[string]string{}
	var words []string
	d := xml.NewDecoder(&b)
	name := ""
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			name = tok.Name.Local
			if name == "path" {
				for _, a := range tok.Attr {
					// y is turned over; the quadratic curve is raised to a cubic one.
					want := "M10 40L90 40C90 20 76.67 10 50 10L50 10C50 4.48 45.52 0 40 0C34.48 0 30 4.48 30 10Z"
					if a.Name.Local == "d" && a.Value != want {
						t.Errorf("path\n%s, want\n%s", a.Value, want)
					}
				}
			}
			if name == "text" && len(words) == 0 {
				for _, a := range tok.Attr {
					if a.Name.Local == "transform" && a.Value != "rotate(-90 5 30)" {
						t.Errorf("the text is turned by %s", a.Value)
					}
				}
			}
		case xml.CharData:
			text[name] += strings.TrimSpace(string(tok))
			if name == "text" && strings.TrimSpace(string(tok)) != "" {
				words = append(words, string(tok))
			}
		}
	}
	if text["title"] != "Fish & chips" || text["desc"] != "1 < 2" {
		t.Errorf("title %q, description %q", text["title"], text["desc"])
	}
	if len(words) != 2 || words[0] != "a < b & c" || words[1] != sampleText {
		t.Errorf("text %q", words)
	}
	if n := strings.Count(text["style"], "@font-face"); n != 2 {
		t.Errorf("%d fonts are embedded, want the upright and the bold", n)
	}
}

// TestPDF has other programs look: pdffonts and pdftotext of poppler.
func TestPDF(t *testing.T) {
	c, err := New("pdf", 200, 50, Meta{Title: "ρ", Desc: "−1"})
	if err != nil {
		t.Fatal(err)
	}
	draw(c)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 40_000 {
		t.Errorf("%d bytes: are the fonts cut to what is used?", b.Len())
	}
	if _, err := exec.LookPath("pdftotext"); err != nil {
		t.Skip("poppler's pdftotext and pdffonts are not installed")
	}
	file := filepath.Join(t.TempDir(), "a.pdf")
	if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("pdftotext", file, "-").CombinedOutput()
	if err != nil || !strings.Contains(string(out), "10−3 ρ = 0.87 µÄé") {
		t.Errorf("pdftotext: %s %v", out, err)
	}
	out, err = exec.Command("pdffonts", file).CombinedOutput()
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if err != nil || len(lines) != 4 {
		t.Fatalf("pdffonts: %s %v", out, err)
	}
	for _, l := range lines[2:] {
		if !strings.Contains(l, "TrueType") || !strings.Contains(l, " yes ") {
			t.Errorf("not embedded as TrueType: %s", l)
		}
	}
}

func TestPNG(t *testing.T) {
	c, _ := New("png", 72, 36, Meta{})
	draw(c)
	var b bytes.Buffer
	if _, err := c.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(b.Bytes()))
	if err != nil {
		t.Fatal(err)
	}
	if s := img.Bounds().Size(); s.X != 300 || s.Y != 150 {
		t.Errorf("one inch by a half has %v pixels", s)
	}
	// 300 dots per inch are 11811 per metre.
	if !bytes.Contains(b.Bytes()[:80], []byte("pHYs\x00\x00\x2e\x23\x00\x00\x2e\x23\x01")) {
		t.Errorf("no resolution in the header: %q", b.Bytes()[:80])
	}
}

func TestWidth(t *testing.T) {
	// Arial's widths, with which Liberation Sans agrees: digits 1139, space and comma 569 of 2048.
	if got, want := float64(Width(Regular, 2048, "11, 1")), 3*1139.0+2*569; math.Abs(got-want) > 1 {
		t.Errorf("the width is %v, want %v", got, want)
	}
	if !kerned(Regular, '1', '1') || kerned(Regular, 'a', 'b') {
		t.Error("the font kerns 11 and not ab")
	}
}

// TestTransform composes random moves and turns and compares with complex numbers, where
// a turn is a product and a move a sum.
func TestTransform(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStack(100, 100)
		at := func(z complex128) complex128 { return z }
		for range rapid.IntRange(0, 6).Draw(t, "steps") {
			prev := at
			if rapid.Bool().Draw(t, "turn") {
				a := rapid.Float64Range(-7, 7).Draw(t, "angle")
				sin, cos := math.Sincos(a)
				at = func(z complex128) complex128 { return prev(z * complex(cos, sin)) }
				s.Rotate(a)
			} else {
				x, y := rapid.Float64Range(-50, 50).Draw(t, "x"), rapid.Float64Range(-50, 50).Draw(t, "y")
				at = func(z complex128) complex128 { return prev(z + complex(x, y)) }
				s.Translate(vg.Point{X: vg.Length(x), Y: vg.Length(y)})
			}
		}
		want := at(complex(3, 4))
		if x, y := s.at(vg.Point{X: 3, Y: 4}); math.Abs(x-real(want)) > 1e-9 || math.Abs(y-imag(want)) > 1e-9 {
			t.Fatalf("(3, 4) is at (%v, %v), want %v", x, y, want)
		}
	})
}

// TestArc compares points on the curves with the circle: a quarter as one cubic is off by less than 3e-4 of the radius.
func TestArc(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newStack(100, 100)
		start, angle := rapid.Float64Range(-7, 7).Draw(t, "start"), rapid.Float64Range(-6.4, 6.4).Draw(t, "angle")
		var p vg.Path
		p.Arc(vg.Point{X: 50, Y: 50}, 10, start, angle)
		var x0, y0 float64
		on := func(x, y float64) {
			if r := math.Hypot(x-50, y-50); math.Abs(r-10) > 3e-3 {
				t.Fatalf("radius %v", r)
			}
		}
		s.walk(p, func(x, y float64) { x0, y0 = x, y; on(x, y) }, func(x, y float64) { t.Fatal("line") },
			func(x1, y1, x2, y2, x, y float64) {
				for _, u := range []float64{0.25, 0.5, 0.75, 1} {
					v := 1 - u
					on(v*v*v*x0+3*v*v*u*x1+3*v*u*u*x2+u*u*u*x, v*v*v*y0+3*v*v*u*y1+3*v*u*u*y2+u*u*u*y)
				}
				x0, y0 = x, y
			}, func() {})
		if wx, wy := 50+10*math.Cos(start+angle), 50-10*math.Sin(start+angle); math.Hypot(x0-wx, y0-wy) > 1e-6 {
			t.Fatalf("the end is (%v, %v), want (%v, %v)", x0, y0, wx, wy)
		}
	})
}

func TestHardSpaces(t *testing.T) {
	for in, want := range map[string]string{
		" = 3":  "\u00a0= 3",
		"a  b ": "a\u00a0 b\u00a0",
		"a b":   "a b",
		"":      "",
	} {
		if got := hardSpaces(in); got != want {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}

// TestForeignRunes draws what the fonts lack: a box each in PDF and PNG, the runes themselves in SVG.
func TestForeignRunes(t *testing.T) {
	const foreign, boxed = "a学\U0001f680\x01\xe0b", "a□□□□b"
	if got, want := Width(Regular, 10, foreign), Width(Regular, 10, "ab")+4*10; got != want {
		t.Errorf("the width is %v, want %v", got, want)
	}
	render := func(format string) []byte {
		c, err := New(format, 100, 40, Meta{Title: "\U0001f680 title\x01", Desc: "desc \xe0"})
		if err != nil {
			t.Fatal(err)
		}
		c.FillString(Face(Regular, 10), vg.Point{X: 5, Y: 5}, foreign)
		c.Translate(vg.Point{X: 90, Y: 5})
		c.Rotate(math.Pi / 2)
		c.FillString(Face(Bold, 7), vg.Point{}, foreign)
		var b bytes.Buffer
		if _, err := c.WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	var text struct {
		Title string   `xml:"title"`
		Desc  string   `xml:"desc"`
		Text  []string `xml:"text"`
	}
	if err := xml.Unmarshal(render("svg"), &text); err != nil {
		t.Fatal(err)
	}
	if want := "a学\U0001f680\ufffd\ufffdb"; text.Title != "\U0001f680 title\ufffd" || text.Desc != "desc \ufffd" || len(text.Text) != 2 || text.Text[0] != want {
		t.Errorf("%+q", text)
	}
	if file := render("pdf"); !bytes.Contains(file, []byte("\xfe\xff\xd8\x3d\xde\x80")) {
		t.Error("the title of the PDF has no rocket")
	} else if _, err := exec.LookPath("pdftotext"); err == nil {
		name := filepath.Join(t.TempDir(), "a.pdf")
		if err := os.WriteFile(name, file, 0o644); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("pdftotext", name, "-").CombinedOutput(); err != nil || strings.Count(strings.Join(strings.Fields(string(out)), ""), boxed) != 2 {
			t.Errorf("pdftotext: %q %v", out, err)
		}
	}
	img, err := png.Decode(bytes.NewReader(render("png")))
	if err != nil {
		t.Fatal(err)
	}
	// Each of the four places of one em, 10 pt or 42 dots, has ink.
	a := int(float64(Width(Regular, 10, "a")+5) * DPI / 72)
	for k := range 4 {
		ink := false
		for x := a + 42*k; x < a+42*(k+1); x++ {
			for y := range img.Bounds().Dy() {
				r, _, _, alpha := img.At(x, y).RGBA()
				ink = ink || alpha > 0 && r < 0x8000
			}
		}
		if !ink {
			t.Errorf("nothing is drawn for rune %d in the PNG", k)
		}
	}
}
