package network

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/nasalyze/nasalyze/trainer"
)

// The numbers of parameters by formulas for whole groups: a branch from a to b
// channels has 9ab + 9bb weights and two norms of 2b; a skip ab weights and one.
func TestParameterCount(t *testing.T) {
	for _, c := range []struct {
		config trainer.Config
		input  Input
	}{
		{trainer.Config{Blocks: [3]int{1, 1, 1}, Filters: 16, Widen: [3]float64{1, 2, 2}, Branches: [3]int{1, 1, 1}}, Input{32, 32, 3, 10}},
		{trainer.Config{Blocks: [3]int{4, 4, 4}, Filters: 16, Widen: [3]float64{4, 2, 2}, Branches: [3]int{2, 2, 2}}, Input{32, 32, 3, 100}},
		{trainer.Config{Blocks: [3]int{16, 3, 1}, Filters: 9, Widen: [3]float64{0.5, 3.3, 0.7}, Branches: [3]int{5, 1, 3}}, Input{8, 8, 1, 10}},
	} {
		want := 9*c.input.Channels*c.config.Filters + 2*c.config.Filters
		before := c.config.Filters
		for g, width := range Widths(c.config) {
			for b := range c.config.Blocks[g] {
				from := width
				if b == 0 {
					from = before
				}
				want += c.config.Branches[g] * (9*from*width + 9*width*width + 4*width)
				if b == 0 && (g > 0 || from != width) {
					want += from*width + 2*width
				}
			}
			before = width
		}
		want += (before + 1) * c.input.Classes
		plan, err := NewPlan(c.config, c.input)
		if err != nil {
			t.Fatal(err)
		}
		if got := plan.ParameterCount(); got != want {
			t.Errorf("%+v: %d parameters, want %d", c.config, got, want)
		}
	}
}

// Published: the networks 26 2x32d and 26 2x96d of Shake-Shake have 2.9 and 26.2 million
// parameters (Gastaldi: "Shake-Shake regularization", arXiv:1705.07485).
func TestPublishedSizes(t *testing.T) {
	for _, c := range []struct {
		width    float64
		millions float64
	}{{32, 2.9}, {96, 26.2}} {
		plan, err := NewPlan(trainer.Config{Blocks: [3]int{4, 4, 4}, Filters: 16, Widen: [3]float64{c.width / 16, 2, 2}, Branches: [3]int{2, 2, 2}}, Input{32, 32, 3, 10})
		if err != nil {
			t.Fatal(err)
		}
		if got := float64(plan.ParameterCount()) / 1e6; math.Abs(got-c.millions) > 0.05 {
			t.Errorf("width %v: %.3f million parameters, published: %v", c.width, got, c.millions)
		}
	}
}

func TestWidths(t *testing.T) {
	// Each link is rounded before the next: 10 x 1.26 = 12.6, 13 x 0.5 = 6.5, which
	// goes to the even 6, 6 x 2.6 = 15.6.
	got := Widths(trainer.Config{Filters: 10, Widen: [3]float64{1.26, 0.5, 2.6}})
	if want := [3]int{13, 6, 16}; got != want {
		t.Errorf("widths %v, want %v", got, want)
	}
	// The narrowest of the space.
	if got := Widths(trainer.Config{Filters: 8, Widen: [3]float64{0.5, 0.5, 0.5}}); got != [3]int{4, 2, 1} {
		t.Errorf("widths %v, want [4 2 1]", got)
	}
}

