"""Optuna's fANOVA (main effects) of a table whose last column is the response."""

import json
import time
import types

import numpy as np
import optuna

from harness import Report
from optuna_study import study_of


def trace(evaluator, report, parameters):
    """Tells of every parameter that is done, so that a run that is stopped can be judged."""
    inner = evaluator._evaluator
    get_importance = inner.get_importance
    start = time.perf_counter()

    def traced(self, feature):
        value = get_importance(feature)
        report.progress(feature + 1, parameters, time.perf_counter() - start)
        return value

    inner.get_importance = types.MethodType(traced, inner)


def export(forest, path):
    trees = []
    for e in forest.estimators_:
        t = e.tree_
        trees.append(
            {
                "feature": np.where(t.children_left < 0, -1, t.feature).tolist(),
                "threshold": t.threshold.tolist(),
                "left": t.children_left.tolist(),
                "right": t.children_right.tolist(),
                "value": t.value[:, 0, 0].tolist(),
            }
        )
    with open(path, "w") as f:
        json.dump(trees, f)


def main():
    report = Report("optuna", "scikit-learn", "numpy")
    job = report.job
    study, names = study_of(np.load(job["path"]))
    report.ready()
    evaluator = optuna.importance.FanovaImportanceEvaluator(n_trees=job["trees"], seed=0)
    trace(evaluator, report, len(names))
    with report.phase("fanova"):
        importance = evaluator.evaluate(study)
    for j, name in enumerate(names):
        report.answer(f"main {j}", importance[name])
    if job.get("export"):
        export(evaluator._evaluator._forest, job["export"])
    report.send()


main()
