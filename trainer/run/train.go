package run

import (
	"context"
	"errors"
	"io/fs"
	"math"
	"os"

	"github.com/nasalyze/nasalyze/trainer"
	"github.com/nasalyze/nasalyze/trainer/augment"
	"github.com/nasalyze/nasalyze/trainer/data"
	"github.com/nasalyze/nasalyze/trainer/network"
)

// points is how many points a learning curve has at most, beside those at the ends of cycles.
const points = 50

// training is a training at work.
type training struct {
	Options
	now       checkpoint // where it is
	model     *network.Model[float32]
	normalize *augment.Normalizer
	held      []int
	schedule  trainer.Schedule
	result    Result
	loss      mean    // of the steps since the last point
	last      float64 // second of the last point
}

// mean is a running mean.
type mean struct {
	sum float64
	n   int
}

func (m *mean) add(x float64) { m.sum, m.n = m.sum+x, m.n+1 }

// Train trains a configuration for its budget. When ctx ends it stops after the current step
// with an *InterruptedError; a network that is too large is a *MemoryError.
func Train(ctx context.Context, options Options) (Result, error) {
	o, err := options.resolve()
	if err != nil {
		return Result{}, err
	}
	t := &training{Options: o}
	set := &o.Data.Train
	train, held, err := data.Split(set.Labels, o.Validation, o.Seed)
	if err != nil {
		return Result{}, err
	}
	t.held = held
	t.normalize = augment.NewNormalizer(set.Moments(train))
	plan, err := network.NewPlan(o.Config, network.Input{Height: set.Height, Width: set.Width, Channels: set.Channels, Classes: len(o.Data.Classes)})
	if err != nil {
		return Result{}, err
	}
	t.result = Result{Parameters: plan.ParameterCount(), MultiplyAdds: plan.MultiplyAdds,
		Train: len(train), Validation: len(held), Test: o.Data.Test.Len()}
	limit := o.MemoryLimit
	if limit == 0 && o.Engine.Patches {
		limit = available()
	}
	if needs := plan.Bytes(o.Engine.Patches); limit > 0 && needs > limit {
		return t.result, &MemoryError{Needs: needs, Limit: limit, Parameters: t.result.Parameters}
	}
	if err := t.prepare(plan); err != nil {
		return t.result, err
	}
	f := &feeder{config: o.Config, set: set, classes: len(o.Data.Classes), mirror: o.Data.Mirror, train: train, normalize: t.normalize, plan: plan, seed: o.Seed}
	if err := t.steps(ctx, f); err != nil {
		return t.result, err
	}
	return t.result, t.finish()
}

// prepare makes and compiles the model, and finds out where to start.
func (t *training) prepare(plan *network.Plan) error {
	t.now = checkpoint{Config: t.Config, Data: t.Data.Digest(), Validation: t.Validation, Seed: t.Seed, Budget: t.Budget, FirstCycle: t.FirstCycle}
	from, err := resume(t.Options, t.now)
	if err != nil {
		return err
	}
	if t.Checkpoint != "" {
		if err := writable(t.Checkpoint); err != nil {
			return err
		}
	}
	start := t.Clock()
	newModel := network.New[float32]
	if t.Mixed {
		newModel = network.NewMixed
	}
	if t.model, err = newModel(t.Engine.Backend, plan, t.Seed); err != nil {
		return err
	}
	if err := t.model.Compile(); err != nil {
		return deviceError(err)
	}
	t.result.CompileSeconds = t.Clock() - start
	if from != nil {
		if err := t.model.SetState(from.state); err != nil {
			return err
		}
		from.state = nil
		t.now = *from
	}
	t.result.ContinuedAt = t.now.Seconds
	t.last = t.now.Seconds
	t.schedule = trainer.NewSchedule(t.Config.LearningRate, t.now.Start, t.Budget, t.FirstCycle)
	t.result.Cycles = t.schedule.Cycles
	return nil
}

