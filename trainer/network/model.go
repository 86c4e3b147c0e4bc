package network

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	//lint:ignore ST1001 formulas read better without the name of the package
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// Number is the type that a network computes in.
type Number interface{ float32 | float64 }

// Model is a network in training.
type Model[T Number] struct {
	*Plan
	backend compute.Backend
	// products tells to compute with matrix products: see the package comment.
	products   bool
	half       dtypes.DType // of feature maps
	step, eval *Exec
	// state is what a step changes: parameters, their velocities, statistics.
	state []*tensors.Tensor
}

// New makes the network of a plan on a backend, with random weights.
func New[T Number](backend compute.Backend, plan *Plan, seed uint64) (*Model[T], error) {
	return newModel[T](backend, plan, seed, dtypes.FromGenericsType[T]())
}

// NewMixed is [New] with feature maps and convolutions in bfloat16 (Micikevicius et al.: "Mixed Precision
// Training", ICLR 2018; with its range nothing needs scaling), as PyTorch's autocast has it. The Go backend has no such
// convolutions.
func NewMixed(backend compute.Backend, plan *Plan, seed uint64) (*Model[float32], error) {
	if backend.String() == "go" {
		return nil, errors.New("the Go backend does not compute in bfloat16")
	}
	return newModel[float32](backend, plan, seed, dtypes.BFloat16)
}

func newModel[T Number](backend compute.Backend, plan *Plan, seed uint64, half dtypes.DType) (*Model[T], error) {
	m := &Model[T]{Plan: plan, backend: backend, products: backend.String() == "go", half: half}
	values := make([][]T, m.stateLen())
	for i, v := range m.variables() {
		values[i] = initial[T](rand.New(rand.NewPCG(seed, uint64(i))), v)
	}
	if err := m.SetState(values); err != nil {
		return nil, err
	}
	var err error
	if m.step, err = NewExec(backend, m.buildStep); err != nil {
		return nil, err
	}
	m.eval, err = NewExec(backend, m.buildEval)
	return m, err
}

// initial draws the start of a variable.
func initial[T Number](rng *rand.Rand, v Variable) []T {
	values := make([]T, v.Size())
	for i := range values {
		switch v.start {
		case ones:
			values[i] = 1
		case normal:
			values[i] = T(rng.NormFloat64() * math.Sqrt(2/float64(v.Dims[1]*v.Dims[2]*v.Dims[0])))
		case uniform:
			values[i] = T((2*rng.Float64() - 1) / math.Sqrt(float64(v.Dims[0])))
		}
	}
	return values
}

// stateLen is the number of tensors of the state.
func (p *Plan) stateLen() int { return 2*len(p.Parameters) + len(p.Statistics) }

// variables are those of the state: parameters, their velocities, statistics.
func (p *Plan) variables() []Variable {
	all := append([]Variable(nil), p.Parameters...)
	for _, v := range p.Parameters {
		all = append(all, Variable{v.Name + ".velocity", v.Dims, zeros})
	}
	return append(all, p.Statistics...)
}

func (m *Model[T]) pass(params, stats []*Node) *pass {
	return &pass{products: m.products, half: m.half, full: dtypes.FromGenericsType[T](), openRate: 1 - m.Config.DeathRate,
		params: params, stats: stats, grads: make([]*Node, len(params)), patched: make(map[patchKey]*Node)}
}

// buildStep is the graph of a step. Inputs: the state, images, targets
// [images, classes], coefficients, learning rate, rate of the statistics. Outputs: the next state, the loss.
func (m *Model[T]) buildStep(in []*Node) []*Node {
	n := len(m.Parameters)
	params, velocities, stats := in[:n], in[n:2*n], in[2*n:m.stateLen()]
	rest := in[m.stateLen():]
	images, targets, rate, statRate := rest[0], rest[1], rest[3], rest[4]

	p := m.pass(params, stats)
	p.training, p.coefficients = true, rest[2]
	p.images = &value{node: p.narrow(images)}
	logits := build(layers[*value](p), m.Config, m.Input.Classes, p.images)
	loss, grad := crossEntropy(logits.node, targets)
	logits.grad = grad
	p.backward()

	out := make([]*Node, 0, len(in))
	var moved []*Node
	for i, w := range params {
		next, velocity := nesterov(w, velocities[i], p.grads[i], rate, m.Config.Momentum, m.Config.WeightDecay)
		out, moved = append(out, next), append(moved, velocity)
	}
	out = append(out, moved...)
	for i, s := range stats {
		out = append(out, Add(s, Mul(Sub(p.newStats[i], s), statRate)))
	}
	return append(out, loss)
}

// buildEval is the graph of an evaluation. Inputs: parameters, statistics, images. Output: the logits.
func (m *Model[T]) buildEval(in []*Node) *Node {
	n, all := len(m.Parameters), len(m.Parameters)+len(m.Statistics)
	p := m.pass(in[:n], in[n:all])
	return build(layers[*value](p), m.Config, m.Input.Classes, &value{node: p.narrow(in[all])}).node
}

