// Package latex writes the tables of a paper: for LaTeX with the booktabs package.
//
//  1. [Tables] arranges an Analysis in the tables that a paper shows; complete
//     tables, with every number, are the business of CSV;
//  2. [Write] writes one of them.
package latex

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// Write writes a table environment with booktabs rules, caption and label. It
// fits the text width of a single-column page in \small, if the names are not
// unusually long.
func Write(w io.Writer, t Table) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%% needs \\usepackage{array,booktabs}\n\\begin{table}\n  \\centering\n  \\small\n  \\caption{%s}\n  \\label{tab:%s}\n  \\begin{tabular}{%s}\n    \\toprule\n",
		t.Caption, t.Name, t.Align)
	line(&b, t.Header)
	b.WriteString("    \\midrule\n")
	for _, row := range t.Rows {
		line(&b, row)
	}
	b.WriteString("    \\bottomrule\n  \\end{tabular}\n\\end{table}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func line(b *strings.Builder, cells []string) {
	b.WriteString("    " + strings.Join(cells, " & ") + " \\\\\n")
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
