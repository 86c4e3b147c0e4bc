package figure

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/plot/vg"
	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/figure/internal/vec"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

// variants are analyses that put figures under strain.
func variants() map[string]*reports.Analysis {
	power := func(v float64) float64 { return math.Pow(10, -3+11*(v-0.1)) }
	return map[string]*reports.Analysis{
		"sample": sample.Analysis(),
		"small":  sample.Small(),
		"empty":  {},
		"many budgets, parameters and long names": sample.Make(sample.Spec{Budgets: 10, Params: 45, Configs: 300, LongNames: true, All: true}),
		"two budgets, maximised, negative": sample.Make(sample.Spec{Budgets: 2, Params: 2, Configs: 40, Maximize: true,
			Value: func(v float64) float64 { return -1000 * v }}),
		"one budget":        sample.Make(sample.Spec{Budgets: 1, Params: 5, Configs: 40}),
		"no budgets":        budgetlessStudy(),
		"forty budgets":     manyBudgets(),
		"one parameter":     sample.Make(sample.Spec{Budgets: 3, Params: 1, Configs: 40}),
		"twelve decades":    sample.Make(sample.Spec{Budgets: 3, Params: 5, Configs: 200, Value: power, Undecided: func(b int) bool { return b == 1 }}),
		"nothing decided":   sample.Make(sample.Spec{Budgets: 3, Params: 5, Configs: 50, Undecided: func(int) bool { return true }}),
		"all results equal": sample.Make(sample.Spec{Budgets: 3, Params: 4, Configs: 50, Value: func(float64) float64 { return 0.5 }}),
		"results that differ by rounding": sample.Make(sample.Spec{Budgets: 3, Params: 4, Configs: 50, Value: func(v float64) float64 {
			if v > 0.5 {
				return math.Nextafter(0.1, 1)
			}
			return 0.1
		}}),
		"five configurations": sample.Make(sample.Spec{Budgets: 3, Params: 4, Configs: 5}),
		"outliers beside negative results": sample.Make(sample.Spec{Budgets: 3, Params: 5, Configs: 200, Value: func(v float64) float64 {
			if v > 0.99 {
				return 1e8
			}
			return v - 0.5
		}}),
	}
}

// manyBudgets are those of learning curves, at a third of which importance is undecided.
func manyBudgets() *reports.Analysis {
	a := sample.Make(sample.Spec{Budgets: 40, Params: 5, Configs: 60, All: true, Undecided: func(b int) bool { return b%3 == 1 }})
	for i := range a.Budgets {
		a.Budgets[i].Budget = float64(i + 1)
	}
	for i := range a.Correlations {
		c := &a.Correlations[i]
		c.Low, c.High = a.Budgets[c.LowIndex].Budget, a.Budgets[c.HighIndex].Budget
	}
	for i := range a.Outcomes {
		for b := range a.Outcomes[i].Budgets {
			a.Outcomes[i].Budgets[b].Budget = float64(b + 1)
		}
	}
	a.Study.BudgetName = "epochs"
	return a
}

// budgetlessStudy is what a log without budgets becomes.
func budgetlessStudy() *reports.Analysis {
	a := sample.Make(sample.Spec{Budgets: 1, Params: 5, Configs: 40})
	a.Study.BudgetName, a.Budgets[0].Budget = "", 0
	a.Growth.Budget, a.Path.Budget, a.Tradeoff.Budget = 0, 0, 0
	for i := range a.Outcomes {
		a.Outcomes[i].Budgets[0].Budget = 0
	}
	return a
}

// label is a piece of text on the page, as a box of its letters' height.
type label struct {
	text                     string
	x, y, width, size, angle float64
}

