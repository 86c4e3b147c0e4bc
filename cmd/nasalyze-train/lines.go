package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"

	training "github.com/nasalyze/nasalyze/trainer/run"
)

// lossLine is the last line of a training.
type lossLine struct {
	// Loss is the validation error in percent, or "NaN", for which JSON has no number.
	Loss      any    `json:"loss"`
	Status    string `json:"status"` // success or diverged
	TestError any    `json:"test_error"`
	TrainLoss any    `json:"train_loss"`

	Budget            float64 `json:"budget"`
	TrainSeconds      float64 `json:"train_seconds"`
	WaitSeconds       float64 `json:"wait_seconds"`
	CompileSeconds    float64 `json:"compile_seconds"`
	EvaluationSeconds float64 `json:"evaluation_seconds"`
	CheckpointSeconds float64 `json:"checkpoint_seconds"`
	ContinuedAt       float64 `json:"continued_at,omitempty"`

	// With --compile-cache: programs that were kept there, and that had to be compiled.
	ProgramsReused   *int `json:"programs_reused,omitempty"`
	ProgramsCompiled *int `json:"programs_compiled,omitempty"`

	Steps           int     `json:"steps"`
	Epochs          float64 `json:"epochs"`
	Cycles          int     `json:"cycles"`
	ImagesPerSecond float64 `json:"images_per_second"`
	Parameters      int     `json:"parameters"`
	MultiplyAdds    int64   `json:"multiply_adds"`

	Data       string `json:"data"`
	DataSHA256 string `json:"data_sha256"`
	Train      int    `json:"train_images"`
	Validation int    `json:"validation_images"`
	Test       int    `json:"test_images"`
	Seed       uint64 `json:"seed"`
	Engine     string `json:"engine"`
}

// train trains and writes the lines.
func train(ctx context.Context, o training.Options, w io.Writer) error {
	enc := json.NewEncoder(w)
	var broken error // the first line that could not be written
	o.Emit = func(p training.Point) {
		p.Seconds, p.Epoch, p.LearningRate, p.TrainLoss = short(p.Seconds), short(p.Epoch), short(p.LearningRate), short(p.TrainLoss)
		if p.ValidationError != nil {
			e := short(*p.ValidationError)
			p.ValidationError = &e
		}
		if err := enc.Encode(p); broken == nil {
			broken = err
		}
	}
	if o.Checkpoint == "" {
		// Nothing is to be saved: do not wait for a step that may take minutes.
		stop := context.AfterFunc(ctx, func() {
			fmt.Fprintln(os.Stderr, "nasalyze train: interrupted; nothing was kept for want of a checkpoint")
			os.Exit(1)
		})
		defer stop()
	}
	r, err := training.Train(ctx, o)
	if err != nil {
		return err
	}
	if broken != nil {
		return broken
	}
	line := lossLine{
		Loss: short(r.ValidationError), Status: "success", TestError: short(r.TestError), TrainLoss: short(r.Loss),
		Budget: o.Budget, TrainSeconds: short(r.TrainSeconds), WaitSeconds: short(r.WaitSeconds), CompileSeconds: short(r.CompileSeconds),
		EvaluationSeconds: short(r.EvaluationSeconds), CheckpointSeconds: short(r.CheckpointSeconds), ContinuedAt: short(r.ContinuedAt),
		Steps: r.Steps, Epochs: short(r.Epochs), Cycles: r.Cycles, ImagesPerSecond: short(r.ImagesPerSecond), Parameters: r.Parameters, MultiplyAdds: r.MultiplyAdds,
		Data: o.Data.Name, DataSHA256: o.Data.Digest(), Train: r.Train, Validation: r.Validation, Test: r.Test, Seed: o.Seed, Engine: o.Engine.About,
	}
	if o.Mixed {
		line.Engine += ", bfloat16"
	}
	if p := o.Engine.Programs; p != nil {
		reused, compiled, err := p.Counts()
		if err != nil {
			fmt.Fprintln(os.Stderr, "nasalyze train:", err)
		}
		line.ProgramsReused, line.ProgramsCompiled = &reused, &compiled
	}
	if r.Diverged {
		line.Loss, line.TestError, line.TrainLoss, line.Status = "NaN", "NaN", "NaN", "diverged"
	}
	return enc.Encode(line)
}

// short rounds to six digits: no clock and no error of a few thousand images knows more.
func short(x float64) float64 {
	y, _ := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 6, 64), 64)
	return y
}
