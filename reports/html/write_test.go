package html

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"math"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/nasalyze/nasalyze/reports"
	drawing "github.com/nasalyze/nasalyze/reports/figure"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

// hostile is an analysis whose names try to be code.
func hostile(t *testing.T) *reports.Analysis {
	t.Helper()
	const evil = `</script><script>window.owned = "script"</script><img src=x onerror="window.owned = 'img'">`
	// Parameters are renamed in the JSON, where all parts of the analysis name them.
	var text bytes.Buffer
	plain := sample.Make(sample.Spec{Budgets: 3, Params: 6, Configs: 60})
	if err := reports.Write(&text, plain); err != nil {
		t.Fatal(err)
	}
	for i := range plain.Params {
		name, err := json.Marshal(fmt.Sprintf("%s{{.}}${1}%d\u2028", evil, i))
		if err != nil {
			t.Fatal(err)
		}
		text = *bytes.NewBuffer(bytes.ReplaceAll(text.Bytes(), []byte(`"`+plain.Params[i].Name+`"`), name))
	}
	a, err := reports.Read(&text)
	if err != nil {
		t.Fatal(err)
	}
	a.Study.Name = evil + "study"
	a.Study.BudgetName, a.Study.BudgetUnit = evil+"budget", `"><i>`
	a.Objective.Name = evil + "loss"
	for i := range a.Params {
		p := &a.Params[i]
		for k := range p.Choices {
			p.Choices[k] += evil
		}
		p.Condition = evil
	}
	for i := range a.Budgets {
		a.Budgets[i].Best.ID = evil
	}
	for i := range a.Configs {
		a.Configs[i].ID = evil + a.Configs[i].ID
	}
	for i := range a.Correlations {
		a.Correlations[i].Regret.Config = evil
	}
	a.Answers = []reports.Answer{{Question: evil, Text: evil, Verdict: evil}}
	a.Advice = []reports.Advice{{Param: a.Params[0].Name, Action: "fix", Value: evil, Evidence: evil}}
	a.Warnings = []reports.Warning{{Code: evil, Text: evil}}
	a.Findings = []reports.Finding{{Severity: evil, Code: evil, Path: evil, Line: 1, Message: evil, Count: 2}}
	a.Provenance.Version = evil
	a.Provenance.Inputs = []reports.Input{{Path: evil, SHA256: evil}}
	return a
}

func page(t *testing.T, a *reports.Analysis, figs []Static) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, a, figs); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// studies are analyses of many shapes.
func studies(t *testing.T) map[string]*reports.Analysis {
	return map[string]*reports.Analysis{
		"sample": sample.Analysis(), "small": sample.Small(), "hostile": hostile(t), "empty": {},
		"made":      sample.Make(sample.Spec{Budgets: 4, Params: 5, Configs: 50, Maximize: true}),
		"undecided": sample.Make(sample.Spec{Budgets: 2, Params: 3, Configs: 30, Undecided: func(int) bool { return true }}),
	}
}

var (
	scripts = regexp.MustCompile(`(?s)<script([^>]*)>(.*?)</script>`)
	styles  = regexp.MustCompile(`(?s)<style>(.*?)</style>`)
	policy  = regexp.MustCompile(`http-equiv="Content-Security-Policy" content="([^"]*)"`)
	images  = regexp.MustCompile(`<img src="([^"]*)" alt="([^"]*)"`)
	// attributes are those that a policy without 'unsafe-inline' ignores.
	attributes = regexp.MustCompile(`<[a-z][^<>]* (?:style|on[a-z]+)="`)
	links      = regexp.MustCompile(`\s(?:href|src|action|srcset|data|poster)="([^"]*)"`)
)

