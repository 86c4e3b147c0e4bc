"""DeepCAVE's fANOVA of every budget of a HpBandSter log, and its budget correlation."""

import math
from types import SimpleNamespace

import deepcave.plugins.budget.budget_correlation as budget_correlation
from deepcave.evaluators.fanova import fANOVA
from deepcave.runs.converters.bohb import BOHBRun

from harness import Report


def drop_non_finite(run):
    """Takes trials whose loss is not finite out of the run.

    DeepCAVE's converter calls them successful. Their NaN then goes into the
    forest as a response, and makes NaN of every correlation it is part of, so
    there would be nothing to compare. Dropping them costs DeepCAVE no time.
    """
    before = len(run.history)
    run.history = [t for t in run.history if t.costs[0] is None or math.isfinite(t.costs[0])]
    return before - len(run.history)


def main():
    report = Report("deepcave", "pyrfr", "ConfigSpace", "numpy", "scipy")
    run = BOHBRun.from_path(report.job["path"])
    dropped = drop_non_finite(run)
    if dropped:
        report.note(f"{dropped} trials without a finite loss were taken out before DeepCAVE saw the log")

    # The plugin rounds to two digits; the correlation itself is what is compared.
    exact = []

    def spearmanr(a, b):
        result = budget_correlation_spearmanr(a, b)
        exact.append(result.correlation)
        return result

    budget_correlation_spearmanr = budget_correlation.stats.spearmanr
    budget_correlation.stats = SimpleNamespace(spearmanr=spearmanr)

    budgets = run.get_budgets(include_combined=False)
    report.ready()

    with report.phase("correlation"):
        budget_correlation.BudgetCorrelation.process(run, {"objective_id": 0})
    rows = iter(exact)
    for high in budgets:
        for low in budgets:
            rho = next(rows)
            if low < high:
                report.answer(f"correlation {low:g} {high:g}", rho)

    for budget in budgets:
        evaluator = fANOVA(run)
        with report.phase(f"forest {budget:g}"):
            evaluator.calculate(budget=budget, n_trees=report.job["trees"], seed=0)
        with report.phase(f"importance {budget:g}"):
            # One call: after a call with depth 1 the pairs of the same
            # parameters are taken for computed, and looking them up fails.
            importances = evaluator.get_importances(depth=2, sort=False)
        for params, (individual, _, _, _) in importances.items():
            names = [params] if isinstance(params, str) else sorted(params)
            kind = "pair" if len(names) == 2 else "main"
            if any(run.configspace.parents_of[name] for name in names):
                kind = "conditional " + kind
            report.answer(f"{kind} {budget:g} " + " x ".join(names), individual)
    report.send()


main()
