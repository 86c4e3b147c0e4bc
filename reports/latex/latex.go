// Package latex writes the tables of a report for LaTeX with the booktabs package.
package latex

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/nasalyze/nasalyze/reports"
)

// Write writes a table environment: booktabs rules, numbers right and text left,
// caption and label. Numbers have three significant digits; those that cannot be
// told are a dash.
func Write(w io.Writer, t reports.Table) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%% needs \\usepackage{booktabs}\n\\begin{table}\n  \\centering\n  \\caption{%s.}\n  \\label{tab:%s}\n  \\begin{tabular}{%s}\n    \\toprule\n",
		escape(t.Caption), t.Name, columns(t))
	header := make([]string, len(t.Header))
	for i, h := range t.Header {
		header[i] = escape(strings.ReplaceAll(h, "_", " "))
	}
	line(&b, header)
	b.WriteString("    \\midrule\n")
	for _, row := range t.Rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = cell(v)
		}
		line(&b, cells)
	}
	b.WriteString("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func line(b *strings.Builder, cells []string) {
	b.WriteString("    " + strings.Join(cells, " & ") + " \\\\\n")
}

// columns aligns a column by the type of its first cell.
func columns(t reports.Table) string {
	align := []byte(strings.Repeat("l", len(t.Header)))
	if len(t.Rows) > 0 {
		for i, v := range t.Rows[0] {
			switch v.(type) {
			case int, float64:
				align[i] = 'r'
			}
		}
	}
	return string(align)
}

func cell(v any) string {
	switch v := v.(type) {
	case float64:
		return number(v)
	case int:
		return strconv.Itoa(v)
	case bool:
		return map[bool]string{true: "yes", false: "no"}[v]
	}
	return escape(fmt.Sprint(v))
}

// number formats three significant digits, in powers of ten where that is shorter.
func number(v float64) string {
	switch {
	case math.IsNaN(v):
		return "--"
	case math.IsInf(v, 0):
		return map[bool]string{true: "$\\infty$", false: "$-\\infty$"}[v > 0]
	}
	s := strconv.FormatFloat(v, 'g', 3, 64)
	if mantissa, exponent, ok := strings.Cut(s, "e"); ok {
		n, _ := strconv.Atoi(exponent)
		if n >= 0 && n < 7 {
			return "$" + strconv.FormatFloat(v, 'f', 0, 64) + "$"
		}
		return fmt.Sprintf("$%s \\cdot 10^{%d}$", mantissa, n)
	}
	return "$" + s + "$"
}

var special = strings.NewReplacer(`\`, `\textbackslash{}`, `{`, `\{`, `}`, `\}`, `$`, `\$`, `&`, `\&`, `#`, `\#`, `%`, `\%`, `_`, `\_`,
	`~`, `\textasciitilde{}`, `^`, `\textasciicircum{}`, `<`, `\textless{}`, `>`, `\textgreater{}`, "²", `\textsuperscript{2}`, "ρ", `$\rho$`, "−", `$-$`)

// escape makes plain text safe for LaTeX.
func escape(s string) string { return special.Replace(s) }
