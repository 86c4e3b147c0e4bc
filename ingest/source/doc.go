// Package source is what the log formats under ingest share.
//
// The way of a log:
//
//  1. a [Source] is what the user named: a file, a directory or standard input,
//     with gzip undone, bytes counted and hashed;
//  2. a [Format] says whether it knows the source, and why, and reads it;
//  3. while reading it hands configurations and trials to a [Builder], which
//     alone decides what becomes of duplicates, orphans and values outside the
//     space, and infers the space where there is none;
//  4. whatever was odd is a [Finding]: counted, with a few examples, never a crash.
//
// # Finding codes of the Builder
//
// Notes (inferences): space-inferred, inferred-parameter, inferred-condition,
// unexplained-absence, retyped-choices, bounds-from-prior, merged-budgets, config-without-trials.
//
// Warnings (odd, but read): free-text, duplicate-config, config-conflict, duplicate-trial,
// unknown-parameter, value-outside-space, inactive-value, missing-value,
// forbidden-config, text-value, rounded-integer, negative-duration,
// times-out-of-order, objective-count, info-dropped.
//
// Left out: orphan-result, bad-budget, long-line.
package source

// BoundsFromPrior is the code of the finding that the bounds of a parameter are
// not stated but follow from its prior; a [Builder] widens them to the data.
const BoundsFromPrior = "bounds-from-prior"
