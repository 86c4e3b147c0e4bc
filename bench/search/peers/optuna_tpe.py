"""Optuna: the TPE sampler with the Hyperband pruner, both as they are by default.

A trial of Optuna trains on from rung to rung. Here each rung is a question of its own.
Rungs below the first of a trial's bracket, where it cannot be pruned, are left out.
"""

import optuna

import harness


class Searcher:
    def __init__(self, setting):
        self.params, self.budgets = setting["params"], setting["budgets"]
        eta = round(setting["eta"])
        self.steps = [eta**i for i in range(len(self.budgets))]
        self.pruner = optuna.pruners.HyperbandPruner(1, self.steps[-1], eta)
        # The pruner sends a trial to a bracket by a hash of the study's name and its number.
        self.study = optuna.create_study(
            study_name="bench-%d" % setting["seed"],
            sampler=optuna.samplers.TPESampler(seed=setting["seed"]), pruner=self.pruner,
        )
        self.going = []  # trials between two rungs
        self.running = {}
        self.asked = 0

    def suggest(self, trial, p):
        if p["kind"] == "categorical":
            return trial.suggest_categorical(p["name"], list(range(p["choices"])))
        if p["kind"] == "int":
            return trial.suggest_int(p["name"], int(p["lower"]), int(p["upper"]), log=p["log"])
        return trial.suggest_float(p["name"], p["lower"], p["upper"], log=p["log"])

    def ask(self):
        if self.going:
            trial, config, rung = self.going.pop()
        else:
            trial = self.study.ask()
            config = {p["name"]: self.suggest(trial, p) for p in self.params}
            self.pruner.prune(self.study, self.frozen(trial))  # makes the brackets
            rung = self.pruner._get_bracket_id(self.study, self.frozen(trial))
        self.running[self.asked] = trial, config, rung
        self.asked += 1
        return self.asked - 1, harness.values(self.params, config), self.budgets[rung]

    def frozen(self, trial):
        return self.study._storage.get_trial(trial._trial_id)

    def tell(self, number, loss):
        trial, config, rung = self.running.pop(number)
        trial.report(loss, self.steps[rung])
        if rung == len(self.budgets) - 1:
            self.study.tell(trial, loss)
        elif trial.should_prune():
            self.study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            self.going.append((trial, config, rung + 1))


if __name__ == "__main__":
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    harness.serve(Searcher, ["optuna", "numpy"])
