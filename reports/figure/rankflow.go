package figure

import (
	"fmt"
	"math"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

const (
	flowTop     = 7  // configurations in colour
	flowContext = 80 // others in grey
	flowBudgets = 6
)

var rankFlow = kind{
	Kind{"rank-flow", "ranks of the best configurations at the largest budget, followed through the smaller ones"},
	func(a *reports.Analysis) (*Figure, string) {
		if len(a.Budgets) < 2 {
			return nil, "there is only one budget"
		}
		f := &flow{a: a}
		f.budgets = spread(len(a.Budgets), flowBudgets)
		f.rank = make([]map[int]int, len(f.budgets))
		connected := false
		for i, b := range f.budgets {
			f.rank[i] = map[int]int{}
			for r, c := range order(a, b) {
				f.rank[i][c] = r + 1
				if i > 0 && !connected {
					_, connected = f.rank[i-1][c]
				}
			}
			f.most = max(f.most, len(f.rank[i]))
		}
		for c := range a.Configs {
			if f.seen(c) >= 2 {
				connected = true
			}
		}
		if !connected {
			return nil, "no configuration has a result at two budgets"
		}
		last := f.budgets[len(f.budgets)-1]
		top := order(a, last)
		// Those that say something about smaller budgets come first; what ran only at the largest is a point.
		for _, c := range top {
			if f.seen(c) >= 2 && len(f.top) < flowTop {
				f.top = append(f.top, c)
			}
		}
		if len(f.top) == 0 {
			return nil, "no configuration at the largest budget has a result at a smaller one"
		}
		var alt []string
		for _, c := range f.top {
			var rs []string
			for i, b := range f.budgets {
				if r, ok := f.rank[i][c]; ok {
					rs = append(rs, fmt.Sprintf("%d of %d at %s", r, len(f.rank[i]), budgetName(a, a.Budgets[b].Budget)))
				}
			}
			alt = append(alt, "Configuration "+a.Configs[c].ID+": rank "+strings.Join(rs, ", "))
		}
		return &Figure{
			Title: "Ranks of the best configurations across budgets",
			Caption: fmt.Sprintf("Rank of the configurations at each budget (1 is best, logarithmic axis) among the n with a result there. "+
				"Coloured and labelled with their identifier: the best %d at %s of those that also ran at a smaller budget. Grey: other configurations that ran at two budgets or more.%s",
				len(f.top), budgetName(a, a.Budgets[last].Budget), thinned(len(f.budgets), len(a.Budgets))),
			Alt:    "Ranks across budgets. " + strings.Join(alt, ". ") + ".",
			layout: f.layout,
		}, ""
	},
}

type flow struct {
	a       *reports.Analysis
	budgets []int
	rank    []map[int]int // by configuration, for each of budgets
	top     []int
	most    int
}

func (f *flow) seen(c int) (n int) {
	for _, r := range f.rank {
		if _, ok := r[c]; ok {
			n++
		}
	}
	return n
}

func (f *flow) layout(width float64) (float64, func(pen)) {
	a := f.a
	height := 178.0
	const head, bottom, left = 24.0, 7.0, 34.0
	labelWidth := 0.0
	for _, c := range f.top {
		labelWidth = math.Max(labelWidth, plain(clip(a.Configs[c].ID, smallSize, width*0.2)).width(smallSize))
	}
	b := box{left, bottom, width - labelWidth - 16, height - head}
	y := scale{lo: 1, hi: math.Max(2, float64(f.most)), log: true}.onto(b.top-3, b.bottom+2)
	x := func(i int) float64 {
		return b.left + 8 + (b.width()-14)*float64(i)/float64(max(1, len(f.budgets)-1))
	}
	return height, func(p pen) {
		ax := axes{b, scale{lo: 0, hi: 1}, y}
		p.yTicks(ax, y.ticks(smallSize, true), true)
		p.line(spine, point{b.left, b.top}, point{b.left, b.bottom})
		p.text(point{7, (b.top + b.bottom) / 2}, plain("Rank"), say{h: middle, turn: 90})
		p.text(point{2, b.top + 13}, plain(clip(budgetCorner(a), smallSize, left)), say{size: smallSize, color: axisGrey})
		for i, budget := range f.budgets {
			p.line(stroke{color: gridGrey, width: 0.5}, point{x(i), b.bottom}, point{x(i), b.top})
			room := (b.width() - 14) / float64(max(1, len(f.budgets)-1))
			p.text(point{x(i), b.top + 13}, plain(clip(budgetLabel(a, a.Budgets[budget].Budget), textSize, room-2)), say{h: middle})
			n := count(len(f.rank[i]))
			if n.width(smallSize) > room-3 {
				n = plain(fmt.Sprint(len(f.rank[i])))
			}
			p.text(point{x(i), b.top + 5}, n, say{size: smallSize, h: middle, color: axisGrey})
		}
		chosen := map[int]bool{}
		for _, c := range f.top {
			chosen[c] = true
		}
		drawn := 0
		for i := len(f.budgets) - 1; i >= 0 && drawn < flowContext; i-- { // those that got furthest first
			for _, c := range order(a, f.budgets[i]) {
				if drawn >= flowContext {
					break
				}
				if !chosen[c] && f.seen(c) >= 2 {
					chosen[c] = true
					drawn++
					f.path(p, c, x, y, stroke{color: fade(midGrey, 0.38), width: 0.5}, 0.7)
				}
			}
		}
		want := make([]float64, len(f.top))
		for k := len(f.top) - 1; k >= 0; k-- {
			c := f.top[k]
			f.path(p, c, x, y, stroke{color: okabeIto[k%len(okabeIto)], width: 1.3}, 2)
			want[k] = y.at(float64(f.rank[len(f.rank)-1][c]))
		}
		at := repel(want, 7.6, b.bottom, b.top)
		for k, c := range f.top {
			col := okabeIto[k%len(okabeIto)]
			x0 := x(len(f.budgets) - 1)
			p.line(stroke{color: col, width: 0.5}, point{x0 + 2.6, want[k]}, point{x0 + 9, at[k]})
			p.text(point{x0 + 11, at[k]}, plain(clip(a.Configs[c].ID, smallSize, width*0.2)), say{size: smallSize, v: middle, color: legible(col)})
		}
	}
}

// path follows one configuration: curves between neighbouring budgets, dashes across one where it has no result.
func (f *flow) path(p pen, c int, x func(int) float64, y scale, s stroke, r float64) {
	prev := -1
	var marks []point
	for i := range f.budgets {
		rank, ok := f.rank[i][c]
		if !ok {
			continue
		}
		at := point{x(i), y.at(float64(rank))}
		if prev >= 0 {
			before := point{x(prev), y.at(float64(f.rank[prev][c]))}
			t := s
			if i-prev > 1 {
				t.dash = []float64{2, 1.6}
			}
			p.ease(t, before, at)
		}
		marks = append(marks, at)
		prev = i
	}
	if s.color.A == 255 {
		p.dots(white, marks, r+0.7)
		p.dots(s.color, marks, r)
	}
}
