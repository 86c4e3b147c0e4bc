package vec

import (
	"sync"
	"unicode/utf8"

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
			w = 1 // what the font lacks, mostly East Asian letters and emoji, has a square in others
			if g, _ := f.GlyphIndex(&buf, r); g != 0 {
				em := fixed.Int26_6(f.UnitsPerEm())
				a, _ := f.GlyphAdvance(&buf, g, em, xfont.HintingNone)
				w = float64(a) / float64(em)
			}
			advances.of[style][r] = w
		}
		sum += w
	}
	return vg.Length(sum) * size
}

// box stands for a rune that the font lacks, in files that have no other font.
const box = "□"

// pieces calls back with what can be drawn of s and where it begins: stretches that the font has,
// and a box in the middle of the place of each rune that it lacks.
func pieces(style Style, size vg.Length, s string, draw func(x vg.Length, piece string)) {
	f := faces()[style]
	var buf sfnt.Buffer
	var x vg.Length
	from := 0
	flush := func(to int) {
		if from < to {
			draw(x, s[from:to])
			x += Width(style, size, s[from:to])
		}
	}
	for i, r := range s {
		if g, err := f.GlyphIndex(&buf, r); err == nil && g != 0 {
			continue
		}
		flush(i)
		_, n := utf8.DecodeRuneInString(s[i:])
		from = i + n
		draw(x+(size-Width(style, size, box))/2, box)
		x += size
	}
	flush(len(s))
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