func (l label) bounds() box {
	sin, cos := math.Sincos(l.angle * math.Pi / 180)
	b := box{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, u := range []float64{0, l.width} {
		for _, v := range []float64{0, l.size * capHeight} {
			x, y := l.x+u*cos+v*sin, l.y+u*sin-v*cos
			b = box{min(b.left, x), min(b.bottom, y), max(b.right, x), max(b.top, y)}
		}
	}
	return b
}

var rotation = regexp.MustCompile(`rotate\((\S+) `)

// labels reads the text of a figure from its SVG form; runs that follow on one line are one label.
func labels(t interface{ Fatalf(string, ...any) }, f *Figure, w Width) (ls []label, page box) {
	var b bytes.Buffer
	if err := f.Inline(&b, w); err != nil {
		t.Fatalf("%v", err)
	}
	if s := b.String(); strings.Contains(s, "NaN") && !strings.Contains(f.Alt, "NaN") || strings.Contains(s, "Inf") {
		t.Fatalf("%s: NaN or infinite coordinates", f.Name)
	}
	d := xml.NewDecoder(&b)
	var cur *label
	style := vec.Regular
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			return ls, page
		}
		if err != nil {
			t.Fatalf("%s: %v", f.Name, err)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			attr := map[string]string{}
			for _, a := range tok.Attr {
				attr[a.Name.Local] = a.Value
			}
			num := func(k string) float64 { v, _ := strconv.ParseFloat(attr[k], 64); return v }
			switch tok.Name.Local {
			case "svg":
				fields := strings.Fields(attr["viewBox"])
				page.right, _ = strconv.ParseFloat(fields[2], 64)
				page.top, _ = strconv.ParseFloat(fields[3], 64)
			case "text":
				cur = &label{x: num("x"), y: num("y"), size: num("font-size")}
				if m := rotation.FindStringSubmatch(attr["transform"]); m != nil {
					cur.angle, _ = strconv.ParseFloat(m[1], 64)
				}
				style = vec.Regular
				if attr["font-weight"] != "" {
					style = vec.Bold
				} else if attr["font-style"] != "" {
					style = vec.Italic
				}
			}
		case xml.CharData:
			if cur == nil {
				continue
			}
			cur.text = string(tok)
			cur.width = float64(vec.Width(style, vg.Length(cur.size), cur.text))
			if n := len(ls); n > 0 { // a further run of the same text
				last := &ls[n-1]
				sin, cos := math.Sincos(last.angle * math.Pi / 180)
				if math.Hypot(last.x+last.width*cos-cur.x, last.y+last.width*sin-cur.y) < 3 && last.angle == cur.angle {
					last.width += cur.width
					last.text += cur.text
					cur = nil
					continue
				}
			}
			ls = append(ls, *cur)
			cur = nil
		}
	}
}

// problems of the text of a figure: cut by the edge of the page, or on top of other text.
func problems(ls []label, page box) (out []string) {
	for i, l := range ls {
		b := l.bounds()
		if b.left < -0.1 || b.right > page.right+0.1 || b.bottom < -0.1 || b.top > page.top+0.1 {
			out = append(out, fmt.Sprintf("%q at %.1f leaves the page %.1f", l.text, b, page))
		}
		for _, m := range ls[:i] {
			if l.angle != m.angle && math.Mod(l.angle, 90) != 0 || math.Mod(l.angle, 90) != 0 && math.Mod(m.angle, 90) != 0 {
				continue // bounds of slanted text say little
			}
			c := m.bounds()
			const touch = 0.3
			if b.left < c.right-touch && c.left < b.right-touch && b.bottom < c.top-touch && c.bottom < b.top-touch {
				out = append(out, fmt.Sprintf("%q is on %q at %.1f and %.1f", l.text, m.text, b, c))
			}
		}
	}
	return out
}

func TestTextHasItsPlace(t *testing.T) {
	for name, a := range variants() {
		fs, _ := All(a)
		for _, f := range fs {
			for _, w := range []Width{Column, Full} {
				ls, page := labels(t, f, w)
				for _, p := range problems(ls, page) {
					t.Errorf("%s, %s, %s: %s", name, f.Name, w, p)
				}
			}
		}
	}
}

// TestProblemsAreSeen keeps the test above honest.
func TestProblemsAreSeen(t *testing.T) {
	page := box{0, 0, 100, 100}
	a := label{text: "a", x: 10, y: 50, width: 30, size: 7}
	for _, tc := range []struct {
		want int
		ls   []label
	}{
		{0, []label{a, {text: "beside", x: 41, y: 50, width: 30, size: 7}}},
		{1, []label{a, {text: "upon", x: 39, y: 52, width: 30, size: 7}}},
		{1, []label{{text: "right", x: 90, y: 50, width: 30, size: 7}}},
		{1, []label{{text: "left", x: -2, y: 50, width: 30, size: 7}}},
		{1, []label{{text: "top", x: 50, y: 3, width: 30, size: 7}}},
		{1, []label{{text: "turned", x: 50, y: 20, width: 30, size: 7, angle: -90}}},
	} {
		if got := problems(tc.ls, page); len(got) != tc.want {
			t.Errorf("%v: %d problems, want %d: %v", tc.ls, len(got), tc.want, got)
		}
	}
}

