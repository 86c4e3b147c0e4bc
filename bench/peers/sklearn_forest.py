"""scikit-learn's random forest on a table whose last column is the response."""

import numpy as np
from sklearn.ensemble import RandomForestRegressor

from harness import Report, r2


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
            oob_score=job.get("outOfBag", False),
            n_jobs=job["cpus"],
            random_state=0,
        ).fit(x, y)

    forest = report.repeat("forest", fit)
    if job.get("outOfBag"):
        report.answer("out-of-bag R2", forest.oob_score_)
    prediction = forest.predict(held[:, :-1])
    for i, p in enumerate(prediction):
        report.answer(f"prediction {i}", p)
    report.answer("held-out R2", r2(prediction, held[:, -1]))
    report.send()


main()
