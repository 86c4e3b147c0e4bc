package run

import (
	"context"
	"math/rand/v2"
	"runtime"
	"slices"

	"github.com/nasalyze/nasalyze/trainer"
	"github.com/nasalyze/nasalyze/trainer/augment"
	"github.com/nasalyze/nasalyze/trainer/data"
	"github.com/nasalyze/nasalyze/trainer/network"
)

// feeder makes the batches of training. That of step s depends on the seed and s only.
type feeder struct {
	config    trainer.Config
	set       *data.Set
	classes   int
	mirror    bool
	train     []int // indices in set
	normalize *augment.Normalizer
	plan      *network.Plan
	seed      uint64

	epoch int   // of order
	order []int // train, shuffled
}

// stepsPerEpoch is how many whole batches the images make.
func (f *feeder) stepsPerEpoch() int { return len(f.train) / f.config.BatchSize }

// ahead is how many batches are made in advance, at the same time on as many processors.
func ahead() int { return min(max(runtime.GOMAXPROCS(0)-1, 2), 8) }

// start makes batches from the given step on, in order, until ctx ends.
func (f *feeder) start(ctx context.Context, step int) <-chan network.Batch[float32] {
	started, batches := make(chan chan network.Batch[float32], ahead()), make(chan network.Batch[float32])
	go func() {
		defer close(started)
		for ; ; step++ {
			order, made := f.orderOf(step), make(chan network.Batch[float32], 1)
			select {
			case started <- made:
				go func(step int) { made <- f.make(step, order) }(step)
			case <-ctx.Done():
				return
			}
		}
	}()
	go func() {
		defer close(batches)
		for made := range started {
			select {
			case batches <- <-made:
			case <-ctx.Done():
				return
			}
		}
	}()
	return batches
}

// The streams of random numbers that a seed has.
const (
	streamOrder uint64 = (iota + 1) << 40
	streamStep
)

// orderOf is the order of the images in the epoch of a step.
func (f *feeder) orderOf(step int) []int {
	if epoch := step / f.stepsPerEpoch(); f.order == nil || epoch != f.epoch {
		f.epoch, f.order = epoch, slices.Clone(f.train) // batches of the epoch before may be in the making
		rng := rand.New(rand.NewPCG(f.seed, streamOrder+uint64(epoch)))
		rng.Shuffle(len(f.order), func(i, j int) { f.order[i], f.order[j] = f.order[j], f.order[i] })
	}
	return f.order
}

// batch makes the batch of a step.
func (f *feeder) batch(step int) network.Batch[float32] { return f.make(step, f.orderOf(step)) }

// make makes the batch of a step. It may be called from several goroutines.
func (f *feeder) make(step int, order []int) network.Batch[float32] {
	rng := rand.New(rand.NewPCG(f.seed, streamStep+uint64(step)))
	n := f.config.BatchSize
	size := len(f.set.Image(0))
	b := network.Batch[float32]{
		Images:       make([]float32, n*size),
		Targets:      make([]float32, n*f.classes),
		Coefficients: make([]float32, n*f.plan.Coefficients),
	}
	first := step % f.stepsPerEpoch() * n
	for i, index := range order[first : first+n] {
		f.image(rng, b.Images[i*size:(i+1)*size], f.set.Image(index))
		b.Targets[i*f.classes+int(f.set.Labels[index])] = 1
	}
	f.mix(rng, b)
	f.plan.Draw(rng, b.Coefficients, n)
	return b
}

// image crops, mirrors, normalises and cuts out.
func (f *feeder) image(rng *rand.Rand, dst []float32, src []uint8) {
	h, w, c := f.set.Height, f.set.Width, f.set.Channels
	moved := make([]uint8, len(src))
	dy, dx := rng.IntN(2*(h/8)+1)-h/8, rng.IntN(2*(w/8)+1)-w/8
	augment.Shift(moved, src, h, w, c, dy, dx)
	if f.mirror && rng.IntN(2) == 1 {
		augment.Mirror(moved, h, w, c)
	}
	f.normalize.Apply(dst, moved)
	augment.Cutout(dst, h, w, c, rng.IntN(h), rng.IntN(w), cutoutSide(f.config.Cutout, h, w))
}

// cutoutSide scales the side of cutout's square from images of 32 pixels, rounded.
func cutoutSide(side, height, width int) int { return (side*min(height, width) + 16) / 32 }

// mix is mixup: one weight for the batch, the partner of each image by a permutation.
func (f *feeder) mix(rng *rand.Rand, b network.Batch[float32]) {
	lambda := float32(augment.Beta(rng, f.config.Mixup))
	if lambda == 1 {
		return
	}
	n := f.config.BatchSize
	size := len(b.Images) / n
	images := append([]float32(nil), b.Images...)
	targets := append([]float32(nil), b.Targets...)
	for i, j := range rng.Perm(n) {
		augment.Mix(b.Images[i*size:(i+1)*size], images[j*size:(j+1)*size], lambda)
		augment.Mix(b.Targets[i*f.classes:(i+1)*f.classes], targets[j*f.classes:(j+1)*f.classes], lambda)
	}
}
