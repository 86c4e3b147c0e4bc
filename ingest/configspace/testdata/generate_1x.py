"""Writes space_1x.json and oracle_1x.json. Run with ConfigSpace 1.2.2 and numpy:

    python generate_1x.py

space_1x.json has every hyperparameter, condition and forbidden type. In
oracle_1x.json, "valid" are configurations that ConfigSpace sampled and found legal: the
values of the active parameters and their encoding. "free" were sampled
from the same space without forbidden clauses, with the verdict of each clause.
"""
import importlib.metadata
import json
import sys

from ConfigSpace import (
    AndConjunction, BetaFloatHyperparameter, BetaIntegerHyperparameter, CategoricalHyperparameter,
    ConfigurationSpace, Constant, EqualsCondition, ForbiddenAndConjunction, ForbiddenEqualsClause,
    ForbiddenEqualsRelation, ForbiddenGreaterThanRelation, ForbiddenInClause, ForbiddenLessThanRelation,
    GreaterThanCondition, InCondition, LessThanCondition, NormalFloatHyperparameter,
    NormalIntegerHyperparameter, NotEqualsCondition, OrConjunction, OrdinalHyperparameter,
    UniformFloatHyperparameter, UniformIntegerHyperparameter,
)
from ConfigSpace.forbidden import (
    ForbiddenGreaterThanClause, ForbiddenGreaterThanEqualsClause, ForbiddenGreaterThanEqualsRelation,
    ForbiddenLessThanClause, ForbiddenLessThanEqualsClause, ForbiddenLessThanEqualsRelation,
    ForbiddenOrConjunction,
)


