package vec

import (
	"sync"

	"codeberg.org/go-fonts/liberation/liberationsansbold"
	"codeberg.org/go-fonts/liberation/liberationsansitalic"
	"codeberg.org/go-fonts/liberation/liberationsansregular"
	xfont "golang.org/x/image/font"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// Style is a face of the one family in use.
type Style int

// The faces.
const (
	Regular Style = iota
	Bold
	Italic
)

var ttf = [3][]byte{
	Regular: liberationsansregular.TTF,
	Bold:    liberationsansbold.TTF,
	Italic:  liberationsansitalic.TTF,
}

var faces = sync.OnceValue(func() (f [3]*opentype.Font) {
	for s, data := range ttf {
		face, err := opentype.Parse(data)
		if err != nil {
			panic("vec: an embedded font cannot be parsed: " + err.Error())
		}
		f[s] = face
	}
	return f
})

// Face returns the face in the given size.
func Face(s Style, size vg.Length) font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans", Size: size}
	switch s {
	case Bold:
		f.Weight = xfont.WeightBold
	case Italic:
		f.Style = xfont.StyleItalic
	}
	return font.Face{Font: f, Face: faces()[s]}
}

func styleOf(f font.Font) Style {
	switch {
	case f.Weight == xfont.WeightBold:
		return Bold
	case f.Style == xfont.StyleItalic:
		return Italic
	}
	return Regular
}

// advances are the widths of the glyphs in units of the em, by rune.
var advances = struct {
	sync.Mutex
	of [3]map[rune]float64
}{of: [3]map[rune]float64{{}, {}, {}}}

// Width is the width of s without kerning, which none of the canvases apply: the
// measure and the drawing agree.
func Width(style Style, size vg.Length, s string) vg.Length {
	advances.Lock()
	defer advances.Unlock()
	f := faces()[style]
	var buf sfnt.Buffer
	sum := 0.0
	for _, r := range s {
		w, ok := advances.of[style][r]
		if !ok {
			em := fixed.Int26_6(f.UnitsPerEm())
			// A rune that the font lacks has glyph 0, a box with a width of its own.
			g, _ := f.GlyphIndex(&buf, r)
			a, _ := f.GlyphAdvance(&buf, g, em, xfont.HintingNone)
			w = float64(a) / float64(em)
			advances.of[style][r] = w
		}
		sum += w
	}
	return vg.Length(sum) * size
}

// kerned reports whether the font has a kerning for the pair.
func kerned(style Style, a, b rune) bool {
	f := faces()[style]
	var buf sfnt.Buffer
	x, errA := f.GlyphIndex(&buf, a)
	y, errB := f.GlyphIndex(&buf, b)
	if errA != nil || errB != nil {
		return false
	}
	k, err := f.Kern(&buf, x, y, fixed.Int26_6(f.UnitsPerEm()), xfont.HintingNone)
	return err == nil && k != 0
}