// crossEntropy is the mean over images of -sum(targets log softmax(logits)), and its
// gradient by the logits for targets that sum to 1.
func crossEntropy(logits, targets *Node) (loss, grad *Node) {
	share := 1 / float64(logits.Shape().Dimensions[0])
	loss = MulScalar(ReduceAllSum(Mul(targets, LogSoftmax(logits, -1))), -share)
	return loss, MulScalar(Sub(Softmax(logits, -1), targets), share)
}

// nesterov is a step of stochastic gradient descent with Nesterov momentum and an L2
// term, as PyTorch's SGD takes it:
//
//	g = grad + decay w;  velocity = momentum velocity + g;  w = w - rate (g + momentum velocity)
func nesterov(w, velocity, grad, rate *Node, momentum, decay float64) (next, nextVelocity *Node) {
	g := Add(grad, MulScalar(w, decay))
	velocity = Add(MulScalar(velocity, momentum), g)
	return Sub(w, Mul(Add(g, MulScalar(velocity, momentum)), rate)), velocity
}

// Compile prepares steps and evaluations of the batch size of the configuration.
func (m *Model[T]) Compile() error {
	t := dtypes.FromGenericsType[T]()
	batch, in := m.Config.BatchSize, m.Input
	images := shapes.Make(t, batch, in.Height, in.Width, in.Channels)
	var state, weights []shapes.Shape
	for i, v := range m.variables() {
		state = append(state, shapes.Make(t, v.Dims...))
		if i < len(m.Parameters) || i >= 2*len(m.Parameters) {
			weights = append(weights, state[i])
		}
	}
	if _, err := m.step.Compile(append(state, images, shapes.Make(t, batch, in.Classes),
		shapes.Make(t, batch, m.Coefficients), shapes.Make(t), shapes.Make(t))...); err != nil {
		return fmt.Errorf("cannot compile the step: %w", err)
	}
	if _, err := m.eval.Compile(append(weights, images)...); err != nil {
		return fmt.Errorf("cannot compile the evaluation: %w", err)
	}
	return nil
}

// Batch is what a step trains on.
type Batch[T Number] struct {
	Images       []T // [images, height, width, channels]
	Targets      []T // [images, classes], probabilities
	Coefficients []T // [images, Plan.Coefficients], see [Plan.Draw]
}

// Step trains on one batch at a learning rate and returns the loss before it. Running
// statistics move by the part statRate towards those of the batch.
func (m *Model[T]) Step(b Batch[T], rate, statRate float64) (float64, error) {
	n, in := m.Config.BatchSize, m.Input
	args := make([]any, 0, len(m.state)+5)
	for _, t := range m.state {
		donated, err := DonateTensorBuffer(t, m.backend, 0)
		if err != nil {
			return 0, err
		}
		args = append(args, donated)
	}
	args = append(args, tensors.FromFlatDataAndDimensions(b.Images, n, in.Height, in.Width, in.Channels),
		tensors.FromFlatDataAndDimensions(b.Targets, n, in.Classes),
		tensors.FromFlatDataAndDimensions(b.Coefficients, n, m.Coefficients), T(rate), T(statRate))
	out, err := m.step.Call(args...)
	if err != nil {
		return 0, err
	}
	m.state = out[:len(m.state)]
	loss := out[len(m.state)]
	return float64(tensors.ToScalar[T](loss)), nil
}

// Logits evaluates a batch of images and returns [images, classes].
func (m *Model[T]) Logits(images []T) ([]T, error) {
	in, n := m.Input, len(m.Parameters)
	args := make([]any, 0, len(m.state))
	for i, t := range m.state {
		if i < n || i >= 2*n {
			args = append(args, t)
		}
	}
	count := len(images) / (in.Height * in.Width * in.Channels)
	args = append(args, tensors.FromFlatDataAndDimensions(images, count, in.Height, in.Width, in.Channels))
	out, err := m.eval.Call(args...)
	if err != nil {
		return nil, err
	}
	return tensors.CopyFlatData[T](out[0])
}

// State returns copies of all that training changes: parameters, their velocities,
// statistics, in the order of the plan.
func (m *Model[T]) State() ([][]T, error) {
	values := make([][]T, len(m.state))
	for i, t := range m.state {
		var err error
		if values[i], err = tensors.CopyFlatData[T](t); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// SetState is the inverse of [Model.State].
func (m *Model[T]) SetState(values [][]T) error {
	variables := m.variables()
	if len(values) != len(variables) {
		return fmt.Errorf("%d tensors, but the network has %d", len(values), len(variables))
	}
	state := make([]*tensors.Tensor, len(values))
	for i, v := range variables {
		if len(values[i]) != v.Size() {
			return fmt.Errorf("%s has %d numbers, expected %d", v.Name, len(values[i]), v.Size())
		}
		state[i] = tensors.FromFlatDataAndDimensions(values[i], v.Dims...)
	}
	m.state = state
	return nil
}
