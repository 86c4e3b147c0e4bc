// Package run trains one configuration for one budget of seconds and reports its loss.
//
// # The clock
//
// The budget counts seconds of training: drawing batches as far as the engine has to
// wait for them, and steps until their loss is known. Reading data, compiling, evaluating
// and writing checkpoints do not count; each is reported. Training ends with the step whose end is
// nearest to the budget, but takes one step at least, so that it misses the budget by half a step at
// most, or by one step that is longer than the budget. The learning rate reaches 0 at the budget.
//
// # Determinism
//
// Everything random follows from the seed and the number of the step, never from what
// ran before. How many steps fit into the budget depends on the machine.
//
// # Differences
//
// From the training in the paper:
//
//   - The running mean and variance of norms are plain averages over the first ten
//     steps; after that they move by a tenth per step, as there. A training of few steps has
//     statistics that do not remember where they started.
//   - Images may have any size. The border of the random crop is an eighth of it, and the
//     side of cutout's square is scaled by it over 32 pixels: both are the paper's for CIFAR.
//   - Images are mirrored only where the data set says that it makes sense.
package run
