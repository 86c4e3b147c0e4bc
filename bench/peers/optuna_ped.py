"""Optuna's PED-ANOVA of a table whose last column is the response."""

import numpy as np
import optuna

from harness import Report
from optuna_study import study_of


def main():
    report = Report("optuna", "numpy", "scipy")
    study, names = study_of(np.load(report.job["path"]))
    evaluator = optuna.importance.PedAnovaImportanceEvaluator()
    report.ready()
    importance = report.repeat("ped-anova", lambda: evaluator.evaluate(study))
    for j, name in enumerate(names):
        report.answer(f"column {j}", importance[name])
    report.send()


main()
