package network

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/gomlx/compute"
	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/compute/gobackend"
	. "github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
)

// backend is the Go backend in the mode that does not deadlock.
func backend(t testing.TB) compute.Backend {
	t.Helper()
	b, err := gobackend.New("ops_sequential")
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// array is a tensor for tests.
type array struct {
	dims []int
	v    []float64
}

func random(rng *rand.Rand, dims ...int) array {
	n := 1
	for _, d := range dims {
		n *= d
	}
	a := array{dims, make([]float64, n)}
	for i := range a.v {
		a.v[i] = rng.NormFloat64()
	}
	return a
}

// layerCase is a layer to be computed in a graph.
type layerCase struct {
	products               bool
	images, params, stats  []array
	coefficients, upstream array
	layer                  func(p *pass, images []*value) *value
}

// compute returns the result of the layer, and for the upstream gradient those by its images,
// by its parameters, and the statistics of the batch.
func (c layerCase) compute(t *testing.T) (y []float64, byImage, byParam, stats [][]float64) {
	t.Helper()
	var all []any
	for _, group := range [][]array{c.images, c.params, c.stats, {c.coefficients, c.upstream}} {
		for _, a := range group {
			if a.dims == nil {
				a = array{[]int{1}, []float64{0}}
			}
			all = append(all, tensors.FromFlatDataAndDimensions(a.v, a.dims...))
		}
	}
	exec, err := NewExec(backend(t), func(in []*Node) []*Node {
		var images []*value
		for range c.images {
			images, in = append(images, &value{node: in[0]}), in[1:]
		}
		p := &pass{products: c.products, half: dtypes.Float64, full: dtypes.Float64, training: true, openRate: 0.25, patched: map[patchKey]*Node{}}
		p.params, in = in[:len(c.params)], in[len(c.params):]
		p.stats, in = in[:len(c.stats)], in[len(c.stats):]
		p.coefficients = in[0]
		p.grads = make([]*Node, len(c.params))
		y := c.layer(p, images)
		if c.upstream.dims == nil {
			return []*Node{y.node}
		}
		y.grad = in[1]
		p.backward()
		out := []*Node{y.node}
		for _, v := range images {
			out = append(out, v.grad)
		}
		return append(append(out, p.grads...), p.newStats...)
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.Call(all...)
	if err != nil {
		t.Fatal(err)
	}
	var flat [][]float64
	for _, o := range out {
		flat = append(flat, tensors.MustCopyFlatData[float64](o))
	}
	if c.upstream.dims == nil {
		return flat[0], nil, nil, nil
	}
	n, m := 1+len(c.images), 1+len(c.images)+len(c.params)
	return flat[0], flat[1:n], flat[n:m], flat[m:]
}

// close fails unless got and want agree to 1e-10.
func closeTo(t *testing.T, what string, got, want []float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d numbers, want %d", what, len(got), len(want))
		return
	}
	for i := range want {
		if !(math.Abs(got[i]-want[i]) <= 1e-10*max(1, math.Abs(want[i]))) {
			t.Errorf("%s: number %d is %v, want %v", what, i, got[i], want[i])
			return
		}
	}
}

// A convolution and its gradients against the sums that define them.
func TestConvolution(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for _, c := range []struct{ height, width, in, out, size, stride int }{
		{5, 4, 3, 2, 3, 1}, {5, 4, 2, 3, 3, 2}, {6, 7, 1, 1, 3, 2}, {4, 5, 3, 2, 1, 1}, {5, 6, 2, 3, 1, 2}, {1, 1, 2, 2, 3, 2}, {2, 1, 1, 2, 1, 2},
	} {
		const batch = 2
		h, w := (c.height+c.stride-1)/c.stride, (c.width+c.stride-1)/c.stride
		x, weight := random(rng, batch, c.height, c.width, c.in), random(rng, c.out, c.size, c.size, c.in)
		up := random(rng, batch, h, w, c.out)
		y := make([]float64, len(up.v))
		dx, dw := make([]float64, len(x.v)), make([]float64, len(weight.v))
		for i := range batch {
			for oy := range h {
				for ox := range w {
					for o := range c.out {
						at := ((i*h+oy)*w+ox)*c.out + o
						for ky := range c.size {
							for kx := range c.size {
								iy, ix := oy*c.stride+ky-c.size/2, ox*c.stride+kx-c.size/2
								if iy < 0 || iy >= c.height || ix < 0 || ix >= c.width {
									continue
								}
								for ch := range c.in {
									k := ((o*c.size+ky)*c.size+kx)*c.in + ch
									n := ((i*c.height+iy)*c.width+ix)*c.in + ch
									y[at] += weight.v[k] * x.v[n]
									dx[n] += weight.v[k] * up.v[at]
									dw[k] += x.v[n] * up.v[at]
								}
							}
						}
					}
				}
			}
		}
		for _, products := range []bool{true, false} {
			gotY, gotX, gotW, _ := layerCase{products: products, images: []array{x}, params: []array{weight}, upstream: up,
				layer: func(p *pass, v []*value) *value { return p.conv("", v[0], c.out, c.size, c.stride) }}.compute(t)
			closeTo(t, "convolution", gotY, y)
			closeTo(t, "gradient by the image", gotX[0], dx)
			closeTo(t, "gradient by the weights", gotW[0], dw)
			if t.Failed() {
				t.Fatalf("%+v, products %v", c, products)
			}
		}
	}
}

// Batch normalisation against its definition, its gradients against differences
// of it, and the running statistics.
func TestNorm(t *testing.T) {
	rng := rand.New(rand.NewPCG(2, 2))
	x, scale, shift, up := random(rng, 3, 2, 2, 2), random(rng, 2), random(rng, 2), random(rng, 3, 2, 2, 2)
	const n = 12
	moments := func(x []float64) (mean, variance [2]float64) {
		for i, v := range x {
			mean[i%2] += v / n
		}
		for i, v := range x {
			variance[i%2] += (v - mean[i%2]) * (v - mean[i%2]) / n
		}
		return mean, variance
	}
	define := func(x, scale, shift []float64) []float64 {
		mean, variance := moments(x)
		y := make([]float64, len(x))
		for i, v := range x {
			y[i] = (v-mean[i%2])/math.Sqrt(variance[i%2]+1e-5)*scale[i%2] + shift[i%2]
		}
		return y
	}
	// difference is the derivative of sum(up y) by the numbers of v.
	difference := func(v []float64) []float64 {
		d := make([]float64, len(v))
		for i, old := range v {
			const h = 1e-5
			for _, sign := range []float64{1, -1} {
				v[i] = old + sign*h
				for k, y := range define(x.v, scale.v, shift.v) {
					d[i] += sign * up.v[k] * y / (2 * h)
				}
			}
			v[i] = old
		}
		return d
	}
	stat := random(rng, 2)
	for _, products := range []bool{true, false} {
		y, byX, byParam, stats := layerCase{products: products, images: []array{x}, params: []array{scale, shift}, stats: []array{stat, stat}, upstream: up,
			layer: func(p *pass, v []*value) *value { return p.norm("", v[0]) }}.compute(t)
		closeTo(t, "norm", y, define(x.v, scale.v, shift.v))
		for _, g := range []struct {
			what      string
			got, want []float64
		}{{"image", byX[0], difference(x.v)}, {"scale", byParam[0], difference(scale.v)}, {"shift", byParam[1], difference(shift.v)}} {
			for i := range g.want {
				if math.Abs(g.got[i]-g.want[i]) > 1e-8 {
					t.Errorf("gradient by the %s: %v, differences say %v", g.what, g.got, g.want)
					break
				}
			}
		}
		mean, variance := moments(x.v)
		closeTo(t, "mean", stats[0], mean[:])
		closeTo(t, "unbiased variance", stats[1], []float64{variance[0] * 12 / 11, variance[1] * 12 / 11})

		// Evaluation uses the running ones.
		running := []array{random(rng, 2), {[]int{2}, []float64{0.5, 2}}}
		got, _, _, _ := layerCase{products: products, images: []array{x}, params: []array{scale, shift}, stats: running,
			layer: func(p *pass, v []*value) *value { p.training = false; return p.norm("", v[0]) }}.compute(t)
		want := make([]float64, len(x.v))
		for i, v := range x.v {
			c := i % 2
			want[i] = (v-running[0].v[c])/math.Sqrt(running[1].v[c]+1e-5)*scale.v[c] + shift.v[c]
		}
		closeTo(t, "evaluation", got, want)
	}
}

// Shake-shake: the factors of the first columns forward, of the others backward;
// one over the number of branches in evaluation.
func TestShake(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 3))
	images := []array{random(rng, 2, 1, 2, 1), random(rng, 2, 1, 2, 1), random(rng, 2, 1, 2, 1)}
	up := random(rng, 2, 1, 2, 1)
	factors := array{[]int{2, 6}, []float64{
		0.2, 0.3, 0.5, 0.6, 0.1, 0.3, // image 1: forward, backward
		0.4, 0.4, 0.2, 0.7, 0.2, 0.1, // image 2
	}}
	sum := make([]float64, 4)
	mean := make([]float64, 4)
	byBranch := [3][]float64{}
	for b := range 3 {
		for k := range 4 {
			row := factors.v[6*(k/2):]
			sum[k] += row[b] * images[b].v[k]
			mean[k] += images[b].v[k] / 3
			byBranch[b] = append(byBranch[b], row[3+b]*up.v[k])
		}
	}
	for _, products := range []bool{true, false} {
		c := layerCase{products: products, images: images, coefficients: factors, upstream: up,
			layer: func(p *pass, v []*value) *value { return p.shake(v) }}
		y, byImage, _, _ := c.compute(t)
		closeTo(t, "forward", y, sum)
		for b := range 3 {
			closeTo(t, "backward", byImage[b], byBranch[b])
		}
		c.upstream = array{}
		c.layer = func(p *pass, v []*value) *value { p.training = false; return p.shake(v) }
		y, _, _, _ = c.compute(t)
		closeTo(t, "evaluation", y, mean)
	}
}

