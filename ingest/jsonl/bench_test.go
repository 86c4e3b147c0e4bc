package jsonl_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/nasalyze/nasalyze/ingest/jsonl"
	"github.com/nasalyze/nasalyze/ingest/source"
)

// BenchmarkRead reads a log of 100,000 configurations and 1,000,000 trials;
// heap-MB is what the study keeps.
func BenchmarkRead(b *testing.B) {
	const configs, budgets = 100_000, 10
	rng := rand.New(rand.NewPCG(1, 2))
	text := bytes.NewBufferString(header)
	for i := range configs {
		fmt.Fprintf(text, `{"config":"%d","values":{"lr":%v},"pick":"model"}`+"\n", i, rng.Float64())
		for k := range budgets {
			fmt.Fprintf(text, `{"trial":"%d","budget":%d,"seed":1,"values":[%v],"started":%.2f,"finished":%.2f}`+"\n", i, k+1, rng.Float64(), float64(i), float64(i+1))
		}
	}
	fsys := fstest.MapFS{"a": {Data: text.Bytes()}}
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		s, err := source.NewFS(fsys, "a")
		if err != nil {
			b.Fatal(err)
		}
		study, err := jsonl.Read(context.Background(), s, source.Options{}, new(source.Findings))
		if err != nil {
			b.Fatal(err)
		}
		if len(study.Trials) != configs*budgets {
			b.Fatalf("%d trials, expected %d", len(study.Trials), configs*budgets)
		}
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "heap-MB")
		runtime.KeepAlive(study)
		b.StartTimer()
	}
}
