package html

import (
	"fmt"
	"math"
	"strconv"

	"github.com/nasalyze/nasalyze/reports"
)

// ranks is the section on the correlation between budgets.
type ranks struct {
	// Empty says why there is no matrix.
	Empty  string
	Fewer  string // of many budgets
	Unit   string
	Highs  []string
	Rows   []matrixRow
	Notes  []string
	Detail table
	// First is the pair shown at first, an index in Analysis.Correlations, -1 for none.
	First int
	// Small cells without intervals, where there are many budgets.
	Small bool
	// Repeated figures show what is on the page already; Flow has no other form.
	Repeated, Flow []paper
}

// matrixRow is a lower budget against all higher ones.
type matrixRow struct {
	Low   string
	Cells []matrixCell
}

// matrixCell is one pair of budgets; Pair is -1 where there is none.
type matrixCell struct {
	Pair     int
	Rho      string
	N        string
	Interval string
	Class    string
	Note     string
	Label    string // for a screen reader
}

func newRanks(s *source) ranks {
	a := s.a
	v := ranks{First: -1, Fewer: s.ofBudgets(), Unit: budgetUnit(a),
		Small: len(a.Budgets) > 6, Repeated: s.figures("rank-correlation", "surrogate-correlation", "loss-scatter"), Flow: s.figures("rank-flow", "budget-choice")}
	if len(a.Correlations) == 0 {
		v.Empty = "The log has one budget only, so there are no two rankings to compare."
		return v
	}
	n := len(a.Budgets)
	for _, b := range a.Budgets[1:] {
		v.Highs = append(v.Highs, number(b.Budget))
	}
	notes := &table{}
	for lo := range n - 1 {
		r := matrixRow{Low: number(a.Budgets[lo].Budget), Cells: make([]matrixCell, n-1)}
		for i := range r.Cells {
			r.Cells[i].Pair = -1
		}
		v.Rows = append(v.Rows, r)
	}
	for i := range a.Correlations {
		c := &a.Correlations[i]
		v.Rows[c.LowIndex].Cells[c.HighIndex-1] = newMatrixCell(a, i, notes)
		// The pair that everybody asks for: the lowest budget that says something
		// about the highest.
		if c.HighIndex == n-1 && v.First < 0 && !math.IsNaN(c.Spearman.Rho) {
			v.First = i
		}
	}
	for i := range a.Correlations {
		if v.First < 0 && a.Correlations[i].N > 0 {
			v.First = i
		}
	}
	if v.First < 0 {
		v.First = 0
	}
	v.Notes = notes.Notes
	v.Detail = rankTable(a)
	return v
}

func newMatrixCell(a *reports.Analysis, i int, notes *table) matrixCell {
	c := &a.Correlations[i]
	cell := matrixCell{Pair: i, Rho: fixed(c.Spearman.Rho), N: "n " + count(c.N)}
	where := fmt.Sprintf("%s against %s: ", budget(a, c.Low), budget(a, c.High))
	if math.IsNaN(c.Spearman.Rho) {
		cell.Class = "unknown"
		cell.Note = notes.missing(c.Spearman.Reason).Note
		cell.Label = where + "cannot tell, " + c.Spearman.Reason
		return cell
	}
	sign := "pos"
	if c.Spearman.Rho < 0 {
		sign = "neg"
	}
	cell.Class = fmt.Sprintf("%s s%d", sign, int(math.Round(math.Abs(c.Spearman.Rho)*10)))
	cell.Interval = interval(c.Spearman.Lo, c.Spearman.Hi, fixed)
	cell.Label = where + "rank correlation " + cell.Rho + ", " + plural(c.N, "configuration")
	if cell.Interval != "" {
		cell.Label += ", interval " + cell.Interval
	}
	return cell
}

// interval prints lo and hi, empty where either cannot be told.
func interval(lo, hi float64, format func(float64) string) string {
	if math.IsNaN(lo) || math.IsNaN(hi) {
		return ""
	}
	return format(lo) + " to " + format(hi)
}

