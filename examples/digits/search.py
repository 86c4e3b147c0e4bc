"""Searches architecture and hyperparameters of a digit classifier with BOHB.

    python search.py [--iterations 40] [--seed 1] [--output log]

Writes configs.json and results.json as HpBandSter's own logger does, and
configspace.json beside them. One worker and one job at a time: with two, the
order in which runs end would decide what BOHB proposes next, and the search
could not be made again.
"""

import os

# Before NumPy loads: several threads would not be faster on such small
# matrices, and could change the last digit of a sum.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"

import argparse
import logging
import math
import tempfile
import time

import ConfigSpace as CS
import hpbandster.core.nameserver as hpns
import hpbandster.core.result as hpres
import numpy as np
from ConfigSpace.read_and_write import json as space_json
from hpbandster.core.worker import Worker
from hpbandster.optimizers import BOHB
from sklearn.datasets import load_digits
from sklearn.model_selection import StratifiedKFold, train_test_split

import network

ETA = 3
MIN_EPOCHS, MAX_EPOCHS = 3, 81
SPLIT_SEED = 0
FOLDS = 3


def space(seed):
    """The search space: 13 parameters, two of them conditional."""
    s = CS.ConfigurationSpace(name="digits", seed=seed)
    layers = CS.UniformIntegerHyperparameter("layers", 1, 3, default_value=1)
    optimizer = CS.CategoricalHyperparameter("optimizer", ["sgd", "adam"], default_value="adam")
    units_2 = CS.UniformIntegerHyperparameter("units_2", 16, 256, log=True, default_value=64)
    momentum = CS.UniformFloatHyperparameter("momentum", 0.0, 0.99, default_value=0.9)
    s.add_hyperparameters(
        [
            CS.CategoricalHyperparameter("stem", ["dense", "conv"], default_value="dense"),
            layers,
            CS.UniformIntegerHyperparameter("units_1", 16, 256, log=True, default_value=64),
            units_2,
            CS.CategoricalHyperparameter("activation", ["relu", "tanh", "silu"], default_value="relu"),
            optimizer,
            CS.UniformFloatHyperparameter("learning_rate", 1e-4, 1.0, log=True, default_value=1e-3),
            momentum,
            CS.CategoricalHyperparameter("schedule", ["constant", "cosine"], default_value="constant"),
            CS.UniformIntegerHyperparameter("batch_size", 8, 256, log=True, default_value=32),
            CS.UniformFloatHyperparameter("weight_decay", 1e-5, 0.1, log=True, default_value=1e-4),
            CS.UniformFloatHyperparameter("dropout", 0.0, 0.6, default_value=0.0),
            CS.UniformFloatHyperparameter("shift_probability", 0.0, 1.0, default_value=0.0),
        ]
    )
    s.add_conditions([CS.GreaterThanCondition(units_2, layers, 1), CS.EqualsCondition(momentum, optimizer, "sgd")])
    return s


class Digits:
    """The images, cut once and for all.

    A fifth is the test set, which the search never looks at. The rest is cut
    into three parts; a configuration is trained on each part in turn and
    validated on the two others. Training on a third is on purpose: with few
    images the configurations differ by more than a handful of mistakes.
    """

    def __init__(self):
        images, labels = load_digits(return_X_y=True)
        images = (images / 16).astype(np.float32)
        images, self.test_images, labels, self.test_labels = train_test_split(
            images, labels, test_size=0.2, stratify=labels, random_state=SPLIT_SEED
        )
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=SPLIT_SEED)
        self.folds = [
            (images[part], labels[part], images[others], labels[others])
            for others, part in folds.split(images, labels)
        ]

    def evaluate(self, config, epochs):
        """Returns loss (validation error in percent) and what else was measured."""
        began = time.perf_counter()
        rows = []
        for seed, (images, labels, valid_images, valid_labels) in enumerate(self.folds):
            with np.errstate(over="ignore", invalid="ignore"):
                try:
                    net = network.train(config, epochs, images, labels, seed)
                except network.Diverged as failure:
                    return {"loss": math.nan, "info": {"failure": "fold %d %s" % (seed, failure)}}
            valid_error, valid_loss = network.evaluate(net, valid_images, valid_labels)
            test_error, _ = network.evaluate(net, self.test_images, self.test_labels)
            train_error, _ = network.evaluate(net, images, labels)
            rows.append((valid_error, valid_loss, train_error, test_error))
        valid_error, valid_loss, train_error, test_error = np.mean(rows, axis=0)
        return {
            "loss": round(float(valid_error), 4),
            "info": {
                "validation_log_loss": float("%.5g" % valid_loss),
                "train_error": round(float(train_error), 4),
                "test_error": round(float(test_error), 4),
                "weights": net.size(),
                "seconds": round(time.perf_counter() - began, 4),
            },
        }


class DigitsWorker(Worker):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.digits = Digits()

    def compute(self, config, budget, **_):
        return self.digits.evaluate(config, round(budget))


def main():
    parser = argparse.ArgumentParser(description="BOHB on scikit-learn's digits")
    parser.add_argument("--iterations", type=int, default=40, help="brackets to run; four make one round")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", default="log", help="a folder to make; it must hold no log yet")
    arguments = parser.parse_args()

    logging.basicConfig(level=logging.WARNING)
    # BOHB draws from NumPy's global generator, its random picks from the space's own.
    np.random.seed(arguments.seed)
    configspace = space(arguments.seed)

    logger = hpres.json_result_logger(directory=arguments.output)
    with open(os.path.join(arguments.output, "configspace.json"), "w") as file:
        file.write(space_json.write(configspace, indent=1) + "\n")

    with tempfile.TemporaryDirectory() as scratch:
        server = hpns.NameServer(run_id="digits", host="127.0.0.1", working_directory=scratch)
        host, port = server.start()
        worker = DigitsWorker(run_id="digits", host="127.0.0.1", nameserver=host, nameserver_port=port)
        worker.run(background=True)
        bohb = BOHB(
            configspace=configspace,
            run_id="digits",
            host="127.0.0.1",
            nameserver=host,
            nameserver_port=port,
            working_directory=scratch,
            result_logger=logger,
            eta=ETA,
            min_budget=MIN_EPOCHS,
            max_budget=MAX_EPOCHS,
        )
        result = bohb.run(n_iterations=arguments.iterations)
        bohb.shutdown(shutdown_workers=True)
        server.shutdown()

    best = result.get_incumbent_id()
    runs = result.get_all_runs()
    print("%d configurations, %d runs" % (len(result.get_id2config_mapping()), len(runs)))
    print("incumbent", best, result.get_id2config_mapping()[best]["config"])


if __name__ == "__main__":
    main()
