"""How the bench talks to a searcher: questions come in as lines of JSON, answers go out likewise.

    {"new": {"params": [...], "budgets": [...], "eta": 3, "seed": 1, "workers": 1, "trials": 200}}
    {"ask": true}              -> {"id": 0, "config": [0.5, 1], "budget": 9}, or {"wait": true}
    {"tell": 0, "loss": 0.25}  -> {}

A parameter has a name and a kind: "float" or "int" with "lower", "upper" and "log", or
"categorical" with "choices", the number of them. The values of a configuration are in
the order of the parameters, those of categoricals are indices. "budgets" ascend by the
factor eta. "trials" is about how many a run will have. Every answer has "cpu", the
processor time in seconds that the process has taken so far.
"""

import importlib.metadata
import json
import logging
import os
import sys
import time
import warnings

# Searchers print; what they print is not the protocol.
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)


def serve(new, packages):
    """Answers questions until there are none. new makes a searcher with ask() and tell(id, loss)."""
    warnings.filterwarnings("ignore")
    logging.disable(logging.CRITICAL)
    searcher = None
    for line in sys.stdin:
        question = json.loads(line)
        if "new" in question:
            searcher = new(question["new"])
            versions = ["Python %d.%d.%d" % sys.version_info[:3]]
            versions += [p + " " + importlib.metadata.version(p) for p in packages]
            answer = {"versions": versions}
        elif "ask" in question:
            trial = searcher.ask()
            answer = {"wait": True} if trial is None else dict(zip(("id", "config", "budget"), trial))
        else:
            searcher.tell(question["tell"], question["loss"])
            answer = {}
        answer["cpu"] = time.process_time()
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


def config_space(params, seed):
    """The space of ConfigSpace 1.x."""
    import ConfigSpace as cs

    space = cs.ConfigurationSpace(seed=seed)
    for p in params:
        if p["kind"] == "categorical":
            space.add(cs.Categorical(p["name"], list(range(p["choices"]))))
        elif p["kind"] == "int":
            space.add(cs.Integer(p["name"], (int(p["lower"]), int(p["upper"])), log=p["log"]))
        else:
            space.add(cs.Float(p["name"], (p["lower"], p["upper"]), log=p["log"]))
    return space


def values(params, config):
    """The values of a configuration, as numbers that JSON takes."""
    return [(float if p["kind"] == "float" else int)(config[p["name"]]) for p in params]
