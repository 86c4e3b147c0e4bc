// Package trainer defines the problem that Zela, Klein, Falkner and Hutter search in
// "Towards Automated Deep Learning: Efficient Joint Neural Architecture and
// Hyperparameter Search" (arXiv:1807.06906): residual networks with several branches
// and their training, 17 dimensions, trained within a budget of seconds.
//
//   - [Space] is the search space, [Config] one point of it;
//   - [Schedule] is the learning rate, a cosine with warm restarts in seconds of training;
//   - package data reads images, package augment alters them;
//   - package network is the network and one step of its training;
//   - package run trains one configuration for one budget.
//
// This package itself knows no engine, so that a search can use the space without one.
//
// # Differences
//
// From the space of the paper:
//
//   - death_rate, the probability of ShakeDrop, is a parameter only where it acts: if
//     at least one of the three groups has a single branch. In the paper all 17 dimensions
//     always have a value.
//
// From the training:
//
//   - Validation images are not augmented.
//   - The number of restarts follows from the budget by one rule, see [NewSchedule], which gives
//     the paper's for its budgets.
package trainer
