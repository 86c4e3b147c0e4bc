package figure

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"image/color"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestGolden compares the SVG of every figure of the sample, without the fonts, with
// testdata. Look at the figures before you store them with -update.
func TestGolden(t *testing.T) {
	fs, skipped := All(sample.Analysis())
	if len(skipped) > 0 {
		t.Errorf("the sample does not support %v", skipped)
	}
	for _, f := range fs {
		var b bytes.Buffer
		if err := f.Inline(&b, Column); err != nil {
			t.Fatal(err)
		}
		golden(t, f.Name+".svg", b.Bytes())
	}
	_, skipped = All(sample.Small())
	var words strings.Builder
	for _, f := range fs {
		fmt.Fprintf(&words, "%s\n%s\n%s\n%s\n\n", f.Name, f.Title, f.Caption, f.Alt)
	}
	for _, s := range skipped {
		fmt.Fprintf(&words, "skipped %s: %s\n", s.Name, s.Reason)
	}
	golden(t, "words.txt", []byte(words.String()))
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run go test -update and look at it", err)
	}
	if !bytes.Equal(want, got) {
		d := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n"))
		if len(d) > 3000 {
			d = d[:3000] + "\n..."
		}
		t.Errorf("%s differs (-want +got); if that is meant, run go test -update and look at it:\n%s", name, d)
	}
}

func TestWriteEveryFormat(t *testing.T) {
	heads := map[string]string{"svg": "<?xml", "pdf": "%PDF-", "png": "\x89PNG"}
	fs, _ := All(sample.Analysis())
	for _, f := range fs {
		for _, format := range Formats {
			if format == "png" && f.Name != "rank-correlation" {
				continue // slow, and the drawing is the same
			}
			var b, again bytes.Buffer
			if err := f.Write(&b, format, Column); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(b.String(), heads[format]) {
				t.Errorf("%s as %s begins with %q", f.Name, format, b.String()[:8])
			}
			if format == "svg" {
				if err := f.Write(&again, format, Column); err != nil {
					t.Fatal(err)
				}
				if !bytes.Equal(b.Bytes(), again.Bytes()) {
					t.Errorf("%s as %s: two drawings differ", f.Name, format)
				}
			}
			if format == "svg" && !strings.Contains(b.String(), "@font-face") {
				t.Errorf("%s: no font in the SVG", f.Name)
			}
		}
		if w, h := f.Size(Full); w != 6.75 || h < 0.5 || h > 9 {
			t.Errorf("%s is %v by %v inches: does that fit a page?", f.Name, w, h)
		}
	}
}

func TestWriteRefuses(t *testing.T) {
	fs, _ := All(sample.Analysis())
	for _, tc := range []struct {
		format string
		width  Width
		want   string
	}{
		{"eps", Column, `unknown format "eps", want svg, pdf or png`},
		{"svg", 0, "width is 0 in, want 1 to 100"},
		{"svg", Width(math.NaN()), "width is NaN in"},
	} {
		err := fs[0].Write(&bytes.Buffer{}, tc.format, tc.width)
		if err == nil || !strings.Contains(err.Error(), tc.want) || !strings.Contains(err.Error(), fs[0].Name) {
			t.Errorf("%s, %v: %v, want %q", tc.format, tc.width, err, tc.want)
		}
	}
	if err := fs[0].Write(broken{}, "svg", Column); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a writer that fails: %v", err)
	}
}

type broken struct{}

func (broken) Write([]byte) (int, error) { return 0, os.ErrClosed }

func TestEveryFigureIsDrawnOrExplained(t *testing.T) {
	for name, a := range variants() {
		fs, skipped := All(a)
		var got, want []string
		for _, f := range fs {
			got = append(got, f.Name)
			for what, s := range map[string]string{"title": f.Title, "caption": f.Caption, "alt": f.Alt} {
				if s == "" || strings.Contains(s, "%!") || strings.Contains(s, "NaN") {
					t.Errorf("%s, %s: %s is %q", name, f.Name, what, s)
				}
			}
			if !strings.HasSuffix(f.Caption, ".") || !strings.HasSuffix(f.Alt, ".") || strings.Contains(f.Caption, "  ") || strings.Contains(f.Caption, "..") {
				t.Errorf("%s, %s: not whole sentences: %q", name, f.Name, f.Caption)
			}
			if a.Objective.Maximize && strings.Contains(f.Caption, "Lower is better") {
				t.Errorf("%s, %s: %q", name, f.Name, f.Caption)
			}
		}
		for _, s := range skipped {
			got = append(got, s.Name)
			if s.Reason == "" || strings.HasSuffix(s.Reason, ".") {
				t.Errorf("%s, %s: skipped because %q", name, s.Name, s.Reason)
			}
		}
		for _, k := range Names() {
			want = append(want, k.Name)
		}
		sort.Strings(got)
		sort.Strings(want)
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s (-want +got):\n%s", name, d)
		}
	}
}

