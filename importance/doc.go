// Package importance tells which columns of a table matter for the response by
// other means than the variance decomposition of package fanova, and how far such an
// answer holds. It is for cross-checks, for questions about good responses only, and
// for questions about one row instead of the whole domain:
//
//   - [PEDANOVA]: what separates the best rows from the others, without a model;
//   - [Local]: what matters in the neighbourhood of one row, such as the best one;
//   - [Ablate]: which changes lead from one row to another, and what each brings;
//   - [Impurity] and [Permutation]: the two importances that random forests are
//     known for, the latter also out of bag ([PermutationOutOfBag]);
//   - [Weighted]: how importance moves with the weights of several responses;
//   - [Growth]: how importance moves with the number of rows, that is whether
//     there are enough of them.
//
// Responses are losses: the smaller the better. Tables are row-major slices with one
// [forest.Column] per column; NaN stands for a column without influence on its row, as
// an inactive parameter.
//
// Results are the same for any number of workers: each piece of work draws from its own
// stream of the seed. What cannot be told is NaN, never 0.
package importance
