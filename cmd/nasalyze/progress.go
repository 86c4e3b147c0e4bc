package main

import (
	"fmt"
	"io"
	"os"
	"sync"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

const barWidth = 40

// progress shows how far the current stage is, where the writer is a terminal.
type progress struct {
	mu    sync.Mutex
	bars  *mpb.Progress // nil: not a terminal
	bar   *mpb.Bar
	stage string
}

func startProgress(w io.Writer) *progress {
	p := new(progress)
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.bars = mpb.New(terminal(f)...)
	}
	return p
}

// terminal is where bars are drawn. One that does not know its size, as under script or in a container, has
// no columns for mpb, which would draw nothing; as a mere writer it has 80.
func terminal(f *os.File) []mpb.ContainerOption {
	if width, height, err := term.GetSize(int(f.Fd())); err == nil && width > 0 && height > 0 {
		return []mpb.ContainerOption{mpb.WithOutput(f)}
	}
	return []mpb.ContainerOption{mpb.WithOutput(struct{ io.Writer }{f}), mpb.ForceTTY(), mpb.WithAutoRefresh()}
}

// show moves the bar of a stage; a new stage takes the place of the last one.
func (p *progress) show(stage string, done, total int64) {
	if p.bars == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bar == nil || stage != p.stage {
		p.end()
		p.stage = stage
		p.bar = p.bars.AddBar(total, mpb.BarWidth(barWidth), mpb.BarRemoveOnComplete(),
			mpb.PrependDecorators(decor.Name(stage, decor.WCSyncSpaceR)),
			mpb.AppendDecorators(decor.Percentage(), decor.Name(" "), decor.AverageETA(decor.ET_STYLE_GO)))
	}
	p.bar.SetCurrent(done)
}

func (p *progress) end() {
	if p.bar != nil {
		p.bar.Abort(true)
		p.bar = nil
	}
}

func (p *progress) stop() {
	if p.bars == nil {
		return
	}
	p.mu.Lock()
	p.end()
	p.mu.Unlock()
	p.bars.Wait()
}

// plural counts things in words.
func plural(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
