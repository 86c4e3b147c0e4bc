"""DEHB: differential evolution with Hyperband, as it is by default."""

import tempfile

from dehb import DEHB

import harness


class Searcher:
    def __init__(self, setting):
        self.params = setting["params"]
        low, high = setting["budgets"][0], setting["budgets"][-1]
        self.dir = tempfile.TemporaryDirectory()
        self.dehb = DEHB(
            cs=harness.config_space(self.params, setting["seed"]), min_fidelity=low * (1 - 1e-9), max_fidelity=high,
            eta=setting["eta"], seed=setting["seed"], n_workers=1, save_freq=None,
            output_path=self.dir.name, log_level="CRITICAL",
        )
        self.running = {}
        self.asked = 0

    def ask(self):
        job = self.dehb.ask()
        self.running[self.asked] = job
        self.asked += 1
        return self.asked - 1, harness.values(self.params, job["config"]), float(job["fidelity"])

    def tell(self, number, loss):
        job = self.running.pop(number)
        self.dehb.tell(job, {"fitness": loss, "cost": float(job["fidelity"])})


if __name__ == "__main__":
    harness.serve(Searcher, ["DEHB", "ConfigSpace", "numpy"])
