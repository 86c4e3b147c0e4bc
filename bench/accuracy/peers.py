"""Lets other programs decompose the samples of samples.py and smooth.py.

    python peers.py optuna   < samples.jsonl > optuna.jsonl     optuna 5.0.0, scikit-learn 1.9.1
    python peers.py deepcave < samples.jsonl > deepcave.jsonl   deepcave 1.4.1, pyrfr 0.9.0, Python 3.10
    python peers.py automl   < samples.jsonl > automl.jsonl     fanova 2.0.19, installed with --no-deps beside them

A further argument is a list of sizes, as 100,200,500,1000,2000. Each program has its
own defaults. Optuna answers main effects only; its forest is decomposed here for pairs
and totals by predicting every cell of the grid, where there is one, with every tree. No program answers total
(Sobol') indices; with "totals" as the third argument those of the pyrfr forests are
computed in the same way, which takes long.
"""

import itertools
import json
import logging
import sys
import time

import numpy as np

from samples import anova

SIZES = [100, 200, 500, 1000, 2000]


def grid(sample):
    """All cells of the grid, encoded, in the order of the array of its shape."""
    axes = [(np.arange(k) + 0.5) / k if numeric else np.arange(k) for k, numeric in zip(sample["cells"], sample["numeric"])]
    return np.stack([a.ravel() for a in np.meshgrid(*axes, indexing="ij")], axis=1)


def of_trees(sample, predictions):
    """The mean over the trees of the shares, from each tree's predictions of all cells."""
    shares = []
    for p in predictions:
        if np.ptp(p) > 0:
            shares.append(anova(p.reshape(sample["cells"])))
    return [np.mean([s[i] for s in shares], axis=0).tolist() for i in range(3)]


def optuna_shares(sample, n, totals):
    import optuna
    from optuna.distributions import CategoricalDistribution, FloatDistribution

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    dist = {
        f"p{j}": FloatDistribution(0, 1) if numeric else CategoricalDistribution(list(range(k)))
        for j, (k, numeric) in enumerate(zip(sample["cells"], sample["numeric"]))
    }
    study = optuna.create_study()
    for x, y in zip(sample["x"][:n], sample["y"][:n]):
        params = {f"p{j}": v if numeric else int(v) for j, (v, numeric) in enumerate(zip(x, sample["numeric"]))}
        study.add_trial(optuna.trial.create_trial(params=params, distributions=dist, value=y))
    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=sample["seed"])
    importances = evaluator.evaluate(study)
    mains = [importances[name] for name in dist]
    if 0 in sample["cells"]:
        return mains, None, None
    cells = grid(sample)
    columns = [
        cells[:, j : j + 1] if numeric else np.eye(k)[cells[:, j].astype(int)]
        for j, (k, numeric) in enumerate(zip(sample["cells"], sample["numeric"]))
    ]
    x = np.concatenate(columns, axis=1).astype(np.float32)
    trees = evaluator._evaluator._forest.estimators_
    _, pairs, tot = of_trees(sample, (t.predict(x) for t in trees))
    return mains, pairs, tot


def space(sample):
    from ConfigSpace import CategoricalHyperparameter, ConfigurationSpace, UniformFloatHyperparameter

    cs = ConfigurationSpace()
    for j, (k, numeric) in enumerate(zip(sample["cells"], sample["numeric"])):
        cs.add(UniformFloatHyperparameter(f"p{j}", 0, 1) if numeric else CategoricalHyperparameter(f"p{j}", [str(i) for i in range(k)]))
    return cs


def pyrfr_totals(sample, model, trees):
    rows = grid(sample).tolist()
    of = model.marginal_prediction_stat_of_tree
    return of_trees(sample, (np.array([of(t, r).mean() for r in rows]) for t in range(trees)))[2]


def deepcave_shares(sample, n, totals):
    from deepcave.evaluators.epm.fanova_forest import FanovaForest

    forest = FanovaForest(space(sample), n_trees=16, seed=sample["seed"])
    forest.train(np.array(sample["x"][:n], dtype=float), np.array(sample["y"][:n]))
    columns = list(range(len(sample["cells"])))
    # As fANOVA.get_importances with depth 2.
    individual, _ = forest.compute_marginals(columns, 2)
    variance = np.array(forest.trees_total_variance)
    some = variance > 0
    share = lambda u: float(np.mean(np.array(individual[u])[some] / variance[some]))
    mains = [share((j,)) for j in columns]
    pairs = [share(u) for u in itertools.combinations(columns, 2)]
    return mains, pairs, pyrfr_totals(sample, forest._model, 16) if totals else None


def automl_shares(sample, n, totals):
    if not hasattr(np, "float"):
        np.float = float  # removed from NumPy after the last release of fanova
    import fanova

    logging.disable(logging.CRITICAL)
    f = fanova.fANOVA(np.array(sample["x"][:n], dtype=float), np.array(sample["y"][:n]), config_space=space(sample), seed=sample["seed"])
    columns = range(len(sample["cells"]))
    share = lambda u: float(f.quantify_importance(u)[u]["individual importance"])
    mains = [share((j,)) for j in columns]
    pairs = [share(u) for u in itertools.combinations(columns, 2)]
    return mains, pairs, pyrfr_totals(sample, f.the_forest, 16) if totals else None


def main():
    name = sys.argv[1]
    sizes = [int(n) for n in sys.argv[2].split(",")] if len(sys.argv) > 2 else SIZES
    totals = "totals" in sys.argv
    solve = {"optuna": optuna_shares, "deepcave": deepcave_shares, "automl": automl_shares}[name]
    for line in sys.stdin:
        sample = json.loads(line)
        for n in sizes:
            start = time.time()
            mains, pairs, tot = solve(sample, n, totals)
            answer = {"peer": name, "table": sample["table"], "seed": sample["seed"], "n": n, "mains": mains, "pairs": pairs, "totals": tot}
            print(json.dumps(answer | {"seconds": time.time() - start}), flush=True)


if __name__ == "__main__":
    main()
