package html

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/nasalyze/nasalyze/reports"
	"github.com/nasalyze/nasalyze/reports/internal/sample"
)

var plots = []string{"plot-pair", "plot-importance", "plot-marginal", "plot-surface", "plot-time", "plot-parallel"}

func desk() window  { return window{width: 1280, height: 900} }
func phone() window { return window{width: 390, height: 844} }

// Every chart is drawn in both schemes, and nothing is said in the console, refused by the
// policy or asked of the network.
func TestEveryChartIsDrawn(t *testing.T) {
	browser := start(t)
	file := write(t, sample.Analysis())
	for _, dark := range []bool{false, true} {
		w := desk()
		w.dark = dark
		p := open(t, browser, file, w)
		for _, id := range plots {
			p.drawn(id)
			if label := p.label(id); len(label) < 40 {
				t.Errorf("%s says %q to a screen reader", id, label)
			}
			// A canvas that something was drawn on has more than one colour.
			if n := eval[int](p, fmt.Sprintf(`(() => {
				const c = document.querySelector("#%s canvas"), d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data, seen = new Set();
				for (let i = 0; i < d.length; i += 4) if (d[i + 3] > 0) seen.add(d[i] << 16 | d[i + 1] << 8 | d[i + 2]);
				return seen.size })()`, id)); n < 5 {
				t.Errorf("%s has %d colours", id, n)
			}
		}
		p.quiet()
	}
}

func (p *tab) label(id string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf("document.getElementById(%q).getAttribute('aria-label')", id))
}

// The head of a column sorts; numbers as numbers, what cannot be told last.
func TestSorting(t *testing.T) {
	p := open(t, start(t), write(t, sample.Analysis()), desk())
	const button = "#table-ranks th:nth-child(4) button"
	column := func() (v []float64) {
		for _, s := range eval[[]string](p, "[...document.querySelectorAll('#table-ranks tbody tr')].map(r => r.cells[3].dataset.v)") {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil {
				t.Fatal(err)
			}
			v = append(v, x)
		}
		return v
	}
	before := column()
	told := slices.DeleteFunc(slices.Clone(before), math.IsNaN)
	if len(told) == len(before) || len(told) < 3 {
		t.Fatalf("the sample has no correlation that cannot be told, or too few others: %v", before)
	}
	slices.Sort(told)
	for _, order := range []string{"descending", "ascending"} {
		p.do(chromedp.ScrollIntoView(chromedp.CSS(button)), chromedp.Click(chromedp.CSS(button)))
		slices.Reverse(told)
		got := column()
		if !slices.Equal(got[:len(told)], told) || !math.IsNaN(got[len(told)]) {
			t.Errorf("%s: %v, want %v, then NaN", order, got, told)
		}
		if s := eval[string](p, "document.querySelector('#table-ranks th:nth-child(4)').getAttribute('aria-sort')"); s != order {
			t.Errorf("aria-sort is %q, want %q", s, order)
		}
	}
	// By keyboard, and by name.
	p.do(chromedp.Focus(chromedp.CSS("#table-importance th:first-child button")), chromedp.KeyEvent(kb.Enter))
	names := eval[[]string](p, "[...document.querySelectorAll('#table-importance tbody th')].map(e => e.textContent)")
	if !slices.IsSorted(names) || len(names) != len(sample.Analysis().Params) {
		t.Errorf("sorted by name: %v", names)
	}
	p.quiet()
}

