"""Draws random samples of functions of continuous parameters, with their exact decomposition.

    python smooth.py > smooth.jsonl

Friedman's function, Ishigami's and Sobol's g-function with normal noise, over [0, 1]^d with
the uniform measure; 10 samples of 2,000 points each, in the form of samples.py. The number
of cells of a continuous parameter is 0. The truth is that of the function without noise.
Needs numpy.
"""

import itertools
import json
import math

import numpy as np

from samples import ROWS, SEEDS

# A function is its number of parameters, itself, the standard deviation of the noise and the
# variance of each effect that is not 0, by the parameters that take part.


def friedman():
    """10 sin(pi x0 x1) + 20 (x2 - 1/2)^2 + 10 x3 + 5 x4 of 10 parameters (Friedman, Annals of Statistics 19, 1991, equation 61)."""
    mid = (np.arange(2000) + 0.5) / 2000
    sine = 10 * np.sin(np.pi * np.outer(mid, mid))  # has no closed form: summed over midpoints
    main = sine.mean(axis=1).var()
    effects = {(0,): main, (1,): main, (0, 1): sine.var() - 2 * main, (2,): 20**2 / 180, (3,): 10**2 / 12, (4,): 5**2 / 12}
    return 10, lambda x: 10 * np.sin(np.pi * x[:, 0] * x[:, 1]) + 20 * (x[:, 2] - 0.5) ** 2 + 10 * x[:, 3] + 5 * x[:, 4], 1, effects


def ishigami(a=7, b=0.1):
    """sin z0 + a sin^2 z1 + b z2^4 sin z0, z from -pi to pi (Ishigami and Homma, ISUMA 1990)."""

    def f(x):
        z = np.pi * (2 * x - 1)
        return np.sin(z[:, 0]) * (1 + b * z[:, 2] ** 4) + a * np.sin(z[:, 1]) ** 2

    return 3, f, 0.4, {(0,): (1 + b * np.pi**4 / 5) ** 2 / 2, (1,): a**2 / 8, (0, 2): 8 * b**2 * np.pi**8 / 225}


def sobol_g(a=(0, 1, 4.5, 9, 99, 99)):
    """The product of (|4x - 2| + a)/(1 + a) (Saltelli and Sobol, Reliability Engineering and System Safety 50, 1995)."""
    d, a = len(a), np.array(a)
    factor = 1 / (3 * (1 + a) ** 2)  # the variance of each; their means are 1
    effects = {u: math.prod(factor[list(u)]) for k in range(d) for u in itertools.combinations(range(d), k + 1)}
    return d, lambda x: np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1), 0.1, effects


def shares(d, effects):
    """Shares of main effects, pairs and total indices from the variances of all effects."""
    variance = sum(effects.values())
    return {
        "mains": [effects.get((j,), 0) / variance for j in range(d)],
        "pairs": [effects.get(u, 0) / variance for u in itertools.combinations(range(d), 2)],
        "totals": [sum(v for u, v in effects.items() if j in u) / variance for j in range(d)],
    }


def main():
    functions = {"Friedman's (10)": friedman(), "Ishigami's (3)": ishigami(), "the g-function (6)": sobol_g()}
    for name, (d, f, noise, effects) in functions.items():
        for seed in range(SEEDS):
            rng = np.random.default_rng([seed, d])
            x = rng.random((ROWS, d))
            y = f(x) + noise * rng.standard_normal(ROWS)
            record = {"table": name, "seed": seed, "cells": [0] * d, "numeric": [True] * d, "x": x.tolist(), "y": y.tolist()}
            print(json.dumps(record | shares(d, effects)))


if __name__ == "__main__":
    main()