def build(forbidden, seed):
    cs = ConfigurationSpace(name="everything", seed=seed)
    lr = UniformFloatHyperparameter("lr", 1e-6, 0.1, default_value=0.01, log=True)
    dropout = UniformFloatHyperparameter("dropout", 0.0, 0.8)
    shift = UniformFloatHyperparameter("shift", -3.5, 12.25)
    nf = NormalFloatHyperparameter("nf", mu=1.0, sigma=2.0, lower=-5.0, upper=6.0)
    nfl = NormalFloatHyperparameter("nfl", mu=1.0, sigma=3.0, lower=0.01, upper=100.0, log=True)
    bf = BetaFloatHyperparameter("bf", alpha=2, beta=5, lower=-1.0, upper=1.0)
    n = UniformIntegerHyperparameter("n", 1, 5, default_value=2)
    batch = UniformIntegerHyperparameter("batch", 8, 512, log=True)
    ni = NormalIntegerHyperparameter("ni", mu=10, sigma=4, lower=0, upper=20)
    bi = BetaIntegerHyperparameter("bi", alpha=3, beta=2, lower=-4, upper=9)
    opt = CategoricalHyperparameter("opt", ["Adam", "SGD", "RMSprop"], weights=[0.5, 0.3, 0.2])
    flag = CategoricalHyperparameter("flag", [True, False], default_value=False)
    mixed = CategoricalHyperparameter("mixed", [1, "1", 2.5, "no <b>"])
    size = OrdinalHyperparameter("size", ["s", "m", "l", "xl"], default_value="m")
    width = OrdinalHyperparameter("width", [4, 16, 64])
    const = Constant("const", "fixed")
    answer = Constant("answer", 42)
    momentum = UniformFloatHyperparameter("momentum", 0.0, 0.99)
    nesterov = CategoricalHyperparameter("nesterov", [True, False])
    beta1 = UniformFloatHyperparameter("beta1", 0.5, 0.999)
    units2 = UniformIntegerHyperparameter("units2", 4, 64, log=True)
    warm = UniformFloatHyperparameter("warm", 0.0, 1.0)
    deep = UniformFloatHyperparameter("deep", 0.0, 1.0)
    either = UniformFloatHyperparameter("either", 0.0, 1.0)
    nested = UniformFloatHyperparameter("nested", 0.0, 1.0)
    big = UniformFloatHyperparameter("big", 0.0, 1.0)
    left = UniformIntegerHyperparameter("left", 0, 9)
    right = UniformIntegerHyperparameter("right", 0, 9)
    cs.add(lr, dropout, shift, nf, nfl, bf, n, batch, ni, bi, opt, flag, mixed, size, width, const, answer,
           momentum, nesterov, beta1, units2, warm, deep, either, nested, big, left, right)
    cs.add(
        EqualsCondition(momentum, opt, "SGD"),
        GreaterThanCondition(nesterov, momentum, 0.2),  # child of a child
        InCondition(beta1, opt, ["Adam", "RMSprop"]),
        GreaterThanCondition(units2, n, 1),
        LessThanCondition(warm, lr, 0.001),
        AndConjunction(EqualsCondition(deep, flag, True), NotEqualsCondition(deep, mixed, 2.5)),
        OrConjunction(EqualsCondition(either, flag, False), GreaterThanCondition(either, n, 3)),
        OrConjunction(
            AndConjunction(EqualsCondition(nested, opt, "SGD"), GreaterThanCondition(nested, momentum, 0.5)),
            AndConjunction(EqualsCondition(nested, opt, "Adam"), LessThanCondition(nested, beta1, 0.9)),
        ),
        GreaterThanCondition(big, size, "m"),  # on the order of an ordinal
    )
    if forbidden:
        cs.add(
            ForbiddenEqualsClause(n, 4),
            ForbiddenInClause(mixed, [2.5, "no <b>"]),
            ForbiddenAndConjunction(ForbiddenEqualsClause(opt, "Adam"), ForbiddenInClause(width, [16, 64])),
            ForbiddenOrConjunction(ForbiddenEqualsClause(ni, 3), ForbiddenEqualsClause(bi, -4)),
            ForbiddenLessThanClause(dropout, 0.1),
            ForbiddenLessThanEqualsClause(left, 1),
            ForbiddenGreaterThanClause(dropout, 0.75),
            ForbiddenGreaterThanEqualsClause(right, 9),
            ForbiddenGreaterThanClause(size, "l"),
            ForbiddenAndConjunction(ForbiddenLessThanRelation(left, right), ForbiddenEqualsClause(flag, True)),
            ForbiddenAndConjunction(ForbiddenGreaterThanRelation(left, right), ForbiddenEqualsClause(opt, "SGD")),
            ForbiddenAndConjunction(ForbiddenLessThanEqualsRelation(left, right), ForbiddenEqualsClause(opt, "RMSprop")),
            ForbiddenAndConjunction(ForbiddenGreaterThanEqualsRelation(left, right), ForbiddenEqualsClause(n, 5)),
            ForbiddenAndConjunction(ForbiddenEqualsRelation(left, right), ForbiddenEqualsClause(n, 1)),
        )
    return cs


def plain(v):
    return v.item() if hasattr(v, "item") else v


def record(c):
    return {k: plain(v) for k, v in dict(c).items()}


def legal(c):
    """Whether no clause holds. Sampling itself cannot be trusted with that: 1.2.2
    has the comparison of <= the wrong way round for arrays of vectors."""
    return not any(f.is_forbidden_vector(c.get_array()) for f in clauses)


cs = build(True, 1)
cs.to_json("space_1x.json")
clauses = list(cs.forbidden_clauses)
twin = build(False, 2)
assert list(twin) == list(cs)
valid = []
while len(valid) < 200:
    for c in twin.sample_configuration(1000):
        if legal(c) and len(valid) < 200:
            # Sampled values are rounded after encoding: encode them again.
            vector = {k: float(cs[k].to_vector(v)) for k, v in dict(c).items()}
            valid.append({"values": record(c), "vector": vector})
free = []
for c in twin.sample_configuration(150):
    free.append({"values": record(c), "forbidden": [bool(f.is_forbidden_vector(c.get_array())) for f in clauses]})
json.dump(
    {"written_by": f"ConfigSpace {importlib.metadata.version('ConfigSpace')}, Python {sys.version.split()[0]}",
     "valid": valid, "free": free},
    open("oracle_1x.json", "w"), separators=(",", ":"))
