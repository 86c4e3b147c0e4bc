package network

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/nasalyze/nasalyze/trainer"
)

// BenchmarkStep trains on images of the size of digits, with three networks of the space.
// GOEXPERIMENT=simd makes matrix products many times as fast.
func BenchmarkStep(b *testing.B) {
	for _, c := range []struct {
		name   string
		config trainer.Config
	}{
		{"smallest", trainer.Config{Blocks: [3]int{1, 1, 1}, Filters: 8, Widen: [3]float64{0.5, 0.5, 0.5}, Branches: [3]int{1, 1, 1}}},
		{"small", trainer.Config{Blocks: [3]int{1, 1, 1}, Filters: 16, Widen: [3]float64{1, 1, 1}, Branches: [3]int{2, 2, 2}}},
		{"middle", trainer.Config{Blocks: [3]int{4, 4, 4}, Filters: 16, Widen: [3]float64{2, 1.4, 1.4}, Branches: [3]int{3, 3, 3}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			c.config.BatchSize, c.config.Momentum, c.config.WeightDecay = 64, 0.9, 1e-4
			plan, err := NewPlan(c.config, Input{8, 8, 1, 10})
			if err != nil {
				b.Fatal(err)
			}
			m, err := New[float32](backend(b), plan, 1)
			if err != nil {
				b.Fatal(err)
			}
			start := time.Now()
			if err := m.Compile(); err != nil {
				b.Fatal(err)
			}
			compiled := time.Since(start)
			batch := batchFor[float32](plan, rand.New(rand.NewPCG(1, 1)), false)
			for b.Loop() {
				if _, err := m.Step(batch, 0.01, 0.1); err != nil {
					b.Fatal(err)
				}
			}
			images := float64(b.N*c.config.BatchSize) / b.Elapsed().Seconds()
			b.ReportMetric(images, "images/s")
			b.ReportMetric(images*float64(plan.MultiplyAdds)*6/1e9, "GFLOP/s")
			b.ReportMetric(compiled.Seconds(), "compile-s")
		})
	}
}