// The policy admits by hash what is on the page, and nothing else.
func TestPolicyAdmitsThePage(t *testing.T) {
	for name, a := range studies(t) {
		text := page(t, a, nil)
		match := policy.FindStringSubmatch(text)
		if match == nil {
			t.Fatalf("%s: no policy", name)
		}
		got := map[string][]string{}
		for _, directive := range strings.Split(html.UnescapeString(match[1]), "; ") {
			words := strings.Fields(directive)
			got[words[0]] = words[1:]
		}
		sum := func(s string) string {
			h := sha256.Sum256([]byte(s))
			return "'sha256-" + base64.StdEncoding.EncodeToString(h[:]) + "'"
		}
		var code []string
		for _, s := range scripts.FindAllStringSubmatch(text, -1) {
			if strings.Contains(s[1], "application/json") {
				if !json.Valid([]byte(s[2])) || strings.ContainsAny(s[2], "<>&") {
					t.Errorf("%s: the data are no JSON, or can end their element", name)
				}
				continue
			}
			code = append(code, sum(s[2]))
		}
		if len(code) != 2 || !slices.Equal(got["script-src"], code) {
			t.Errorf("%s: script-src is %v, the scripts are %v", name, got["script-src"], code)
		}
		sheets := styles.FindAllStringSubmatch(text, -1)
		if len(sheets) != 1 || !slices.Equal(got["style-src"], []string{sum(sheets[0][1])}) {
			t.Errorf("%s: style-src is %v", name, got["style-src"])
		}
		if !slices.Equal(got["default-src"], []string{"'none'"}) || !slices.Equal(got["img-src"], []string{"data:"}) {
			t.Errorf("%s: policy %v", name, got)
		}
		if body := styles.ReplaceAllString(scripts.ReplaceAllString(text, ""), ""); attributes.MatchString(body) {
			t.Errorf("%s: an attribute that the policy refuses", name)
		}
	}
}

// The page needs nothing beside it: links lead within it, or to the files of the report.
func TestPageIsAlone(t *testing.T) {
	text := page(t, sample.Analysis(), drawAll(t, sample.Analysis()))
	for _, m := range links.FindAllStringSubmatch(scripts.ReplaceAllString(text, ""), -1) {
		to := html.UnescapeString(m[1])
		if strings.HasPrefix(to, "data:") || to == "report.json" || to == "figures/" || to == "tables/" {
			continue
		}
		if id, ok := strings.CutPrefix(to, "#"); !ok || !strings.Contains(text, `id="`+id+`"`) {
			t.Errorf("a link to %q", to)
		}
	}
}

// Names are escaped wherever they stand, and templates do not read them.
func TestNamesAreEscaped(t *testing.T) {
	a := hostile(t)
	text := page(t, a, []Static{{Name: "importance", Title: a.Study.Name, Caption: a.Study.Name, Alt: a.Study.Name, SVG: []byte("<svg>" + a.Study.Name + "</svg>")}})
	if n := strings.Count(text, "<script"); n != 3 {
		t.Errorf("%d script elements", n)
	}
	if strings.Contains(text, "<img src=x") || strings.Contains(text, `"><i>`) {
		t.Error("a name has become an element")
	}
	if !strings.Contains(text, "{{.}}${1}0") {
		t.Error("a name has been changed")
	}
}

// Equal analyses give equal bytes.
func TestBytesAreEqual(t *testing.T) {
	for name, a := range studies(t) {
		first, second := page(t, a, nil), page(t, a, nil)
		if first != second {
			t.Errorf("%s: two pages differ", name)
		}
	}
	first, second := page(t, sample.Analysis(), drawAll(t, sample.Analysis())), page(t, sample.Analysis(), drawAll(t, sample.Analysis()))
	if first != second {
		t.Error("two pages with figures differ")
	}
}

// What Write gets it does not change.
func TestAnalysisIsNotChanged(t *testing.T) {
	a := sample.Analysis()
	var before, after bytes.Buffer
	if err := reports.Write(&before, a); err != nil {
		t.Fatal(err)
	}
	page(t, a, nil)
	if err := reports.Write(&after, a); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(before.Bytes(), after.Bytes()) {
		t.Error("Write has changed the analysis")
	}
}

func TestWriteNil(t *testing.T) {
	if err := Write(&bytes.Buffer{}, nil, nil); err == nil {
		t.Error("no error")
	}
}