// TestAltHasTheNumbers looks for the numbers of the analysis in the text alternatives.
func TestAltHasTheNumbers(t *testing.T) {
	a := sample.Analysis()
	fs, _ := All(a)
	alt := map[string]string{}
	for _, f := range fs {
		alt[f.Name] = f.Alt
	}
	for _, c := range a.Correlations {
		if !math.IsNaN(c.Spearman.Rho) && !strings.Contains(alt["rank-correlation"], minus(fmt.Sprintf("%.2f", c.Spearman.Rho))) {
			t.Errorf("%v is not in %q", c.Spearman.Rho, alt["rank-correlation"])
		}
	}
	for _, b := range a.Budgets[:3] {
		for j, p := range a.Params {
			if s := fmt.Sprintf("%s %.3f", p.Name, b.Importance[j].Individual.Mean); !strings.Contains(alt["importance"], s) {
				t.Errorf("%q is not in %q", s, alt["importance"])
			}
		}
	}
	// Undecided importances must not be given.
	if s := fmt.Sprintf("%.3f", a.Budgets[3].Importance[5].Individual.Mean); strings.Contains(alt["importance"], s) {
		t.Errorf("the undecided %s is in %q", s, alt["importance"])
	}
}

// TestDirection asks that the best is the largest where that is better.
func TestDirection(t *testing.T) {
	up := sample.Make(sample.Spec{Budgets: 2, Params: 2, Configs: 30, Maximize: true, Value: func(v float64) float64 { return -v }})
	down := sample.Make(sample.Spec{Budgets: 2, Params: 2, Configs: 30})
	if a, b := order(up, 0), order(down, 0); !slices.Equal(a, b) {
		t.Errorf("the order of %v maximised is not that of %v minimised", a, b)
	}
	for _, a := range []*reports.Analysis{up, down} {
		if got, want := order(a, 1)[0], a.Budgets[1].Best.Config; got != want {
			t.Errorf("best is %d, want %d", got, want)
		}
	}
}

func TestPairIndex(t *testing.T) {
	a := sample.Analysis()
	f := &pairGrid{a: a, budget: 1}
	for _, m := range a.Budgets[1].Importance[len(a.Params):] {
		i, j := param(a, m.Params[0]), param(a, m.Params[1])
		if f.share(i, j) != m.Individual.Mean || f.share(j, i) != m.Individual.Mean {
			t.Errorf("share of %v is %v, want %v", m.Params, f.share(i, j), m.Individual.Mean)
		}
	}
}

func TestRepel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.SliceOfN(rapid.Float64Range(-20, 120), 1, 12).Draw(t, "want")
		got := repel(want, 7, 0, 100)
		gap := min(7, 100/max(1, float64(len(want)-1)))
		for i := range want {
			if got[i] < -1e-9 || got[i] > 100+1e-9 {
				t.Fatalf("%v is outside 0 to 100", got[i])
			}
			for j := range i {
				if math.Abs(got[i]-got[j]) < gap-1e-6 {
					t.Fatalf("%v and %v are closer than %v: %v", got[i], got[j], gap, got)
				}
				if want[i] < want[j] && got[i] > got[j] {
					t.Fatalf("the order of %v and %v is lost", want[i], want[j])
				}
			}
		}
	})
	// What has room stays.
	if d := cmp.Diff([]float64{10, 50, 30}, repel([]float64{10, 50, 30}, 7, 0, 100)); d != "" {
		t.Error(d)
	}
}

func TestTicks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		lo := rapid.Float64Range(-1e6, 1e6).Draw(t, "lo")
		s := scale{lo: lo, hi: lo + math.Pow(10, rapid.Float64Range(-3, 7).Draw(t, "range"))}
		if rapid.Bool().Draw(t, "log") {
			lo := math.Pow(10, rapid.Float64Range(-12, 12).Draw(t, "exponent"))
			s = scale{lo: lo, hi: lo * math.Pow(10, rapid.Float64Range(0.05, 14).Draw(t, "decades")), log: true}
		}
		s = s.onto(10, 10+rapid.Float64Range(60, 400).Draw(t, "length"))
		vertical := rapid.Bool().Draw(t, "vertical")
		n := 0
		for _, tk := range s.ticks(smallSize, vertical) {
			if !s.inside(tk.v) {
				t.Fatalf("%v is outside %v to %v", tk.v, s.lo, s.hi)
			}
			if len(tk.label) > 0 {
				n++
			}
		}
		if n == 0 {
			t.Fatalf("no label on %v", s)
		}
		if n > 1 && !s.fits(s.ticks(smallSize, vertical), smallSize, vertical, 0.2) {
			t.Fatalf("labels touch: %v", s.ticks(smallSize, vertical))
		}
	})
}