func TestMultiplyAdds(t *testing.T) {
	plan, err := NewPlan(trainer.Config{Blocks: [3]int{1, 1, 1}, Filters: 2, Widen: [3]float64{1, 2, 1}, Branches: [3]int{1, 2, 1}, DeathRate: 1}, Input{4, 4, 1, 10})
	if err != nil {
		t.Fatal(err)
	}
	// Stem 16 pixels 9*1*2; group 1: 16*(9*2*2)*2; group 2, 4 pixels, 2 branches: 4*(9*2*4+9*4*4),
	// skip 4*2*4; group 3, 1 pixel: 9*4*4*2, skip 4*4; linear 4*10.
	want := int64(16*18 + 16*72 + 2*4*(72+144) + 32 + 288 + 16 + 40)
	if plan.MultiplyAdds != want {
		t.Errorf("%d multiply-adds, want %d", plan.MultiplyAdds, want)
	}
	// What is left behind: the stem's convolution and norm; per branch a ReLU of the input (once per
	// block) and of the middle, two convolutions, two norms; the skips; sums of blocks; the last ReLU. Numbers of 16 pixels
	// with 2 channels, 4 with 4, 1 with 4.
	activations := 32*(2+1+4+1+1) + (32 + 16*(2*5+2+1)) + (16 + 4*(5+2+1)) + 4
	config := plan.Config
	config.BatchSize = 3
	batch, _ := NewPlan(config, plan.Input)
	if got, want := batch.Bytes(false), int64(4*(4*plan.ParameterCount()+3*activations)); got != want {
		t.Errorf("%d bytes, want %d", got, want)
	}
	if plan.Coefficients != 2+4+2 {
		t.Errorf("%d coefficients, want 8", plan.Coefficients)
	}
	if _, err := NewPlan(small, Input{8, 8, 1, 1}); err == nil {
		t.Error("one class: no error")
	}
}

// The distributions of the factors: softmax of uniform numbers, ShakeDrop's gate
// for a whole batch.
func TestDraw(t *testing.T) {
	plan, err := NewPlan(trainer.Config{Blocks: [3]int{1, 1, 1}, Filters: 2, Widen: [3]float64{1, 1, 1}, Branches: [3]int{2, 1, 3}, DeathRate: 0.3}, Input{4, 4, 1, 10})
	if err != nil {
		t.Fatal(err)
	}
	const batches, images = 4000, 3
	rng := rand.New(rand.NewPCG(9, 9))
	noise := make([]float32, images*plan.Coefficients)
	closed, forward, backward, square := 0, 0.0, 0.0, 0.0
	for range batches {
		plan.Draw(rng, noise, images)
		open := 0
		for i := range images {
			row := noise[i*plan.Coefficients:][:plan.Coefficients]
			for _, part := range [][]float32{row[0:2], row[2:4], row[6:9], row[9:12]} {
				sum := float32(0)
				for _, f := range part {
					// e^0 against e^1 is the most unequal.
					if k := float64(len(part)); float64(f) < 1/(1+(k-1)*math.E)-1e-6 || float64(f) > math.E/(math.E+k-1)+1e-6 {
						t.Fatalf("factor %v of %d branches", f, len(part))
					}
					sum += f
				}
				if math.Abs(float64(sum)-1) > 1e-6 {
					t.Fatalf("factors %v do not sum to 1", part)
				}
			}
			if row[0] == row[2] {
				t.Fatal("backward factors are the forward ones")
			}
			if row[4] == 1 && row[5] == 1 {
				open++
				continue
			}
			if row[4] < -1 || row[4] > 1 || row[5] < 0 || row[5] > 1 {
				t.Fatalf("closed with factors %v, %v", row[4], row[5])
			}
			forward += float64(row[4])
			square += float64(row[4]) * float64(row[4])
			backward += float64(row[5])
		}
		switch open {
		case 0:
			closed++
		case images:
		default:
			t.Fatalf("open for %d of %d images", open, images)
		}
	}
	n := float64(closed * images)
	for _, c := range []struct {
		what            string
		got, want, slop float64
	}{
		{"closed", float64(closed) / batches, 0.3, 0.036},
		{"mean forward", forward / n, 0, 0.05},
		{"mean square forward", square / n, 1.0 / 3, 0.03},
		{"mean backward", backward / n, 0.5, 0.03},
	} {
		if math.Abs(c.got-c.want) > c.slop {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}
