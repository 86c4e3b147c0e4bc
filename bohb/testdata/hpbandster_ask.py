"""How long HpBandSter's BOHB takes to propose a configuration.

Usage: hpbandster_ask.py N, in an environment with hpbandster 0.7.4. The space is that
of zela in bench_test.go, the N results are random configurations with the same loss.
Prints CPU seconds per get_config and per new_result, which fits the densities.
"""
import json
import logging
import sys
import time
import warnings

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)

import ConfigSpace as CS
import numpy as np
from ConfigSpace.hyperparameters import UniformFloatHyperparameter as Float
from ConfigSpace.hyperparameters import UniformIntegerHyperparameter as Int
from hpbandster.optimizers.config_generators.bohb import BOHB


class Job:
    id, timestamps, exception = (0, 0, 0), {}, None

    def __init__(self, config, loss):
        self.kwargs, self.result = {"budget": 1.0, "config": config}, {"loss": loss}


def main(n):
    space = CS.ConfigurationSpace(seed=1)
    for i in (1, 2, 3):
        space.add_hyperparameters([
            Int("nr_residual_blocks_%d" % i, 1, 16, log=True),
            Int("res_branches_%d" % i, 1, 5),
            Float("widen_factor_%d" % i, 0.5, 4, log=True),
        ])
    space.add_hyperparameters([
        Int("initial_filters", 8, 32, log=True), Float("learning_rate", 1e-3, 1, log=True),
        Int("batch_size", 32, 128, log=True), Float("weight_decay", 1e-5, 1e-3, log=True),
        Float("momentum", 1e-3, 0.99), Float("alpha", 0, 1), Int("length", 0, 20), Float("death_rate", 0, 1),
    ])
    np.random.seed(1)
    generator = BOHB(space, random_fraction=0)
    results = [space.sample_configuration() for _ in range(n)]
    arrays = [r.get_array() for r in results[:-1]]
    generator.configs[1.0] = arrays
    generator.losses[1.0] = [a[0] + a[1] ** 2 + 0.1 * np.random.rand() for a in arrays]
    start = time.process_time()
    generator.new_result(Job(results[-1].get_dictionary(), 0.5))
    told = time.process_time()
    repeats = 5
    for _ in range(repeats):
        _, info = generator.get_config(1.0)
        assert info["model_based_pick"]
    print(json.dumps({"ask": (time.process_time() - told) / repeats, "tell": told - start}))


main(int(sys.argv[1]))
