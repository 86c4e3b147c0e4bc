"""scikit-learn's random forest on a table whose last column is the response."""

import numpy as np
from sklearn.ensemble import RandomForestRegressor

from harness import Report, r2


def out_of_bag(forest, x, y):
    """R2 of the rows' predictions by the trees that have not seen them.

    By hand, because oob_score=True would be part of the time of fit.
    """
    total, count = np.zeros(len(y)), np.zeros(len(y))
    for tree, rows in zip(forest.estimators_, forest.estimators_samples_):
        unseen = np.ones(len(y), bool)
        unseen[rows] = False
        total[unseen] += tree.predict(x[unseen])
        count[unseen] += 1
    known = count > 0
    return r2(total[known] / count[known], y[known])


def main():
    report = Report("scikit-learn", "numpy")
    job = report.job
    data, held = np.load(job["path"]), np.load(job["test"])
    x, y = np.ascontiguousarray(data[:, :-1]), np.ascontiguousarray(data[:, -1])
    del data
    report.ready()

    def fit():
        return RandomForestRegressor(
            n_estimators=job["trees"],
            max_features=job.get("tried") or x.shape[1],
            min_samples_leaf=job.get("minLeaf") or 1,
            max_depth=64,
            n_jobs=job["cpus"],
            random_state=0,
        ).fit(x, y)

    forest = report.repeat("forest", fit)
    report.answer("out-of-bag R2", out_of_bag(forest, x, y))
    prediction = forest.predict(held[:, :-1])
    for i, p in enumerate(prediction):
        report.answer(f"prediction {i}", p)
    report.answer("held-out R2", r2(prediction, held[:, -1]))
    report.send()


main()
