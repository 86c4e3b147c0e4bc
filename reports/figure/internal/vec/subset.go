package vec

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"sort"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// subset returns a TrueType font that has only the glyphs of the given runes, without
// hinting (it is drawn at print resolution) and without kerning. The layout
// of the tables is that of the OpenType specification 1.9, chapters cmap, glyf, head, hhea, hmtx,
// loca, maxp and post.
func subset(data []byte, font *opentype.Font, runes []rune) ([]byte, error) {
	t, err := tables(data)
	if err != nil {
		return nil, err
	}
	for _, name := range []string{"OS/2", "glyf", "head", "hhea", "hmtx", "loca", "maxp", "name", "post"} {
		if len(t[name]) == 0 {
			return nil, fmt.Errorf("font without table %q", name)
		}
	}
	src := glyphs{glyf: t["glyf"], loca: t["loca"], long: binary.BigEndian.Uint16(t["head"][50:]) == 1}

	// Number the glyphs anew: 0 is the missing glyph, then by rune, then the
	// components of composite glyphs.
	old := []uint16{0}
	number := map[uint16]uint16{0: 0}
	add := func(g uint16) uint16 {
		n, ok := number[g]
		if !ok {
			n = uint16(len(old))
			number[g] = n
			old = append(old, g)
		}
		return n
	}
	var buf sfnt.Buffer
	chars := make([]char, 0, len(runes))
	for _, r := range runes {
		g, err := font.GlyphIndex(&buf, r)
		if err != nil {
			return nil, fmt.Errorf("glyph of %q: %w", r, err)
		}
		if g != 0 && r < 0xffff {
			chars = append(chars, char{uint16(r), add(uint16(g))})
		}
	}
	sort.Slice(chars, func(i, j int) bool { return chars[i].r < chars[j].r })

	var glyf, loca, hmtx []byte
	metrics := int(binary.BigEndian.Uint16(t["hhea"][34:]))
	for i := 0; i < len(old); i++ { // old grows while components are found
		loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))
		g, err := src.at(int(old[i]))
		if err != nil {
			return nil, err
		}
		if g, err = strip(g, add); err != nil {
			return nil, fmt.Errorf("glyph %d: %w", old[i], err)
		}
		glyf = append(glyf, g...)
		for len(glyf)%4 != 0 {
			glyf = append(glyf, 0)
		}
		hmtx = append(hmtx, metric(t["hmtx"], metrics, int(old[i]))...)
	}
	loca = binary.BigEndian.AppendUint32(loca, uint32(len(glyf)))

	n := uint16(len(old))
	head := clone(t["head"])
	binary.BigEndian.PutUint16(head[50:], 1) // long offsets
	hhea := clone(t["hhea"])
	binary.BigEndian.PutUint16(hhea[34:], n)
	maxp := clone(t["maxp"])
	binary.BigEndian.PutUint16(maxp[4:], n)
	clear(maxp[14:28]) // zones, storage, functions, stack and size of the instructions that are gone
	binary.BigEndian.PutUint16(maxp[14:], 1)
	post := clone(t["post"][:32])
	binary.BigEndian.PutUint32(post, 0x00030000) // no glyph names

	return assemble([]table{
		{"OS/2", t["OS/2"]}, {"cmap", cmap(chars)}, {"glyf", glyf}, {"head", head}, {"hhea", hhea},
		{"hmtx", hmtx}, {"loca", loca}, {"maxp", maxp}, {"name", t["name"]}, {"post", post},
	}), nil
}

type char struct{ r, glyph uint16 }

type table struct {
	name string
	data []byte
}

func clone(b []byte) []byte { return append([]byte(nil), b...) }

var errShort = errors.New("font data end too early")

// tables splits a font file by its table directory.
func tables(data []byte) (map[string][]byte, error) {
	if len(data) < 12 {
		return nil, errShort
	}
	t := map[string][]byte{}
	for i := range int(binary.BigEndian.Uint16(data[4:])) {
		if len(data) < 12+16*(i+1) {
			return nil, errShort
		}
		rec := data[12+16*i:]
		off, size := binary.BigEndian.Uint32(rec[8:]), binary.BigEndian.Uint32(rec[12:])
		if uint64(off)+uint64(size) > uint64(len(data)) {
			return nil, errShort
		}
		t[string(rec[:4])] = data[off : off+size]
	}
	return t, nil
}

type glyphs struct {
	glyf, loca []byte
	long       bool
}

