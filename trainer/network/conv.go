package network

import (
	//lint:ignore ST1001 formulas read better without the name of the package
	. "github.com/gomlx/gomlx/core/graph"
)

// patchKey names the patches of an image: several branches read the same.
type patchKey struct {
	node         NodeId
	size, stride int
}

// conv computes a convolution with weights [out, size, size, in]. As a product: each row of
// the patches holds what one pixel of the result sees.
func (p *pass) conv(_ string, x *value, out, size, stride int) *value {
	i, weight := p.parameter()
	if !p.products {
		return p.convolution(i, p.narrow(weight), x, size, stride)
	}
	d := x.node.Shape().Dimensions
	patches := p.patches(x.node, size, stride)
	_, long := rows(patches)
	y := DotGeneral(flat(patches), []int{1}, nil, Reshape(weight, out, long), []int{1}, nil)
	y = Reshape(y, append(patches.Shape().Dimensions[:3:3], out)...)
	return p.layer(y, func(grad *Node) {
		// The transposed gradient is small; the transposed patches would not be.
		p.grads[i] = like(Dot(TransposeAllAxes(flat(grad), 1, 0), flat(patches)).Product(), weight)
		if x == p.images {
			return
		}
		// The gradient by the image is a convolution with the reversed weights of a gradient
		// that has zeros where the stride passed over.
		turned := weight
		if size > 1 {
			turned = Reverse(weight, 1, 2)
		}
		turned = Reshape(TransposeAllAxes(turned, 3, 1, 2, 0), d[3], size*size*out)
		dx := DotGeneral(flat(p.patches(dilated(grad, stride, d[1], d[2]), size, 1)), []int{1}, nil, turned, []int{1}, nil)
		x.addGrad(like(dx, x.node))
	})
}

// patches returns the size by size neighbourhoods (size 1 or 3) of every stride-th pixel,
// [images, height, width, size size channels], with zeros around the image.
func (p *pass) patches(x *Node, size, stride int) *Node {
	key := patchKey{x.Id(), size, stride}
	if known, ok := p.patched[key]; ok {
		return known
	}
	d := x.Shape().Dimensions
	around := x
	if size > 1 {
		border := PadAxis{Start: 1, End: 1}
		around = Pad(x, Scalar(x.Graph(), x.DType(), 0), PadAxis{}, border, border, PadAxis{})
	}
	var parts []*Node
	for dy := range size {
		for dx := range size {
			parts = append(parts, every(around, stride, dy, d[1], dx, d[2]))
		}
	}
	result := parts[0]
	if len(parts) > 1 {
		result = Concatenate(parts, -1)
	}
	p.patched[key] = result
	return result
}

// every takes every stride-th of height rows from top and width columns from left.
func every(x *Node, stride, top, height, left, width int) *Node {
	d := x.Shape().Dimensions
	if stride == 1 && height == d[1] && width == d[2] {
		return x
	}
	return Slice(x, AxisRange(), AxisRange(top, top+height).Stride(stride), AxisRange(left, left+width).Stride(stride), AxisRange())
}

// dilated is the inverse of taking every stride-th pixel of height times width, with zeros between.
func dilated(x *Node, stride, height, width int) *Node {
	if stride == 1 {
		return x
	}
	d := x.Shape().Dimensions
	axis := func(have, want int) PadAxis {
		return PadAxis{Interior: stride - 1, End: want - (have-1)*stride - 1}
	}
	return Pad(x, Scalar(x.Graph(), x.DType(), 0), PadAxis{}, axis(d[1], height), axis(d[2], width), PadAxis{})
}

// convolution is the same with the operation of the backend.
func (p *pass) convolution(i int, weight *Node, x *value, size, stride int) *value {
	convolve := func(image, weight *Node) *Node {
		border := [2]int{size / 2, size / 2}
		return Convolve(image, TransposeAllAxes(weight, 1, 2, 3, 0)).Strides(stride).PaddingPerDim([][2]int{border, border}).Done()
	}
	return p.layer(convolve(x.node, weight), func(grad *Node) {
		// The derivative of a sum of products with grad is the backward pass for grad.
		inner := ReduceAllSum(Mul(convolve(x.node, weight), StopGradient(grad)))
		if x == p.images {
			p.grads[i] = p.widen(Gradient(inner, weight)[0])
			return
		}
		both := Gradient(inner, weight, x.node)
		p.grads[i] = p.widen(both[0])
		x.addGrad(both[1])
	})
}