// TestAnyStudy draws studies of random shapes in all forms of the layout.
func TestAnyStudy(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		scale := rapid.SampledFrom([]float64{-1e6, -1, 1e-9, 1, 1e12}).Draw(t, "scale")
		undecided := rapid.IntRange(0, 31).Draw(t, "undecided")
		a := sample.Make(sample.Spec{
			Budgets:   rapid.IntRange(1, 5).Draw(t, "budgets"),
			Params:    rapid.IntRange(1, 6).Draw(t, "params"),
			Configs:   rapid.IntRange(2, 40).Draw(t, "configs"),
			Maximize:  rapid.Bool().Draw(t, "maximize"),
			All:       true,
			LongNames: rapid.Bool().Draw(t, "long"),
			Value:     func(v float64) float64 { return scale * v },
			Undecided: func(b int) bool { return undecided>>b&1 == 1 },
		})
		fs, skipped := All(a)
		if len(fs)+len(skipped) != len(Names()) {
			t.Fatalf("%d figures and %d skipped of %d", len(fs), len(skipped), len(Names()))
		}
		f := rapid.SampledFrom(append(fs, nil)).Draw(t, "figure")
		if f == nil {
			return
		}
		w := rapid.SampledFrom([]Width{Column, Full}).Draw(t, "width")
		ls, page := labels(t, f, w)
		for _, p := range problems(ls, page) {
			t.Errorf("%s, %s: %s", f.Name, w, p)
		}
	})
}

// TestNoBudgets draws a log that knows no budgets: no figure may speak of one.
func TestNoBudgets(t *testing.T) {
	a := budgetlessStudy()
	fs, _ := All(a)
	if len(fs) < 10 {
		t.Errorf("only %d figures", len(fs))
	}
	for _, f := range fs {
		words := f.Title + " " + f.Caption
		ls, _ := labels(t, f, Full)
		for _, l := range ls {
			words += " " + l.text
		}
		if strings.Contains(strings.ToLower(words), "budget") || strings.Contains(f.Alt, "budget 0") || strings.Contains(words, "  ") {
			t.Errorf("%s: %s", f.Name, words)
		}
	}
}

// TestManyBudgetsFitAPage thins budgets where each would take room, and says so.
func TestManyBudgetsFitAPage(t *testing.T) {
	fs, _ := All(manyBudgets())
	for _, f := range fs {
		if _, h := f.Size(Full); h > 9 {
			t.Errorf("%s is %.1f inches tall", f.Name, h)
		}
		if len(f.Caption) > 1200 || len(f.Alt) > 6000 {
			t.Errorf("%s: %d letters of caption, %d of alternative", f.Name, len(f.Caption), len(f.Alt))
		}
		switch f.Name {
		case "rank-correlation", "surrogate-correlation", "budget-choice", "importance-by-budget":
			if !strings.Contains(f.Caption, "budgets are drawn, evenly spaced") {
				t.Errorf("%s: %s", f.Name, f.Caption)
			}
			if !strings.Contains(f.Alt, "1 epochs") || !strings.Contains(f.Alt, "40 epochs") {
				t.Errorf("%s lacks the first or the last budget: %s", f.Name, f.Alt)
			}
		}
	}
}

func TestBudgetScale(t *testing.T) {
	for _, tc := range []struct {
		budgets []float64
		log     bool
	}{{[]float64{2, 6, 18, 54}, true}, {[]float64{1, 100}, true}, {[]float64{1, 3, 9}, true}, {[]float64{1, 2, 3, 4, 5, 6, 7, 8, 9}, false}, {[]float64{0, 1, 10}, false}} {
		a := &reports.Analysis{}
		for _, v := range tc.budgets {
			a.Budgets = append(a.Budgets, reports.Budget{Budget: v})
		}
		if got := budgetScale(a).log; got != tc.log {
			t.Errorf("%v: logarithmic %v", tc.budgets, got)
		}
	}
}

func TestCaptionOfMatrixFollowsItsCells(t *testing.T) {
	for budgets := 2; budgets <= 12; budgets++ {
		f := drawn(t, sample.Make(sample.Spec{Budgets: budgets, Params: 3, Configs: 60, All: true}), "rank-correlation")
		says := map[Width]bool{Full: strings.Contains(f.Caption, "interval"), Column: strings.Contains(f.Caption, "interval") && !strings.Contains(f.Caption, "(full width)")}
		for w, promised := range says {
			ls, _ := labels(t, f, w)
			intervals := slices.ContainsFunc(ls, func(l label) bool { return strings.HasPrefix(l.text, "[") })
			if intervals != promised {
				t.Errorf("%d budgets, %v width: intervals %v, caption %q", budgets, w, intervals, f.Caption)
			}
		}
	}
}
