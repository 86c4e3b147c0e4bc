"""Writes ped.json: what Optuna's PedAnovaImportanceEvaluator says of random studies.

    python -m venv venv
    venv/bin/pip install optuna==5.0.0 numpy==2.4.6
    venv/bin/python ped.py > ped.json

Values are stored on the scale from 0 (lower bound) to 1 (upper bound), logarithmic where the
distribution is, choices as their index, null where a parameter was not suggested.
Importances are the evaluator's own, before get_param_importances normalises them.
"""

import json
import logging
import math
import sys
import warnings

import numpy as np
import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution, IntDistribution
from optuna.importance import PedAnovaImportanceEvaluator
from optuna.trial import create_trial

warnings.simplefilter("ignore")
optuna.logging.set_verbosity(optuna.logging.ERROR)

space = {
    "float": FloatDistribution(-3, 7),
    "log": FloatDistribution(1e-5, 1e-1, log=True),
    "step": FloatDistribution(0, 3, step=0.25),
    "int": IntDistribution(1, 6),
    "wide": IntDistribution(0, 99),
    "logint": IntDistribution(1, 64, log=True),
    "choice": CategoricalDistribution(["a", "b", "c", "d"]),
    "many": CategoricalDistribution(list(range(200))),
    "child": FloatDistribution(0, 1),
    "branch": CategoricalDistribution([0, 1, 2]),
}


def draw(rng, dist):
    if isinstance(dist, CategoricalDistribution):
        return dist.choices[rng.integers(len(dist.choices))]
    if isinstance(dist, IntDistribution):
        if dist.log:
            return int(np.exp(rng.uniform(math.log(dist.low), math.log(dist.high))).round())
        return int(rng.integers(dist.low, dist.high + 1))
    if dist.step is not None:
        return float(dist.low + dist.step * rng.integers(round((dist.high - dist.low) / dist.step) + 1))
    if dist.log:
        return float(np.exp(rng.uniform(math.log(dist.low), math.log(dist.high))))
    return float(rng.uniform(dist.low, dist.high))


def encode(dist, v):
    if isinstance(dist, CategoricalDistribution):
        return dist.choices.index(v)
    if dist.log:
        return (math.log(v) - math.log(dist.low)) / (math.log(dist.high) - math.log(dist.low))
    return (v - dist.low) / (dist.high - dist.low)


def steps(dist):
    if isinstance(dist, IntDistribution) and dist.log:
        return min(math.ceil(math.log2(dist.high - dist.low + 1)) + 1, 50)
    if dist.step is not None:
        return min(round((dist.high - dist.low) / dist.step) + 1, 50)
    return 50


out = {"made_by": f"optuna {optuna.__version__}, numpy {np.__version__}", "columns": [], "studies": []}
for name, dist in space.items():
    levels = len(dist.choices) if isinstance(dist, CategoricalDistribution) else 0
    out["columns"].append({"name": name, "levels": levels, "steps": 0 if levels else steps(dist)})

for seed, n in enumerate([3, 20, 47, 200]):
    rng = np.random.default_rng(seed)
    study = optuna.create_study()
    x, y = [], []
    for _ in range(n):
        p = {k: draw(rng, d) for k, d in space.items()}
        on = p["choice"] in ("a", "b")
        if not on:
            del p["child"], p["branch"]
        loss = (p["float"] - 1) ** 2 / 10 + math.log10(p["log"]) ** 2 / 10 + (p["int"] - 3) * p["step"] / 5
        loss += (p["child"] - 0.3) ** 2 * 8 + p["branch"] if on else 2.0
        loss = round(loss, 1)  # ties
        study.add_trial(create_trial(params=p, distributions={k: space[k] for k in p}, value=loss))
        x.append([encode(d, p[k]) if k in p else None for k, d in space.items()])
        y.append(loss)
    results = []
    for target, region, local in [(0.1, 1, True), (0.1, 1, False), (0.25, 0.6, True), (0.5, 0.9, False), (0.07, 0.1, True)]:
        evaluator = PedAnovaImportanceEvaluator(target_quantile=target, region_quantile=region, evaluate_on_local=local)
        got = evaluator.evaluate(study)
        results.append({"target": target, "region": region, "local": local, "importance": [got.get(k, 0.0) for k in space]})
    out["studies"].append({"x": x, "y": y, "results": results})

json.dump(out, sys.stdout)
print()