func (s glyphs) at(g int) ([]byte, error) {
	var from, to int
	switch {
	case s.long && len(s.loca) >= 4*g+8:
		from, to = int(binary.BigEndian.Uint32(s.loca[4*g:])), int(binary.BigEndian.Uint32(s.loca[4*g+4:]))
	case !s.long && len(s.loca) >= 2*g+4:
		from, to = 2*int(binary.BigEndian.Uint16(s.loca[2*g:])), 2*int(binary.BigEndian.Uint16(s.loca[2*g+2:]))
	default:
		return nil, errShort
	}
	if from > to || to > len(s.glyf) {
		return nil, errShort
	}
	return s.glyf[from:to], nil
}

// strip returns the outline without instructions; components are renumbered by add.
func strip(g []byte, add func(uint16) uint16) ([]byte, error) {
	if len(g) == 0 {
		return nil, nil
	}
	if len(g) < 10 {
		return nil, errShort
	}
	if contours := int(int16(binary.BigEndian.Uint16(g))); contours >= 0 {
		at := 10 + 2*contours
		if len(g) < at+2 {
			return nil, errShort
		}
		skip := int(binary.BigEndian.Uint16(g[at:]))
		if len(g) < at+2+skip {
			return nil, errShort
		}
		out := append(clone(g[:at]), 0, 0)
		return append(out, g[at+2+skip:]...), nil
	}
	const (
		words, scale, more   = 1, 1 << 3, 1 << 5
		xyScale, matrix, ins = 1 << 6, 1 << 7, 1 << 8
	)
	out := clone(g)
	for at := 10; ; {
		if len(g) < at+4 {
			return nil, errShort
		}
		flags := binary.BigEndian.Uint16(g[at:])
		binary.BigEndian.PutUint16(out[at:], flags&^ins)
		binary.BigEndian.PutUint16(out[at+2:], add(binary.BigEndian.Uint16(g[at+2:])))
		at += 6
		if flags&words != 0 {
			at += 2
		}
		switch {
		case flags&scale != 0:
			at += 2
		case flags&xyScale != 0:
			at += 4
		case flags&matrix != 0:
			at += 8
		}
		if len(g) < at {
			return nil, errShort
		}
		if flags&more == 0 {
			return out[:at], nil
		}
	}
}

// metric returns advance and side bearing; glyphs beyond the long metrics share the last advance.
func metric(hmtx []byte, long, g int) []byte {
	if g < long {
		return clone(hmtx[4*g : 4*g+4])
	}
	out := clone(hmtx[4*(long-1) : 4*(long-1)+2])
	at := 4*long + 2*(g-long)
	return append(out, hmtx[at:at+2]...)
}

// cmap has one subtable, format 4, with a segment for every character.
func cmap(chars []char) []byte {
	be := binary.BigEndian
	n := len(chars) + 1 // the last segment maps 0xffff to the missing glyph
	log := bits.Len(uint(n)) - 1
	out := []byte{0, 0, 0, 1, 0, 3, 0, 1, 0, 0, 0, 12}
	for _, v := range []int{4, 16 + 8*n, 0, 2 * n, 2 << log, log, 2*n - 2<<log} {
		out = be.AppendUint16(out, uint16(v))
	}
	all := append(chars[:len(chars):len(chars)], char{0xffff, 0})
	for _, c := range all { // end of the segment
		out = be.AppendUint16(out, c.r)
	}
	out = append(out, 0, 0)
	for _, c := range all { // its start
		out = be.AppendUint16(out, c.r)
	}
	for _, c := range all { // what to add to get the glyph, modulo 65536
		out = be.AppendUint16(out, c.glyph-c.r)
	}
	return append(out, make([]byte, 2*n)...)
}

// assemble writes a font file of the tables, which come in the order of their names.
func assemble(ts []table) []byte {
	be := binary.BigEndian
	n := len(ts)
	log := bits.Len(uint(n)) - 1
	out := []byte{0, 1, 0, 0}
	for _, v := range []int{n, 16 << log, log, 16*n - 16<<log} {
		out = be.AppendUint16(out, uint16(v))
	}
	head := 0
	off := 12 + 16*n
	for _, t := range ts {
		data := t.data
		if t.name == "head" {
			head = off
			clear(data[8:12]) // the checksum of the file counts as zero while it is taken
		}
		out = append(out, t.name...)
		out = be.AppendUint32(out, checksum(data))
		out = be.AppendUint32(out, uint32(off))
		out = be.AppendUint32(out, uint32(len(data)))
		off += (len(data) + 3) &^ 3
	}
	for _, t := range ts {
		out = append(out, t.data...)
		for len(out)%4 != 0 {
			out = append(out, 0)
		}
	}
	be.PutUint32(out[head+8:], 0xb1b0afba-checksum(out))
	return out
}

func checksum(data []byte) uint32 {
	var sum uint32
	for len(data) >= 4 {
		sum += binary.BigEndian.Uint32(data)
		data = data[4:]
	}
	var rest [4]byte
	copy(rest[:], data)
	return sum + binary.BigEndian.Uint32(rest[:])
}
