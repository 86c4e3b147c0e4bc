package figure

import (
	"fmt"
	"image/color"
	"math"
	"sort"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

const methodTop = 12 // parameters

// methodWords are names of methods in sentences, and in heads of at most two lines.
var methodWords = map[string]struct{ name, first, second string }{
	reports.PED:         {"PED-ANOVA", "PED-", "ANOVA"},
	reports.Local:       {"local", "local", ""},
	reports.Permutation: {"permutation", "permu-", "tation"},
	reports.Impurity:    {"impurity", "impurity", ""},
}

var methodBars = kind{
	Kind{"methods", "importance by functional ANOVA, PED-ANOVA, local, permutation and impurity side by side, at the largest decided budget"},
	func(a *reports.Analysis) (*Figure, string) {
		ds := decided(a)
		if len(ds) == 0 {
			return nil, noneDecided(a)
		}
		if len(a.Params) < 2 {
			return nil, "there is only one parameter"
		}
		b := ds[len(ds)-1]
		f := &methodGrid{a: a}
		alone, total := methodColumn{name: "functional ANOVA, alone", first: "fANOVA", second: "alone", agreement: math.NaN()},
			methodColumn{name: "functional ANOVA, total", first: "fANOVA", second: "total", agreement: math.NaN()}
		for j := range a.Params {
			m := a.Budgets[b].Importance[j]
			alone.scores = append(alone.scores, reports.Score{Mean: m.Individual.Mean, Std: m.Individual.Std})
			total.scores = append(total.scores, reports.Score{Mean: m.Sobol.Mean, Std: m.Sobol.Std})
		}
		f.columns = []methodColumn{alone, total}
		n, target := a.Budgets[b].N, 0
		left := ""
		for _, m := range a.Budgets[b].Methods {
			w := methodWords[m.Method]
			if m.Reason != "" || len(m.Scores) != len(a.Params) {
				if m.Reason != "" {
					left += fmt.Sprintf(" Not drawn: %s, because %s.", w.name, m.Reason)
				}
				continue
			}
			if m.Method == reports.PED {
				target = m.N
			}
			f.columns = append(f.columns, methodColumn{w.name, w.first, w.second, m.Agreement, m.Scores})
		}
		if len(f.columns) == 2 {
			return nil, "the analysis has no importance by other methods"
		}
		f.params = ranked(a, b)
		if len(f.params) > methodTop {
			// Those that any of the methods ranks high, in the order of the first.
			best := f.best()
			sort.SliceStable(f.params, func(x, y int) bool { return best[f.params[x]] < best[f.params[y]] })
			chosen := map[int]bool{}
			for _, j := range f.params[:methodTop] {
				chosen[j] = true
			}
			f.params = nil
			for _, j := range ranked(a, b) {
				if chosen[j] {
					f.params = append(f.params, j)
				}
			}
		}
		var alt []string
		for _, c := range f.columns {
			var words []string
			for _, j := range f.params {
				words = append(words, a.Params[j].Name+" "+short(c.scores[j].Mean, 2))
			}
			agree := ""
			if !math.IsNaN(c.agreement) {
				agree = " (rank correlation with functional ANOVA alone " + fixed(c.agreement, 2) + ")"
			}
			alt = append(alt, capital(c.name)+agree+": "+strings.Join(words, ", "))
		}
		budget := atBudget(a, a.Budgets[b].Budget)
		caption := fmt.Sprintf("Importance%s (n = %d) by different methods, each on an axis of its own: only their orders can be compared. fANOVA: share of the variance over the space, alone and with all interactions. ", budget, n)
		if target > 0 {
			caption += fmt.Sprintf("PED-ANOVA: what separates the best %d configurations from all, without a model. ", target)
		}
		caption += "Local: share of the variance along the lines through the incumbent. Permutation: loss of out-of-bag R² if the parameter is permuted. Impurity: share of the training variance that splits on it remove. " +
			"Error bars, cut at the edge: standard deviation over the trees, where there is one; ρ: Spearman's correlation of the order with that of the first column."
		if rest := len(a.Params) - len(f.params); rest > 0 {
			caption += fmt.Sprintf(" Drawn: the %d of %d parameters that some method ranks highest.", len(f.params), len(a.Params))
		}
		return &Figure{
			Title:   "Importance by method" + budget,
			Caption: caption + left,
			Alt:     "Bars of importance by method. " + strings.Join(alt, ". ") + "." + left,
			layout:  f.layout,
		}, ""
	},
}

type methodGrid struct {
	a       *reports.Analysis
	columns []methodColumn
	params  []int
}

type methodColumn struct {
	name, first, second string
	agreement           float64
	scores              []reports.Score // by parameter
}

// best is the best rank of each parameter in any column.
func (f *methodGrid) best() []int {
	out := make([]int, len(f.a.Params))
	for i := range out {
		out[i] = len(out)
	}
	for _, c := range f.columns {
		idx := make([]int, len(out))
		for i := range idx {
			idx[i] = i
		}
		sort.SliceStable(idx, func(x, y int) bool { return c.scores[idx[x]].Mean > c.scores[idx[y]].Mean })
		for r, j := range idx {
			out[j] = min(out[j], r)
		}
	}
	return out
}

func (f *methodGrid) layout(width float64) (float64, func(pen)) {
	a := f.a
	const group, foot, gap = 11.0, 13.0, 7.0
	names := 0.0
	for _, j := range f.params {
		names = math.Max(names, plain(a.Params[j].Name).width(textSize))
	}
	names = math.Min(names, 0.28*width)
	left := names + 8
	n := float64(len(f.columns))
	w := (width - left - 7 - gap*(n-1)) / n
	one := w > 48 // heads of one line
	head := 26.0
	if one {
		head = 19
	}
	bottom, top := foot, foot+group*float64(len(f.params))
	labels := paramNames(a, f.params, textSize, names)
	return top + head, func(p pen) {
		for r, label := range labels {
			y := top - group*(float64(r)+0.5)
			if r%2 == 1 { // eyes have to keep to the row
				p.rect(color.NRGBA{0xf4, 0xf4, 0xf4, 255}, box{2, y - group/2, width - 2, y + group/2})
			}
			p.text(point{left - 5, y}, plain(label), say{h: end, v: middle})
		}
		for i, c := range f.columns {
			b := box{left + float64(i)*(w+gap), bottom, 0, top}
			b.right = b.left + w
			f.column(p, b, c, i, one)
		}
	}
}

func (f *methodGrid) column(p pen, b box, c methodColumn, i int, one bool) {
	most, least := 0.0, 0.0
	for _, j := range f.params {
		if s := c.scores[j]; !math.IsNaN(s.Mean) {
			most, least = math.Max(most, s.Mean), math.Min(least, s.Mean)
		}
	}
	if most == 0 {
		most = 1
	}
	ax := axes{b, scale{lo: math.Max(least, -0.1*most), hi: most * 1.05}.onto(b.left, b.right).within(3), scale{lo: 0, hi: 1}.onto(b.bottom, b.top)}
	fill := okabeIto[0]
	if i > 1 {
		fill = midGrey
	}
	for r, j := range f.params {
		s := c.scores[j]
		if math.IsNaN(s.Mean) {
			continue
		}
		y := b.top - 11*(float64(r)+0.5)
		from, to := ax.x.at(math.Min(0, s.Mean)), ax.x.at(math.Max(0, s.Mean))
		p.rect(tint(fill), box{from, y - 3.2, to, y + 3.2})
		if !math.IsNaN(s.Std) { // beyond the edge: no cap
			p.line(stroke{color: ink, width: 0.5}, point{ax.x.at(s.Mean - s.Std), y}, point{ax.x.at(s.Mean + s.Std), y})
		}
	}
	zero := ax.x.at(0)
	p.line(spine, point{zero, b.top}, point{zero, b.bottom})
	p.line(spine, point{b.left, b.bottom}, point{b.right, b.bottom})
	p.xTicks(ax, ends(ax.x), true)
	line := func(k float64) float64 { return b.top + 3.5 + 7.6*k }
	words := []string{c.first, c.second}
	if one {
		words = []string{strings.TrimSuffix(strings.Join(words, " "), " ")}
		if strings.HasSuffix(c.first, "-") {
			words[0] = capital(c.name)
		}
	}
	words = wordsOf(words)
	for k, s := range words {
		p.text(point{b.left, line(float64(len(words) - k))}, plain(clip(capitalIf(s, k == 0), smallSize, b.width()+6)), say{size: smallSize})
	}
	if !math.IsNaN(c.agreement) {
		p.text(point{b.left, line(0)}, plain("ρ "+fixed(c.agreement, 2)), say{size: smallSize, color: axisGrey})
	}
}

func wordsOf(lines []string) []string {
	if len(lines) > 1 && lines[1] == "" {
		return lines[:1]
	}
	return lines
}

// capitalIf leaves names such as fANOVA as they are.
func capitalIf(s string, first bool) string {
	if first && !strings.HasPrefix(s, "fANOVA") {
		return capital(s)
	}
	return s
}

// ends labels 0 and the last round number of a short axis.
func ends(x scale) []tick {
	out := []tick{{0, plain("0")}}
	for want := 2; want < 8; want++ {
		ts := linearTicks(x, want)
		if last := ts[len(ts)-1].v; last > 0 {
			return append(out, tick{last, plain(short(last, 3))})
		}
	}
	return out
}
