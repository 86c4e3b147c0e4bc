package figure

import (
	"fmt"
	"math"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

const matrixBudgets = 10 // at most, so that cells stay legible and the matrix fits a page

var rankCorrelation = kind{
	Kind{"rank-correlation", "Spearman's rank correlation of the results at every pair of budgets, with n and interval"},
	func(a *reports.Analysis) (*Figure, string) {
		if len(a.Budgets) < 2 {
			return nil, "there is only one budget"
		}
		m := newMatrix(a)
		var alt, unknown []string
		for _, c := range a.Correlations {
			if !m.has(c) {
				continue
			}
			s := c.Spearman
			low, high := budgetName(a, c.Low), budgetName(a, c.High)
			cell := matrixCell{value: s.Rho, n: c.N}
			if math.IsNaN(s.Rho) {
				unknown = append(unknown, fmt.Sprintf("%s to %s (%s)", low, high, s.Reason))
				alt = append(alt, fmt.Sprintf("%s to %s: cannot be told, n %d, %s", low, high, c.N, s.Reason))
			} else {
				cell.lo, cell.hi = interval(s)
				alt = append(alt, fmt.Sprintf("%s to %s: %s%s, n %d", low, high, fixed(s.Rho, 2), spelled(cell.lo, cell.hi), c.N))
			}
			m.cells[m.at[c.LowIndex]][m.at[c.HighIndex]] = cell
		}
		caption := "Spearman's rank correlation ρ of the results of the same configurations at two budgets" +
			m.with("its "+level(a)+" interval and the number n of configurations that have a result at both") + ". " +
			"Rows are the lower budget, columns the higher. Only configurations that ran on are counted: " +
			"where they were chosen by their results, ρ is that of the chosen." + thinned(len(m.budgets), len(a.Budgets))
		caption += hatched(unknown)
		return &Figure{
			Title:   "Rank correlation across budgets",
			Caption: caption,
			Alt:     "Matrix of Spearman's rank correlations between budgets. " + strings.Join(alt, ". ") + ".",
			layout:  m.layout,
		}, ""
	},
}

var surrogateCorrelation = kind{
	Kind{"surrogate-correlation", "rank correlation of two budgets' forests over the whole space"},
	func(a *reports.Analysis) (*Figure, string) {
		if len(a.Budgets) < 2 {
			return nil, "there is only one budget"
		}
		m := newMatrix(a)
		var alt, unknown []string
		known, points := 0, 0
		for _, c := range a.Correlations {
			if !m.has(c) {
				continue
			}
			s := c.Surrogate
			low, high := budgetName(a, c.Low), budgetName(a, c.High)
			cell := matrixCell{value: s.Rho, n: -1}
			if math.IsNaN(s.Rho) {
				unknown = append(unknown, fmt.Sprintf("%s to %s (%s)", low, high, s.Reason))
				alt = append(alt, fmt.Sprintf("%s to %s: cannot be told, %s", low, high, s.Reason))
			} else {
				known, points = known+1, s.Points
				alt = append(alt, fmt.Sprintf("%s to %s: %s", low, high, fixed(s.Rho, 2)))
				cell.note = fmt.Sprintf("R² %s, %s", fixed(s.LowR2, 2), fixed(s.HighR2, 2))
			}
			m.cells[m.at[c.LowIndex]][m.at[c.HighIndex]] = cell
		}
		if known == 0 {
			return nil, "no two budgets have a forest that predicts better than the mean"
		}
		caption := fmt.Sprintf("Spearman's rank correlation of the predictions of two budgets' forests at %d quasi-random points of the "+
			"whole space%s. It is free of the selection of the survivors, but no better than the forests.",
			points, m.with("the out-of-bag R² of the forest at the lower and at the higher budget")) + thinned(len(m.budgets), len(a.Budgets))
		caption += hatched(unknown)
		return &Figure{
			Title:   "Rank correlation of the forests' predictions",
			Caption: caption,
			Alt:     "Matrix of rank correlations of the forests' predictions between budgets. " + strings.Join(alt, ". ") + ".",
			layout:  m.layout,
		}, ""
	},
}

// hatched names the cells without a number, in a sentence with a leading space: all, or one of many.
func hatched(cells []string) string {
	switch n := len(cells); {
	case n == 0:
		return ""
	case n > fewWords:
		return fmt.Sprintf(" Hatched: cannot be told, %d pairs, such as %s.", n, cells[0])
	}
	return " Hatched: cannot be told: " + strings.Join(cells, "; ") + "."
}

// interval of a correlation: that of the formula, else that of the bootstrap.
func interval(s reports.RankStat) (lo, hi float64) {
	if math.IsNaN(s.Lo) || math.IsNaN(s.Hi) {
		return s.BootLo, s.BootHi
	}
	return s.Lo, s.Hi
}

// level of confidence in words.
func level(a *reports.Analysis) string {
	c := a.Provenance.Options.Confidence
	if c <= 0 || c >= 1 {
		c = 0.95
	}
	return short(100*c, 3) + " %"
}

func spelled(lo, hi float64) string {
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return ""
	}
	return fmt.Sprintf(", interval %s to %s", fixed(lo, 2), fixed(hi, 2))
}

