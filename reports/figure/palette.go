package figure

import (
	"image/color"
	"math"
)

// Okabe and Ito's colours for categories (2008, "Color Universal Design"), in the
// order in which they are used; the yellow is left out, it is too light for lines on white.
var okabeIto = []color.NRGBA{
	{0x00, 0x72, 0xb2, 255}, // blue
	{0xd5, 0x5e, 0x00, 255}, // vermilion
	{0x00, 0x9e, 0x73, 255}, // bluish green
	{0xcc, 0x79, 0xa7, 255}, // reddish purple
	{0xe6, 0x9f, 0x00, 255}, // orange
	{0x56, 0xb4, 0xe9, 255}, // sky blue
	{0x00, 0x00, 0x00, 255}, // black
}

var (
	ink      = color.NRGBA{0x1a, 0x1a, 0x1a, 255} // text and data
	axisGrey = color.NRGBA{0x4d, 0x4d, 0x4d, 255} // axes, secondary text
	midGrey  = color.NRGBA{0x8c, 0x8c, 0x8c, 255} // reference lines
	gridGrey = color.NRGBA{0xe3, 0xe3, 0xe3, 255}
	dimGrey  = color.NRGBA{0xc4, 0xc4, 0xc4, 255} // context behind data
	noData   = color.NRGBA{0xec, 0xec, 0xec, 255} // cells that cannot be told
	white    = color.NRGBA{255, 255, 255, 255}
	accent   = okabeIto[1] // the incumbent, everywhere
)

// ramp is a colour map: colours at equal steps of [0, 1], interpolated between.
type ramp []color.NRGBA

// viridis (S. van der Walt and N. Smith) and RdBu (C. Brewer, colorbrewer2.org), 17 colours of
// each as matplotlib 3.11 has them.
var (
	viridis = hexRamp("440154 48186a 472d7b 424086 3b528b 33638d 2c728e 26828e 21918c 1fa088 28ae80 3fbc73 5ec962 84d44b addc30 d8e219 fde725")
	rdbu    = hexRamp("67001f 960f27 bb2a34 d25849 e58368 f5ac8b fbceb7 fbe6da f6f7f7 deebf2 c0dceb 98c8e0 68abd0 3e8cbf 2870b1 15508d 053061")
	// blues is the upper half of rdbu: from nothing to much.
	blues = rdbu[8:]
)

func hexRamp(s string) ramp {
	digit := func(c byte) uint8 {
		if c >= 'a' {
			return c - 'a' + 10
		}
		return c - '0'
	}
	var r ramp
	for i := 0; i+6 <= len(s); i += 7 {
		h := func(j int) uint8 { return digit(s[i+j])<<4 | digit(s[i+j+1]) }
		r = append(r, color.NRGBA{h(0), h(2), h(4), 255})
	}
	return r
}

// at returns the colour at t, clamped to [0, 1].
func (r ramp) at(t float64) color.NRGBA {
	if math.IsNaN(t) {
		return noData
	}
	x := math.Min(1, math.Max(0, t)) * float64(len(r)-1)
	i := min(int(x), len(r)-2)
	return blend(r[i], r[i+1], x-float64(i))
}

// blend is a at t = 0 and b at t = 1.
func blend(a, b color.NRGBA, t float64) color.NRGBA {
	mix := func(x, y uint8) uint8 { return uint8(math.Round(float64(x) + t*(float64(y)-float64(x)))) }
	return color.NRGBA{mix(a.R, b.R), mix(a.G, b.G), mix(a.B, b.B), mix(a.A, b.A)}
}

// fade sets the opacity.
func fade(c color.NRGBA, alpha float64) color.NRGBA {
	c.A = uint8(math.Round(255 * alpha))
	return c
}

// luminance is relative luminance as WCAG 2.2 defines it, 0 for black and 1 for white.
func luminance(c color.NRGBA) float64 {
	lin := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*lin(c.R) + 0.7152*lin(c.G) + 0.0722*lin(c.B)
}

// on is black or white, whichever has the higher contrast with c: 4.5 or more on any colour.
func on(c color.NRGBA) color.NRGBA {
	// The ratios 1.05/(L+0.05) with white and (L+0.05)/0.05 with black are equal at L = 0.179.
	if luminance(c) > 0.179 {
		return color.NRGBA{A: 255}
	}
	return white
}

// budgetColors gives budget i of n its colour, light to dark: the larger the darker,
// in print without colour as well.
func budgetColors(n int) []color.NRGBA {
	out := make([]color.NRGBA, n)
	for i := range out {
		t := 0.06
		if n > 1 {
			t = 0.82 - 0.76*float64(i)/float64(n-1)
		}
		out[i] = viridis.at(t)
	}
	return out
}

// legible darkens c until text in it has a contrast of 4.5 with white (WCAG 2.2, level AA).
func legible(c color.NRGBA) color.NRGBA {
	for t := 0.0; t < 1; t += 0.05 {
		if d := blend(c, color.NRGBA{A: 255}, t); 1.05/(luminance(d)+0.05) >= 4.5 {
			return d
		}
	}
	return ink
}

// tint is c as a bar's or an area's colour: lighter, so that an error bar shows on it.
func tint(c color.NRGBA) color.NRGBA { return blend(c, white, 0.3) }
