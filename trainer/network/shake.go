package network

import (
	"math"
	"math/rand/v2"
)

// Draw fills dst, images rows of p.Coefficients numbers, with the random factors of a
// step. A block of k branches has 2k columns: the factors of its branches in the
// forward pass, then those in the backward pass.
//
//   - Two or more branches: for each image and either pass, the softmax of k uniform numbers.
//   - One branch: with probability 1 - death rate the block is open for the whole batch
//     and both factors are 1; else, for each image, uniform in [-1, 1] forward and in [0, 1] backward.
func (p *Plan) Draw(rng *rand.Rand, dst []float32, images int) {
	column := 0
	for _, branches := range p.shaken {
		open := branches == 1 && rng.Float64() >= p.Config.DeathRate
		for i := range images {
			row := dst[i*p.Coefficients+column:][:2*branches]
			switch {
			case open:
				row[0], row[1] = 1, 1
			case branches == 1:
				row[0], row[1] = 2*rng.Float32()-1, rng.Float32()
			default:
				softmaxUniform(rng, row[:branches])
				softmaxUniform(rng, row[branches:])
			}
		}
		column += 2 * branches
	}
}

// softmaxUniform draws the softmax of independent uniform numbers in [0, 1].
func softmaxUniform(rng *rand.Rand, dst []float32) {
	sum := float32(0)
	for i := range dst {
		dst[i] = float32(math.Exp(rng.Float64()))
		sum += dst[i]
	}
	for i := range dst {
		dst[i] /= sum
	}
}