// matrix is an upper triangle of correlations.
type matrix struct {
	corner  string      // heads the budgets; may be empty
	at      map[int]int // by the index of a budget that is drawn, its place
	budgets []string
	counts  []int
	cells   [][]matrixCell // [low][high]
}

type matrixCell struct {
	value  float64
	lo, hi float64 // NaN for none
	n      int     // -1 for none
	note   string
}

func newMatrix(a *reports.Analysis) *matrix {
	shown := spread(len(a.Budgets), matrixBudgets)
	m := &matrix{corner: budgetCorner(a), at: map[int]int{}}
	none := matrixCell{value: math.NaN(), lo: math.NaN(), hi: math.NaN(), n: -1}
	for k, i := range shown {
		b := a.Budgets[i]
		m.at[i] = k
		m.budgets = append(m.budgets, budgetLabel(a, b.Budget))
		m.counts = append(m.counts, b.N)
		row := make([]matrixCell, len(shown))
		for i := range row {
			row[i] = none
		}
		m.cells = append(m.cells, row)
	}
	return m
}

// has reports whether both budgets are drawn.
func (m *matrix) has(c reports.Correlation) bool {
	_, low := m.at[c.LowIndex]
	_, high := m.at[c.HighIndex]
	return low && high
}

// lines of text below the value.
func (c matrixCell) lines() []text {
	var out []text
	if !math.IsNaN(c.value) && !math.IsNaN(c.lo) && !math.IsNaN(c.hi) && c.lo < c.hi {
		out = append(out, plain("["+fixed(c.lo, 2)+", "+fixed(c.hi, 2)+"]"))
	}
	if c.note != "" {
		out = append(out, plain(c.note))
	}
	if c.n >= 0 {
		out = append(out, join(italic("n"), plain(fmt.Sprintf(" = %d", c.n))))
	}
	return out
}

// with says in a caption what stands below the values, for a caption serves both widths.
func (m *matrix) with(what string) string {
	below := func(w Width) bool {
		_, cw, ch := m.grid(float64(w) * 72)
		_, sub := m.sizes(cw-cellMargin, ch)
		return sub > 0
	}
	switch {
	case below(Column):
		return ", with " + what
	case below(Full):
		return ", with " + what + " where there is room for them (full width)"
	}
	return ""
}

const cellMargin = 5

// grid is the room left of the cells, and their width and height.
func (m *matrix) grid(width float64) (left, cw, ch float64) {
	cols := len(m.budgets) - 1
	for i := range cols {
		left = math.Max(left, plain(m.budgets[i]).width(textSize))
		left = math.Max(left, count(m.counts[i]).width(smallSize))
	}
	left += 8
	cw = (width - left) / float64(cols)
	ch = math.Min(44, math.Max(0.42*cw, 34))
	if cw < 34 {
		ch = math.Max(14, cw)
	}
	if cols == 1 {
		cw = math.Min(cw, 160)
	}
	return left, cw, ch
}

