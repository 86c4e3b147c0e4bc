package chart

import (
	"bytes"
	"io"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestPanels(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	c := Panels{Title: "Regret", Alt: "numbers", XAxis: "budget", YAxis: "regret", Names: []string{"a", "b"}, XTick: tick, YTick: tick, Panels: []Panel{
		{Title: "one", Bands: []Band{
			{X: []float64{1, 2, 4}, Y: []float64{3, 0.2, 0}, Lo: []float64{1, 0.1, 0}, Hi: []float64{5, 0.3, 0.1}},
			{X: []float64{1, 2, 4}, Y: []float64{inf, nan, 1}, Lo: []float64{1, 1, 1}, Hi: []float64{inf, inf, 2}},
		}},
		{Title: "two", Bands: []Band{{X: []float64{1, 2}, Y: []float64{1, 1}, Lo: []float64{1, 1}, Hi: []float64{1, 1}}}},
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
	for _, want := range []string{"<title>Regret</title>", "<desc>numbers</desc>", ">one<", ">two<", ">budget<"} {
		if !strings.Contains(one.String(), want) {
			t.Errorf("no %q in the drawing", want)
		}
	}
	for _, never := range []string{"NaN", "Inf"} {
		if strings.Contains(one.String(), never) {
			t.Errorf("%s in the drawing", never)
		}
	}
	c.Panels[0].Bands[0].Lo = nil
	if err := c.WriteSVG(io.Discard); err == nil || !strings.Contains(err.Error(), "one") {
		t.Errorf("a band without its lower end: %v", err)
	}
	c.Panels = []Panel{{Title: "empty"}}
	if err := c.WriteSVG(io.Discard); err == nil {
		t.Error("a panel without numbers was drawn")
	}
}

func TestTicks(t *testing.T) {
	for _, c := range []struct {
		lo, hi, base float64
		most         int
		want         []float64
	}{
		{0.02, 30, 10, 4, []float64{10, 1, 0.1}},
		{1e-6, 1, 10, 4, []float64{1, 1e-2, 1e-4, 1e-6}},
		{0.09, 0.6, 10, 4, []float64{0.5, 0.2, 0.1}},
		{0.5, 32, 2, 4, []float64{32, 8, 2, 0.5}},
		{0.21, 0.55, 10, 4, []float64{0.5, 0.4, 0.3}},
	} {
		r := logRange{c.lo, c.hi}
		got := r.ticks(c.base, c.most)
		if len(got) != len(c.want) || !slices.EqualFunc(got, c.want, func(a, b float64) bool { return math.Abs(a/b-1) < 1e-12 }) {
			t.Errorf("ticks from %v to %v: %v, want %v", c.lo, c.hi, got, c.want)
		}
	}
}

func TestRanks(t *testing.T) {
	c := Ranks{Title: "Ranks", Alt: "numbers", Axis: "mean rank", Names: []string{"a", "b", "c", "d"}, Mean: []float64{3.4, 1.2, 2.1, 3.3}, Critical: 1.25}
	var b bytes.Buffer
	if err := c.WriteSVG(&b); err != nil {
		t.Fatal(err)
	}
	valid(t, b.String())
	// b and c differ by 0.9, c and a by 1.3, c and d by 1.2, d and a by 0.1.
	if diff := cmp.Diff([][2]int{{0, 1}, {1, 2}, {2, 3}}, c.cliques([]int{1, 2, 3, 0})); diff != "" {
		t.Errorf("cliques (-want +got):\n%s", diff)
	}
	c.Mean = c.Mean[:3]
	if err := c.WriteSVG(io.Discard); err == nil {
		t.Error("a name without a rank was drawn")
	}
}
