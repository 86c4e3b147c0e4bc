package vec

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image/png"
	"io"
	"math"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/vgimg"
)

// DPI is the resolution of PNG files, the usual least for print.
const DPI = 300

// raster is gonum's image canvas, written with its size in print.
type raster struct{ *vgimg.Canvas }

func newPNG(w, h vg.Length) raster {
	return raster{vgimg.NewWith(vgimg.UseWH(w, h), vgimg.UseDPI(DPI))}
}

// FillString implements vg.Canvas. The image canvas would apply kerning, which the
// others and Width do not: the text is split where there is any.
func (c raster) FillString(f font.Face, p vg.Point, s string) {
	style := styleOf(f.Font)
	pieces(style, f.Font.Size, s, func(dx vg.Length, piece string) {
		at := vg.Point{X: p.X + dx, Y: p.Y}
		var prev rune
		from := 0
		for i, r := range piece {
			if i > 0 && kerned(style, prev, r) {
				c.Canvas.FillString(f, at, piece[from:i])
				at.X += Width(style, f.Font.Size, piece[from:i])
				from = i
			}
			prev = r
		}
		c.Canvas.FillString(f, at, piece[from:])
	})
}

// WriteTo implements io.WriterTo.
func (c raster) WriteTo(w io.Writer) (int64, error) {
	var b bytes.Buffer
	enc := png.Encoder{CompressionLevel: png.DefaultCompression}
	if err := enc.Encode(&b, c.Image()); err != nil {
		return 0, err
	}
	// A pHYs chunk follows the header, which takes 8 + 25 bytes.
	const header = 33
	dots := uint32(math.Round(DPI / 0.0254))
	chunk := binary.BigEndian.AppendUint32(nil, 9)
	chunk = append(chunk, "pHYs"...)
	chunk = binary.BigEndian.AppendUint32(chunk, dots)
	chunk = binary.BigEndian.AppendUint32(chunk, dots)
	chunk = append(chunk, 1) // per metre
	chunk = binary.BigEndian.AppendUint32(chunk, crc32.ChecksumIEEE(chunk[4:]))

	n, err := w.Write(b.Bytes()[:header])
	if err != nil {
		return int64(n), err
	}
	m, err := w.Write(chunk)
	if err != nil {
		return int64(n + m), err
	}
	l, err := w.Write(b.Bytes()[header:])
	return int64(n + m + l), err
}
