//go:build xla

package network

import (
	"math/rand/v2"
	"os"
	"testing"

	"github.com/gomlx/go-xla/compute/xla"
)

// XLA takes the same steps as the Go backend, in double precision. NASALYZE_PJRT
// names a plugin.
func TestXLA(t *testing.T) {
	plugin := os.Getenv("NASALYZE_PJRT")
	if plugin == "" {
		t.Skip("NASALYZE_PJRT does not name a PJRT plugin")
	}
	b, err := xla.New(plugin)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	ours := forms[float64](t, small, smallInput)[0]
	theirs, err := New[float64](b, ours.Plan, 7)
	if err != nil {
		t.Fatal(err)
	}
	if theirs.products {
		t.Error("XLA gets matrix products for convolutions")
	}
	var losses, logits [2][]float64
	for i, m := range []*Model[float64]{ours, theirs} {
		if err := m.Compile(); err != nil {
			t.Fatal(err)
		}
		rng := rand.New(rand.NewPCG(5, 5))
		for step := range 5 {
			loss, err := m.Step(batchFor[float64](m.Plan, rng, false), 0.05, 1/float64(step+1))
			if err != nil {
				t.Fatal(err)
			}
			losses[i] = append(losses[i], loss)
		}
		if logits[i], err = m.Logits(batchFor[float64](m.Plan, rng, false).Images); err != nil {
			t.Fatal(err)
		}
	}
	near(t, "losses", losses[1], losses[0])
	near(t, "logits", logits[1], logits[0])
}
