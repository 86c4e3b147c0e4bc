package hpbandster

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/metrics"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze/ingest/source"
)

// generate writes a log of n results, five budgets of each configuration, and
// returns its directory and size.
func generate(b *testing.B, n int) (dir string, size int64) {
	b.Helper()
	dir = b.TempDir()
	r := rand.New(rand.NewPCG(1, 2))
	write := func(name string, lines func(w *bufio.Writer)) {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			b.Fatal(err)
		}
		w := bufio.NewWriterSize(f, 1<<20)
		lines(w)
		if err := w.Flush(); err != nil {
			b.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			b.Fatal(err)
		}
		size += info.Size()
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
	write("configs.json", func(w *bufio.Writer) {
		for i := range n / 5 {
			fmt.Fprintf(w, `[[%d, 0, %d], {"lr": %v, "dropout": %v, "layers": %d, "optimizer": "%s", "batch": %d}, {"model_based_pick": %v}]`+"\n",
				i/27, i%27, r.Float64()*1e-3, r.Float64(), 1+r.IntN(5), []string{"Adam", "SGD"}[i%2], 8<<r.IntN(5), i%3 != 0)
		}
	})
	write("results.json", func(w *bufio.Writer) {
		clock := 1.7e9
		for i := range n {
			c := i % (n / 5)
			clock += 0.25
			fmt.Fprintf(w, `[[%d, 0, %d], %v, {"submitted": %v, "started": %v, "finished": %v}, {"loss": %v, "info": {"test accuracy": %v, "train accuracy": %v, "number of parameters": %d}}, null]`+"\n",
				c/27, c%27, []float64{1, 3, 9, 27, 81}[i/(n/5)%5], clock, clock+0.001, clock+r.Float64(), r.Float64(), r.Float64(), r.Float64(), 10_000+r.IntN(1_000_000))
		}
	})
	return dir, size
}

// peak samples the heap until stop is called, which returns its largest size in bytes.
func peak() (stop func() uint64) {
	var top atomic.Uint64
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			metrics.Read(sample)
			top.Store(max(top.Load(), sample[0].Value.Uint64()))
			select {
			case <-quit:
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(quit); <-done; return top.Load() }
}

// A million results: MB/s, the heap that the study keeps, and the largest heap
// while reading, which is bounded by the study and not by the text.
func BenchmarkRead(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		for _, info := range []struct {
			name  string
			limit int64
		}{{"info", 0}, {"noinfo", -1}} {
			b.Run(fmt.Sprintf("results=%d/%s", n, info.name), func(b *testing.B) {
				dir, size := generate(b, n)
				b.SetBytes(size)
				runtime.GC()
				stop := peak()
				b.ResetTimer()
				for b.Loop() {
					s, err := source.New(dir, nil)
					if err != nil {
						b.Fatal(err)
					}
					study, err := Read(context.Background(), s, source.Options{InfoLimit: info.limit}, &source.Findings{})
					if err != nil {
						b.Fatal(err)
					}
					if len(study.Trials) != n {
						b.Fatalf("%d trials, expected %d", len(study.Trials), n)
					}
					b.StopTimer()
					runtime.GC()
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					b.ReportMetric(float64(m.HeapAlloc)/1e6, "kept-MB")
					runtime.KeepAlive(study)
					b.StartTimer()
				}
				b.StopTimer()
				b.ReportMetric(float64(stop())/1e6, "peak-MB")
				b.ReportMetric(float64(size)/1e6, "text-MB")
			})
		}
	}
}
