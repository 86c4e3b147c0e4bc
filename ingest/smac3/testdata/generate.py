"""Writes the run of SMAC3 beside this script, with SMAC3's own Hyperband.

    pip install smac==2.3.1 && python generate.py OUTPUT

SMAC3's compiled forest is not needed for Hyperband and is stubbed, so that
pip install --no-deps suffices where it cannot be built.
"""
import sys
import types

import numpy

if not hasattr(numpy, "NaN"):
    numpy.NaN = numpy.nan  # SMAC3 before 2.1 with a newer numpy

for name in ("pyrfr", "pyrfr.regression"):
    sys.modules.setdefault(name, types.ModuleType(name))
sys.modules["pyrfr"].regression = sys.modules["pyrfr.regression"]
for name in ("binary_rss_forest", "default_data_container", "forest_opts", "default_random_engine"):
    setattr(sys.modules["pyrfr.regression"], name, type(name, (), {}))

from ConfigSpace import Categorical, ConfigurationSpace, EqualsCondition, Float, Integer  # noqa: E402
from smac import HyperbandFacade, Scenario  # noqa: E402
from importlib.metadata import version  # noqa: E402

space = ConfigurationSpace(seed=1)
lr, layers = Float("lr", (1e-4, 1.0), log=True, default=0.01), Integer("layers", (1, 4), default=2)
optimizer, momentum = Categorical("optimizer", ["adam", "sgd"], default="adam"), Float("momentum", (0.0, 0.99), default=0.9)
space.add([lr, layers, optimizer, momentum])
space.add(EqualsCondition(momentum, optimizer, "sgd"))


def train(config, seed: int = 0, budget: float = 9.0) -> float:
    if config["layers"] == 4 and config["lr"] > 0.01:
        raise RuntimeError("diverged")
    return (config["lr"] - 0.1) ** 2 + 0.1 * config["layers"] + config.get("momentum", 0.5) / budget


print("SMAC3", version("smac"))
scenario = Scenario(space, name="run", output_directory=sys.argv[1], deterministic=True, n_trials=20, min_budget=1, max_budget=9, seed=1)
HyperbandFacade(scenario, train, overwrite=True, logging_level=40).optimize()
