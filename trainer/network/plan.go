package network

import (
	"fmt"

	"github.com/nasalyze/nasalyze/trainer"
)

// Input says what a network gets to see.
type Input struct {
	Height, Width, Channels, Classes int
}

// Variable is a tensor that training changes.
type Variable struct {
	Name string
	// Dims: a convolution has output channels, height, width, input channels.
	Dims  []int
	start start
}

// start is how a variable starts.
type start uint8

const (
	zeros   start = iota
	ones          // a scale, or the running variance of a norm
	normal        // of a convolution, with deviation sqrt(2 / (height width output channels))
	uniform       // within 1/sqrt(inputs), as PyTorch's linear layers start
)

// Size is the number of its elements.
func (v *Variable) Size() int {
	n := 1
	for _, d := range v.Dims {
		n *= d
	}
	return n
}

// Plan is a network on paper.
type Plan struct {
	Config trainer.Config
	Input  Input
	// Parameters are what the gradient changes.
	Parameters []Variable
	// Statistics are running mean and variance of each norm, in turn.
	Statistics []Variable
	// MultiplyAdds of the forward pass of one image, in convolutions and the linear layer.
	MultiplyAdds int64
	// Coefficients is how many random numbers an image needs for shake-shake and ShakeDrop.
	Coefficients int

	activations int64 // numbers that an image leaves behind for the backward pass
	patches     int64 // those of image patches among them
	shaken      []int // branches of each block in order
}

// NewPlan plans the network of a configuration for some input.
func NewPlan(c trainer.Config, in Input) (*Plan, error) {
	if in.Height < 1 || in.Width < 1 || in.Channels < 1 || in.Classes < 2 {
		return nil, fmt.Errorf("no network for images of %dx%dx%d and %d classes", in.Height, in.Width, in.Channels, in.Classes)
	}
	p := &Plan{Config: c, Input: in}
	build(p, c, in.Classes, extent{in.Height, in.Width, in.Channels})
	return p, nil
}

// ParameterCount is the number of all trained numbers.
func (p *Plan) ParameterCount() int {
	n := 0
	for i := range p.Parameters {
		n += p.Parameters[i].Size()
	}
	return n
}

// Bytes is what a step needs at least, in single precision: parameters, their velocities,
// gradients and updates, and what the forward pass leaves behind for the backward pass,
// with the image patches of the Go backend or without. Its peaks were measured at 1.1 to 2.7 times that.
func (p *Plan) Bytes(patches bool) int64 {
	left := p.activations
	if patches {
		left += p.patches
	}
	return 4 * (4*int64(p.ParameterCount()) + int64(p.Config.BatchSize)*left)
}

// extent is the size of a feature map on paper.
type extent struct{ height, width, channels int }

func (e extent) size() int64 { return int64(e.height) * int64(e.width) * int64(e.channels) }

// strided is the size of an image of which every stride-th row and column is kept.
func (e extent) strided(stride int) extent {
	return extent{(e.height + stride - 1) / stride, (e.width + stride - 1) / stride, e.channels}
}

func (p *Plan) parameter(start start, name string, dims ...int) {
	p.Parameters = append(p.Parameters, Variable{name, dims, start})
}

func (p *Plan) conv(name string, x extent, out, size, stride int) extent {
	p.parameter(normal, name, out, size, size, x.channels)
	y := x.strided(stride)
	y.channels = out
	patches := int64(y.height) * int64(y.width) * int64(size*size*x.channels)
	p.MultiplyAdds += patches * int64(out)
	p.activations += y.size()
	if size > 1 {
		p.patches += patches
	}
	return y
}

func (p *Plan) norm(name string, x extent) extent {
	p.parameter(ones, name+".scale", x.channels)
	p.parameter(zeros, name+".shift", x.channels)
	p.Statistics = append(p.Statistics,
		Variable{name + ".mean", []int{x.channels}, zeros}, Variable{name + ".variance", []int{x.channels}, ones})
	p.activations += x.size()
	return x
}

func (p *Plan) relu(x extent) extent {
	p.activations += x.size()
	return x
}

func (p *Plan) shift(x extent) extent { return x }

func (p *Plan) join(a, b extent) extent {
	return extent{a.height, a.width, a.channels + b.channels}
}

func (p *Plan) add(a, _ extent) extent {
	p.activations += a.size()
	return a
}

func (p *Plan) shake(branches []extent) extent {
	p.Coefficients += 2 * len(branches)
	p.shaken = append(p.shaken, len(branches))
	return branches[0]
}

func (p *Plan) drop(x extent) extent {
	p.Coefficients += 2
	p.shaken = append(p.shaken, 1)
	return x
}

func (p *Plan) pool(x extent) extent { return extent{1, 1, x.channels} }

func (p *Plan) linear(name string, x extent, out int) extent {
	p.parameter(uniform, name+".weight", x.channels, out)
	p.parameter(zeros, name+".bias", out)
	p.MultiplyAdds += int64(x.channels) * int64(out)
	return extent{1, 1, out}
}