func TestTickLabels(t *testing.T) {
	words := func(s scale) string {
		var out []string
		for _, tk := range s.onto(0, 200).ticks(smallSize, false) {
			w := ""
			for _, r := range tk.label {
				if r.sup {
					w += "^"
				}
				w += r.s
			}
			if w != "" {
				out = append(out, w)
			}
		}
		return strings.Join(out, " ")
	}
	for _, tc := range []struct {
		s    scale
		want string
	}{
		{scale{lo: 0, hi: 1}, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{scale{lo: -0.1, hi: 0.11}, "−0.10 −0.05 0.00 0.05 0.10"},
		{scale{lo: 1, hi: 3, whole: true}, "1 2 3"},
		{scale{lo: 1e-4, hi: 0.1, log: true}, "0.0001 0.001 0.01 0.1"},
		{scale{lo: 1e-7, hi: 1, log: true}, "10^−7 10^−6 10^−5 10^−4 10^−3 10^−2 10^−1 10^0"},
		{scale{lo: 2, hi: 80, log: true}, "2 5 10 20 50"},
		{scale{lo: 0.50001, hi: 0.50003}, "0.50001 0.500015 0.50002 0.500025 0.50003"},
		{scale{lo: 1234560, hi: 1234568}, "1.23456e6 1.234562e6 1.234564e6 1.234566e6 1.234568e6"},
		{scale{lo: 0.1, hi: 0.1 + 0x1p-55}, "0.1 0.10000000000000003"}, // a few units in the last place apart
		{scale{lo: 0.2, hi: 0.8, whole: true}, "0.5"},
	} {
		if got := words(tc.s); got != tc.want {
			t.Errorf("%v to %v: %q, want %q", tc.s.lo, tc.s.hi, got, tc.want)
		}
	}
}

// TestShortLogAxis asks for two powers, and the minor marks between them, where no label but every other fits.
func TestShortLogAxis(t *testing.T) {
	var labels []float64
	ts := scale{lo: 1.2e-5, hi: 0.09, log: true}.onto(0, 55).within(3).ticks(smallSize, false)
	for _, tk := range ts {
		if len(tk.label) > 0 {
			labels = append(labels, tk.v)
		}
	}
	if d := cmp.Diff([]float64{1e-4, 1e-2}, labels, cmpopts.EquateApprox(1e-9, 0)); d != "" || len(ts) < 30 {
		t.Errorf("%d marks; labels (-want +got):\n%s", len(ts), d)
	}
}

// TestMarginalRowsShareAKind asks for one kind of axis in all rows of the marginals, not a logarithmic one for
// lower ends of bands alone.
func TestMarginalRowsShareAKind(t *testing.T) {
	a := sample.Make(sample.Spec{Budgets: 3, Params: 2, Configs: 50})
	f := &marginalGrid{a: a, budgets: []int{0, 1, 2}, params: []int{0, 1}}
	set := func(b int, mean, std float64) {
		m := a.Budgets[b].Marginals[0]
		for k := range 10 {
			m.Mean[k], m.Std[k] = mean, std
		}
	}
	kinds := func() (logs int) {
		for _, s := range f.rowScales() {
			if s.log {
				logs++
			}
		}
		return logs
	}
	if n := kinds(); n != 0 {
		t.Errorf("%d of 3 axes are logarithmic, want none", n)
	}
	set(1, 0.5, 0.499)
	if n := kinds(); n != 0 {
		t.Errorf("a band down to 0.001: %d of 3 axes are logarithmic, want none", n)
	}
	set(1, 50, 1)
	if n := kinds(); n != 3 {
		t.Errorf("a mean of 50: %d of 3 axes are logarithmic, want all", n)
	}
	set(2, -1, 0.1)
	if n := kinds(); n != 0 {
		t.Errorf("a mean of 50, another of -1: %d of 3 axes are logarithmic, want none", n)
	}
}

func TestLossScale(t *testing.T) {
	if s := lossScale([]float64{0.001, 3, 1e8}); !s.log {
		t.Error("eleven decades on a linear axis")
	}
	if s := lossScale([]float64{40, 50, 60}); s.log || s.clippedHi {
		t.Errorf("%+v", s)
	}
	var vs []float64
	for i := range 50 {
		vs = append(vs, float64(i)-25)
	}
	if s := lossScale(append(vs, 1e9)); !s.clippedHi || s.hi > 30 || s.inside(1e9) || s.onto(0, 100).at(1e9) != 100 {
		t.Errorf("an outlier beside negative results: %+v", s)
	}
	if s := lossScale([]float64{0.1, math.Nextafter(0.1, 1)}); s.hi-s.lo < 0.001 {
		t.Errorf("results that differ by rounding: %+v", s)
	}
	if s := lossScale([]float64{math.NaN(), math.Inf(1)}); s.lo >= s.hi {
		t.Errorf("no results: %+v", s)
	}
}

func TestWords(t *testing.T) {
	for want, got := range map[string]string{
		"400 s": duration(400), "20 min": duration(1200), "1 h": duration(3600), "3 h": duration(10800),
		"90 min": duration(5400), "2.5 h": duration(9000), "2 d": duration(172800), "0.5 s": duration(0.5), "100 s": duration(100),
		"−0.42": fixed(-0.42, 2), "0.00": fixed(-0.001, 2),
		"1.22e−6": short(1.2211e-6, 3), "1234": short(1234.4, 3), "0.0123": short(0.01234, 3), "−2.5": short(-2.5, 3), "1e8": short(1e8, 3),
		"Validation error": capital("validation error"), "reward_mean": capital("reward_mean"),
		"a, b and c": list([]string{"a", "b", "c"}),
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	name := "SimpleLearningrateSchedulerSelector:cosine_annealing:T_max"
	c := clip(name, textSize, 60)
	if plain(c).width(textSize) > 60 || !strings.HasPrefix(c, "Simple") || !strings.HasSuffix(c, "T_max") || !strings.Contains(c, "…") {
		t.Errorf("clipped to %q", c)
	}
}

func TestClippedNamesStayDifferent(t *testing.T) {
	inside := "model:dasvdd:center_optimizer:"
	names := []string{inside + "AdamWOptimizer:lr", inside + "SGDOptimizer:lr", inside + "AdagradOptimizer:lr", "optimizer:SGDOptimizer:lr", "batch", "batch"}
	want := []string{"mod…AdamWOptimizer:lr", "model:d…SGDOptimizer:lr", "mod…AdagradOptimizer:lr", "optimizer:SGDOptimizer:lr", "batch", "batch"}
	if diff := cmp.Diff(want, clipAll(names, textSize, 85)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for width := 45.0; width < 200; width++ {
		seen := map[string]string{}
		for i, c := range clipAll(names, textSize, width) {
			if old, ok := seen[c]; ok && old != names[i] {
				t.Errorf("width %v: %s and %s are both %q", width, old, names[i], c)
			}
			if plain(c).width(textSize) > width {
				t.Errorf("width %v: %q is too wide", width, c)
			}
			seen[c] = names[i]
		}
	}
}

func TestColors(t *testing.T) {
	contrast := func(a, b color.NRGBA) float64 {
		x, y := luminance(a)+0.05, luminance(b)+0.05
		return max(x, y) / min(x, y)
	}
	for _, r := range []ramp{viridis, rdbu} {
		for i := range 101 {
			c := r.at(float64(i) / 100)
			if k := contrast(c, on(c)); k < 4.5 {
				t.Errorf("text on %v has contrast %.2f", c, k)
			}
		}
	}
	for _, c := range okabeIto {
		if k := contrast(legible(c), white); k < 4.5 {
			t.Errorf("text in %v has contrast %.2f", c, k)
		}
	}
	for n := 1; n <= 12; n++ { // budgets can be told apart without colour
		cs := budgetColors(n)
		for i := 1; i < n; i++ {
			if luminance(cs[i]) >= luminance(cs[i-1]) {
				t.Errorf("budget %d of %d is not darker than the one below", i, n)
			}
		}
	}
}

func TestSpreadAndSampled(t *testing.T) {
	if d := cmp.Diff([]int{0, 3, 6, 9}, spread(10, 4)); d != "" {
		t.Error(d)
	}
	rapid.Check(t, func(t *rapid.T) {
		n, k := rapid.IntRange(0, 5000).Draw(t, "n"), rapid.IntRange(1, 300).Draw(t, "k")
		s := sampled(n, k)
		if len(s) != min(n, k) {
			t.Fatalf("%d of %d, want %d", len(s), n, k)
		}
		for i := range s {
			if s[i] < 0 || s[i] >= n || i > 0 && s[i] <= s[i-1] {
				t.Fatalf("%v", s)
			}
		}
	})
	// Cycles of ten stay mixed.
	seen := map[int]int{}
	for _, i := range sampled(10_000, 1000) {
		seen[i%10]++
	}
	for k := range 10 {
		if seen[k] < 60 {
			t.Errorf("%d of 1000 samples are %d modulo 10", seen[k], k)
		}
	}
}
