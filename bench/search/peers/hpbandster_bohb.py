"""HpBandSter's BOHB: its sampler and its brackets, asked and told in one process.

The program itself wants a name server and workers that it reaches by remote calls. Only
that is left out: Master.run is unrolled into ask, Master.job_callback is tell.
"""

import threading

import numpy as np

import harness


class NoDispatcher:
    def __init__(self, *args, **kwargs):
        pass

    def run(self):
        pass


import hpbandster.core.master

hpbandster.core.master.Dispatcher = NoDispatcher

import ConfigSpace as cs
import ConfigSpace.hyperparameters as hp
from hpbandster.core.dispatcher import Job
from hpbandster.optimizers import BOHB


def space(params, seed):
    s = cs.ConfigurationSpace(seed=seed)
    for p in params:
        if p["kind"] == "categorical":
            s.add_hyperparameter(hp.CategoricalHyperparameter(p["name"], list(range(p["choices"]))))
        else:
            kind = hp.UniformIntegerHyperparameter if p["kind"] == "int" else hp.UniformFloatHyperparameter
            s.add_hyperparameter(kind(p["name"], p["lower"], p["upper"], log=p["log"]))
    return s


class Searcher:
    def __init__(self, setting):
        np.random.seed(setting["seed"])
        self.params = setting["params"]
        low, high, eta = setting["budgets"][0], setting["budgets"][-1], setting["eta"]
        # A hair more room, or rounding of log(high/low)/log(eta) takes the lowest budget away.
        self.master = BOHB(
            configspace=space(self.params, setting["seed"]), run_id="bench",
            min_budget=low * (1 - 1e-9), max_budget=high, eta=eta,
        )
        assert np.allclose(self.master.budgets, setting["budgets"])
        self.jobs = {}
        self.asked = 0

    def ask(self):
        m = self.master
        while True:
            for i in m.active_iterations():
                run = m.iterations[i].get_next_run()
                if run is not None:
                    config_id, config, budget = run
                    self.jobs[self.asked] = Job(config_id, config=config, budget=budget)
                    self.asked += 1
                    return self.asked - 1, harness.values(self.params, config), budget
            m.iterations.append(m.get_next_iteration(len(m.iterations), {}))

    def tell(self, number, loss):
        job = self.jobs.pop(number)
        job.result = {"loss": loss, "info": None}
        self.master.iterations[job.id[0]].register_result(job)
        self.master.config_generator.new_result(job)


if __name__ == "__main__":
    harness.serve(Searcher, ["hpbandster", "ConfigSpace", "numpy", "statsmodels"])