// part of a page: the table with an id.
func tableOf(t *testing.T, text, id string) string {
	t.Helper()
	i := strings.Index(text, `<table id="`+id+`"`)
	if i < 0 {
		t.Fatalf("no table %s", id)
	}
	return text[i : i+strings.Index(text[i:], "</table>")]
}

// The numbers of the analysis are in its tables, in words where they cannot be told.
func TestNumbersAreInTables(t *testing.T) {
	a := sample.Analysis()
	text := page(t, a, nil)
	in := func(table, what string, v float64) {
		t.Helper()
		if !math.IsNaN(v) && !strings.Contains(tableOf(t, text, table), fmt.Sprintf(`data-v="%s"`, html.EscapeString(sortKey(v)))) {
			t.Errorf("%s %v is not in %s", what, v, table)
		}
	}
	says := func(table, what string) {
		t.Helper()
		if !strings.Contains(html.UnescapeString(text[strings.Index(text, tableOf(t, text, table)):]), what) {
			t.Errorf("%q does not follow %s", what, table)
		}
	}
	for _, c := range a.Correlations {
		in("table-ranks", "rho", c.Spearman.Rho)
		in("table-ranks", "tau", c.Kendall.Tau)
		in("table-ranks", "p", c.Spearman.PHolm)
		in("table-ranks", "regret", c.Regret.Regret)
		in("table-ranks", "rho of the forests", c.Surrogate.Rho)
		if math.IsNaN(c.Spearman.Rho) {
			says("table-ranks", "Cannot tell: "+c.Spearman.Reason)
		} else if s := tableOf(t, text, "matrix"); !strings.Contains(s, "<b>"+fixed(c.Spearman.Rho)) {
			t.Errorf("rho %v is not in the matrix", c.Spearman.Rho)
		}
	}
	for _, b := range a.Budgets {
		for _, q := range b.Quartiles {
			in("table-counts", "quartile", q)
		}
		in("table-counts", "R2", b.OOB.R2)
		if !b.Decided {
			says("table-importance", "Cannot tell: "+b.Reason)
			continue
		}
		for _, imp := range b.Importance[:len(a.Params)] {
			in("table-importance", "importance of "+imp.Params[0], imp.Individual.Mean)
		}
		in("table-importance", "interactions of higher order", b.HigherOrder.Mean)
	}
	for _, s := range a.Shifts {
		in("table-shifts", "change of "+s.Param, s.Change.Mean)
	}
	at := &a.Budgets[decidedBudget(a)]
	for _, p := range strongest(at.Importance[len(a.Params):], 10) {
		in("table-pairs", "interaction", p.Individual.Mean)
		in("table-pairs", "pair", p.Total.Mean)
	}
	for _, answer := range a.Answers {
		if !strings.Contains(strings.ReplaceAll(html.UnescapeString(text), "\u00a0", " "), answer.Text) {
			t.Errorf("the answer %q is missing", answer.Text)
		}
	}
}

// Where a budget is undecided, the page and its data show no number of it.
func TestUndecidedStaysUntold(t *testing.T) {
	a := sample.Make(sample.Spec{Budgets: 2, Params: 3, Configs: 40, Undecided: func(int) bool { return true }})
	text := page(t, a, nil)
	for _, id := range []string{"table-importance", "plot-importance", "plot-marginal"} {
		if strings.Contains(text, `id="`+id+`"`) {
			t.Errorf("%s is on the page", id)
		}
	}
	if !strings.Contains(text, "it was asked to be undecided") {
		t.Error("no reason")
	}
	for _, b := range thin(a).analysis.Budgets {
		if len(b.Importance)+len(b.Marginals)+len(b.Surfaces) > 0 {
			t.Errorf("the script sees importances at budget %v", b.Budget)
		}
	}
}

