// Package bohb searches a space of architectures and hyperparameters with trials
// of several budgets, by ask and tell: [Search.Ask] says which configuration to run
// at which budget, [Search.Tell] takes in its loss. Nothing here reads, writes or
// starts anything; the packages below it run trials and keep the log.
//
// Three methods share one interface, [Searcher]:
//
//   - random search;
//   - Hyperband (Li, Jamieson, DeSalvo, Rostamizadeh, Talwalkar: "Hyperband: A Novel
//     Bandit-Based Approach to Hyperparameter Optimization", JMLR 18, 2018): brackets
//     of successive halving that start at different budgets, see [Budgets] and
//     [BracketOf];
//   - BOHB (Falkner, Klein, Hutter: "BOHB: Robust and Efficient Hyperparameter
//     Optimization at Scale", ICML 2018): Hyperband whose configurations come from a
//     model.
//
// Rungs are synchronous as in these papers, or asynchronous as in ASHA (Li et al.:
// "A System for Massively Parallel Hyperparameter Tuning", MLSys 2020). Either way
// a worker that would have to wait for a rung is given the next bracket.
//
// # The model
//
// The results at the largest budget that has any are split into the best 15 % and the rest, at
// least d+1 each with d parameters, and a kernel density is fitted to either. As long as they are
// fewer than d+3, the results of all budgets are taken together: ranks at a smaller budget become those at
// the next larger by the configurations that ran at both (isotonic regression, see rankCurve). A proposal
// is the best of 64 candidates by the ratio of the good density to the bad one. Candidates are drawn
// about good points from kernels three times as wide. A third of all proposals is random. Every
// number is an option.
//
// # Differences
//
// From HpBandSter, the authors' program, in the model:
//
//   - Densities are truncated to the range of the parameters, as proposals are.
//     HpBandSter's lose mass at the borders, which makes borders look bad.
//   - Integers, quantised numbers and ordinals of up to 64 values have kernels on
//     their values (the mass of the truncated normal kernel in the cell of each
//     value), and a level counts as spread over its cell, so that the bandwidth
//     does not collapse where all good points agree. HpBandSter treats integers as
//     continuous and refuses ordinals.
//   - The bandwidth of a categorical is the one that estimates the shares of its choices
//     best, see categoricalBandwidth: it falls as 1/n where one is better, and makes the kernel
//     uniform where none is. HpBandSter's follows the variance of the indices of
//     the choices, which depends on their order, and the rule for numbers, n^(-1/(4+d)), which
//     is far too wide for choices.
//   - In a finite space no configuration is proposed twice before all have been, as far as
//     100 draws find one that is left.
//   - An inactive parameter has no value: its kernels are uniform, and it is left out
//     where the candidate does not have it. HpBandSter puts in the value of a random
//     other point.
//   - Candidates are legal configurations: parents decide which parameters they
//     have, and forbidden ones are drawn again, before the densities are compared.
//   - Failed trials count as bad whatever their number: they are never among the good.
//   - All results that are not good are bad, and results below the budget of the
//     model are kept. HpBandSter drops the latter, and one by rounding.
//   - Both densities are cut off at 1e-32 of the uniform density, instead of at 1e-32.
//   - d counts the parameters that vary.
//   - As long as the largest budget has too few results for a model, those of all budgets
//     together make one, see pooled. HpBandSter's model is that of the largest budget that has enough,
//     which drops what the few results at larger ones say, and its proposals are random until there is one.
//   - A model needs d+3 results, as in the paper, where a few of the first count as good and
//     as bad. HpBandSter's waits for 2 (d+1).
//   - Bandwidths are at least 0.03, not 0.001 (HpBandSter: optimizers/config_generators/bohb.py), which
//     makes the search less greedy. It was chosen on other functions than those of docs/search-benchmarks.md,
//     with a look at these.
//
// In the schedule:
//
//   - The number of budgets is right where log(max/min)/log(eta) is a whole number but
//     for rounding.
//   - If trials fail, a rung has fewer configurations. HpBandSter fills it up with new ones,
//     which start at the larger budget.
//   - The queue of a rung is by rank.
//   - Budgets from which ranks do not carry over can be given up while the search runs, see [Correlate].
//
// Weights of categoricals are the distribution of random proposals; priors of
// numeric parameters are not used.
//
// # Reproducibility
//
// Proposal i draws from its own stream (Options.Seed, i). The same options, and the same
// results told between the same questions, give the same trials on any machine of one architecture.
//
// # Cost
//
// The bad density, over most of n results, is evaluated in blocks and only until a
// candidate is known to be no better than the best (see propose), which is exact. The levels
// of several discrete parameters are one look-up, and what numbers add is a matrix-vector product.
// Exponential and error function come from tables: the log of a density is off by less than 1e-8.
// Ask takes time proportional to n d: at 10^4 results in 17 dimensions 1.1 ms of a
// processor, in 64 dimensions 2.2 ms; with a result in between, to which the densities are fitted
// again, 1.9 and 4.5 ms (BenchmarkAsk).
package bohb
