package run

import (
	"fmt"
	"math"
	"time"

	"github.com/nasalyze/nasalyze/trainer"
	"github.com/nasalyze/nasalyze/trainer/data"
	"github.com/nasalyze/nasalyze/trainer/engine"
)

// Options of [Train]. Config, Data, Engine and Budget must be given; the zero value of the others is
// the documented default.
type Options struct {
	Config trainer.Config
	Data   *data.Dataset
	Engine *engine.Engine
	// Budget in seconds of training.
	Budget float64
	// FirstCycle is the least length of the first cycle of the learning rate in seconds,
	// see [trainer.NewSchedule]; 0 means 400, as in the paper.
	FirstCycle float64
	// Validation is how many training images are held out, as many of each class as of
	// all; 0 means a tenth of them, as in the paper, or a fifth of less than 10,000.
	Validation int
	Seed       uint64
	// Checkpoint is a file that is written when the training is interrupted, and that is gone
	// on from if it is there; empty means none. It is removed when the training ends.
	Checkpoint string
	// Keep tells to write the checkpoint when the training ends, too, instead.
	Keep bool
	// Continue is the checkpoint of a finished training of the same configuration at a lower budget,
	// from which this one goes on; empty means that it starts anew.
	Continue string
	// Mixed tells to compute feature maps and convolutions in bfloat16, on engines that can.
	Mixed bool
	// MemoryLimit in bytes: more is refused before the start. 0 means what this machine has
	// left, as far as it says so, and no limit on an engine with memory of its own.
	MemoryLimit int64
	// Emit gets the points of the learning curve; nil means that nobody wants them.
	Emit func(Point)
	// Clock gives seconds; nil means the clock of this machine.
	Clock func() float64
}

// Point is a point of the learning curve.
type Point struct {
	Seconds      float64 `json:"seconds"` // of training
	Step         int     `json:"step"`    // steps taken
	Epoch        float64 `json:"epoch"`   // passes over the training images
	LearningRate float64 `json:"learning_rate"`
	// TrainLoss is the mean cross-entropy of the steps since the last point, with all augmentation.
	TrainLoss float64 `json:"train_loss"`
	// ValidationError in percent; nil but at the end of each cycle of the learning rate.
	ValidationError *float64 `json:"validation_error,omitempty"`
}

// Result is how a training ended.
type Result struct {
	// Diverged: the loss was no finite number. The errors are NaN then.
	Diverged bool
	// ValidationError and TestError in percent; the first is what a search minimises.
	ValidationError, TestError float64
	// Loss is the last value of the cross-entropy in training.
	Loss float64

	Steps  int
	Epochs float64
	Cycles int
	// Seconds of training, in all and, of these, waiting for batches; of compilation, evaluation and checkpoints.
	TrainSeconds, WaitSeconds, CompileSeconds, EvaluationSeconds, CheckpointSeconds float64
	// ContinuedAt is the second of training at which this run started: not 0 if it
	// went on from a checkpoint.
	ContinuedAt float64
	// ImagesPerSecond of training since then.
	ImagesPerSecond float64
	Parameters      int
	MultiplyAdds    int64
	// Train, Validation and Test are numbers of images.
	Train, Validation, Test int
}

// InterruptedError ends a training whose context ended.
type InterruptedError struct {
	Seconds, Budget float64
	// Checkpoint is where it can be gone on from; empty if there is none.
	Checkpoint string
}

func (e *InterruptedError) Error() string {
	s := fmt.Sprintf("interrupted after %.1f of %.1f seconds of training", e.Seconds, e.Budget)
	if e.Checkpoint != "" {
		return s + "; the same command goes on from " + e.Checkpoint
	}
	return s + "; nothing was kept for want of a checkpoint"
}

// resolve checks the options and puts in the defaults.
func (o Options) resolve() (Options, error) {
	switch {
	case !(o.Budget > 0) || math.IsInf(o.Budget, 1):
		return o, fmt.Errorf("the budget is %v seconds, expected a positive number", o.Budget)
	case o.FirstCycle < 0 || math.IsNaN(o.FirstCycle):
		return o, fmt.Errorf("the first cycle is %v seconds, expected a positive number", o.FirstCycle)
	case o.Validation < 0:
		return o, fmt.Errorf("%d validation images, expected a positive number", o.Validation)
	}
	if o.FirstCycle == 0 {
		o.FirstCycle = 400
	}
	n := o.Data.Train.Len()
	if o.Validation == 0 {
		o.Validation = n / 10
		if n < 10000 {
			o.Validation = n / 5
		}
	}
	if o.Validation >= n {
		return o, fmt.Errorf("cannot hold out %d of %d training images", o.Validation, n)
	}
	if left := n - o.Validation; o.Config.BatchSize > left {
		return o, fmt.Errorf("batch_size is %d, but there are only %d images to train on (%d less %d for validation)", o.Config.BatchSize, left, n, o.Validation)
	}
	if o.Emit == nil {
		o.Emit = func(Point) {}
	}
	if o.Clock == nil {
		start := time.Now()
		o.Clock = func() float64 { return time.Since(start).Seconds() }
	}
	return o, nil
}