// Every figure has its section, its caption and a text that says what it shows.
func TestFiguresHaveTheirPlace(t *testing.T) {
	a := sample.Analysis()
	figs := drawAll(t, a)
	text := page(t, a, figs)
	found := images.FindAllStringSubmatch(text, -1)
	if len(found) != len(figs) {
		t.Errorf("%d pictures, want %d", len(found), len(figs))
	}
	for _, f := range figs {
		if !slices.ContainsFunc(found, func(m []string) bool { return html.UnescapeString(m[2]) == f.Alt && len(f.Alt) > 40 }) {
			t.Errorf("%s has no text", f.Name)
		}
	}
	s := &source{all: a, a: a, thin: thin(a), taken: make([]bool, len(drawing.Names()))}
	for _, k := range drawing.Names() {
		s.figs = append(s.figs, Static{Name: k.Name})
	}
	all := sections()
	for _, x := range all[:len(all)-1] {
		x.view(s)
	}
	for i, taken := range s.taken {
		if !taken {
			t.Errorf("no section takes the figure %s", s.figs[i].Name)
		}
	}
}

// The vendored file is the one that its README describes.
func TestVendoredChecksum(t *testing.T) {
	readme, err := os.ReadFile("vendor/README.md")
	if err != nil {
		t.Fatal(err)
	}
	file, err := assets.ReadFile("vendor/charts.min.js")
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256(file)
	if !strings.Contains(string(readme), "`"+hex.EncodeToString(sum[:])+"`") {
		t.Errorf("vendor/README.md does not have the checksum %x", sum)
	}
}

// TestNoBudgets writes the page of a log that knows no budgets: the 0 that stands for them is not shown.
func TestNoBudgets(t *testing.T) {
	a := sample.Make(sample.Spec{Budgets: 1, Params: 4, Configs: 40})
	a.Study.BudgetName, a.Budgets[0].Budget, a.Growth.Budget, a.Path.Budget = "", 0, 0, 0
	text := page(t, a, nil)
	text, _, _ = strings.Cut(text, "<script")
	for _, not := range []string{"budget 0", "one budget, 0", "at 0<", "<dt>Budgets</dt>", `data-control="importance-budget">`, `value="all" checked`} {
		if strings.Contains(text, not) {
			t.Errorf("%q is on the page", not)
		}
	}
	if want := `<p class="lede">loss, minimised</p>`; !strings.Contains(text, want) {
		t.Errorf("no %q", want)
	}
}

// TestFindingsThatTurnResultsComeFirst looks for findings about the meaning of results beside the answers.
func TestFindingsThatTurnResultsComeFirst(t *testing.T) {
	a := sample.Analysis()
	a.Findings = append(a.Findings,
		reports.Finding{Severity: "warning", Code: "direction-guess", Message: `objective "accuracy" is minimised; if not, say --maximize accuracy`, Count: 1},
		reports.Finding{Severity: "warning", Code: "direction-guess", Message: "another direction", Count: 1},
		reports.Finding{Severity: "note", Code: "objective-column", Message: "a column is the objective", Count: 1},
		reports.Finding{Severity: "warning", Code: "rounded-integer", Message: "a value is rounded", Count: 1})
	_, box, _ := strings.Cut(page(t, a, nil), `<aside class="warnings"`)
	box, _, _ = strings.Cut(box, "</aside>")
	if want := `<li>Objective &#34;accuracy&#34; is minimised; if not, say --maximize accuracy.</li>`; !strings.Contains(box, want) {
		t.Errorf("no %q in %s", want, box)
	}
	for _, not := range []string{"Another direction", "column is the", "rounded"} {
		if strings.Contains(box, not) {
			t.Errorf("%q is in %s", not, box)
		}
	}
}

func TestProse(t *testing.T) {
	var names []string
	for i := range 195 {
		names = append(names, fmt.Sprintf("p%03d (fix it at 0.5)", i))
	}
	long := "These explain too little: " + strings.Join(names, ", ") + ". Keep the rest."
	p := newProse(long)
	if p.Full != long || len(p.Short) > 300 || !strings.HasPrefix(p.Short, "These explain too little: p000 (fix it at 0.5), ") || !strings.HasSuffix(p.Short, " more). Keep the rest.") {
		t.Errorf("%q", p)
	}
	for _, s := range []string{"", "Short. And clear.", strings.Repeat("one long word ", 60) + "."} {
		if p := newProse(s); p != (prose{Short: s}) {
			t.Errorf("%q becomes %q", s, p)
		}
	}
}
