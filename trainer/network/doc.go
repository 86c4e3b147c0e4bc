// Package network is the network of the paper (see package trainer) and one step of its
// training, on any backend of GoMLX.
//
//	image - convolution 3x3 - norm - group 1 - group 2 - group 3 - ReLU - mean over the image - linear
//
// Groups 2 and 3 start with stride 2. A group is a chain of blocks; a block is
//
//	combine(branch 1, ..., branch k)(ReLU(x)) + skip(x)
//
// with branches convolution 3x3 - norm - ReLU - convolution 3x3 - norm. Combine is
// shake-shake for two or more branches (Gastaldi: "Shake-Shake regularization",
// arXiv:1705.07485) and ShakeDrop for one (Yamada, Iwamura, Akiba, Kise: "ShakeDrop
// Regularization for Deep Residual Learning", arXiv:1802.02375). Skip is the identity or, where
// width or stride change, two 1x1 convolutions side by side, one of ReLU(x), one of x
// moved by a pixel, and a norm. Details follow the authors' code (Auto-PyTorch).
//
// The structure is written once, in [build], as calls of layers. Two things implement
// them: [Plan] adds up variables, operations and memory, and the graph of a step computes
// values forward and leaves what it takes to go backward on a tape.
//
// # Why no automatic differentiation
//
// Shake-shake and ShakeDrop are defined by a backward pass that is not the derivative
// of the forward pass, and GoMLX's own derivatives of a convolution and a batch norm
// are slow or wrong on its Go backend. Eight layers have a backward pass of a few lines each;
// finite differences check all of them.
//
// # Two forms of some layers
//
// GoMLX's Go backend is fast at matrix products and slow at convolutions,
// reductions and broadcasts. There, convolutions are products with image patches, and sums and
// broadcasts of channels are products with ones. Other backends get the operations themselves. A
// test holds both forms against each other.
package network