// ShakeDrop: a factor of each image forward, another backward; 1 - death rate in evaluation.
func TestDrop(t *testing.T) {
	x := array{[]int{2, 1, 1, 2}, []float64{1, 2, 3, 4}}
	up := array{[]int{2, 1, 1, 2}, []float64{10, 20, 30, 40}}
	factors := array{[]int{2, 2}, []float64{-0.5, 0.1, 1, 1}}
	for _, products := range []bool{true, false} {
		c := layerCase{products: products, images: []array{x}, coefficients: factors, upstream: up,
			layer: func(p *pass, v []*value) *value { return p.drop(v[0]) }}
		y, byImage, _, _ := c.compute(t)
		closeTo(t, "forward", y, []float64{-0.5, -1, 3, 4})
		closeTo(t, "backward", byImage[0], []float64{1, 2, 30, 40})
		c.upstream = array{}
		c.layer = func(p *pass, v []*value) *value { p.training = false; return p.drop(v[0]) }
		y, _, _, _ = c.compute(t)
		closeTo(t, "evaluation", y, []float64{0.25, 0.5, 0.75, 1}) // the pass of the test has a death rate of 3/4
	}
}

// The rest of the layers by hand.
func TestSmallLayers(t *testing.T) {
	// One channel:  1 2 / 3 4  moved up and left:  4 0 / 0 0.
	x := array{[]int{1, 2, 2, 1}, []float64{1, 2, 3, 4}}
	up := array{[]int{1, 2, 2, 1}, []float64{5, 6, 7, 8}}
	y, d, _, _ := layerCase{images: []array{x}, upstream: up, layer: func(p *pass, v []*value) *value { return p.shift(v[0]) }}.compute(t)
	closeTo(t, "shift", y, []float64{4, 0, 0, 0})
	closeTo(t, "shift, backward", d[0], []float64{0, 0, 0, 5})

	x.v = []float64{-1, 2, 0, 4}
	y, d, _, _ = layerCase{images: []array{x}, upstream: up, layer: func(p *pass, v []*value) *value { return p.relu(v[0]) }}.compute(t)
	closeTo(t, "relu", y, []float64{0, 2, 0, 4})
	closeTo(t, "relu, backward", d[0], []float64{0, 6, 0, 8})

	y, d, _, _ = layerCase{images: []array{x}, upstream: array{[]int{1, 1}, []float64{8}}, layer: func(p *pass, v []*value) *value { return p.pool(v[0]) }}.compute(t)
	closeTo(t, "pool", y, []float64{1.25})
	closeTo(t, "pool, backward", d[0], []float64{2, 2, 2, 2})

	two := array{[]int{1, 1, 1, 2}, []float64{1, 2}}
	one := array{[]int{1, 1, 1, 1}, []float64{3}}
	y, d, _, _ = layerCase{images: []array{two, one}, upstream: array{[]int{1, 1, 1, 3}, []float64{7, 8, 9}}, layer: func(p *pass, v []*value) *value { return p.join(v[0], v[1]) }}.compute(t)
	closeTo(t, "join", y, []float64{1, 2, 3})
	closeTo(t, "join, backward", d[0], []float64{7, 8})
	closeTo(t, "join, backward", d[1], []float64{9})

	for _, products := range []bool{true, false} {
		y, d, byParam, _ := layerCase{products: products, images: []array{{[]int{1, 2}, []float64{2, 3}}}, upstream: array{[]int{1, 2}, []float64{10, 100}},
			params: []array{{[]int{2, 2}, []float64{1, 2, 3, 4}}, {[]int{2}, []float64{0.5, 0.25}}},
			layer:  func(p *pass, v []*value) *value { return p.linear("", v[0], 2) }}.compute(t)
		closeTo(t, "linear", y, []float64{11.5, 16.25})
		closeTo(t, "linear, by the image", d[0], []float64{210, 430})
		closeTo(t, "linear, by the weights", byParam[0], []float64{20, 200, 30, 300})
		closeTo(t, "linear, by the bias", byParam[1], []float64{10, 100})
	}
}
