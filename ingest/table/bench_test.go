package table

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"
	"testing/fstest"

	"github.com/nasalyze/nasalyze/ingest/source"
)

// longCSV makes a long table: every configuration at 5 budgets with 2 seeds.
func longCSV(rows int) []byte {
	rng := rand.New(rand.NewPCG(1, 2))
	var b bytes.Buffer
	b.WriteString("config_id,budget,seed,status,loss,config.lr,config.layers,config.optimizer,config.momentum,config.width,started,finished\n")
	for i := 0; b.Len() >= 0 && i < rows; {
		id := i / 10
		lr, layers := rng.ExpFloat64()*1e-3, 1+rng.IntN(8)
		optimizer, momentum := "Adam", ""
		if rng.IntN(2) == 0 {
			optimizer, momentum = "SGD", fmt.Sprint(rng.Float64())
		}
		width := 16 << rng.IntN(5)
		for k := 0; k < 10 && i < rows; k++ {
			budget := []string{"1", "3", "9", "27", "81"}[k/2]
			fmt.Fprintf(&b, "%d,%s,%d,success,%v,%v,%d,%s,%s,%d,%.2f,%.2f\n", id, budget, k%2, rng.Float64(), lr, layers, optimizer, momentum, width, float64(i), float64(i)+1)
			i++
		}
	}
	return b.Bytes()
}

// BenchmarkRead reads a long table of 1,000,000 rows; heap-MB is what the study keeps.
func BenchmarkRead(b *testing.B) {
	const rows = 1_000_000
	data := longCSV(rows)
	fsys := fstest.MapFS{"runs.csv": {Data: data}}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	var before, after runtime.MemStats
	for b.Loop() {
		runtime.GC()
		runtime.ReadMemStats(&before)
		s, err := source.NewFS(fsys, "runs.csv")
		if err != nil {
			b.Fatal(err)
		}
		var findings source.Findings
		study, err := Read(context.Background(), s, source.Options{}, &findings)
		if err != nil {
			b.Fatal(err)
		}
		if len(study.Trials) != rows {
			b.Fatalf("%d trials, expected %d", len(study.Trials), rows)
		}
		b.StopTimer()
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/1e6, "heap-MB")
		runtime.KeepAlive(study)
		b.StartTimer()
	}
}
