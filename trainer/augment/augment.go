// Package augment alters training images: random crops, mirror images, cutout and
// mixup. Images are rows of pixels with the channels of a pixel together; every function
// is told what to do by its arguments, and only [Beta] draws random numbers.
package augment

import (
	"math"
	"math/rand/v2"
)

// Shift copies an image so that it is moved down by dy and right by dx pixels. What
// comes in from outside is 0. A random crop of an image with a border of p pixels is a
// shift by dy and dx from -p to p.
func Shift(dst, src []uint8, height, width, channels, dy, dx int) {
	row := width * channels
	for y := range height {
		out := dst[y*row : (y+1)*row]
		clear(out)
		from := y - dy
		if from < 0 || from >= height || dx <= -width || dx >= width {
			continue
		}
		in := src[from*row : (from+1)*row]
		if dx >= 0 {
			copy(out[dx*channels:], in)
		} else {
			copy(out, in[-dx*channels:])
		}
	}
}

// Mirror exchanges left and right of an image.
func Mirror(img []uint8, height, width, channels int) {
	for y := range height {
		row := img[y*width*channels : (y+1)*width*channels]
		for l, r := 0, width-1; l < r; l, r = l+1, r-1 {
			for c := range channels {
				row[l*channels+c], row[r*channels+c] = row[r*channels+c], row[l*channels+c]
			}
		}
	}
}

// Normalizer maps bytes to numbers with mean 0 and deviation 1 per channel.
type Normalizer struct {
	table [][256]float32 // by channel and value
}

// NewNormalizer returns the normalizer for the moments of each channel.
func NewNormalizer(mean, deviation []float64) *Normalizer {
	n := &Normalizer{table: make([][256]float32, len(mean))}
	for c := range n.table {
		for v := range n.table[c] {
			n.table[c][v] = float32((float64(v) - mean[c]) / deviation[c])
		}
	}
	return n
}

// Apply writes the normalised pixels of src to dst, which has the same length.
func (n *Normalizer) Apply(dst []float32, src []uint8) {
	channels := len(n.table)
	for i := 0; i < len(src); i += channels {
		for c := range channels {
			dst[i+c] = n.table[c][src[i+c]]
		}
	}
}

// Cutout sets a square of an image to 0, the mean of normalised images (DeVries,
// Taylor: "Improved Regularization of Convolutional Neural Networks with Cutout",
// arXiv:1708.04552). The square has the given side and its centre at the pixel (y, x);
// what is outside the image is cut off.
func Cutout(img []float32, height, width, channels, y, x, side int) {
	top, left := y-side/2, x-side/2
	for row := max(top, 0); row < min(top+side, height); row++ {
		from, to := max(left, 0), min(left+side, width)
		if from < to {
			clear(img[(row*width+from)*channels : (row*width+to)*channels])
		}
	}
}

// Mix sets dst to lambda dst + (1-lambda) other: mixup of two images or of two
// vectors of probabilities (Zhang, Cisse, Dauphin, Lopez-Paz: "mixup: Beyond Empirical
// Risk Minimization", ICLR 2018).
func Mix(dst, other []float32, lambda float32) {
	for i, o := range other {
		dst[i] = lambda*dst[i] + (1-lambda)*o
	}
}

// Beta draws from the distribution Beta(alpha, alpha), the weights of mixup. Alpha 0
// means no mixup: the weight is 1.
func Beta(rng *rand.Rand, alpha float64) float64 {
	if alpha <= 0 {
		return 1
	}
	a, b := logGamma(rng, alpha), logGamma(rng, alpha)
	return 1 / (1 + math.Exp(b-a))
}

// logGamma draws the logarithm of a Gamma(alpha, 1) number: small shapes give numbers
// that are 0 in floating point. Marsaglia, Tsang: "A Simple Method for Generating Gamma
// Variables", 2000, with alpha+1 and the power of a uniform number for shapes below 1 (section 6).
func logGamma(rng *rand.Rand, alpha float64) float64 {
	d := alpha + 1 - 1.0/3
	c := 1 / math.Sqrt(9*d)
	for {
		x := rng.NormFloat64()
		v := 1 + c*x
		if v <= 0 {
			continue
		}
		v = v * v * v
		if math.Log(1-rng.Float64()) < x*x/2+d-d*v+d*math.Log(v) {
			return math.Log(d*v) + math.Log(1-rng.Float64())/alpha
		}
	}
}
