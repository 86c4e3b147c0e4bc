"""Trains every cell of full factorial grids of hyperparameters.

    python tables.py DIR [NAME ...]

Writes DIR/NAME.csv.gz for each of the tables below, in the form that samples.py reads: a row per cell,
a column per parameter, and valid_0, valid_1, ... with the losses of repeated trainings. All are on the same
split; each training has a seed of its own. The data come with scikit-learn; nothing is fetched.
The losses are 1 - accuracy where nothing else is said. A table takes half a minute to ten minutes on one core.
Needs scikit-learn 1.9.1.
"""

import csv
import gzip
import itertools
import pathlib
import sys
import time
import warnings

import numpy as np
from sklearn.datasets import load_breast_cancer, load_diabetes, load_digits
from sklearn.ensemble import GradientBoostingRegressor, RandomForestRegressor
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

warnings.filterwarnings("ignore")


def split(data, train, test, scaler=StandardScaler):
    """Training and validation rows, scaled by the former."""
    x, y = data(return_X_y=True)
    xs, xv, ys, yv = train_test_split(x, y, train_size=train, test_size=test, random_state=0)
    s = scaler().fit(xs)
    return s.transform(xs), s.transform(xv), ys, yv


def decades(low, high, k):
    return [float(f"{v:.3g}") for v in np.logspace(low, high, k)]


def svm():
    """A support vector machine on digits, which is not random. Degree and offset act in some kernels alone."""
    grid = {"C": decades(-2, 3, 10), "gamma": decades(-4, 0.5, 10), "kernel": ["rbf", "poly", "sigmoid"],
            "degree": [2, 3, 4], "coef0": [0.0, 0.5, 1.0], "scaler": ["standard", "minmax"]}

    def losses(seeds):
        data = {name: split(load_digits, 300, 400, s) for name, s in (("standard", StandardScaler), ("minmax", MinMaxScaler))}
        known = {}
        for c, gamma, kernel, degree, coef0, scaler in itertools.product(*grid.values()):
            key = c, gamma, kernel, degree * (kernel == "poly"), coef0 * (kernel != "rbf"), scaler
            if key not in known:
                xs, xv, ys, yv = data[scaler]
                known[key] = 1 - SVC(C=c, gamma=gamma, kernel=kernel, degree=degree, coef0=coef0, max_iter=2000).fit(xs, ys).score(xv, yv)
            yield known[key]

    return grid, losses, 1


def boosting():
    """Gradient boosting on diabetes, mean squared error over the variance."""
    grid = {"learning_rate": decades(-2, 0, 6), "max_depth": [1, 2, 3, 5, 8], "subsample": [0.4, 0.7, 1.0], "max_features": [0.2, 0.5, 1.0],
            "min_samples_leaf": [1, 5, 20], "n_estimators": [5, 10, 20, 40, 80, 160]}

    def losses(seeds):
        xs, xv, ys, yv = split(load_diabetes, 250, 192)
        for rate, depth, rows, columns, leaf in itertools.product(*list(grid.values())[:-1]):
            m = GradientBoostingRegressor(learning_rate=rate, max_depth=depth, subsample=rows, max_features=columns,
                                          min_samples_leaf=leaf, n_estimators=grid["n_estimators"][-1], random_state=next(seeds))
            stages = list(m.fit(xs, ys).staged_predict(xv))
            for k in grid["n_estimators"]:
                yield ((stages[k - 1] - yv) ** 2).mean() / yv.var()

    return grid, losses, 2


def mlp():
    """A multilayer perceptron on breast cancer, 1 - balanced accuracy, eight passes."""
    grid = {"alpha": decades(-6, 0, 6), "batch_size": [8, 16, 32, 64, 128], "depth": [1, 2, 3], "learning_rate_init": decades(-5, 0, 8),
            "width": [4, 8, 16, 32, 64, 128]}

    def losses(seeds):
        xs, xv, ys, yv = split(load_breast_cancer, 200, 369)
        for alpha, batch, depth, rate, width in itertools.product(*grid.values()):
            m = MLPClassifier([width] * depth, alpha=alpha, batch_size=batch, learning_rate_init=rate, max_iter=8, random_state=next(seeds))
            try:
                yield 1 - balanced_accuracy_score(yv, m.fit(xs, ys).predict(xv))
            except ValueError:  # diverged
                yield 0.5

    return grid, losses, 2