// A cell of the matrix shows its configurations, by mouse and by keyboard.
func TestMatrixShowsThePair(t *testing.T) {
	a := sample.Analysis()
	p := open(t, start(t), write(t, a), desk())
	shows := func(pair int) {
		t.Helper()
		c := &a.Correlations[pair]
		want := budget(a, c.Low) + " against " + budget(a, c.High)
		if title := p.text("#pair-title"); title != want {
			t.Errorf("the scatter is %q, want %q", title, want)
		}
		shared := 0
		for _, x := range a.Configs {
			if !math.IsNaN(x.Results[c.LowIndex]) && !math.IsNaN(x.Results[c.HighIndex]) {
				shared++
			}
		}
		if label := p.label("plot-pair"); !strings.HasPrefix(label, "Scatter of "+plural(shared, "configuration")+":") {
			t.Errorf("want %d configurations: %s", shared, label)
		}
		if facts := p.text("#pair-facts"); !math.IsNaN(c.Spearman.Rho) && !strings.Contains(facts, fixed(c.Spearman.Rho)) {
			t.Errorf("facts of %s: %s", want, facts)
		}
		if on := eval[string](p, "document.querySelector('#matrix [aria-pressed=true]').parentElement.dataset.pair"); on != strconv.Itoa(pair) {
			t.Errorf("cell %s is pressed, want %d", on, pair)
		}
	}
	p.drawn("plot-pair")
	p.do(chromedp.Click(chromedp.CSS("#matrix td[data-pair='0'] button")))
	shows(0)
	// The second cell of the row, with the keys.
	p.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.Enter))
	shows(1)
	// The keys read the points.
	p.do(chromedp.Focus(chromedp.CSS("#plot-pair")), chromedp.KeyEvent(kb.ArrowRight))
	if said := p.text("#live"); !strings.HasPrefix(said, "Configuration ") || !strings.Contains(said, "at "+budget(a, a.Correlations[1].High)+": ") {
		t.Errorf("the first point is %q", said)
	}
	if tip := p.text("#plot-pair .tip"); !strings.HasPrefix(tip, "Configuration ") {
		t.Errorf("the tooltip is %q", tip)
	}
	p.quiet()
}

// Where no configuration was run at both budgets, there are words instead of an empty scatter.
func TestPairWithoutConfigurations(t *testing.T) {
	a := sample.Make(sample.Spec{Budgets: 3, Params: 3, Configs: 40, All: true})
	for i := range a.Correlations {
		if c := &a.Correlations[i]; c.LowIndex == 0 {
			c.N, c.Spearman.Rho, c.Spearman.Reason = 0, math.NaN(), "n = 0 shared items, at least 4 are needed"
		}
	}
	for i := range a.Configs {
		a.Configs[i].Results[0] = math.NaN()
	}
	p := open(t, start(t), write(t, a), desk())
	shown := func(selector string) bool {
		t.Helper()
		return eval[bool](p, fmt.Sprintf("document.querySelector(%q).getClientRects().length > 0", selector))
	}
	for pair := range a.Correlations {
		p.pick(fmt.Sprintf("#matrix td[data-pair='%d'] button", pair))
		empty := a.Correlations[pair].N == 0
		if shown("#plot-pair") == empty || shown("#pair-none") != empty {
			t.Errorf("pair %d of %d configurations: scatter %v, words %v", pair, a.Correlations[pair].N, shown("#plot-pair"), shown("#pair-none"))
		}
	}
	p.pick(fmt.Sprintf("#matrix td[data-pair='%d'] button", len(a.Correlations)-1))
	p.drawn("plot-pair")
	p.quiet()
}

// Importance and marginals follow the choice of budget; where nothing can be told, they say so.
func TestChoiceOfBudget(t *testing.T) {
	a := sample.Analysis()
	p := open(t, start(t), write(t, a), desk())
	p.drawn("plot-importance")
	for i := range a.Budgets {
		b := &a.Budgets[i]
		p.pick(fmt.Sprintf("input[name=importance-budget][value='%d']", i))
		label := p.label("plot-importance")
		if !strings.Contains(label, "at "+budget(a, b.Budget)) {
			t.Errorf("budget %v: %s", b.Budget, label)
		}
		for _, imp := range b.Importance[:len(a.Params)] {
			if has := strings.Contains(label, imp.Params[0]+" "+percent(imp.Individual.Mean)); has != b.Decided {
				t.Errorf("budget %v, decided %v: %s in %q", b.Budget, b.Decided, imp.Params[0], label)
			}
		}
		if !b.Decided && !strings.Contains(label, "cannot be told: "+b.Reason) {
			t.Errorf("no reason in %q", label)
		}
	}
	p.pick("input[name=importance-view][value=lines]")
	if label := p.label("plot-importance"); !strings.HasPrefix(label, "Lines of importance against budget: ") {
		t.Error(label)
	}

	p.drawn("plot-marginal")
	for j, param := range a.Params {
		eval[chromedp.Void](p, fmt.Sprintf("(() => { const s = document.getElementById('marginal-param'); s.value = '%d'; s.dispatchEvent(new Event('change')) })()", j))
		for i := range a.Budgets {
			p.pick(fmt.Sprintf("input[name=marginal-budget][value='%d']", i))
			label := p.label("plot-marginal")
			if !strings.Contains(label, "along "+param.Name+" at "+budget(a, a.Budgets[i].Budget)) {
				t.Errorf("%s at budget %d: %s", param.Name, i, label)
			}
			if told := strings.Contains(label, " best at "); told != a.Budgets[i].Decided {
				t.Errorf("%s at budget %d, decided %v: %s", param.Name, i, a.Budgets[i].Decided, label)
			}
		}
	}
	p.pick("#marginal-data")

	p.drawn("plot-surface")
	before := p.label("plot-surface")
	p.pick("input[name=surface-budget][value='0']")
	if after := p.label("plot-surface"); after == before || !strings.Contains(after, "at "+budget(a, a.Budgets[0].Budget)) {
		t.Errorf("the surface is still %q", after)
	}
	if n, want := eval[int](p, "document.getElementById('surface-pair').length"), len(a.Budgets[0].Surfaces); n != want {
		t.Errorf("%d pairs to choose from, want %d", n, want)
	}

	p.drawn("plot-time")
	all := p.label("plot-time")
	p.pick("input[name=time-budgets][value='0']")
	if some := p.label("plot-time"); some == all || strings.Contains(some, "at "+budget(a, a.Budgets[0].Budget)+" the best") {
		t.Errorf("budget %v still in %q", a.Budgets[0].Budget, some)
	}
	p.quiet()
}

