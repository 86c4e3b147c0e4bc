package network

import (
	//lint:ignore ST1001 formulas read better without the name of the package
	. "github.com/gomlx/gomlx/core/graph"
)

// epsilon is added to variances, as PyTorch does.
const epsilon = 1e-5

// norm is batch normalisation (Ioffe, Szegedy: "Batch Normalization", ICML 2015). In training it uses mean and
// variance of the batch, else the running ones. The backward pass is that of the
// appendix of the paper, put together:
//
//	dx = scale / deviation (dy - mean(dy) - xhat mean(dy xhat))
func (p *pass) norm(_ string, x *value) *value {
	s, scale := p.parameter()
	t, shift := p.parameter()
	mean, variance := p.statistic(), p.statistic()
	n, c := rows(x.node)
	row := func(v *Node) *Node { return Reshape(v, 1, c) }
	m := p.widen(flat(x.node))
	as := func(y *Node) *Node { return like(p.narrow(y), x.node) }
	if !p.training {
		factor := Div(row(scale), Sqrt(AddScalar(row(variance), epsilon)))
		y := Add(Mul(m, p.spread(factor, n)), p.spread(Sub(row(shift), Mul(row(mean), factor)), n))
		return p.layer(as(y), nil)
	}
	share := 1 / float64(n)
	batchMean := MulScalar(p.channelSum(m), share)
	centred := Sub(m, p.spread(batchMean, n))
	batchVariance := MulScalar(p.channelSum(Mul(centred, centred)), share)
	inverse := Reciprocal(Sqrt(AddScalar(batchVariance, epsilon)))
	hat := Mul(centred, p.spread(inverse, n))
	y := Add(Mul(hat, p.spread(row(scale), n)), p.spread(row(shift), n))

	// The running variance is the unbiased one, as PyTorch has it.
	unbiased := float64(n) / float64(max(n-1, 1))
	p.newStats = append(p.newStats, like(batchMean, mean), like(MulScalar(batchVariance, unbiased), variance))

	return p.layer(as(y), func(grad *Node) {
		dy := p.widen(flat(grad))
		sum, product := p.channelSum(dy), p.channelSum(Mul(dy, hat))
		p.grads[t], p.grads[s] = like(sum, shift), like(product, scale)
		factor := Mul(row(scale), inverse)
		dx := Add(Mul(dy, p.spread(factor, n)),
			Sub(Mul(hat, p.spread(MulScalar(Mul(factor, product), -share), n)),
				p.spread(MulScalar(Mul(factor, sum), share), n)))
		x.addGrad(as(dx))
	})
}
