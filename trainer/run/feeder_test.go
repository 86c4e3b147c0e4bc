package run

import (
	"context"
	"math"
	"reflect"
	"slices"
	"testing"

	"github.com/nasalyze/nasalyze/trainer/augment"
	"github.com/nasalyze/nasalyze/trainer/data"
	"github.com/nasalyze/nasalyze/trainer/network"
)

// stripes are images of 8x8 pixels, all of one value, by which they can be told.
func stripes(t *testing.T, n int) *feeder {
	t.Helper()
	set := &data.Set{Height: 8, Width: 8, Channels: 1}
	for i := range n {
		set.Pixels = append(set.Pixels, slices.Repeat([]uint8{uint8(i + 1)}, 64)...)
		set.Labels = append(set.Labels, int32(i%10))
	}
	plan, err := network.NewPlan(tiny, network.Input{Height: 8, Width: 8, Channels: 1, Classes: 10})
	if err != nil {
		t.Fatal(err)
	}
	config := tiny
	config.BatchSize, config.Mixup, config.Cutout = 10, 0, 0
	return &feeder{config: config, set: set, classes: 10, train: all(set), plan: plan, seed: 3,
		normalize: augment.NewNormalizer([]float64{0}, []float64{1})}
}

// In each epoch, every image is seen once but for those that make no whole batch.
func TestEpochs(t *testing.T) {
	f := stripes(t, 57)
	if got := f.stepsPerEpoch(); got != 5 {
		t.Fatalf("%d steps per epoch", got)
	}
	orders := map[int][]float32{}
	for step := range 10 {
		b := f.batch(step)
		for i := range 10 {
			image := b.Images[i*64 : (i+1)*64]
			orders[step/5] = append(orders[step/5], slices.Max(image))
			if label := slices.Index(b.Targets[i*10:(i+1)*10], 1); label != (int(slices.Max(image))-1)%10 {
				t.Errorf("image %v has label %d", slices.Max(image), label)
			}
			// Moved by a pixel at most, an eighth of the image.
			for _, corner := range []int{1*8 + 1, 1*8 + 6, 6*8 + 1, 6*8 + 6} {
				if image[corner] == 0 {
					t.Errorf("pixel %d came in from outside", corner)
				}
			}
		}
	}
	if slices.Equal(orders[0], orders[1]) {
		t.Error("two epochs have one order")
	}
	for epoch, order := range orders {
		slices.Sort(order)
		if len(slices.Compact(order)) != 50 {
			t.Errorf("epoch %d shows images twice", epoch)
		}
	}
}

// A batch depends on seed and step, not on what was asked before.
func TestBatchesByStep(t *testing.T) {
	config := tiny
	config.BatchSize = 10
	a, b, other := stripes(t, 57), stripes(t, 57), stripes(t, 57)
	a.config, b.config, other.config, other.seed = config, config, config, 4
	for step := range 12 {
		a.batch(step)
	}
	for _, step := range []int{11, 2, 7} {
		if x, y := a.batch(step), b.batch(step); !reflect.DeepEqual(x, y) {
			t.Errorf("step %d has two batches", step)
		}
		if reflect.DeepEqual(a.batch(step), other.batch(step)) {
			t.Errorf("step %d: the seed does not matter", step)
		}
	}
	first := <-a.start(t.Context(), 7)
	if !reflect.DeepEqual(first, b.batch(7)) {
		t.Error("the first batch of a feed that starts at 7 is another")
	}
}

// Mixup: the same weight for images and labels. Images of one value show it.
func TestMixup(t *testing.T) {
	f := stripes(t, 20)
	f.config.Mixup = 1
	mixed := 0
	for step := range 20 {
		b := f.batch(step)
		for i := range 10 {
			// The labels give the weights of the two classes; image k+1 has class k%10.
			targets := b.Targets[i*10 : (i+1)*10]
			sum := float32(0)
			parts := 0
			for _, p := range targets {
				sum += p
				if p > 0 {
					parts++
				}
			}
			if math.Abs(float64(sum)-1) > 1e-6 || parts > 2 {
				t.Fatalf("targets %v", targets)
			}
			if parts < 2 {
				continue
			}
			mixed++
			// The pixel in the middle is w1 (k1+1) + w2 (k2+1), plus 10 for each of images 11 to 20.
			want := 0.0
			var weights []float64
			for k, p := range targets {
				want += float64(p) * float64(k+1)
				if p > 0 {
					weights = append(weights, float64(p))
				}
			}
			extra := (float64(b.Images[i*64+3*8+3]) - want) / 10
			ok := false
			for _, e := range []float64{0, weights[0], weights[1], 1} {
				ok = ok || math.Abs(extra-e) < 1e-4
			}
			if !ok {
				t.Fatalf("image mixed by %v, labels by %v", extra, weights)
			}
		}
	}
	if mixed < 100 {
		t.Errorf("only %d of 200 images are mixed", mixed)
	}
}

func TestCutoutSide(t *testing.T) {
	for _, c := range []struct{ side, size, want int }{{20, 32, 20}, {7, 32, 7}, {20, 8, 5}, {4, 8, 1}, {1, 8, 0}, {0, 32, 0}, {16, 28, 14}} {
		if got := cutoutSide(c.side, c.size, c.size+3); got != c.want {
			t.Errorf("side %d on %d pixels: %d, want %d", c.side, c.size, got, c.want)
		}
	}
	f := stripes(t, 20)
	f.config.Cutout = 12 // a square of 3 pixels
	for i, zeros := range []int{0, 0} {
		b := f.batch(i)
		for _, p := range b.Images[:64] {
			if p == 0 {
				zeros++
			}
		}
		if zeros < 4 || zeros > 15+9 { // a quarter of it at a corner at least; a border of 15 at most
			t.Errorf("%d of 64 pixels are cut out", zeros)
		}
	}
}

func TestLargest(t *testing.T) {
	inf, nan := float32(math.Inf(1)), float32(math.NaN())
	if i, ok := largest([]float32{1, 3, 2}); i != 1 || !ok {
		t.Errorf("%d, %v", i, ok)
	}
	for _, bad := range []float32{inf, -inf, nan} {
		if _, ok := largest([]float32{1, bad, 2}); ok {
			t.Errorf("%v is taken for a number", bad)
		}
	}
}

// Batches come in the order of the steps, the same as one by one, from any step on, until the end.
func TestStart(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	batches := stripes(t, 57).start(ctx, 3)
	for step := 3; step < 40; step++ {
		if got, want := <-batches, stripes(t, 57).batch(step); !reflect.DeepEqual(got, want) {
			t.Fatalf("the batch of step %d is another", step)
		}
	}
	cancel()
	for range batches { // ends
	}
}

// How many images of CIFAR-10's size the feeder makes ahead of a device, with all augmentation.
func BenchmarkFeeder(b *testing.B) {
	set := &data.Set{Height: 32, Width: 32, Channels: 3, Pixels: make([]uint8, 1000*3072), Labels: make([]int32, 1000)}
	config := tiny
	config.BatchSize = 128
	plan, err := network.NewPlan(config, network.Input{Height: 32, Width: 32, Channels: 3, Classes: 10})
	if err != nil {
		b.Fatal(err)
	}
	f := &feeder{config: config, set: set, classes: 10, mirror: true, train: all(set), normalize: augment.NewNormalizer(set.Moments(all(set))), plan: plan, seed: 1}
	batches, step := f.start(b.Context(), 0), 0
	for b.Loop() {
		<-batches
		step++
	}
	b.ReportMetric(float64(step*config.BatchSize)/b.Elapsed().Seconds(), "images/s")
}
