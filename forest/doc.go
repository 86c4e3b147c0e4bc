// Package forest fits regression forests to plain numeric tables: bagged
// regression trees (Breiman, "Random forests", Machine Learning 45, 2001) with
// exact least-squares splits (Breiman, Friedman, Olshen and Stone,
// "Classification and regression trees", 1984).
//
// A fitted [Forest] is plain data: every [Tree] is a handful of parallel arrays
// that other packages integrate, draw or store as they like.
//
// Fitting goes through these steps.
//
//  1. The table is checked and indexed once: numeric columns with many
//     different values are sorted, columns with few are replaced by small codes.
//  2. Each tree draws its bootstrap sample and a value for every missing entry
//     from its own random stream.
//  3. The tree grows depth first. Sorted columns stay sorted all the way down,
//     because each split partitions them stably; coded columns are counted.
//  4. The rows that the tree has not seen go down with those that it has, and are
//     predicted by the leaves they reach, which gives [OutOfBag].
//
// # Missing values
//
// A NaN entry says that the column has no influence on the response of that row,
// as for an inactive parameter of a conditional space. Each tree replaces it by
// its own independent uniform draw over the domain of the column, so that the
// fitted function is constant along the column in expectation. A column without
// any value is never split on.
//
// # Differences from other forests
//
//   - Categorical columns are split into two sets of levels. The levels in the
//     node are ordered by their mean response and the best cut of that order is
//     taken, which is the best of all subsets for squared error (Fisher, "On
//     grouping for maximum homogeneity", JASA 53, 1958; Breiman et al. 1984,
//     section 4.2). With [Options.SingleLevel] some are split by one level against all others.
//   - Where several splits are equally good, the column that was drawn first
//     wins, so that no column is favoured for its position in the table.
//   - Results do not depend on the number of workers, to the last bit.
package forest
