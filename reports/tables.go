package reports

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// Table is a part of an Analysis in rows, for CSV and LaTeX.
type Table struct {
	// Name is short and fit for a file name.
	Name    string
	Caption string
	Header  []string
	// Rows of cells, one per entry of Header: string, int, bool or float64
	// (NaN where a number cannot be told).
	Rows [][]any
}

// Tables arranges an analysis in rows. Those of which the analysis has nothing are left out.
func Tables(a *Analysis) []Table {
	return slices.DeleteFunc(allTables(a), func(t Table) bool { return len(t.Rows) == 0 })
}

// Find returns the table of a name, with its header even where the analysis has nothing of it.
func Find(a *Analysis, name string) (t Table, ok bool) {
	all := allTables(a)
	i := slices.IndexFunc(all, func(t Table) bool { return t.Name == name })
	if i < 0 {
		return t, false
	}
	return all[i], true
}

func allTables(a *Analysis) []Table {
	return []Table{budgetTable(a), correlationTable(a), importanceTable(a), pairTable(a), shiftTable(a), activeTable(a), methodTable(a),
		pathTable(a), growthTable(a), tradeoffTable(a), outcomeTable(a), adviceTable(a), configTable(a), findingTable(a)}
}

func budgetTable(a *Analysis) Table {
	t := Table{Name: "budgets", Caption: "Trials, results and quality of the forest at each budget",
		Header: []string{"budget", "trials", "failed", "pending", "configurations", "best", "median", "oob_r2", "oob_spearman", "decided", "reason"}}
	for _, b := range a.Budgets {
		t.Rows = append(t.Rows, []any{b.Budget, b.Trials, b.Failed, b.Pending, b.N, b.Best.Value, b.Quartiles[2], b.OOB.R2, b.OOB.Spearman, b.Decided, b.Reason})
	}
	return t
}

func correlationTable(a *Analysis) Table {
	t := Table{Name: "correlations", Caption: "Rank correlation of the results at two budgets",
		Header: []string{"low", "high", "n", "n_low", "n_high", "spearman", "lo", "hi", "p", "p_holm", "kendall", "surrogate", "regret", "reason"}}
	for _, c := range a.Correlations {
		t.Rows = append(t.Rows, []any{c.Low, c.High, c.N, c.NLow, c.NHigh, c.Spearman.Rho, c.Spearman.Lo, c.Spearman.Hi, c.Spearman.P, c.Spearman.PHolm,
			c.Kendall.Tau, c.Surrogate.Rho, c.Regret.Regret, c.Spearman.Reason})
	}
	return t
}

func importanceTable(a *Analysis) Table {
	t := Table{Name: "importance", Caption: "Share of the variance that each parameter explains, alone and with all its interactions",
		Header: []string{"budget", "parameter", "individual", "std", "lo", "hi", "sobol_total", "sobol_std", "sobol_lo", "sobol_hi", "decided"}}
	for _, b := range a.Budgets {
		for _, imp := range b.Importance {
			if len(imp.Params) == 1 {
				i, s := imp.Individual, imp.Sobol
				t.Rows = append(t.Rows, []any{b.Budget, imp.Params[0], i.Mean, i.Std, i.Lo, i.Hi, s.Mean, s.Std, s.Lo, s.Hi, b.Decided})
			}
		}
	}
	return t
}

func pairTable(a *Analysis) Table {
	t := Table{Name: "pairs", Caption: "Share of the variance that each pair of parameters explains beyond its two parameters",
		Header: []string{"budget", "first", "second", "individual", "std", "lo", "hi", "total", "decided"}}
	for _, b := range a.Budgets {
		for _, imp := range b.Importance {
			if len(imp.Params) == 2 {
				i := imp.Individual
				t.Rows = append(t.Rows, []any{b.Budget, imp.Params[0], imp.Params[1], i.Mean, i.Std, i.Lo, i.Hi, imp.Total.Mean, b.Decided})
			}
		}
	}
	return t
}

func shiftTable(a *Analysis) Table {
	t := Table{Name: "shifts", Caption: "Change of importance from the lowest to the highest budget",
		Header: []string{"parameter", "low", "high", "change", "lo", "hi", "decided"}}
	for _, s := range a.Shifts {
		t.Rows = append(t.Rows, []any{s.Param, s.Low, s.High, s.Change.Mean, s.Change.Lo, s.Change.Hi, s.Decided})
	}
	return t
}

func adviceTable(a *Analysis) Table {
	t := Table{Name: "advice", Caption: "What to do with each parameter in the next search", Header: []string{"parameter", "action", "value", "evidence"}}
	for _, adv := range a.Advice {
		t.Rows = append(t.Rows, []any{adv.Param, adv.Action, adv.Value, adv.Evidence})
	}
	return t
}

func configTable(a *Analysis) Table {
	t := Table{Name: "configurations", Caption: "All configurations with their results", Header: []string{"configuration", "pick"}}
	for i := range a.Params {
		t.Header = append(t.Header, a.Params[i].Name)
	}
	for _, b := range a.Budgets {
		t.Header = append(t.Header, a.Objective.Name+"@"+strconv.FormatFloat(b.Budget, 'g', -1, 64))
	}
	for _, c := range a.Configs {
		row := []any{c.ID, c.Pick}
		for i, v := range c.Values {
			if p := &a.Params[i]; !p.Numeric() && !math.IsNaN(v) {
				row = append(row, p.Choices[int(v)])
				continue
			}
			row = append(row, v)
		}
		for _, v := range c.Results {
			row = append(row, v)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func findingTable(a *Analysis) Table {
	t := Table{Name: "findings", Caption: "What was odd in the log", Header: []string{"severity", "code", "count", "path", "line", "message"}}
	for _, f := range a.Findings {
		t.Rows = append(t.Rows, []any{f.Severity, f.Code, f.Count, f.Path, f.Line, f.Message})
	}
	return t
}

// WriteCSV writes a table with its header. Numbers that cannot be told are empty.
func WriteCSV(w io.Writer, t Table) error {
	c := csv.NewWriter(w)
	if err := c.Write(t.Header); err != nil {
		return err
	}
	cells := make([]string, len(t.Header))
	for _, row := range t.Rows {
		for i, v := range row {
			cells[i] = fmt.Sprint(v)
			if f, ok := v.(float64); ok {
				cells[i] = ""
				if !math.IsNaN(f) {
					cells[i] = strconv.FormatFloat(f, 'g', -1, 64)
				}
			}
		}
		if err := c.Write(cells); err != nil {
			return err
		}
	}
	c.Flush()
	return c.Error()
}