def cell():
    """A cell of random features on digits: three nodes after the input, an operation on each of the six edges, as in
    NAS-Bench-201 (Dong and Yang, ICLR 2020), and a ridge regression on the last node. A repeat draws
    the weights of the operations anew."""
    ops = ["none", "skip", "relu", "tanh", "pool"]
    grid = {f"edge{a}{b}": ops for b in range(1, 4) for a in range(b)}

    def losses(seeds):
        xs, xv, ys, yv = split(load_digits, 300, 600, MinMaxScaler)
        x, n = np.concatenate([xs, xv]), len(xs)
        d, hot = x.shape[1], np.eye(10)[ys]
        rng = np.random.default_rng(next(seeds))
        weights = rng.standard_normal((6, d, d)) / np.sqrt(d)
        square = np.arange(d).reshape(8, 8)
        near = np.zeros((d, d))  # means of 3 x 3 pixels
        for i, j in itertools.product(range(8), repeat=2):
            window = square[max(i - 1, 0) : i + 2, max(j - 1, 0) : j + 2].ravel()
            near[window, square[i, j]] = 1 / len(window)

        def edge(k, op, v):
            if op == "none":
                return 0
            if op == "skip":
                return v
            if op == "pool":
                return v @ near
            w = v @ weights[k]
            return np.maximum(w, 0) if op == "relu" else np.tanh(w)

        def scaled(v):
            v = v + np.zeros_like(x)
            s = v[:n].std()
            return v / s if s > 0 else v

        for a in ops:  # in the order of the edges: 01, 02, 12, 03, 13, 23
            one = scaled(edge(0, a, x))
            for b, c in itertools.product(ops, repeat=2):
                two = scaled(edge(1, b, x) + edge(2, c, one))
                for e, f, g in itertools.product(ops, repeat=3):
                    out = scaled(edge(3, e, x) + edge(4, f, one) + edge(5, g, two))
                    m = out[:n].mean(0)
                    z = out[:n] - m
                    w = np.linalg.solve(z.T @ z + 0.1 * n * np.eye(d), z.T @ hot)
                    yield 1 - (((out[n:] - m) @ w + hot.mean(0)).argmax(1) == yv).mean()

    return grid, losses, 2


def forest():
    """A random forest on diabetes, mean squared error over the variance. The first trees of 32 are the smaller forests."""
    grid = {"criterion": ["squared_error", "absolute_error"], "max_features": [0.1, 0.3, 0.5, 0.7, 0.9, 1.0], "min_samples_leaf": [1, 2, 5, 10, 20, 50],
            "max_depth": [1, 2, 3, 5, 8, 12], "max_samples": [0.1, 0.3, 0.6, 1.0], "n_estimators": [1, 2, 4, 8, 16, 32]}

    def losses(seeds):
        xs, xv, ys, yv = split(load_diabetes, 200, 242)
        for criterion, columns, leaf, depth, rows in itertools.product(*list(grid.values())[:-1]):
            m = RandomForestRegressor(grid["n_estimators"][-1], criterion=criterion, max_features=columns, min_samples_leaf=leaf, max_depth=depth,
                                      max_samples=rows, random_state=next(seeds)).fit(xs, ys)
            sums = np.cumsum([t.predict(xv.astype(np.float32)) for t in m.estimators_], axis=0)
            for k in grid["n_estimators"]:
                yield ((sums[k - 1] / k - yv) ** 2).mean() / yv.var()

    return grid, losses, 2


def sgd():
    """A linear classifier by stochastic gradient descent on digits."""
    grid = {"loss": ["hinge", "log_loss", "perceptron", "modified_huber"], "penalty": ["l2", "l1", "elasticnet"], "alpha": decades(-6, 0, 7),
            "eta0": decades(-5, 1, 7), "schedule": ["constant", "invscaling"], "average": ["no", "yes"], "epochs": [1, 2, 4, 8, 16]}

    def losses(seeds):
        xs, xv, ys, yv = split(load_digits, 200, 600)
        for loss, penalty, alpha, eta0, schedule, average in itertools.product(*list(grid.values())[:-1]):
            m = SGDClassifier(loss=loss, penalty=penalty, alpha=alpha, eta0=eta0, learning_rate=schedule, average=average == "yes", random_state=next(seeds))
            for epoch in range(1, grid["epochs"][-1] + 1):
                m.partial_fit(xs, ys, classes=range(10))
                if epoch in grid["epochs"]:
                    try:
                        yield 1 - m.score(xv, yv)
                    except ValueError:  # diverged
                        yield 0.9

    return grid, losses, 2


TABLES = {f.__name__: f for f in (cell, svm, boosting, forest, mlp, sgd)}


def main():
    for name in sys.argv[2:] or TABLES:
        grid, losses, repeats = TABLES[name]()
        start = time.time()
        columns = [list(losses(itertools.count(i * 1_000_000))) for i in range(repeats)]
        with gzip.open(pathlib.Path(sys.argv[1]) / f"{name}.csv.gz", "wt", newline="") as f:
            out = csv.writer(f)
            out.writerow([*grid, *(f"valid_{i}" for i in range(repeats))])
            for setting, *values in zip(itertools.product(*grid.values()), *columns, strict=True):
                out.writerow([*setting, *(f"{v:.6g}" for v in values)])
        print(f"{name}: {len(columns[0])} cells, {time.time() - start:.0f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
