package network

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"

	"github.com/nasalyze/nasalyze/trainer"
)

// small has every kind of layer: ShakeDrop and shake-shake, skips with and without
// stride, an odd width and a width of 1.
var small = trainer.Config{
	Blocks: [3]int{1, 2, 1}, Filters: 3, Widen: [3]float64{1, 5.0 / 3, 0.2}, Branches: [3]int{1, 2, 3},
	LearningRate: 0.1, BatchSize: 4, WeightDecay: 0.01, Momentum: 0.8, DeathRate: 0.5,
}

var smallInput = Input{Height: 6, Width: 5, Channels: 2, Classes: 3}

// batchFor draws images, targets and coefficients; same tells to use the forward
// factors backward too, which makes the backward pass the derivative of the forward pass.
func batchFor[T Number](p *Plan, rng *rand.Rand, same bool) Batch[T] {
	n := p.Config.BatchSize
	coefficients := make([]float32, n*p.Coefficients)
	p.Draw(rng, coefficients, n)
	if same {
		column := 0
		for _, k := range p.shaken {
			for i := range n {
				row := coefficients[i*p.Coefficients+column:]
				copy(row[k:2*k], row[:k])
			}
			column += 2 * k
		}
	}
	b := Batch[T]{Targets: make([]T, n*p.Input.Classes)}
	for range n * p.Input.Height * p.Input.Width * p.Input.Channels {
		b.Images = append(b.Images, T(rng.NormFloat64()))
	}
	for i := range n { // mixed labels
		b.Targets[i*p.Input.Classes+rng.IntN(p.Input.Classes)] += 0.7
		b.Targets[i*p.Input.Classes+rng.IntN(p.Input.Classes)] += 0.3
	}
	for _, c := range coefficients {
		b.Coefficients = append(b.Coefficients, T(c))
	}
	return b
}

// forms are the Go backend with both forms of layers: the second pretends to be another backend.
func forms[T Number](t testing.TB, c trainer.Config, in Input) []*Model[T] {
	t.Helper()
	plan, err := NewPlan(c, in)
	if err != nil {
		t.Fatal(err)
	}
	var both []*Model[T]
	for _, products := range []bool{true, false} {
		m, err := New[T](backend(t), plan, 7)
		if err != nil {
			t.Fatal(err)
		}
		m.products = products
		both = append(both, m)
	}
	return both
}

// gradients are those of the loss by the parameters: with a velocity of 0, a decay of 0
// and a rate of 1, a step leaves the gradient as the velocity.
func gradients[T Number](t *testing.T, m *Model[T], b Batch[T]) (float64, [][]T) {
	t.Helper()
	loss, err := m.Step(b, 1, 0)
	if err != nil {
		t.Fatal(err)
	}
	state, err := m.State()
	if err != nil {
		t.Fatal(err)
	}
	return loss, state[len(m.Parameters) : 2*len(m.Parameters)]
}

// The gradient of the whole network against finite differences of its loss, in double
// precision, for both forms of layers.
func TestGradient(t *testing.T) {
	config := small
	config.WeightDecay = 0
	for form, m := range forms[float64](t, config, smallInput) {
		rng := rand.New(rand.NewPCG(4, 4))
		start, err := m.State()
		if err != nil {
			t.Fatal(err)
		}
		for i := range m.Parameters { // away from scales of 1 and shifts of 0
			for k := range start[i] {
				start[i][k] += 0.1 * rng.NormFloat64()
			}
		}
		b := batchFor[float64](m.Plan, rng, true)
		reset := func() {
			if err := m.SetState(start); err != nil {
				t.Fatal(err)
			}
		}
		reset()
		_, grads := gradients(t, m, b)
		checked := 0
		for i, v := range m.Parameters {
			for range min(3, v.Size()) {
				k := rng.IntN(v.Size())
				const h = 1e-6
				old := start[i][k]
				var side [2]float64
				for s, sign := range []float64{1, -1} {
					start[i][k] = old + sign*h
					reset()
					side[s], _ = gradients(t, m, b)
				}
				start[i][k] = old
				if want := (side[0] - side[1]) / (2 * h); math.Abs(grads[i][k]-want) > 1e-7*max(1, math.Abs(want)) {
					t.Errorf("form %d: gradient by %s[%d] is %v, differences say %v", form, v.Name, k, grads[i][k], want)
				}
				checked++
			}
		}
		if checked < 100 {
			t.Errorf("only %d derivatives checked", checked)
		}
	}
}

// Both forms take the same steps, shaken, and evaluate alike.
func TestFormsAgree(t *testing.T) {
	both := forms[float64](t, small, smallInput)
	var losses [2][]float64
	var logits [2][]float64
	for form, m := range both {
		rng := rand.New(rand.NewPCG(5, 5))
		for step := range 5 {
			b := batchFor[float64](m.Plan, rng, false)
			loss, err := m.Step(b, 0.05, 1/float64(step+1))
			if err != nil {
				t.Fatal(err)
			}
			losses[form] = append(losses[form], loss)
		}
		var err error
		if logits[form], err = m.Logits(batchFor[float64](m.Plan, rng, false).Images); err != nil {
			t.Fatal(err)
		}
	}
	closeTo(t, "losses", losses[1], losses[0])
	closeTo(t, "logits", logits[1], logits[0])
}