func (m *matrix) layout(width float64) (float64, func(pen)) {
	k := len(m.budgets)
	cols := k - 1
	left, cw, ch := m.grid(width)
	const head = 21
	height := head + ch*float64(cols)
	draw := func(p pen) {
		top := height - head
		cell := func(i, j int) box { // row i (low), column j (high), j > i
			x, y := left+cw*float64(j-1), top-ch*float64(i)
			return box{x + 0.6, y - ch + 0.6, x + cw - 0.6, y - 0.6}
		}
		size, sub := m.sizes(cw-cellMargin, ch)
		p.text(point{2, top + 7.5}, plain(clip(m.corner, smallSize, left-4)), say{size: smallSize, color: axisGrey})
		for i := range cols {
			y := top - ch*(float64(i)+0.5)
			if ch > 20 {
				p.text(point{left - 6, y + 1.2}, plain(m.budgets[i]), say{h: end})
				p.text(point{left - 6, y - 6.8}, count(m.counts[i]), say{size: smallSize, h: end, color: axisGrey})
			} else {
				p.text(point{left - 4, y}, plain(m.budgets[i]), say{size: smallSize, h: end, v: middle})
			}
			x := left + cw*(float64(i)+0.5)
			if cw > 32 {
				p.text(point{x, top + 11.5}, plain(m.budgets[i+1]), say{h: middle})
				p.text(point{x, top + 3.5}, count(m.counts[i+1]), say{size: smallSize, h: middle, color: axisGrey})
			} else {
				p.text(point{x, top + 4}, plain(clip(m.budgets[i+1], tinySize, cw)), say{size: tinySize, h: middle})
			}
		}
		for i := range k {
			for j := i + 1; j < k; j++ {
				m.cell(p, cell(i, j), m.cells[i][j], size, sub)
			}
		}
		if cols > 1 {
			m.colorBar(p, box{left, top - ch*float64(cols), left + cw*float64(cols-1), top - ch*float64(cols-1)})
		}
	}
	return height, draw
}

func count(n int) text { return join(italic("n"), plain(fmt.Sprintf(" = %d", n))) }

// sizes of the value and of the lines below it such that all cells fit; sub is 0
// where there is no room for such lines.
func (m *matrix) sizes(width, height float64) (size, sub float64) {
	size = math.Min(9, height*0.5)
	value := plain("−0.00")
	for size > tinySize && value.width(size) > width {
		size -= 0.2
	}
	if value.width(size) > width {
		return 0, 0
	}
	longest, lines := 0.0, 0
	for _, row := range m.cells {
		for _, c := range row {
			ls := c.lines()
			lines = max(lines, len(ls))
			for _, l := range ls {
				longest = math.Max(longest, l.width(1))
			}
		}
	}
	sub = math.Min(smallSize, width/longest)
	if sub < tinySize-0.4 || size+float64(lines)*(sub+1.5) > height-2 {
		sub = 0
	}
	return size, sub
}

func (m *matrix) cell(p pen, b box, c matrixCell, size, sub float64) {
	mid := point{(b.left + b.right) / 2, (b.bottom + b.top) / 2}
	known := !math.IsNaN(c.value)
	value := bold("cannot tell")
	s := say{size: sub, h: middle, color: ink}
	if known {
		fill := rdbu.at((c.value + 1) / 2)
		p.rect(fill, b)
		value, s.size, s.color = bold(fixed(c.value, 2)), size, on(fill)
	} else {
		p.hatch(b)
	}
	if s.size == 0 {
		return
	}
	var lines []text
	if sub > 0 {
		lines = c.lines()
	}
	lead := sub + 1.8
	total := s.size*capHeight + lead*float64(len(lines))
	y := mid.y + total/2 - s.size*capHeight
	if !known {
		for _, l := range append([]text{value}, lines...) { // paper below the words, on the hatching
			w := l.width(sub)
			p.rect(noData, box{mid.x - w/2 - 1.5, y - 1.6, mid.x + w/2 + 1.5, y + sub*0.8})
			y -= lead
		}
		y = mid.y + total/2 - s.size*capHeight
	}
	p.text(point{mid.x, y}, value, s)
	for _, l := range lines {
		y -= lead
		p.text(point{mid.x, y}, l, say{size: sub, h: middle, color: s.color})
	}
}

// colorBar stands in the empty triangle.
func (m *matrix) colorBar(p pen, room box) {
	w := math.Min(room.width()-12, 110)
	if w < 24 {
		return
	}
	b := box{room.left + 2, room.bottom + 11, room.left + 2 + w, room.bottom + 16}
	p.bar(b, rdbu)
	x := scale{lo: -1, hi: 1}.onto(b.left, b.right)
	labels := []tick{{-1, plain("−1")}, {-0.5, nil}, {0, plain("0")}, {0.5, nil}, {1, plain("1")}}
	p.xTicks(axes{b, x, x}, labels, true)
	p.text(point{b.left, b.top + 4}, join(plain("Spearman’s "), italic("ρ")), say{size: smallSize})
}