// Hovering a bar shows its numbers.
func TestHover(t *testing.T) {
	a := sample.Analysis()
	p := open(t, start(t), write(t, a), desk())
	p.drawn("plot-importance")
	box := eval[[]float64](p, "(() => { const r = document.querySelector('#plot-importance canvas').getBoundingClientRect(); return [r.left, r.top, r.width, r.height] })()")
	// The bars are in the left half; the longest is the first.
	for x := 0.12; x < 0.4; x += 0.04 {
		p.do(chromedp.MouseEvent("mouseMoved", box[0]+x*box[2], box[1]+20))
		if eval[bool](p, "!!document.querySelector('#plot-importance .tip')") {
			break
		}
	}
	top := ranking(a, decidedBudget(a))[0]
	imp := a.Budgets[decidedBudget(a)].Importance[top]
	if tip := p.text("#plot-importance .tip"); !strings.Contains(tip, imp.Params[0]) || !strings.Contains(tip, percent(imp.Individual.Mean)) {
		t.Errorf("the tooltip of %s is %q", imp.Params[0], tip)
	}
	p.quiet()
}

// Ranges on the axes select configurations, which are counted and listed.
func TestBrushing(t *testing.T) {
	a := sample.Analysis()
	p := open(t, start(t), write(t, a), desk())
	p.drawn("plot-parallel")
	at := highestUsable(a)
	var order []int
	for i, c := range a.Configs {
		if !math.IsNaN(c.Results[at]) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(x, y int) int { return cmp.Compare(a.Configs[x].Results[at], a.Configs[y].Results[at]) })
	chosen := func() []string {
		p.t.Helper()
		count := p.text("#parallel-count")
		if strings.HasSuffix(count, "none selected") {
			return nil
		}
		ids := strings.Split(p.text("#parallel-ids code"), "\n")
		if want := fmt.Sprintf("%d of %s selected", len(ids), plural(len(order), "configuration")); count != want {
			t.Errorf("%q, but %d are listed", count, len(ids))
		}
		return ids
	}
	wantIDs := func(list []int) (ids []string) {
		for _, i := range list {
			ids = append(ids, a.Configs[i].ID)
		}
		slices.Sort(ids)
		return ids
	}
	if got := chosen(); got != nil {
		t.Errorf("at first %v are selected", got)
	}
	p.pick("button[data-select='0.25']")
	n := int(math.Round(0.25 * float64(len(order))))
	if got := slices.Sorted(slices.Values(chosen())); !slices.Equal(got, wantIDs(order[:n])) {
		t.Errorf("the best quarter is %v, want %v", got, wantIDs(order[:n]))
	}
	if rows := eval[int](p, "document.querySelectorAll('#parallel-table tbody tr').length"); rows != min(n, 20) {
		t.Errorf("%d rows, want %d", rows, min(n, 20))
	}
	p.pick("button[data-select='']")
	if got := chosen(); got != nil {
		t.Errorf("after clearing, %v are selected", got)
	}
	// By hand, on the axis of the result, which is the last: the upper part is the worst.
	box := eval[[]float64](p, "(() => { const r = document.querySelector('#plot-parallel canvas').getBoundingClientRect(); return [r.left, r.top, r.width, r.height] })()")
	var got []string
	for x := box[0] + box[2] - 20; x > box[0]+box[2]/2 && got == nil; x -= 4 {
		p.do(chromedp.DragAndDropXY(x, box[1]+94, x, box[1]+250, 8))
		got = slices.Sorted(slices.Values(chosen()))
	}
	if k := len(got); k == 0 || k == len(order) || !slices.Equal(got, wantIDs(order[len(order)-k:])) {
		t.Errorf("dragging over the upper part selects %v of %d", got, len(order))
	}
	// The selection stays when the axes change, and goes with its budget.
	eval[chromedp.Void](p, "(() => { const s = document.getElementById('parallel-axes'); s.value = 'all'; s.dispatchEvent(new Event('change')) })()")
	if again := slices.Sorted(slices.Values(chosen())); !slices.Equal(again, got) {
		t.Errorf("with all axes %v are selected, before %v", again, got)
	}
	p.pick("input[name=parallel-budget][value='0']")
	if count := p.text("#parallel-count"); !strings.HasSuffix(count, "none selected") {
		t.Errorf("at another budget: %s", count)
	}
	p.quiet()
}

