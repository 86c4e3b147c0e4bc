//go:build xla

package network

import (
	"math"
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

// Mixed precision is the same network to the digits of bfloat16, and fits a batch as well
// as float32 does.
func TestMixed(t *testing.T) {
	plugin := os.Getenv("NASALYZE_PJRT")
	if plugin == "" {
		t.Skip("NASALYZE_PJRT does not name a PJRT plugin")
	}
	b, err := xla.New(plugin)
	if err != nil {
		t.Fatal(err)
	}
	defer b.Finalize()
	plan, err := NewPlan(small, smallInput)
	if err != nil {
		t.Fatal(err)
	}
	full, err := New[float32](b, plan, 7)
	if err != nil {
		t.Fatal(err)
	}
	mixed, err := NewMixed(b, plan, 7)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(5, 5))
	batch := batchFor[float32](plan, rng, false)
	var losses [2][]float64
	for i, m := range []*Model[float32]{full, mixed} {
		if err := m.Compile(); err != nil {
			t.Fatal(err)
		}
		for range 60 {
			loss, err := m.Step(batch, 0.05, 0.1)
			if err != nil {
				t.Fatal(err)
			}
			losses[i] = append(losses[i], loss)
		}
	}
	first, last := losses[1][0]/losses[0][0]-1, losses[1][59]
	t.Logf("first loss %.4f, with float32 %.4f; after 60 steps %.4f, with float32 %.4f", losses[1][0], losses[0][0], last, losses[0][59])
	if !(math.Abs(first) < 0.02) || first == 0 {
		t.Errorf("the first loss differs by %.2g from that of float32", first)
	}
	if !(last < 0.5*losses[1][0]) || !(math.Abs(last-losses[0][59]) < 0.1*losses[0][0]) {
		t.Errorf("loss %v after 60 steps from %v, with float32 %v", last, losses[1][0], losses[0][59])
	}
}
