"""Writes trees.json: scikit-learn trees and importances computed from them.

    python -m venv venv
    venv/bin/pip install scikit-learn==1.9.1 numpy==2.4.6
    venv/bin/python trees.py > trees.json

impurity: feature_importances_ of each tree and of the forest.
local: DeepCAVE's definition (deepcave/evaluators/lpi.py, commit 0f9fb97): each column at 500
equally spaced points, the others at a row, np.var of each tree's predictions, as share of the
sum over the columns; DeepCAVE itself needs pyrfr, so that the trees are scikit-learn's.
path: DeepCAVE's ablation (ablation.py, commit 0659c81): the column whose change gives the largest
improvement of the forest's prediction, then the next; with mean and standard deviation of the
trees' predictions after each step.
"""

import json
import sys

import numpy as np
import sklearn
from sklearn.ensemble import RandomForestRegressor

rng = np.random.default_rng(5)
lower, upper = np.array([0.0, -2, 1e-3, 10, 0]), np.array([1.0, 3, 0.5, 200, 1])
u = rng.random((80, 5))
x = lower + u * (upper - lower)
y = 3 * np.sin(5 * u[:, 0]) + u[:, 1] * u[:, 2] + (u[:, 3] > 0.4) * u[:, 0] + 0.2 * rng.standard_normal(80)

forest = RandomForestRegressor(n_estimators=5, max_features=0.7, random_state=1).fit(x, y)
trees = []
for e in forest.estimators_:
    t = e.tree_
    trees.append({
        "feature": t.feature.tolist(),
        "threshold": t.threshold.tolist(),
        "left": t.children_left.tolist(),
        "right": t.children_right.tolist(),
        "value": t.value[:, 0, 0].tolist(),
        "variance": t.impurity.tolist(),
        "weight": t.weighted_n_node_samples.tolist(),
        "impurity": e.feature_importances_.tolist(),
    })

inc, start = x[np.argmin(y)], x[np.argmax(y)]
grids = [np.linspace(a, b, 500) for a, b in zip(lower, upper)]
var = np.zeros((5, len(trees)))
for c, grid in enumerate(grids):
    rows = np.tile(inc, (500, 1))
    rows[:, c] = grid
    # scikit-learn compares in single precision.
    for k, e in enumerate(forest.estimators_):
        var[c, k] = np.var(e.predict(rows))

steps, at, left = [], start.copy(), list(range(5))
while left:
    losses = []
    for c in left:
        row = at.copy()
        row[c] = inc[c]
        losses.append(forest.predict([row])[0])
    c = left.pop(int(np.argmin(losses)))
    at[c] = inc[c]
    each = np.array([e.predict([at])[0] for e in forest.estimators_])
    steps.append({"column": c, "loss": each.mean(), "std": each.std()})

json.dump({
    "made_by": f"scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    "lower": lower.tolist(),
    "upper": upper.tolist(),
    "trees": trees,
    "impurity": forest.feature_importances_.tolist(),
    "from": start.tolist(),
    "to": inc.tolist(),
    "local": (var / var.sum(axis=0)).tolist(),
    "path": steps,
}, sys.stdout)
print()