// On a phone nothing sticks out, whatever the log.
func TestNothingSticksOut(t *testing.T) {
	browser := start(t)
	for name, a := range map[string]*reports.Analysis{
		"sample": sample.Analysis(), "small": sample.Small(),
		"long names":   sample.Make(sample.Spec{Budgets: 3, Params: 9, Configs: 80, LongNames: true}),
		"many budgets": sample.Make(sample.Spec{Budgets: 12, Params: 3, Configs: 60, All: true, Maximize: true}),
	} {
		file := write(t, a)
		for _, w := range []window{phone(), desk()} {
			p := open(t, browser, file, w)
			for _, id := range plots {
				if eval[bool](p, fmt.Sprintf("!!document.getElementById(%q)?.offsetParent", id)) {
					p.drawn(id)
				}
			}
			if width := eval[int64](p, "document.documentElement.scrollWidth"); width > w.width {
				t.Errorf("%s: %d px wide in a window of %d px", name, width, w.width)
			}
			p.quiet()
		}
	}
}

// Without JavaScript the figures for print stand where the charts would be.
func TestWithoutScript(t *testing.T) {
	w := phone()
	w.noScript = true
	p := open(t, start(t), write(t, sample.Analysis()), w)
	// The commands of the protocol still evaluate.
	if n := eval[int](p, "[...document.querySelectorAll('.live, .script-only')].filter(e => e.getClientRects().length).length"); n > 0 {
		t.Errorf("%d elements that need the script are shown", n)
	}
	shown := eval[int](p, "[...document.querySelectorAll('.paper-figure img')].filter(e => e.getClientRects().length && e.alt).length")
	if want := len(drawAll(t, sample.Analysis())); shown != want {
		t.Errorf("%d figures are shown, want %d", shown, want)
	}
	if width := eval[int64](p, "document.documentElement.scrollWidth"); width > w.width {
		t.Errorf("%d px wide", width)
	}
	p.quiet()
}

// An axis between numbers that differ by rounding has ticks, and an end of them.
func TestAxisOfEqualNumbers(t *testing.T) {
	p := open(t, start(t), write(t, sample.Analysis()), desk())
	script, err := join([]string{"app/core.js", "app/axes.js"})
	if err != nil {
		t.Fatal(err)
	}
	for _, log := range []bool{false, true} {
		if n := eval[int](p, fmt.Sprintf("(() => { %s; return scale({ lo: 0.1, hi: 0.10000000000000002, log: %v }).ticks(6).length })()", script, log)); n < 1 || n > 20 {
			t.Errorf("logarithmic %v: %d ticks", log, n)
		}
	}
}

