package html

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/nasalyze/nasalyze/reports"
	drawing "github.com/nasalyze/nasalyze/reports/figure"
)

// findBrowser returns the path of a Chromium. Without one the test is skipped, or
// fails where NASALYZE_BROWSER=required; NASALYZE_BROWSER may be the path of one, too.
func findBrowser(t *testing.T) string {
	t.Helper()
	wanted := os.Getenv("NASALYZE_BROWSER")
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"}
	if wanted != "" && wanted != "required" {
		names = []string{wanted}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if wanted != "" {
		t.Fatalf("no browser found (tried %s), but NASALYZE_BROWSER=%s", strings.Join(names, ", "), wanted)
	}
	t.Skipf("no browser found (tried %s); install Chromium or set NASALYZE_BROWSER to its path", strings.Join(names, ", "))
	return ""
}

// shared is the one browser of all tests; each page gets a tab.
var shared struct {
	once sync.Once
	ctx  context.Context
	stop func()
	err  error
}

func TestMain(m *testing.M) {
	code := m.Run()
	if shared.stop != nil {
		shared.stop()
	}
	os.Exit(code)
}

// start returns the browser, started where it was not yet.
func start(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	path := findBrowser(t)
	shared.once.Do(func() {
		options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
			chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
		ctx, closeAll := chromedp.NewExecAllocator(context.Background(), options...)
		ctx, closeBrowser := chromedp.NewContext(ctx)
		shared.ctx, shared.stop = ctx, func() { closeBrowser(); closeAll() }
		shared.err = chromedp.Do(ctx)
	})
	if shared.err != nil {
		t.Fatalf("starting %s: %v", path, shared.err)
	}
	return shared.ctx
}

// tab is a page in a browser, and all that it complained about.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	problems []string
}

// window is how a page is looked at.
type window struct {
	width, height int64
	noScript      bool
	dark          bool
}

// open shows the page of an analysis.
func open(t *testing.T, browser context.Context, file string, w window) *tab {
	t.Helper()
	ctx, cancel := chromedp.NewContext(browser)
	t.Cleanup(cancel)
	p := &tab{t: t, ctx: ctx}
	if err := chromedp.Listen(ctx, p.listen); err != nil {
		t.Fatal(err)
	}
	scheme := "light"
	if w.dark {
		scheme = "dark"
	}
	call(p, cdplog.Enable, cdp.Empty{})
	call(p, network.Enable, network.EnableParams{})
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: w.noScript})
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
	p.do(chromedp.EmulateViewport(w.width, w.height), chromedp.Navigate("file://"+file))
	return p
}

// listen notes errors and warnings of the console, violations of the policy, and requests.
func (p *tab) listen(event any) {
	note := func(format string, args ...any) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.problems = append(p.problems, fmt.Sprintf(format, args...))
	}
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, a := range e.Args {
			words = append(words, string(a.Value)+a.Description)
		}
		note("console.%s: %s", e.Type, strings.Join(words, " "))
	case *runtime.EventExceptionThrown:
		what := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			what += " " + e.ExceptionDetails.Exception.Description
		}
		note("exception: %s", what)
	case *cdplog.EventEntryAdded:
		note("%s %s: %s", e.Entry.Source, e.Entry.Level, e.Entry.Text)
	case *network.EventRequestWillBeSent:
		if u := e.Request.URL; !strings.HasPrefix(u, "file:") && !strings.HasPrefix(u, "data:") {
			note("request of %s", u)
		}
	}
}

// quiet fails the test if the page complained.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, problem := range p.problems {
		p.t.Error(problem)
	}
}

// within limits how long one step may take.
func (p *tab) within(step func(context.Context) error) {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.ctx, 30*time.Second)
	defer cancel()
	if err := step(ctx); err != nil {
		p.quiet()
		p.t.Fatal(err)
	}
}

func (p *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	p.within(func(ctx context.Context) error { return chromedp.Do(ctx, actions...) })
}

func call[P, R any](p *tab, command cdp.Command[P, R], params P) (result R) {
	p.t.Helper()
	p.within(func(ctx context.Context) (err error) {
		result, err = chromedp.Call(ctx, command, params)
		return err
	})
	return result
}

// eval evaluates an expression of JavaScript.
func eval[T any](p *tab, expression string) (v T) {
	p.t.Helper()
	p.within(func(ctx context.Context) (err error) {
		if v, err = chromedp.Run(ctx, chromedp.Evaluate[T](expression)); err != nil {
			return fmt.Errorf("%s: %w", expression, err)
		}
		return nil
	})
	return v
}

// until waits for an expression to become true.
func (p *tab) until(expression string) {
	p.t.Helper()
	p.within(func(ctx context.Context) error {
		if _, err := chromedp.Run(ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(20*time.Second))); err != nil {
			return fmt.Errorf("%s does not become true: %w", expression, err)
		}
		return nil
	})
}

// text of an element.
func (p *tab) text(selector string) string {
	p.t.Helper()
	return eval[string](p, fmt.Sprintf("document.querySelector(%q).textContent", selector))
}

// pick chooses the option of a control, or an element of a group of buttons.
func (p *tab) pick(selector string) {
	p.t.Helper()
	eval[chromedp.Void](p, fmt.Sprintf("document.querySelector(%q).click()", selector))
}

// drawn scrolls to a chart and returns how often it has been drawn.
func (p *tab) drawn(id string) int {
	p.t.Helper()
	eval[chromedp.Void](p, fmt.Sprintf("document.getElementById(%q).scrollIntoView({block: 'center', behavior: 'instant'})", id))
	p.until(fmt.Sprintf("document.getElementById(%q).dataset.drawn > 0", id))
	return eval[int](p, fmt.Sprintf("Number(document.getElementById(%q).dataset.drawn)", id))
}

// write makes the page of an analysis with its figures, as the command does.
func write(t *testing.T, a *reports.Analysis) string {
	t.Helper()
	var out bytes.Buffer
	if err := Write(&out, a, drawAll(t, a)); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "index.html")
	if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func drawAll(t *testing.T, a *reports.Analysis) []Static {
	t.Helper()
	figs, _ := drawing.All(a)
	var out []Static
	for _, f := range figs {
		var svg bytes.Buffer
		if err := f.Inline(&svg, drawing.Full); err != nil {
			t.Fatal(err)
		}
		out = append(out, Static{Name: f.Name, Title: f.Title, Caption: f.Caption, Alt: f.Alt, SVG: svg.Bytes()})
	}
	return out
}
