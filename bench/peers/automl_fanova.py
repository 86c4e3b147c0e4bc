"""automl/fanova: main effects and pairs of a table whose last column is the response."""

import itertools
import logging
import time

import numpy as np
from ConfigSpace import ConfigurationSpace
from ConfigSpace.hyperparameters import UniformFloatHyperparameter
from fanova import fANOVA

from harness import Report


def main():
    report = Report("fanova", "pyrfr", "ConfigSpace", "numpy")
    logging.disable(logging.WARNING)
    job = report.job
    data = np.load(job["path"])
    x, y = np.ascontiguousarray(data[:, :-1]), np.ascontiguousarray(data[:, -1])
    d = x.shape[1]
    space = ConfigurationSpace()
    for j in range(d):
        space.add_hyperparameter(UniformFloatHyperparameter(f"x{j:02d}", 0.0, 1.0))
    report.ready()
    with report.phase("forest"):
        f = fANOVA(x, y, config_space=space, n_trees=job["trees"], seed=1, max_features=job.get("tried") or d)
    with report.phase("mains"):
        for j in range(d):
            report.answer(f"main {j}", f.quantify_importance((j,))[(j,)]["individual importance"])
    start = time.perf_counter()
    pairs = list(itertools.combinations(range(d), 2))
    with report.phase("pairs"):
        for k, pair in enumerate(pairs):
            value = f.quantify_importance(pair)[pair]["individual importance"]
            report.answer("pair {} {}".format(*pair), value)
            report.progress(k + 1, len(pairs), time.perf_counter() - start)
    report.send()


main()
