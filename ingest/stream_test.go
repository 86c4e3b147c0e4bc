package ingest

import (
	"bufio"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// logOf writes a log of n trials of n/10 configurations in a format, every trial
// with extra words of free-form info, and returns the path to read.
type logOf struct {
	name  string
	write func(dir string, n int, extra string) (string, error)
}

var logsOf = []logOf{
	{"hpbandster", func(dir string, n int, extra string) (string, error) {
		return dir, lines(dir, n, "configs.json", "results.json", "",
			func(w io.Writer, c int) {
				fmt.Fprintf(w, `[[%d, 0, 0], {"x": %v, "y": %d}, {}]`+"\n", c, fraction(c), c%7)
			},
			func(w io.Writer, c, b, i int) {
				fmt.Fprintf(w, `[[%d, 0, 0], %d, {"submitted": %d, "started": %d, "finished": %d}, {"loss": %v, "info": {"text": "%s"}}, null]`+"\n", c, b, i, i, i+1, fraction(i), extra)
			}, "")
	}},
	{"deepcave", func(dir string, n int, extra string) (string, error) {
		meta := `{"objectives": [{"name": "loss", "lower": 0, "upper": 1, "optimize": "lower"}], "budgets": [1], "seeds": [-1]}`
		if err := os.WriteFile(filepath.Join(dir, "meta.json"), []byte(meta), 0o644); err != nil {
			return "", err
		}
		return dir, lines(dir, n, "configs.json", "history.jsonl", "{\n",
			func(w io.Writer, c int) {
				fmt.Fprintf(w, `%s"%d": {"x": %v, "y": %d}`, map[bool]string{true: ",\n"}[c > 0], c, fraction(c), c%7)
			},
			func(w io.Writer, c, b, i int) {
				fmt.Fprintf(w, `[%d, %d, -1, [%v], %d, %d, 1, {"text": "%s"}]`+"\n", c, b, fraction(i), i, i+1, extra)
			}, "\n}\n")
	}},
	{"jsonl", func(dir string, n int, extra string) (string, error) {
		space := `{"nasalyze":1,"space":{"hyperparameters":[{"type":"uniform_float","name":"x","lower":0,"upper":1},{"type":"uniform_int","name":"y","lower":0,"upper":6}],"conditions":[],"forbiddens":[]},"objectives":[{"name":"loss"}]}` + "\n"
		path := filepath.Join(dir, "log.jsonl")
		return path, lines(dir, n, "log.jsonl", "log.jsonl", space,
			func(w io.Writer, c int) {
				fmt.Fprintf(w, `{"config":"%d","values":{"x":%v,"y":%d}}`+"\n", c, fraction(c), c%7)
			},
			func(w io.Writer, c, b, i int) {
				fmt.Fprintf(w, `{"trial":"%d","budget":%d,"values":[%v],"started":%d,"finished":%d,"info":{"text":"%s"}}`+"\n", c, b, fraction(i), i, i+1, extra)
			}, "")
	}},
	{"csv", func(dir string, n int, extra string) (string, error) { return rows(dir, "log.csv", n, extra) }},
	{"csv.gz", func(dir string, n int, extra string) (string, error) { return rows(dir, "log.csv.gz", n, extra) }},
	{"arff", func(dir string, n int, extra string) (string, error) { return rows(dir, "log.arff", n, extra) }},
}

func fraction(i int) float64 { return float64(i*7919%10007) / 10007 }

// rows writes one row per trial.
func rows(dir, name string, n int, extra string) (string, error) {
	header := "config_id,budget,loss,config_x,config_y,note\n"
	if strings.HasSuffix(name, ".arff") {
		header = "@relation r\n@attribute config_id integer\n@attribute budget numeric\n@attribute loss numeric\n@attribute config_x numeric\n@attribute config_y integer\n@attribute note string\n@data\n"
	}
	return filepath.Join(dir, name), lines(dir, n, "", name, header, nil,
		func(w io.Writer, c, b, i int) {
			fmt.Fprintf(w, "%d,%d,%v,%v,%d,'%s'\n", c, b, fraction(i), fraction(c), c%7, extra)
		}, "")
}

// lines writes the configurations, then the trials at ten budgets each. Both may
// go to one file.
func lines(dir string, n int, configs, trials, head string, config func(w io.Writer, c int), trial func(w io.Writer, c, budget, i int), tail string) error {
	create := func(name string, write func(w io.Writer)) error {
		f, err := os.Create(filepath.Join(dir, name))
		if err != nil {
			return err
		}
		defer f.Close()
		w := bufio.NewWriterSize(f, 1<<20)
		if strings.HasSuffix(name, ".gz") {
			z := gzip.NewWriter(w)
			write(z)
			if err := z.Close(); err != nil {
				return err
			}
		} else {
			write(w)
		}
		if err := w.Flush(); err != nil {
			return err
		}
		return f.Close()
	}
	writeConfigs := func(w io.Writer) {
		io.WriteString(w, head)
		for c := 0; config != nil && c < n/10; c++ {
			config(w, c)
		}
		io.WriteString(w, tail)
	}
	writeTrials := func(w io.Writer) {
		for i := range n {
			trial(w, i%(n/10), 1+i/(n/10), i)
		}
	}
	if configs == "" || configs == trials {
		return create(trials, func(w io.Writer) { writeConfigs(w); writeTrials(w) })
	}
	if err := create(configs, writeConfigs); err != nil {
		return err
	}
	return create(trials, writeTrials)
}

// peakHeap samples the heap until stop is called, which returns its largest size in bytes.
func peakHeap() (stop func() uint64) {
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
			case <-time.After(time.Millisecond):
			}
		}
	}()
	return func() uint64 { close(quit); <-done; return top.Load() }
}