// A network that sees the same batch again and again learns it by heart.
func TestLearns(t *testing.T) {
	config := small
	config.BatchSize, config.DeathRate, config.Momentum, config.WeightDecay = 16, 0, 0.9, 0
	config.Widen = [3]float64{2, 1, 1}
	plan, err := NewPlan(config, smallInput)
	if err != nil {
		t.Fatal(err)
	}
	m, err := New[float32](backend(t), plan, 1)
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(6, 6))
	b := batchFor[float32](plan, rng, false)
	clear(b.Targets)
	for i := range config.BatchSize {
		b.Targets[3*i+i%3] = 1
	}
	var first, last float64
	for step := range 60 {
		noise := make([]float32, len(b.Coefficients))
		plan.Draw(rng, noise, config.BatchSize)
		b.Coefficients = noise
		loss, err := m.Step(b, 0.05, max(0.1, 1/float64(step+1)))
		if err != nil {
			t.Fatal(err)
		}
		if step == 0 {
			first = loss
		}
		last = loss
	}
	if !(last < 0.2 && first > 0.8) {
		t.Errorf("the loss went from %v to %v", first, last)
	}
	logits, err := m.Logits(b.Images)
	if err != nil {
		t.Fatal(err)
	}
	wrong := 0
	for i := range config.BatchSize {
		row := logits[3*i : 3*i+3]
		if slices.Index(row, slices.Max(row)) != i%3 {
			wrong++
		}
	}
	if wrong > 1 {
		t.Errorf("evaluation gets %d of 16 images wrong that training knows", wrong)
	}
}

// Loss and gradient of soft labels, and two steps of the optimizer, by their formulas.
func TestLossAndOptimizer(t *testing.T) {
	exec, err := NewExec(backend(t), func(in []*Node) []*Node {
		loss, grad := crossEntropy(in[0], in[1])
		return []*Node{loss, grad}
	})
	if err != nil {
		t.Fatal(err)
	}
	logits, targets := []float64{1, 2, 3, 0, -1, 1}, []float64{0.25, 0, 0.75, 0, 1, 0}
	out, err := exec.Call(tensors.FromFlatDataAndDimensions(logits, 2, 3), tensors.FromFlatDataAndDimensions(targets, 2, 3))
	if err != nil {
		t.Fatal(err)
	}
	loss, grad := 0.0, make([]float64, 6)
	for i := range 6 {
		sum := 0.0
		for _, l := range logits[i/3*3 : i/3*3+3] {
			sum += math.Exp(l)
		}
		loss -= targets[i] * (logits[i] - math.Log(sum)) / 2
		grad[i] = (math.Exp(logits[i])/sum - targets[i]) / 2
	}
	closeTo(t, "loss", tensors.MustCopyFlatData[float64](out[0]), []float64{loss})
	closeTo(t, "gradient", tensors.MustCopyFlatData[float64](out[1]), grad)

	// torch.optim.SGD(lr=0.1, momentum=0.9, weight_decay=0.01, nesterov=True) on w = 1 with the
	// gradients 0.5 and -0.25: its documentation's formulas by hand.
	//   g1 = 0.5 + 0.01 = 0.51;          v1 = 0.51;           w1 = 1 - 0.1 (0.51 + 0.459) = 0.9031
	//   g2 = -0.25 + 0.009031 = -0.240969; v2 = 0.459 + g2 = 0.218031
	//   w2 = 0.9031 - 0.1 (-0.240969 + 0.9 0.218031) = 0.9031 - 0.1 (-0.0447411) = 0.90757411
	step, err := NewExec(backend(t), func(in []*Node) []*Node {
		w, v := nesterov(in[0], in[1], in[2], in[3], 0.9, 0.01)
		return []*Node{w, v}
	})
	if err != nil {
		t.Fatal(err)
	}
	w, v := 1.0, 0.0
	for i, want := range []float64{0.9031, 0.90757411} {
		out, err := step.Call(w, v, []float64{0.5, -0.25}[i], 0.1)
		if err != nil {
			t.Fatal(err)
		}
		w, v = tensors.ToScalar[float64](out[0]), tensors.ToScalar[float64](out[1])
		closeTo(t, fmt.Sprintf("weight after step %d", i+1), []float64{w}, []float64{want})
	}
}

// What a model was is what it is after its state went out and in.
func TestState(t *testing.T) {
	m := forms[float32](t, small, smallInput)[0]
	again := forms[float32](t, small, smallInput)[0]
	rng := rand.New(rand.NewPCG(8, 8))
	b, next := batchFor[float32](m.Plan, rng, false), batchFor[float32](m.Plan, rng, false)
	if _, err := m.Step(b, 0.1, 1); err != nil {
		t.Fatal(err)
	}
	state, err := m.State()
	if err != nil {
		t.Fatal(err)
	}
	if err := again.SetState(state); err != nil {
		t.Fatal(err)
	}
	a, err := m.Step(next, 0.1, 0.5)
	if err != nil {
		t.Fatal(err)
	}
	if b, err := again.Step(next, 0.1, 0.5); err != nil || a != b {
		t.Errorf("the next loss is %v and %v, %v", a, b, err)
	}
	if err := again.SetState(state[1:]); err == nil {
		t.Error("a tensor is missing: no error")
	}
	state[3] = state[3][1:]
	if err := again.SetState(state); err == nil {
		t.Error("a number is missing: no error")
	}
}

func TestMixedNeedsAnEngine(t *testing.T) {
	plan, err := NewPlan(small, smallInput)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := NewMixed(backend(t), plan, 1); err == nil {
		t.Error("the Go backend takes bfloat16")
	}
}
