"""Writes space_0x.json and oracle_0x.json here and space_new.pcs, space_old.pcs
and oracle_pcs.json in ../../pcs/testdata. Run with ConfigSpace 0.7.1 (which
states the version 0.6.1 in what it writes) and numpy < 2:

    python generate_0x.py

The PCS formats cannot express all of the JSON dialect, so that their spaces are smaller.
"""
import json

import ConfigSpace as CS
from ConfigSpace.forbidden import ForbiddenEqualsRelation, ForbiddenGreaterThanRelation, ForbiddenLessThanRelation
from ConfigSpace.hyperparameters import (
    BetaFloatHyperparameter, BetaIntegerHyperparameter, CategoricalHyperparameter, Constant,
    NormalFloatHyperparameter, NormalIntegerHyperparameter, OrdinalHyperparameter,
    UniformFloatHyperparameter, UniformIntegerHyperparameter, UnParametrizedHyperparameter,
)
from ConfigSpace.read_and_write import json as csjson
from ConfigSpace.read_and_write import pcs, pcs_new


def sample(cs, n):
    records = []
    for c in cs.sample_configuration(n):
        values = {k: (v.item() if hasattr(v, "item") else v) for k, v in dict(c).items()}
        records.append({"values": values, "vector": {k: float(cs[k]._inverse_transform(v)) for k, v in values.items()}})
    return records


def common(cs, untyped):
    t, f, one, two = ("True", "False", "1", "2") if untyped else (True, False, 1, 2)
    lr = UniformFloatHyperparameter("lr", 1e-6, 0.1, default_value=0.01, log=True)
    dropout = UniformFloatHyperparameter("dropout", 0.0, 0.8)
    n = UniformIntegerHyperparameter("n", 1, 5, default_value=2)
    batch = UniformIntegerHyperparameter("batch", 8, 512, log=True)
    opt = CategoricalHyperparameter("opt", ["Adam", "SGD", "RMSprop"])
    flag = CategoricalHyperparameter("flag", [t, f])
    mode = CategoricalHyperparameter("mode", [one, two])
    const = Constant("const", "fixed")
    momentum = UniformFloatHyperparameter("momentum", 0.0, 0.99)
    beta1 = UniformFloatHyperparameter("beta1", 0.5, 0.999)
    deep = UniformFloatHyperparameter("deep", 0.0, 1.0)
    cs.add_hyperparameters([lr, dropout, n, batch, opt, flag, mode, const, momentum, beta1, deep])
    cs.add_conditions([
        CS.EqualsCondition(momentum, opt, "SGD"),
        CS.InCondition(beta1, opt, ["Adam", "RMSprop"]),
        CS.AndConjunction(CS.EqualsCondition(deep, flag, t), CS.EqualsCondition(deep, mode, one)),
    ])
    cs.add_forbidden_clauses([
        CS.ForbiddenAndConjunction(CS.ForbiddenEqualsClause(opt, "SGD"), CS.ForbiddenEqualsClause(flag, f)),
    ])
    return dict(cs)


cs = CS.ConfigurationSpace(name="old", seed=3)
h = common(cs, untyped=False)
i = [UniformIntegerHyperparameter(f"i{k}", 0, 9, default_value=d) for k, d in enumerate([4, 2, 3, 5, 7])]
cs.add_hyperparameters([
    UniformFloatHyperparameter("qf", 0.0, 10.0, q=0.5),
    UniformIntegerHyperparameter("qi", 16, 128, q=16),
    NormalFloatHyperparameter("nf", mu=1.0, sigma=2.0),
    NormalFloatHyperparameter("nfb", mu=1.0, sigma=2.0, lower=-1.0, upper=3.0),
    NormalFloatHyperparameter("nfl", mu=0.0, sigma=1.0, log=True),
    NormalIntegerHyperparameter("ni", mu=10, sigma=3),
    BetaFloatHyperparameter("bf", alpha=2, beta=5, lower=-1.0, upper=1.0),
    BetaIntegerHyperparameter("bi", alpha=3, beta=2, lower=-4, upper=9),
    OrdinalHyperparameter("size", ["s", "m", "l"]),
    CategoricalHyperparameter("weighted", ["a", "b"], weights=[0.75, 0.25]),
    UnParametrizedHyperparameter("free", "x"),
    *i,
])
cs.add_forbidden_clauses([
    ForbiddenLessThanRelation(i[0], i[1]),
    ForbiddenGreaterThanRelation(i[2], i[3]),
    ForbiddenEqualsRelation(i[3], i[4]),
])
written = f"ConfigSpace 0.7.1 (states {CS.__version__})"
open("space_0x.json", "w").write(csjson.write(cs, indent=1))
json.dump({"written_by": written, "valid": sample(cs, 100)}, open("oracle_0x.json", "w"), separators=(",", ":"))

there = "../../pcs/testdata/"
cs = CS.ConfigurationSpace(seed=4)
common(cs, untyped=True)
open(there + "space_old.pcs", "w").write(pcs.write(cs))
old = sample(cs, 100)
cs = CS.ConfigurationSpace(seed=5)
h = common(cs, untyped=True)
size = OrdinalHyperparameter("size", ["s", "m", "l"])
q = UniformIntegerHyperparameter("units", 16, 128, q=16)
units2 = UniformIntegerHyperparameter("units2", 4, 64, log=True)
either = UniformFloatHyperparameter("either", -2.5, 1e3)
big = UniformFloatHyperparameter("big", 0.0, 1.0)
cs.add_hyperparameters([size, q, units2, either, big])
cs.add_conditions([
    CS.GreaterThanCondition(units2, h["n"], 1),
    CS.OrConjunction(CS.LessThanCondition(either, h["lr"], 0.001), CS.NotEqualsCondition(either, h["opt"], "Adam")),
    CS.GreaterThanCondition(big, size, "s"),
])
open(there + "space_new.pcs", "w").write(pcs_new.write(cs))
json.dump({"written_by": written, "old": old, "new": sample(cs, 100)}, open(there + "oracle_pcs.json", "w"), separators=(",", ":"))
