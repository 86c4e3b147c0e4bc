package main

import "io"

// sections of docs/benchmarks.md, in order.
var sections = []section{{
	name: "log", title: "A whole log",
	text: `
A log of several budgets from HpBandSter. DeepCAVE 1.4 gives the importance of parameters and pairs
at every budget (its own fANOVA evaluator, 16 trees) and the correlation of budgets (its own plugin), both
called from Python. Ours computes the same numbers with as many trees, then the whole report, which holds far more.
The correlations must be equal. The importances come from forests of different make, so they are estimates
of one thing: DeepCAVE replaces inactive parameters by a value outside their range, ours draws them uniformly.
The floor of a report is that of its forests, of their main, pair and total effects, those of the replicates included, and of the
correlations, counted in forests that are fitted anew with its settings; nothing else that a report holds is in it.
What has no time there was not timed by itself.`,
}, {
	name: "forest", title: "Fit of a random forest",
	text: `
64 trees, bootstrap, 70 % of the columns per split, leaves of one row, two threads. "forest" is the fit alone;
"forest, out of bag" also has each row predicted by the trees that have not seen it (oob_score of scikit-learn,
oob.error of ranger). The quality on held-out rows and out of bag must agree, the latter as each program tells it. The floor
counts, for every split, each row of the node once per column tried; an exact split search that looks at all
responses cannot visit less.`,
}, {
	name: "optuna", title: "Functional ANOVA against Optuna",
	text: `
Ours fits 64 trees and finds all main effects and all pairs; Optuna's FanovaImportanceEvaluator fits as many and finds
main effects only. "mains of its trees" lets our decomposition loose on the very trees that scikit-learn grew for Optuna:
the answers must be the same to rounding. "mains" compares two forests that differ by random numbers.`,
}, {
	name: "optuna-large", title: "The same, larger",
	text: `
The time of Optuna's evaluator grows with the square of the rows, ours little faster than the rows.`,
}, {
	name: "automl-fanova", title: "Functional ANOVA against automl/fanova",
	text: `
automl/fanova 2.0.19 with pyrfr 0.9.0 can still be installed, on Python 3.10 with the versions of NumPy and ConfigSpace of
2022 (see bench/requirements-automl.txt); with current ones it fails. Main effects and all pairs of 16 trees, 70 % of the
columns per split. The second line sets our whole report with its 100 bootstrap replicates against one such decomposition.`,
}, {
	name: "totals", title: "Total effects",
	text: `
Ours alone, 64 trees, 70 % of the columns per split, leaves of two rows as in a report. The floor of the total effects
counts products of the means of two subtrees: two points that differ in one column part at a split on it, so that a total effect is a sum over pairs of
leaves from either side of a split whose boxes meet in all other columns, and those of two subtrees without a column in common are one product.
Of all ways to divide the pairs into such products it counts the one with the fewest.`,
	more: func(w io.Writer, rows []*row) {
		writeSlopes(w, slopes("totals", rows, func(r *row) float64 { t, _ := r.Ours.phaseTime("totals"); return t }))
	},
}, {
	name: "ranks", title: "Rank correlation of budgets",
	text: `
Losses of n configurations at every budget, all pairs of budgets. Beside Spearman's correlation ours gives Kendall's,
p-values, an interval, overlaps and regrets. The correlations must be equal.`,
	more: func(w io.Writer, rows []*row) {
		writeSlopes(w,
			slopes("ours, four budgets, by configurations", rows, func(r *row) float64 { return r.Ours.seconds() }),
			slopes("DeepCAVE", rows, func(r *row) float64 { return r.Peer.seconds() }))
	},
}, {
	name: "ped-anova", title: "PED-ANOVA",
	text: `
Optuna's PedAnovaImportanceEvaluator on the same trials, best 10 % against all. Optuna starts from a study of trials in memory,
ours from a table; the importances must be equal.`,
}, {
	name: "read", title: "Reading logs",
	text: `
A million results of 200,000 configurations of five parameters at five budgets, from the page cache. Speed is per byte
of text, before compression; one core parses.`,
}, {
	name: "growth", title: "Growth and memory",
	text: `
Ours alone, 64 trees, 70 % of the columns per split, leaves of one row: fit, main effects and all 136 pairs of 17 columns.
The floor of the pairs counts each split once for every other column that is split above it.

![Growth of the time](images/bench-growth.svg)`,
	more: func(w io.Writer, rows []*row) {
		var all []string
		for _, phase := range growthPhases {
			all = append(all, slopes(phase, rows, func(r *row) float64 { t, _ := r.Ours.phaseTime(phase); return t }))
		}
		writeSlopes(w, all...)
	},
}}

var growthPhases = []string{"forest", "mains", "pairs"}