// steps trains until the budget is used up.
func (t *training) steps(ctx context.Context, f *feeder) error {
	feed, stop := context.WithCancel(ctx)
	defer stop()
	batches := f.start(feed, t.now.Step)
	began := t.now
	defer func() {
		if d := t.now.Seconds - began.Seconds; d > 0 {
			t.result.ImagesPerSecond = float64((t.now.Step-began.Step)*t.Config.BatchSize) / d
		}
		t.result.Steps, t.result.TrainSeconds = t.now.Step, t.now.Seconds
		t.result.Epochs = float64(t.now.Step) / float64(f.stepsPerEpoch())
	}()
	for t.goesOn(began.Step) {
		if ctx.Err() != nil {
			return t.interrupted()
		}
		rate, cycle := t.schedule.At(t.now.Seconds), t.schedule.Cycle(t.now.Seconds)
		start := t.Clock()
		batch, ok := <-batches
		if !ok {
			return t.interrupted()
		}
		fed := t.Clock()
		loss, err := t.model.Step(batch, rate, max(0.1, 1/float64(t.now.Step+1)))
		if err != nil {
			return deviceError(err)
		}
		end := t.Clock()
		t.now.Step++
		t.now.Seconds += end - start
		t.result.WaitSeconds += fed - start
		t.result.Loss = loss
		t.loss.add(loss)
		if math.IsNaN(loss) || math.IsInf(loss, 0) {
			t.result.Diverged = true
			return nil
		}
		if err := t.point(rate, t.schedule.Cycle(t.now.Seconds) > cycle && t.now.Seconds < t.Budget, f); err != nil || t.result.Diverged {
			return err
		}
	}
	t.now.Done = true
	return nil
}

// goesOn tells whether another step ends nearer to the budget than here. A training that
// starts, anew or from a lower budget, takes a step in any case.
func (t *training) goesOn(began int) bool {
	if t.now.Done {
		return false
	}
	if t.now.Step == 0 || t.now.Seconds == t.now.Start && t.now.Step == began {
		return true
	}
	pace := t.now.Seconds / float64(t.now.Step)
	return t.now.Seconds+pace/2 < t.Budget
}

// point adds to the learning curve, with the error on the validation images at the end of a cycle.
func (t *training) point(rate float64, cycleEnded bool, f *feeder) error {
	if !cycleEnded && t.now.Seconds-t.last < t.Budget/points {
		return nil
	}
	p := Point{Seconds: t.now.Seconds, Step: t.now.Step, Epoch: float64(t.now.Step) / float64(f.stepsPerEpoch()), LearningRate: rate, TrainLoss: t.loss.sum / float64(t.loss.n)}
	t.last, t.loss = t.now.Seconds, mean{}
	if cycleEnded {
		e, err := t.evaluate(&t.Data.Train, t.held)
		if err != nil {
			return err
		}
		if math.IsNaN(e) {
			t.result.Diverged = true
			return nil
		}
		p.ValidationError = &e
	}
	t.Emit(p)
	return nil
}

// evaluate measures an error, off the clock.
func (t *training) evaluate(set *data.Set, indices []int) (float64, error) {
	start := t.Clock()
	defer func() { t.result.EvaluationSeconds += t.Clock() - start }()
	return errorRate(t.model, t.normalize, set, indices)
}

// interrupted writes the checkpoint of a training that is not done.
func (t *training) interrupted() error {
	if err := t.save(); err != nil {
		return err
	}
	return &InterruptedError{Seconds: t.now.Seconds, Budget: t.Budget, Checkpoint: t.Checkpoint}
}

// save writes the checkpoint, if there shall be one.
func (t *training) save() error {
	if t.Checkpoint == "" {
		return nil
	}
	start := t.Clock()
	defer func() { t.result.CheckpointSeconds += t.Clock() - start }()
	var err error
	if t.now.state, err = t.model.State(); err != nil {
		return err
	}
	return t.now.write(t.Checkpoint)
}

// finish evaluates what was trained.
func (t *training) finish() error {
	nan := math.NaN()
	t.result.ValidationError, t.result.TestError = nan, nan
	if t.result.Diverged {
		return nil
	}
	var err error
	if t.result.ValidationError, err = t.evaluate(&t.Data.Train, t.held); err != nil {
		return err
	}
	if t.result.TestError, err = t.evaluate(&t.Data.Test, all(&t.Data.Test)); err != nil {
		return err
	}
	if math.IsNaN(t.result.ValidationError) || math.IsNaN(t.result.TestError) {
		t.result.Diverged, t.result.ValidationError, t.result.TestError = true, nan, nan
		return nil
	}
	if t.Keep {
		return t.save()
	}
	if t.Checkpoint != "" {
		if err := os.Remove(t.Checkpoint); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