// However narrow an axis is, it has two ticks at round numbers in the space, and on a surface in its cells.
func TestNarrowAxesHaveTicksInTheSpace(t *testing.T) {
	p := open(t, start(t), write(t, sample.Analysis()), desk())
	script, err := join([]string{"app/core.js", "app/axes.js", "app/marginals-surface.js"})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		lower, upper float64
		log          bool
	}{{0.5, 8, true}, {1e-4, 0.1, true}, {2e-4, 0.5, true}, {2, 11, true}, {1, 1024, true}, {0.1, 0.95, false}, {0, 1, false}, {-3, 4, false}, {5, 200, false}} {
		for n := 2; n <= 6; n++ {
			got := eval[[][]float64](p, fmt.Sprintf(`(() => { %s;
				const p = { kind: "float", name: "x", lower: %v, upper: %v, log: %v }, s = paramScale(p), back = (v) => s.unmap(v);
				const at = (u) => back(s.map(p.lower) + u * (s.map(p.upper) - s.map(p.lower)));
				const cells = [0.05, 0.3, 0.55, 0.8, 0.95].map(at);
				return [s.ticks(%d).map(back), surfaceScale(p, cells).s.ticks(%d).map(back), [at(0.05), at(0.95)]] })()`, script, c.lower, c.upper, c.log, n, n))
			ends := [][]float64{{c.lower, c.upper}, got[2]}
			for i, ticks := range got[:2] {
				lo, hi := ends[i][0], ends[i][1]
				if len(ticks) < 2 || ticks[0] < lo-1e-3*math.Abs(lo) || ticks[len(ticks)-1] > hi+1e-3*math.Abs(hi) {
					t.Errorf("%v, %d wanted: %v, want two between %v", c, n, ticks, ends[i])
				}
				for _, v := range ticks {
					if short, _ := strconv.ParseFloat(strconv.FormatFloat(v, 'g', 2, 64), 64); math.Abs(v-short) > 1e-9*math.Abs(v) {
						t.Errorf("%v, %d wanted: %v is not round", c, n, v)
					}
				}
			}
		}
	}
}

// A caption can be read without scrolling the table below it.
func TestCaptionsFitThePhone(t *testing.T) {
	p := open(t, start(t), write(t, sample.Analysis()), phone())
	cut := eval[[]string](p, `[...document.querySelectorAll('.scroll > table > caption')].filter(e => {
		const range = document.createRange();
		range.selectNodeContents(e);
		return range.getBoundingClientRect().right > e.closest('.scroll').getBoundingClientRect().right + 1;
	}).map(e => e.textContent)`)
	if len(cut) > 0 {
		t.Errorf("cut off: %q", cut)
	}
	p.quiet()
}

// Names and files may be long; on a phone something else of their tables is in sight.
func TestLongNamesLeaveRoomOnThePhone(t *testing.T) {
	var made bytes.Buffer
	if err := reports.Write(&made, sample.Make(sample.Spec{Budgets: 2, Params: 6, Configs: 60, LongNames: true, All: true})); err != nil {
		t.Fatal(err)
	}
	a, err := reports.Read(strings.NewReader(strings.ReplaceAll(made.String(), "shapedresnet:", "columntransformer__numeric__imputer:")))
	if err != nil {
		t.Fatal(err)
	}
	a.Advice = []reports.Advice{{Param: a.Params[5].Name, Action: "fix", Value: "0.001", Evidence: strings.Repeat("it matters little ", 9)}}
	dir := "/home/somebody/" + strings.Repeat("experiments/", 5)
	a.Findings = []reports.Finding{{Severity: "warning", Path: dir + "first/results.json", Line: 7, Message: strings.Repeat("This is odd. ", 9)},
		{Severity: "note", Message: "No file says this."}, {Severity: "note", Path: dir + "second/results.json", Message: "This is odd, too."}}
	p := open(t, start(t), write(t, a), phone())
	for _, id := range []string{"table-methods", "table-advice", "table-space", "table-importance", "table-findings"} {
		cell := 2
		if id == "table-findings" {
			cell = 3
		}
		if room := eval[float64](p, fmt.Sprintf(`(() => { const e = document.querySelector("#%s tbody tr > :nth-child(%d)");
			return e.closest(".scroll").getBoundingClientRect().right - e.getBoundingClientRect().left })()`, id, cell)); room < 60 {
			t.Errorf("%s: %v px are left for the values", id, room)
		}
	}
	if where := eval[[]string](p, "[...document.querySelectorAll('#table-findings td:nth-child(2) code')].flatMap(e => [e.textContent, e.title])"); !slices.Equal(where,
		[]string{"first/results.json:7", dir + "first/results.json:7", "", "", "second/results.json", dir + "second/results.json"}) {
		t.Errorf("files of findings: %q", where)
	}
	p.quiet()
}

