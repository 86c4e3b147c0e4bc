// Package fanova decomposes the variance of a regression forest exactly:
// functional ANOVA as used for the importance of hyperparameters.
//
// A function f of independent columns splits into
//
//	f(x) = sum over subsets U of the columns of f_U(x_U),
//	f_U  = a_U - sum over proper subsets W of U of f_W,
//	a_U(x_U) = E[f(x) | x_U]   (the marginal of U),
//	Var f = sum over U of V_U,  V_U = Var f_U,
//
// and V_U/Var f is the importance of U. The columns are independent and uniform:
// a numeric column over its bounds, a categorical one over its levels.
//
// A regression tree is constant on boxes, so every V_U can be computed without
// sampling. Published implementations evaluate a_U at the midpoints of all
// split intervals, a traversal of the tree each. This package uses the
// increments of the tree instead. Let m_n be the mean of the tree over the box
// of node n. Then f is m_root plus, over the nodes n on the path of x,
// the increment m_child - m_n. The increment of a node that splits on a column
// outside U vanishes in a_U, because its mean over that column is 0. Hence
//
//	a_U = m_root + sum over nodes n that split on u in U of
//	      W_n g_n(x_u) prod over v in U without u of 1[x_v in box of n],
//
// where g_n is m_left - m_n left of the split, m_right - m_n right of it and 0
// outside the box, and W_n is the share of the other columns' volume that lies
// in the box. To get f_U itself replace the indicators by the indicators less
// their means; the terms where a column of U is not yet split on then vanish
// too. So
//
//   - all main effects of a tree cost O(nodes) and the sorting of its split
//     points: a difference array per column;
//   - a pair costs O(k log k) for the k nodes that split on one of the two
//     columns below a split on the other: a two-dimensional difference array
//     where the grid of their split points is small, else a sweep over one
//     column with a segment tree over the other;
//   - a larger subset costs the inner products of its (few) terms, a table where
//     the tree divides the columns into few cells, or a simultaneous traversal of the tree with itself, pruned where the boxes
//     are disjoint or the subtrees have no column in common;
//   - total (Sobol') indices come from the same traversal, of the two sides of
//     each split on the column.
//
// Importances are computed per tree and then averaged over the trees that have
// variance. [Decomposition.OneStep] is a second estimate, of the mean of the trees and of
// what it leaves unexplained of rows that it has not seen.
//
// Sources: Hutter, Hoos, Leyton-Brown, "An Efficient Approach for Assessing
// Hyperparameter Importance", ICML 2014 (the decomposition of a forest);
// Sobol', "Global sensitivity indices for nonlinear mathematical models and
// their Monte Carlo estimates", 2001 (total indices).
//
// Differences from the automl/fanova package and from Optuna's
// FanovaImportanceEvaluator (with the latter the marginal variances of a tree
// agree, see testdata):
//
//   - splits outside the bounds of a column have no volume and are dropped;
//   - a categorical column may be split by any set of levels;
//   - totals are Sobol' indices, over all subsets that contain a column; the
//     "total importance" of automl/fanova is Effect.Total;
//   - trees without variance are left out and counted.
package fanova