// rankTable has all that is known about every pair of budgets.
func rankTable(a *reports.Analysis) table {
	level := confidence(a)
	t := table{ID: "table-ranks", Sortable: true,
		Caption: "Every pair of budgets: agreement of the rankings and what choosing at the lower budget gives up.",
		Head: []head{{Text: "Budgets"}, {Text: "n", Title: "configurations with a result at both", Numeric: true},
			{Text: "of", Title: "configurations with a result at the lower budget", Numeric: true},
			{Text: "Spearman ρ", Title: level + " interval below", Numeric: true},
			{Text: "p (Holm)", Title: "two-sided, corrected over all pairs of budgets", Numeric: true},
			{Text: "Kendall τ", Numeric: true},
			{Text: "Top-k shared", Title: "of the best k at the higher budget, how many are among the best k at the lower; by chance below", Numeric: true},
			{Text: "Regret", Title: "what choosing the best at the lower budget gives up at the higher", Numeric: true},
			{Text: "Forests’ ρ", Title: "correlation of the two forests' predictions over the whole space; their out-of-bag R² below", Numeric: true}}}
	for i := range a.Correlations {
		c := &a.Correlations[i]
		r := row{Head: cell{Text: number(c.Low) + " → " + number(c.High), Sort: sortKey(c.Low)}}
		r.Cells = append(r.Cells, whole(c.N), whole(c.NLow))
		if math.IsNaN(c.Spearman.Rho) {
			r.Cells = append(r.Cells, t.missing(c.Spearman.Reason), t.missing(c.Spearman.Reason))
		} else {
			rho := figure(c.Spearman.Rho, fixed)
			rho.Small = interval(c.Spearman.Lo, c.Spearman.Hi, fixed)
			r.Cells = append(r.Cells, rho, figure(c.Spearman.PHolm, probability))
		}
		if math.IsNaN(c.Kendall.Tau) {
			r.Cells = append(r.Cells, t.missing(c.Kendall.Reason))
		} else {
			r.Cells = append(r.Cells, figure(c.Kendall.Tau, fixed))
		}
		r.Cells = append(r.Cells, t.overlap(c.TopK))
		if math.IsNaN(c.Regret.Regret) {
			r.Cells = append(r.Cells, t.missing(c.Regret.Reason))
		} else {
			regret := figure(c.Regret.Regret, number)
			if !math.IsNaN(c.Regret.Relative) {
				regret.Small = percent(c.Regret.Relative) + " of the range"
			}
			r.Cells = append(r.Cells, regret)
		}
		if math.IsNaN(c.Surrogate.Rho) {
			r.Cells = append(r.Cells, t.missing(c.Surrogate.Reason))
		} else {
			rho := figure(c.Surrogate.Rho, fixed)
			rho.Small = "R² " + fixed(c.Surrogate.LowR2) + ", " + fixed(c.Surrogate.HighR2)
			r.Cells = append(r.Cells, rho)
		}
		t.Rows = append(t.Rows, r)
	}
	return t
}

// overlap is one line: the largest k of the list that is at most 10.
func (t *table) overlap(list []reports.Overlap) cell {
	at := -1
	for i := range list {
		if at < 0 || list[i].K > list[at].K && list[i].K <= 10 {
			at = i
		}
	}
	if at < 0 {
		return t.missing("too few configurations with a result at both budgets")
	}
	o := list[at]
	return cell{Text: number(o.Shared) + " of " + strconv.Itoa(o.K), Small: "chance " + number(o.Chance), Numeric: true,
		Sort: sortKey(o.Shared / float64(o.K))}
}

// confidence prints the level of the intervals.
func confidence(a *reports.Analysis) string {
	level := a.Provenance.Options.Confidence
	if !(level > 0) {
		return "confidence"
	}
	return number(100*level) + " %"
}