// On paper there is nothing to press, and every figure.
func TestPrint(t *testing.T) {
	p := open(t, start(t), write(t, sample.Analysis()), desk())
	p.drawn("plot-pair")
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"})
	if n := eval[int](p, "[...document.querySelectorAll('.controls, .plot, .swap, .toc, summary')].filter(e => e.getClientRects().length).length"); n > 0 {
		t.Errorf("%d controls or charts are printed", n)
	}
	if shown, want := eval[int](p, "[...document.querySelectorAll('.paper-figure img')].filter(e => e.getClientRects().length).length"), len(drawAll(t, sample.Analysis())); shown != want {
		t.Errorf("%d figures are printed, want %d", shown, want)
	}
	var pdf []byte
	p.within(func(ctx context.Context) (err error) {
		pdf, err = chromedp.Run(ctx, chromedp.PrintToPDF())
		return err
	})
	if pages := strings.Count(string(pdf), "/Type /Page\n") + strings.Count(string(pdf), "/Type /Page/"); !strings.HasPrefix(string(pdf), "%PDF-") || pages < 4 {
		t.Errorf("%d bytes, %d pages", len(pdf), pages)
	}
	p.quiet()
}

// A chart that cannot be drawn leaves its figure for print, and the others.
func TestBrokenChart(t *testing.T) {
	file := write(t, sample.Analysis())
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// The data are not covered by the policy, so the page is still itself.
	broken := bytes.Replace(text, []byte(`"timeline":[`), []byte(`"timeliness":[`), 1)
	if bytes.Equal(text, broken) {
		t.Fatal("nothing broken")
	}
	if err := os.WriteFile(file, broken, 0o644); err != nil {
		t.Fatal(err)
	}
	p := open(t, start(t), file, desk())
	eval[chromedp.Void](p, "document.getElementById('plot-time').scrollIntoView({block: 'center', behavior: 'instant'})")
	p.until("document.querySelector('[data-block=time]').classList.contains('show-paper')")
	if !eval[bool](p, "document.querySelector('[data-block=time] .paper img').getClientRects().length > 0") {
		t.Error("the figure for print is not shown")
	}
	p.drawn("plot-parallel")
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.problems) != 1 || !strings.Contains(p.problems[0], "plot-time") {
		t.Errorf("the console says %q", p.problems)
	}
}

// Names in a log stay names.
func TestNamesAreNotCode(t *testing.T) {
	a := hostile(t)
	p := open(t, start(t), write(t, a), desk())
	for _, id := range plots {
		p.drawn(id)
	}
	p.do(chromedp.Focus(chromedp.CSS("#plot-pair")), chromedp.KeyEvent(kb.ArrowRight))
	p.pick("button[data-select='0.25']")
	if got := eval[string](p, "String(window.owned)"); got != "undefined" {
		t.Errorf("a name was executed: %s", got)
	}
	if tip := p.text("#plot-pair .tip"); !strings.Contains(tip, a.Configs[0].ID[:10]) {
		t.Errorf("the tooltip is %q", tip)
	}
	names := eval[[]string](p, "[...document.querySelectorAll('#table-space tbody th')].map(e => e.textContent)")
	for i, param := range a.Params {
		if names[i] != param.Name {
			t.Errorf("parameter %q is shown as %q", param.Name, names[i])
		}
	}
	p.quiet()
}

// The script prints numbers as the tables do.
func TestNumbersAgree(t *testing.T) {
	p := open(t, start(t), write(t, sample.Analysis()), desk())
	core, err := assets.ReadFile("app/core.js")
	if err != nil {
		t.Fatal(err)
	}
	values := []float64{0, 1, -1, 0.5, 0.1, 0.0999, 1.0 / 3, 12.345, 123.45, 1234.5, 12345.6, 123456, 999999, 1e6, 1234567, 1234567.5, 1e9, 3.2e12,
		0.001, 0.00099, 1e-4, -2.5e-7, 4.2e-20, -0.004, 0.00049, 0.0005, 0.0994, 0.0996, 0.05, 0.999, -0.123, 81, 0.1 + 0.2}
	list, err := json.Marshal(values)
	if err != nil {
		t.Fatal(err)
	}
	got := eval[[][]string](p, fmt.Sprintf("(() => { %s; return %s.map((v) => [number(v), percent(v), fixed(v)]) })()", core, list))
	for i, v := range values {
		want := []string{number(v), percent(v), fixed(v)}
		if !slices.Equal(got[i], want) {
			t.Errorf("%v is %q in the script, %q in the tables", v, got[i], want)
		}
	}
}
