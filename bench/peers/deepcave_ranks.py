"""DeepCAVE's budget correlation of a matrix: a row per configuration, a column per budget."""

from types import SimpleNamespace

import deepcave.plugins.budget.budget_correlation as budget_correlation
import numpy as np
from ConfigSpace import ConfigurationSpace, Float
from deepcave import Objective
from deepcave.runs.converters.bohb import BOHBRun

from harness import Report


def main():
    report = Report("deepcave", "ConfigSpace", "numpy", "scipy")
    losses = np.load(report.job["path"])
    n, columns = losses.shape
    space = ConfigurationSpace()
    space.add(Float("x", (0.0, 1.0)))
    run = BOHBRun("ranks", configspace=space, objectives=[Objective("loss")], meta={})
    for i in range(n):
        for b in range(columns):
            run.add(costs=[float(losses[i, b])], config={"x": i / n}, budget=float(3**b), seed=0)

    # The plugin rounds to two digits; the correlation itself is what is compared.
    exact = []
    plain = budget_correlation.stats.spearmanr

    def spearmanr(a, b):
        result = plain(a, b)
        exact.append(result.correlation)
        return result

    budget_correlation.stats = SimpleNamespace(spearmanr=spearmanr)
    report.ready()
    with report.phase("correlation"):
        budget_correlation.BudgetCorrelation.process(run, {"objective_id": 0})
    for i in range(columns):
        for j in range(i + 1, columns):
            report.answer(f"correlation {i} {j}", exact[i * columns + j])
    report.send()


main()
