"""SMAC3: the multi-fidelity facade (Hyperband, a random forest, expected improvement), as it is by default."""

import tempfile

from smac import MultiFidelityFacade, Scenario
from smac.runhistory.dataclasses import TrialValue

import harness


class Searcher:
    def __init__(self, setting):
        self.params = setting["params"]
        low, high = setting["budgets"][0], setting["budgets"][-1]
        self.dir = tempfile.TemporaryDirectory()
        scenario = Scenario(
            harness.config_space(self.params, setting["seed"]), deterministic=True, seed=setting["seed"],
            min_budget=low * (1 - 1e-9), max_budget=high, n_trials=setting["trials"], output_directory=self.dir.name,
        )
        self.smac = MultiFidelityFacade(
            scenario, target, intensifier=MultiFidelityFacade.get_intensifier(scenario, eta=round(setting["eta"])),
            logging_level=False, overwrite=True,
        )
        self.running = {}
        self.asked = 0

    def ask(self):
        info = self.smac.ask()
        self.running[self.asked] = info
        self.asked += 1
        return self.asked - 1, harness.values(self.params, info.config), info.budget

    def tell(self, number, loss):
        self.smac.tell(self.running.pop(number), TrialValue(cost=loss), save=False)


def target(config, seed=0, budget=0):
    raise NotImplementedError


if __name__ == "__main__":
    harness.serve(Searcher, ["smac", "ConfigSpace", "scikit-learn", "numpy"])
