"""Writes optuna_trees.json: scikit-learn trees and what Optuna's fANOVA says of them.

    python -m venv venv
    venv/bin/pip install optuna==5.0.0 scikit-learn==1.9.1 numpy==2.4.6
    venv/bin/python optuna_trees.py > optuna_trees.json

For each tree: its arrays as scikit-learn keeps them, the total variance, and the
marginal variance Var(a_U) of every subset U of the columns ("closed" effect), the
bits of the key being the columns. All are Optuna's _FanovaTree's own numbers.
"""

import json
import sys

import numpy as np
import optuna
import sklearn
from optuna.importance._fanova._tree import _FanovaTree
from sklearn.ensemble import RandomForestRegressor

bounds = np.array([[0.0, 1.0], [-2.0, 3.0], [1e-3, 0.5], [10.0, 200.0]])
rng = np.random.default_rng(20)
u = rng.random((60, 4))
x = bounds[:, 0] + u * (bounds[:, 1] - bounds[:, 0])
y = np.sin(5 * u[:, 0]) + u[:, 1] * u[:, 2] + (u[:, 3] > 0.4) * u[:, 0] + 0.1 * rng.standard_normal(60)

forest = RandomForestRegressor(n_estimators=3, max_features=0.7, random_state=1).fit(x, y)
trees = []
for e in forest.estimators_:
    t = e.tree_
    f = _FanovaTree(t, bounds)
    closed = {}
    for mask in range(1, 16):
        features = np.array([c for c in range(4) if mask >> c & 1])
        closed[mask] = float(f.get_marginal_variance(features))
    trees.append({
        "feature": t.feature.tolist(),
        "threshold": t.threshold.tolist(),
        "left": t.children_left.tolist(),
        "right": t.children_right.tolist(),
        "value": t.value[:, 0, 0].tolist(),
        "variance": float(f.variance),
        "closed": closed,
    })
json.dump({
    "made_by": f"optuna {optuna.__version__}, scikit-learn {sklearn.__version__}, numpy {np.__version__}",
    "bounds": bounds.tolist(),
    "trees": trees,
}, sys.stdout)
print()
