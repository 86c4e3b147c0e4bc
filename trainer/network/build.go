package network

import (
	"fmt"
	"math"

	"github.com/nasalyze/nasalyze/trainer"
)

// layers is what the network is made of; V stands for a batch of feature maps.
type layers[V any] interface {
	// conv is a convolution without bias, with zeros around the image, to out channels.
	conv(name string, x V, out, size, stride int) V
	// norm is batch normalisation with scale and shift of each channel.
	norm(name string, x V) V
	relu(x V) V
	// shift moves the image by a pixel up and left; what comes in is 0.
	shift(x V) V
	// join puts the channels of b behind those of a.
	join(a, b V) V
	add(a, b V) V
	// shake is the combination of at least two branches by shake-shake.
	shake(branches []V) V
	// drop is ShakeDrop.
	drop(x V) V
	// pool takes the mean over the image.
	pool(x V) V
	// linear maps the channels of a pooled image to out numbers.
	linear(name string, x V, out int) V
}

// Widths returns the channels of each group: the factors multiply along the chain,
// rounded at each link (half to even, as Python does).
func Widths(c trainer.Config) [trainer.Groups]int {
	var widths [trainer.Groups]int
	before := c.Filters
	for g, factor := range c.Widen {
		before = int(math.RoundToEven(float64(before) * factor))
		widths[g] = before
	}
	return widths
}

// build applies the network to a batch of images x.
func build[V any](l layers[V], c trainer.Config, classes int, x V) V {
	x = l.norm("stem.norm", l.conv("stem.conv", x, c.Filters, 3, 1))
	before := c.Filters
	for g, width := range Widths(c) {
		for b := range c.Blocks[g] {
			stride := 1
			if b == 0 && g > 0 {
				stride = 2
			}
			name := fmt.Sprintf("group%d.block%d", g+1, b+1)
			x = block(l, name, x, c.Branches[g], width, stride, width != before || stride != 1)
			before = width
		}
	}
	return l.linear("linear", l.pool(l.relu(x)), classes)
}

// block is one residual block.
func block[V any](l layers[V], name string, x V, branches, width, stride int, change bool) V {
	active := l.relu(x)
	outs := make([]V, branches)
	for i := range outs {
		branch := fmt.Sprintf("%s.branch%d", name, i+1)
		h := l.norm(branch+".norm1", l.conv(branch+".conv1", active, width, 3, stride))
		outs[i] = l.norm(branch+".norm2", l.conv(branch+".conv2", l.relu(h), width, 3, 1))
	}
	var out V
	if branches == 1 {
		out = l.drop(outs[0])
	} else {
		out = l.shake(outs)
	}
	if change {
		x = skip(l, name+".skip", x, active, width, stride)
	}
	return l.add(out, x)
}

// skip is the factorised skip connection: half of the channels, rounded down, see
// the ReLU of the image, the others the image moved by a pixel, so that a stride of 2
// sees two of its four phases.
func skip[V any](l layers[V], name string, x, active V, width, stride int) V {
	out := l.conv(name+".conv2", l.shift(x), width-width/2, 1, stride)
	if width/2 > 0 {
		out = l.join(l.conv(name+".conv1", active, width/2, 1, stride), out)
	}
	return l.norm(name+".norm", out)
}
