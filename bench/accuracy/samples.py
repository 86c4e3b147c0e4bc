"""Draws random samples of full factorial tables and decomposes the tables exactly.

    python samples.py DIR > samples.jsonl

DIR holds tables as CSV, gzipped or not: a row per cell of the grid, a column per
parameter, and columns valid_* with the losses of repeated trainings. For each table
10 random orders of its rows are drawn; a sample of n rows is the first n of an order,
with the loss of the first repeat. The truth is the decomposition of the mean over the repeats;
how much of its variance is noise of the repeats goes to standard error.
A table whose losses are positive and span more than three decades is taken with
their logarithms: without, a few diverged trainings are all of its variance, others in each repeat.

Parameters whose values are all numbers are encoded as (i + 1/2)/k for the i-th
smallest of k values, the others as levels. Needs numpy.
"""

import csv
import gzip
import itertools
import json
import pathlib
import sys

import numpy as np

ROWS, SEEDS = 2000, 10


def read(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt") as f:
        head, *rows = list(csv.reader(f))
    params = [j for j, h in enumerate(head) if not h.startswith("valid_")]
    losses = [j for j, h in enumerate(head) if h.startswith("valid_")]
    levels, cells, numeric = [], [], []
    for j in params:
        values = list(dict.fromkeys(r[j] for r in rows))
        try:
            values.sort(key=float)
            numeric.append(True)
        except ValueError:
            numeric.append(False)
        index = {v: i for i, v in enumerate(values)}
        levels.append([index[r[j]] for r in rows])
        cells.append(len(values))
    y = np.array([[float(r[j]) if j < len(r) and r[j] else np.nan for j in losses] for r in rows])
    return np.array(levels).T, cells, numeric, y


def anova(table):
    """Shares of all main effects, pairs and total (Sobol') indices of a table."""
    d, table = table.ndim, table - table.mean()
    variance = (table**2).mean()

    def closed(kept):
        return (table.mean(axis=tuple(j for j in range(d) if j not in kept)) ** 2).mean()

    mains = [closed((j,)) for j in range(d)]
    pairs = [closed((i, j)) - mains[i] - mains[j] for i, j in itertools.combinations(range(d), 2)]
    totals = [variance - closed(tuple(i for i in range(d) if i != j)) for j in range(d)]
    return [(np.array(v) / variance).tolist() for v in (mains, pairs, totals)]


def main():
    for path in sorted(pathlib.Path(sys.argv[1]).glob("*.csv*")):
        levels, cells, numeric, y = read(path)
        if len(levels) != np.prod(cells) or len(levels) < 2 * ROWS:
            print(f"{path.name}: {len(levels)} rows of {np.prod(cells)} cells, left out", file=sys.stderr)
            continue
        name = path.name.split(".")[0]
        if np.nanmin(y) > 0 and np.nanmax(y) > 1000 * np.nanmin(y):
            name, y = name + ", log", np.log(y)
        first = np.array([r[~np.isnan(r)][0] for r in y])
        mean = np.nanmean(y, axis=1)
        repeats = (~np.isnan(y)).sum(axis=1)
        noise = (np.nanvar(y, axis=1) / np.maximum(repeats - 1, 1)).mean() / mean.var()
        print(f"{name}: {noise:.4f} of the variance of the means is noise", file=sys.stderr)
        x = np.stack([(levels[:, j] + 0.5) / k if numeric[j] else levels[:, j] for j, k in enumerate(cells)], axis=1)
        table = np.empty(cells)
        table[tuple(levels.T)] = mean
        mains, pairs, totals = anova(table)
        for seed in range(SEEDS):
            rows = np.random.default_rng([seed, len(name.split("_")[0])]).permutation(len(levels))[:ROWS]
            record = {
                "table": name, "seed": seed, "cells": cells, "numeric": numeric, "x": x[rows].tolist(), "y": first[rows].tolist(),
                "mains": mains, "pairs": pairs, "totals": totals,
            }
            print(json.dumps(record))


if __name__ == "__main__":
    main()
