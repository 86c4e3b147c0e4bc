package chart

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"testing"
)

func tick(v float64) string { return fmt.Sprintf("%g s", v) }

func valid(t *testing.T, text string) {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		_, err := d.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestPairs(t *testing.T) {
	c := Pairs{Title: "Times", Alt: "one and two", Axis: "time", Names: [2]string{"ours", "theirs"}, Tick: tick, Rows: []Pair{
		{Label: "a", A: 0.01, B: 2, Note: "200x"},
		{Label: "b", A: 0.5, B: 900, AtLeast: true, Note: "> 1800x"},
		{Label: "c", A: 1, B: math.NaN()},
	}}
	var one, two bytes.Buffer
	for _, w := range []*bytes.Buffer{&one, &two} {
		if err := c.WriteSVG(w); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(one.Bytes(), two.Bytes()) {
		t.Error("two drawings of one chart differ")
	}
	valid(t, one.String())
	// The axis goes from the decade below the smallest number to that above the largest.
	for _, want := range []string{"<title>Times</title>", "<desc>one and two</desc>", ">0.01", ">1000", "200x"} {
		if !strings.Contains(strings.ReplaceAll(one.String(), "\u00a0", " "), want) {
			t.Errorf("no %q in the drawing", want)
		}
	}
	c.Rows[0].A = 0
	if err := c.WriteSVG(io.Discard); err == nil {
		t.Error("0 was drawn on a logarithmic axis")
	}
}

func TestLines(t *testing.T) {
	c := Lines{Title: "Growth", XAxis: "rows", YAxis: "time", XTick: tick, YTick: tick, Series: []Line{
		{Name: "fit", X: []float64{1e3, 1e6}, Y: []float64{0.1, 90}},
		{Name: "pairs", X: []float64{1e3, 1e6}, Y: []float64{0.1, 89}},
	}}
	var b bytes.Buffer
	if err := c.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	valid(t, b.String())
	x, y := decades{3, 6, 0, 100}, decades{-1, 2, 0, 100}
	if l := c.labels(x, y); math.Abs(l[0]-l[1]) < 9.5 {
		t.Errorf("names of lines that end together stand at %v, want 10 apart", l)
	}
	c.Series[0].Y = nil
	if err := c.WriteSVG(io.Discard); err == nil {
		t.Error("a line without numbers was drawn")
	}
}

func TestDecades(t *testing.T) {
	d, err := span([]float64{0.02, math.NaN(), 300})
	if err != nil {
		t.Fatal(err)
	}
	d.from, d.to = 10, 60
	if d.lo != -2 || d.hi != 3 || d.at(0.01) != 10 || d.at(1000) != 60 || math.Abs(d.at(1)-30) > 1e-9 {
		t.Errorf("got %+v, at(1) = %v", d, d.at(1))
	}
	for _, bad := range [][]float64{nil, {-1}, {math.Inf(1)}, {math.NaN()}} {
		if _, err := span(bad); err == nil {
			t.Errorf("no error for %v", bad)
		}
	}
}
