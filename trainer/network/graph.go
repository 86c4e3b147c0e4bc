package network

import (
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/shapes"
	//lint:ignore ST1001 formulas read better without the name of the package
	. "github.com/gomlx/gomlx/core/graph"
)

// value is a batch of feature maps in a graph, [images, height, width, channels],
// and the gradient of the loss by it, nil until something adds to it.
type value struct {
	node, grad *Node
}

func (v *value) addGrad(g *Node) {
	if v.grad != nil {
		g = Add(v.grad, g)
	}
	v.grad = g
}

// pass builds the graph of one pass of a batch through the network. It implements
// layers.
type pass struct {
	// products tells to use matrix products where others would use convolutions, sums
	// and broadcasts.
	products bool
	training bool
	// half is the type of feature maps and their gradients; full is that of parameters, statistics and
	// what is summed over many pixels.
	half, full dtypes.DType
	openRate   float64 // 1 - death rate: the factor of ShakeDrop in evaluation
	// params and stats are taken in the order in which the layers are built.
	params, stats []*Node
	// coefficients of shake-shake and ShakeDrop, [images, columns]; training only.
	coefficients *Node
	column       int

	grads    []*Node // by parameter
	newStats []*Node // statistics of this batch, by statistic
	nextP    int
	nextS    int
	tape     []func() // what to do backward, last first
	patched  map[patchKey]*Node
	images   *value // the input, whose gradient nobody needs
}

// narrow and widen convert to the types half and full.
func (p *pass) narrow(x *Node) *Node { return ConvertDType(x, p.half) }
func (p *pass) widen(x *Node) *Node  { return ConvertDType(x, p.full) }

// parameter takes the next parameter.
func (p *pass) parameter() (int, *Node) {
	i := p.nextP
	p.nextP++
	return i, p.params[i]
}

func (p *pass) statistic() *Node {
	p.nextS++
	return p.stats[p.nextS-1]
}

// backward runs the tape after the gradient of the result is set.
func (p *pass) backward() {
	for i := len(p.tape) - 1; i >= 0; i-- {
		p.tape[i]()
	}
}

// layer returns the value of a layer; back gets its gradient when there is one.
func (p *pass) layer(y *Node, back func(grad *Node)) *value {
	v := &value{node: y}
	if p.training {
		p.tape = append(p.tape, func() { back(v.grad) })
	}
	return v
}

// onesFor is full of ones of the type of x.
func onesFor(x *Node, dims ...int) *Node {
	return Ones(x.Graph(), shapes.Make(x.DType(), dims...))
}

// rows is the number of pixels of all images, and the number of channels.
func rows(x *Node) (n, c int) {
	c = x.Shape().Dimensions[x.Rank()-1]
	return x.Shape().Size() / c, c
}

// flat is x as a matrix with one row per pixel.
func flat(x *Node) *Node {
	n, c := rows(x)
	return Reshape(x, n, c)
}

func like(x, shape *Node) *Node { return Reshape(x, shape.Shape().Dimensions...) }

// channelSum is the sum of a matrix over its rows, [1, channels].
func (p *pass) channelSum(x *Node) *Node {
	n, c := rows(x)
	if p.products {
		return Dot(onesFor(x, 1, n), x).Product()
	}
	return Reshape(ReduceSum(x, 0), 1, c)
}

// spread repeats a row vector [1, c] n times.
func (p *pass) spread(v *Node, n int) *Node {
	if p.products {
		return Dot(onesFor(v, n, 1), v).Product()
	}
	return BroadcastToDims(v, n, v.Shape().Dimensions[1])
}

// scaleImages multiplies each image with a factor, [images, 1].
func (p *pass) scaleImages(x, factor *Node) *Node {
	b := x.Shape().Dimensions[0]
	m := Reshape(x, b, x.Shape().Size()/b)
	if p.products {
		factor = Dot(factor, onesFor(x, 1, m.Shape().Dimensions[1])).Product()
	}
	return like(Mul(m, p.narrow(factor)), x)
}

func (p *pass) relu(x *value) *value {
	y := MaxScalar(x.node, 0)
	return p.layer(y, func(grad *Node) { x.addGrad(Mul(grad, Sign(y))) })
}

