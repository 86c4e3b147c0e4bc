package latex_test

import (
	"flag"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
	"github.com/nasalyze/nasalyze/reports/latex"
)

var update = flag.Bool("update", false, "write the golden file anew")

func write(t *testing.T, a *reports.Analysis) string {
	t.Helper()
	var b strings.Builder
	for _, table := range latex.Tables(a) {
		if err := latex.Write(&b, table); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}

func TestTables(t *testing.T) {
	got := write(t, sample.Analysis())
	path := filepath.Join("testdata", "tables.tex")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("tables (-want +got); go test ./reports/latex -update:\n%s", diff)
	}
}

// Names in a log are text, not code, and what cannot be told is a dash.
func TestNamesAreText(t *testing.T) {
	nan := math.NaN()
	a := &reports.Analysis{
		Objective: reports.Objective{Name: `100%_"loss" $x^2$ {a} ~ \input{x}`},
		Params:    []reports.Param{{Name: `a&b#<c>`, Kind: "categorical", Choices: []string{"x_y", "ρ²"}}},
		Budgets:   []reports.Budget{{Budget: 9, N: 2, Best: reports.Best{Value: 0.5}, Quartiles: [5]float64{1, 1, 12.3456, 1, 1}, OOB: reports.OutOfBag{R2: nan}}},
		Configs: []reports.Config{
			{ID: "0_1", Values: []float64{1}, Results: []float64{2e-7}},
			{ID: "none", Values: []float64{0}, Results: []float64{nan}},
			{ID: "0_0", Values: []float64{nan}, Results: []float64{1e-7}},
		},
	}
	got := write(t, a)
	for _, want := range []string{
		`100\%\_"loss" \$x\textasciicircum{}2\$ \{a\} \textasciitilde{} \textbackslash{}input\{x\}`,
		`a\&b\#\textless{}c\textgreater{} & -- & $\rho$\textsuperscript{2} \\`,
		`$9$ & 0 & 0 & 2 & $0.500$ & $12.3$ & -- \\`,
		`parameter & 0\_0 & 0\_1 \\`,
		`$1 \cdot 10^{-7}$ & $2 \cdot 10^{-7}$`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
	for _, absent := range []string{`{tab:importance}`, `{tab:pairs}`, `{tab:correlations}`, "NaN", "none"} {
		if strings.Contains(got, absent) {
			t.Errorf("%s in\n%s", absent, got)
		}
	}
}

// A real LaTeX takes the tables, and none is wider than the page.
func TestCompiles(t *testing.T) {
	program, err := exec.LookPath("pdflatex")
	if err != nil {
		t.Skip("no pdflatex here: tables not compiled")
	}
	dir := t.TempDir()
	document := "\\documentclass{article}\n\\usepackage{array,booktabs}\n\\usepackage[margin=1in]{geometry}\n\\begin{document}\n" +
		write(t, sample.Analysis()) + "\\end{document}\n"
	if err := os.WriteFile(filepath.Join(dir, "tables.tex"), []byte(document), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, "-interaction=nonstopmode", "-halt-on-error", "tables.tex")
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil || strings.Contains(string(out), "Overfull \\hbox") {
		t.Errorf("%v\n%s", err, out)
	}
}

func TestNoBudgets(t *testing.T) {
	a := sample.Make(sample.Spec{Budgets: 1, Params: 4, Configs: 40})
	a.Study.BudgetName, a.Budgets[0].Budget, a.Growth.Budget, a.Path.Budget = "", 0, 0, 0
	if text := write(t, a); strings.Contains(text, "budget $0$") || strings.Contains(text, "& $0$ &  ") || !strings.Contains(text, "at the only budget") {
		t.Error("the budget 0 of a log without budgets is shown")
	}
}