// Reading needs memory for the study, not for the text: of a log that is nearly
// all free-form info, which is not to be kept, 40 MB and more take less than 12.
func TestMemoryIsBoundedByTheStudy(t *testing.T) {
	if testing.Short() {
		t.Skip("writes and reads logs of 40 MB")
	}
	const n, bound = 20_000, 12 << 20
	extra := strings.Repeat("all work and no play ", 100)
	for _, l := range logsOf {
		t.Run(l.name, func(t *testing.T) {
			path, err := l.write(t.TempDir(), n, extra)
			if err != nil {
				t.Fatal(err)
			}
			defer debug.SetGCPercent(debug.SetGCPercent(50))
			runtime.GC()
			var before runtime.MemStats
			runtime.ReadMemStats(&before)
			stop := peakHeap()
			study, _, err := Open(context.Background(), path, Options{InfoLimit: -1})
			peak := int64(stop()) - int64(before.HeapAlloc)
			if err != nil {
				t.Fatal(err)
			}
			if len(study.Trials) != n || len(study.Configs) != n/10 {
				t.Fatalf("%d trials of %d configurations, expected %d of %d", len(study.Trials), len(study.Configs), n, n/10)
			}
			read := int64(0)
			for _, in := range study.Provenance.Inputs {
				read += in.Size
			}
			t.Logf("%.1f MB of text, %.1f MB of heap at most", float64(read)/1e6, float64(peak)/1e6)
			if peak > bound {
				t.Errorf("%d bytes of heap for %d bytes of text, expected at most %d", peak, read, bound)
			}
		})
	}
}

// A million results in each format that is read line by line: MB/s, and the largest heap.
func BenchmarkRead(b *testing.B) {
	for _, l := range logsOf {
		b.Run(l.name, func(b *testing.B) {
			const n = 1_000_000
			path, err := l.write(b.TempDir(), n, "")
			if err != nil {
				b.Fatal(err)
			}
			runtime.GC()
			stop := peakHeap()
			for b.Loop() {
				study, _, err := Open(context.Background(), path, Options{})
				if err != nil {
					b.Fatal(err)
				}
				if len(study.Trials) != n {
					b.Fatalf("%d trials, expected %d", len(study.Trials), n)
				}
				size := int64(0)
				for _, in := range study.Provenance.Inputs {
					size += in.Size
				}
				b.SetBytes(size)
			}
			b.ReportMetric(float64(stop())/1e6, "peak-MB")
		})
	}
}
