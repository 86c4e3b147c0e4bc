package figure

import (
	"fmt"
	"math"
	"sort"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

const pairTop = 9

var pairMatrix = kind{
	Kind{"pair-importance", "importance of the pairs of parameters at the largest decided budget, single parameters on the diagonal"},
	func(a *reports.Analysis) (*Figure, string) {
		ds := decided(a)
		if len(ds) == 0 {
			return nil, noneDecided(a)
		}
		b := ds[len(ds)-1]
		d := len(a.Params)
		if d < 2 {
			return nil, "there is only one parameter"
		}
		if len(a.Budgets[b].Importance) < d+d*(d-1)/2 {
			return nil, "the analysis has no importance of pairs"
		}
		f := &pairGrid{a: a, budget: b}
		// A parameter that acts only together with others belongs to the figure too:
		// rank by the largest share in which it takes part.
		most := make([]float64, d)
		for i := range d {
			for j := range d {
				if v := f.share(i, j); v > most[i] {
					most[i] = v
				}
			}
		}
		f.params = ranked(a, b)
		sort.SliceStable(f.params, func(x, y int) bool { return most[f.params[x]] > most[f.params[y]] })
		if len(f.params) > pairTop {
			f.params = f.params[:pairTop]
		}
		// The strongest first, for the text.
		type pair struct {
			name  string
			share float64
		}
		var pairs []pair
		for r, i := range f.params {
			for _, j := range f.params[:r] {
				if v := f.share(i, j); !math.IsNaN(v) {
					pairs = append(pairs, pair{a.Params[j].Name + " with " + a.Params[i].Name, v})
				}
			}
		}
		sort.SliceStable(pairs, func(x, y int) bool { return pairs[x].share > pairs[y].share })
		var words []string
		for _, p := range pairs[:min(10, len(pairs))] {
			words = append(words, p.name+" "+fixed(p.share, 3))
		}
		budget := atBudget(a, a.Budgets[b].Budget)
		caption := fmt.Sprintf("Share of the variance%s (n = %d) that each pair of parameters explains beyond its two members "+
			"(functional ANOVA); on the diagonal what each parameter explains alone. Shares below 0.005 have no number.", budget, a.Budgets[b].N)
		if len(f.params) < d {
			caption += fmt.Sprintf(" The %d of %d parameters that take part in the largest shares are drawn.", len(f.params), d)
		}
		return &Figure{
			Title:   "Importance of pairs" + budget,
			Caption: caption,
			Alt: "Matrix of the importance of pairs" + budget + ". Alone: " + shares(a, b, f.params, false) +
				". Strongest pairs: " + strings.Join(words, ", ") + ".",
			layout: f.layout,
		}, ""
	},
}

type pairGrid struct {
	a      *reports.Analysis
	budget int
	params []int
}

// share of a pair, or of a parameter if both are equal.
func (f *pairGrid) share(i, j int) float64 {
	imp := f.a.Budgets[f.budget].Importance
	if i == j {
		return imp[i].Individual.Mean
	}
	i, j = min(i, j), max(i, j)
	d := len(f.a.Params)
	return imp[d+i*d-i*(i+1)/2+j-i-1].Individual.Mean
}

func (f *pairGrid) layout(width float64) (float64, func(pen)) {
	a := f.a
	n := len(f.params)
	names := 0.0
	for _, j := range f.params {
		names = math.Max(names, plain(a.Params[j].Name).width(textSize))
	}
	left := math.Min(names, 0.3*width) + 7
	cw := math.Min((width-left)/float64(n), 56)
	ch := math.Min(cw, 21)
	ch = math.Max(ch, 12)
	// The names of the columns stand on the diagonal's upper side, turned.
	const turn = 40
	tail := math.Min(names, 72)
	sin, cos := math.Sincos(turn * math.Pi / 180)
	if over := left + cw*(float64(n)-0.5) + tail*cos + 4 - width; over > 0 {
		cw -= over / float64(n)
		ch = math.Max(12, math.Min(cw, 21))
	}
	rise := tail*sin + 8
	height := ch*float64(n) + rise
	most := 0.01
	for _, i := range f.params {
		for _, j := range f.params {
			most = math.Max(most, nanZero(f.share(i, j)))
		}
	}
	rows, columns := paramNames(a, f.params, textSize, left-6), paramNames(a, f.params, smallSize, tail)
	return height, func(p pen) {
		size := math.Min(smallSize, math.Min(cw/1.9, ch*0.55))
		for r, i := range f.params {
			top := ch * float64(n-r)
			p.text(point{left - 4, top - ch/2}, plain(rows[r]), say{h: end, v: middle})
			for c := range r + 1 {
				v := f.share(i, f.params[c])
				b := box{left + cw*float64(c) + 0.4, top - ch + 0.4, left + cw*float64(c+1) - 0.4, top - 0.4}
				if math.IsNaN(v) {
					p.hatch(b)
					continue
				}
				// A square root would spread the small ones, but the eye should see shares as they are.
				col := blues.at(v / most)
				p.rect(col, b)
				label := fixed(v, 2)
				if plain(label).width(size) > cw-3 {
					label = strings.TrimPrefix(label, "0")
				}
				if v >= 0.005 && size >= tinySize-0.6 {
					p.text(point{(b.left + b.right) / 2, (b.bottom + b.top) / 2}, plain(label), say{size: size, h: middle, v: middle, color: on(col)})
				}
				if c == r {
					p.frame(stroke{color: ink, width: 0.6}, b)
				}
			}
			if r < n {
				p.text(point{left + cw*(float64(r)+0.5) - 1, top + 3}, plain(columns[r]), say{size: smallSize, color: axisGrey, turn: turn})
			}
		}
		w := math.Min(90, cw*float64(n)*0.3)
		b := box{width - w - 6, height - 14, width - 6, height - 9}
		p.bar(b, blues)
		x := scale{lo: 0, hi: most}.onto(b.left, b.right)
		p.xTicks(axes{b, x, x}, linearTicks(x, 2), true)
		p.text(point{b.right, b.top + 3}, plain("share of variance"), say{size: smallSize, h: end})
	}
}