func (p *pass) add(a, b *value) *value {
	return p.layer(Add(a.node, b.node), func(grad *Node) {
		a.addGrad(grad)
		b.addGrad(grad)
	})
}

func (p *pass) join(a, b *value) *value {
	_, ca := rows(a.node)
	return p.layer(Concatenate([]*Node{a.node, b.node}, -1), func(grad *Node) {
		a.addGrad(SliceAxis(grad, -1, AxisRange(0, ca)))
		b.addGrad(SliceAxis(grad, -1, AxisRange(ca)))
	})
}

// moved moves images by d rows and columns, down and right if positive.
func moved(x *Node, d int) *Node {
	h, w := x.Shape().Dimensions[1], x.Shape().Dimensions[2]
	if d < 0 {
		x = Slice(x, AxisRange(), AxisRange(-d, h), AxisRange(-d, w), AxisRange())
		return Pad(x, Scalar(x.Graph(), x.DType(), 0), PadAxis{}, PadAxis{End: -d}, PadAxis{End: -d}, PadAxis{})
	}
	x = Slice(x, AxisRange(), AxisRange(0, h-d), AxisRange(0, w-d), AxisRange())
	return Pad(x, Scalar(x.Graph(), x.DType(), 0), PadAxis{}, PadAxis{Start: d}, PadAxis{Start: d}, PadAxis{})
}

func (p *pass) shift(x *value) *value {
	if d := x.node.Shape().Dimensions; d[1] == 1 || d[2] == 1 { // nothing is left of it
		return p.layer(ZerosLike(x.node), func(*Node) {})
	}
	return p.layer(moved(x.node, -1), func(grad *Node) { x.addGrad(moved(grad, 1)) })
}

// coefficient takes the next column of coefficients, [images, 1].
func (p *pass) coefficient() *Node {
	p.column++
	return SliceAxis(p.coefficients, 1, AxisRange(p.column-1, p.column))
}

func (p *pass) shake(branches []*value) *value {
	if !p.training {
		sum := branches[0].node
		for _, b := range branches[1:] {
			sum = Add(sum, b.node)
		}
		return p.layer(MulScalar(sum, 1/float64(len(branches))), nil)
	}
	var sum *Node
	for _, b := range branches {
		term := p.scaleImages(b.node, p.coefficient())
		if sum != nil {
			term = Add(sum, term)
		}
		sum = term
	}
	backward := make([]*Node, len(branches))
	for i := range backward {
		backward[i] = p.coefficient()
	}
	return p.layer(sum, func(grad *Node) {
		for i, b := range branches {
			b.addGrad(p.scaleImages(grad, backward[i]))
		}
	})
}

func (p *pass) drop(x *value) *value {
	if !p.training {
		return p.layer(MulScalar(x.node, p.openRate), nil)
	}
	forward, backward := p.coefficient(), p.coefficient()
	return p.layer(p.scaleImages(x.node, forward), func(grad *Node) { x.addGrad(p.scaleImages(grad, backward)) })
}

func (p *pass) pool(x *value) *value {
	d := x.node.Shape().Dimensions
	pixels := 1 / float64(d[1]*d[2])
	return p.layer(MulScalar(ReduceSum(p.widen(x.node), 1, 2), pixels), func(grad *Node) {
		x.addGrad(BroadcastToDims(Reshape(p.narrow(MulScalar(grad, pixels)), d[0], 1, 1, d[3]), d...))
	})
}

func (p *pass) linear(_ string, x *value, _ int) *value {
	w, weight := p.parameter()
	b, bias := p.parameter()
	n, _ := rows(x.node)
	row := Reshape(bias, 1, bias.Shape().Size())
	return p.layer(Add(Dot(x.node, weight).Product(), p.spread(row, n)), func(grad *Node) {
		p.grads[w] = Dot(TransposeAllAxes(x.node, 1, 0), grad).Product()
		p.grads[b] = like(p.channelSum(grad), bias)
		x.addGrad(Dot(grad, TransposeAllAxes(weight, 1, 0)).Product())
	})
}
